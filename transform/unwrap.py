"""From anything callable to the Python function behind it, and the arguments that it presets."""

from __future__ import annotations

import functools
import types
from types import FunctionType
from typing import Any

from adjoint.transform.homes import original

Target = tuple[FunctionType, tuple[Any, ...], dict[str, Any]]


def unwrap(function: Any) -> Target:
    """The function with the arguments that a method, partial or callable object presets.

    Raises:
        TypeError: there is no function written in Python.

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
    raise TypeError(
        f"{function!r} has no Python source to differentiate; "
        "wrap it in a function written in Python"
    )
