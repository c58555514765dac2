"""The unit vectors of a value: what a Jacobian is asked for, entry by entry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from adjoint.transform.leaves import rebuilt, results_in

Place = tuple[int, tuple[int, ...]]
"""The number of a leaf, and the place of an entry in it."""


def floats_in(value: Any) -> list[Any]:
    """The arrays and numbers in a value that have derivatives, each with its shape.

    Raises:
        TypeError: one of them is complex: a Jacobian has two numbers for each entry then.
    """
    found = [leaf for leaf in results_in(value) if is_float(leaf)]
    if any(np.iscomplexobj(leaf) for leaf in found):
        raise TypeError("a Jacobian is of real numbers, and these are complex; use vjp or jvp")
    return found


def is_float(leaf: Any) -> bool:
    """Whether a leaf has a derivative."""
    dtype = getattr(leaf, "dtype", None)
    return isinstance(leaf, float | complex) if dtype is None else dtype.kind in "fc"


def size_of(value: Any) -> int:
    """How many entries a value has that have derivatives."""
    return sum(int(np.size(leaf)) for leaf in floats_in(value))


def units_of(value: Any) -> Iterator[tuple[Place, Any]]:
    """For each entry its place, and the value's structure with one there and zeros elsewhere.

    >>> [unit for _, unit in units_of((1.0, [2.0]))]
    [(1.0, [0.0]), (0.0, [1.0])]
    """
    leaves = list(results_in(value))
    number = -1
    for i, leaf in enumerate(leaves):
        if not is_float(leaf):
            continue
        number += 1
        for entry in np.ndindex(np.shape(leaf)):
            parts = [zero_of(other) for other in leaves]
            if entry or hasattr(leaf, "shape"):
                one = np.zeros(np.shape(leaf), leaf.dtype)
                one[entry] = 1.0
                parts[i] = one[()] if isinstance(leaf, np.generic) else one
            else:
                parts[i] = 1.0
            yield (number, entry), rebuilt(value, iter(parts))


def zero_of(leaf: Any) -> Any:
    """A zero in the place of a leaf; None for what has no derivative."""
    if not is_float(leaf):
        return None
    return np.zeros(leaf.shape, leaf.dtype)[()] if hasattr(leaf, "shape") else 0.0
