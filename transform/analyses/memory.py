"""Which names have their cotangents by the memory that they hold, found when the adjoint runs."""

from __future__ import annotations

from collections.abc import Mapping

from adjoint.transform.analyses.alias_state import World
from adjoint.transform.analyses.container_calls import DEEP_COPY
from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.errors import UnsupportedSyntax
from adjoint.transform.ir.nodes import Assign, Function, Op, walk
from adjoint.transform.refusals import unsupported


def shadowed_names(
    fn: Function, classes: Mapping[str, frozenset[str]], world: World
) -> tuple[frozenset[str], frozenset[str]]:
    """All names that may share memory with one that is written in doubt.

    Returns:
        Those that hold arrays, or containers of arrays alone; and those that may be numbers, or
        containers of numbers and arrays.

    Raises:
        UnsupportedSyntax: one of them may hold what is neither an array nor a number, or is a
            container of the caller's that is changed itself.
    """
    shadowed: set[str] = set()
    mixed: set[str] = set()
    changed = {n for names in world.reached.values() for n in names}
    given = {p.name for p in fn.params} & changed
    for name, refusal in world.doubts.items():
        rearranged = name in world.changed
        for member in classes.get(name, frozenset()) | {name}:
            kind = world.kinds.get(member, ANY)
            held = _held(kind, world.assume_arrays, refusal)
            if member in given and kind.is_container:
                raise refusal
            if rearranged and kind.is_container and "number" in held:
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


def _held(kind: Kind, assume_arrays: bool, refusal: UnsupportedSyntax) -> set[str]:
    """What a value of a kind holds through which a derivative may pass: arrays, numbers."""
    if not kind.differentiable:
        return set()
    if kind.tag in ("list", "tuple", "dict") and kind.items:
        return {held for item in kind.items for held in _held(item, assume_arrays, refusal)}
    match kind.tag:
        case "num":
            return {"number"}
        case "array":
            return {"array"}
        case "numeric":
            return {"array"} if assume_arrays else {"array", "number"}
    raise refusal
