"""The double's module: what `np` is bound to when the arrays are the double's."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from .array import StrictArray
from .calls import DeviceError, call_function, call_ufunc, host_of
from .names import LACKING


class StrictUfunc:
    """A ufunc of CuPy's: called on arrays and numbers, and with `at` for scattering."""

    def __init__(self, ufunc: np.ufunc) -> None:
        """Takes the ufunc of NumPy's that computes."""
        self.ufunc = ufunc
        self.__name__ = ufunc.__name__

    def __call__(self, *inputs: Any, **kwargs: Any) -> Any:
        """Elementwise; the result is on the device, even of numbers."""
        return call_ufunc(self.ufunc, inputs, kwargs)

    def at(self, a: Any, indices: Any, b: Any = None) -> None:
        """Scatters into `a`, real numbers only."""
        if not isinstance(a, StrictArray) or a._host.dtype.kind == "c":
            raise DeviceError(f"{self.__name__}.at: an array of real numbers on the device")
        if not isinstance(b, StrictArray | float | int | np.generic):
            raise DeviceError(f"Unsupported type {type(b)}")
        parts = indices if isinstance(indices, tuple) else (indices,)
        bare = tuple(p._host if isinstance(p, StrictArray) else p for p in parts)
        operand = b._host if isinstance(b, StrictArray) else b
        self.ufunc.at(a._host, bare if isinstance(indices, tuple) else bare[0], operand)

    def reduce(self, a: Any, **kwargs: Any) -> Any:
        """Reduces one array."""
        return call_ufunc(self.ufunc, (a,), kwargs, "reduce")

    def outer(self, a: Any, b: Any) -> Any:
        """Every pair of two arrays' elements."""
        return call_ufunc(self.ufunc, (a, b), {}, "outer")


class Namespace(ModuleType):
    """A module whose attributes are NumPy's, taught CuPy's manners, where CuPy has them."""

    def __init__(self, name: str, source: Any, prefix: str = "") -> None:
        """Mirrors a module of NumPy's; `prefix` is how its names are listed as lacking."""
        super().__init__(name)
        self._source, self._prefix = source, prefix

    def __getattr__(self, name: str) -> Any:
        """A function, class or constant; what CuPy lacks is not there."""
        full = self._prefix + name
        if name.startswith("__") or full in LACKING:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = _mirrored(getattr(self._source, name), full)
        setattr(self, name, value)
        return value


def _mirrored(value: Any, name: str) -> Any:
    if isinstance(value, np.ufunc):
        return StrictUfunc(value)
    if value is np.ndarray:
        return StrictArray
    if isinstance(value, type) or not callable(value):
        return value

    def function(*args: Any, **kwargs: Any) -> Any:
        return call_function(name, value, args, kwargs)

    function.__name__ = function.__qualname__ = name.rpartition(".")[2]
    function.__doc__ = value.__doc__
    return function


def _asnumpy(a: Any) -> Any:
    return a.get() if isinstance(a, StrictArray) else np.asarray(a)


def _broadcast(*operands: Any) -> SimpleNamespace:
    """What arrays and numbers have in common, as far as CuPy's class has it and the host knows."""
    found = np.broadcast(*map(host_of, operands))
    return SimpleNamespace(shape=found.shape, size=found.size, nd=found.nd)


strict = Namespace("strict", np)
vars(strict).update(
    linalg=Namespace("strict.linalg", np.linalg, "linalg."),
    fft=Namespace("strict.fft", np.fft, "fft."),
    asnumpy=_asnumpy,
    broadcast=_broadcast,
)
