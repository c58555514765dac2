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
from adjoint.runtime.home import bind_helpers
from adjoint.runtime.on_demand import scipy
from adjoint.runtime.rules import Rule, compiled, pullback_text, rule_of
from adjoint.runtime.rules.evaluate import header

Pull: TypeAlias = Callable[..., Any]


def pullback(rule: Rule, param: str, xp: Any) -> Pull:
    """Gives a rule's VJP on arrays of the namespace `xp`: called with g, ans and all parameters.

    The rule of a starred parameter takes, after them, the position within it.
    """
    return _spread(rule, param, compiled(rule, param, mode="vjp", np=xp))


def recorded_pullback(rule: Rule, param: str, run: Pull, xp: Any = np) -> Pull:
    """Gives the same VJP on tensors (whose arrays are of the namespace `xp`), recorded.

    NumPy's functions dispatch by themselves; helpers go through `run(rule, helper, args, kwargs)`.
    """
    source = f"lambda {header(rule)}: {pullback_text(rule, param)}"
    code = compile(source, f"<rule of {rule.name}>", "eval")
    scope = dict(_recording_helpers(run, xp))
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


class _DispatchingFunctions(types.ModuleType):
    """NumPy's functions, which dispatch on tensors, but for those that create: they are `xp`'s."""

    _CREATION = frozenset(
        {"zeros", "ones", "empty", "full", "eye", "identity", "arange", "linspace"}
    )

    def __init__(self, xp: Any) -> None:
        """Stands for `np` in rules on tensors of another home."""
        super().__init__("np")
        self._xp = xp

    def __getattr__(self, name: str) -> Any:
        """Looks a function up once, and keeps it."""
        value = getattr(self._xp if name in self._CREATION else np, name)
        setattr(self, name, value)
        return value


@functools.cache
def _recording_helpers(run: Pull, xp: Any) -> Mapping[str, Any]:
    """Gives helpers for tensors: those with a rule dispatch, the others call these in turn."""
    space = np if xp is np else _DispatchingFunctions(xp)
    scope: dict[str, Any] = {"np": space, "math": math, "types": types, "scipy": scipy}
    at_home = bind_helpers(xp)
    for name, helper in ALL.items():
        rule = rule_of(helper)
        if rule is None:
            bound = FunctionType(
                helper.__code__, scope, name, helper.__defaults__, helper.__closure__
            )
            bound.__kwdefaults__ = helper.__kwdefaults__
            scope[name] = bound
        else:
            scope[name] = _recording(rule, at_home[name], run)
    return scope


def _recording(rule: Rule, helper: Callable[..., Any], run: Pull) -> Callable[..., Any]:
    """Wraps a helper so that tensors go through its rule."""

    @functools.wraps(helper)
    def call(*args: Any, **kwargs: Any) -> Any:
        if any(isinstance(arg, TensorCore) for arg in (*args, *kwargs.values())):
            return run(rule, helper, args, kwargs)
        return helper(*args, **kwargs)

    return call
