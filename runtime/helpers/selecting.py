"""Derivatives of functions that choose among arrays, put in, take out and put together blocks."""

from __future__ import annotations

from typing import Any

import numpy as np

from .arrangement import rows_of, untake
from .broadcasting import expand, in_shape, unbroadcast


def unsplit_equal(d: Any, parts: Any, axis: int = 0) -> Any:
    """The cotangent of an array that was taken apart along an axis, which is gone."""
    return np.stack([expand(e, part) for e, part in zip(d, parts, strict=True)], axis)


def undelete(d: Any, like: Any, obj: Any, axis: Any = None) -> Any:
    """The cotangent of an array from which `np.delete` took elements."""
    n = np.size(like) if axis is None else np.shape(like)[axis]
    return untake(d, like, np.delete(np.arange(n), obj), axis)


def _origins(like: Any, obj: Any, total: int, axis: Any) -> Any:
    """Where each element of what `np.insert` gave came from; what is new has negative numbers.

    The k-th of several new ones has the number -1 - k.
    """
    n = np.size(like) if axis is None else np.shape(like)[axis]
    new = -1 - np.arange(total - n)
    return np.insert(np.arange(n), obj, new)


def insert_darr(d: Any, arr: Any, obj: Any, axis: Any = None) -> Any:
    """The cotangent of an array into which `np.insert` put elements."""
    along = 0 if axis is None else axis
    origins = _origins(arr, obj, np.shape(d)[along], axis)
    kept = np.take(d, np.flatnonzero(origins >= 0), along)
    return np.reshape(kept, np.shape(arr))


def insert_dvalues(d: Any, arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    """The cotangent of the elements that `np.insert` put into an array."""
    along = 0 if axis is None else axis
    origins = _origins(arr, obj, np.shape(d)[along], axis)
    places = np.argsort(origins)[: np.count_nonzero(origins < 0)]
    taken = np.take(d, np.flip(places), along)
    if np.ndim(obj) == 0 and not isinstance(obj, slice):
        taken = np.moveaxis(taken, along, 0)
    return unbroadcast(taken, values)


def unchoose(d: Any, a: Any, choices: Any) -> Any:
    """The cotangents of the arrays among which `np.choose` chose."""
    rows = enumerate(rows_of(choices))
    parts = [unbroadcast(np.where(np.equal(a, i), d, 0), choice) for i, choice in rows]
    return np.stack(parts) if hasattr(choices, "dtype") else parts


def unselect(d: Any, condlist: Any, choicelist: Any) -> Any:
    """The cotangents of the arrays of which `np.select` took the first whose condition holds."""
    parts = []
    for condition, choice in zip(condlist, choicelist, strict=True):
        parts.append(unbroadcast(np.where(condition, d, 0), choice))
        d = np.where(condition, 0, d)
    return parts


def unselected(condlist: Any) -> Any:
    """Where no condition of `np.select` holds."""
    free = np.logical_not(condlist[0])
    for condition in condlist[1:]:
        free = free & np.logical_not(condition)
    return free


def _depth(arrays: Any) -> int:
    return 1 + _depth(arrays[0]) if isinstance(arrays, (list, tuple)) else 0


def _widest(arrays: Any) -> int:
    if isinstance(arrays, (list, tuple)):
        return max(_widest(e) for e in arrays)
    return int(np.ndim(arrays))


def _extent(arrays: Any, axis: int) -> int:
    """The length of a block along an axis, counted from the last."""
    if not isinstance(arrays, (list, tuple)):
        return int(np.shape(arrays)[axis]) if np.ndim(arrays) >= -axis else 1
    if _depth(arrays) == -axis:
        return sum(_extent(e, axis) for e in arrays)
    return _extent(arrays[0], axis)


def unblock(d: Any, arrays: Any) -> Any:
    """The cotangents of the blocks that `np.block` put together."""
    if not isinstance(arrays, (list, tuple)):
        return unbroadcast(in_shape(d, np.shape(arrays)), arrays)
    axis = -_depth(arrays)
    parts = []
    start = 0
    for block in arrays:
        stop = start + _extent(block, axis)
        index = [slice(None)] * np.ndim(d)
        index[axis] = slice(start, stop)
        parts.append(unblock(d[tuple(index)], block))
        start = stop
    return parts
