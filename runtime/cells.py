"""Variables that functions share, as emitted code keeps them: what Python does in cells.

    def f(v): return v * k               f = lambda v: v * k_cell.value
    fs = [f]                      ->     fs = [f]
    k = 2.0                              k_cell.value = 2.0

Where such a function is found when the program runs, its adjoint must reach the variable that it
read: the cotangent is kept beside the value.
"""

from __future__ import annotations

import functools
import threading
import types
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from adjoint.runtime.errors import NotDifferentiable
from adjoint.runtime.helpers.structures import accumulate

_UNCHANGING = (bool, int, float, complex, str, bytes, tuple, frozenset, np.generic, type(None))


class Cell:
    """A variable of a function that the functions made inside it read when they are called.

    Forward mode keeps the tangent beside the value. Reverse sweeps add to the cotangent, and take
    it where the variable was bound: after a whole sweep, which ends where the cell was made,
    nothing is left. Each sweep has its own: others run in other threads, or an error ended them.
    """

    __slots__ = ("cotangents", "tangent", "value")

    def __init__(self, *value: Any) -> None:
        """Makes a cell; without a value, the variable is not bound yet."""
        self.cotangents: dict[tuple[int, object], Any] = {}
        self.tangent: Any = 0.0
        if value:
            (self.value,) = value

    def __getattr__(self, name: str) -> Any:
        """There is no value yet, or it was deleted.

        Raises:
            NameError: as Python does.
        """
        if name == "value":
            raise NameError("a variable is read before it is assigned")
        raise AttributeError(name)

    @property
    def plain(self) -> Any:
        """The value, which `+=` is about to replace.

        Raises:
            NotDifferentiable: it would be changed in place.
        """
        if not isinstance(self.value, _UNCHANGING):
            raise NotDifferentiable(
                f"an augmented assignment changes a {type(self.value).__name__} in place that "
                "functions made inside share; write `name = name + ...`"
            )
        return self.value

    def add(self, d: Any) -> None:
        """Add to the cotangent, where the variable was read."""
        key = _sweep()
        self.cotangents[key] = accumulate(self.cotangents.get(key, 0.0), d)

    def take(self) -> Any:
        """The cotangent of what was bound here; of what the variable was before, none is known."""
        return self.cotangents.pop(_sweep(), 0.0)


_sweeps: ContextVar[object] = ContextVar("sweep", default=None)


@contextmanager
def sweep_of_its_own() -> Iterator[None]:
    """A pullback that users call: cells keep what it adds apart from what other sweeps do."""
    before = _sweeps.set(object())
    try:
        yield
    finally:
        _sweeps.reset(before)


def _sweep() -> tuple[int, object]:
    """What tells the sweeps apart that may add to one cell."""
    return threading.get_ident(), _sweeps.get()


def holds_cells(function: Any, depth: int = 8) -> bool:
    """Whether a function holds such variables, itself or through functions that it holds."""
    if isinstance(function, Cell):
        return True
    if depth == 0:
        return False
    held: tuple[Any, ...] = ()
    if isinstance(function, types.FunctionType):
        held = tuple(map(_contents, function.__closure__ or ()))
        held += (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    elif isinstance(function, functools.partial):
        held = (function.func, *function.args, *function.keywords.values())
    return any(
        holds_cells(one, depth - 1) for one in held
        if isinstance(one, Cell | types.FunctionType | functools.partial)
    )  # fmt: skip


def _contents(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not bound yet
        return None
