"""Liveness: after each statement, the names that the primal may still read."""

from __future__ import annotations

from adjoint.transform.ir.nodes import (
    SIMPLE,
    Augment,
    Block,
    Break,
    For,
    Function,
    If,
    Stmt,
    Try,
    Var,
    While,
    With,
    binds,
    reads,
)  # fmt: skip

Live = frozenset[str]


def live_after(fn: Function, at_end: Live = frozenset()) -> dict[int, Live]:
    """For every statement, by identity, the names live after it; `at_end` are read by others."""
    found: dict[int, Live] = {}
    _block(fn.body, at_end, frozenset(), found)
    return found


def names_read(stmt: Stmt) -> Live:
    """The names that a statement itself reads."""
    return frozenset(a.name for a in reads(stmt) if isinstance(a, Var))


def _block(block: Block, live: Live, leave: Live, found: dict[int, Live]) -> Live:
    """Names live before a block; `leave` is what is live where a `Break` goes."""
    for stmt in reversed(block):
        found[id(stmt)] = live
        live = _stmt(stmt, live, leave, found)
    return live


def _stmt(stmt: Stmt, live: Live, leave: Live, found: dict[int, Live]) -> Live:
    bound = frozenset(v.name for v in binds(stmt)) if not isinstance(stmt, Augment) else frozenset()
    if type(stmt) in SIMPLE:
        kept = leave if isinstance(stmt, Break) else live
        return (kept - bound if bound else kept) | names_read(stmt)
    match stmt:
        case Try(body=body, orelse=orelse, catches=()):
            live = _block(body, _block(orelse, live, leave, found), leave, found)
        case If(body=body, orelse=orelse):
            after = live
            live = _block(body, after, leave, found) | _block(orelse, after, leave, found)
        case For(body=body):
            around = live | names_read(stmt)  # the loop goes on reading what it runs over
            while True:
                again = around | (_block(body, around, live, found) - bound)
                if again == around:
                    break
                around = again
            live = around
        case While(before=before, body=body):
            around = live
            while True:
                inside = _block(body, around, live, found)
                again = around | _block(before, inside | live | names_read(stmt), live, found)
                if again == around:
                    break
                around = again
            live = around
        case With(body=body):
            live = _block(body, live, leave, found) - bound
    return live | names_read(stmt)


def exposed(block: Block) -> Live:
    """The names that a block may read before it binds them."""
    return _block(block, frozenset(), frozenset(), {})
