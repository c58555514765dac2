"""Loops over what has tangents: both are run over together.

for v in xs:                     for v, v_dot in zip(xs, xs_dot):
for i, v in enumerate(xs):       for i, (v, v_dot) in enumerate(zip(xs, xs_dot)):
for a, b in zip(xs, ys):         for a, b, a_dot in zip(xs, ys, xs_dot):
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from adjoint.transform.derive.build import expression
from adjoint.transform.forward.facts import Facts, Out, State, is_added
from adjoint.transform.forward.names import dot
from adjoint.transform.forward.shapes import complete, named
from adjoint.transform.forward.zeros import zero
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Block,
    Each,
    Enumerate,
    For,
    Items,
    Iter,
    Reversed,
    Stmt,
    Unpack,
    Var,
    Zip,
    iter_atoms,
)  # fmt: skip
from adjoint.transform.refusals import unsupported


@dataclass(slots=True)
class Rounds:
    """What a loop runs over, with tangents.

    target: what each round gives. begin: the statements that take it apart. whole: those that then
    put together what the body reads as a whole. body: what is left of the loop's own body. known:
    the names whose tangents these statements bind.
    """

    iterable: Iter
    target: Var
    begin: Out
    whole: Out
    body: Block
    known: set[str] = field(default_factory=set)


def rounds(stmt: For, state: State, facts: Facts, out: Out) -> Rounds:
    """The loop's iterable, target and beginning with tangents.

    Args:
        stmt: the loop.
        state: the tangents that may be smaller than their values.
        facts: what is known.
        out: receives what is to be done before the loop.
    """
    for atom in iter_atoms(stmt.iterable):
        if facts.is_active(atom) and facts.kind(atom).tag == "record":
            raise unsupported(stmt.span, "what a loop over this object gives is said by its class",
                              "loop over the list that it holds")  # fmt: skip
        if isinstance(atom, Var):
            complete(atom.name, state, facts, out)
    if not facts.is_active(stmt.target):
        return Rounds(stmt.iterable, stmt.target, [], [], stmt.body)
    own = tuple(s for s in stmt.body if not is_added(s, facts))
    found = _together(stmt.iterable, stmt.target, own, facts)
    found.begin += _missing(found, facts)
    return found


def _is_active(iterable: Iter, facts: Facts) -> bool:
    return any(map(facts.is_active, iter_atoms(iterable)))


def _together(iterable: Iter, target: Var, body: Block, facts: Facts) -> Rounds:
    if not _is_active(iterable, facts):
        return Rounds(iterable, target, [], [], body)
    match iterable:
        case Enumerate(inner=inner):
            first, parts, whole, rest = _taken_apart(target, 2, body, facts)
            found = _together(inner, parts[1], rest, facts)
            begin = [Unpack((parts[0], found.target), first), *found.begin]
            over, whole = replace(iterable, inner=found.iterable), [*found.whole, *whole]
            return Rounds(over, first, begin, whole, found.body, found.known)
        case Zip(inners=inners):
            return _zipped(iterable, inners, target, body, facts)
        case Reversed(inner=Enumerate() | Zip() as inner):
            found = _together(inner, target, body, facts)
            return replace(found, iterable=Reversed(found.iterable))
    pair, held = facts.names.temporary(), dot(target.name, facts)
    both = Zip((iterable, _of_tangents(iterable, facts)))
    return Rounds(both, pair, [Unpack((target, held), pair)], [], body, {target.name})


def _zipped(
    iterable: Zip, inners: tuple[Iter, ...], target: Var, body: Block, facts: Facts
) -> Rounds:
    """`zip(xs, ys)`: what has tangents is added at the end, or stands with them in pairs."""
    first, parts, whole, rest = _taken_apart(target, len(inners), body, facts)
    flat: list[Iter] = list(inners)
    targets = list(parts)
    known: set[str] = set()
    inside: Out = []
    more: list[tuple[Iter, Var]] = []
    for i, inner in enumerate(inners):
        if not _is_active(inner, facts):
            continue
        if isinstance(inner, Each | Reversed | Items) and not _is_nested(inner):
            more.append((_of_tangents(inner, facts), dot(parts[i].name, facts)))
            known.add(parts[i].name)
            continue
        found = _together(inner, parts[i], rest, facts)
        flat[i], targets[i], rest = found.iterable, found.target, found.body
        inside += found.begin
        whole = [*found.whole, *whole]
        known |= found.known
    flat += [tangents for tangents, _ in more]
    targets += [held for _, held in more]
    unpacked = Unpack(tuple(targets), first)
    return Rounds(
        replace(iterable, inners=tuple(flat)), first, [unpacked, *inside], whole, rest, known
    )


def _is_nested(iterable: Iter) -> bool:
    return isinstance(iterable, Reversed) and isinstance(iterable.inner, Enumerate | Zip)


def _taken_apart(
    target: Var, count: int, body: Block, facts: Facts
) -> tuple[Var, tuple[Var, ...], Out, Block]:
    """A target that is a tuple, in parts; with what makes it whole again where the body reads it.

    Returns:
        The target to use, its parts, what puts it together, and what is left of the body.
    """
    first = body[0] if body else None
    if isinstance(first, Unpack) and first.value == target and first.star is None:
        distinct = len(set(first.targets)) == len(first.targets) == count
        if distinct and target.is_temporary:
            return target, first.targets, [], body[1:]
    whole = facts.names.temporary()
    parts = tuple(facts.names.temporary() for _ in range(count))
    holes: dict[str, Atom] = {f"a{i}": part for i, part in enumerate(parts)}
    again = expression(f"({', '.join(holes)})", holes, "tuple")
    together: Out = [Assign(target, again)]
    if target.name in facts.active or target.name in facts.dots:
        dots = {f"a{i}": dot(part.name, facts) for i, part in enumerate(parts)}
        shown = ", ".join(dots)
        together.append(Assign(dot(target.name, facts), expression(f"({shown})", dots, "tuple")))
    return whole, parts, together, body


def _of_tangents(iterable: Iter, facts: Facts) -> Iter:
    """The tangents of what an iterable gives."""
    match iterable:
        case Each(value=Var(name=name)):
            return Each(dot(name, facts))
        case Items(value=Var(name=name), what=what):
            return Items(dot(name, facts), what)
        case Reversed(inner=inner):
            return Reversed(_of_tangents(inner, facts))
    raise AssertionError(iterable)


def _missing(found: Rounds, facts: Facts) -> list[Stmt]:
    """Zeros for what a round binds whose tangents it does not give."""
    unpacked = [s for s in found.begin if isinstance(s, Unpack)]
    taken = {s.value for s in unpacked}
    targets = [t for s in unpacked for t in s.targets if t not in taken]
    tangents = {v.name for v in facts.dots.values()}
    own: Out = []
    for target in targets or [found.target]:
        wanted = target.name in facts.active or target.name in facts.dots
        if wanted and target.name not in found.known | tangents:
            value = named(own, zero(target, facts), facts)
            own.append(Assign(dot(target.name, facts), value))
    return own
