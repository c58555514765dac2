"""Derivatives of reductions, cumulative sums, sorting and numerical integration."""

from __future__ import annotations

from typing import Any

import numpy as np

from .broadcasting import count, float_dtype, is_complex, of_floats, unbroadcast, unreduce


def shares_where(a: Any, axis: Any, where: Any) -> Any:
    """What each element counts for in `np.mean(a, axis, where=where)`.

    >>> shares_where(np.ones(3), None, np.array([True, False, True]))
    array([0.5, 0. , 0.5])
    """
    counted = np.where(where, np.ones_like(a), 0)
    return counted / np.sum(counted, axis=axis, keepdims=True)


def spread_where(a: Any, axis: Any, ddof: Any, where: Any) -> Any:
    """Distances from the mean of what `where` chooses, over how much that is; 0 elsewhere."""
    counted = np.where(where, np.ones_like(a), 0)
    n = np.sum(counted, axis=axis, keepdims=True)
    away = (a - np.sum(counted * a, axis=axis, keepdims=True) / n) * counted
    return (np.conjugate(away) if is_complex(a) else away) / (n - ddof)


def centered(a: Any, axis: Any = None) -> Any:
    """Distances from the mean, conjugated where they are complex."""
    away = a - np.mean(a, axis=axis, keepdims=True)
    return np.conjugate(away) if is_complex(a) else away


def _products_of_others(rows: Any) -> Any:
    """Few elements of the last axis are multiplied out one by one, many by halves."""
    n = np.shape(rows)[-1]
    if n <= 32:
        return np.prod(np.where(np.eye(n, dtype=bool), 1, np.expand_dims(rows, -2)), axis=-1)
    half = n // 2
    left = rows[..., :half]
    right = rows[..., half:]
    of_left = _products_of_others(left) * np.prod(right, axis=-1, keepdims=True)
    of_right = _products_of_others(right) * np.prod(left, axis=-1, keepdims=True)
    return np.concatenate([of_left, of_right], -1)


def product_of_others(a: Any, axis: Any = None, initial: Any = 1, where: Any = True) -> Any:
    """For each element, the product of all the others that a reduction takes with it.

    Division would be wrong where an element is 0.

    >>> product_of_others(np.array([2.0, 0.0, 3.0]))
    array([0., 6., 0.])
    """
    if where is not True:
        return np.where(where, product_of_others(np.where(where, a, 1), axis, initial), 0)
    if not isinstance(initial, int) or initial != 1:
        return initial * product_of_others(a, axis)
    if np.ndim(a) == 0:
        return np.ones_like(a)
    axes = (
        tuple(range(np.ndim(a))) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    )
    last = tuple(range(-len(axes), 0))
    moved = np.moveaxis(a, axes, last)
    kept = np.shape(moved)[: np.ndim(a) - len(axes)]
    n = 1
    for i in axes:
        n *= np.shape(a)[i]
    products = _products_of_others(np.reshape(moved, (*kept, n)))
    return np.moveaxis(np.reshape(products, np.shape(moved)), last, axes)


