"""The user's own code on arrays of another home: the same code, with NumPy's names bound there."""

from __future__ import annotations

import dis
import functools
import sys
import weakref
from collections.abc import Callable, Iterable
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from adjoint.runtime import home
from adjoint.runtime.errors import AdjointError
from adjoint.transform.source import names_in

_KEPT: weakref.WeakKeyDictionary[FunctionType, dict[int, FunctionType]] = (
    weakref.WeakKeyDictionary()
)
_ORIGINALS: weakref.WeakKeyDictionary[FunctionType, FunctionType] = weakref.WeakKeyDictionary()
_NOT_USERS = sys.stdlib_module_names | {"numpy", "cupy", "adjoint"}


class _Globals(dict[str, Any]):
    """A function's globals, still live, read as code of another home reads them.

    Python looks a global name up by `__getitem__` where the globals are no plain dict.
    """

    def __init__(self, original: dict[str, Any], namespace: ModuleType) -> None:
        super().__init__({k: v for k, v in original.items() if k.startswith("__")})
        self.original = original
        self.namespace = namespace

    def __getitem__(self, name: str) -> Any:
        return moved(self.original[name], self.namespace)


def rebound(fn: FunctionType, namespace: ModuleType) -> FunctionType:
    """The function with what it reads of NumPy's replaced; the user's functions it calls likewise.

    Raises:
        AdjointError: the function assigns globals, which would be lost.
    """
    if namespace is np:
        return fn
    kept = _KEPT.setdefault(fn, {})
    if id(namespace) in kept:
        return kept[id(namespace)]
    if assigned := _globals_assigned(fn.__code__):
        raise AdjointError(
            f"{fn.__qualname__}() assigns the global `{assigned[0]}`, which is not done on arrays "
            f"of {namespace.__name__}; return the value instead"
        )
    held = fn.__closure__ or ()
    cells = tuple(CellType() if moves(cell) else cell for cell in held)
    made = FunctionType(
        fn.__code__, _Globals(fn.__globals__, namespace), fn.__name__, fn.__defaults__, cells
    )
    made.__kwdefaults__ = fn.__kwdefaults__
    made.__qualname__ = fn.__qualname__
    kept[id(namespace)] = made
    _ORIGINALS[made] = fn
    for cell, old in zip(cells, held, strict=True):
        if cell is not old:
            cell.cell_contents = moved(old.cell_contents, namespace)
    return made


def original(fn: FunctionType) -> FunctionType:
    """The user's function of which another is the rebound one; itself where there is none."""
    return _ORIGINALS.get(fn, fn)


def moved(value: Any, namespace: ModuleType) -> Any:
    """What a value means to code of another home: functions and modules change, data does not.

    >>> moved(np.sin, np) is np.sin, moved(3.0, np)
    (True, 3.0)
    """
    if _is_users(value):
        return rebound(value, namespace)
    if isinstance(value, functools.partial):
        return functools.partial(moved(value.func, namespace), *value.args, **value.keywords)
    return home.counterpart(value, namespace)


def _is_users(value: Any) -> bool:
    if not isinstance(value, FunctionType):
        return False
    return (value.__module__ or "").partition(".")[0] not in _NOT_USERS


def moves(cell: CellType) -> bool:
    """Whether a captured value has another one in other homes; variables stay shared."""
    try:
        value = cell.cell_contents
    except ValueError:  # not assigned yet: the very cell must be filled later
        return False
    return callable(value) or isinstance(value, ModuleType)


def _globals_assigned(code: CodeType) -> list[str]:
    """The globals that a function's code, or that of a function inside, assigns or deletes."""
    found = [name for name in code.co_names if name in _assigned_here(code)]
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found += _globals_assigned(constant)
    return found


def _assigned_here(code: CodeType) -> set[str]:
    return {
        str(i.argval)
        for i in dis.get_instructions(code)
        if i.opname in ("STORE_GLOBAL", "DELETE_GLOBAL")
    }


def explained(
    run: Callable[..., Any], functions: Iterable[FunctionType], namespace: ModuleType
) -> Callable[..., Any]:
    """The same call, that says which of the user's global arrays live elsewhere when it fails.

    Args:
        run: what to call.
        functions: the user's functions that it runs.
        namespace: the home of its arguments.
    """
    if namespace is np:
        return run
    arrays = {name: value for fn in functions for name, value in arrays_outside(fn).items()}
    names = sorted(n for n, value in arrays.items() if home.namespace_of(value) is np)
    if not names:
        return run

    @functools.wraps(run)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return run(*args, **kwargs)
        except TypeError as error:
            if "ndarray" not in str(error) and "NumPy array" not in str(error):
                raise
            shown = ", ".join(f"`{name}`" for name in names)
            raise home.MixedHomes(
                f"arrays of numpy ({shown}, read by the function) and of {namespace.__name__} (its "
                f"arguments) met: {error}; copy them there once with `{namespace.__name__}."
                "asarray`, and pass them as arguments"
            ) from error

    return call


def arrays_outside(fn: FunctionType) -> dict[str, Any]:
    """The arrays that a function, or one of the user's that it calls, reads outside, by name.

    >>> scale = np.ones(3)
    >>> list(arrays_outside(lambda x: x * scale))
    ['scale']
    """
    found: dict[str, Any] = {}
    seen: list[FunctionType] = []
    pending = [fn]
    while pending:
        one = pending.pop()
        if one in seen:
            continue
        seen.append(one)
        for name, value in _outside(one).items():
            if _is_users(value):
                pending.append(value)
            elif home.is_array(value):
                found[name] = value
    return found


def home_of_call(fn: FunctionType, args: Any, kwargs: Any) -> ModuleType:
    """Where a call runs: where its arguments live, and the device's arrays that it reads outside.

    Raises:
        MixedHomes: these are different places.
    """
    outside = arrays_outside(fn).values()
    there = [array for array in outside if home.namespace_of(array) is not np]
    return home.namespace_of(args, kwargs, there)


def _outside(fn: FunctionType) -> dict[str, Any]:
    """The globals and captured values that a function may read."""
    found = {name: fn.__globals__.get(name) for name in names_in(fn.__code__)}
    for name, cell in zip(fn.__code__.co_freevars, fn.__closure__ or (), strict=True):
        try:
            found[name] = cell.cell_contents
        except ValueError:  # not assigned yet
            continue
    return found
