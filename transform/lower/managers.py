"""Context managers of which the text is known: what they do stands around the body.

    with scaled(x, k) as y:             y = x * k       (the generator's text, up to its `yield`)
        body                    ->      body
                                                        (and what follows that)

    with Scaled(x, k) as y:             manager = Scaled(x, k)
        body                    ->      y = manager.__enter__()
                                        try:
                                            body
                                        finally:
                                            manager.__exit__(None, None, None)

An exception that leaves the body is raised where the generator yields, and given to `__exit__`; if
that says so, it ends there.
"""

from __future__ import annotations

import contextlib
import types
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gast

from adjoint.transform.ir.nodes import CAUGHT, Assign, Block, Op, Ref, Rhs, Stmt, Var
from adjoint.transform.lower import assignments, expressions, opened, statements, streams, tries
from adjoint.transform.lower.bindings import own_nodes
from adjoint.transform.lower.finals import in_any_case, noting_exits, raised_again
from adjoint.transform.lower.scope import Scope, resolve_path
from adjoint.transform.lower.swallowing import gives_nothing, handles
from adjoint.transform.lower.templates import name

_HELPER = contextlib.contextmanager(iter).__code__
"""The code of every function that `contextmanager` gives."""

Body = Callable[[Scope, list[Stmt]], None]
"""Appends the statements of a `with`'s body."""


def managed(item: gast.AST, scope: Scope, body: Body, out: list[Stmt]) -> bool:
    """One item of a `with` and what stands in it; says whether its manager's text is known.

    Args:
        item: the manager, and the name that it is given.
        scope: where the `with` stands.
        body: what stands in it.
        out: receives the statements.
    """
    call = item.context_expr
    known = resolve_path(call.func, scope) if isinstance(call, gast.Call) else None
    made = known.value if isinstance(known, Ref) else None
    if made is contextlib.suppress:
        _suppressed(call, scope, body, out)
        return True
    generator = _generator(made)
    if generator is not None and _is_worth(call, item, generator, scope):
        _run(item, generator, scope, body, out)
        return True
    if isinstance(made, type) and _has_methods(made) and (
        item.optional_vars is not None or not gives_nothing(_exit(made).__code__)
    ):  # fmt: skip
        _entered(item, made, scope, body, out)
        return True
    return False


def _suppressed(call: gast.Call, scope: Scope, body: Body, out: list[Stmt]) -> None:
    """`with suppress(E):` as `try: ... except E: pass`."""
    classes = call.args[0] if len(call.args) == 1 else gast.Tuple(call.args, gast.Load())
    handler = gast.ExceptHandler(gast.copy_location(classes, call), None, [])
    inner: list[Stmt] = []
    body(scope, inner)
    tries.handled(tuple(inner), [gast.copy_location(handler, call)], scope, out)


# Generators


def _generator(made: Any) -> types.FunctionType | None:
    """The generator function that `contextlib.contextmanager` was given."""
    generator = getattr(made, "__wrapped__", None)
    ours = getattr(made, "__code__", None) is _HELPER
    return generator if ours and isinstance(generator, types.FunctionType) else None


def _is_worth(
    call: gast.Call, item: gast.AST, generator: types.FunctionType, scope: Scope
) -> bool:
    """Whether what a generator does may matter to what is differentiated, and can be read here."""
    given = any(
        isinstance(inner, gast.Name) and isinstance(scope.names.get(inner.id), Var)
        for argument in (*call.args, *call.keywords) for inner in gast.walk(argument)
    )  # fmt: skip
    matters = given or item.optional_vars is not None or handles(generator.__code__)
    return matters and streams.obstacle(generator, scope) is None


