"""Cotangents and the shapes and dtypes of what they belong to.

`like` is an array, a number, or what `spec` keeps of an array: only its shape and dtype are read.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def shape_of(x: Any) -> tuple[int, ...]:
    """The shape of an array or of its `spec`; () for numbers. Faster than `np.shape`."""
    return getattr(x, "shape", ())


def in_shape(x: Any, shape: tuple[int, ...]) -> Any:
    """`x` reshaped; a number, not an array without axes, where the shape is ()."""
    return np.reshape(x, shape)[()]


def in_dtype(d: Any, like: Any) -> Any:
    """`d` in the dtype of `like`: of complex numbers, the real part where that is real.

    >>> in_dtype(np.array([2.0]), np.array([1j]))
    array([2.+0.j])
    """
    if isinstance(d, list):
        return [in_dtype(e, part) for e, part in zip(d, like, strict=True)]
    d = in_field(d, like)
    wanted = getattr(like, "dtype", None)
    if wanted is None or not hasattr(d, "dtype") or d.dtype == wanted:
        return d
    return d.astype(wanted)


def seeded(d: Any, like: Any) -> Any:
    """The cotangent that a pullback is given, in the dtype of the value that it is of.

    Complex ones are conjugated here, as everywhere where users give them.

    Raises:
        ValueError: its shape is not that of the value.

    >>> seeded(np.float64(2.0), np.float32(1.0))
    np.float32(2.0)
    """
    if shape_of(d) != shape_of(like):
        raise ValueError(
            f"the cotangent has shape {shape_of(d)}, and the value {shape_of(like)}"
        )
    d = in_dtype(d, like)
    return np.conjugate(d) if is_complex(d) else d


def in_field(d: Any, like: Any) -> Any:
    """`d`, complex where `like` is, and of complex numbers the real part where it is real.

    >>> in_field(2.0, 1j), in_field(2.0 + 1j, 1.0)
    ((2+0j), 2.0)
    """
    if is_complex(d):
        return d if is_complex(like) else np.real(d)
    return d + 0j if is_complex(like) else d


def is_complex(x: Any) -> bool:
    """Whether an array (or its `spec`) or a number is complex."""
    dtype = getattr(x, "dtype", None)
    kind = getattr(dtype, "kind", None)  # that of the type `np.float32` has none
    return isinstance(x, complex) if kind is None else bool(kind == "c")


def float_dtype(like: Any) -> Any:
    """The dtype of a cotangent of `like`."""
    dtype = getattr(like, "dtype", None)
    return dtype if dtype is not None and dtype.kind in "fc" else np.dtype(float)


def unbroadcast(d: Any, like: Any) -> Any:
    """Sums `d` over the axes along which `like` was broadcast.

    A `d` that is smaller than `like` stays as it is; it becomes real or complex where `like` is.

    >>> unbroadcast(np.ones((2, 3)), 1.0), unbroadcast(np.ones((2, 3)), np.ones((2, 1)))
    (np.float64(6.0), array([[3.],
           [3.]]))
    """
    have = getattr(d, "shape", ())
    want = getattr(like, "shape", ())
    if have == want:
        if getattr(d, "dtype", type(d)) is getattr(like, "dtype", float):
            return d  # the usual case, decided at once
    elif not want:
        d = d.sum()
    else:
        if extra := max(len(have) - len(want), 0):
            d = d.sum(axis=tuple(range(extra)))
            have = have[extra:]
        ends = want[len(want) - len(have) :]
        ones = tuple(i for i, n in enumerate(ends) if n == 1 and have[i] != 1)
        if ones:
            d = d.sum(axis=ones, keepdims=True)
    return in_field(d, like)


def expand(d: Any, like: Any) -> Any:
    """`d` in the shape of `like` where it is smaller; lists element by element.

    >>> expand(2.0, np.zeros(3, np.float32))
    array([2., 2., 2.], dtype=float32)
    """
    if isinstance(like, (list, tuple)):
        parts = d if isinstance(d, (list, tuple)) else [d] * len(like)
        return [expand(e, part) for e, part in zip(parts, like, strict=True)]
    shape = getattr(like, "shape", ())
    if d is None:
        d = 0.0
    typed = hasattr(d, "dtype")
    if not typed and hasattr(like, "dtype") and not isinstance(like, np.generic):
        return np.full(shape, d, float_dtype(like))  # without axes, too, an array is one
    if getattr(d, "shape", ()) == shape:
        return d
    if not typed:
        return np.full(shape, d, float_dtype(like))
    return np.broadcast_to(np.asarray(d) if isinstance(d, np.generic) else d, shape)


def unreduce(
    d: Any,
    like: Any,
    axis: Any = None,
    keepdims: bool = False,
    dtype: Any = None,
    where: Any = True,
) -> Any:
    """Spreads `d`, of a reduction's shape, back over the axes of `like` that were reduced.

    The result may be a view that cannot be written into: only to be read. What `where` left out of
    the reduction gets zero.

    Raises:
        TypeError: the elements were reduced in another `dtype` than one of floats.

    >>> unreduce(np.array([1.0, 2.0]), np.zeros((2, 3)), 1)
    array([[1., 1., 1.],
           [2., 2., 2.]])
    """
    if dtype is not None:
        d = of_floats(d, dtype)
    if where is not True:
        return np.where(where, unreduce(d, like, axis, keepdims), 0)
    shape = getattr(like, "shape", ())
    if shape == ():
        return d
    if getattr(d, "shape", ()) == ():
        dtype = d.dtype if hasattr(d, "dtype") else float_dtype(like)
        # To fill a small array costs less than to make a view.
        if like.size <= 4096:
            return np.full(shape, d, dtype)
        d = np.asarray(d, dtype)
    elif axis is not None and not keepdims:
        d = np.expand_dims(d, axis)
    return np.broadcast_to(d, shape)


def of_floats(d: Any, dtype: Any) -> Any:
    """`d`, the derivative of what was accumulated in a `dtype`.

    Raises:
        TypeError: that was another one than one of floats.
    """
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise TypeError(f"a reduction in {np.dtype(dtype)} changes by jumps; leave out `dtype`")
    return d


def along_last(d: Any) -> Any:
    """`d` with one axis more, the last, to go with what was reduced along it; a number as it is."""
    return d if getattr(d, "shape", ()) == () else np.expand_dims(d, -1)


def count(like: Any, axis: Any = None) -> int:
    """How many elements a reduction over `axis` takes together (at least 1).

    >>> count(np.zeros((2, 3))), count(np.zeros((2, 3)), axis=1)
    (6, 3)
    """
    if axis is None:
        return max(getattr(like, "size", 1), 1)
    shape = getattr(like, "shape", ())
    n = 1
    for i in axis if isinstance(axis, tuple) else (axis,):
        n *= shape[i]
    return max(n, 1)


def cast_back(d: Any, like: Any, ans: Any) -> Any:
    """The cotangent of `like`, of which `ans` is a copy in another dtype or kind of container.

    A copy in whole numbers changes by jumps, so the cotangent is zero.

    Raises:
        TypeError: the copy holds texts, bytes or objects, through which nothing is seen.
    """
    if isinstance(like, (list, tuple)):
        return [cast_back(e, part, ans) for e, part in zip(d, like, strict=True)]
    if isinstance(d, (list, tuple)):
        d = np.stack([cast_back(e, like[i], ans) for i, e in enumerate(d)])
    dtype = getattr(ans, "dtype", None)
    if dtype is not None and dtype.kind not in "fc":
        _require_numbers(dtype)
        d = 0.0
    shape = getattr(like, "shape", ())
    if getattr(d, "shape", ()) != shape:
        d = np.sum(d) if shape == () else np.reshape(d, shape) if np.ndim(d) else expand(d, like)
    if is_complex(d) and not (is_complex(like) and is_complex(ans)):
        d = np.real(d)
    wanted = getattr(like, "dtype", None)
    if hasattr(d, "dtype") and wanted is not None and wanted.kind in "fc" and d.dtype != wanted:
        d = d.astype(wanted)
    return d


def _require_numbers(dtype: Any) -> None:
    if dtype.kind not in "biu":
        raise TypeError(
            f"what is differentiated was put into an array of dtype {dtype}, which no derivative "
            "can follow; keep it in an array of floats, or in a list"
        )


def cast_on(d: Any, like: Any, ans: Any) -> Any:
    """The tangent of `ans`, a copy of `like` in another dtype or kind of container."""
    if ans.dtype.kind not in "fc":
        _require_numbers(ans.dtype)
        return np.zeros(ans.shape) if ans.shape else 0.0
    if not is_complex(ans):
        d = np.real(np.asarray(expand(d, like)))
    return np.asarray(d, dtype=ans.dtype)
