"""Cotangents of what is stored, split off and scaled in place."""

from __future__ import annotations

import types
from typing import Any

import numpy as np

from .broadcasting import expand, float_dtype, is_complex, unbroadcast
from .entries import listed
from .refusals import not_followed
from .structures import fields_of, own, zeros_like


def buffer(g: Any, like: Any) -> Any:
    """A cotangent as an array (or list) that nobody else holds, with the shape of `like`.

    Of an array without axes it is one too: names of one array keep one cotangent. Of a number of
    NumPy's it is one: `fill` leaves both as they are.

    >>> buffer(0.0, np.ones(2)), buffer(1.0, np.array(2.0)), buffer(1.0, np.float32(2.0))
    (array([0., 0.]), array(1.), np.float32(1.0))
    """
    if type(g) is float and type(like) is not float and not hasattr(like, "shape"):
        if isinstance(like, (list, tuple, dict)) or fields_of(like):
            return zeros_like(like)  # zero stands for zeros in every place
    if isinstance(g, (list, dict)) or not hasattr(like, "shape"):
        return own(g)
    made = own(expand(g, like))
    if isinstance(like, np.generic):
        return made[()] if hasattr(made, "dtype") else float_dtype(like).type(made)
    return np.array(made) if like.shape == () else made


def gather_stored(d: Any, index: Any) -> Any:
    """The cotangent of `v` in `a[index] = v`: where an index repeats, only the last one counts.

    >>> gather_stored(np.array([1.0, 2.0]), [0, 1, 0])
    array([0., 2., 1.])
    """
    taken = d[index]
    if taken.ndim == 0 or taken.size == 0:
        return own(taken)
    owner = np.zeros(d.shape, dtype=int)
    order = np.arange(taken.size).reshape(taken.shape)
    owner[index] = order
    return np.where(owner[index] == order, taken, 0.0)


def split_off(d: Any, count: int) -> Any:
    """Remove the last `count` elements of a list and return them.

    >>> d = [1.0, 2.0, 3.0]
    >>> split_off(d, 2), d
    ([2.0, 3.0], [1.0])
    """
    start = len(d) - count
    taken = d[start:]
    del d[start:]
    return taken


def sum_filled(d: Any) -> Any:
    """What `v` gets of the cotangent `d` of `x` after `x.fill(v)`.

    Nothing where `x` is a number of NumPy's: those have the method, too, and stay as they are.

    >>> sum_filled(np.array([1.0, 2.0])), sum_filled(np.float64(1.0))
    (np.float64(3.0), 0.0)
    """
    return 0.0 if isinstance(d, np.generic) else np.sum(d)


def stack_like(parts: Any, like: Any) -> Any:
    """The cotangent of something whose elements are given theirs: an array, or a list.

    >>> stack_like([1.0, 0.0], np.ones(2))
    array([1., 0.])
    """
    parts = listed(parts, like)
    if not hasattr(like, "shape"):
        return own(parts)
    if not parts:
        return np.zeros(like.shape, like.dtype)
    row = np.zeros(like.shape[1:], like.dtype)
    return np.stack([expand(part, row) for part in parts])


def by_rows(g: Any, rows: Any) -> list[Any]:
    """The cotangents of the rows of which `zip(*rows)` gave the columns, whose cotangents are `g`.

    >>> by_rows([[1.0, 2.0], 0.0], [(5.0, 6.0), (7.0, 8.0, 9.0)])
    [[1.0, 0.0], [2.0, 0.0, 0.0]]
    """
    rows = list(rows)
    columns = [listed(column, rows) for column in listed(g)]
    return [
        stack_like([*(c[i] for c in columns), *[0.0] * (len(row) - len(columns))], row)
        for i, row in enumerate(rows)
    ]


def unstack_like(d: Any, parts: Any) -> Any:
    """The cotangents of `parts` where `d` is that of `stack_like(parts, like)`.

    >>> unstack_like(np.array([1.0, 2.0]), [3.0, 0.0])
    [np.float64(1.0), np.float64(2.0)]
    """
    if not hasattr(parts, "__len__"):
        return 0.0
    return [unbroadcast(d[i], part) for i, part in enumerate(parts)]


def item_of(d: Any, key: Any, like: Any) -> Any:
    """The cotangent of what a container holds, as one in that place that may be written into.

    >>> d = [0.0, 0.0]
    >>> item_of(d, 1, np.ones(2)), d
    (array([0., 0.]), [0.0, array([0., 0.])])
    """
    places = vars(d) if isinstance(d, types.SimpleNamespace) else d
    held = places[key]
    if isinstance(held, float) or (hasattr(like, "shape") and np.shape(held) != like.shape):
        places[key] = buffer(held, like)
    return places[key]


def viewed(part: Any, whole: Any) -> Any:
    """A part that was taken of an array; raise where it is a copy, which writes would not reach.

    >>> a = np.ones((2, 3))
    >>> viewed(a.reshape(-1), a).shape
    (6,)
    """
    if part.size and not np.may_share_memory(part, whole):
        raise not_followed(
            "this array was reshaped or converted into a copy, while its adjoint relies on a view, "
            "because one of the two is written in place; write `.copy()` where the copy is made"
        )
    return part


def require_scalar(value: Any) -> None:
    """Raise unless a result is a single number, of which alone there is a gradient.

    >>> require_scalar(np.ones(2))
    Traceback (most recent call last):
    TypeError: a gradient is of a single number, and the result has shape (2,); use vjp
    """
    if is_complex(value):
        raise TypeError("a gradient is of a real number, and the result is complex; use vjp")
    if not hasattr(value, "dtype") and not isinstance(value, (int, float, list, tuple)):
        raise TypeError(
            f"a gradient is of a single number, and the result is a {type(value).__name__}"
        )
    shape = np.shape(value)
    if shape != () and np.size(value) != 1:
        raise TypeError(
            f"a gradient is of a single number, and the result has shape {shape}; use vjp"
        )
