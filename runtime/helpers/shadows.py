"""Shadow memory: cotangents of what may be shared in ways known only at run time.

A shadow is the cotangent of a block of memory, whichever arrays are views of it. That of an array
is the part of the shadow with the same offset and strides, so that two arrays share cotangents
where they share memory, and nowhere else. The shadow of an object is that of the numbers in its
fields, whichever names it has; arrays in its fields have their own. `shadows` holds, by its
address, each block and each object that was met, alive.

What else holds arrays (a list, a function) has the cotangents of the numbers in it apart: they are
what is left where those of the arrays are in the shadows.
"""

from __future__ import annotations

import types
from typing import Any

import numpy as np

from .refusals import not_followed
from .structures import accumulate, fields_of


def shadow(shadows: dict[int, Any], a: Any) -> Any:
    """The cotangent of an array: what is added to it is seen through all views of that memory.

    That of an object is one of the numbers in its fields.

    >>> a, shadows = np.ones(3), {}
    >>> shadow(shadows, a[1:])[...] += 2.0
    >>> shadow(shadows, a[::-1])
    array([2., 2., 0.])
    """
    if _is_object(a):
        return _numbers(shadows, a)
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
    if a.dtype != root.dtype and not _is_real_part(a, root, _address(a) - first):
        raise not_followed(
            f"an array of {a.dtype} is a view of one of {root.dtype}, and one of them is written; "
            "write into that itself (`z.imag = ...`), or take a copy (`.copy()`)"
        )
    if first not in shadows:
        shadows[first] = root, np.zeros(size // root.itemsize, root.dtype)
    return _same_part(shadows[first][1], a, _address(a) - first)


def shadow_add(shadows: dict[int, Any], x: Any, g: Any) -> Any:
    """Add to the cotangents of all arrays that a value is or holds; what is left is its numbers'.

    >>> a, shadows = np.ones(2), {}
    >>> shadow_add(shadows, [a, 7.0, a], [1.0, 2.0, np.array([0.0, 5.0])])
    [0.0, 2.0, 0.0]
    >>> shadow(shadows, a)
    array([1., 6.])
    """
    if _is_zero(g):
        return g
    if isinstance(x, np.ndarray):
        if x.dtype.kind not in "biu":  # no derivative flows through whole numbers
            held = shadow(shadows, x)
            held += g
        return 0.0
    if _is_object(x):
        d, held = vars(_numbers(shadows, x)), _fields(x)
        given = fields_of(g)
        _check(given.keys() <= held.keys(), x)
        for name, part in given.items():
            left = shadow_add(shadows, held[name], part)
            d[name] = accumulate(d.get(name, 0.0), left)
        return 0.0
    return _each(x, g, lambda part, d: shadow_add(shadows, part, d))


def shadow_take(shadows: dict[int, Any], x: Any, d: Any = None) -> Any:
    """Take the cotangent of an array (or of all that something holds) that comes to be here.

    In place of an array there may be a number, with the cotangent `d`. Zeros are left: where the
    array is a view after all, what it is made of gets this back.

    >>> a, shadows = np.ones(2), {}
    >>> shadow(shadows, a)[...] += 3.0
    >>> shadow_take(shadows, a), shadow(shadows, a)
    (array([3., 3.]), array([0., 0.]))
    """
    if isinstance(x, np.ndarray):
        held = shadow(shadows, x)
        taken = held.copy()
        held[...] = 0.0
        return taken
    if isinstance(x, (int, float, str)) or x is None:
        return 0.0 if d is None else d
    if _is_object(x):
        own = vars(_numbers(shadows, x))
        fields = _fields(x).items()
        parts = {name: shadow_take(shadows, e, own.get(name, 0.0)) for name, e in fields}
        own.update(dict.fromkeys(own, 0.0))
        return types.SimpleNamespace(**parts)
    return _each(x, 0.0 if d is None else d, lambda part, g: shadow_take(shadows, part, g))


def shadow_changed(shadows: dict[int, Any], x: Any, d: Any) -> Any:
    """The cotangent of what `x += v` gives, which may be an array or a number, but no list.

    >>> shadow_changed({}, 2.0, 5.0)
    5.0
    """
    if isinstance(x, (list, dict)):
        raise not_followed(
            f"the adjoint relies on an array or a number where the function changes a "
            f"{type(x).__name__} in place; call a method of it, or make a new one"
        )
    return shadow_take(shadows, x, d)


def shadow_item(shadows: dict[int, Any], x: Any, item: Any, d: Any) -> Any:
    """The cotangent of `x[i]`, of which only an array makes another array (by an index).

    >>> a, shadows = np.ones(2), {}
    >>> shadow(shadows, a)[...] += 3.0
    >>> shadow_item(shadows, [a], a, 0.0), shadow_item(shadows, a, a[[1]], 0.0)
    (0.0, array([0.]))
    """
    return shadow_take(shadows, item, d) if isinstance(x, np.ndarray) else d


def shadow_or(shadows: dict[int, Any], x: Any, d: Any) -> Any:
    """The cotangent of an array or object; of anything else the one that it has of its own.

    >>> shadow_or({}, np.ones(2), 0.0), shadow_or({}, [1.0], [5.0])
    (array([0., 0.]), [5.0])
    """
    return shadow(shadows, x) if isinstance(x, np.ndarray) or _is_object(x) else d


def contents(x: Any) -> Any:
    """What a value is or holds, as it is now: the very arrays, in containers of their own.

    >>> a, b = np.ones(1), np.zeros(1)
    >>> xs = [a, (b, 2.0)]
    >>> kept = contents(xs)
    >>> xs.pop()
    (array([0.]), 2.0)
    >>> kept[1][0] is b
    True
    """
    if _is_object(x):
        fields = {name: contents(e) for name, e in _fields(x).items()}
        return types.SimpleNamespace(**fields, **{"()": _owner(x)})  # among them the object
    return _each(x, x, lambda part, _: contents(part))


def _is_object(x: Any) -> bool:
    """Whether a value is an object that keeps what it holds in fields."""
    if isinstance(x, (np.ndarray, int, float, complex, str)) or x is None or hasattr(x, "dtype"):
        return False
    if isinstance(x, (list, tuple, dict)) or _held_by(x):
        return False
    return bool(fields_of(x)) or (hasattr(x, "__dict__") and not callable(x))


def _owner(x: Any) -> Any:
    """The object itself, of what it held once."""
    return vars(x).get("()", x) if isinstance(x, types.SimpleNamespace) else x


def _fields(x: Any) -> dict[str, Any]:
    """The fields of an object, or those that it had once.

    Raises:
        NotDifferentiable: a function in one of them holds the object: there is no end of it.
    """
    fields = {name: e for name, e in fields_of(x).items() if name != "()"}
    for name, e in fields.items():
        if callable(e) and any(held is x for held in _held_by(e).values()):
            raise not_followed(
                f"what a {type(x).__name__} holds is written in place, and `{name}` in it holds "
                "the object itself; make that a method of the class, or assign new arrays"
            )
    return fields


def _numbers(shadows: dict[int, Any], x: Any) -> Any:
    """The cotangent of the numbers in the fields of an object."""
    x = _owner(x)
    if id(x) not in shadows:
        shadows[id(x)] = x, types.SimpleNamespace()
    d = shadows[id(x)][1]
    for name in fields_of(x):
        vars(d).setdefault(name, 0.0)
    return d


def _each(x: Any, d: Any, of: Any) -> Any:
    """What a function makes of each part of a value and of its cotangent, in the form of that.

    Of what has no parts it is the cotangent itself.
    """
    parts = _parts_of(x)
    if isinstance(parts, list):
        listed = d if hasattr(d, "__len__") else [0.0] * len(parts)
        _check(len(listed) == len(parts), x)
        return [of(item, g) for item, g in zip(parts, listed, strict=True)]
    if parts is None:
        _check(d is x or not isinstance(d, (list, dict, types.SimpleNamespace)), x)
        return d
    given = vars(d) if isinstance(d, types.SimpleNamespace) else d if isinstance(d, dict) else {}
    _check(all(key in parts or _is_zero(part) for key, part in given.items()), x)
    return {key: of(item, given.get(key, 0.0)) for key, item in parts.items()}


def _is_zero(d: Any) -> bool:
    """Whether the cotangent of something is that of what is there no more, or not yet."""
    return d is None or (isinstance(d, float) and d == 0.0)


def _parts_of(x: Any) -> Any:
    """What a value holds: a list, or a dict by key or name; None of what holds nothing."""
    if isinstance(x, (np.ndarray, int, float, str)) or x is None:
        return None
    if isinstance(x, (list, tuple, type({}.values()), type({}.items()))):
        return list(x)
    return x if isinstance(x, dict) else _held_by(x) or None


def _held_by(f: Any) -> dict[str, Any]:
    """What a function holds, by the names that its cotangent has for it; nothing for others."""
    if type(f).__module__ == "functools" and hasattr(f, "keywords"):  # a partial function
        given = {str(i): arg for i, arg in enumerate(f.args)}
        return {**f.keywords, **given, "()": f.func}
    if isinstance(f, types.MethodType):
        return {"self": f.__self__}
    if not isinstance(f, types.FunctionType):
        return {}
    cells = zip(f.__code__.co_freevars, f.__closure__ or (), strict=True)
    defaults, code = f.__defaults__ or (), f.__code__
    last = code.co_varnames[code.co_argcount - len(defaults) : code.co_argcount]
    held = {**dict(zip(last, defaults, strict=True)), **(f.__kwdefaults__ or {})}
    held |= {name: cell.cell_contents for name, cell in cells if _is_bound(cell)}
    return {name: value for name, value in held.items() if value is not f}


def _is_bound(cell: Any) -> bool:
    """Whether the variable of a cell has a value."""
    try:
        return cell.cell_contents is not cell
    except ValueError:
        return False


def _check(agrees: bool, x: Any) -> None:
    """Raise where a value is not what its cotangent is of."""
    if not agrees:
        raise not_followed(
            f"a {type(x).__name__} may hold arrays that are written in place, and others by the "
            "time that its adjoint runs, or what cannot be looked into; make a list of it, or put "
            "copies (`.copy()`) into it"
        )


def _is_real_part(a: Any, root: Any, offset: int) -> bool:
    """Whether an array holds real parts of complex numbers.

    Their cotangents are real parts, too; those of imaginary parts have another sign.
    """
    steps = [stride for stride, size in zip(a.strides, a.shape, strict=True) if size > 1]
    halves = root.dtype.kind == "c" and a.dtype.kind == "f" and 2 * a.itemsize == root.itemsize
    return halves and all(step % root.itemsize == 0 for step in (offset, *steps))


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