def _run(
    item: gast.AST, generator: types.FunctionType, scope: Scope, body: Body, out: list[Stmt]
) -> None:
    """The generator's text, with the body of the `with` where it yields."""
    call = item.context_expr
    found = streams.outside(call, generator, scope)
    definition = _undecorated(found.node)
    yields = [
        node for node in own_nodes(definition.body)
        if isinstance(node, gast.Yield | gast.YieldFrom)
    ]  # fmt: skip
    if len(yields) != 1 or not isinstance(yields[0], gast.Yield):
        what = f"`{definition.name}` yields in more than one place"
        raise scope.refuse(call, what, "let it yield once, or write `try` and `finally`")
    inner = opened.enter(call, replace(found, node=definition), scope, out)
    leave: list[Stmt] = []

    def yielded(_: gast.AST, value: Rhs, within: list[Stmt]) -> None:
        block: list[Stmt] = []
        if item.optional_vars is not None:
            assignments.assign_to(item.optional_vars, value, scope, block)
        body(scope, block)
        within.extend(noting_exits(tuple(block), scope, out, leave))

    text = statements.block(definition.body, replace(inner, yielded=yielded))
    out.extend(text)
    out.extend(leave)


def _undecorated(node: gast.FunctionDef) -> gast.FunctionDef:
    """The definition without its decorators, of which one made it a context manager."""
    new = gast.FunctionDef(node.name, node.args, node.body, [], node.returns, None, [])
    return gast.copy_location(new, node)


# Classes


def _exit(made: type) -> types.FunctionType:
    return made.__exit__  # type: ignore[attr-defined, no-any-return]


def _has_methods(made: type) -> bool:
    """Whether a class has methods of its own for both ends of a `with`."""
    if made.__module__ in ("contextlib", "threading", "tempfile"):
        return False
    return all(
        isinstance(getattr(made, method, None), types.FunctionType)
        for method in ("__enter__", "__exit__")
    )


def _entered(
    item: gast.AST, made: type, scope: Scope, body: Body, out: list[Stmt]
) -> None:
    """A manager of a class: it is entered, and left however the body ends."""
    manager = scope.fresh("manager")
    error = scope.fresh("error")
    inner = scope.with_names({manager.name: manager, error.name: error})
    value = expressions.rhs(item.context_expr, scope, out)
    out.append(Assign(manager, value, scope.span))
    enter = _method(manager.name, "__enter__", [], item.context_expr)
    if item.optional_vars is not None:
        assignments.assign_to(item.optional_vars, expressions.rhs(enter, inner, out), scope, out)
    block: list[Stmt] = []
    body(scope, block)
    nothing: list[gast.AST] = [gast.Constant(None, None)] * 3
    plain = gast.Expr(_method(manager.name, "__exit__", nothing, item.context_expr))
    last = statements.block([gast.copy_location(plain, item.context_expr)], inner)
    said: list[gast.AST] = [
        gast.Call(name("type"), [name(error.name)], []), name(error.name),
        gast.Attribute(name(error.name), "__traceback__", gast.Load()),
    ]  # fmt: skip
    asked = _method(manager.name, "__exit__", said, item.context_expr)
    stops = not gives_nothing(_exit(made).__code__)
    told: gast.AST = gast.Expr(asked)
    if stops:
        told = gast.If(gast.UnaryOp(gast.Not(), asked), [gast.Raise(None, None)], [])
    for part in gast.walk(told):
        if not hasattr(part, "lineno"):
            gast.copy_location(part, item.context_expr)
    caught = Assign(error, Op("look", (), CAUGHT), scope.span)
    handler: Block = (caught, *statements.block([told], inner))
    handler = handler if stops else raised_again(handler, scope)
    in_any_case(tuple(block), last, handler, scope, out, stops)


def _method(text: str, method: str, args: list[gast.AST], at: gast.AST) -> gast.Call:
    call = gast.Call(gast.Attribute(name(text), method, gast.Load()), args, [])
    for part in gast.walk(call):
        if not hasattr(part, "lineno"):
            gast.copy_location(part, at)
    return gast.copy_location(call, at)
