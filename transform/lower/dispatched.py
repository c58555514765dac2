"""Calls that Python sends on: by the type of an argument, or to the class without parameters.

describe(v, k)       ->   describe.dispatch(type(v))(v, k)      (`functools.singledispatch`)
Stack[float]()       ->   Stack()                               (`typing.Generic`)
"""

from __future__ import annotations

from types import FunctionType

import gast

from adjoint.transform.ir.nodes import Assign, Ref, Stmt
from adjoint.transform.ir.trees import located
from adjoint.transform.lower import expressions
from adjoint.transform.lower.scope import Scope, resolve_path
from adjoint.transform.lower.templates import name


def sent_on(node: gast.Call, scope: Scope, out: list[Stmt]) -> tuple[gast.Call, Scope]:
    """The call as that of what it is sent on to, and where its names are known.

    Most calls are of what they say.
    """
    if isinstance(node.func, gast.Subscript):
        known = resolve_path(node.func.value, scope)
        if isinstance(known, Ref) and hasattr(known.value, "__parameters__"):
            return located(gast.Call(node.func.value, node.args, node.keywords), node), scope
        return node, scope
    known = resolve_path(node.func, scope)
    value = known.value if isinstance(known, Ref) else None
    by_type = isinstance(value, FunctionType) and hasattr(value, "registry")
    if not by_type or not node.args or isinstance(node.args[0], gast.Starred):
        return node, scope
    first = node.args[0]
    if not isinstance(first, gast.Name):
        held = scope.fresh("value")
        out.append(Assign(held, expressions.rhs(first, scope, out), scope.span))
        first, scope = name(held.name), scope.with_names({held.name: held})
    kind = gast.Call(name("type"), [first], [])
    chosen = gast.Call(gast.Attribute(node.func, "dispatch", gast.Load()), [kind], [])
    return located(gast.Call(chosen, [first, *node.args[1:]], node.keywords), node), scope
