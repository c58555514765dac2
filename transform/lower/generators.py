"""Generators: what consumes one stands where it yields.

    def squares(y):
        for v in y:                    for v in x:
            if v > 0:          ->          if v > 0:
                yield v * v                    w = v * v
    for w in squares(x):                       total = total + w
        total = total + w

Both run in turns, as in Python: the generator goes on where the consumer's round ends. A `break` of
the consumer leaves the generator; its `continue` leaves what stands at one `yield`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import gast
import numpy as np

from adjoint.transform.ir.nodes import (
    Assign,
    Block,
    Break,
    Const,
    Continue,
    For,
    If,
    Ref,
    Return,
    Rhs,
    Stmt,
    Var,
    While,
    With,
)
from adjoint.transform.lower import assignments, expressions, opened, statements
from adjoint.transform.lower.bindings import own_nodes
from adjoint.transform.lower.counting import OUT, Each, counted, stop_at, unless_none
from adjoint.transform.lower.exits import BREAK, CONTINUE, RETURN, falls, left_alone, ways_out
from adjoint.transform.lower.scope import Scope, resolve_path
from adjoint.transform.lower.streams import Stream
from adjoint.transform.lower.templates import name

_SETTINGS = (np.errstate, np.printoptions)


def rounds(node: gast.For, scope: Scope) -> Each:
    """What a loop does in each round."""

    def each(value: Rhs, out: list[Stmt]) -> None:
        assignments.assign_to(node.target, value, scope, out)
        out.extend(statements.block(node.body, scope))

    return each


def run(
    found: Stream, each: Each, orelse: list[gast.AST], scope: Scope, out: list[Stmt]
) -> None:  # fmt: skip
    """The text of a generator with what its consumer does where it yields.

    Args:
        found: the generator.
        each: what is done in each round; lowered anew for each `yield`.
        orelse: what is done at the end, unless the consumer broke off.
        scope: where the consumer stands.
        out: receives the statements.
    """
    definition = found.generator.node
    _check(definition, found.generator.scope)
    inner = opened.enter(found.call, found.generator, scope, out)
    each, most = counted(found, each, scope, out)
    trial: list[Stmt] = []
    known = set(scope.chosen)
    each(Const(None), trial)
    scope.chosen.intersection_update(known)
    kinds = ways_out(tuple(trial))
    ends = _ends(definition)
    returns = any(isinstance(node, gast.Return) for node in own_nodes(definition.body))
    ending = most is None and all(id(node) in ends for node in _yields(definition))
    apart = CONTINUE in kinds and not ending
    leaves = BREAK in kinds or returns or most is not None or apart
    way = _Way(
        scope.fresh("broke") if BREAK in kinds and (orelse or apart) else None,
        scope.fresh("left") if leaves and RETURN in kinds else None,
        scope.fresh("value") if leaves and RETURN in kinds else None,
    )
    for flag in filter(None, (way.broke, way.left)):
        out.append(Assign(flag, Const(False), scope.span))

    def name_of(base: str) -> str:
        return scope.fresh(base).name

    def yielded(node: gast.AST, value: Rhs, within: list[Stmt]) -> None:
        body: list[Stmt] = []
        each(value, body)
        span = inner.at(node).span
        block = tuple(
            replace(s, span=span) if isinstance(s, Assign) and s.value is value else s
            for s in body
        )  # the value is computed by the generator, not where it is consumed
        if leaves:
            alone = CONTINUE in kinds and (id(node) not in ends or most is not None)
            block = tuple(_led_out(block, way, alone))
            if alone:
                block = left_alone(block, name_of)
                flags = filter(None, (way.broke, way.left))
                block = (*block, *(If(flag, (OUT,), (), scope.span) for flag in flags))
        within.extend(block)
        if most is not None:
            stop_at(most, scope, within)

    text = statements.block(definition.body, replace(inner, yielded=yielded))
    open_end = falls(text) or returns or BREAK in kinds
    block = left_alone(text, name_of) if leaves else text
    if most is not None:
        block = unless_none(most, block, scope)
    out.extend(block)
    if way.left is not None and way.value is not None:
        leave = Return(way.value, scope.span)
        out.append(If(way.left, (leave,), (), scope.span) if open_end else leave)
    last = statements.block(orelse, scope)
    if way.broke is not None and last:
        out.append(If(way.broke, (), last, scope.span))
    else:
        out.extend(last)


def give(node: gast.Expr, scope: Scope, out: list[Stmt]) -> None:
    """`yield value` and `yield from values` as statements."""
    assert scope.yielded is not None
    if isinstance(node.value, gast.YieldFrom):
        item = gast.copy_location(name(scope.fresh("item").name), node)
        inner = scope.with_names({item.id: Var(item.id)})
        again = gast.copy_location(gast.Expr(gast.Yield(item)), node)
        loop = gast.For(name(item.id, gast.Store()), node.value.value, [again], [], None)
        statements.statement(gast.copy_location(loop, node), inner, out)
        return
    value = node.value.value
    element = Const(None) if value is None else expressions.rhs(value, scope, out)
    scope.yielded(node, element, out)


@dataclass(frozen=True, slots=True)
class _Way:
    """How the consumer leaves: the flags of its `break` and `return`, and what it returns."""

    broke: Var | None
    left: Var | None
    value: Var | None


def _led_out(block: Block, way: _Way, alone: bool, inside: bool = False) -> Iterator[Stmt]:
    """A round of the consumer, of which each exit leaves the generator's text.

    Args:
        block: the round.
        way: the flags.
        alone: whether `continue` leaves what stands at the `yield`; it ends a round of the
            generator's loop otherwise.
        inside: whether this stands in a loop of the consumer's own.
    """
    for stmt in block:
        match stmt:
            case Return(value=value) if way.left is not None and way.value is not None:
                yield Assign(way.value, value, stmt.span)
                yield Assign(way.left, Const(True), stmt.span)
                yield replace(OUT, span=stmt.span)
            case Break() if not inside:
                if way.broke is not None:
                    yield Assign(way.broke, Const(True), stmt.span)
                yield replace(OUT, span=stmt.span)
            case Continue() if alone and not inside:
                yield replace(OUT, span=stmt.span)
            case If(body=body, orelse=orelse):
                then = tuple(_led_out(body, way, alone, inside))
                yield replace(
                    stmt, body=then, orelse=tuple(_led_out(orelse, way, alone, inside))
                )
            case For(body=body, orelse=orelse) | While(body=body, orelse=orelse):
                rounds = tuple(_led_out(body, way, alone, True))
                yield replace(
                    stmt, body=rounds, orelse=tuple(_led_out(orelse, way, alone, inside))
                )
            case With(body=body):
                yield replace(stmt, body=tuple(_led_out(body, way, alone, inside)))
            case _:
                yield stmt


def _check(definition: gast.FunctionDef, scope: Scope) -> None:
    """A `try` or `with` of the generator's would hold for what its consumer does as well."""
    for node in own_nodes(definition.body):
        if isinstance(node, gast.With) and _only_sets(node, scope):
            continue
        if isinstance(node, gast.Try | gast.With) and any(
            isinstance(inner, gast.Yield | gast.YieldFrom) for inner in gast.walk(node)
        ):
            what = "a `yield` inside `try` or `with` is not supported"
            raise scope.refuse(node, what, "yield after it")


def _only_sets(node: gast.With, scope: Scope) -> bool:
    """Whether a `with` sets what holds for its consumer in Python, too, while it waits."""
    calls = [item.context_expr for item in node.items]
    known = [resolve_path(c.func, scope) if isinstance(c, gast.Call) else None for c in calls]
    return all(isinstance(one, Ref) and any(one.value is s for s in _SETTINGS) for one in known)


def _yields(definition: gast.FunctionDef) -> list[gast.AST]:
    return [
        node for node in own_nodes(definition.body)
        if isinstance(node, gast.Expr) and isinstance(node.value, gast.Yield | gast.YieldFrom)
    ]  # fmt: skip


def _ends(definition: gast.FunctionDef) -> frozenset[int]:
    """The yields after which a round of the generator's innermost loop is over."""
    found: set[int] = set()

    def last(block: list[gast.AST]) -> None:
        if not block:
            return
        match block[-1]:
            case gast.Expr(value=gast.Yield()):
                found.add(id(block[-1]))
            case gast.If(body=body, orelse=orelse):
                last(body)
                last(orelse)

    for node in own_nodes(definition.body):
        if isinstance(node, gast.For | gast.While):
            last(node.body)
    return frozenset(found)


