"""Which names have their cotangents by the memory that they hold, found when the adjoint runs."""

from __future__ import annotations

from collections.abc import Mapping

from adjoint.transform.analyses.alias_state import World, may_contain
from adjoint.transform.analyses.container_calls import DEEP_COPY
from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.ir.nodes import Assign, Function, Op, walk
from adjoint.transform.refusals import unsupported


def shadowed_names(
    classes: Mapping[str, frozenset[str]], world: World
) -> tuple[frozenset[str], frozenset[str]]:
    """All names that may share memory with one that is written in doubt.

    Returns:
        Those that hold arrays, or containers of arrays alone; and those that may be numbers, or
        hold some, or of which nothing is known.

    Raises:
        UnsupportedSyntax: it is in doubt which names are a list (dict, object) that is changed
            itself and may hold numbers.
    """
    shadowed: set[str] = set()
    mixed: set[str] = set()
    for name, refusal in world.doubts.items():
        for member in classes.get(name, frozenset()) | {name}:
            kind = world.kinds.get(member, ANY)
            held = _held(kind, world.assume_arrays)
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


def _held(kind: Kind, assume_arrays: bool) -> set[str]:
    """What a value of a kind holds through which a derivative may pass: arrays, numbers."""
    if not kind.differentiable:
        return set()
    if kind.is_container and kind.items:
        return {held for item in kind.items for held in _held(item, assume_arrays)}
    match kind.tag:
        case "num":
            return {"number"}
        case "array":
            return {"array"}
        case "numeric":
            return {"array"} if assume_arrays else {"array", "number"}
    return {"array", "number"}
