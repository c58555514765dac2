"""The arrays and numbers in a value, however nested."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from adjoint.runtime.helpers.structures import fields_of

LEAVES = (str, bytes, int, float, complex, type(None), np.ndarray, np.generic, type)
"""Types of which a value holds no others."""


def _is_result(value: Any) -> bool:
    typed = hasattr(value, "dtype") and not isinstance(value, type)  # np.float32 has one, too
    return typed or isinstance(value, int | float | complex)


def results_in(value: Any) -> Iterator[Any]:
    """The arrays and numbers in a result."""
    if _is_result(value):
        yield value
    else:
        for _, part in parts_of(value):
            yield from results_in(part)


def arrays_in(value: Any) -> list[Any]:
    """The arrays in a value, however nested."""
    return [leaf for leaf in results_in(value) if hasattr(leaf, "strides")]


def rebuilt(value: Any, leaves: Iterator[Any]) -> Any:
    """The structure of a result with other arrays and numbers in it."""
    if _is_result(value):
        return next(leaves)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(rebuilt(part, leaves) for part in value))
    if isinstance(value, list | tuple):
        return type(value)(rebuilt(part, leaves) for part in value)
    if isinstance(value, dict):
        return {k: rebuilt(part, leaves) for k, part in value.items()}
    if not any(True for _ in results_in(value)):
        return value
    made = copy.copy(value)
    for name, part in fields_of(value).items():
        object.__setattr__(made, name, rebuilt(part, leaves))
    return made


def separate(made: Any, held: Iterable[Any]) -> Any:
    """A value whose arrays can be written into, and reach neither one another nor those held.

    Args:
        made: the value. It is given back as it is where nothing has to be copied.
        held: arrays, and what is none.

    >>> g = np.ones(2)
    >>> a, b = separate((g, g), [])
    >>> a is g, b is g
    (True, False)
    """
    taken = [other for other in held if hasattr(other, "strides")]
    leaves, copied = [], False
    for leaf in results_in(made):
        own = leaf
        if hasattr(leaf, "strides"):
            fixed = type(leaf) is np.ndarray and not leaf.flags.writeable
            if fixed or any(np.may_share_memory(leaf, other) for other in taken):
                own, copied = leaf.copy(), True
            taken.append(own)
        leaves.append(own)
    return rebuilt(made, iter(leaves)) if copied else made


def parts_of(value: Any) -> Iterator[tuple[Any, Any]]:
    """What a value holds, by index, key or field."""
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list | tuple):
        yield from enumerate(value)
    elif not isinstance(value, LEAVES):
        yield from fields_of(value).items()
