"""What cells cannot follow: where a variable that functions share is not bound, but changed."""

from __future__ import annotations

from collections.abc import Mapping

from adjoint.transform.analyses.aliases import Aliases
from adjoint.transform.analyses.cells import cell_names, cells_reached, holds_cells, is_store
from adjoint.transform.analyses.effects import is_rule
from adjoint.transform.analyses.kind import ANY, CELL, Kind
from adjoint.transform.errors import UnsupportedSyntax
from adjoint.transform.ir.nodes import (
    Assign,
    Effect,
    Function,
    Op,
    Stmt,
    Store,
    Try,
    Var,
    walk,
)
from adjoint.transform.refusals import unsupported


def check_cells(fn: Function, kinds: Mapping[str, Kind], aliases: Aliases) -> None:
    """The variables in cells must be bound, not changed in place, outside of `try`.

    Raises:
        UnsupportedSyntax: an array or list that one may hold is written in place, or an exception
            might leave some bound and others not.
    """
    if not cell_names(kinds):
        return
    contents = _contents(fn, kinds, aliases)
    for stmt in walk(fn.body):
        if contents & aliases.reached.get(id(stmt), frozenset()):
            raise _changed(stmt)
        if _is_called_unseen(stmt, kinds):
            raise unsupported(
                stmt.span, "a function that shares variables with others is called in an order "
                "that is not seen", "call it in a loop, or let it return what it computes",
            )  # fmt: skip
        if isinstance(stmt, Try) and stmt.catches:
            for inner in walk(stmt.body):
                if cells_reached(inner, kinds):
                    raise unsupported(
                        inner.span, "functions made here share a variable that may be bound in "
                        "this `try`", "call them outside of it, or let them return the values",
                    )  # fmt: skip


def _contents(fn: Function, kinds: Mapping[str, Kind], aliases: Aliases) -> frozenset[str]:
    """The names of what cells may hold and what can be changed in place."""
    held: set[str] = set()
    others: dict[str, set[str]] = {}
    for stmt in walk(fn.body):
        match stmt:
            case Assign(target=target, value=Op(prim="cell:value" | "cell:plain")):
                held.add(target.name)
            case Assign(value=Op(prim="cell:new", args=(Var(name=name),))):
                held.add(name)
            case Assign(target=target, value=Var(name=name)):
                others.setdefault(name, set()).add(target.name)
                others.setdefault(target.name, set()).add(name)
        op = stmt.value if isinstance(stmt, Assign | Effect) else None
        if isinstance(op, Op) and not op.prim.startswith("cell:"):
            if cells_reached(stmt, kinds):  # it may keep them there, or give what is there
                held |= {atom.name for atom in op.args if isinstance(atom, Var)}
                held |= {stmt.target.name} if isinstance(stmt, Assign) else set()
        if is_store(stmt) and isinstance(stmt.value, Var):  # type: ignore[union-attr]
            held.add(stmt.value.name)  # type: ignore[union-attr]
    pending = list(held)
    while pending:  # other names of the same list
        more = others.get(pending.pop(), set()) - held
        held |= more
        pending += more
    for name in list(held):
        held |= {
            other for other in aliases.classes.get(name, frozenset())
            if not kinds.get(other, ANY).is_container
        }  # fmt: skip
    return frozenset(
        name for name in held
        if kinds.get(name, ANY).may_share and not holds_cells(kinds.get(name, ANY))
    )  # fmt: skip


def _is_called_unseen(stmt: Stmt, kinds: Mapping[str, Kind]) -> bool:
    """Whether a function that holds cells is given to an operation that calls it: `sorted`."""
    op = stmt.value if isinstance(stmt, Assign | Effect) else None
    if not isinstance(op, Op) or not (op.prim.startswith("elements:") or is_rule(op.prim)):
        return False
    return any(isinstance(a, Var) and holds_cells(kinds.get(a.name, ANY)) for a in op.args)


def _changed(stmt: Stmt) -> UnsupportedSyntax:
    span = getattr(stmt, "span")  # noqa: B009
    what = "this changes in place what a variable holds that functions made here share"
    advice = "bind the variable to a new value, or take a copy (`.copy()`) first"
    return unsupported(span, what, advice)


def refuse_early(fn: Function, kinds: Mapping[str, Kind]) -> None:
    """What can be told of cells before anything is known of aliases.

    Raises:
        UnsupportedSyntax: an array in a cell is written in place; or the function was emitted for
            cells: it adds to their cotangents, or takes them, and is not differentiated again.
    """
    read: set[str] = set()
    for stmt in walk(fn.body):
        match stmt:
            case Assign(target=target, value=Op(prim="cell:value")):
                read.add(target.name)
            case Store(place=Op(prim="index", args=(Var(name=name), *_))) if name in read:
                raise _changed(stmt)
        op = stmt.value if isinstance(stmt, Assign | Effect) else None
        if not isinstance(op, Op) or op.prim not in ("method:add", "method:take"):
            continue
        if isinstance(op.args[0], Var) and kinds.get(op.args[0].name, ANY) == CELL:
            raise unsupported(
                stmt.span, "a variable that functions share has no second derivative",
                "let the functions return what they compute",
            )  # fmt: skip
