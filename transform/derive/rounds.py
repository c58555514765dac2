"""How the rounds of a loop are run through backwards.

The reversed loop counts (`for k in reversed(range(steps))`), runs over the reversed range, or over
the keys of a dict in reverse. What the target held in a round is taken again from what the loop
runs over, and the cotangent of the target goes to the element of the cotangent of that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adjoint.transform.analyses.kind import ANY, NUMERIC, Kind
from adjoint.transform.analyses.versions import Version
from adjoint.transform.derive.buffers import ensure
from adjoint.transform.derive.build import call, expression
from adjoint.transform.derive.cotangents import Cotangent, State, flat, link
from adjoint.transform.derive.sweep import Out, Sweep, assign
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Block,
    Const,
    Each,
    Enumerate,
    For,
    Items,
    Iter,
    Op,
    Range,
    Reversed,
    Stmt,
    Store,
    Unpack,
    Var,
    While,
    Zip,
    walk,
)  # fmt: skip
from adjoint.transform.refusals import unsupported


@dataclass(frozen=True, slots=True)
class Rounds:
    """The rounds of one loop.

    env: the versions before the loop. count: how many rounds were begun, where that is counted.
    index: the emitted variable that holds the number of the round.
    """

    stmt: For | While
    sweep: Sweep
    env: Mapping[str, Version]
    count: Atom | None
    index: Var


@dataclass(frozen=True, slots=True)
class Position:
    """The first component of what `enumerate` gives."""

    start: Atom


def rounds_of(stmt: For | While, sweep: Sweep) -> Rounds:
    """The rounds of a loop; the sweep remembers what counts them."""
    versions = sweep.facts.versions
    counter = sweep.facts.counters.get(id(stmt))
    count = None if counter is None else sweep.value(versions.after[id(stmt)][counter])
    index = sweep.rounds[id(stmt)] = Var(sweep.names.fresh("k"))
    return Rounds(stmt, sweep, versions.before.get(id(stmt), {}), count, index)


def sequences(iterable: Iter) -> tuple[Var, ...]:
    """The variables whose elements an iterable gives."""
    match iterable:
        case Each(value=Var() as value) | Items(value=Var() as value):
            return (value,)
        case Enumerate(inner=inner) | Reversed(inner=inner):
            return sequences(inner)
        case Zip(inners=inners):
            return tuple(v for inner in inners for v in sequences(inner))
    return ()


def components(iterable: Iter | Position) -> tuple[Iter | Position, ...] | None:
    """The components of the tuples that an iterable gives, as iterables."""
    match iterable:
        case Enumerate(inner=inner, start=start):
            return (Position(start), inner)
        case Zip(inners=inners):
            return inners
    return None


# What the target held


def elements(rounds: Rounds, part: Out) -> None:
    """Assign to the loop's variables what they held in this round."""
    stmt, sweep = rounds.stmt, rounds.sweep
    if not isinstance(stmt, For) or _drives(rounds) is not None:
        return
    over = sequences(stmt.iterable)
    if any(sweep.kind(v.name).tag == "record" and sweep.is_active(v) for v in over):
        raise unsupported(stmt.span, "what this loop is given is said by an object's class",
                          "loop over the list or array that the object holds")  # fmt: skip
    if any(sweep.kind(v.name).tag in ("dict", "record", "any") for v in over):
        return  # it cannot be subscripted by position (or may be such): saved as it came
    written = {
        n for s in walk(stmt.body) for n in sweep.facts.aliases.reached.get(id(s), ())
    }
    if written & {v.name for v in over}:
        return  # the elements change while the loop runs: they are saved as they came
    target = stmt.target.name
    _unpacked(rounds, stmt, part)
    _leaf(stmt.iterable, sweep.facts.versions.heads[id(stmt)][target], rounds, part)


