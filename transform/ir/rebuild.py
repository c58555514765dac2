"""Blocks with some of their statements replaced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from adjoint.transform.ir.nodes import Block, Define, For, If, Stmt, While, With


def replace_stmts(block: Block, changes: Mapping[int, tuple[Stmt, ...]]) -> Block:
    """The block with statements, by their identity, replaced wherever they stand in it.

    Nested functions are looked into; a block in which nothing changes is the same object.
    """
    new: list[Stmt] = []
    for stmt in block:
        new += changes[id(stmt)] if id(stmt) in changes else (_inside(stmt, changes),)
    same = len(new) == len(block) and all(a is b for a, b in zip(new, block, strict=True))
    return block if same else tuple(new)


def _inside(stmt: Stmt, changes: Mapping[int, tuple[Stmt, ...]]) -> Stmt:
    match stmt:
        case If(body=body, orelse=orelse) | For(body=body, orelse=orelse):
            then, other = replace_stmts(body, changes), replace_stmts(orelse, changes)
            same = then is body and other is orelse
            return stmt if same else replace(stmt, body=then, orelse=other)
        case While(before=before, body=body, orelse=orelse):
            first, then = replace_stmts(before, changes), replace_stmts(body, changes)
            other = replace_stmts(orelse, changes)
            same = first is before and then is body and other is orelse
            return stmt if same else replace(stmt, before=first, body=then, orelse=other)
        case With(body=body):
            then = replace_stmts(body, changes)
            return stmt if then is body else replace(stmt, body=then)
        case Define(function=function):
            then = replace_stmts(function.body, changes)
            same = then is function.body
            return stmt if same else replace(stmt, function=replace(function, body=then))
    return stmt
