"""`with`: the body differentiates; what is known of the context decides how."""

from __future__ import annotations

import contextlib
import dis
import types
from typing import Any

import gast

from adjoint.runtime.modes import GradMode, no_grad
from adjoint.transform.ir.nodes import Const, Op, Ref, Stmt, With
from adjoint.transform.lower import assignments, control, expressions, statements
from adjoint.transform.lower.cut import cut
from adjoint.transform.lower.scope import Scope


def with_(node: gast.With, scope: Scope, out: list[Stmt]) -> None:
    """`with a as x, b as y: ...` is one `with` inside the other."""
    scope = scope.at(node, node.items[-1].optional_vars or node.items[-1].context_expr)
    _items(node, 0, scope, out)


def _items(node: gast.With, position: int, scope: Scope, out: list[Stmt]) -> None:
    if position == len(node.items):
        out.extend(statements.block(node.body, scope))
        return
    item = node.items[position]
    context = expressions.rhs(item.context_expr, scope, out)
    made = _made_by(context)
    if made is contextlib.nullcontext:
        _nothing_entered(node, position, context, scope, out)
        return
    if _swallows(made):
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


def _swallows(made: Any) -> bool:
    """Whether the exit of a context, or the generator that it is made of, may stop an exception."""
    if made is contextlib.suppress:
        return True
    generator = getattr(made, "__wrapped__", None)
    if isinstance(generator, types.FunctionType):
        return _handles(generator.__code__)
    leave = getattr(made, "__exit__", None) if isinstance(made, type) else None
    if leave is None or not isinstance(leave, types.FunctionType):
        return False
    if leave.__module__ == "contextlib":
        return False  # those of other functions are known by what they call
    return not _gives_nothing(leave.__code__)


def _handles(code: types.CodeType) -> bool:
    """Whether a generator has an `except` that does not raise (`finally` and `with` do)."""
    handling = False
    steps = [step.opname for step in dis.get_instructions(code)]
    for name, following in zip(steps, [*steps[1:], ""], strict=True):
        if name == "PUSH_EXC_INFO":
            handling = following != "WITH_EXCEPT_START"
        elif name == "RERAISE":
            handling = False
        elif name == "POP_EXCEPT" and handling and following != "RERAISE":
            return True
    return False


def _gives_nothing(code: types.CodeType) -> bool:
    """Whether a function can only return `None` or `False`."""
    steps = [s for s in dis.get_instructions(code) if s.opname not in ("NOP", "CACHE")]
    for before, step in zip([None, *steps], steps, strict=False):
        if step.opname == "RETURN_CONST" and step.argval not in (None, False):
            return False
        if step.opname == "RETURN_VALUE" and (
            before is None or before.opname != "LOAD_CONST" or before.argval not in (None, False)
        ):
            return False
    return True
