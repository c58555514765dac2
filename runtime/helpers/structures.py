"""Cotangents of nested values.

Inside adjoints the cotangent of a number is a number, of an array an array, of a list or tuple a
list, of a dict a dict, of an object a `SimpleNamespace` of its fields; what has no derivative
(strings, `None`, functions) has `None`. `restructure` turns this into what users expect.
"""

from __future__ import annotations

import types
from typing import Any

import numpy as np

from .broadcasting import expand, is_complex, shape_of
from .refusals import not_followed


def own(d: Any) -> Any:
    """A copy that nobody else holds, to be written into."""
    if hasattr(d, "copy") and hasattr(d, "dtype"):
        return d.copy()
    if isinstance(d, (list, tuple)):
        return [own(e) for e in d]
    if isinstance(d, dict):
        return {key: own(e) for key, e in d.items()}
    if isinstance(d, types.SimpleNamespace):
        return types.SimpleNamespace(**{name: own(e) for name, e in vars(d).items()})
    return d


def snapshot(x: Any) -> Any:
    """A copy of a value that may be written into later: its containers stay of their classes.

    >>> a = np.ones(2)
    >>> again = snapshot((a, 3))
    >>> a[0] = 5.0
    >>> again
    (array([1., 1.]), 3)
    """
    if isinstance(x, tuple):
        items = [snapshot(e) for e in x]
        return type(x)(*items) if hasattr(x, "_fields") else tuple(items)
    if isinstance(x, list):
        return [snapshot(e) for e in x]
    if isinstance(x, dict):
        return {key: snapshot(e) for key, e in x.items()}
    if isinstance(x, types.SimpleNamespace):
        return types.SimpleNamespace(**{name: snapshot(e) for name, e in vars(x).items()})
    return own(x)


def hooked(d: Any, hook: Any) -> Any:
    """What a function that is shown a cotangent makes of it: what it returns, or is None, the same.

    Raises:
        ValueError: it makes an array of another shape of it.

    >>> hooked(3.0, lambda d: min(d, 1.0)), hooked(3.0, lambda d: None)
    (1.0, 3.0)
    """
    shown = np.conjugate(d) if is_complex(d) else own(d)  # users see PyTorch's convention
    new = hook(shown)
    if new is None:
        new = shown
    if isinstance(d, (list, tuple, dict, types.SimpleNamespace)):
        return new
    if shape_of(new) != shape_of(d):
        raise ValueError(
            f"on_cotangent: the function makes a cotangent of shape {shape_of(new)} of one of "
            f"shape {shape_of(d)}"
        )
    new = new.astype(d.dtype) if hasattr(d, "dtype") and hasattr(new, "dtype") else new
    return np.conjugate(new) if is_complex(d) else new


def fields_of(x: Any) -> dict[str, Any]:
    """What an object keeps under the names of its attributes; nothing for functions and classes.

    >>> fields_of(types.SimpleNamespace(w=1.0))
    {'w': 1.0}
    """
    if _is_function(x) or isinstance(x, (type, types.ModuleType)):
        return {}
    slots = [name for cls in type(x).__mro__[::-1] for name in _slots(cls)]
    kept = {name: getattr(x, name) for name in slots if hasattr(x, name)}
    for name, value in getattr(x, "__dict__", {}).items():
        if type(getattr(type(x), name, None)).__name__ != "cached_property":
            kept[name] = value
    return kept


def is_open(x: Any) -> bool:
    """Whether an object may be given attributes, though it has none yet."""
    closed = _is_function(x) or isinstance(x, (type, types.ModuleType))
    return hasattr(x, "__dict__") and not closed


def _is_function(x: Any) -> bool:
    """Whether something is a function, partial or ufunc, and no object that may also be called."""
    kinds = (types.FunctionType, types.MethodType, types.BuiltinFunctionType, np.ufunc)
    return isinstance(x, kinds) or type(x).__module__ == "functools" or hasattr(x, "__wrapped__")


def _slots(cls: type) -> tuple[str, ...]:
    names = cls.__dict__.get("__slots__", ())
    return (names,) if isinstance(names, str) else tuple(names)


