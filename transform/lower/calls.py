"""Calls: of functions, whatever they are, and of methods."""

from __future__ import annotations

import builtins
import math
from dataclasses import replace
from typing import Any

import gast
import numpy as np

from adjoint.transform.ir.nodes import Op, Ref, Stmt
from adjoint.transform.lower import comprehensions, expressions, factories, streams
from adjoint.transform.lower.cursors import unfolded
from adjoint.transform.lower.reject import reject_callee
from adjoint.transform.lower.scope import Scope, resolve_path
from adjoint.transform.lower.templates import CALLEE, hole, name

# What consumes an iterable at once, so that a list may stand in for a generator.
_CONSUMERS = (
    sum, list, tuple, max, min, sorted, set, frozenset, dict, any, all,
    math.fsum, math.prod,
)  # fmt: skip


def call(node: gast.Call, scope: Scope, out: list[Stmt]) -> Op:
    """`callee(...)` or `receiver.method(...)`; positional arguments come before keywords."""
    above = super_class(node.func, scope)
    if above is not None:
        return _super_call(node, above, scope, out)
    callee = resolve_path(node.func, scope)
    if isinstance(callee, Ref) and (refusal := reject_callee(node, callee.value, scope)):
        raise refusal
    if isinstance(callee, Ref) and callee.value is np.fromiter:
        return call(_as_array(node, scope), scope, out)
    if callee is None and isinstance(node.func, gast.Attribute):
        method = scope.attribute(node.func.attr)
        subject, first = node.func.value, 1
    else:
        method, subject, first = "", node.func, 0
    values: list[expressions.Operand] = [subject]
    roles: list[str] = ["self"] if method else []
    slots: list[gast.AST] = []
    keywords: list[gast.AST] = []
    for argument in _written_out(node.args):
        starred = isinstance(argument, gast.Starred)
        values.append(unfolded(argument.value if starred else argument, scope))
        roles.append("*" if starred else "")
        slot = hole(first + len(values) - 2)
        slots.append(gast.Starred(slot, gast.Load()) if starred else slot)
    for keyword in node.keywords:
        values.append(keyword.value)
        roles.append("**" if keyword.arg is None else keyword.arg)
        keywords.append(gast.keyword(keyword.arg, hole(first + len(values) - 2)))
    if any(callee.value is known for known in _CONSUMERS) if isinstance(callee, Ref) else method:
        values[1:2] = [streams.as_expression(value, scope) for value in values[1:2]]
    values = [
        streams.as_list(value, scope) if role == "*" else value
        for value, role in zip(values, ["", *roles] if not method else roles, strict=True)
    ]
    if any(isinstance(value, gast.GeneratorExp) for value in values):
        values = _without_generator(node, callee, values, scope, out)
    atoms = expressions.operands(values, scope, out)
    for field, made in factories.made_fields(node, callee, scope, out):
        atoms.append(made)
        roles.append(field)
        keywords.append(gast.keyword(field, hole(first + len(atoms) - 2)))
    if method:
        func = gast.Attribute(hole(0), method, gast.Load())
        template = gast.Call(func, slots, keywords)
        return Op(f"method:{method}", tuple(atoms), template, tuple(roles))
    template = gast.Call(name(CALLEE), slots, keywords)
    return Op("call", tuple(atoms[1:]), template, tuple(roles), atoms[0])


def _written_out(arguments: list[gast.AST]) -> list[gast.AST]:
    """Positional arguments: `*[a, b]` and `*(a, b)` are `a, b`."""
    found: list[gast.AST] = []
    for argument in arguments:
        inside = argument.value if isinstance(argument, gast.Starred) else None
        if isinstance(inside, gast.List | gast.Tuple):
            found += _written_out(inside.elts)
        else:
            found.append(argument)
    return found


