"""What is refused is refused at decoration, even where names are still to be defined."""

from __future__ import annotations

import builtins
import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from types import CellType, FunctionType
from typing import Any

from adjoint.transform.analysis import lowered_function
from adjoint.transform.source import names_in

_put_off = ContextVar("_put_off", default=False)


@contextlib.contextmanager
def put_off() -> Iterator[None]:
    """Let decorated functions be made without a look at them; what is refused is refused later."""
    token = _put_off.set(True)
    try:
        yield
    finally:
        _put_off.reset(token)


def is_put_off() -> bool:
    """Whether functions are made without a look at them."""
    return _put_off.get()


def check_accepted(fn: FunctionType) -> None:
    """Raise what is known to be refused before the function is first used.

    Names that are not defined yet may be defined by the time the function is used.

    Raises:
        UnsupportedSyntax: a construct is not accepted.
        SourceNotFound: there is no source.
    """
    outside = {name: _later for name in names_in(fn.__code__) if not hasattr(builtins, name)}
    cells = tuple(_filled(cell) for cell in fn.__closure__ or ())
    complete = FunctionType(
        fn.__code__, {**outside, **fn.__globals__}, fn.__name__, fn.__defaults__, cells
    )
    complete.__kwdefaults__ = fn.__kwdefaults__
    complete.__annotations__ = fn.__annotations__
    complete.__qualname__ = fn.__qualname__
    lowered_function(complete)


def _later(*args: Any, **kwargs: Any) -> Any:
    """Stands for what is still to be defined."""
    raise NotImplementedError("this is never called")


def _filled(cell: CellType) -> CellType:
    try:
        cell.cell_contents  # noqa: B018 - raises where nothing was assigned yet
    except ValueError:
        return CellType(_later)
    return cell