def _unpacked(rounds: Rounds, stmt: For, part: Out) -> None:
    """Where the body begins by unpacking the target, its names are given their parts."""
    position = 1 if stmt.body and _counts(stmt.body[0], rounds) else 0
    first = stmt.body[position] if len(stmt.body) > position else None
    parts = components(stmt.iterable)
    if parts is None or not isinstance(first, Unpack) or first.value != stmt.target:
        return
    if first.star is None and len(first.targets) == len(parts):
        after = rounds.sweep.facts.versions.after[id(first)]
        for target, inner in zip(first.targets, parts, strict=True):
            _leaf(inner, after[target.name], rounds, part)


def _counts(first: Stmt, rounds: Rounds) -> bool:
    counter = rounds.sweep.facts.counters.get(id(rounds.stmt))
    return isinstance(first, Augment) and first.target.name == counter


def _leaf(iterable: Iter | Position, version: Version, rounds: Rounds, part: Out) -> None:
    value = _element(iterable, rounds, part)
    if value is not None:
        part.append(Assign(rounds.sweep.value(version), value))


def _element(iterable: Iter | Position, rounds: Rounds, part: Out) -> Op | Var | None:
    """The element of an iterable in round `k`."""
    sweep, k = rounds.sweep, rounds.index
    match iterable:
        case Position(start=start):
            if start == Const(0):
                return k
            return expression("start + k", {"k": k, "start": sweep.primal(start, rounds.env)})
        case Range(args=args) | Reversed(inner=Range(args=args)):
            holes: dict[str, Atom] = {
                f"a{i}": sweep.primal(a, rounds.env) for i, a in enumerate(args)
            }
            place = "k" if isinstance(iterable, Range) else "-1 - k"
            return expression(f"range({', '.join(holes)})[{place}]", {**holes, "k": k})
        case Each(value=value) | Reversed(inner=Each(value=value)):
            place = "k" if isinstance(iterable, Each) else "-1 - k"
            atoms = {"x": sweep.primal(value, rounds.env), "k": k}
            return expression(f"x[{place}]", atoms, "index")
        case Enumerate() | Zip():
            parts: dict[str, Atom] = {}
            for i, inner in enumerate(components(iterable) or ()):
                op = _element(inner, rounds, part)
                if op is None:
                    return None
                parts[f"a{i}"] = assign(part, sweep.names, op)
            return expression(f"({', '.join(parts)},)", parts, "tuple")
    return None


# Where the cotangent of the target goes


def give(rounds: Rounds, inside: State, part: Out) -> None:
    """Add the cotangents of the loop's variables to those of what it runs over."""
    stmt = rounds.stmt
    if not isinstance(stmt, For):
        return
    g = inside.pop(stmt.target.name, None)
    if g is not None and not isinstance(stmt.iterable, Range):
        _distribute(stmt.iterable, g, rounds, inside, part)


def _distribute(
    iterable: Iter | Position, g: Cotangent, rounds: Rounds, inside: State, part: Out
) -> None:
    sweep, stmt = rounds.sweep, rounds.stmt
    assert isinstance(stmt, For)
    parts = components(iterable)
    if parts is not None:
        _distribute_parts(parts, g, rounds, inside, part)
        return
    text = "d[k]"
    if isinstance(iterable, Reversed):
        iterable, text = iterable.inner, "d[-1 - k]"
    if not isinstance(iterable, Each) or not sweep.is_active(iterable.value):
        if isinstance(iterable, Each | Range | Position):
            return
        if isinstance(iterable, Items):
            what = f"that `.{iterable.what}()` is a method of a dict is not known here"
            raise unsupported(stmt.span, what, "loop over the keys, `for k in d`, and read `d[k]`")
        raise unsupported(stmt.span, "what this loop runs over is not differentiated",
                          "loop over the positions, `for i in range(len(x))`")  # fmt: skip
    owner = iterable.value
    assert isinstance(owner, Var)
    if stmt.target.name in sweep.facts.aliases.views:
        return
    kind = sweep.kind(owner.name)
    if kind.tag == "dict":  # its keys, which have no derivative
        raise unsupported(stmt.span, "a derivative flows through the keys of this dict",
                          "keep in the values what is differentiated")  # fmt: skip
    if kind.is_container and sweep.is_shadowed(owner.name):
        return  # all that it holds are arrays, which have theirs in memory
    buffer = ensure(owner.name, inside, sweep, part, sweep.primal(owner, rounds.env), reads=True)
    place = expression(text, {"d": buffer, "k": rounds.index}, "index")
    nested = kind.tag == "any" or (kind.is_container and not (
        kind.items and all(item.tag in ("num", "array", "numeric") for item in kind.items)
    ))
    element = kind.items[0] if len(kind.items) == 1 else ANY
    _add(place, g, nested, element, sweep, part)


