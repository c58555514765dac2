"""Derivatives of matrix decompositions, powers and pseudo-inverses.

Where two eigenvalues or singular values are equal, the part that would be divided by their
difference is left out: right for whatever does not depend on the choice of basis.

Source: M. Giles, An extended collection of matrix derivative results (2008), section 3.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .broadcasting import expand, is_complex, unbroadcast
from .elements import divide_or_zero


def _adjoint(x: Any) -> Any:
    flipped = np.swapaxes(x, -1, -2)
    return np.conjugate(flipped) if is_complex(x) else flipped


def _plain(x: Any) -> Any:
    """A cotangent as textbooks have it, conjugated where it is complex; and back."""
    return np.conjugate(x) if is_complex(x) else x


def _scaled(columns: Any, by: Any) -> Any:
    return columns * np.expand_dims(by, -2)


def _gaps(values: Any) -> Any:
    """The differences `values[j] - values[i]`."""
    return np.expand_dims(values, -2) - np.expand_dims(values, -1)


def eigh_da(d: Any, a: Any, ans: Any) -> Any:
    """The cotangent of a symmetric (Hermitian) matrix of which `ans` are values and vectors."""
    values = ans[0]
    vectors = ans[1]
    turned = _adjoint(vectors) @ _plain(expand(d[1], vectors))
    inner = divide_or_zero(turned, _gaps(values))
    inner = inner + _scaled(np.eye(np.shape(values)[-1], dtype=vectors.dtype), expand(d[0], values))
    full = vectors @ inner @ _adjoint(vectors)
    return unbroadcast(_plain(0.5 * (full + _adjoint(full))), a)


def eigh_along(d: Any, ans: Any) -> Any:
    """The tangents of eigenvalues and eigenvectors of a symmetric matrix."""
    values = ans[0]
    vectors = ans[1]
    turned = _adjoint(vectors) @ (0.5 * (d + _adjoint(d))) @ vectors
    along = np.real(np.diagonal(turned, axis1=-2, axis2=-1))
    return [along, vectors @ divide_or_zero(turned, _gaps(values))]


def eigvalsh_da(d: Any, a: Any, UPLO: Any = "L") -> Any:
    """The cotangent of a symmetric matrix whose eigenvalues were taken."""
    vectors = np.linalg.eigh(a, UPLO)[1]
    return unbroadcast(_plain(_scaled(vectors, d) @ _adjoint(vectors)), a)


def eigvalsh_along(d: Any, a: Any, UPLO: Any = "L") -> Any:
    """The tangents of the eigenvalues of a symmetric matrix."""
    return eigh_along(d, np.linalg.eigh(a, UPLO))[0]


def _reduced(u: Any, vh: Any, full_matrices: bool) -> None:
    """Raise where vectors beyond the rank were asked for: they have no derivative."""
    if full_matrices and np.shape(u)[-1] != np.shape(vh)[-1]:
        raise NotImplementedError(
            "np.linalg.svd of a matrix that is not square has a derivative rule for "
            "full_matrices=False only"
        )


def svd_da(d: Any, a: Any, ans: Any, full_matrices: bool = True) -> Any:
    """The cotangent of a matrix of which `ans` is the singular value decomposition."""
    u = ans[0]
    s = ans[1]
    vh = ans[2]
    _reduced(u, vh, full_matrices)
    v = _adjoint(vh)
    du = _plain(expand(d[0], u))
    dv = _adjoint(_plain(expand(d[2], vh)))
    squares = divide_or_zero(1.0, _gaps(s * s))
    left = _adjoint(u) @ du
    right = _adjoint(v) @ dv
    inner = _scaled((left - _adjoint(left)) * squares, s)
    inner = inner + np.expand_dims(s, -1) * ((right - _adjoint(right)) * squares)
    inner = inner + _scaled(np.eye(np.shape(s)[-1], dtype=u.dtype), expand(d[1], s))
    if is_complex(a):
        phase = 1j * np.imag(np.diagonal(left, axis1=-2, axis2=-1))
        inner = inner + _scaled(np.eye(np.shape(s)[-1], dtype=u.dtype), divide_or_zero(phase, s))
    full = u @ inner @ vh
    per_s = np.expand_dims(divide_or_zero(1.0, s), -2)
    if np.shape(u)[-2] > np.shape(u)[-1]:
        full = full + (du - u @ left) * per_s @ vh
    if np.shape(vh)[-1] > np.shape(vh)[-2]:
        full = full + u @ _adjoint((dv - v @ right) * per_s)
    return unbroadcast(_plain(full), a)


def svd_along(d: Any, ans: Any, full_matrices: bool = True) -> Any:
    """The tangents of the three parts of a singular value decomposition."""
    u = ans[0]
    s = ans[1]
    vh = ans[2]
    _reduced(u, vh, full_matrices)
    turned = _adjoint(u) @ d @ _adjoint(vh)
    other = _adjoint(turned)
    squares = divide_or_zero(1.0, _gaps(s * s))
    left = squares * (_scaled(turned, s) + np.expand_dims(s, -1) * other)
    right = squares * (np.expand_dims(s, -1) * turned + _scaled(other, s))
    if is_complex(d):
        phase = 1j * np.imag(np.diagonal(turned, axis1=-2, axis2=-1))
        left = left + _scaled(np.eye(np.shape(s)[-1], dtype=u.dtype), divide_or_zero(phase, s))
    du = u @ left
    dvh = _adjoint(_adjoint(vh) @ right)
    if np.shape(u)[-2] > np.shape(u)[-1]:
        across = d @ _adjoint(vh)
        du = du + (across - u @ turned) * np.expand_dims(divide_or_zero(1.0, s), -2)
    if np.shape(vh)[-1] > np.shape(vh)[-2]:
        across = _adjoint(u) @ d
        dvh = dvh + np.expand_dims(divide_or_zero(1.0, s), -1) * (across - turned @ vh)
    return [du, np.real(np.diagonal(turned, axis1=-2, axis2=-1)), dvh]


def svdvals_dx(d: Any, x: Any) -> Any:
    """The cotangent of a matrix whose singular values were taken."""
    parts = np.linalg.svd(x, full_matrices=False)
    return unbroadcast(_plain(_scaled(parts[0], d) @ parts[2]), x)


def svdvals_along(d: Any, x: Any) -> Any:
    """The tangents of the singular values of a matrix."""
    parts = np.linalg.svd(x, full_matrices=False)
    turned = _adjoint(parts[0]) @ d @ _adjoint(parts[2])
    return np.real(np.diagonal(turned, axis1=-2, axis2=-1))


def _tall(ans: Any) -> None:
    if np.shape(ans[0])[-2] < np.shape(ans[1])[-1] or np.ndim(ans[0]) < 2:
        raise NotImplementedError(
            "np.linalg.qr has a derivative rule for matrices that are not wider than high only"
        )


def _copied_up(x: Any) -> Any:
    """The lower triangle, without the diagonal, mirrored onto the upper one."""
    below = np.tril(x, -1)
    return below + _adjoint(below)


def qr_da(d: Any, a: Any, ans: Any) -> Any:
    """The cotangent of a matrix of which `ans` are the factors Q and R.

    Source: S. Walter and L. Lehmann, Algorithmic differentiation of linear algebra functions with
    application in optimum experimental design (2010).
    """
    _tall(ans)
    q = ans[0]
    r = ans[1]
    dq = _plain(expand(d[0], q))
    dr = _plain(expand(d[1], r))
    m = r @ _adjoint(dr) - _adjoint(dq) @ q
    inner = _copied_up(m) + np.eye(np.shape(r)[-1], dtype=r.dtype) * np.real(m)
    left = dq + q @ inner
    full = _adjoint(np.linalg.solve(r, _adjoint(left)))
    return unbroadcast(_plain(full), a)


def qr_along(d: Any, ans: Any) -> Any:
    """The tangents of the factors Q and R."""
    _tall(ans)
    q = ans[0]
    r = ans[1]
    scaled = _adjoint(np.linalg.solve(_adjoint(r), _adjoint(d)))
    turned = _adjoint(q) @ scaled
    below = np.tril(turned, -1)
    skew = below - _adjoint(below)
    if is_complex(d):
        skew = skew + 1j * np.imag(np.eye(np.shape(r)[-1], dtype=r.dtype) * turned)
    return [scaled - q @ (turned - skew), (turned - skew) @ r]


def pinv_da(d: Any, a: Any, ans: Any) -> Any:
    """The cotangent of a matrix of full rank of which `ans` is the pseudo-inverse.

    Source: G. Golub and V. Pereyra, The differentiation of pseudo-inverses (1973), equation 4.12.
    """
    back = np.swapaxes(d, -1, -2)
    of_rows = _plain((back - a @ (ans @ back)) @ ans @ _adjoint(ans))
    of_columns = _plain(_adjoint(ans) @ ans @ (back - back @ ans @ a))
    turned = np.swapaxes(ans, -1, -2)
    return unbroadcast(of_rows + of_columns - turned @ d @ turned, a)


def pinv_along(d: Any, a: Any, ans: Any) -> Any:
    """The tangent of the pseudo-inverse `ans` of a matrix of full rank."""
    back = _adjoint(d)
    of_rows = ans @ _adjoint(ans) @ (back - back @ a @ ans)
    of_columns = (back - ans @ (a @ back)) @ _adjoint(ans) @ ans
    return of_rows + of_columns - ans @ d @ ans


def matrix_power_along(d: Any, a: Any, n: int) -> Any:
    """The tangent of `np.linalg.matrix_power(a, n)`: a block of the power of [[a, d], [0, a]].

    Source: R. Mathias, A chain rule for matrix functions and applications (1996), theorem 2.1.
    """
    size = np.shape(a)[-1]
    upper = np.concatenate([a, d], axis=-1)
    lower = np.concatenate([np.zeros_like(d), a], axis=-1)
    power = np.linalg.matrix_power(np.concatenate([upper, lower], axis=-2), n)
    return power[..., :size, size:]


def multi_dot_parts(d: Any, arrays: Any) -> Any:
    """The cotangents of the factors of `np.linalg.multi_dot`."""
    n = len(arrays)
    last = arrays[n - 1]
    factors = [np.reshape(a, (1, -1)) if np.ndim(a) == 1 else a for a in arrays[: n - 1]]
    factors.append(np.reshape(last, (-1, 1)) if np.ndim(last) == 1 else last)
    rest = np.reshape(d, (np.shape(factors[0])[0], np.shape(factors[n - 1])[1]))
    parts = []
    for i in range(n):
        part = rest
        for j in range(n - 1, i, -1):
            part = part @ np.transpose(factors[j])
        parts.append(unbroadcast(np.reshape(part, np.shape(arrays[i])), arrays[i]))
        rest = np.transpose(factors[i]) @ rest
    return parts


def multi_dot_along(d: Any, arrays: Any) -> Any:
    """The tangent of `np.linalg.multi_dot`, `d` being those of its factors."""
    tangents = expand(d, arrays)
    total = 0.0
    for i in range(len(arrays)):
        factors = [*arrays[:i], tangents[i], *arrays[i + 1 :]]
        total = total + np.linalg.multi_dot(factors)
    return total


def _full_rank(ans: Any, a: Any) -> None:
    if is_complex(a) or ans[2] < min(np.shape(a)):
        raise NotImplementedError(
            "np.linalg.lstsq has a derivative rule for real matrices of full rank only"
        )


def _columns(x: Any) -> Any:
    return np.expand_dims(x, -1) if np.ndim(x) == 1 else x


def lstsq_da(d: Any, a: Any, b: Any, ans: Any) -> Any:
    """The cotangent of the matrix of a problem of least squares, of which `ans` is the answer."""
    _full_rank(ans, a)
    x = _columns(ans[0])
    right = _columns(b)
    back = _columns(expand(d[0], ans[0]))
    total = pinv_da(back @ np.transpose(right), a, np.linalg.pinv(a))
    if np.size(ans[1]):
        total = total - 2 * ((right - a @ x) * expand(d[1], ans[1])) @ np.transpose(x)
    return unbroadcast(total + svdvals_dx(expand(d[3], ans[3]), a), a)


def lstsq_db(d: Any, a: Any, b: Any, ans: Any) -> Any:
    """The cotangent of the right-hand side of a problem of least squares."""
    _full_rank(ans, a)
    total = np.transpose(np.linalg.pinv(a)) @ _columns(expand(d[0], ans[0]))
    if np.size(ans[1]):
        away = _columns(b) - a @ _columns(ans[0])
        total = total + 2 * away * expand(d[1], ans[1])
    return unbroadcast(np.reshape(total, np.shape(b)), b)


def lstsq_along(d: Any, a: Any, b: Any, ans: Any, of_b: bool = False) -> Any:
    """The tangents of the answer of a problem of least squares, `d` being that of `a` or `b`."""
    _full_rank(ans, a)
    p = np.linalg.pinv(a)
    away = _columns(b) - a @ _columns(ans[0])
    if of_b:
        moved = _columns(d)
        x = p @ moved
        values = np.zeros_like(ans[3])
    else:
        moved = -d @ _columns(ans[0])
        x = pinv_along(d, a, p) @ _columns(b)
        values = svdvals_along(d, a)
    square = np.sum(2 * away * moved, axis=0) if np.size(ans[1]) else np.zeros_like(ans[1])
    return [np.reshape(x, np.shape(ans[0])), square, 0, values]


def cond_slopes(x: Any, ans: Any, p: Any = None) -> Any:
    """The derivative of the condition number `ans` with respect to each singular value."""
    if p is not None and p != 2:
        raise NotImplementedError("np.linalg.cond has a derivative rule for p=None and p=2 only")
    s = np.linalg.svd(x, full_matrices=False)[1]
    places = np.arange(np.shape(s)[-1])
    least = np.expand_dims(s[..., -1], -1)
    last = np.where(places == np.shape(s)[-1] - 1, -np.expand_dims(ans, -1) / least, 0)
    return last + np.where(places == 0, 1 / least, 0)