def ties(
    a: Any,
    ans: Any,
    axis: Any = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """The share of each element in the maximum or minimum `ans`: 1 over the number of ties.

    >>> ties(np.array([1.0, 3.0, 3.0]), 3.0)
    array([0. , 0.5, 0.5])
    """
    chosen, full = _chosen(a, ans, axis, keepdims, where)
    n = np.sum(chosen, axis=axis, keepdims=True, dtype=float_dtype(a))
    return chosen / (n if initial is None else n + (full == initial))


def _chosen(a: Any, ans: Any, axis: Any, keepdims: bool, where: Any) -> tuple[Any, Any]:
    """Which elements are the maximum or minimum `ans`, and that with the axes of `a`."""
    full = ans if keepdims or axis is None else np.expand_dims(ans, axis)
    return (a == full if where is True else (a == full) & where), full


def ties_of_initial(
    a: Any,
    ans: Any,
    axis: Any = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """The share of `initial` in the maximum or minimum `ans`.

    >>> ties_of_initial(np.array([1.0, 3.0, 3.0]), 3.0, initial=3.0)
    np.float64(0.3333333333333333)
    """
    chosen, _ = _chosen(a, ans, axis, keepdims, where)
    n = np.sum(chosen, axis=axis, keepdims=keepdims, dtype=float_dtype(a))
    first = ans == initial
    return first / (n + np.where(first, 1, n == 0))


def span_slope(a: Any, axis: Any = None) -> Any:
    """The derivative of the largest minus the smallest element."""
    high = ties(a, np.max(a, axis=axis, keepdims=True), axis, True)
    return high - ties(a, np.min(a, axis=axis, keepdims=True), axis, True)


def uncumsum(d: Any, like: Any, axis: Any = None, dtype: Any = None) -> Any:
    """The cotangent of what `np.cumsum` added up: the sum of all later ones."""
    d = of_floats(d, dtype)
    if axis is None:
        return np.reshape(np.flip(np.cumsum(np.flip(d))), np.shape(like))
    return np.flip(np.cumsum(np.flip(d, axis), axis=axis), axis)


def unsort(d: Any, a: Any, axis: Any = -1) -> Any:
    """The cotangent of what was sorted: each element goes back where it came from."""
    if axis is None:
        return np.reshape(unsort(d, np.ravel(a), -1), np.shape(a))
    back = np.argsort(np.argsort(a, axis=axis, kind="stable"), axis=axis)
    return np.take_along_axis(d, back, axis)


def sorted_like(d: Any, a: Any, axis: Any = -1) -> Any:
    """The elements of `d` in the order that sorts `a`."""
    if axis is None:
        return sorted_like(np.ravel(d), np.ravel(a), -1)
    return np.take_along_axis(d, np.argsort(a, axis=axis, kind="stable"), axis)


def undiff(d: Any, like: Any, n: int = 1, axis: int = -1) -> Any:
    """The cotangent of what `np.diff` took differences of."""
    length = np.shape(like)[axis]
    for _ in range(n if length > n else 0):
        shape = list(np.shape(d))
        shape[axis] = 1
        edge = np.zeros(shape, d.dtype)
        d = -np.diff(np.concatenate([edge, d, edge], axis), axis=axis)
    return d if length > n else np.zeros(np.shape(like), d.dtype)


def trapezoid_dy(d: Any, y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The cotangent of the integrand: half the width of the two intervals that meet there."""
    if np.shape(y)[axis] == 0:
        return np.zeros_like(y)
    if x is None:
        width = np.full(np.shape(y)[axis] - 1, 1.0, y.dtype) * dx
    else:
        width = np.diff(x, axis=-1 if np.ndim(x) == 1 else axis)
    if np.ndim(width) == 1:
        return unreduce(d, y, axis) * _along(0.5 * undiff_sums(width, 0), np.ndim(y), axis)
    return unbroadcast(np.expand_dims(d, axis) * (0.5 * undiff_sums(width, axis)), y)


def trapezoid_dx(d: Any, y: Any, x: Any, axis: int = -1) -> Any:
    """The cotangent of the points at which the integrand is given."""
    n = np.shape(y)[axis]
    if n == 0:
        return np.zeros_like(x)
    heights = 0.5 * (
        np.take(y, np.arange(1, n), axis=axis) + np.take(y, np.arange(n - 1), axis=axis)
    )
    widths = np.expand_dims(d, axis) * heights
    if np.ndim(x) == 1:
        flat = np.reshape(np.moveaxis(widths, axis, -1), (-1, n - 1))
        return unbroadcast(undiff(np.sum(flat, axis=0), x, 1, 0), x)
    return unbroadcast(undiff(widths, y, 1, axis), x)


def unit_trapezoid(y: Any, x: Any = None, axis: int = -1) -> Any:
    """The slope of `np.trapezoid` over its `dx`, which counts where there is no `x`."""
    return np.trapezoid(y, axis=axis) if x is None else 0.0


def undiff_sums(width: Any, axis: int) -> Any:
    """For each point, the sum of the intervals before and after it."""
    shape = list(np.shape(width))
    shape[axis] = 1
    edge = np.zeros(shape, width.dtype)
    before = np.concatenate([edge, width], axis)
    return before + np.concatenate([width, edge], axis)


def _along(x: Any, ndim: int, axis: int) -> Any:
    """A one-dimensional array laid along one axis of several."""
    shape = [1] * ndim
    shape[axis] = -1
    return np.reshape(x, shape)


def spread_weights(weights: Any, a: Any, axis: Any) -> Any:
    """The weights of `np.average` in the shape of what is averaged."""
    if np.shape(weights) == np.shape(a):
        return weights
    if np.ndim(weights) != 1:
        raise NotImplementedError("np.average: weights along several axes have no derivative rule")
    return np.broadcast_to(_along(weights, np.ndim(a), axis), np.shape(a))


def shares_of(weights: Any, a: Any, axis: Any = None) -> Any:
    """What each element counts for in `np.average`."""
    if weights is None:
        return np.full(np.shape(a), 1 / count(a, axis), float_dtype(a))
    full = spread_weights(weights, a, axis)
    return full / np.sum(full, axis=axis, keepdims=True)


def weights_dx(d: Any, a: Any, weights: Any, axis: Any = None) -> Any:
    """The cotangent of the weights of `np.average`; `d` has the shape of `a`."""
    full = spread_weights(weights, a, axis)
    mean = np.average(a, axis=axis, weights=weights, keepdims=True)
    each = d * (a - mean) / np.sum(full, axis=axis, keepdims=True)
    if np.shape(weights) == np.shape(a):
        return unbroadcast(each, weights)
    others = tuple(i for i in range(np.ndim(a)) if i != axis % np.ndim(a))
    return unbroadcast(np.sum(each, axis=others), weights)


def weights_along(d: Any, a: Any, weights: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The tangent of `np.average`, `d` being that of its weights."""
    full = spread_weights(weights, a, axis)
    mean = np.average(a, axis=axis, weights=weights, keepdims=True)
    away = spread_weights(d, a, axis) * (a - mean)
    total = np.sum(full, axis=axis, keepdims=keepdims)
    return np.sum(away, axis=axis, keepdims=keepdims) / total


def shares_of_numbers(a: Any, axis: Any = None, where: Any = True) -> Any:
    """What each element counts for in `np.nanmean`: nothing where it is not a number."""
    counted = (np.isfinite(a) | np.isinf(a)) & where
    return counted / np.sum(counted, axis=axis, keepdims=True, dtype=float_dtype(a))