def _distribute_parts(
    parts: tuple[Iter | Position, ...], g: Cotangent, rounds: Rounds, inside: State, part: Out
) -> None:
    """Give each component of a tuple its part."""
    for i, inner in enumerate(parts):
        if isinstance(g.value, tuple):
            held = g.value[i]
        else:
            taken = call("entry", g.value, Const(i)) if g.lazy else (
                expression(f"g[{i}]", {"g": g.value}, "index")
            )
            held = Cotangent(assign(part, rounds.sweep.names, taken), lazy=True)
        if held is not None:
            _distribute(inner, held, rounds, inside, part)


def _add(
    place: Op, g: Cotangent, nested: bool, kind: Kind, sweep: Sweep, part: Out
) -> None:
    """Add to an element of a cotangent, of some kind; `nested` where it may be a container."""
    if isinstance(g.value, tuple):
        element = assign(part, sweep.names, place)
        link(element, place, sweep)
        for i, held in enumerate(g.value):
            if held is not None:
                inner = expression(f"d[{i}]", {"d": element}, "index")
                known = kind.items[i] if i < len(kind.items) else NUMERIC
                deeper = known.is_container or known.tag in ("any", "function")
                _add(inner, held, deeper, known, sweep, part)
    elif nested:
        total = call("accumulate", assign(part, sweep.names, place), flat(g, sweep, part))
        part.append(Store(place, "", assign(part, sweep.names, total)))
    else:
        part.append(Store(place, "+", flat(g, sweep, part)))


# The loop itself


def _drives(rounds: Rounds) -> Iter | None:
    """What the reversed loop runs over with the loop's own target: a range, the keys of a dict."""
    stmt, sweep = rounds.stmt, rounds.sweep
    if not isinstance(stmt, For):
        return None
    match stmt.iterable:
        case Range():
            return stmt.iterable
        case Each(value=Var(name=name)) if rounds.count is None:
            return stmt.iterable if sweep.kind(name).tag == "dict" else None
    return None


def reversed_loop(rounds: Rounds, body: Block, out: Out) -> None:
    """The reversed loop, with its body."""
    sweep, stmt = rounds.sweep, rounds.stmt
    driver = _drives(rounds)
    if driver is not None:
        assert isinstance(stmt, For)
        target = sweep.value(sweep.facts.versions.heads[id(stmt)][stmt.target.name])
        out.append(For(target, _backwards(driver, rounds, out), body, (), stmt.span))
        return
    count = rounds.count
    if count is None:
        length = sweep.facts.lengths[id(stmt)]
        made = sweep.facts.versions.after[id(sweep.facts.definitions[length])]
        count = sweep.value(made[length])
    out.append(For(rounds.index, Reversed(Range((count,))), body, (), stmt.span))


def _backwards(driver: Iter, rounds: Rounds, out: Out) -> Iter:
    sweep = rounds.sweep
    if isinstance(driver, Each):
        return Reversed(Each(sweep.primal(driver.value, rounds.env)))
    assert isinstance(driver, Range)
    args = tuple(sweep.primal(a, rounds.env) for a in driver.args)
    if rounds.count is None:
        return Reversed(Range(args))
    holes: dict[str, Atom] = {f"a{i}": a for i, a in enumerate(args)}
    text = f"reversed(range({', '.join(holes)})[:count])"
    op = expression(text, {**holes, "count": rounds.count})
    return Each(assign(out, sweep.names, op))