def spec(x: Any) -> Any:
    """What remains of an array when only its shape and dtype are needed: a few words of memory.

    Of a list, dict or object it is that of all that it holds now: it may hold other things later.

    >>> spec(np.zeros((2, 3))).shape
    (2, 3)
    """
    if isinstance(x, (list, tuple)):
        return [spec(e) for e in x]
    if isinstance(x, dict):
        return {key: spec(e) for key, e in x.items()}
    if isinstance(x, (int, float, complex, str, np.generic)) or x is None:
        return x
    if hasattr(x, "dtype"):
        return types.SimpleNamespace(shape=x.shape, dtype=x.dtype, ndim=x.ndim, size=x.size)
    fields = fields_of(x)
    return types.SimpleNamespace(**{n: spec(e) for n, e in fields.items()}) if fields else x


def zeros_like(x: Any) -> Any:
    """A cotangent of zeros in the structure of `x`.

    Raises:
        NotFollowed: `x` is an array of objects or of records, which is written or read.

    >>> zeros_like([1, (np.ones(2, np.float32), "name")])
    [0.0, [array([0., 0.], dtype=float32), None]]
    """
    if type(x) is float:
        return 0.0
    dtype = getattr(x, "dtype", None)
    if dtype is not None and hasattr(x, "shape"):
        if dtype.kind in "biu":
            return np.zeros(x.shape) if x.shape else 0.0
        if dtype.kind in "OV":
            raise not_followed(
                f"what is differentiated is in an array of {dtype}, where no derivative can follow "
                "it; keep it in an array of floats, or in a list"
            )
        if dtype.kind not in "fc":
            return None
        return dtype.type(0) if isinstance(x, np.generic) else np.zeros(x.shape, dtype)
    if isinstance(x, (bool, int, float)):
        return 0.0
    if isinstance(x, complex):
        return 0j
    if isinstance(x, (list, tuple)):
        return [_zeros_in(e) for e in x]
    if isinstance(x, dict):
        return {key: _zeros_in(e) for key, e in x.items()}
    if fields := fields_of(x):
        return types.SimpleNamespace(**{name: _zeros_in(e) for name, e in fields.items()})
    return None


def _zeros_in(x: Any) -> Any:
    """A cotangent of zeros of what something holds; arrays of objects may well stand beside."""
    beside = hasattr(x, "shape") and getattr(x, "dtype", None) == np.dtype(object)
    return None if beside else zeros_like(x)


def accumulate(a: Any, b: Any) -> Any:
    """The sum of two cotangents, neither of which is written into; `None` counts as zero.

    >>> accumulate([1.0, None], [2.0, 3.0])
    [3.0, 3.0]
    """
    if a is None:
        return b
    if b is None:
        return a
    if isinstance(a, (list, dict, types.SimpleNamespace)) and isinstance(b, float) and b == 0.0:
        return a
    if isinstance(b, (list, dict, types.SimpleNamespace)) and isinstance(a, float) and a == 0.0:
        return b
    if isinstance(a, (list, tuple)):
        return [accumulate(p, q) for p, q in zip(a, b, strict=True)]
    if isinstance(a, dict):
        return {key: accumulate(a.get(key), b.get(key)) for key in {**a, **b}}
    if isinstance(a, types.SimpleNamespace):
        parts = accumulate(vars(a), vars(b))
        return types.SimpleNamespace(**parts)
    return a + b


def add_item(d: Any, key: Any, g: Any) -> None:
    """Adds `g` to what a list or dict of cotangents holds at `key`, or into a part of an array.

    >>> d = [[1.0, 2.0], 3.0]
    >>> add_item(d, 0, [1.0, 1.0])
    >>> d
    [[2.0, 3.0], 3.0]
    """
    if isinstance(d, list):
        d[key] = accumulate(d[key], g)
    elif isinstance(d, dict):
        d[key] = accumulate(d.get(key), g)
    else:
        add_at(d, key, g)


def add_at(d: Any, index: Any, g: Any) -> None:
    """Adds `g` into `d[index]`, in place; an element that is picked twice is added to twice.

    >>> d = np.zeros(3)
    >>> add_at(d, [0, 0, 2], 1.0)
    >>> d
    array([2., 0., 1.])
    """
    if type(g) is not float and is_complex(g) and not is_complex(d):
        g = np.real(g)
    if repeats(index):
        np.add.at(d, index, g)
    else:
        d[index] += g


