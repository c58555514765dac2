"""Nested lists, tuples, dicts, named tuples and dataclasses of arrays, seen as their leaves."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np

from adjoint.runtime.helpers.structures import fields_of

Path = tuple[Any, ...]


def leaves(tree: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The leaves of a tree, each with the keys that lead to it.

    >>> [path for path, _ in leaves({"w": [1.0, 2.0], "b": 3.0})]
    [('w', 0), ('w', 1), ('b',)]
    """
    for key, child in _children(tree):
        yield from leaves(child, (*path, key))
    if _is_leaf(tree):
        yield path, tree


def replaced(tree: Any, path: Path, leaf: Any) -> Any:
    """The tree with another leaf at `path`; the tree itself stays as it is.

    >>> replaced({"w": [1.0, 2.0]}, ("w", 1), 5.0)
    {'w': [1.0, 5.0]}
    """
    if not path:
        return leaf
    key, rest = path[0], path[1:]
    child = replaced(_child(tree, key), rest, leaf)
    if isinstance(tree, dict):
        return {k: child if k == key else v for k, v in tree.items()}
    if _is_record(tree):
        out = copy.copy(tree)
        object.__setattr__(out, key, child)
        return out
    if hasattr(tree, "_replace"):
        return tree._replace(**{tree._fields[key]: child})
    return type(tree)(child if i == key else v for i, v in enumerate(tree))


def mapped(function: Any, tree: Any) -> Any:
    """The tree with `function` applied to every leaf."""
    if _is_leaf(tree):
        return function(tree)
    for key, child in _children(tree):
        tree = replaced(tree, (key,), mapped(function, child))
    return tree


def is_differentiable(leaf: Any) -> bool:
    """Whether a leaf is a floating-point or complex number, or an array of such."""
    kind = getattr(getattr(leaf, "dtype", None), "kind", "")
    return kind in ("f", "c") or isinstance(leaf, float | complex)


def duplicate(tree: Any) -> Any:
    """A deep copy in which what was shared stays shared (functions are not copied)."""
    return copy.deepcopy(tree)


def same(a: Any, b: Any) -> bool:
    """Whether two trees agree in structure, types, dtypes, shapes and every value."""
    la, lb = list(leaves(a)), list(leaves(b))
    return (
        type(a) is type(b)
        and [p for p, _ in la] == [p for p, _ in lb]
        and all(_same_leaf(x, y) for (_, x), (_, y) in zip(la, lb, strict=True))
    )


def _same_leaf(x: Any, y: Any) -> bool:
    if isinstance(x, np.ndarray) or isinstance(y, np.ndarray):
        return (
            isinstance(x, np.ndarray)
            and isinstance(y, np.ndarray)
            and x.dtype == y.dtype
            and np.array_equal(x, y, equal_nan=x.dtype.kind in "fc")
        )
    if type(x) is type(y) and hasattr(x, "__dict__") and not callable(x):
        return same(vars(x), vars(y))  # an object of a class of the user's
    return x is y or x == y or callable(x) or repr(x) == repr(y) == "nan"


def _is_leaf(tree: Any) -> bool:
    return not isinstance(tree, list | tuple | dict) and not _is_record(tree)


def _is_record(tree: Any) -> bool:
    if isinstance(tree, type) or callable(tree):
        return False
    made_here = ".corpus." in type(tree).__module__ and not hasattr(tree, "_fields")
    return dataclasses.is_dataclass(tree) or (made_here and hasattr(tree, "__dict__"))


def _children(tree: Any) -> list[tuple[Any, Any]]:
    if isinstance(tree, dict):
        return list(tree.items())
    if isinstance(tree, list | tuple):
        return list(enumerate(tree))
    if _is_record(tree):
        return list(fields_of(tree).items())
    return []


def _child(tree: Any, key: Any) -> Any:
    return getattr(tree, key) if _is_record(tree) else tree[key]
