"""Derivatives of functions that rearrange, join, repeat, pick out or fill in elements."""

from __future__ import annotations

from typing import Any

import numpy as np

from .broadcasting import expand, float_dtype, in_shape, shape_of, unbroadcast
from .structures import add_at, spec


def inverse_axes(axes: Any) -> Any:
    """The permutation of axes that undoes one.

    >>> inverse_axes((2, 0, 1))
    (1, 2, 0)
    """
    n = len(axes)
    return tuple(sorted(range(n), key=[a % n for a in axes].__getitem__))


def axes_given(axes: Any) -> Any:
    """`x.transpose(1, 0)` and `x.transpose((1, 0))` say the same; `None` reverses the axes."""
    if len(axes) == 1 and (axes[0] is None or isinstance(axes[0], (tuple, list))):
        axes = axes[0]
    return tuple(axes) if axes else None


def untranspose(d: Any, *axes: Any) -> Any:
    """The cotangent of what was transposed."""
    given = axes_given(axes)
    return np.transpose(d) if given is None else np.transpose(d, inverse_axes(given))


def transpose_as(d: Any, *axes: Any) -> Any:
    """`d.transpose(*axes)`."""
    return np.transpose(d, axes_given(axes))


def unroll(d: Any, shift: Any, axis: Any = None) -> Any:
    """The cotangent of what `np.roll` shifted."""
    back = tuple(-s for s in shift) if isinstance(shift, (tuple, list)) else -shift
    return np.roll(d, back, axis)


def _slice(d: Any, axis: int, start: int, stop: int) -> Any:
    index = [slice(None)] * np.ndim(d)
    index[axis] = slice(start, stop)
    return d[tuple(index)]


def rows_of(arrays: Any) -> Any:
    """The arrays of a sequence, or something like each row of one array."""
    if not hasattr(arrays, "dtype"):
        return arrays
    return [np.broadcast_to(np.zeros((), arrays.dtype), arrays.shape[1:])] * arrays.shape[0]


def unconcatenate(d: Any, arrays: Any, axis: Any = 0) -> Any:
    """The cotangents of arrays that were joined along an axis, or of the rows of one."""
    parts = []
    start = 0
    for a in rows_of(arrays):
        shape = np.shape(a)
        if axis is None:
            n = 1
            for m in shape:
                n *= m
            parts.append(unbroadcast(in_shape(d[start : start + n], shape), a))
        else:
            n = shape[axis]
            parts.append(unbroadcast(_slice(d, axis, start, start + n), a))
        start += n
    return np.stack(parts) if hasattr(arrays, "dtype") else parts


def unstack(d: Any, arrays: Any, axis: int = 0) -> Any:
    """The cotangents of arrays that were stacked along a new axis."""
    moved = np.moveaxis(d, axis, 0)
    if hasattr(arrays, "dtype"):
        return moved
    return [unbroadcast(moved[i], a) for i, a in enumerate(arrays)]


def unvstack(d: Any, tup: Any) -> Any:
    """The cotangents of arrays that were stacked as rows."""
    return _unjoin(d, tup, 0, [1 if np.ndim(a) < 2 else np.shape(a)[0] for a in rows_of(tup)])


def unhstack(d: Any, tup: Any) -> Any:
    """The cotangents of arrays that were stacked side by side."""
    axis = 0 if np.ndim(d) == 1 else 1
    lengths = [1 if np.ndim(a) == 0 else np.shape(a)[axis] for a in rows_of(tup)]
    return _unjoin(d, tup, axis, lengths)


def uncolumn_stack(d: Any, tup: Any) -> Any:
    """The cotangents of arrays that were stacked as columns."""
    return _unjoin(d, tup, 1, [1 if np.ndim(a) < 2 else np.shape(a)[1] for a in rows_of(tup)])


def _unjoin(d: Any, arrays: Any, axis: int, lengths: list[int]) -> Any:
    parts = []
    start = 0
    for a, n in zip(rows_of(arrays), lengths, strict=True):
        part = in_shape(_slice(d, axis, start, start + n), np.shape(a))
        parts.append(unbroadcast(part, a))
        start += n
    return np.stack(parts) if hasattr(arrays, "dtype") else parts


