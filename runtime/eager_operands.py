"""Operands brought to one type, and the makers of operators and methods of them."""

# Arrays are of many classes, and so is `self` here: both are Any.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from adjoint.runtime import dtypes
from adjoint.runtime.eager import Op, operation
from adjoint.runtime.eager_results import settled
from adjoint.runtime.graph import TensorCore, plain

if TYPE_CHECKING:
    from adjoint.runtime.tensor import Tensor

NUMBERS = (bool, int, float, complex)
CAST = operation("ndarray.astype", "ToCopyBackward0")


def pair(x: Any, other: Any) -> tuple[Any, Any] | None:
    """Brings two operands to one type, as PyTorch does; None where `other` is no operand.

    Python numbers stay as they are: they adapt to the other operand.
    """
    if isinstance(other, np.generic):
        other = other.item()
    if isinstance(other, NUMBERS):
        dtype = x._data.dtype
        if dtype.kind not in "fc" or other.__class__ is complex:
            x = cast(x, dtypes.result_dtype([x._data], [other]))
        return x, other
    if not isinstance(other, TensorCore):
        if not hasattr(other, "dtype"):
            return None
        dtypes.of(other.dtype)
        other = plain(type(x), other)
    if x._data.dtype != other._data.dtype:
        dtype = dtypes.result_dtype([x._data, other._data])
        return cast(x, dtype), cast(other, dtype)
    return x, other


def as_float(x: Any) -> Tensor:
    """Converts integers to the default floating point type."""
    return x if x._data.dtype.kind in "fc" else cast(x, dtypes.get_default_dtype().dtype)


def cast(x: Any, dtype: np.dtype[Any]) -> Tensor:
    """Converts a tensor, recorded; the same tensor where it has the type already."""
    return x if x._data.dtype == dtype else CAST(x, dtype, True)


def _mismatch(x: Any, y: Any) -> RuntimeError:
    """Words the complaint about two shapes that do not go together."""
    a, b = np.shape(getattr(x, "_data", x)), np.shape(getattr(y, "_data", y))
    for k in range(1, min(len(a), len(b)) + 1):
        if a[-k] != b[-k] and 1 not in (a[-k], b[-k]):
            axis = max(len(a), len(b)) - k
            return RuntimeError(
                f"The size of tensor a ({a[-k]}) must match the size of tensor b ({b[-k]}) at "
                f"non-singleton dimension {axis}"
            )
    return RuntimeError(f"shapes {a} and {b} do not go together")


def binary(op: Op, x: Any, other: Any, swap: bool = False) -> Tensor:
    """Applies a primitive of two operands; NotImplemented where the other is no operand."""
    operands = pair(x, other)
    if operands is None:
        return NotImplemented
    x, other = operands
    try:
        return op(other, x) if swap else op(x, other)
    except ValueError:
        raise _mismatch(x, other) from None


def compare(ufunc: np.ufunc) -> Callable[[Any, Any], Any]:
    """Makes a comparison: a bool tensor without history."""

    def method(self: Any, other: object) -> Tensor:
        operands = pair(self, other)
        if operands is None:
            return NotImplemented
        x, y = operands
        try:
            return settled(type(self), ufunc(x._data, getattr(y, "_data", y)))
        except ValueError:
            raise _mismatch(x, y) from None

    method.__name__ = ufunc.__name__
    method.__doc__ = f"Compares element by element: {ufunc.__name__}."
    return method


def operator(op: Op, swap: bool = False) -> Callable[[Any, Any], Any]:
    """Makes an operator of two operands."""

    def method(self: Any, other: Any) -> Tensor:
        return binary(op, self, other, swap)

    method.__name__ = op.rule.name.rpartition(".")[2]
    method.__doc__ = f"Applies {op.rule.name} element by element."
    return method


def unary(op: Op, to_float: bool = False) -> Callable[[Any], Any]:
    """Makes a method without arguments; `to_float` first converts integers."""

    def method(self: Any) -> Tensor:
        return op(as_float(self) if to_float else self)

    method.__name__ = op.rule.name.rpartition(".")[2]
    method.__doc__ = f"Applies {op.rule.name} element by element."
    return method


def bitwise(ufunc: np.ufunc) -> Callable[[Any, Any], Any]:
    """Makes an operator of bool or integer tensors, which have no history."""

    def method(self: Any, other: Any) -> Tensor:
        operands = pair(self, other)
        if operands is None:
            return NotImplemented
        x, y = operands
        return settled(type(self), ufunc(x._data, getattr(y, "_data", y)))

    method.__name__ = ufunc.__name__
    method.__doc__ = f"Applies np.{ufunc.__name__} element by element."
    return method


def verdict(ufunc: np.ufunc) -> Callable[[Any], Any]:
    """Makes a method that gives a bool tensor."""

    def method(self: Any) -> Tensor:
        return settled(type(self), ufunc(self._data))

    method.__name__ = ufunc.__name__
    method.__doc__ = f"Tests each element: {ufunc.__name__}."
    return method


def float_operator(op: Op) -> Callable[[Any, Any], Any]:
    """Makes a method of two operands whose result is never whole."""

    def method(self: Any, other: Any) -> Tensor:
        operands = pair(self, other)
        if operands is None:
            return NotImplemented
        x, y = operands
        return binary(op, as_float(x), as_float(y) if isinstance(y, TensorCore) else y)

    method.__name__ = op.rule.name.rpartition(".")[2]
    method.__doc__ = f"Applies {op.rule.name} element by element."
    return method
