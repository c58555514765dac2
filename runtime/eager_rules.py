"""The lines of the rule table, made callable for tensors: on arrays, and recorded on tensors."""

from __future__ import annotations

import functools
import math
import types
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any, TypeAlias

import numpy as np

from adjoint.runtime.graph import TensorCore
from adjoint.runtime.helpers import ALL
from adjoint.runtime.rules import Rule, compiled, pullback_text, rule_of

Pull: TypeAlias = Callable[..., Any]


def pullback(rule: Rule, param: str, xp: Any) -> Pull:
    """Gives a rule's VJP on arrays of the namespace `xp`: called with g, ans and all parameters.

    The rule of a starred parameter takes, after them, the position within it.
    """
    return _spread(rule, param, compiled(rule, param, mode="vjp", np=xp))


def recorded_pullback(rule: Rule, param: str, run: Pull) -> Pull:
    """Gives the same VJP on tensors, recorded.

    NumPy's functions dispatch by themselves; helpers go through `run(rule, helper, args, kwargs)`.
    """
    params = [name for name in rule.params if not name.startswith("**")]
    star = next((k for k, name in enumerate(params) if name.startswith("*")), None)
    header = ["g", "ans", *params]
    if star is not None:
        header[star + 3 :] = ["k=0", *(f"{name}=None" for name in params[star + 1 :])]
    source = f"lambda {', '.join(header)}: {pullback_text(rule, param)}"
    code = compile(source, f"<rule of {rule.name}>", "eval")
    scope = dict(_recording_helpers(run))
    return _spread(rule, param, eval(code, scope))


def _spread(rule: Rule, param: str, function: Pull) -> Pull:
    """Hands a starred parameter's values over one by one, and what follows it by keyword."""
    params = [name for name in rule.params if not name.startswith("**")]
    star = next((k for k, name in enumerate(params) if name.startswith("*")), None)
    if star is None:
        return function
    after = params[star + 1 :]

    def call(g: Any, ans: Any, *args: Any) -> Any:
        keywords = dict(zip(after, args[star + 1 :], strict=False))
        if rule.starred == param:
            keywords["k"] = args[-1]
        return function(g, ans, *args[:star], *args[star], **keywords)

    return call


@functools.cache
def _recording_helpers(run: Pull) -> Mapping[str, Any]:
    """Gives helpers for tensors: those with a rule dispatch, the others call these in turn."""
    scope: dict[str, Any] = {"np": np, "math": math, "types": types}
    for name, helper in ALL.items():
        rule = rule_of(helper)
        if rule is None:
            bound = FunctionType(
                helper.__code__, scope, name, helper.__defaults__, helper.__closure__
            )
            bound.__kwdefaults__ = helper.__kwdefaults__
            scope[name] = bound
        else:
            scope[name] = _recording(rule, helper, run)
    return scope


def _recording(rule: Rule, helper: Callable[..., Any], run: Pull) -> Callable[..., Any]:
    """Wraps a helper so that tensors go through its rule."""

    @functools.wraps(helper)
    def call(*args: Any, **kwargs: Any) -> Any:
        if any(isinstance(arg, TensorCore) for arg in (*args, *kwargs.values())):
            return run(rule, helper, args, kwargs)
        return helper(*args, **kwargs)

    return call
