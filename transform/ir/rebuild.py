"""Blocks with some of their statements replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from adjoint.transform.ir.nodes import Block, Define, For, If, Stmt, While, With, blocks_of, walk


def everything(block: Block) -> Iterator[Stmt]:
    """Every statement of a block, of the blocks inside it and of the functions defined there."""
    for stmt in walk(block):
        yield stmt
        if isinstance(stmt, Define):
            yield from everything(stmt.function.body)


def inner_blocks(stmt: Stmt) -> tuple[Block, ...]:
    """The blocks directly inside a statement, and the body of the function that it defines."""
    return (stmt.function.body,) if isinstance(stmt, Define) else blocks_of(stmt)


def replace_stmts(block: Block, changes: Mapping[int, tuple[Stmt, ...]]) -> Block:
    """The block with statements, by their identity, replaced wherever they stand in it.

    Nested functions are looked into; a block in which nothing changes is the same object.
    """
    new: list[Stmt] = []
    for stmt in block:
        found = changes.get(id(stmt))
        inner = map_blocks(stmt, lambda b: replace_stmts(b, changes)) if found is None else stmt
        new += (inner,) if found is None else found
    same = len(new) == len(block) and all(a is b for a, b in zip(new, block, strict=True))
    return block if same else tuple(new)


def distinct(block: Block) -> Block:
    """The block with each statement an object of its own, none standing in two places."""
    stmts = [id(stmt) for stmt in everything(block)]
    return block if len(set(stmts)) == len(stmts) else _copied(block)


def _copied(block: Block) -> Block:
    return tuple(replace(map_blocks(stmt, _copied)) for stmt in block)


def map_blocks(stmt: Stmt, change: Callable[[Block], Block]) -> Stmt:
    """The statement with each block inside it changed, a nested function's too; or itself."""
    if not isinstance(stmt, Define):
        return map_inside(stmt, change)
    body = change(stmt.function.body)
    if body is stmt.function.body:
        return stmt
    return replace(stmt, function=replace(stmt.function, body=body))


def map_inside(stmt: Stmt, change: Callable[[Block], Block]) -> Stmt:
    """The statement with each block of control flow inside it changed; itself where none is."""
    old = blocks_of(stmt)
    new = tuple(change(inner) for inner in old)
    if all(a is b for a, b in zip(new, old, strict=True)):
        return stmt
    match stmt, new:
        case (If() | For()), (body, orelse):
            return replace(stmt, body=body, orelse=orelse)
        case While(), (before, body, orelse):
            return replace(stmt, before=before, body=body, orelse=orelse)
        case With(), (body,):
            return replace(stmt, body=body)
    raise AssertionError(stmt)
