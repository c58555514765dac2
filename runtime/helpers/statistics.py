"""Derivatives of order statistics, running products, covariances and what skips NaN."""

from __future__ import annotations

from typing import Any

import numpy as np

from .broadcasting import cast_back, expand, float_dtype, is_complex, of_floats, unbroadcast
from .reductions import sorted_like, spread_where, uncumsum, unsort


def cumprod_dx(d: Any, a: Any, ans: Any, axis: Any = None, dtype: Any = None) -> Any:
    """The cotangent of what `np.cumprod` multiplied, zeros among it or not.

    >>> cumprod_dx(np.ones(3), np.array([2.0, 0.0, 3.0]), np.array([2.0, 0.0, 0.0]))
    array([1., 8., 0.])
    """
    d = of_floats(d, dtype)
    if axis is None:
        flat = np.ravel(a)
        return np.reshape(cumprod_dx(d, flat, np.reshape(ans, np.shape(flat)), 0), np.shape(a))
    if np.all(a != 0):
        return uncumsum(d * ans, a, axis) / a
    rows = np.moveaxis(a, axis, 0)
    later = np.moveaxis(d, axis, 0)
    n = np.shape(rows)[0]
    sums = [later[n - 1]]
    for i in range(n - 1, 0, -1):
        sums.append(later[i - 1] + rows[i] * sums[-1])
    before = np.moveaxis(ans, axis, 0)[: n - 1]
    before = np.concatenate([np.ones_like(rows[:1]), before])
    return np.moveaxis(before * np.flip(np.stack(sums), 0), 0, axis)


def cumprod_along(d: Any, a: Any, ans: Any, axis: Any = None) -> Any:
    """The tangent of `np.cumprod`."""
    if axis is None:
        return cumprod_along(np.ravel(d), np.ravel(a), ans, 0)
    if np.all(a != 0):
        return ans * np.cumsum(d / a, axis=axis)
    rows = np.moveaxis(a, axis, 0)
    tangents = np.moveaxis(d, axis, 0)
    products = np.moveaxis(ans, axis, 0)
    along = [tangents[0]]
    for i in range(1, np.shape(rows)[0]):
        along.append(rows[i] * along[-1] + products[i - 1] * tangents[i])
    return np.moveaxis(np.stack(along), 0, axis)


def without_initial(d: Any, included: Any, axis: Any = None) -> Any:
    """All but what was put first along an axis (the only one, where none is given)."""
    axis = 0 if axis is None else axis
    return np.take(d, np.arange(1, np.shape(d)[axis]), axis) if included else d


def after_zero(d: Any, ans: Any, axis: Any = None) -> Any:
    """`d` after a zero along an axis, where `ans` is longer there."""
    axis = 0 if axis is None else axis
    n = np.shape(ans)[axis] - np.shape(d)[axis]
    return np.concatenate([np.zeros_like(np.take(ans, np.arange(n), axis)), d], axis)


def filled(a: Any, value: float) -> Any:
    """`a` with a value in place of every NaN."""
    return np.where(np.isnan(a), value, a)


def spread_of_numbers(a: Any, axis: Any = None, ddof: Any = 0, where: Any = True) -> Any:
    """Distances from the mean of the numbers, over how many there are; 0 in place of NaN."""
    return spread_where(filled(a, 0), axis, ddof, ~np.isnan(a) & where)


def quantile_weights(q: Any, n: int, like: Any, method: Any = "linear") -> Any:
    """What each of `n` sorted elements counts for in each quantile: at most two do.

    Other methods than the usual one take other places between the elements: those where the
    quantiles of 0, 1, 2, ... lie.

    >>> quantile_weights(0.5, 4, np.zeros(4))
    array([[0. , 0.5, 0.5, 0. ]])
    """
    at = np.reshape(np.asarray(q, float_dtype(like)), (-1, 1)) * (n - 1)
    if method != "linear":
        places = np.arange(n, dtype=float_dtype(like))
        at = np.reshape(np.asarray(q, places.dtype), (-1, 1))
        at = np.asarray(np.quantile(places, at, method=method), places.dtype)
    return np.maximum(1 - np.abs(at - np.arange(n, dtype=float_dtype(like))), 0)


def _joined_last(a: Any, axis: Any) -> Any:
    """`a` with the axes of a reduction joined into one, the last."""
    if axis is None:
        return np.reshape(a, -1)
    axes = axis if isinstance(axis, tuple) else (axis,)
    moved = np.moveaxis(a, axes, tuple(range(-len(axes), 0)))
    return np.reshape(moved, (*np.shape(moved)[: np.ndim(a) - len(axes)], -1))


