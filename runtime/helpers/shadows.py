"""Shadow memory: cotangents of arrays that may share memory in ways known only at run time.

A shadow is the cotangent of a block of memory, whichever arrays are views of it. That of an array
is the part of the shadow with the same offset and strides, so that two arrays share cotangents
where they share memory, and nowhere else. `shadows` holds, by its first address, each block that
was met, alive.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .entries import entry
from .refusals import not_followed


def shadow(shadows: dict[int, Any], a: Any) -> Any:
    """The cotangent of an array: what is added to it is seen through all views of that memory.

    >>> a, shadows = np.ones(3), {}
    >>> shadow(shadows, a[1:])[...] += 2.0
    >>> shadow(shadows, a[::-1])
    array([2., 2., 0.])
    """
    if not isinstance(a, np.ndarray):
        raise not_followed(
            f"the adjoint relies on an array where the function made a {type(a).__name__}: two "
            "names may hold one array that is written; take a copy (`.copy()`) of it"
        )
    if _overlaps_itself(a):
        raise not_followed(
            "an array whose elements share memory with each other (`np.broadcast_to`, a sliding "
            "window) shares it with an array that is written, too; take a copy (`.copy()`)"
        )
    root = a
    owner = a.base
    while owner is not None:
        root = owner if isinstance(owner, np.ndarray) else root
        owner = getattr(owner, "base", None)
    first, size = _extent(root)
    if first not in shadows:
        shadows[first] = root, np.zeros(size // root.itemsize, root.dtype)
    return _same_part(shadows[first][1], a, _address(a) - first)


def shadow_add(shadows: dict[int, Any], x: Any, g: Any) -> Any:
    """Add to the cotangents of all arrays that a container holds; what is left is its numbers'.

    >>> a, shadows = np.ones(2), {}
    >>> shadow_add(shadows, [a, 7.0, a], [1.0, 2.0, np.array([0.0, 5.0])])
    [0.0, 2.0, 0.0]
    >>> shadow(shadows, a)
    array([1., 6.])
    """
    if isinstance(g, float) and g == 0.0:
        return g
    if isinstance(x, (type({}.values()), type({}.items()))):
        x = list(x)
    if isinstance(x, dict):
        return {key: shadow_add(shadows, x[key], part) for key, part in g.items()}
    if isinstance(x, (list, tuple)):
        return [shadow_add(shadows, item, part) for item, part in zip(x, g, strict=True)]
    if not isinstance(x, np.ndarray):
        if isinstance(g, list):
            raise not_followed(
                f"a {type(x).__name__} may hold arrays that are written in place, and its adjoint "
                "cannot look into it; make a list of it, or put copies (`.copy()`) into it"
            )
        return g
    held = shadow(shadows, x)
    held += g
    return 0.0


def shadow_take(shadows: dict[int, Any], x: Any, d: Any = None) -> Any:
    """Take the cotangent of an array (or of all in a container) that comes to be here.

    In place of an array there may be a number, with the cotangent `d`. Zeros are left: where the
    array is a view after all, what it is made of gets this back.

    >>> a, shadows = np.ones(2), {}
    >>> shadow(shadows, a)[...] += 3.0
    >>> shadow_take(shadows, a), shadow(shadows, a)
    (array([3., 3.]), array([0., 0.]))
    """
    if isinstance(x, dict):
        return {key: shadow_take(shadows, x[key], _of(d, key)) for key in x}
    if isinstance(x, (list, tuple)):
        return [shadow_take(shadows, item, _of(d, i)) for i, item in enumerate(x)]
    if d is not None and not isinstance(x, np.ndarray):
        return d
    if isinstance(x, (int, str)) or x is None:
        return 0.0
    held = shadow(shadows, x)
    taken = held.copy()
    held[...] = 0.0
    return taken


def _of(d: Any, key: Any) -> Any:
    return None if d is None else entry(d, key)


def _overlaps_itself(a: Any) -> bool:
    """Whether two elements of an array may stand in one place; exact for views made by indexing."""
    reach = a.itemsize
    axes = zip(a.strides, a.shape, strict=True)
    for stride, size in sorted((abs(stride), size) for stride, size in axes if size > 1):
        if stride < reach:
            return bool(a.size)
        reach = stride * (size - 1) + reach
    return False


def _extent(a: Any) -> tuple[int, int]:
    """The first address of an array's elements, and the bytes from there to the end of the last."""
    if not a.size:
        return _address(a), 0
    steps = [stride * (size - 1) for stride, size in zip(a.strides, a.shape, strict=True)]
    first = sum(step for step in steps if step < 0)
    last = sum(step for step in steps if step > 0)
    return _address(a) + first, last - first + a.itemsize


def _address(a: Any) -> int:
    interface = getattr(a, "__array_interface__", None)
    return int(a.data.ptr if interface is None else interface["data"][0])


def _same_part(memory: Any, a: Any, offset: int) -> Any:
    """The part of a block of memory that has the offset, shape, strides and dtype of an array."""
    if not a.size:
        return np.zeros(a.shape, a.dtype)
    if hasattr(memory, "__array_interface__"):
        return np.ndarray(a.shape, a.dtype, memory, offset, a.strides)
    return np.ndarray(a.shape, a.dtype, memory.data + offset, a.strides)
