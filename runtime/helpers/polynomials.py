"""Derivatives of roots, integrals and fits of polynomials."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .broadcasting import cast_back, is_complex, unbroadcast
from .statistics import polyval_slope, vander_along, vander_dx


def roots_dp(d: Any, p: Any, ans: Any) -> Any:
    """The cotangent of coefficients of which `ans` are the roots (where they are simple).

    A root moves so that the polynomial stays zero there: `dp(r) + p'(r) * dr = 0`.
    """
    whole = -(d / polyval_slope(p, ans)) @ np.vander(ans, np.size(p))
    return cast_back(unbroadcast(whole, p), p, p)


def roots_along(d: Any, p: Any, ans: Any) -> Any:
    """The tangents of the roots `ans` of a polynomial."""
    return -np.polyval(d, ans) / polyval_slope(p, ans)


def unpolyint(d: Any, p: Any, m: int = 1) -> Any:
    """The cotangent of a polynomial that was integrated `m` times."""
    n = np.size(p)
    factors = np.ones(n, d.dtype)
    for j in range(m):
        factors = factors * np.arange(n + j, j, -1)
    return np.reshape(d[:n] / factors.astype(d.dtype), np.shape(p))


def _falling(m: int, like: Any) -> Any:
    """What the constants of `m` integrations are divided by."""
    return np.asarray([math.factorial(m - 1 - i) for i in range(m)], like.dtype)


def constants_dk(d: Any, k: Any, m: int = 1) -> Any:
    """The cotangent of the constants of integration."""
    return unbroadcast(d[np.shape(d)[0] - m :] / _falling(m, d), k)


def constants_along(d: Any, ans: Any, m: int = 1) -> Any:
    """The tangent of an integral, `d` being that of the constants of integration."""
    low = d / _falling(m, ans)
    return np.concatenate([np.zeros_like(ans[: np.shape(ans)[0] - m]), low])


def _fit(x: Any, y: Any, ans: Any, w: Any) -> tuple[Any, Any, Any, Any]:
    """The weighted powers, the weighted data and fits as columns, and what they leave over."""
    if is_complex(x) or is_complex(y):
        raise NotImplementedError("np.polyfit has a derivative rule for real data only")
    weights = np.expand_dims(np.ones_like(x) if w is None else w, -1)
    powers = np.vander(x, np.shape(ans)[0]) * weights
    columns = np.reshape(y, (np.shape(y)[0], -1))
    fits = np.reshape(ans, (np.shape(ans)[0], -1))
    return powers, weights, fits, weights * columns - powers @ fits


def polyfit_parts(d: Any, x: Any, y: Any, ans: Any, w: Any = None) -> Any:
    """The cotangents of the points, the values and the weights of `np.polyfit`."""
    powers, weights, fits, left = _fit(x, y, ans, w)
    inverse = np.linalg.pinv(powers)
    rows = np.transpose(inverse) @ np.reshape(d, np.shape(fits))
    of_powers = left @ np.transpose(inverse @ rows) - rows @ np.transpose(fits)
    plain = np.vander(x, np.shape(ans)[0])
    of_weights = np.sum(of_powers * plain, axis=1)
    of_weights = of_weights + np.sum(rows * np.reshape(y, np.shape(rows)), axis=1)
    return [vander_dx(of_powers * weights, x), np.reshape(weights * rows, np.shape(y)), of_weights]


def polyfit_along(d: Any, x: Any, y: Any, ans: Any, w: Any, of: str) -> Any:
    """The tangent of `np.polyfit`, `d` being that of the points, the values or the weights."""
    powers, weights, fits, left = _fit(x, y, ans, w)
    inverse = np.linalg.pinv(powers)
    if of == "y":
        moved = inverse @ (weights * np.reshape(d, np.shape(left)))
    else:
        plain = np.vander(x, np.shape(ans)[0])
        change = vander_along(d, x, plain) * weights if of == "x" else plain * np.expand_dims(d, -1)
        moved = inverse @ (np.transpose(inverse) @ (np.transpose(change) @ left) - change @ fits)
        if of == "w":
            moved = moved + inverse @ (np.expand_dims(d, -1) * np.reshape(y, np.shape(left)))
    return np.reshape(moved, np.shape(ans))
