"""`try`: the path that was taken is what is differentiated.

One `except` catches whatever any of the handlers does, and a test inside finds the right one. What
follows `else` runs if the body came to its end. `finally` stays where it has effects alone; else it
stands twice, where the rest came to its end and where it was left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import gast

from adjoint.transform.analyses.effects import MUTATORS
from adjoint.transform.ir.names import names_bound
from adjoint.transform.ir.nodes import (
    CAUGHT,
    Assign,
    Augment,
    Block,
    Break,
    Const,
    Continue,
    Effect,
    For,
    If,
    Keep,
    Op,
    Ref,
    Return,
    Stmt,
    Store,
    Try,
    Var,
    While,
    binds,
    op_atoms,
    walk,
)  # fmt: skip
from adjoint.transform.ir.rebuild import map_inside
from adjoint.transform.lower import expressions, statements
from adjoint.transform.lower.exits import BREAK, CONTINUE, RETURN, falls, left_alone, ways_out
from adjoint.transform.lower.scope import Scope, resolve_path
from adjoint.transform.lower.templates import hole, name


def try_(node: gast.Try, scope: Scope, out: list[Stmt]) -> None:
    """`try: ... except ...: ... else: ... finally: ...`."""
    scope = scope.at(node, node)
    scope = scope.with_span(statements.header_span(node, scope))
    if not node.finalbody:
        _handled(node, scope, out)
        return
    body: list[Stmt] = []
    if node.handlers:
        _handled(node, scope, body)
    else:
        body.extend(statements.block(node.body, scope))
    last = statements.block(node.finalbody, scope)
    if _has_effects_alone(last, body):
        out.append(Try(Const(True), tuple(body), last, scope.span))
    else:
        _in_any_case(tuple(body), last, statements.block(node.finalbody, scope), scope, out)


def _has_effects_alone(last: Block, body: list[Stmt]) -> bool:
    """Whether a block names nothing, leaves nothing and changes nothing that is differentiated."""
    made = names_bound(tuple(body))
    for stmt in walk(last):
        if isinstance(stmt, Return | Break | Continue | Store | Augment):
            return False
        if not all(var.is_temporary for var in binds(stmt)):
            return False
        if isinstance(stmt, Effect) and not _changes_nothing(stmt.value, made):
            return False
    return True


def _changes_nothing(op: Op, made: frozenset[str]) -> bool:
    """Whether an effect reaches nothing of the names `made`, nor the contents of an argument."""
    read = {atom.name for atom in op_atoms(op) if isinstance(atom, Var)}
    if op.prim.startswith("method:"):  # of a lock, a timer, a file
        return not made & read and op.prim.removeprefix("method:") not in MUTATORS
    return not read or (isinstance(op.callee, Ref) and op.callee.value is print)


def _in_any_case(
    body: Block, last: Block, again: Block, scope: Scope, out: list[Stmt]
) -> None:
    """A block, and another that runs however it is left, as the compiler of Python writes it.

        try:                            try:
            return a                        value = a
        finally:               ->           left = True
            last                        except BaseException:
                                            last
                                            raise
                                        last
                                        if left:
                                            return value

    Args:
        body: what is tried.
        last: what runs in any case.
        again: the same, lowered once more.
        scope: where the statement stands.
        out: receives the statements.
    """
    completed = scope.fresh("completed")
    leave: list[Stmt] = []
    if ways_out(body):
        value = scope.fresh("value") if RETURN in ways_out(body) else None
        flags = {kind: scope.fresh(kind) for kind in sorted(ways_out(body))}
        out.extend(Assign(flag, Const(False), scope.span) for flag in flags.values())
        noted = tuple(_noting(body, flags, value))
        body = left_alone(noted, lambda name: scope.fresh(name).name)
        exits: dict[str, Stmt] = {
            RETURN: Return(value or Const(None), scope.span),
            BREAK: Break(scope.span), CONTINUE: Continue(scope.span),
        }  # fmt: skip
        leave += (If(flag, (exits[kind],), (), scope.span) for kind, flag in flags.items())
    body = (*body, Assign(completed, Const(True), scope.span))
    handler: list[Stmt] = [Assign(completed, Const(False), scope.span), *again]
    if falls(again):
        handler.append(Keep(gast.Raise(None, None), (), scope.span))
    everything = (Ref("BaseException", BaseException),)
    out.append(Try(completed, body, tuple(handler), scope.span, everything))
    if ways_out(last):
        out.append(If(completed, last, (), scope.span))
    else:
        out.extend(last)
    out.extend(leave)


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


def _handled(node: gast.Try, scope: Scope, out: list[Stmt]) -> None:
    completed = scope.fresh("completed")
    body = statements.block(node.body, scope)
    classes = [_classes(handler, scope) for handler in node.handlers]
    named = [handler.name.id for handler in node.handlers if handler.name is not None]
    error: Var | None = None
    if len(node.handlers) > 1 or named:
        alone = len(node.handlers) == 1
        error = Var(named[0]) if alone else scope.fresh("error")
    orelse: list[Stmt] = []
    body = (*body, Assign(completed, Const(True), scope.span))
    if error is not None:
        orelse.append(Assign(error, Op("look", (), CAUGHT), scope.span))
    orelse.append(Assign(completed, Const(False), scope.span))
    orelse.extend(_handlers(node.handlers, classes, error, scope))
    catches = tuple(dict.fromkeys(known for group in classes for known in group))
    out.append(Try(completed, body, tuple(orelse), scope.span, catches))
    if node.orelse:
        out.append(If(completed, statements.block(node.orelse, scope), (), scope.span))


def _handlers(
    handlers: list[gast.ExceptHandler], classes: list[tuple[Ref, ...]], error: Var | None,
    scope: Scope,
) -> Block:  # fmt: skip
    """The first handler whose class fits; the last one is left over."""
    handler, *others = handlers
    body: list[Stmt] = []
    if handler.name is not None and error is not None and error.name != handler.name.id:
        body.append(Assign(Var(handler.name.id), error, scope.span))
    body.extend(statements.block(handler.body, scope))
    if not others or error is None:
        return tuple(body)
    known = classes[0]
    slots: list[gast.AST] = [hole(1 + position) for position in range(len(known))]
    among = slots[0] if len(slots) == 1 else gast.Tuple(slots, gast.Load())
    test = gast.Call(name("isinstance"), [hole(0), among], [])
    out: list[Stmt] = []
    fits = expressions.bind(Op("look", (error, *known), test), scope, out)
    out.append(If(fits, tuple(body), _handlers(others, classes[1:], error, scope), scope.span))
    return tuple(out)


def _classes(handler: gast.ExceptHandler, scope: Scope) -> tuple[Ref, ...]:
    """The exceptions that a handler catches."""
    if handler.type is None:
        return (Ref("BaseException", BaseException),)
    nodes = handler.type.elts if isinstance(handler.type, gast.Tuple) else [handler.type]
    found = [resolve_path(node, scope) for node in nodes]
    for node, known in zip(nodes, found, strict=True):
        if not isinstance(known, Ref) or not isinstance(known.value, type):
            what = "which exceptions this catches is known only at run time"
            raise scope.refuse(node, what, "name the classes")
    return tuple(known for known in found if isinstance(known, Ref))
