"""What is read where an exception was caught: what a `try` does before one must have reached it.

Liveness along the ways on which a function comes to its end. An exception may leave the body of a
`try` wherever something in it can raise; one that nobody catches ends the function, and what is
read on such a way has no derivative.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import gast

from adjoint.transform.analyses.liveness import Live, names_read
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Block,
    Break,
    Const,
    For,
    If,
    Keep,
    Op,
    Stmt,
    Try,
    While,
    With,
    binds,
)  # fmt: skip
from adjoint.transform.ir.rebuild import map_inside

_Way = Live | None
"""The names live at some point; None: the function cannot come to its end from here."""


def read_if_caught(block: Block) -> dict[int, Live]:
    """For every `try` that catches, by identity, the names that are read where it has caught.

    One is missing where the function cannot come to its end once it has.
    """
    found: dict[int, Live] = {}
    _block(block, frozenset(), _Exits(None, None, found))
    return found


def is_quiet(stmt: Stmt) -> bool:
    """Whether a statement cannot raise."""
    if isinstance(stmt, If) and not isinstance(stmt, Try):
        return all(map(is_quiet, (*stmt.body, *stmt.orelse)))
    return isinstance(stmt, Break) or (isinstance(stmt, Assign) and not isinstance(stmt.value, Op))


def always_raises(block: Block) -> bool:
    """Whether the end of a block is never reached: it raises."""
    for stmt in block:
        match stmt:
            case Keep(template=gast.Raise()):
                return True
            case Try(body=body, catches=()) | With(body=body) if always_raises(body):
                return True
            case If(body=body, orelse=orelse) if always_raises(body) and always_raises(orelse):
                return True
    return False


@dataclass(frozen=True, slots=True)
class _Exits:
    """What is live where a `break` and an exception go; receives what is found."""

    leave: _Way
    caught: _Way
    found: dict[int, Live] = field(default_factory=dict)


def _either(a: _Way, b: _Way) -> _Way:
    return a if b is None else b if a is None else a | b


def _block(block: Block, live: _Way, exits: _Exits) -> _Way:
    end = live
    for position in range(len(block) - 1, -1, -1):
        stmt = block[position]
        if isinstance(stmt, Try) and stmt.catches:
            failed = _without(block[position + 1 :], stmt.test)
            live = _try(stmt, live, _block(failed, end, exits), exits)
        else:
            live = _stmt(stmt, live, exits)
    return live


def _try(stmt: Try, live: _Way, failed: _Way, exits: _Exits) -> _Way:
    """What is live before a `try`; `failed`: after it, where it has caught."""
    handler = _block(stmt.orelse, failed, exits)
    if handler is not None:
        exits.found[id(stmt)] = exits.found.get(id(stmt), frozenset()) | handler
    everything = any(getattr(known, "value", None) is BaseException for known in stmt.catches)
    caught = handler if everything else _either(handler, exits.caught)
    before = _block(stmt.body, live, _Exits(exits.leave, caught, exits.found))
    return _read(before, stmt)


def _stmt(stmt: Stmt, live: _Way, exits: _Exits) -> _Way:
    bound = frozenset(v.name for v in binds(stmt)) if not isinstance(stmt, Augment) else frozenset()
    match stmt:
        case Break():
            return exits.leave
        case Keep(template=gast.Raise()):
            return _read(exits.caught, stmt)
        case Try(body=body, orelse=orelse):  # `finally`
            last = _block(orelse, live, exits)
            raised = _block(orelse, exits.caught, exits)
            return _block(body, last, _Exits(exits.leave, raised, exits.found))
        case If(body=body, orelse=orelse):
            live = _either(_block(body, live, exits), _block(orelse, live, exits))
        case For(body=body):
            inner = _Exits(live, exits.caught, exits.found)
            live = _rounds(live, lambda around: _less(_block(body, around, inner), bound))
            live = _read(live, stmt)
        case While(before=before, test=test, body=body):
            inner = _Exits(live, exits.caught, exits.found)
            end = None if isinstance(test, Const) and test.value else live
            live = _rounds(None, lambda around: _block(
                before, _read(_either(end, _block(body, around, inner)), stmt), inner
            ))  # fmt: skip
        case With(body=body):
            live = _less(_block(body, live, exits), bound)
        case _:
            live = _less(live, bound)
    if not is_quiet(stmt):
        live = _either(live, exits.caught)
    return _read(live, stmt)


def _rounds(start: _Way, before: Callable[[_Way], _Way]) -> _Way:
    """What is live before each round of a loop, if `before` says what is live before a last one."""
    around = start
    while True:
        again = _either(around, before(around))
        if again == around:
            return around
        around = again


def _less(live: _Way, bound: Live) -> _Way:
    return None if live is None else live - bound


def _read(live: _Way, stmt: Stmt) -> _Way:
    return None if live is None else live | names_read(stmt)


def _without(block: Block, completed: Atom) -> Block:
    """The block without what runs only if a `try` has completed."""

    def one(stmt: Stmt) -> Stmt:
        if isinstance(stmt, If) and not isinstance(stmt, Try) and stmt.test == completed:
            return replace(stmt, body=(), orelse=_without(stmt.orelse, completed))
        return map_inside(stmt, lambda inner: _without(inner, completed))

    return tuple(map(one, block))
