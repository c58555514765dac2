"""The parts of a `try` that is taken apart: where it is cut, and each as a `try` of its own."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from adjoint.runtime.modes import no_grad
from adjoint.transform.analyses.caught import is_quiet
from adjoint.transform.ir.nodes import (
    Block,
    Break,
    Const,
    For,
    If,
    Ref,
    Stmt,
    Try,
    Var,
    While,
    With,
    walk,
)  # fmt: skip

_SETTINGS = (np.errstate, np.printoptions, no_grad, warnings.catch_warnings)
_LOCKS = (type(threading.Lock()), type(threading.RLock()), threading.Semaphore)

Matters = Callable[[Stmt], bool]
"""Whether it matters, where a `try` has caught, that a statement has run."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A `try` that is taken apart.

    matters: whether it matters that a statement has run. handler: what each part does if it fails.
    """

    stmt: Try
    matters: Matters
    handler: Block

    def ok(self) -> Var:
        """The flag of the `try`: that nothing has failed."""
        assert isinstance(self.stmt.test, Var)
        return self.stmt.test


def has_cut(block: Block, matters: Matters) -> bool:
    """Whether something that matters is followed, in a block, by what may raise."""
    for position, stmt in enumerate(block):
        if _cut_inside(stmt, matters):
            return True
        if any(map(matters, walk((stmt,)))) and not all(map(is_quiet, block[position + 1 :])):
            return True
    return False


def _cut_inside(stmt: Stmt, matters: Matters) -> bool:
    match stmt:
        case For(body=body):
            return any(map(matters, walk(body)))
        case While(before=before, body=body):
            return any(map(matters, walk((*before, *body))))
        case If(body=body, orelse=orelse):
            return has_cut(body, matters) or has_cut(orelse, matters)
        case With(body=body):
            return has_cut(body, matters)
    return False


def can_open(block: Block, matters: Matters) -> bool:
    """Whether whatever has to be taken apart can be.

    The exit of a `with` sees the exception that leaves it; what `finally` does may raise itself.
    """
    for stmt in block:
        match stmt:
            case With(body=body) if _is_indifferent(stmt) and not leaves(body):
                if not can_open(body, matters):
                    return False
            case Try() | With() if _cut_inside(stmt, matters) or leaves((stmt,)):
                return False
            case If(body=body, orelse=orelse):
                if not (can_open(body, matters) and can_open(orelse, matters)):
                    return False
            case For(body=body) | While(body=body):
                if _cut_inside(stmt, matters) and not can_open(body, matters):
                    return False
    return True


def _is_indifferent(stmt: With) -> bool:
    """Whether it is all the same to a context that an exception leaves it."""
    callee = stmt.context.callee
    if isinstance(callee, Ref):
        return callee.value in _SETTINGS
    held = stmt.context.args
    return len(held) == 1 and isinstance(held[0], Ref) and isinstance(held[0].value, _LOCKS)


def leaves(block: Block) -> bool:
    """Whether a block may break out of the loop around it."""
    for stmt in block:
        match stmt:
            case Break():
                return True
            case If(body=body, orelse=orelse) if leaves(body) or leaves(orelse):
                return True
            case With(body=body) if leaves(body):
                return True
    return False


def parts_of(block: Block, attempt: Attempt, leave: Block) -> Block:
    """The parts of a block, each a `try` of its own; `leave` is done where one has failed."""
    run: list[Stmt] = []
    for position, stmt in enumerate(block):
        rest = block[position:]
        if _cut_inside(stmt, attempt.matters) or leaves((stmt,)):
            if run and not all(map(is_quiet, run)):
                return (_part(run, attempt), *_guarded(rest, attempt, leave))
            return (*run, *_opened(stmt, block[position + 1 :], attempt, leave))
        run.append(stmt)
        rest = block[position + 1 :]
        if any(map(attempt.matters, walk((stmt,)))) and not all(map(is_quiet, rest)):
            if all(map(is_quiet, run)):
                return (*run, *parts_of(rest, attempt, leave))
            return (_part(run, attempt), *_guarded(rest, attempt, leave))
    if all(map(is_quiet, run)):
        return tuple(run)
    return (_part(run, attempt), *_guarded((), attempt, leave))


def _part(run: list[Stmt], attempt: Attempt) -> Stmt:
    stmt = attempt.stmt
    handler = tuple(replace(inner) for inner in attempt.handler)
    return Try(stmt.test, tuple(run), handler, stmt.span, stmt.catches)


def _guarded(rest: Block, attempt: Attempt, leave: Block) -> Block:
    """What follows a part that may have failed."""
    if not rest and not leave:
        return ()
    failed = tuple(replace(stmt) for stmt in leave)
    return (If(attempt.ok(), parts_of(rest, attempt, leave), failed, attempt.stmt.span),)


def _opened(stmt: Stmt, rest: Block, attempt: Attempt, leave: Block) -> Block:
    """A statement that something has to be told apart in, and what follows it."""
    around: Block = (Break(attempt.stmt.span),)
    match stmt:
        case If(body=body, orelse=orelse):
            inner = () if rest else leave
            then, other = parts_of(body, attempt, inner), parts_of(orelse, attempt, inner)
            new: Stmt = replace(stmt, body=then, orelse=other)
            return (new, *_guarded(rest, attempt, leave)) if rest else (new,)
        case With(body=body):
            new = replace(stmt, body=parts_of(body, attempt, () if rest else leave))
            return (new, *_guarded(rest, attempt, leave)) if rest else (new,)
        case For(body=body):
            new = replace(stmt, body=parts_of(body, attempt, around))
        case While(before=before, test=test, body=body):
            if all(map(is_quiet, before)):
                new = replace(stmt, body=parts_of(body, attempt, around))
            else:
                endless = isinstance(test, Const) and bool(test.value)
                going = If(test, body, (Break(stmt.span),), stmt.span)
                whole = (*before, *body) if endless else (*before, going)
                rounds = parts_of(whole, attempt, around)
                new = replace(stmt, before=(), test=Const(True), body=rounds)
        case _:
            return (stmt,)  # a `break`
    return (new, *_guarded(rest, attempt, leave))


