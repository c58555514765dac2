"""Which names have their cotangents by the memory that they hold, found when the adjoint runs.

A function that is called with containers of which this is so has its own cotangents there, too:
its pullback is given all that is known by memory, and neither takes nor gives cotangents of these
arguments (`by_memory_in_call`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from adjoint.transform.analyses.alias_state import State, World, may_contain, possible, shown
from adjoint.transform.analyses.container_calls import DEEP_COPY
from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.ir.nodes import Assign, Atom, Function, Op, Return, Var, walk
from adjoint.transform.refusals import unsupported

MEMORY = "&memory"
"""In a pair with a parameter (or `return`): the caller has its cotangent by memory."""


def start_by_memory(fn: Function, given: frozenset[str], state: State, world: World) -> None:
    """Take it that parameters may share anything with each other, and leave all to memory."""
    names = sorted(given - {"return"})
    last = fn.body[-1] if fn.body else None
    result = last.value if isinstance(last, Return) and "return" in given else None
    for name in [*names, *((result.name,) if isinstance(result, Var) else ())]:
        world.doubts.setdefault(name, unsupported(
            fn.span, f"a list of numbers that {shown(name)} may hold is changed here, and may be "
            "held elsewhere", "return the new values instead",
        ))  # fmt: skip
    for i, a in enumerate(names):
        for b in names[:i]:
            how = possible("same", world.kinds.get(a, ANY), world.kinds.get(b, ANY))
            if how is not None:
                state.relate(a, b, how)
                world.pairs.add((a, b))


def by_memory_in_call(
    target: Var | None, args: Iterable[Atom], kinds: Mapping[str, Kind], by_memory: frozenset[str]
) -> tuple[frozenset[str], bool]:
    """The arguments that a call is given by memory, and whether its result is, too.

    It is so if any of them is a container, or may be one.
    """
    found = frozenset(a.name for a in args if isinstance(a, Var) and a.name in by_memory)
    result = frozenset() if target is None else frozenset({target.name}) & by_memory
    if any(may_hold(kinds.get(name, ANY)) for name in found | result):
        return found, bool(result)
    return frozenset(), False


def may_hold(kind: Kind) -> bool:
    """Whether a value of a kind may be a container."""
    return kind.is_container or kind.tag == "any"


def shadowed_names(
    classes: Mapping[str, frozenset[str]], world: World
) -> tuple[frozenset[str], frozenset[str]]:
    """All names that may share memory with one that is written in doubt.

    Returns:
        Those that hold arrays, or containers of arrays alone; and those that may be numbers, or
        hold some, or of which nothing is known.

    Raises:
        UnsupportedSyntax: it is in doubt which names are a list or dict that is changed itself and
            may hold numbers.
    """
    shadowed: set[str] = set()
    mixed: set[str] = set()
    for name, refusal in world.doubts.items():
        for member in classes.get(name, frozenset()) | {name}:
            kind = world.kinds.get(member, ANY)
            held = carried(kind, world.assume_arrays)
            if name in world.rearranged and "number" in held and may_contain(kind):
                raise refusal  # the places of a list that two names have are no memory
            if held == {"array"}:
                shadowed.add(member)
            elif "array" in held:
                mixed.add(member)
    return frozenset(shadowed), frozenset(mixed)


def check_deep_copies(
    fn: Function, classes: Mapping[str, frozenset[str]], by_memory: frozenset[str]
) -> None:
    """Refuse deep copies of which a part has its cotangent by memory: the copy has other memory.

    Raises:
        UnsupportedSyntax: there is one.
    """
    for stmt in walk(fn.body):
        if isinstance(stmt, Assign) and isinstance(stmt.value, Op):
            copied = stmt.value.prim == DEEP_COPY
            if copied and classes.get(stmt.target.name, frozenset()) & by_memory:
                raise unsupported(
                    stmt.span, "what is copied here is written, and may hold one array twice",
                    "copy the arrays themselves",
                )  # fmt: skip


def carried(kind: Kind, assume_arrays: bool = False) -> set[str]:
    """What a value of a kind holds through which a derivative may pass.

    `array`: what has memory of its own; so have objects. `number`: what has none.
    """
    if not kind.differentiable:
        return set()
    if kind.tag in ("list", "tuple", "dict") and kind.items:
        return {held for item in kind.items for held in carried(item, assume_arrays)}
    match kind.tag:
        case "num":
            return {"number"}
        case "array" | "record":
            return {"array"}
    return {"array"} if kind.tag == "numeric" and assume_arrays else {"array", "number"}
