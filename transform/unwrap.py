"""From anything callable to the Python function behind it, and the arguments that it presets."""

from __future__ import annotations

import functools
import types
from types import FunctionType
from typing import Any

from adjoint.runtime.errors import NotDifferentiable
from adjoint.runtime.rules import rule_of
from adjoint.transform.homes import original
from adjoint.transform.ours import derivative_of
from adjoint.transform.parameters import parameters_of
from adjoint.transform.standing import standing_for

Target = tuple[FunctionType, tuple[Any, ...], dict[str, Any]]


def unwrap(function: Any) -> Target:
    """The function with the arguments that a method, partial or callable object presets.

    Raises:
        NotDifferentiable: there is no function written in Python.

    >>> f = functools.partial(lambda x, y, k: x, 1.0, k=2)
    >>> target, bound, preset = unwrap(f)
    >>> bound, preset
    ((1.0,), {'k': 2})
    """
    target = getattr(function, "_target", None)  # a `Differentiable` knows its own
    if target is not None and not isinstance(function, type):
        found: Target = target()
        return found
    if isinstance(function, FunctionType):
        return original(function), (), {}
    if isinstance(function, types.MethodType) and derivative_of(function) is not None:
        return _of_derivative(function)
    if isinstance(function, types.MethodType):
        inner, bound, preset = unwrap(function.__func__)
        return inner, (function.__self__, *bound), preset
    if isinstance(function, functools.partial):
        inner, bound, preset = unwrap(function.func)
        return inner, (*bound, *function.args), {**preset, **function.keywords}
    if isinstance(function, staticmethod | classmethod):
        return unwrap(function.__func__)
    kind = type(function)
    call = None if isinstance(function, type) else getattr(kind, "__call__", None)  # noqa: B004
    if isinstance(call, FunctionType) or hasattr(call, "_target"):
        inner, bound, preset = unwrap(call)
        return inner, (function, *bound), preset
    raise NotDifferentiable(f"{_shown(function)} {_why_not(function)}")


def _of_derivative(method: types.MethodType) -> Target:
    """The function that stands for `f.gradient`, with what `f` presets."""
    owner: Any = method.__self__
    asked, mode = owner._asked, method.__name__
    slots = asked.slots(asked.wrt, mode, parameters_of(asked.function))
    if slots is not None and any(slot.inside is not None for slot in slots):
        raise NotDifferentiable(
            f"{asked.function.__name__}.{mode} is with respect to starred arguments, and is not "
            "differentiated again; give them names"
        )
    wrt = None if slots is None else tuple(slot.parameter for slot in slots)
    return standing_for(asked.function, mode, wrt), asked.bound, asked.preset


def _shown(function: Any) -> str:
    """What something is called, without the address that it has in memory."""
    name = getattr(function, "__qualname__", None) or getattr(function, "__name__", None)
    return f"`{name}`" if isinstance(name, str) else f"{function!r}"


def _why_not(function: Any) -> str:
    """Why there is no function to differentiate, and what to write."""
    if not callable(function):
        return f"is no function, but {_article(type(function).__name__)}; give a function"
    if isinstance(function, functools._lru_cache_wrapper):
        return "gives back answers that were computed before (`lru_cache`); give its `__wrapped__`"
    if isinstance(function, type):
        return "is a class; give a function that makes one and returns numbers"
    rule = rule_of(function)
    if rule is None or rule.kind == "missing":
        return "has neither Python source nor a derivative rule; write it with functions that have"
    return "has no Python source to differentiate; wrap it in a function written in Python"


def _article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
