"""What a statement writes into, and with what its results may share memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adjoint.transform.analyses.container_calls import DEEP_COPY
from adjoint.transform.analyses.kind import ANY, Kind, atom_kind
from adjoint.transform.analyses.operations import rule_of_name
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Effect,
    Op,
    Ref,
    Stmt,
    Store,
    Var,
    With,
)  # fmt: skip
from adjoint.transform.ir.places import index_parts

MUTATORS = frozenset(
    "append extend insert pop remove clear reverse sort fill update setdefault put partition "
    "resize itemset add discard appendleft popleft popitem".split()
)
WRITERS = frozenset(
    f"np.{name}" for name in "copyto put place putmask fill_diagonal put_along_axis".split()
)
"""Functions that write into their first argument."""
STRUCTURAL = frozenset({"tuple", "list", "dict", "set", "index", "look", "list.copy", DEEP_COPY})


@dataclass(frozen=True, slots=True)
class Summary:
    """What a call of a user's function does to its arguments.

    writes: positions in `op.args` of arguments written into. shares: positions with which the
    result may share memory. result: the position of the argument that the result certainly is, or
    a tuple of such positions where it is a tuple of arguments. known: whether anything is known of
    the function. deep: positions of containers of which what they hold may be written. left: how
    arguments, by position, are related when the function is done; the result has position -1.
    apart, disjoint: positions of the containers that are so afterwards, if what arguments share
    does not matter. memory: positions of the containers of which the function must have the
    cotangents by memory.
    """

    writes: frozenset[int] = frozenset()
    shares: frozenset[int] | None = None
    result: int | tuple[int, ...] | None = None
    known: bool = False
    deep: frozenset[int] = frozenset()
    left: tuple[tuple[int, int, str], ...] = ()
    apart: frozenset[int] = frozenset()
    disjoint: frozenset[int] = frozenset()
    memory: frozenset[int] = frozenset()


RESULT = -1
Summaries = Callable[[Op], Summary]


def is_rule(prim: str) -> bool:
    """Whether a resolved prim is the name of a rule."""
    return prim not in STRUCTURAL and ":" not in prim and prim != "call" and prim[-3:] != ".at"


def written(stmt: Stmt, kinds: Mapping[str, Kind], summaries: Summaries) -> frozenset[str]:
    """The names whose contents a statement changes in place (rebinding a number is no write)."""
    names: set[str] = set()
    match stmt:
        case Store(place=place):
            if isinstance(place.args[0], Var) and not place.prim.startswith("cell:"):
                names.add(place.args[0].name)
        case Augment(target=target):
            if not kinds.get(target.name, ANY).is_number:
                names.add(target.name)
        case Assign(value=Op() as op) | With(context=op):
            names |= {a.name for a in written_arguments(op, kinds, summaries)}
        case Effect(value=op):
            written_here = written_arguments(op, kinds, summaries)
            if not written_here and _unknown(op, summaries):
                written_here = tuple(
                    a for a in op.args if isinstance(a, Var) and kinds.get(a.name, ANY).may_share
                )
            names |= {a.name for a in written_here}
    return frozenset(names)


def _unknown(op: Op, summaries: Summaries) -> bool:
    """Whether a call is made for an effect that nothing is known of."""
    if op.prim == "call":
        return not summaries(op).known
    return op.prim.startswith("method:")


def written_arguments(
    op: Op, kinds: Mapping[str, Kind], summaries: Summaries
) -> tuple[Var, ...]:
    """The arguments that an operation writes into."""
    head, _, name = op.prim.partition(":")
    place = place_written(op)
    if place is not None:
        given = op.args[place]
        return (given,) if isinstance(given, Var) else ()
    if head == "method":
        mutates = name in MUTATORS and isinstance(op.args[0], Var)
        return (op.args[0],) if mutates else ()  # type: ignore[return-value]
    if head == "call" and isinstance(op.callee, Ref | Var):
        places = summaries(op).writes
        return tuple(a for i, a in enumerate(op.args) if i in places and isinstance(a, Var))
    return ()


def place_written(op: Op) -> int | None:
    """The position of the argument that a function of NumPy's writes into."""
    if op.prim in ("np.add.at", "np.subtract.at"):
        return 1
    return 0 if op.prim in WRITERS else out_argument(op)


