"""Derivatives of `scipy.linalg`: systems of equations, factors and functions of matrices.

Where `A @ x = b`, a cotangent `d` of `x` gives `w` with `A.T @ w = d` for `b`, and `-w @ x.T` for
`A`; the variants differ in which elements of `A` they read.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..on_demand import scipy
from .broadcasting import in_dtype, is_complex, unbroadcast
from .linear import cholesky_along, cholesky_da


def _pairs(w: Any, x: Any) -> Any:
    """`w @ x.T`, for vectors and for columns."""
    return np.outer(w, x) if np.ndim(x) == 1 else w @ np.transpose(x)


def system_db(
    d: Any, a: Any, lower: bool = False, assume_a: Any = None, transposed: bool = False
) -> Any:
    """The cotangent of the right-hand side of `scipy.linalg.solve`."""
    return scipy.linalg.solve(a, d, lower=lower, assume_a=assume_a, transposed=not transposed)


def system_da(
    d: Any,
    a: Any,
    ans: Any,
    lower: bool = False,
    assume_a: Any = None,
    transposed: bool = False,
) -> Any:
    """The cotangent of the matrix of `scipy.linalg.solve`."""
    w = system_db(d, a, lower, assume_a, transposed)
    return unbroadcast(-_pairs(ans, w) if transposed else -_pairs(w, ans), a)


def system_along(
    d: Any,
    a: Any,
    ans: Any,
    lower: bool = False,
    assume_a: Any = None,
    transposed: bool = False,
) -> Any:
    """The tangent of `scipy.linalg.solve`, `d` being that of the matrix."""
    right = (np.transpose(d) if transposed else d) @ ans
    return -scipy.linalg.solve(a, right, lower=lower, assume_a=assume_a, transposed=transposed)


def _is_transposed(trans: Any, a: Any) -> bool:
    if trans in (2, "C") and is_complex(a):
        raise NotImplementedError(
            "scipy.linalg.solve_triangular with trans='C' has a derivative rule for real matrices "
            "only"
        )
    return trans not in (0, "N")


def _read(x: Any, lower: bool, unit_diagonal: bool) -> Any:
    """The elements of a matrix that `solve_triangular` reads."""
    beside = 1 if unit_diagonal else 0
    return np.tril(x, -beside) if lower else np.triu(x, beside)


def triangular_db(
    d: Any, a: Any, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False
) -> Any:
    """The cotangent of the right-hand side of `scipy.linalg.solve_triangular`."""
    other = 0 if _is_transposed(trans, a) else 1
    return scipy.linalg.solve_triangular(a, d, other, lower, unit_diagonal)


def triangular_da(
    d: Any,
    a: Any,
    ans: Any,
    trans: Any = 0,
    lower: bool = False,
    unit_diagonal: bool = False,
) -> Any:
    """The cotangent of the matrix of `scipy.linalg.solve_triangular`."""
    w = triangular_db(d, a, trans, lower, unit_diagonal)
    full = -_pairs(ans, w) if _is_transposed(trans, a) else -_pairs(w, ans)
    return unbroadcast(_read(full, lower, unit_diagonal), a)


def triangular_along(
    d: Any,
    a: Any,
    ans: Any,
    trans: Any = 0,
    lower: bool = False,
    unit_diagonal: bool = False,
) -> Any:
    """The tangent of `scipy.linalg.solve_triangular`, `d` being that of the matrix."""
    moved = _read(d, lower, unit_diagonal)
    right = (np.transpose(moved) if _is_transposed(trans, a) else moved) @ ans
    return -scipy.linalg.solve_triangular(a, right, trans, lower, unit_diagonal)


def _band(l_and_u: Any, n: int) -> tuple[Any, Any, Any]:
    """Row and column in the matrix of each place of a band, and whether it is one."""
    columns = np.arange(n)
    rows = np.expand_dims(np.arange(-l_and_u[1], l_and_u[0] + 1), -1) + columns
    inside = (rows >= 0) & (rows < n)
    return np.where(inside, rows, 0), columns + 0 * rows, inside


def _transposed_band(l_and_u: Any, ab: Any) -> Any:
    """The band of the transposed matrix."""
    above = l_and_u[0]
    n = np.shape(ab)[1]
    rows, columns, inside = _band((l_and_u[1], above), n)
    places = np.where(inside, l_and_u[1] + columns - rows, 0)
    return np.where(inside, ab[places, rows], 0)


def banded_db(d: Any, l_and_u: Any, ab: Any) -> Any:
    """The cotangent of the right-hand side of `scipy.linalg.solve_banded`."""
    flipped = (l_and_u[1], l_and_u[0])
    return scipy.linalg.solve_banded(flipped, _transposed_band(l_and_u, ab), d)


def banded_dab(d: Any, l_and_u: Any, ab: Any, ans: Any) -> Any:
    """The cotangent of the band of `scipy.linalg.solve_banded`."""
    w = banded_db(d, l_and_u, ab)
    rows, columns, inside = _band(l_and_u, np.shape(ab)[1])
    each = w[rows] * ans[columns]
    each = each if np.ndim(ans) == 1 else np.sum(each, axis=-1)
    return unbroadcast(np.where(inside, -each, 0), ab)


def banded_along(d: Any, l_and_u: Any, ab: Any, ans: Any) -> Any:
    """The tangent of `scipy.linalg.solve_banded`, `d` being that of the band."""
    n = np.shape(ab)[1]
    right = 0.0 * ans
    for k in range(np.shape(ab)[0]):
        columns = np.arange(n) + l_and_u[1] - k
        inside = (columns >= 0) & (columns < n)
        places = np.where(inside, columns, 0)
        weights = np.where(inside, d[k][places], 0)
        moved = ans[places]
        right = right + (weights if np.ndim(ans) == 1 else np.expand_dims(weights, -1)) * moved
    return -scipy.linalg.solve_banded(l_and_u, ab, right)


def factor_da(d: Any, ans: Any, lower: bool = False) -> Any:
    """The cotangent of a symmetric matrix of which `scipy.linalg.cholesky` gave a factor."""
    return cholesky_da(d, ans, not lower)


def factor_along(d: Any, ans: Any, lower: bool = False) -> Any:
    """The tangent of `scipy.linalg.cholesky`."""
    return cholesky_along(d, ans, not lower)


def cho_factor_da(d: Any, ans: Any) -> Any:
    """The cotangent of a symmetric matrix of which `scipy.linalg.cho_factor` was taken."""
    kept = _read(d[0], ans[1], False)
    return cholesky_da(kept, _read(ans[0], ans[1], False), not ans[1]) + (d[0] - kept)


def cho_factor_along(d: Any, ans: Any) -> Any:
    """The tangents of `scipy.linalg.cho_factor`."""
    factor = cholesky_along(d, _read(ans[0], ans[1], False), not ans[1])
    return [factor + (d - _read(d, ans[1], False)), 0.0]


def cho_solve_db(d: Any, c_and_lower: Any) -> Any:
    """The cotangent of the right-hand side of `scipy.linalg.cho_solve`."""
    return scipy.linalg.cho_solve((c_and_lower[0], c_and_lower[1]), d)


def cho_solve_dc(d: Any, c_and_lower: Any, ans: Any) -> Any:
    """The cotangent of the factor: of `A = C @ C.T`, or `C.T @ C`, it is `(dA + dA.T) @ C`."""
    factor = _read(c_and_lower[0], c_and_lower[1], False)
    pairs = _pairs(cho_solve_db(d, c_and_lower), ans)
    both = -(pairs + np.transpose(pairs))
    return [_read(both @ factor if c_and_lower[1] else factor @ both, c_and_lower[1], False), 0.0]


def cho_solve_along(d: Any, c_and_lower: Any, ans: Any) -> Any:
    """The tangent of `scipy.linalg.cho_solve`, `d` being that of the factor."""
    factor = _read(c_and_lower[0], c_and_lower[1], False)
    moved = _read(d[0], c_and_lower[1], False)
    half = moved @ np.transpose(factor) if c_and_lower[1] else np.transpose(factor) @ moved
    right = (half + np.transpose(half)) @ ans
    return -scipy.linalg.cho_solve((c_and_lower[0], c_and_lower[1]), right)


def _square(x: Any) -> None:
    if np.shape(x)[-1] != np.shape(x)[-2]:
        raise NotImplementedError("scipy.linalg.lu has a derivative rule for square matrices only")


def lu_da(d: Any, ans: Any) -> Any:
    """The cotangent of a matrix of which `ans` are the factors `P @ L @ U`.

    Source: F. de Hoog, R. Anderssen, M. Lukas, Differentiation of matrix functionals using
    triangular factorization (2011), section 2.
    """
    low = np.swapaxes(ans[1], -1, -2)
    high = np.swapaxes(ans[2], -1, -2)
    _square(low)
    _square(high)
    inner = np.tril(low @ (d[1] + 0 * ans[1]), -1) + np.triu((d[2] + 0 * ans[2]) @ high)
    right = np.swapaxes(np.linalg.solve(ans[2], np.swapaxes(inner, -1, -2)), -1, -2)
    return ans[0] @ np.linalg.solve(low, right)


def lu_along(d: Any, ans: Any) -> Any:
    """The tangents of `scipy.linalg.lu`; the permutation has none."""
    _square(ans[1])
    _square(ans[2])
    left = np.linalg.solve(ans[1], np.swapaxes(ans[0], -1, -2) @ d)
    flipped = np.linalg.solve(np.swapaxes(ans[2], -1, -2), np.swapaxes(left, -1, -2))
    inner = np.swapaxes(flipped, -1, -2)
    return [np.zeros_like(ans[0]), ans[1] @ np.tril(inner, -1), np.triu(inner) @ ans[2]]


def _corner(a: Any, d: Any) -> Any:
    """The matrix `[[a, d], [0, a]]`: a function of it has the function's derivative in a corner.

    Source: R. Mathias, A chain rule for matrix functions and applications (1996), theorem 3.2.
    """
    top = np.concatenate([a, d], -1)
    return np.concatenate([top, np.concatenate([np.zeros_like(d), a], -1)], -2)


def frechet_expm(d: Any, a: Any, like: Any) -> Any:
    """The derivative of `scipy.linalg.expm` at `a` along `d`."""
    n = np.shape(a)[-1]
    return in_dtype(scipy.linalg.expm(_corner(a, d))[..., :n, n:], like)


def frechet_logm(d: Any, a: Any, like: Any) -> Any:
    """The derivative of `scipy.linalg.logm` at `a` along `d`."""
    n = np.shape(a)[-1]
    wide = np.result_type(a, np.float64)
    corner = _corner(a.astype(wide), d.astype(wide))
    return in_dtype(scipy.linalg.logm(corner)[..., :n, n:], like)


def _before(k: int, arrs: Any) -> tuple[int, int]:
    """How many rows and columns stand before a block."""
    shapes = [np.shape(np.atleast_2d(x)) for x in arrs[:k]]
    return sum(shape[0] for shape in shapes), sum(shape[1] for shape in shapes)


def block_of(d: Any, k: int, *arrs: Any) -> Any:
    """The cotangent of a block of `scipy.linalg.block_diag`."""
    row, column = _before(k, arrs)
    height, width = np.shape(np.atleast_2d(arrs[k]))
    part = d[row : row + height, column : column + width]
    return unbroadcast(np.reshape(part, np.shape(arrs[k])), arrs[k])


def block_at(d: Any, k: int, *arrs: Any) -> Any:
    """The tangent of `scipy.linalg.block_diag`, `d` being that of a block."""
    parts = [np.zeros_like(x) for x in arrs]
    parts[k] = d
    return scipy.linalg.block_diag(*parts)


def toeplitz_dc(d: Any, c: Any, r: Any = None) -> Any:
    """The cotangent of the first column of a Toeplitz matrix; without a row, it is that, too."""
    n = np.size(c)
    low = np.stack([np.sum(np.diagonal(d, -k)) for k in range(n)])
    if r is None:
        high = np.stack([np.sum(np.diagonal(d, k)) for k in range(1, n)]) if n > 1 else low[:0]
        low = np.concatenate([low[:1], low[1:] + np.conjugate(high)])
    return unbroadcast(np.reshape(low, np.shape(c)), c)


def toeplitz_dr(d: Any, r: Any) -> Any:
    """The cotangent of the first row of a Toeplitz matrix: its first element is not read."""
    high = [np.sum(np.diagonal(d, k)) for k in range(1, np.size(r))]
    return unbroadcast(np.reshape(np.stack([0 * np.sum(d), *high]), np.shape(r)), r)


def toeplitz_along(d: Any, r: Any = None) -> Any:
    """The tangent of a Toeplitz matrix, `d` being that of its first column."""
    return scipy.linalg.toeplitz(d) if r is None else scipy.linalg.toeplitz(d, np.zeros_like(r))


def toeplitz_along_row(d: Any, c: Any) -> Any:
    """The tangent of a Toeplitz matrix, `d` being that of its first row."""
    rest = np.concatenate([np.zeros_like(d[:1]), d[1:]])
    return scipy.linalg.toeplitz(np.zeros_like(c), rest)


def uncirculant(d: Any) -> Any:
    """The cotangent of the first column of a circulant matrix."""
    n = np.shape(d)[-1]
    rows = np.expand_dims(np.arange(n), -1)
    return np.sum(d[..., rows, (rows - np.arange(n)) % n], axis=-2)
