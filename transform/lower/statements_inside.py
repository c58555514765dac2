"""Statements with what is inside them changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from adjoint.transform.ir.nodes import (
    Assign,
    Block,
    Effect,
    For,
    If,
    Op,
    Stmt,
    While,
    With,
    blocks_of,
)


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
    return inside(stmt, block) if blocks_of(stmt) else stmt


def inside(stmt: Stmt, block: Callable[[Block], Block]) -> Stmt:
    """The statement with the blocks inside it changed."""
    match stmt:
        case If(body=body, orelse=orelse):
            return replace(stmt, body=block(body), orelse=block(orelse))
        case For(body=body):
            return replace(stmt, body=block(body))
        case While(before=before, body=body):
            return replace(stmt, before=block(before), body=block(body))
        case With(body=body):
            return replace(stmt, body=block(body))
    return stmt
