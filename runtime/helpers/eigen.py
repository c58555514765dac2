"""Derivatives of eigenvalues and eigenvectors of matrices without symmetry.

NumPy's eigenvectors have length 1 and a real largest component: the derivatives given here keep
both. Where two eigenvalues are equal, the part that would be divided by their difference is left
out: right for whatever does not depend on the choice of basis.

Source: M. Giles, An extended collection of matrix derivative results (2008), section 3.1; for the
length and phase, the derivative of `v / |v|` and of `v * conj(v[k]) / |v[k]|`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .arrangement import inverse_axes
from .broadcasting import expand, unbroadcast
from .elements import divide_or_zero


def _gaps(values: Any) -> Any:
    """The differences `values[j] - values[i]`."""
    return np.expand_dims(values, -2) - np.expand_dims(values, -1)


def _largest(vectors: Any) -> Any:
    """Of each column, 1 over its largest component, in its place; 0 elsewhere."""
    size = np.abs(vectors)
    place = np.argmax(size, axis=-2)
    rows = np.expand_dims(np.arange(np.shape(vectors)[-2]), -1)
    chosen = rows == np.expand_dims(place, -2)
    return np.where(chosen, 1 / np.where(chosen, vectors, 1), 0)


def eig_da(d: Any, a: Any, ans: Any) -> Any:
    """The cotangent of a matrix of which `ans` are eigenvalues and eigenvectors."""
    values = ans[0]
    vectors = ans[1]
    dv = expand(d[1], vectors)
    along = np.sum(dv * vectors, axis=-2, keepdims=True)
    dv = dv - np.conjugate(vectors) * np.real(along) - 1j * np.imag(along) * _largest(vectors)
    flipped = np.swapaxes(vectors, -1, -2)
    inner = divide_or_zero(flipped @ dv, _gaps(values))
    of_values = np.expand_dims(expand(d[0], values), -2)
    inner = inner + np.eye(np.shape(a)[-1], dtype=vectors.dtype) * of_values
    return unbroadcast(np.linalg.solve(flipped, inner) @ flipped, a)


def eig_along(d: Any, ans: Any) -> Any:
    """The tangents of eigenvalues and eigenvectors."""
    values = ans[0]
    vectors = ans[1]
    turned = np.linalg.solve(vectors, d @ vectors)
    moved = vectors @ divide_or_zero(turned, _gaps(values))
    longer = np.sum(np.real(np.conjugate(vectors) * moved), axis=-2, keepdims=True)
    phase = np.sum(np.imag(moved * _largest(vectors)), axis=-2, keepdims=True)
    moved = moved - vectors * longer
    if np.iscomplexobj(vectors):
        moved = moved - 1j * phase * vectors
    return [np.diagonal(turned, axis1=-2, axis2=-1), moved]


def eigvals_da(d: Any, a: Any) -> Any:
    """The cotangent of a matrix whose eigenvalues were taken."""
    flipped = np.swapaxes(np.linalg.eig(a)[1], -1, -2)
    scaled = np.expand_dims(d, -1) * flipped
    return unbroadcast(np.linalg.solve(flipped, scaled), a)


def eigvals_along(d: Any, a: Any) -> Any:
    """The tangents of the eigenvalues of a matrix."""
    vectors = np.linalg.eig(a)[1]
    return np.diagonal(np.linalg.solve(vectors, d @ vectors), axis1=-2, axis2=-1)


def tensorinv_da(d: Any, a: Any, ans: Any, ind: int = 2) -> Any:
    """The cotangent of what `np.linalg.tensorinv` took for a matrix and inverted."""
    n = 1
    for length in np.shape(a)[:ind]:
        n *= length
    flipped = np.transpose(np.reshape(ans, (n, n)))
    return np.reshape(-flipped @ np.reshape(d, (n, n)) @ flipped, np.shape(a))


def tensorinv_along(d: Any, ans: Any, ind: int = 2) -> Any:
    """The tangent of `np.linalg.tensorinv`."""
    n = 1
    for length in np.shape(d)[:ind]:
        n *= length
    inverse = np.reshape(ans, (n, n))
    return np.reshape(-inverse @ np.reshape(d, (n, n)) @ inverse, np.shape(ans))


def _order(ndim: int, axes: Any) -> tuple[int, ...]:
    """The axes of a tensor in the order in which `np.linalg.tensorsolve` takes them."""
    last = [] if axes is None else [k % ndim for k in axes]
    return (*(k for k in range(ndim) if k not in last), *last)


def _matrix(a: Any, axes: Any, n: int) -> Any:
    return np.reshape(np.transpose(a, _order(np.ndim(a), axes)), (n, n))


def tensorsolve_db(d: Any, a: Any, b: Any, axes: Any = None) -> Any:
    """The cotangent of the right-hand side of `np.linalg.tensorsolve`."""
    matrix = _matrix(a, axes, np.size(b))
    return unbroadcast(
        np.reshape(np.linalg.solve(np.transpose(matrix), np.ravel(d)), np.shape(b)), b
    )


def tensorsolve_da(d: Any, a: Any, b: Any, ans: Any, axes: Any = None) -> Any:
    """The cotangent of the tensor of `np.linalg.tensorsolve`."""
    order = _order(np.ndim(a), axes)
    matrix = _matrix(a, axes, np.size(b))
    rows = np.linalg.solve(np.transpose(matrix), np.ravel(d))
    full = np.reshape(-np.outer(rows, ans), [np.shape(a)[k] for k in order])
    return unbroadcast(np.transpose(full, inverse_axes(order)), a)


def tensorsolve_along(d: Any, a: Any, b: Any, ans: Any, axes: Any = None) -> Any:
    """The tangent of `np.linalg.tensorsolve`, `d` being that of the tensor."""
    matrix = _matrix(a, axes, np.size(b))
    right = _matrix(d, axes, np.size(b)) @ np.ravel(ans)
    return np.reshape(-np.linalg.solve(matrix, right), np.shape(ans))