def out_argument(op: Op) -> int | None:
    """The position of the argument that a function of NumPy's writes its result into.

    By keyword (`out=c`), or after the operands of a ufunc: `np.add(a, b, c)`.
    """
    if op.prim != "call" or not isinstance(op.callee, Ref):
        return None
    if "out" in op.roles and not hasattr(op.callee.value, "__code__"):
        return op.roles.index("out")
    operands = getattr(op.callee.value, "nin", None)
    positional = [i for i, role in enumerate(op.roles) if role == ""]
    if isinstance(operands, int) and len(positional) > operands and "*" not in op.roles:
        return positional[operands]
    return None


def shared(op: Op, kinds: Mapping[str, Kind], summaries: Summaries) -> tuple[tuple[Var, str], ...]:
    """The operands with which a result may share memory, each with how.

    `same`: the result is the operand or a view of it; `holds`: the result is a container that holds
    it; `held`: the result is something that the operand holds; `shares`: both hold the same things.
    """

    def sharing(atoms: tuple[Atom, ...], how: str) -> tuple[tuple[Var, str], ...]:
        return tuple(
            (a, how) for a in atoms if isinstance(a, Var) and kinds.get(a.name, ANY).may_share
        )

    def spread_out(atoms: tuple[Atom, ...]) -> tuple[tuple[Var, str], ...]:
        """How a list is related to what its elements were taken from."""
        found: tuple[tuple[Var, str], ...] = ()
        for atom in atoms:
            kind = atom_kind(atom, kinds) or ANY
            if kind.is_container or kind.tag == "any":
                found += sharing((atom,), "shares")
            if not kind.is_container:
                found += sharing((atom,), "holds")
        return found

    head, _, name = op.prim.partition(":")
    match head:
        case "tuple" | "list" | "dict" | "set" | "record" | "closure":
            starred = {i for i, role in enumerate(op.roles) if role in ("*", "**")}
            alone = tuple(a for i, a in enumerate(op.args) if i not in starred)
            spread = tuple(op.args[i] for i in sorted(starred))
            return sharing(alone, "holds") + spread_out(spread)
        case "binary" if any((atom_kind(a, kinds) or ANY).is_container for a in op.args):
            return spread_out(op.args)
        case "look" | "binary" | "unary" | "np.add.at" | "np.subtract.at":
            return ()
        case "cell":
            return sharing(op.args, "holds" if name == "new" else "held")
        case _ if op.prim == DEEP_COPY:
            return ()
        case "list.copy" | "elements":
            return spread_out(op.args)
        case "index":
            base = atom_kind(op.args[0], kinds) or ANY
            if base.is_container:
                if index_parts(op)[0].what != "at":  # a slice
                    return spread_out(op.args[:1])
                return sharing(op.args[:1], "held")
            for part in index_parts(op):
                kind = atom_kind(part.at, kinds) if part.what == "at" else None
                if kind is not None and kind.tag in ("array", "list"):
                    return ()  # integer arrays and masks copy
            return sharing(op.args[:1], "same") + (
                sharing(op.args[:1], "held") if base.tag == "any" else ()
            )
        case "attribute" | "method":
            base = atom_kind(op.args[0], kinds) or ANY
            if head == "attribute":
                return sharing(op.args[:1], "held")
            found = sharing(op.args[:1], "held" if base.is_container else "same")
            if base.is_container and name == "copy":
                found = spread_out(op.args[:1])
            elif base.is_container and name in ("values", "items"):
                found += sharing(op.args[:1], "same")
            if name in ("get", "setdefault", "pop"):
                found += sharing(op.args[2:], "same")
            return found
        case "call":
            summary = summaries(op)
            places = summary.shares if summary.shares is not None else range(len(op.args))
            known = {j: how for i, j, how in summary.left if i == RESULT and how != "same"}
            related = tuple(
                pair for i, how in known.items() for pair in sharing(op.args[i : i + 1], how)
            )
            atoms = tuple(a for i, a in enumerate(op.args) if i in places and i not in known)
            if isinstance(op.callee, Var):  # what it holds may be what it gives
                related += sharing((op.callee,), "held")
            return sharing(atoms, "same") + sharing(atoms, "held") + related
        case _:
            rule = rule_of_name(op.prim)
            return sharing(op.args, "same") if rule.may_share(op.roles) else ()
