"""Loops whose test does something: the test moves into the body, where it has an adjoint.

    while (y := x * x) < 1.0: B   ->   while True: y = x * x; if y < 1.0: B else: break

A test that only computes its own truth stays where it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from adjoint.transform.analyses.effects import Summaries, written
from adjoint.transform.analyses.kind import Kind
from adjoint.transform.ir.nodes import (
    Block,
    Break,
    Const,
    Function,
    If,
    Stmt,
    While,
    binds,
    walk,
)  # fmt: skip
from adjoint.transform.ir.rebuild import map_inside


def open_tests(fn: Function, kinds: Mapping[str, Kind], summaries: Summaries) -> Function:
    """The same function; no test of a `while` binds one of its names or writes into anything."""
    return replace(fn, body=_block(fn.body, kinds, summaries))


def _block(block: Block, kinds: Mapping[str, Kind], summaries: Summaries) -> Block:
    return tuple(_stmt(stmt, kinds, summaries) for stmt in block)


def _stmt(stmt: Stmt, kinds: Mapping[str, Kind], summaries: Summaries) -> Stmt:
    stmt = map_inside(stmt, lambda block: _block(block, kinds, summaries))
    if not isinstance(stmt, While):
        return stmt
    if not any(_does_something(s, kinds, summaries) for s in walk(stmt.before)):
        return stmt
    rounds = If(stmt.test, stmt.body, (Break(stmt.span),), stmt.span)
    return replace(stmt, before=(), test=Const(True), body=(*stmt.before, rounds))


def _does_something(stmt: Stmt, kinds: Mapping[str, Kind], summaries: Summaries) -> bool:
    """Whether a statement does more than give a temporary its value."""
    bound = (variable for variable in binds(stmt) if not variable.is_temporary)
    return any(bound) or bool(written(stmt, kinds, summaries))