def unsplit(d: Any, parts: Any, axis: int = 0) -> Any:
    """The cotangent of an array that was split; a part without a cotangent counts as zero."""
    whole = [
        np.zeros(np.shape(part), float_dtype(part)) if np.ndim(e) < np.ndim(part) else e
        for e, part in zip(d, parts, strict=True)
    ]
    return np.concatenate(whole, axis)


def untile(d: Any, like: Any, reps: Any) -> Any:
    """The cotangent of what `np.tile` repeated: the sum over its copies."""
    times = (reps,) if np.ndim(reps) == 0 else tuple(reps)
    shape = np.shape(like)
    n = max(len(times), len(shape))
    times = (1,) * (n - len(times)) + times
    full = (1,) * (n - len(shape)) + shape
    split = [m for pair in zip(times, full, strict=True) for m in pair]
    return in_shape(np.sum(np.reshape(d, split), axis=tuple(range(0, 2 * n, 2))), shape)


def unrepeat(d: Any, like: Any, repeats: Any, axis: Any = None) -> Any:
    """The cotangent of what `np.repeat` repeated: the sum over its copies."""
    shape = np.shape(like)
    if axis is None:
        n = 1
        for m in shape:
            n *= m
        return in_shape(unrepeat(d, np.zeros(n, float_dtype(like)), repeats, 0), shape)
    axis = axis % len(shape)
    if np.ndim(repeats) == 0:
        split = (*shape[: axis + 1], repeats, *shape[axis + 1 :])
        return np.sum(np.reshape(d, split), axis=axis + 1)
    origin = np.repeat(np.arange(shape[axis]), repeats)
    return untake(d, like, origin, axis)


def unpad(d: Any, like: Any, pad_width: Any, mode: Any = "constant") -> Any:
    """The cotangent of an array that was padded: its middle, and what its elements were copied to.

    Raises:
        NotImplementedError: with a mode that does not copy elements (or set constants).
    """
    if mode not in ("constant", "edge", "reflect", "symmetric", "wrap", "empty"):
        raise NotImplementedError(f"np.pad: mode {mode!r} has no derivative rule")
    pairs = np.broadcast_to(np.asarray(pad_width), (np.ndim(like), 2))
    if mode not in ("constant", "empty"):
        for i, n in enumerate(np.shape(like)):
            copied = np.pad(np.arange(n), (int(pairs[i, 0]), int(pairs[i, 1])), mode)
            shape = [*np.shape(d)]
            shape[i] = n
            d = untake(d, np.zeros(shape, d.dtype), copied, i)
        return d
    index = tuple(
        slice(int(pairs[i, 0]), int(pairs[i, 0]) + n) for i, n in enumerate(np.shape(like))
    )
    return d[index]


def scatter(d: Any, like: Any, index: Any) -> Any:
    """Zeros like `like` with `d` added at an index: the cotangent of `like[index]`.

    >>> scatter(np.array([1.0, 2.0]), np.zeros(3), [1, 1])
    array([0., 3., 0.])
    """
    total = np.zeros(like.shape, float_dtype(like))
    add_at(total, index, d)
    return total


def item_da(d: Any, like: Any, *place: Any) -> Any:
    """The cotangent of an array of which `.item()` took an element.

    >>> item_da(2.0, np.zeros((2, 2)), 2)
    array([[0., 0.],
           [2., 0.]])
    """
    if not place:
        return expand(d, like)
    if len(place) == 1 and not isinstance(place[0], tuple):
        return untake(d, like, place[0])
    return scatter(d, like, place if len(place) > 1 else place[0])


def item_at(d: Any, *place: Any) -> Any:
    """The tangent of what `.item()` takes of an array, `d` being that of the array."""
    if not place:
        return np.reshape(d, ())
    if len(place) == 1 and not isinstance(place[0], tuple):
        return np.reshape(d, -1)[place[0]]
    return d[place if len(place) > 1 else place[0]]


