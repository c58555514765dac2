"""NumPy's functions, called as the rules list their parameters: all by position."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adjoint.runtime.errors import MissingRule
from adjoint.runtime.rules import REQUIRED, Rule


def function_of(rule: Rule, xp: Any) -> Callable[..., Any]:
    """Finds the function that a rule is about in NumPy (or CuPy).

    Raises:
        MissingRule: where the namespace has no such function.
    """
    space, *path = rule.name.split(".")
    if space == "ndarray":
        method = path[0]
        return by_position(lambda array, *args, **kw: getattr(array, method)(*args, **kw), rule)
    found = xp
    try:
        for part in path:
            found = getattr(found, part)
    except AttributeError:
        raise MissingRule(f"{xp.__name__} has no function {'.'.join(path)}") from None
    return by_position(found, rule)


def by_position(function: Callable[..., Any], rule: Rule) -> Callable[..., Any]:
    """Gives a function that takes every parameter of its rule by position, starred ones as one."""
    params = [p for p in rule.params if not p.startswith("**")]
    star = next((k for k, p in enumerate(params) if p.startswith("*")), None)
    optional = [p for p in params if rule.params[p] is not REQUIRED]
    if star is None and (not optional or isinstance(function, np.ufunc)):
        return function
    named = len([p for p in params if p in rule.keyword_only])
    ordinary = len(params) - named
    defaults = [rule.params[p] for p in params]

    def call(*args: Any) -> Any:
        last = min(ordinary, len(args))
        while last and args[last - 1] is defaults[last - 1]:
            last -= 1
        given = {
            p: value
            for p, value, default in zip(
                params[ordinary:], args[ordinary:], defaults[ordinary:], strict=False
            )
            if value is not default
        }
        if star is None:
            return function(*args[:last], **given)
        return function(*args[:star], *args[star], **given)

    return call