def _super_call(node: gast.Call, above: Ref, scope: Scope, out: list[Stmt]) -> Op:
    """`super().method(...)`, with what Python passes to `super` written out."""
    itself = name(scope.origin.__code__.co_varnames[0])
    called = call(gast.Call(gast.Attribute(itself, node.func.attr, gast.Load()), node.args,
                            node.keywords), scope, out)  # fmt: skip
    func = gast.Call(name("super"), [name(above.text), hole(0)], [])
    func = gast.Attribute(func, called.template.func.attr, gast.Load())
    template = gast.Call(func, called.template.args, called.template.keywords)
    return replace(called, template=template, callee=above)


def super_class(func: gast.AST, scope: Scope) -> Ref | None:
    """The class whose base `super()` begins with, where the callee is an attribute of that."""
    if not isinstance(func, gast.Attribute) or is_call_of(func.value, scope, "super") is None:
        return None
    code, cells = scope.origin.__code__, scope.origin.__closure__ or ()
    if func.value.args or "__class__" not in code.co_freevars:
        return None
    cls = cells[code.co_freevars.index("__class__")].cell_contents
    known = scope.origin.__globals__.get(cls.__name__) is cls
    return Ref(cls.__name__, cls) if known else None


def _as_array(node: gast.Call, scope: Scope) -> gast.Call:
    """`np.fromiter(...)` as `np.array([...])`, which has a derivative."""
    if not isinstance(node.func, gast.Attribute) or len(node.args) != 2 or node.keywords:
        what = "np.fromiter() is supported as `np.fromiter(iterable, dtype)` only"
        raise scope.refuse(node, what, "use `np.array` on a list")
    items, dtype = node.args
    if isinstance(items, gast.GeneratorExp):
        listed = gast.ListComp(items.elt, items.generators)
    else:
        each = gast.comprehension(name("item", gast.Store()), items, [], 0)
        listed = gast.ListComp(name("item"), [each])
    func = gast.Attribute(node.func.value, "array", gast.Load())
    return gast.copy_location(gast.Call(func, [gast.copy_location(listed, items), dtype], []), node)


def is_call_of(node: gast.AST, scope: Scope, *names: str) -> str | None:
    """Which of these builtins an expression calls, if it does."""
    if not isinstance(node, gast.Call) or not isinstance(node.func, gast.Name):
        return None
    known = resolve_path(node.func, scope)
    if not isinstance(known, Ref):
        return None
    return next((text for text in names if known.value is getattr(builtins, text)), None)


def _is_quiet(value: expressions.Operand) -> bool:
    """Whether evaluating an operand calls nothing."""
    if isinstance(value, gast.Lambda):
        return True
    loud = gast.Call | gast.NamedExpr | gast.Yield | gast.Await
    return isinstance(value, gast.AST) and not any(isinstance(n, loud) for n in gast.walk(value))


def _without_generator(
    node: gast.Call,
    callee: Any,
    values: list[expressions.Operand],
    scope: Scope,
    out: list[Stmt],
) -> list[expressions.Operand]:
    """The operands with the generator turned into a list that is built before the call.

    Only where nobody can tell: the callee consumes it whole, and no other operand is evaluated
    between making it and consuming it.
    """
    generator = next(value for value in values if isinstance(value, gast.GeneratorExp))
    consumed = isinstance(callee, Ref) and any(callee.value is known for known in _CONSUMERS)
    joins = (
        callee is None
        and isinstance(node.func, gast.Attribute)
        and node.func.attr == "join"
        and isinstance(node.func.value, gast.Constant | gast.Name)
    )
    others = [value for value in values[1:] if value is not generator]
    plain = all(map(_is_quiet, others))
    if not (consumed or joins) or not plain or values[1] is not generator:
        raise comprehensions.refuse_generator(generator, scope)
    stop = None
    if isinstance(callee, Ref) and callee.value in (any, all):
        stop = callee.value is any
    built = comprehensions.build(generator, scope, out, stop)
    return [built if value is generator else value for value in values]