def added_at(d: Any, index: Any, g: Any) -> Any:
    """`d` with `g` added into `d[index]`: in place, unless it is a number, which has one place.

    >>> added_at(1.0, (..., None), np.array([2.0]))
    np.float64(3.0)
    """
    if isinstance(d, (int, float, complex, np.generic)):
        return d + np.sum(g)
    add_at(d, index, g)
    return d


def repeats(index: Any) -> bool:
    """Whether an index may pick an element twice: it holds an array or list of integers."""
    kind = type(index)
    if kind is int or kind is slice:
        return False
    if kind is tuple:
        for part in index:
            if type(part) is not int and type(part) is not slice and repeats(part):
                return True
        return False
    if isinstance(index, list):
        return not all(isinstance(e, (bool, np.bool_)) for e in index)
    return len(shape_of(index)) > 0 and index.dtype.kind in "iu"


def restructure(d: Any, x: Any) -> Any:
    """What users get for the cotangent `d` of `x`: the structure, type, shape and dtype of `x`.

    `None` stands for what has no derivative: integers, strings, functions. Complex gradients are
    conjugated here (PyTorch's convention).

    Raises:
        ValueError: the shapes differ; a rule is wrong.

    >>> restructure([2.0, None], (np.float32(1.0), "name"))
    (np.float32(2.0), None)
    """
    if isinstance(x, (bool, int)) or x is None:
        return None
    if hasattr(x, "dtype") and hasattr(x, "shape"):
        return _restructured_array(d, x)
    if isinstance(x, float):
        return _restructured_number(np.real(d) if is_complex(d) else d, float)
    if isinstance(x, complex):
        d = _restructured_number(d, complex)
        return d.conjugate() if isinstance(d, complex) else np.conjugate(d)
    if isinstance(x, (list, tuple)):
        items = [restructure(part, e) for part, e in zip(_parts(d, x), x, strict=True)]
        return type(x)(*items) if hasattr(x, "_fields") else type(x)(items)
    if isinstance(x, dict):
        known = d if isinstance(d, dict) else {}
        return {key: restructure(known.get(key), e) for key, e in x.items()}
    if fields := fields_of(x):
        parts = {name: restructure(getattr(d, name, None), e) for name, e in fields.items()}
        made = object.__new__(type(x))
        for name, part in parts.items():
            object.__setattr__(made, name, part)
        return made
    return None


def unrestructure(d: Any, x: Any) -> Any:
    """The cotangent of what `restructure` was given of `x`, where `d` is that of what it gave.

    >>> unrestructure((2.0, None), (1.0, "name"))
    [2.0, None]
    """
    if isinstance(x, (list, tuple)):
        return [unrestructure(part, e) for part, e in zip(_parts(d, x), x, strict=True)]
    if isinstance(x, dict):
        known = d if isinstance(d, dict) else {}
        return {key: unrestructure(known.get(key), e) for key, e in x.items()}
    if hasattr(x, "dtype") or isinstance(x, (bool, int, float, complex)):
        return np.conjugate(d) if is_complex(d) else d
    if fields := fields_of(x):
        parts = {name: unrestructure(getattr(d, name, None), e) for name, e in fields.items()}
        return types.SimpleNamespace(**parts)
    return None


def _restructured_number(d: Any, kind: type) -> Any:
    """A number; on a device an array without axes, because nobody has to wait for that."""
    if d is None or not hasattr(d, "dtype") or type(d).__module__ == "numpy":
        return kind(0.0 if d is None else d)
    return d.astype(kind)


def _parts(d: Any, x: Any) -> Any:
    return d if isinstance(d, (list, tuple)) else [None] * len(x)


def _restructured_array(d: Any, x: Any) -> Any:
    if x.dtype.kind not in "fc":
        return None
    if d is None:
        d = 0.0
    if is_complex(d):
        d = np.conjugate(d) if is_complex(x) else np.real(d)
    if isinstance(x, np.generic):
        return _restructured_number(d, x.dtype.type)
    if len(shape_of(d)) > len(x.shape):
        raise ValueError(f"a cotangent of shape {shape_of(d)} for an array of shape {x.shape}")
    d = expand(d, x)
    if not hasattr(d, "dtype") or isinstance(d, np.generic):
        return np.asarray(d, dtype=x.dtype)
    if d.dtype != x.dtype:
        return d.astype(x.dtype)
    # What `unreduce` spread is a view that cannot be written into.
    return d.copy() if 0 in getattr(d, "strides", ()) else d