def _parted(rows: Any, like: Any, axis: Any) -> Any:
    """Undoes `_joined_last`."""
    shape = np.shape(like)
    if axis is None:
        return np.reshape(rows, shape)
    axes = axis if isinstance(axis, tuple) else (axis,)
    last = tuple(range(-len(axes), 0))
    joined = tuple(shape[i] for i in axes)
    return np.moveaxis(np.reshape(rows, (*np.shape(rows)[:-1], *joined)), last, axes)


def quantile_da(d: Any, a: Any, q: Any, axis: Any = None, method: str = "linear") -> Any:
    """The cotangent of an array whose quantiles were taken."""
    rows = _joined_last(a, axis)
    weights = quantile_weights(q, np.shape(rows)[-1], a, method)
    d = d if hasattr(d, "dtype") else np.full((), d, float_dtype(a))
    each = np.reshape(d, (np.shape(weights)[0], *np.shape(rows)[:-1]))
    return _parted(unsort(np.tensordot(each, weights, ((0,), (0,))), rows), a, axis)


def quantile_along(
    d: Any, a: Any, q: Any, ans: Any, axis: Any = None, method: str = "linear"
) -> Any:
    """The tangent of quantiles `ans`."""
    rows = _joined_last(a, axis)
    weights = quantile_weights(q, np.shape(rows)[-1], a, method)
    each = np.tensordot(weights, sorted_like(_joined_last(d, axis), rows), ((1,), (-1,)))
    return np.reshape(each, np.shape(ans))


def numbers_weights(q: Any, rows: Any) -> Any:
    """What each sorted element of the last axis counts for in each quantile of the numbers."""
    n = np.sum(~np.isnan(rows), axis=-1, dtype=float_dtype(rows))
    at = np.tensordot(np.reshape(np.asarray(q, float_dtype(rows)), -1), n - 1, 0)
    places = np.arange(np.shape(rows)[-1], dtype=float_dtype(rows))
    return np.maximum(1 - np.abs(np.expand_dims(at, -1) - places), 0)


def nanquantile_da(d: Any, a: Any, q: Any, axis: Any = None) -> Any:
    """The cotangent of an array, of whose numbers quantiles were taken."""
    rows = _joined_last(a, axis)
    weights = numbers_weights(q, rows)
    d = d if hasattr(d, "dtype") else np.full((), d, float_dtype(a))
    each = np.reshape(d, (*np.shape(weights)[:-1], 1))
    whole = _parted(unsort(np.sum(each * weights, axis=0), rows), a, axis)
    return np.where(np.isnan(a), 0, whole)


def nanquantile_along(d: Any, a: Any, q: Any, ans: Any, axis: Any = None) -> Any:
    """The tangent of quantiles `ans` of the numbers of an array."""
    rows = _joined_last(a, axis)
    along = sorted_like(_joined_last(np.where(np.isnan(a), 0, d), axis), rows)
    return np.reshape(np.sum(numbers_weights(q, rows) * along, axis=-1), np.shape(ans))


def _variables(m: Any, rowvar: bool) -> Any:
    """What `np.cov` takes for variables, as rows."""
    rows = np.reshape(m, (1, -1)) if np.ndim(m) < 2 else m
    return rows if rowvar or np.shape(rows)[0] == 1 or np.ndim(m) < 2 else np.transpose(rows)


def _together(m: Any, y: Any, rowvar: bool) -> Any:
    if is_complex(m) or (y is not None and is_complex(y)):
        raise NotImplementedError("np.cov and np.corrcoef have derivative rules for real data only")
    rows = _variables(m, rowvar)
    return rows if y is None else np.concatenate([rows, _variables(y, rowvar)])


def cov_parts(
    d: Any, m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: Any = None
) -> Any:
    """The cotangents of the two sets of data of `np.cov`."""
    rows = _together(m, y, rowvar)
    n = np.shape(rows)[1]
    less = ddof if ddof is not None else 0 if bias else 1
    square = np.reshape(d, (np.shape(rows)[0], np.shape(rows)[0]))
    away = rows - np.mean(rows, axis=1, keepdims=True)
    full = (square + np.transpose(square)) @ away / (n - less)
    parts = []
    start = 0
    for data in (m, y):
        if data is not None:
            k = np.shape(_variables(data, rowvar))[0]
            part = full[start : start + k]
            turned = np.shape(_variables(data, rowvar)) != np.shape(data) and np.ndim(data) == 2
            part = np.transpose(part) if turned else np.reshape(part, np.shape(data))
            parts.append(unbroadcast(part, data))
            start += k
    return parts


