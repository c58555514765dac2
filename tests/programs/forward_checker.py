"""Compares forward mode with central differences and with reverse mode, on one program.

For a random tangent t and cotangent c: `<c, jvp(t)> = <vjp(c), t>`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .checker import WrongGradient, accuracy_of
from .differences import inner, numeric_pullback, random_cotangent
from .trees import duplicate, is_differentiable, leaves, same

Function = Callable[..., Any]


def check_forward(
    function: Function, args: tuple[Any, ...], wrt: tuple[int, ...], differences: bool = True
) -> None:
    """Demands that `jvp` of a function is right.

    Args:
        function: the primal.
        args: positional arguments; they are copied for every call.
        wrt: positions of those that have tangents.
        differences: whether to compare with central differences, else with reverse mode.

    Raises:
        WrongGradient: when the tangent is wrong in value, shape, dtype or structure, when value or
            arguments are not as the function itself leaves them, or when a tangent was written.
    """
    import adjoint

    after = duplicate(args)
    value = function(*after)
    cotangent = random_cotangent(value)
    tangents = [random_cotangent(args[i]) if i in wrt else None for i in range(len(args))]
    mine, given = duplicate(args), duplicate(tangents)
    got, tangent = adjoint.jvp(function, mine, given)
    _compare_value(got, value)
    if not same(mine, after):
        raise WrongGradient(f"jvp: arguments left as\n{mine!r}\nand not as\n{after!r}")
    if not same(given, tangents):
        raise WrongGradient("jvp: a tangent that was given was written into")
    _compare_form(tangent, value)
    if differences:
        found = numeric_pullback(function, args, wrt, cotangent)
    else:
        pulled = adjoint.vjp(function, *duplicate(args))[1](duplicate(cotangent))
        found = [pulled[i] for i in wrt]
    want = sum(inner(g, tangents[i]) for i, g in zip(wrt, found, strict=True))
    have = inner(cotangent, tangent)
    scale = max(1.0, abs(want), _size(found, tangents, wrt))
    near = accuracy_of(args)
    if not abs(have - want) <= near * scale * 10:
        raise WrongGradient(f"jvp: <c, jvp(t)> is {have!r}, and <vjp(c), t> is {want!r}")


def _size(found: list[Any], tangents: list[Any], wrt: tuple[int, ...]) -> float:
    """How large the terms of the inner product are together."""
    total = 0.0
    for i, g in zip(wrt, found, strict=True):
        parts = dict(leaves(tangents[i]))
        for path, leaf in leaves(g):
            if is_differentiable(leaf):
                total += float(np.sum(np.abs(np.multiply(leaf, parts[path]))))
    return total


def _compare_value(got: Any, want: Any) -> None:
    for (p, g), (q, w) in zip(leaves(got), leaves(want), strict=True):
        if p != q or np.shape(g) != np.shape(w):
            raise WrongGradient(f"jvp: value {got!r}, expected {want!r}")
        if is_differentiable(w):
            if np.result_type(g) != np.result_type(w):
                raise WrongGradient(f"jvp: value of dtype {np.result_type(g)}")
            close = 1e-12 if np.result_type(w) == np.float64 else 1e-5
            if not np.allclose(g, w, rtol=close, atol=close, equal_nan=True):
                raise WrongGradient(f"jvp: value {got!r}, expected {want!r}")


def _compare_form(tangent: Any, value: Any) -> None:
    """Demands that a tangent has the structure, shapes and dtypes of its value."""
    have = dict(leaves(tangent))
    for path, leaf in leaves(value):
        one = have.get(path)
        if not is_differentiable(leaf):
            if one is not None:
                raise WrongGradient(f"jvp: {path} has no tangent, yet it is {one!r}")
            continue
        if not is_differentiable(one) or np.shape(one) != np.shape(leaf):
            raise WrongGradient(f"jvp: the tangent {one!r} at {path} of {leaf!r}")
        if np.result_type(one) != np.result_type(leaf):
            raise WrongGradient(f"jvp: dtype {np.result_type(one)} at {path} of {leaf!r}")
