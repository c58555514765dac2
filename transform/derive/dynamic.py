"""Calls of functions that are known only when they run: a parameter, an attribute, an element.

    y = f(x, n)     ->     y, f_pullback = call_vjp(f, (0,))(x, n)

`call_vjp` differentiates whatever `f` then is, with respect to the arguments named: positions,
keywords, `"self"` (the object of a method), `"*k"` (the starred arguments from position k on),
`"**a,b"` (the keywords of a double-starred dict, beside `a` and `b` given by name), `"()"` (what
the function itself holds).
"""

from __future__ import annotations

import functools
import types

import gast
import numpy as np

from adjoint.runtime.rules import rule_of
from adjoint.transform.derive.pull_common import refuse
from adjoint.transform.derive.sweep import Derivative
from adjoint.transform.dynamic import ITSELF
from adjoint.transform.foreign import check_not_ours
from adjoint.transform.ir.nodes import Op, Ref, Stmt, Var
from adjoint.transform.ir.places import operand
from adjoint.transform.lower.listing import is_generator
from adjoint.transform.lower.local_functions import LocalFunction
from adjoint.transform.refusals import missing_rule, place_of, unsupported


def dynamic_derivative(op: Op, stmt: Stmt, active: frozenset[str]) -> Derivative:
    """How such a call is differentiated.

    Raises:
        MissingRule: the function is known, and has neither a rule nor source.
    """
    span = place_of(op, getattr(stmt, "span"))  # noqa: B009
    check_not_ours(op, span)
    if isinstance(op.callee, Ref) and not op.prim.startswith("method:"):  # that of `super()`
        why = why_not(op.callee.value)
        if why is not None:
            raise missing_rule(span, op.callee.text, why)
    if op.prim.startswith("method:") and is_numeric_method(op):
        refuse(stmt, op)
    labels: list[str] = []
    wanted: list[int | str] = []
    if isinstance(op.callee, Var) and op.callee.name in active:
        wanted.append(ITSELF)
    position = 0
    for role, arg in zip(op.roles, op.args, strict=True):
        label: int | str = role
        if role in ("", "*"):
            label = position if role == "" else f"*{position}"
            position += 1
        labels.append(str(label))
        if role == "**":
            explicit = ",".join(sorted(r for r in op.roles if r not in ("", "*", "**", "self")))
            label = f"**{explicit}"
            labels[-1] = label
        if isinstance(arg, Var) and arg.name in active:
            if role == "" and "*" in op.roles[: len(labels) - 1]:
                raise unsupported(
                    span, "an argument after a starred one is not differentiated where it is "
                    "known only at run time what is called", "pass the arguments one by one",
                )  # fmt: skip
            wanted.append(label)
    if op.roles.count("*") > 1 or op.roles.count("**") > 1:
        raise unsupported(
            span, "a call with several starred arguments of a kind is not differentiated",
            "join them into one list (or dict)",
        )  # fmt: skip
    name = f"call_vjp{tuple(wanted)!r}"
    return Derivative(
        name, tuple(str(w) for w in wanted), (), tuple((n, None) for n in labels), True
    )


def is_numeric_method(op: Op) -> bool:
    """Whether a method is one of arrays, lists or dicts, whose source there is none of."""
    name = op.prim.removeprefix("method:")
    return any(hasattr(kind, name) for kind in (np.ndarray, list, dict, str))


def why_not(value: object) -> str | None:
    """Why a callable without a rule has no Python source behind it; None where it may have."""
    if rule_of(value) is not None or isinstance(value, LocalFunction):
        return None
    if isinstance(value, types.BuiltinFunctionType | type | np.ufunc):
        return ""
    if is_generator(value):
        return "it is a generator; loop over what it gives, or let it return a list"
    if isinstance(value, np.vectorize):
        return "it calls a function for each element; write the loop, or operations on arrays"
    if (getattr(value, "__module__", "") or "").partition(".")[0] in ("numpy", "math"):
        return ""
    if isinstance(value, functools._lru_cache_wrapper):
        return "it gives back answers that were computed before; call its `__wrapped__`"
    return None


def dynamic_call(op: Op, name: str) -> gast.AST:
    """The template: `call_vjp(f, (0,))(...)`, or `call_vjp(obj.f, ("self",), obj)(...)`."""
    template = op.template
    assert isinstance(template, gast.Call)
    wanted = gast.parse(name.removeprefix("call_vjp"), mode="eval").body
    call_vjp = gast.Name("call_vjp", gast.Load(), None, None)
    function = gast.Call(call_vjp, [template.func, wanted, *owner_of(op, wanted)], [])
    return gast.Call(function, template.args, template.keywords)


def owner_of(op: Op, wanted: gast.Tuple) -> list[gast.AST]:
    """The object of a method, where it is differentiated with respect to that."""
    asked = any(isinstance(one, gast.Constant) and one.value == "self" for one in wanted.elts)
    return [operand(op.roles.index("self"))] if asked else []
