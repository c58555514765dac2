"""Derivatives of convolution, interpolation, finite differences and Fourier transforms."""

from __future__ import annotations

from typing import Any

import numpy as np

from .arrangement import scatter
from .broadcasting import float_dtype, is_complex, unbroadcast


def _laid_out(d: Any, start: int, length: int) -> Any:
    """`d` among zeros: its place in the full convolution."""
    before = np.zeros(start, d.dtype)
    return np.concatenate([before, d, np.zeros(length - start - np.shape(d)[0], d.dtype)])


def _full(d: Any, n: int, m: int, mode: str, swapped: bool = False) -> Any:
    """The cotangent of the full convolution of lengths `n` and `m`, of which a mode gives a part.

    A correlation is taken with the longer sequence first, and turned round after: `swapped`.
    """
    short = min(n, m)
    length = n + m - 1
    if mode == "full":
        return d
    start = short - 1 if mode == "valid" else (short - 1) // 2
    if swapped and mode == "same":
        start = length - max(n, m) - start
    return _laid_out(d, start, length)


def convolve_da(d: Any, a: Any, v: Any, mode: str = "full") -> Any:
    """The cotangent of the first operand of `np.convolve`."""
    full = _full(d, np.size(a), np.size(v), mode)
    return unbroadcast(np.convolve(full, np.flip(v), "valid"), a)


def convolve_dv(d: Any, a: Any, v: Any, mode: str = "full") -> Any:
    """The cotangent of the second operand of `np.convolve`."""
    return convolve_da(d, v, a, mode)


def correlate_da(d: Any, a: Any, v: Any, mode: str = "valid") -> Any:
    """The cotangent of the first operand of `np.correlate`."""
    full = _full(d, np.size(a), np.size(v), mode, np.size(a) < np.size(v))
    return unbroadcast(np.convolve(full, np.conjugate(v), "valid"), a)


def correlate_dv(d: Any, a: Any, v: Any, mode: str = "valid") -> Any:
    """The cotangent of the second operand of `np.correlate`, which is conjugated."""
    full = _full(d, np.size(a), np.size(v), mode, np.size(a) < np.size(v))
    back = np.flip(np.convolve(full, np.flip(a), "valid"))
    return unbroadcast(np.conjugate(back), v)


def _cells(x: Any, xp: Any) -> Any:
    """For each point, the interval of `xp` that it lies in, or the nearest one."""
    return np.clip(np.searchsorted(xp, x, side="right") - 1, 0, np.size(xp) - 2)


def _floats(x: Any) -> Any:
    """Numbers in a list or an array as floats, whose differences cannot overflow."""
    return 1.0 * (x if hasattr(x, "dtype") else np.asarray(x))


def interp_slope(x: Any, xp: Any, fp: Any) -> Any:
    """The slope of `np.interp` at `x`; 0 outside of `xp`.

    >>> interp_slope(np.array([0.5, 9.0]), np.array([0.0, 1.0]), np.array([1.0, 3.0]))
    array([2., 0.])
    """
    i, xp, fp = _cells(x, xp), _floats(xp), _floats(fp)
    slope = (fp[i + 1] - fp[i]) / (xp[i + 1] - xp[i])
    return np.where((x >= xp[0]) & (x <= xp[-1]), slope, 0)


def interp_dfp(d: Any, x: Any, xp: Any, fp: Any) -> Any:
    """The cotangent of the values between which `np.interp` interpolates."""
    i, xp = _cells(x, xp), _floats(xp)
    inside = np.clip(x, xp[0], xp[-1])
    right = (inside - xp[i]) / (xp[i + 1] - xp[i])
    whole = np.zeros(np.size(fp), float_dtype(fp))
    total = scatter(d * (1 - right), whole, i) + scatter(d * right, whole, i + 1)
    return unbroadcast(total, fp)


