"""Derivatives of linear algebra."""

from __future__ import annotations

from typing import Any

import numpy as np

from .broadcasting import is_complex, unbroadcast, unreduce
from .elements import direction, divide_or_zero
from .reductions import ties


def _transposed(x: Any) -> Any:
    return np.swapaxes(x, -1, -2)


def solve_db(d: Any, a: Any, b: Any) -> Any:
    """The cotangent of the right-hand side of `np.linalg.solve(a, b)`."""
    if np.ndim(b) == 1:
        column = np.linalg.solve(_transposed(a), np.expand_dims(d, -1))
        return unbroadcast(np.squeeze(column, -1), b)
    return unbroadcast(np.linalg.solve(_transposed(a), d), b)


def solve_da(d: Any, a: Any, b: Any, ans: Any) -> Any:
    """The cotangent of the matrix of `np.linalg.solve(a, b)`."""
    if np.ndim(b) == 1:
        column = np.linalg.solve(_transposed(a), np.expand_dims(d, -1))
        return unbroadcast(-column * np.expand_dims(ans, -2), a)
    return unbroadcast(-np.linalg.solve(_transposed(a), d) @ _transposed(ans), a)


def solve_along(d: Any, a: Any, b: Any, ans: Any) -> Any:
    """The tangent of `np.linalg.solve(a, b)`, `d` being that of `a`."""
    if np.ndim(b) == 1:
        return -np.squeeze(np.linalg.solve(a, d @ np.expand_dims(ans, -1)), -1)
    return -np.linalg.solve(a, d @ ans)


def det_da(d: Any, a: Any, ans: Any) -> Any:
    """The cotangent of a matrix whose determinant was taken (Jacobi's formula)."""
    return np.expand_dims(d * ans, (-2, -1)) * _transposed(np.linalg.inv(a))


def slogdet_da(d: Any, a: Any) -> Any:
    """The cotangent of a real matrix of which `np.linalg.slogdet` was taken."""
    if is_complex(a):
        raise NotImplementedError("np.linalg.slogdet has a derivative rule for real matrices only")
    return np.expand_dims(d[1], (-2, -1)) * _transposed(np.linalg.inv(a))


def slogdet_along(d: Any, a: Any) -> Any:
    """The tangents of `np.linalg.slogdet(a)`."""
    if is_complex(a):
        raise NotImplementedError("np.linalg.slogdet has a derivative rule for real matrices only")
    return [0.0, np.trace(np.linalg.solve(a, d), axis1=-2, axis2=-1)]


def _lower_half(x: Any) -> Any:
    """The lower triangle with half the diagonal."""
    return np.tril(x) - 0.5 * np.eye(np.shape(x)[-1], dtype=x.dtype) * x


def cholesky_da(d: Any, ans: Any, upper: bool = False) -> Any:
    """The cotangent of a symmetric matrix, of which `ans` is the Cholesky factor.

    Source: I. Murray, Differentiation of the Cholesky decomposition (2016), equation 10.
    """
    if is_complex(ans):
        raise NotImplementedError("np.linalg.cholesky has a derivative rule for real matrices only")
    if upper:
        return cholesky_da(_transposed(d), _transposed(ans))
    middle = _lower_half(_transposed(ans) @ d)
    left = np.linalg.solve(_transposed(ans), middle)
    full = _transposed(np.linalg.solve(_transposed(ans), _transposed(left)))
    return 0.5 * (full + _transposed(full))


def cholesky_along(d: Any, ans: Any, upper: bool = False) -> Any:
    """The tangent of the Cholesky factor `ans` of a symmetric matrix."""
    if is_complex(ans):
        raise NotImplementedError("np.linalg.cholesky has a derivative rule for real matrices only")
    if upper:
        return _transposed(cholesky_along(d, _transposed(ans)))
    symmetric = 0.5 * (d + _transposed(d))
    left = np.linalg.solve(ans, symmetric)
    return ans @ _lower_half(_transposed(np.linalg.solve(ans, _transposed(left))))


def norm_slope(x: Any, ans: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The derivative of `np.linalg.norm` with respect to each element; 0 where the norm is 0."""
    of_matrices = np.ndim(x) == 2 if axis is None else isinstance(axis, tuple) and len(axis) == 2
    euclidean = ord is None or ord == "fro" or (ord == 2 and not of_matrices)
    if of_matrices and not euclidean:
        return matrix_slope(x, ord, axis)
    return vector_slope(x, ans, 2 if euclidean else ord, axis, keepdims)


def matrix_slope(x: Any, ord: Any, axis: Any = None) -> Any:
    """The derivative of the norm of a matrix other than the Euclidean; ties share evenly."""
    axes = (-2, -1) if axis is None else axis
    matrix = np.moveaxis(x, axes, (-2, -1))
    if ord in ("nuc", 2, -2):
        parts = np.linalg.svd(matrix, full_matrices=False)
        s = parts[1]
        extreme = np.min(s, axis=-1) if ord == -2 else np.max(s, axis=-1)
        chosen = np.ones_like(s) if ord == "nuc" else ties(s, extreme, -1)
        slope = (parts[0] * np.expand_dims(chosen, -2)) @ parts[2]
        slope = np.conjugate(slope) if is_complex(slope) else slope
    else:
        over = -2 if abs(ord) == 1 else -1
        sums = np.sum(np.abs(matrix), axis=over, keepdims=True)
        low = np.min(sums, axis=-3 - over, keepdims=True)
        high = np.max(sums, axis=-3 - over, keepdims=True)
        slope = direction(matrix) * ties(sums, high if ord > 0 else low, -3 - over, True)
    return np.moveaxis(slope, (-2, -1), axes)


def vector_slope(x: Any, ans: Any, ord: Any = 2, axis: Any = None, keepdims: bool = False) -> Any:
    """The derivative of the norm of a vector with respect to each element."""
    full = unreduce(ans, x, axis, keepdims)
    if ord == 2:
        return divide_or_zero(np.conjugate(x) if is_complex(x) else x, full)
    if ord in (np.inf, -np.inf):
        return direction(x) * ties(np.abs(x), ans, axis, keepdims)
    if ord == 1:
        return direction(x)
    if ord == 0:
        return np.zeros_like(x)
    return direction(x) * divide_or_zero(np.abs(x), full) ** (ord - 1)