def untake(d: Any, like: Any, indices: Any, axis: Any = None) -> Any:
    """The cotangent of an array from which `np.take` took elements."""
    if axis is None:
        n = 1
        for m in np.shape(like):
            n *= m
        flat = np.zeros(n, float_dtype(like))
        return np.reshape(scatter(d, flat, np.asarray(indices)), np.shape(like))
    axis = axis % len(shape_of(like))
    return scatter(d, like, (*(slice(None),) * axis, np.asarray(indices)))


def put_along(d: Any, like: Any, indices: Any, axis: Any = -1) -> Any:
    """The cotangent of an array from which `np.take_along_axis` took elements."""
    if axis is None:
        return untake(d, like, indices)
    shape = np.shape(like)
    places = []
    for i in range(len(shape)):
        if i == axis % len(shape):
            places.append(indices)
        else:
            ones = [1] * len(shape)
            ones[i] = -1
            places.append(np.reshape(np.arange(shape[i]), ones))
    return scatter(d, like, tuple(places))


def undiagonal(d: Any, like: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Zeros like `like` with `d` on a diagonal: the cotangent of `np.diagonal`."""
    shape = like.shape
    total = np.zeros(shape, float_dtype(like))
    moved = np.moveaxis(total, (axis1, axis2), (-2, -1))
    n = d.shape[-1] if np.ndim(d) else 0
    i = np.arange(n)
    moved[..., i + max(-offset, 0), i + max(offset, 0)] = d
    return total


def undiag(d: Any, like: Any, k: int = 0) -> Any:
    """The cotangent of the argument of `np.diag`."""
    return np.diagonal(d, k) if np.ndim(like) == 1 else undiagonal(d, like, k)


def untrace(d: Any, like: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The cotangent of an array whose trace was taken."""
    rows, columns = like.shape[axis1], like.shape[axis2]
    n = max(min(rows + min(offset, 0), columns - max(offset, 0)), 0)
    spread = (d if shape_of(d) == () else np.expand_dims(d, -1)) * np.ones(n, float_dtype(like))
    return undiagonal(spread, like, offset, axis1, axis2)


def ramp(like: Any, endpoint: bool = True) -> Any:
    """The weights of `stop` in `np.linspace(start, stop)`, laid along the first axis of `like`."""
    n = like.shape[0]
    weights = np.arange(n, dtype=float_dtype(like)) / max(n - 1 if endpoint else n, 1)
    return np.reshape(weights, (n, *(1,) * (like.ndim - 1)))


def arange_dstart(d: Any, stop: Any = None) -> Any:
    """The cotangent of `start`; a lone first argument is where `np.arange` stops."""
    return 0.0 if stop is None else np.sum(d)


def arange_dstep(d: Any) -> Any:
    """The cotangent of the step of `np.arange`."""
    return np.sum(d * np.arange(np.size(d)))


def arange_along_start(d: Any, ans: Any, stop: Any = None) -> Any:
    """The tangent of `np.arange`, `d` being that of its first argument."""
    return np.zeros(np.shape(ans)) if stop is None else np.full(np.shape(ans), d)


def arange_along_step(d: Any, ans: Any) -> Any:
    """The tangent of `np.arange`, `d` being that of its step."""
    return d * np.arange(np.size(ans))


def undstack(d: Any, tup: Any) -> Any:
    """The cotangents of arrays that were stacked along the third axis."""
    return _unjoin(d, tup, 2, [1 if np.ndim(a) < 3 else np.shape(a)[2] for a in rows_of(tup)])


def unmeshgrid(d: Any, k: int, indexing: Any, *xi: Any) -> Any:
    """The cotangent of the coordinates along axis `k` of a grid."""
    along = 1 - k if indexing == "xy" and k < 2 and len(xi) > 1 else k
    others = tuple(i for i in range(len(xi)) if i != along)
    total = np.sum(d[k], axis=others) if np.ndim(d[k]) else d[k]
    return np.reshape(expand(total, spec(np.ravel(xi[k]))), np.shape(xi[k]))


def meshgrid_at(d: Any, k: int, indexing: Any, *xi: Any) -> Any:
    """The tangents of the grids, `d` being that of the coordinates along axis `k`."""
    along = [np.zeros_like(x) for x in xi]
    along[k] = d
    return list(np.meshgrid(*along, indexing=indexing))
