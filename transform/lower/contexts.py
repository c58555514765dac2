"""`with`: the body differentiates; what is known of the context decides how."""

from __future__ import annotations

import contextlib
import types
from collections.abc import Iterator
from typing import Any

import gast

from adjoint.runtime.modes import GradMode, no_grad
from adjoint.transform.ir.nodes import Const, Op, Ref, Stmt, With
from adjoint.transform.lower import assignments, control, expressions, statements
from adjoint.transform.lower.cut import cut
from adjoint.transform.lower.managers import managed
from adjoint.transform.lower.scope import Scope, resolve_path
from adjoint.transform.lower.swallowing import gives_nothing, handles


def with_(node: gast.With, scope: Scope, out: list[Stmt]) -> None:
    """`with a as x, b as y: ...` is one `with` inside the other."""
    scope = scope.at(node, node.items[-1].optional_vars or node.items[-1].context_expr)
    _items(node, 0, scope, out)


def _items(node: gast.With, position: int, scope: Scope, out: list[Stmt]) -> None:
    if position == len(node.items):
        out.extend(statements.block(node.body, scope))
        return
    item = node.items[position]
    if managed(item, scope, lambda inner, body: _items(node, position + 1, inner, body), out):
        return
    context = expressions.rhs(item.context_expr, scope, out)
    made = _made_by(context)
    if made is contextlib.nullcontext:
        _nothing_entered(node, position, context, scope, out)
        return
    if _swallows(made) or any(map(_swallows, _made_before(item.context_expr, scope))):
        what = "this context may swallow an exception, and then it is not known where it left"
        instead = "write `try` and `except` in its place"
        raise scope.refuse(item.context_expr, what, instead)
    if not isinstance(context, Op):
        context = Op("look", (context,), gast.Name("$0", gast.Load(), None, None))
    body: list[Stmt] = []
    target = None
    if item.optional_vars is not None:
        target = control.loop_target(item.optional_vars, scope, body)
    _items(node, position + 1, scope, body)
    if isinstance(made, type) and issubclass(made, GradMode):
        if made is not no_grad:
            what = f"`{made.__name__}` inside a function that is differentiated is not supported"
            raise scope.refuse(item.context_expr, what, "use `no_grad` alone")
        body = cut(body, scope)
    out.append(With(context, target, tuple(body), scope.span))


def _nothing_entered(
    node: gast.With, position: int, context: Any, scope: Scope, out: list[Stmt]
) -> None:
    """`with nullcontext(value) as name` is `name = value`."""
    target = node.items[position].optional_vars
    if target is not None:
        value = context.args[0] if context.args else Const(None)
        assignments.assign_to(target, value, scope, out)
    _items(node, position + 1, scope, out)


def _made_by(context: Any) -> Any:
    """The function or class that a context is made by, or the type of one that exists already."""
    if isinstance(context, Ref):
        return type(context.value)
    callee = context.callee if isinstance(context, Op) else None
    return callee.value if isinstance(callee, Ref) else None


def _made_before(node: gast.AST, scope: Scope) -> Iterator[Any]:
    """What makes the contexts that a name may hold."""
    if not isinstance(node, gast.Name):
        return
    for inner in gast.walk(scope.definition):
        match inner:
            case gast.Assign(targets=[gast.Name(id=text)], value=gast.Call(func=func)) if (
                text == node.id
            ):
                known = resolve_path(func, scope)
                yield known.value if isinstance(known, Ref) else None


def _swallows(made: Any) -> bool:
    """Whether the exit of a context, or the generator that it is made of, may stop an exception."""
    if made is contextlib.suppress:
        return True
    generator = getattr(made, "__wrapped__", None)
    if isinstance(generator, types.FunctionType):
        return handles(generator.__code__)
    leave = getattr(made, "__exit__", None) if isinstance(made, type) else None
    if leave is None or not isinstance(leave, types.FunctionType):
        return False
    if leave.__module__ == "contextlib":
        return False  # those of other functions are known by what they call
    return not gives_nothing(leave.__code__)
