"""Functions that are kept in what they hold: what is written there later cannot be told apart.

    d["f"] = lambda v: v * d["k"]        d -> f -> d

The cotangent of a function is a dict of those of what it holds, which go back where the function
was made. If it is found through the very thing that it holds, they come too late for all that was
put there in the meantime.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Iterable, Iterator
from typing import Any

from adjoint.runtime.errors import NotDifferentiable
from adjoint.runtime.helpers.structures import fields_of

_PLAIN = (str, bytes, int, float, complex, type(None), types.ModuleType, type)


def refuse_tied(function: Any, held: Iterable[Any]) -> None:
    """Refuse a function or method that is found again in what it holds.

    It may be held by functions alone (`transform.mutual`).

    Raises:
        NotDifferentiable: it is.
    """
    seen: set[int] = set()
    pending = list(_beyond_functions(held))
    while pending:
        value = pending.pop()
        if value is function or (isinstance(value, types.MethodType) and value == function):
            name = getattr(function, "__name__", repr(function))
            raise NotDifferentiable(
                f"{name}() is kept in what it reads, and is called as a value, so that changes of "
                "that cannot be told from what it read; let it take what it reads as an argument, "
                "or choose it by `if` where it is called"
            )
        if id(value) not in seen and not isinstance(value, _PLAIN) and not hasattr(value, "dtype"):
            seen.add(id(value))
            pending += _parts(value)


def _beyond_functions(held: Iterable[Any]) -> Iterator[Any]:
    """What is in what a function holds, and in what the functions among it hold, and so on."""
    seen: set[int] = set()
    pending = list(held)
    while pending:
        value = pending.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, types.FunctionType):
            pending += _parts(value)
        else:
            yield from _parts(value)


def _parts(value: Any) -> Iterator[Any]:
    """What a container, an object or a function holds."""
    if isinstance(value, list | tuple):
        yield from value
    elif isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, types.MethodType):
        yield value.__self__
    elif isinstance(value, functools.partial):
        yield from (value.func, *value.args, *value.keywords.values())
    elif isinstance(value, types.FunctionType):
        yield from value.__defaults__ or ()
        for cell in value.__closure__ or ():
            try:
                yield cell.cell_contents
            except ValueError:
                continue
    else:
        yield from fields_of(value).values()
