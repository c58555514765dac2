"""`try`: the path that was taken is what is differentiated.

One `except` catches whatever any of the handlers does, and a test inside finds the right one. What
follows `else` runs if the body came to its end. `finally` is a `try` around the rest.
"""

from __future__ import annotations

import gast

from adjoint.transform.ir.nodes import (
    CAUGHT,
    Assign,
    Block,
    Break,
    Const,
    Continue,
    If,
    Op,
    Ref,
    Return,
    Stmt,
    Try,
    Var,
    binds,
    walk,
)  # fmt: skip
from adjoint.transform.lower import expressions, statements
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
    for stmt in walk(last):
        named = [var.name for var in binds(stmt) if not var.is_temporary]
        if named or isinstance(stmt, Return | Break | Continue):
            what = "what `finally` does may only have effects: it names or leaves nothing"
            raise scope.refuse(node.finalbody[0], what, "do this after the `try`")
    out.append(Try(Const(True), tuple(body), last, scope.span))


def _handled(node: gast.Try, scope: Scope, out: list[Stmt]) -> None:
    completed = scope.unused("completed")
    body = statements.block(node.body, scope)
    classes = [_classes(handler, scope) for handler in node.handlers]
    named = [handler.name.id for handler in node.handlers if handler.name is not None]
    error: Var | None = None
    if len(node.handlers) > 1 or named:
        alone = len(node.handlers) == 1
        error = Var(named[0]) if alone else scope.unused("error")
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
