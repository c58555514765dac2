"""A function as if the user had written all of it: nothing is simplified when it is printed."""

from __future__ import annotations

from dataclasses import replace

from adjoint.transform.emit.purity import PLAIN
from adjoint.transform.ir.nodes import (
    NOWHERE,
    Assign,
    Augment,
    Block,
    Define,
    Effect,
    Function,
    Op,
    Stmt,
    Store,
    With,
)  # fmt: skip
from adjoint.transform.ir.rebuild import map_inside

_BY_SOMEBODY = replace(NOWHERE, file="<adjoint>")


def as_written(fn: Function) -> Function:
    """The function with the operations and updates that were derived marked as anybody's."""
    return replace(fn, body=_block(fn.body))


def _block(block: Block) -> Block:
    return tuple(_stmt(stmt) for stmt in block)


def _stmt(stmt: Stmt) -> Stmt:
    match stmt:
        case Assign(value=Op() as op):
            return replace(stmt, value=_op(op))
        case Effect(value=op):
            return replace(stmt, value=_op(op))
        case Store() | Augment() if stmt.span == NOWHERE:
            return replace(stmt, span=_BY_SOMEBODY)
        case Define(function=function):
            return replace(stmt, function=as_written(function))
        case With(context=context, body=body):
            return replace(stmt, context=_op(context), body=_block(body))
    return map_inside(stmt, _block)


def _op(op: Op) -> Op:
    return replace(op, prim=PLAIN + op.prim) if op.prim.startswith("derived") else op
