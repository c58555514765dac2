"""Tangents of nested values.

The tangent of a number is a number, of an array an array of its shape, and of a list, tuple, named
tuple or dict one of the same class and length. That of an object is a `SimpleNamespace` of the
tangents of its fields, and what has no derivative (strings, `None`, functions) has `None`.
"""

from __future__ import annotations

import types
from typing import Any

import numpy as np

from .refusals import not_followed
from .structures import fields_of, is_open


def cut_tangent(d: Any, x: Any) -> Any:
    """What of the tangent `d` of a value gets into `x`: nothing where that holds whole numbers.

    >>> cut_tangent(2.0, np.zeros(3)), cut_tangent(2.0, np.zeros(3, int))
    (2.0, 0.0)
    """
    dtype = getattr(x, "dtype", None)
    return d if dtype is None or dtype.kind not in "biu" else 0.0


def fill_tangent(d: Any, v: Any, x: Any) -> Any:
    """The tangent of `x`, `d` before, when `x` is filled with a value whose tangent is `v`.

    Numbers of NumPy's can be filled, too, and stay as they are.

    >>> fill_tangent(np.zeros(2), 3.0, np.ones(2)), fill_tangent(1.0, 3.0, np.float64(2.0))
    (array([3., 3.]), 1.0)
    """
    if isinstance(x, np.generic):
        return d
    v = cut_tangent(v, x)
    if hasattr(d, "fill") and not isinstance(d, np.generic):
        d.fill(v)
        return d
    return np.full(np.shape(x), v)


def zero_tangent(x: Any) -> Any:
    """Zeros in the structure of `x`; arrays lie in memory as those of `x` do.

    >>> zero_tangent([1, (np.ones(2, np.float32), "name")])
    [0.0, (array([0., 0.], dtype=float32), None)]
    """
    if isinstance(x, (bool, int, float)):
        return 0.0
    dtype = getattr(x, "dtype", None)
    if dtype is not None and hasattr(x, "shape") and not isinstance(x, type):
        if dtype.kind not in "fcbiu":
            return None
        zeros = np.zeros_like(x, dtype=None if dtype.kind in "fc" else float)
        return zeros[()] if isinstance(x, np.generic) else zeros
    if isinstance(x, complex):
        return 0j
    if isinstance(x, tuple):
        items = [zero_tangent(e) for e in x]
        return type(x)(*items) if hasattr(x, "_fields") else tuple(items)
    if isinstance(x, list):
        return [zero_tangent(e) for e in x]
    if isinstance(x, dict):
        return {key: zero_tangent(e) for key, e in x.items()}
    fields = fields_of(x)
    if fields or is_open(x):
        return types.SimpleNamespace(**{name: zero_tangent(e) for name, e in fields.items()})
    return None


def zero_tangents(xs: Any) -> list[Any]:
    """Zeros in the structure of each element of `xs`.

    Raises:
        NotFollowed: `xs` is an iterator, which can be read only once.

    >>> zero_tangents((2.0, 3.0))
    [0.0, 0.0]
    """
    if hasattr(xs, "__next__"):
        raise not_followed(
            "an iterator is used here where others hold what is differentiated; make a list of it"
        )
    return [zero_tangent(e) for e in xs]


def object_tangent(**tangents: Any) -> Any:
    """The tangent of an object: the tangents of its fields, under their names.

    >>> object_tangent(w=1.0).w
    1.0
    """
    return types.SimpleNamespace(**tangents)


def replaced_tangent(x_dot: Any, **tangents: Any) -> Any:
    """The tangent of an object like another one, but for some of its fields.

    >>> replaced_tangent(object_tangent(w=1.0, b=2.0), b=3.0)
    namespace(w=1.0, b=3.0)
    """
    return types.SimpleNamespace(**{**vars(x_dot), **tangents})


def field_tangent(x_dot: Any, name: str, value: Any) -> Any:
    """The tangent of an attribute: zero where the object does not keep it itself.

    >>> self_dot = object_tangent(w=1.0)
    >>> field_tangent(self_dot, "w", 5.0), field_tangent(self_dot, "scale", 5.0)
    (1.0, 0.0)
    """
    if hasattr(x_dot, name):
        return getattr(x_dot, name)
    return zero_tangent(value)


def sorted_tangent(xs_dot: Any, xs: Any, key: Any = None, reverse: bool = False) -> list[Any]:
    """The tangent of `sorted(xs, key=key, reverse=reverse)`: in the order of what is sorted.

    >>> sorted_tangent([1.0, 2.0, 3.0], [5.0, 4.0, 6.0])
    [2.0, 1.0, 3.0]
    """
    values = list(xs)
    by = values if key is None else [key(v) for v in values]
    order = sorted(range(len(by)), key=by.__getitem__, reverse=reverse)
    tangents = list(xs_dot)
    return [tangents[i] for i in order]


def remove_tangent(xs_dot: Any, xs: Any, value: Any) -> None:
    """Takes out of `xs_dot` the tangent of what `xs.remove(value)` is going to take out.

    >>> xs_dot = [1.0, 2.0]
    >>> remove_tangent(xs_dot, [5.0, 6.0], 6.0); xs_dot
    [1.0]
    """
    if value in xs:
        del xs_dot[xs.index(value)]


def alike_tangent(part_dot: Any, whole_dot: Any, part: Any, whole: Any) -> Any:
    """A part that was taken of a tangent; raise where it is a copy and the primal's is a view.

    Raises:
        NotFollowed: or the other way round.

    >>> a, a_dot = np.ones((2, 3)), np.zeros((2, 3), order="F")
    >>> alike_tangent(a_dot.T, a_dot, a.T, a).shape
    (3, 2)
    """
    if getattr(part, "size", 0) and hasattr(part_dot, "size") and hasattr(whole_dot, "size"):
        if np.may_share_memory(part, whole) != np.may_share_memory(part_dot, whole_dot):
            raise not_followed(
                "this array was reshaped or converted, which gave a view of it and a copy of its "
                "tangent (or the other way round), and one of the two is written in place; write "
                "`.copy()` where it is made"
            )
    return part_dot
