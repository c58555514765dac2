"""The user's own function on arrays of another home: the same code, with `np` bound there."""

from __future__ import annotations

import types
from types import FunctionType, ModuleType
from typing import Any

from adjoint.runtime import home


def rebound(fn: FunctionType, namespace: ModuleType) -> FunctionType:
    """The function with the NumPy modules and functions that it reads replaced.

    Functions of the user's that it calls are rebound too, when they are called.
    """
    seen: dict[int, FunctionType] = {}
    return _rebound(fn, namespace, seen)


def _rebound(fn: FunctionType, namespace: ModuleType, seen: dict[int, FunctionType]) -> FunctionType:
    if id(fn) in seen:
        return seen[id(fn)]
    moved_globals = dict(fn.__globals__)
    made = FunctionType(fn.__code__, moved_globals, fn.__name__, fn.__defaults__, None
                        if fn.__closure__ is None else tuple(  # fmt: skip
                            types.CellType(_moved(c.cell_contents, namespace, seen))
                            for c in fn.__closure__))  # fmt: skip
    made.__kwdefaults__ = fn.__kwdefaults__
    seen[id(fn)] = made
    for name in _names(fn.__code__):
        if name in moved_globals:
            moved_globals[name] = _moved(moved_globals[name], namespace, seen)
    return made


def _names(code: types.CodeType) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _names(constant)
    return names


def _moved(value: Any, namespace: ModuleType, seen: dict[int, FunctionType]) -> Any:
    if isinstance(value, FunctionType) and value.__module__.partition(".")[0] != "numpy":
        return _rebound(value, namespace, seen)
    return home.counterpart(value, namespace)