def cov_along(
    d: Any, m: Any, y: Any, rowvar: bool, bias: bool, ddof: Any, of_y: bool = False
) -> Any:
    """The tangent of `np.cov`, `d` being that of the first or of the second set of data."""
    rows = _together(m, y, rowvar)
    first = np.zeros_like(m) if of_y else d
    second = d if of_y else None if y is None else np.zeros_like(y)
    tangents = _together(first, second, rowvar)
    less = ddof if ddof is not None else 0 if bias else 1
    away = rows - np.mean(rows, axis=1, keepdims=True)
    half = tangents @ np.transpose(away) / (np.shape(rows)[1] - less)
    return np.squeeze(half + np.transpose(half))


def _normal(x: Any, c: Any) -> Any:
    """A matrix over the deviations of the covariances `c` from both sides."""
    deviation = np.sqrt(np.diagonal(c))
    return x / (np.expand_dims(deviation, -1) * deviation)


def corrcoef_parts(d: Any, ans: Any, x: Any, y: Any = None, rowvar: bool = True) -> Any:
    """The cotangents of the two sets of data of `np.corrcoef`."""
    if np.ndim(ans) == 0:
        return [np.zeros_like(x), None if y is None else np.zeros_like(y)]
    c = np.cov(x, y, rowvar)
    of_scale = np.sum(d * ans, axis=1) + np.sum(d * ans, axis=0)
    of_c = _normal(d, c) - np.diag(0.5 * of_scale / np.diagonal(c))
    return cov_parts(of_c, x, y, rowvar)


def corrcoef_along(
    d: Any, ans: Any, x: Any, y: Any = None, rowvar: bool = True, of_y: bool = False
) -> Any:
    """The tangent of `np.corrcoef`, `d` being that of the first or of the second set of data."""
    if np.ndim(ans) == 0:
        return np.zeros_like(ans)
    c = np.cov(x, y, rowvar)
    along = cov_along(d, x, y, rowvar, False, None, of_y)
    relative = 0.5 * np.diagonal(along) / np.diagonal(c)
    return _normal(along, c) - ans * (np.expand_dims(relative, -1) + relative)


def polyval_dp(d: Any, p: Any, x: Any) -> Any:
    """The cotangent of the coefficients of a polynomial that was evaluated."""
    full = np.ravel(expand(d, x))
    return cast_back(full @ np.vander(np.ravel(x), np.size(p)), p, p)


def polyval_slope(p: Any, x: Any) -> Any:
    """The derivative of a polynomial at `x`."""
    n = np.size(p)
    if n < 2:
        return np.zeros_like(x)
    return np.polyval(p[: n - 1] * np.arange(n - 1, 0, -1, dtype=float_dtype(p)), x)


def vander_dx(d: Any, x: Any, increasing: bool = False) -> Any:
    """The cotangent of numbers of which `np.vander` took powers."""
    n = np.shape(d)[1]
    if n < 2:
        return np.zeros_like(x)
    slopes = np.vander(x, n - 1, True) * np.arange(1, n, dtype=float_dtype(x))
    of_powers = d[:, 1:] if increasing else np.flip(d, 1)[:, 1:]
    return np.sum(of_powers * slopes, axis=1)


def vander_along(d: Any, x: Any, ans: Any, increasing: bool = False) -> Any:
    """The tangent of the powers that `np.vander` takes."""
    n = np.shape(ans)[1]
    if n < 2:
        return np.zeros_like(ans)
    slopes = np.vander(x, n - 1, True) * np.arange(1, n, dtype=float_dtype(x))
    whole = np.concatenate([np.zeros_like(ans[:, :1]), np.expand_dims(d, -1) * slopes], axis=1)
    return whole if increasing else np.flip(whole, 1)


def unpolyder(d: Any, p: Any, m: int = 1) -> Any:
    """The cotangent of a polynomial that was differentiated `m` times."""
    n = np.shape(p)[0]
    if np.shape(d)[0] != max(n - m, 0):
        return np.zeros(n, d.dtype)
    factors = np.ones(n - m, d.dtype)
    for j in range(m):
        factors = factors * np.arange(n - 1 - j, m - 1 - j, -1)
    return np.concatenate([d * factors.astype(d.dtype), np.zeros(m, d.dtype)])


def polymul_part(d: Any, like: Any, other: Any) -> Any:
    """The cotangent of a factor of `np.polymul`, which leaves leading zeros out."""
    length = max(np.size(like) + np.size(other) - 1, np.shape(d)[0])
    full = np.concatenate([np.zeros(length - np.shape(d)[0], d.dtype), d])
    return unbroadcast(np.convolve(full, np.flip(np.atleast_1d(other)), "valid"), like)


def low_terms(d: Any, like: Any) -> Any:
    """The last of `d`: those of a shorter polynomial that was added to a longer one."""
    return d[np.shape(d)[0] - np.shape(like)[0] :]