def ungradient(d: Any, like: Any, axis: Any, edge_order: int, *varargs: Any) -> Any:
    """The cotangent of what `np.gradient` took differences of."""
    if np.ndim(like) != 1 and not isinstance(axis, int):
        raise NotImplementedError("np.gradient has a derivative rule along one axis; give `axis`")
    axis = -1 if axis is None else axis
    n = np.shape(like)[axis]
    spacing = varargs[0] if varargs else 1.0
    steps = np.diff(spacing) if np.ndim(spacing) else np.full(n - 1, 1.0) * spacing
    # What `np.gradient` does, as three diagonals of a matrix and its corners.
    first = steps[:-1]
    second = steps[1:]
    g = np.moveaxis(d, axis, -1)
    total = np.zeros(np.shape(g), g.dtype)
    middle = g[..., 1:-1]
    total[..., :-2] -= (middle * (second / (first * (first + second)))).astype(g.dtype)
    total[..., 1:-1] += (middle * ((second - first) / (first * second))).astype(g.dtype)
    total[..., 2:] += (middle * (first / (second * (first + second)))).astype(g.dtype)
    if edge_order == 1:
        left = [-1 / steps[0], 1 / steps[0]]
        right = [1 / steps[-1], -1 / steps[-1]]
    else:
        h, k = steps[0], steps[1]
        left = [-(2 * h + k) / (h * (h + k)), (h + k) / (h * k), -h / (k * (h + k))]
        h, k = steps[-1], steps[-2]
        right = [(2 * h + k) / (h * (h + k)), -(h + k) / (h * k), h / (k * (h + k))]
    for i, weight in enumerate(left):
        total[..., i] += g[..., 0] * float(weight)
    for i, weight in enumerate(right):
        total[..., -1 - i] += g[..., -1] * float(weight)
    return np.moveaxis(total, -1, axis)


def fitted(d: Any, like: Any) -> Any:
    """`d` cut, or filled up with zeros, to the shape of `like`; real where that is real.

    >>> fitted(np.array([1.0, 2.0, 3.0]), np.zeros(2)), fitted(np.array([1.0]), np.zeros(2))
    (array([1., 2.]), array([1., 0.]))
    """
    for axis in range(np.ndim(d)):
        have = np.shape(d)[axis]
        want = np.shape(like)[axis]
        if have > want:
            d = np.take(d, np.arange(want), axis)
        elif have < want:
            shape = [*np.shape(d)]
            shape[axis] = want - have
            d = np.concatenate([d, np.zeros(shape, d.dtype)], axis)
    return np.real(d) if is_complex(d) and not is_complex(like) else d


def transformed_axes(ndim: int, s: Any, axes: Any) -> Any:
    """The axes that a Fourier transform of several goes over."""
    if axes is None:
        return tuple(range(ndim)) if s is None else tuple(range(ndim - len(s), ndim))
    return tuple(axes)


def rfft_da(d: Any, a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    """The cotangent of real numbers that `np.fft.rfft` transformed."""
    length = np.shape(a)[axis] if n is None else n
    return fitted(np.real(np.fft.fft(d, length, axis, norm)), a)


def other_norm(norm: Any = None) -> Any:
    """How a transform is scaled whose inverse is scaled by `norm`."""
    return "ortho" if norm == "ortho" else "backward" if norm == "forward" else "forward"


def irfft_da(d: Any, axis: int = -1, norm: Any = None) -> Any:
    """The cotangent of half a spectrum, of which `np.fft.irfft` made real numbers.

    All but the first coefficient (and the last, of an even number) stand for two.
    """
    half = np.conjugate(np.fft.rfft(d, axis=axis, norm=other_norm(norm)))
    n = np.shape(d)[axis]
    k = np.arange(np.shape(half)[axis])
    weights = np.where((k == 0) | (2 * k == n), 1.0, 2.0)
    shape = [1] * np.ndim(d)
    shape[axis] = -1
    return half * np.reshape(weights.astype(d.dtype), shape)


def rfftn_da(d: Any, a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """The cotangent of a real array that was transformed along several axes."""
    over = transformed_axes(np.ndim(a), s, axes)
    length = np.shape(a)[over[-1]] if s is None else s[-1]
    d = np.fft.fft(d, length, over[-1], norm)
    if len(over) > 1:
        d = np.fft.fftn(d, axes=over[:-1], norm=norm)
    return fitted(np.real(d), a)


def irfftn_da(d: Any, a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """The cotangent of half a spectrum, of which `np.fft.irfftn` made a real array."""
    over = transformed_axes(np.ndim(a), s, axes)
    d = irfft_da(d, over[-1], norm)
    if len(over) > 1:
        d = np.fft.ifftn(d, axes=over[:-1], norm=norm)
    return fitted(d, a)
