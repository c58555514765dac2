"""What runs in any case: `finally`, and the end of a `with`, as the compiler of Python writes them.

try:                            try:
return a                        value = a
finally:               ->           returned = True
last                        except BaseException:
last
raise
last
if returned:
return value
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import gast

from adjoint.transform.ir.nodes import (
    CAUGHT,
    Assign,
    Block,
    Break,
    Const,
    Continue,
    For,
    If,
    Keep,
    Op,
    Ref,
    Return,
    Stmt,
    Try,
    Var,
    While,
)  # fmt: skip
from adjoint.transform.ir.rebuild import map_inside
from adjoint.transform.lower.exits import BREAK, CONTINUE, RETURN, left_alone, ways_out
from adjoint.transform.lower.scope import Scope


def in_any_case(
    body: Block, last: Block, again: Block, scope: Scope, out: list[Stmt], stops: bool = False
) -> None:
    """A block, and another that runs however it is left.

    Args:
        body: what is tried.
        last: what runs when it has come to its end, or was left by an exit.
        again: what runs when an exception has left it; it ends by raising that again.
        scope: where the statement stands.
        out: receives the statements.
        stops: whether `again` may stop the exception.
    """
    completed = scope.fresh("completed")
    leave: list[Stmt] = []
    body = noting_exits(body, scope, out, leave)
    body = (*body, Assign(completed, Const(True), scope.span))
    first = again[:1] if again and _takes_error(again[0]) else ()
    handler = (*first, Assign(completed, Const(False), scope.span), *again[len(first) :])
    everything = (Ref("BaseException", BaseException),)
    out.append(Try(completed, body, handler, scope.span, everything))
    if ways_out(last) or stops:
        out.append(If(completed, last, (), scope.span))
    else:
        out.extend(last)
    out.extend(leave)


def raised_again(block: Block, scope: Scope) -> Block:
    """A block that ends by raising the exception that is being handled."""
    return (*block, Keep(gast.Raise(None, None), (), scope.span))


def noting_exits(body: Block, scope: Scope, out: list[Stmt], leave: list[Stmt]) -> Block:
    """The block, which notes its exits and falls to its end in their place.

    Args:
        body: the statements.
        scope: where they stand.
        out: receives what comes before them.
        leave: receives the exits, for when what has to run before them has run.
    """
    kinds = sorted(ways_out(body))
    if not kinds:
        return body
    value = scope.fresh("value") if RETURN in kinds else None
    flags = {kind: scope.fresh(kind) for kind in kinds}
    out.extend(Assign(flag, Const(False), scope.span) for flag in flags.values())
    exits: dict[str, Stmt] = {
        RETURN: Return(value or Const(None), scope.span),
        BREAK: Break(scope.span), CONTINUE: Continue(scope.span),
    }  # fmt: skip
    leave += (If(flag, (exits[kind],), (), scope.span) for kind, flag in flags.items())
    noted = tuple(_noting(body, flags, value))
    return left_alone(noted, lambda name: scope.fresh(name).name)


def _takes_error(stmt: Stmt) -> bool:
    op = stmt.value if isinstance(stmt, Assign) else None
    return isinstance(op, Op) and op.template is CAUGHT


def _noting(
    block: Block, flags: Mapping[str, Var], value: Var | None, inside: bool = False
) -> Iterator[Stmt]:
    """The block; each exit notes what it is and leaves the block alone.

    Args:
        block: the statements.
        flags: for each kind of exit, what notes it.
        value: receives what is returned.
        inside: whether this stands in a loop of the block's own.
    """
    for stmt in block:
        match stmt:
            case Return(value=given, span=span) if value is not None:
                yield Assign(value, given, span)
                yield Assign(flags[RETURN], Const(True), span)
                yield Return(Const(None), span)
            case Break(span=span) if not inside:
                yield Assign(flags[BREAK], Const(True), span)
                yield Return(Const(None), span)
            case Continue(span=span) if not inside:
                yield Assign(flags[CONTINUE], Const(True), span)
                yield Return(Const(None), span)
            case For(body=body, orelse=orelse) | While(body=body, orelse=orelse):
                rounds = tuple(_noting(body, flags, value, True))
                rest = tuple(_noting(orelse, flags, value, inside))
                yield replace(stmt, body=rounds, orelse=rest)
            case _:
                yield map_inside(stmt, lambda b: tuple(_noting(b, flags, value, inside)))
