"""Which operations certainly give a view, of what, and how it is taken of a cotangent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adjoint.transform.analyses.effects import Summaries, is_rule
from adjoint.transform.analyses.kind import ANY, Kind, atom_kind, join_all
from adjoint.transform.analyses.operations import rule_of_name
from adjoint.transform.ir.nodes import (
    Assign,
    Const,
    Each,
    Enumerate,
    Iter,
    Op,
    Range,
    Reversed,
    Stmt,
    Var,
    Zip,
)
from adjoint.transform.ir.places import index_parts

_NO_VIEWS = frozenset({"np.broadcast_to", "np.diagonal", "np.linalg.diagonal"})
"""They give views that cannot be added into: read-only ones, or ones that overlap themselves."""

_PERHAPS = frozenset({
    "np.reshape", "ndarray.reshape", "np.ravel", "np.asarray", "np.asanyarray",
    "np.ascontiguousarray", "np.real", "np.atleast_1d", "np.atleast_2d", "np.atleast_3d",
})  # fmt: skip
"""They give a view or a copy, as the memory of the operand happens to be laid out."""


_BY_LAYOUT = frozenset({"np.reshape", "ndarray.reshape", "np.ravel", "np.ascontiguousarray"})


@dataclass(frozen=True, slots=True)
class View:
    """What a name is certainly a view of.

    of: the array that it is a view of. made: the statement that took it. take: how: the operation
    that made it; a position; `element` or `last element` of what a loop runs over, in the loop's
    order; None where it is the array itself. sure: False where that it is no copy is to be checked
    when the program runs. item: whether it is an array or container that a container holds.
    """

    of: str
    made: Stmt
    take: Op | int | str | None = None
    sure: bool = True
    item: bool = False


def view_of_op(
    stmt: Assign, op: Op, kinds: Mapping[str, Kind], summaries: Summaries,
    is_array: Callable[[str], bool], laid_out: Callable[[str], bool],
) -> View | None:  # fmt: skip
    """The view that an operation certainly gives, or (not `sure`) gives or raises.

    `is_array` says which names certainly hold arrays, `laid_out` which are known to be views whose
    memory has gaps or another order.
    """
    if op.prim == "call":
        position = summaries(op).result
        given = op.args[position] if isinstance(position, int) else None
        return View(given.name, stmt) if isinstance(given, Var) else None
    base = viewed_operand(op)
    if base is None or not is_array(base.name):
        return None
    if op.prim == "index":
        certain = is_basic_index(op, kinds) and (_keeps_axes(op) or is_array(stmt.target.name))
        return View(base.name, stmt, op, sure=_has_axes(op, base, kinds)) if certain else None
    if not is_rule(op.prim):
        return None
    rule = rule_of_name(op.prim)
    if rule.memory == "view" and rule.result == "array" and op.prim not in _NO_VIEWS:
        return View(base.name, stmt, op, sure=_has_axes(op, base, kinds))
    if op.prim not in _PERHAPS or (op.prim in _BY_LAYOUT and laid_out(base.name)):
        return None
    return View(base.name, stmt, op, sure=False)


def item_of_op(stmt: Assign, op: Op, kinds: Mapping[str, Kind]) -> View | None:
    """The array or container that another container holds in the place that an operation names."""
    if not op.args or not isinstance(op.args[0], Var) or not _is_item(stmt.target.name, kinds):
        return None
    base = kinds.get(op.args[0].name, ANY)
    if op.prim == "index" and base.tag in ("list", "dict"):
        parts = index_parts(op)
        found = len(parts) == 1 and parts[0].what == "at"
    else:
        found = base.tag == "record" and op.prim.removeprefix("attribute:") in base.names
    return View(op.args[0].name, stmt, op, item=True) if found else None


def _is_item(name: str, kinds: Mapping[str, Kind]) -> bool:
    return is_item_kind(kinds.get(name, ANY))


def is_item_kind(kind: Kind) -> bool:
    """Whether a value certainly is an array or container, which is the same in all its places."""
    return kind.tag in ("array", "list", "dict", "record")


def viewed_operand(op: Op) -> Var | None:
    """The operand of which an operation may give a view: what stands first in its rule."""
    if not op.args:
        return None
    place = 0
    if is_rule(op.prim) and rule_of_name(op.prim).params:
        first = next(iter(rule_of_name(op.prim).params))
        if first not in op.roles:
            return None
        place = op.roles.index(first)
    found = op.args[place]
    return found if isinstance(found, Var) else None


def is_basic_index(op: Op, kinds: Mapping[str, Kind]) -> bool:
    """Whether a subscript is made of integers, slices and new axes: of an array it gives a view."""
    for part in index_parts(op):
        if part.what != "at":
            continue
        if isinstance(part.at, Const) and isinstance(part.at.value, bool):
            return False
        kind = (atom_kind(part.at, kinds) if part.at is not None else None) or ANY
        if not kind.is_position:
            return False
    return True


def _keeps_axes(op: Op) -> bool:
    """Whether a subscript cannot give a mere number, however few axes the array has."""
    return any(part.what != "at" for part in index_parts(op))


def _has_axes(op: Op, base: Var, kinds: Mapping[str, Kind]) -> bool:
    """Whether what is viewed is no number: arithmetic of arrays without axes gives numbers."""
    if op.prim == "index" and any(part.what in ("slice", "at") for part in index_parts(op)):
        return True
    kind = kinds.get(base.name, ANY)
    return kind.tag != "array" or bool(kind.ndim)


Part = View | str | None
"""What a part of the tuple that a loop gives is: a view, an element of a name, nothing shared."""

SOME = ""
"""In place of that name: an element of something that the loop runs over."""


def views_of_loop(
    iterable: Iter, made: Stmt, kinds: Mapping[str, Kind]
) -> tuple[View | None, tuple[Part, ...]]:
    """What the target of a loop is a view of, and what the parts of a tuple that it holds are."""
    if isinstance(iterable, Enumerate):
        return None, (None, _part(iterable.inner, made, kinds))
    if isinstance(iterable, Zip):
        return None, tuple(_part(inner, made, kinds) for inner in iterable.inners)
    return _element(iterable, made, kinds), ()


def _part(iterable: Iter, made: Stmt, kinds: Mapping[str, Kind]) -> Part:
    match iterable:
        case Range():
            return None
        case Each(value=Var(name=name)) | Reversed(inner=Each(value=Var(name=name))):
            return _element(iterable, made, kinds) or name
    return SOME


def _element(iterable: Iter, made: Stmt, kinds: Mapping[str, Kind]) -> View | None:
    take = "element"
    if isinstance(iterable, Reversed):
        iterable, take = iterable.inner, "last element"
    if isinstance(iterable, Each) and isinstance(iterable.value, Var):
        kind = kinds.get(iterable.value.name, ANY)
        if kind.tag == "array":
            return View(iterable.value.name, made, take)
        if kind.tag == "list" and is_item_kind(join_all(kind.items)):
            return View(iterable.value.name, made, take, item=True)
    return None
