"""Functions made inside that hold each other: what one holds of itself through others.

    def even(n): return x if n == 0 else odd(n - 1)       even -> odd -> even
    def odd(n): return y if n == 0 else even(n - 1)

The cotangent of a function is a dict of those of what it holds, so that of `even` has one of `odd`,
with one of `even` inside, which is added to the whole. With the tangent it is the other way round.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

from adjoint.runtime.helpers import accumulate

Holding = Callable[[FunctionType], Mapping[str, Any]]
"""The functions made inside that a function holds, by name."""


def gathered(function: FunctionType, own: dict[str, Any], holding: Holding) -> dict[str, Any]:
    """The cotangent of what a function holds, with all that was found of it inside added to it."""
    inner, found = _without(function, function, own, holding, (function,))
    for one in found:
        inner = accumulate(inner, one)
    return inner


def _without(
    function: FunctionType, holder: FunctionType, own: dict[str, Any], holding: Holding,
    above: tuple[FunctionType, ...],
) -> tuple[dict[str, Any], list[dict[str, Any]]]:  # fmt: skip
    """The cotangent of what `holder` holds without that of `function` inside, and the latter."""
    left, found = dict(own), []
    for name, held in holding(holder).items():
        part = own.get(name)
        if not isinstance(part, dict):
            continue
        if held is function:
            left[name] = None
            inner, more = _without(function, function, part, holding, above)
            found += [inner, *more]
        elif not any(held is one for one in above):
            left[name], more = _without(function, held, part, holding, (*above, held))
            found += more
    return left, found


def tied(function: FunctionType, own: Mapping[str, Any], holding: Holding) -> dict[str, Any]:
    """The tangent of what a function holds, which stands again wherever it is held itself."""
    whole: dict[str, Any] = dict(own)
    _tie(function, function, whole, whole, holding, (function,))
    return whole


def _tie(
    function: FunctionType, holder: FunctionType, part: dict[str, Any], whole: dict[str, Any],
    holding: Holding, above: tuple[FunctionType, ...],
) -> None:  # fmt: skip
    for name, held in holding(holder).items():
        if held is function:
            part[name] = whole
        elif not any(held is one for one in above):
            inner = dict(part.get(name) or {})
            _tie(function, held, inner, whole, holding, (*above, held))
            if inner:
                part[name] = inner
