"""Cotangents of the elements of lists and dicts, as these are changed and put together.

The cotangent of a whole container, or of an element, may be the number zero.
"""

from __future__ import annotations

import types
from typing import Any

from .refusals import not_followed
from .structures import accumulate, own


def listed(d: Any, like: Any = ()) -> Any:
    """The cotangent of a list as a list: of zeros, where it is zero.

    >>> listed(0.0, [3.0, 4.0]), listed([1.0])
    ([0.0, 0.0], [1.0])
    """
    return d if hasattr(d, "__len__") else [0.0] * len(like)


def entry(d: Any, key: Any) -> Any:
    """An element of the cotangent of a container, or a field of that of an object.

    >>> entry([1.0, 2.0], 1), entry(0.0, "name")
    (2.0, 0.0)
    """
    if isinstance(d, (int, float)):
        return 0.0
    if isinstance(d, (list, tuple)):
        return d[key]
    return d.get(key, 0.0) if isinstance(d, dict) else getattr(d, key)


def entries_of(d: Any) -> dict[Any, Any]:
    """The entries of the cotangent of a dict, in a dict of their own."""
    return dict(d) if isinstance(d, dict) else {}


def take_entry(d: dict[Any, Any], key: Any) -> Any:
    """The cotangent of an entry that replaces an earlier one, which had no effect.

    >>> d = {"a": 2.0}
    >>> take_entry(d, "a"), d
    (2.0, {'a': 0.0})
    """
    taken = d.get(key, 0.0)
    d[key] = 0.0
    return taken


def take_entries(d: dict[Any, Any], keys: Any) -> dict[Any, Any]:
    """The cotangents of the entries of a dict that was put into another one.

    >>> d = {"a": 2.0, "b": 3.0}
    >>> take_entries(d, {"a": 5.0}), d
    ({'a': 2.0}, {'a': 0.0, 'b': 3.0})
    """
    return {key: take_entry(d, key) for key in keys}


def add_entry(d: dict[Any, Any], key: Any, g: Any, like: Any) -> None:
    """Adds to the cotangent of an entry, if there is such an entry."""
    if key in like:
        d[key] = accumulate(d.get(key), g)


def add_into(d: Any, g: Any) -> None:
    """Adds to the cotangent of an array, list, dict or object, in place.

    >>> d = [1.0, [2.0]]
    >>> add_into(d, [3.0, [4.0]])
    >>> d
    [4.0, [6.0]]
    """
    if isinstance(d, list):
        d[:] = accumulate(d, g)
    elif isinstance(d, dict):
        d.update(accumulate(d, g))
    elif isinstance(d, types.SimpleNamespace):
        vars(d).update(vars(accumulate(d, g)))
    else:
        d += g


def add_field(d: Any, name: str, g: Any, like: Any) -> None:
    """Adds to the cotangent of an attribute of an object, which must be kept by the object itself.

    Raises:
        AttributeError: the attribute is computed, so that its cotangent belongs to other ones.
        NotFollowed: it is one of a number or an array: a method that is used as a value.
    """
    if hasattr(like, "dtype") or isinstance(like, int | float | complex):
        raise not_followed(
            f"`{name}` of a {type(like).__name__} is used as a value here, and a derivative flows "
            "through it; call it where it is read, or make a `lambda` of it"
        )
    fields = getattr(type(like), "_fields", ())
    if isinstance(d, list) and name in fields:
        position = fields.index(name)
        d[position] = accumulate(d[position], g)
    elif hasattr(d, name):
        setattr(d, name, accumulate(getattr(d, name), g))
    elif hasattr(getattr(type(like), name, None), "__get__") or not hasattr(type(like), name):
        raise AttributeError(
            f"`{name}` of a {type(like).__name__} is computed when it is read, and what it is "
            "computed from is not seen; read the attributes that keep the values"
        )


def keyed(g: Any, like: Any) -> dict[Any, Any]:
    """The cotangent of a dict from those of its values, in order.

    >>> keyed([1.0, 2.0], {"a": 5.0, "b": 6.0})
    {'a': 1.0, 'b': 2.0}
    """
    return dict(zip(like, listed(g, like), strict=True))


def unzip(g: Any, i: int, like: Any) -> list[Any]:
    """The cotangents of the elements of `like`, of which `zip` made the i-th parts of tuples.

    >>> unzip([[1.0, 2.0]], 1, [5.0, 6.0])
    [2.0, 0.0]
    """
    parts = [entry(e, i) for e in listed(g)]
    return parts + [0.0] * (len(like) - len(parts))


def unsorted(g: Any, like: Any, key: Any = None, reverse: bool = False) -> list[Any]:
    """The cotangents of the elements of a list that was sorted.

    >>> unsorted([1.0, 2.0], [7.0, 3.0])
    [2.0, 1.0]
    """
    values = list(like) if key is None else [key(e) for e in like]
    order = sorted(range(len(values)), key=values.__getitem__, reverse=reverse)
    d: list[Any] = [0.0] * len(values)
    for position, part in zip(order, listed(g, values), strict=True):
        d[position] = part
    return d


def fold(g: Any, like: Any) -> list[Any]:
    """The cotangents of the elements of a list that was repeated.

    >>> fold([1.0, 2.0, 3.0, 4.0], ["a", "b"])
    [4.0, 6.0]
    """
    g = listed(g)
    d: list[Any] = [0.0] * len(like)
    for position, part in enumerate(g):
        d[position % len(like)] = accumulate(d[position % len(like)], part)
    folded: list[Any] = own(d)
    return folded


def refill(d: Any, new: Any) -> None:
    """Gives a list, dict or object other contents, in place."""
    if isinstance(d, dict):
        kept = dict(new)
        d.clear()
        d.update(kept)
    elif isinstance(d, list):
        d[:] = new
    else:
        vars(d).update(vars(new))


def put_back(d: list[Any], i: int, g: Any) -> None:
    """Undoes `pop(i)` for the cotangent of a list.

    >>> d = [1.0, 3.0]
    >>> put_back(d, -2, 2.0)
    >>> d
    [1.0, 2.0, 3.0]
    """
    d.insert(i if i >= 0 else len(d) + 1 + i, g)


def take_inserted(d: list[Any], i: int) -> Any:
    """Undoes `insert(i, v)` for the cotangent of a list; gives that of `v`.

    >>> d = [1.0, 2.0, 3.0]
    >>> take_inserted(d, -1), d
    (2.0, [1.0, 3.0])
    """
    before = len(d) - 1
    return d.pop(max(0, before + i) if i < 0 else min(i, before))


def take_slice(d: list[Any], index: slice, old: Any, new: Any) -> list[Any]:
    """Undoes `xs[index] = new` for the cotangent of a list; gives that of `new`.

    >>> d = [1.0, 2.0, 3.0]
    >>> take_slice(d, slice(0, 1), [7.0, 8.0], [5.0, 6.0]), d
    ([1.0, 2.0], [0.0, 3.0])
    """
    replaced = range(len(old))[index]
    if replaced.step == 1:
        index = slice(replaced.start, replaced.start + len(new))
    taken = d[index]
    d[index] = [0.0] * len(replaced)
    return taken
