"""What is refused is refused at decoration, even where names are still to be defined."""

from __future__ import annotations

import builtins
import contextlib
import dis
from collections.abc import Iterator
from contextvars import ContextVar
from types import CellType, CodeType, FunctionType
from typing import Any

from adjoint.runtime.errors import NotDifferentiable
from adjoint.transform.analysis import lowered_function
from adjoint.transform.guards import guards_of
from adjoint.transform.kept import kept_on
from adjoint.transform.world import World

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

    Names that are not defined yet may be defined by the time the function is used. Where all are,
    what was found is kept for that time.

    Raises:
        UnsupportedSyntax: a construct is not accepted.
        SourceNotFound: there is no source.
    """
    kept, code = kept_on(fn), fn.__code__
    if kept.accepted is code:
        return
    named = {name for name in _globals_in(code) if not hasattr(builtins, name)}
    missing, cells = named - fn.__globals__.keys(), fn.__closure__ or ()
    if missing or not all(map(_is_filled, cells)):
        lowered_function(_completed(fn, missing))
    else:
        world = World()
        world.callees.of(fn)
        with contextlib.suppress(NotDifferentiable):  # it reads a tensor: that is said when called
            kept.known = world, guards_of(world.callees)
    kept.accepted = code


def _completed(fn: FunctionType, missing: set[str]) -> FunctionType:
    """The function with something to stand for each name that is still to be defined."""
    names = {**fn.__globals__, **dict.fromkeys(missing, _later)}
    cells = tuple(c if _is_filled(c) else CellType(_later) for c in fn.__closure__ or ())
    made = FunctionType(fn.__code__, names, fn.__name__, fn.__defaults__, cells)
    made.__kwdefaults__ = fn.__kwdefaults__
    made.__annotations__ = fn.__annotations__
    made.__qualname__ = fn.__qualname__
    return made


def _globals_in(code: CodeType) -> Iterator[str]:
    """The global names that code reads, in the functions inside it too."""
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield step.argval
        elif isinstance(step.argval, CodeType):
            yield from _globals_in(step.argval)


def _later(*args: Any, **kwargs: Any) -> Any:
    """Stands for what is still to be defined."""
    raise NotImplementedError("this is never called")


def _is_filled(cell: CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018 - raises where nothing was assigned yet
    except ValueError:
        return False
    return True
