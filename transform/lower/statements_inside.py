"""Statements with the operations inside them changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from adjoint.transform.ir.nodes import Assign, Block, Effect, Op, Stmt, With
from adjoint.transform.ir.rebuild import map_inside


def map_ops(stmt: Stmt, change: Callable[[Op], Op]) -> Stmt:
    """The statement with every operation changed, in the blocks inside it too."""

    def block(inner: Block) -> Block:
        return tuple(map_ops(s, change) for s in inner)

    match stmt:
        case Assign(value=Op() as op):
            return replace(stmt, value=change(op))
        case Effect(value=op):
            return replace(stmt, value=change(op))
        case With(context=context, body=body):
            return replace(stmt, context=change(context), body=block(body))
    return map_inside(stmt, block)
