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
    For,
    Function,
    If,
    Stmt,
    While,
    With,
    binds,
    walk,
)  # fmt: skip


def open_tests(fn: Function, kinds: Mapping[str, Kind], summaries: Summaries) -> Function:
    """The same function; no test of a `while` binds one of its names or writes into anything."""
    return replace(fn, body=_block(fn.body, kinds, summaries))


def _block(block: Block, kinds: Mapping[str, Kind], summaries: Summaries) -> Block:
    return tuple(_stmt(stmt, kinds, summaries) for stmt in block)


def _stmt(stmt: Stmt, kinds: Mapping[str, Kind], summaries: Summaries) -> Stmt:
    match stmt:
        case If(body=body, orelse=orelse):
            then, other = _block(body, kinds, summaries), _block(orelse, kinds, summaries)
            return replace(stmt, body=then, orelse=other)
        case For(body=body) | With(body=body):
            return replace(stmt, body=_block(body, kinds, summaries))
        case While(before=before, test=test, body=body):
            body = _block(body, kinds, summaries)
            if not any(_does_something(s, kinds, summaries) for s in walk(before)):
                return replace(stmt, body=body)
            before = _block(before, kinds, summaries)
            rounds = If(test, body, (Break(stmt.span),), stmt.span)
            return replace(stmt, before=(), test=Const(True), body=(*before, rounds))
    return stmt


def _does_something(stmt: Stmt, kinds: Mapping[str, Kind], summaries: Summaries) -> bool:
    """Whether a statement does more than give a temporary its value."""
    bound = (variable for variable in binds(stmt) if not variable.is_temporary)
    return any(bound) or bool(written(stmt, kinds, summaries))
