"""Derivatives of the rarer ways to move elements or axes about, and of outer operations."""

from __future__ import annotations

from typing import Any

import numpy as np

from .arrangement import scatter
from .broadcasting import unbroadcast


def rolled_to(d: Any, axis: int, start: int = 0) -> int:
    """Where `np.rollaxis(x, axis, start)` puts the axis."""
    n = np.ndim(d)
    axis = axis % n
    start = start + n if start < 0 else start
    return start - 1 if axis < start else start


def unpartition(d: Any, a: Any, kth: Any, axis: Any = -1) -> Any:
    """The cotangent of what was partitioned: each element goes back where it came from."""
    if axis is None:
        return np.reshape(unpartition(d, np.ravel(a), kth, -1), np.shape(a))
    back = np.argsort(np.argpartition(a, kth, axis), axis=axis)
    return np.take_along_axis(d, back, axis)


def partitioned_like(d: Any, a: Any, kth: Any, axis: Any = -1) -> Any:
    """The elements of `d` in the order that partitions `a`."""
    if axis is None:
        return partitioned_like(np.ravel(d), np.ravel(a), kth, -1)
    return np.take_along_axis(d, np.argpartition(a, kth, axis), axis)


def kept_of(filt: Any, trim: str = "fb", axis: Any = None) -> Any:
    """The index of what `np.trim_zeros` keeps."""
    filt = np.asarray(filt)
    places = np.argwhere(filt)
    axes = range(filt.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    index = [slice(None)] * filt.ndim
    for i in (along % filt.ndim for along in axes):
        n = filt.shape[i]
        first = int(places[:, i].min()) if len(places) else n
        last = int(places[:, i].max()) + 1 if len(places) else n
        index[i] = slice(first if "f" in trim.lower() else 0, last if "b" in trim.lower() else n)
    return tuple(index)


def untrim(d: Any, filt: Any, trim: str = "fb", axis: Any = None) -> Any:
    """The cotangent of what `np.trim_zeros` cut zeros from."""
    return scatter(d, filt, kept_of(filt, trim, axis))


def outer_first(d: Any, like: Any) -> Any:
    """The cotangent of the first operand of an outer operation, `d` being that of each pair."""
    return unbroadcast(np.sum(d, axis=tuple(range(np.ndim(like), np.ndim(d)))), like)


def outer_second(d: Any, like: Any) -> Any:
    """The cotangent of the second operand of an outer operation."""
    return unbroadcast(np.sum(d, axis=tuple(range(np.ndim(d) - np.ndim(like)))), like)


def before_axes(x: Any, other: Any) -> Any:
    """The first operand of an outer operation with axes for those of the other."""
    n = np.ndim(other)
    return np.reshape(x, (*np.shape(x), *((1,) * n))) if np.ndim(x) else x


def unreduceat(d: Any, like: Any, indices: Any, axis: int = 0) -> Any:
    """The cotangent of what `np.add.reduceat` added up, slice by slice."""
    n = np.shape(like)[axis]
    starts = np.asarray(indices)
    ends = np.append(starts[1:], n)
    ends = np.where(ends > starts, ends, starts + 1)  # a slice without length is its first element
    places = np.arange(n)
    inside = (places >= np.expand_dims(starts, -1)) & (places < np.expand_dims(ends, -1))
    whole = np.moveaxis(d, axis, -1) @ inside.astype(d.dtype)
    return np.moveaxis(whole, -1, axis)
