"""Arithmetic, comparison and functions of single elements, as operators and methods of tensors."""

# Arrays are of many classes, and so is `self` here: both are Any.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from adjoint.runtime import dtypes
from adjoint.runtime.eager import Op, operation
from adjoint.runtime.eager_operands import (
    NUMBERS,
    as_float,
    binary,
    bitwise,
    cast,
    compare,
    float_operator,
    operator,
    pair,
    unary,
    verdict,
)
from adjoint.runtime.eager_pairs import shortcut
from adjoint.runtime.eager_results import settled
from adjoint.runtime.graph import TensorCore
from adjoint.runtime.rules import elementwise

if TYPE_CHECKING:
    from adjoint.runtime.tensor import Tensor


ADD = operation("np.add")
SUB = operation("np.subtract", "SubBackward0")
RSUB = operation("np.subtract", "RsubBackward1")
MUL = operation("np.multiply", "MulBackward0")
DIV = operation("np.divide", "DivBackward0")
REMAINDER = operation("np.remainder", "RemainderBackward1")
REMAINDER_NUMBER = operation("np.remainder", "RemainderBackward0")
RECIPROCAL = operation("np.reciprocal")
NEG = operation("np.negative", "NegBackward0")
SQUARE = operation("np.square", "PowBackward0")
POW_NUMBER = operation("np.power", "PowBackward0")
POW = operation("np.power", "PowBackward1")
NUMBER_POW = operation("np.power", "PowBackward2")
WHERE = operation("np.where")
CLIP = operation("np.clip", forward=np.clip)
ABS = operation("np.absolute", "AbsBackward0")

# Primitives that NumPy has not: their lines are written here, and only here.
RELU = Op(
    elementwise("relu(x)", x="g * (ans > 0)"),
    lambda x: np.maximum(x, 0),
    "ReluBackward0",
)
RSQRT = Op(
    elementwise("rsqrt(x)", x="-0.5 * g * ans * ans * ans"),
    lambda x: np.reciprocal(np.sqrt(x)),
    "RsqrtBackward0",
)
SIGMOID = operation(
    "scipy.special.expit", "SigmoidBackward0", lambda x: np.reciprocal(1 + np.exp(-x))
)
SIGN = Op(elementwise("sign(x)", x="sign_dx(g, x, ans)"), np.sign, "SignBackward0")
FLAT_ROUND = Op(elementwise("round(x, decimals=0)", x="0 * g"), np.round, "RoundBackward0")
FLOOR_DIVIDE = Op(
    elementwise("floor_divide(x, y)", x="0 * g", y="0 * g"),
    np.floor_divide,
    "FloorDivideBackward0",
)


def _filled(x: Any, mask: Any, value: Any) -> Any:
    """`x`, and where the mask is true a number or an array of no axes, in the dtype of `x`."""
    value = value.astype(x.dtype) if hasattr(value, "dtype") else x.dtype.type(value)
    return np.where(mask, value, x)


MASKED_FILL = Op(
    elementwise(
        "masked_fill(x, mask, value)", x="np.where(mask, 0, g)", value="np.where(mask, g, 0)"
    ),
    _filled,
    "MaskedFillBackward0",
)


def steps(name: str, title: str) -> Callable[[Any], Any]:
    """Makes a piecewise constant method: its derivative is zero, and it is recorded as such."""
    function = getattr(np, name)
    op = Op(elementwise(f"{name}(x)", x="0 * g"), function, title)
    return unary(op)


def _refuse_bool(self: Any, other: Any) -> None:
    """Refuses to subtract truth values.

    Raises:
        RuntimeError: in PyTorch's words.
    """
    kinds = [np.asarray(getattr(one, "_data", one)).dtype.kind for one in (self, other)]
    if kinds == ["b", "b"]:
        raise RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. "
            "Use the `^` or `logical_xor()` operator instead."
        )
    if "b" in kinds:
        raise RuntimeError(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying "
            "to invert a mask, use the `~` or `logical_not()` operator instead."
        )


class Elementwise:
    """Operators and functions of corresponding elements."""

    __slots__ = ()

    __add__ = __radd__ = shortcut(ADD, np.add, operator(ADD))
    __mul__ = __rmul__ = shortcut(MUL, np.multiply, operator(MUL))
    __rmod__ = operator(REMAINDER, swap=True)
    __and__ = __rand__ = bitwise(np.bitwise_and)
    __or__ = __ror__ = bitwise(np.bitwise_or)
    __xor__ = __rxor__ = bitwise(np.bitwise_xor)
    __invert__ = verdict(np.invert)
    __eq__ = eq = compare(np.equal)
    __ne__ = ne = compare(np.not_equal)
    __lt__ = lt = compare(np.less)
    __le__ = le = compare(np.less_equal)
    __gt__ = gt = compare(np.greater)
    __ge__ = ge = compare(np.greater_equal)
    __hash__ = object.__hash__

    exp = unary(operation("np.exp"), True)
    exp2 = unary(operation("np.exp2"), True)
    expm1 = unary(operation("np.expm1"), True)
    log = unary(operation("np.log"), True)
    log2 = unary(operation("np.log2"), True)
    log10 = unary(operation("np.log10"), True)
    log1p = unary(operation("np.log1p", "Log1PBackward0"), True)
    sqrt = unary(operation("np.sqrt"), True)
    rsqrt = unary(RSQRT, True)
    sin = unary(operation("np.sin"), True)
    cos = unary(operation("np.cos"), True)
    tan = unary(operation("np.tan"), True)
    asin = arcsin = unary(operation("np.arcsin", "AsinBackward0"), True)
    acos = arccos = unary(operation("np.arccos", "AcosBackward0"), True)
    atan = arctan = unary(operation("np.arctan", "AtanBackward0"), True)
    sinh = unary(operation("np.sinh"), True)
    cosh = unary(operation("np.cosh"), True)
    tanh = unary(operation("np.tanh"), True)
    asinh = arcsinh = unary(operation("np.arcsinh", "AsinhBackward0"), True)
    acosh = arccosh = unary(operation("np.arccosh", "AcoshBackward0"), True)
    atanh = arctanh = unary(operation("np.arctanh", "AtanhBackward0"), True)
    sigmoid = unary(SIGMOID, True)
    reciprocal = unary(RECIPROCAL, True)
    square = unary(SQUARE)
    relu = unary(RELU)
    abs = absolute = __abs__ = unary(ABS)
    sign = unary(SIGN)
    floor = steps("floor", "FloorBackward0")
    ceil = steps("ceil", "CeilBackward0")
    trunc = steps("trunc", "TruncBackward0")
    isnan = verdict(np.isnan)
    isinf = verdict(np.isinf)
    isfinite = verdict(np.isfinite)
    logical_not = verdict(np.logical_not)
    logical_and = compare(np.logical_and)
    logical_or = compare(np.logical_or)
    logical_xor = compare(np.logical_xor)
    maximum = operator(operation("np.maximum"))
    minimum = operator(operation("np.minimum"))
    atan2 = arctan2 = float_operator(operation("np.arctan2", "Atan2Backward0"))
    hypot = float_operator(operation("np.hypot"))
    logaddexp = float_operator(operation("np.logaddexp"))
    fmod = operator(operation("np.fmod", "FmodBackward1"))

    def _subtract(self: Any, other: Any) -> Tensor:
        """Subtracts; two bool tensors have no difference."""
        if self._data.dtype.kind == "b" or other is True or other is False:
            _refuse_bool(self, other)
        return binary(SUB, self, other)

    __sub__ = shortcut(SUB, np.subtract, _subtract)

    def __rsub__(self: Any, other: Any) -> Tensor:
        """Subtracts from `other`."""
        if self._data.dtype.kind == "b" or other is True or other is False:
            _refuse_bool(self, other)
        return binary(RSUB, self, other, swap=True)

    def _divide(self: Any, other: Any) -> Tensor:
        """Divides; what is whole becomes floating point."""
        if self._data.dtype.kind in "biu":
            operands = pair(self, other)
            if operands is None:
                return NotImplemented
            return binary(DIV, as_float(operands[0]), operands[1])
        return binary(DIV, self, other)

    __truediv__ = shortcut(DIV, np.divide, _divide)

    def __rtruediv__(self: Any, other: Any) -> Tensor:
        """Divides `other`: the product of it and the reciprocal, as PyTorch does."""
        if isinstance(other, NUMBERS):
            return RECIPROCAL(as_float(self)) * other
        return binary(DIV, as_float(self), other, swap=True)

    def __floordiv__(self: Any, other: Any) -> Tensor:
        """Divides, rounding down."""
        return _floor_divide(self, other)

    def __rfloordiv__(self: Any, other: Any) -> Tensor:
        """Divides `other`, rounding down."""
        return _floor_divide(self, other, swap=True)

    def __mod__(self: Any, other: Any) -> Tensor:
        """Gives what is left after dividing, with the sign of `other`."""
        op = REMAINDER_NUMBER if isinstance(other, NUMBERS) else REMAINDER
        return binary(op, self, other)

    remainder = __mod__

    def __pow__(self: Any, other: Any) -> Tensor:
        """Raises to a power."""
        operands = pair(self, other)
        if operands is None:
            return NotImplemented
        x, y = operands
        if isinstance(y, TensorCore):
            return binary(POW, x, y)
        if x._data.dtype.kind in "iu" and y < 0:
            raise RuntimeError("Integers to negative integer powers are not allowed.")
        return SQUARE(x) if y == 2 else POW_NUMBER(x, y)

    def __rpow__(self: Any, other: Any) -> Tensor:
        """Raises `other` to this power."""
        return binary(NUMBER_POW, self, other, swap=True)

    def __neg__(self: Any) -> Tensor:
        """Changes the sign."""
        if self._data.dtype.kind == "b":
            raise RuntimeError(
                "Negation, the `-` operator, on a bool tensor is not supported. If you are trying "
                "to invert a mask, use the `~` or `logical_not()` operator instead."
            )
        return NEG(self)

    def __pos__(self: Any) -> Tensor:
        """Gives the tensor itself."""
        return self

    neg = negative = __neg__
    div = divide = true_divide = __truediv__
    mul = multiply = __mul__
    pow = __pow__
    floor_divide = __floordiv__

    def add(self: Any, other: Any, *, alpha: complex = 1) -> Tensor:
        """Adds `alpha * other`."""
        return self + (other if alpha == 1 else other * alpha)

    def sub(self: Any, other: Any, *, alpha: complex = 1) -> Tensor:
        """Subtracts `alpha * other`."""
        return self - (other if alpha == 1 else other * alpha)

    subtract = sub

    def round(self: Any, *, decimals: int = 0) -> Tensor:
        """Rounds to the nearest whole number (even where two are as near), or to decimals."""
        return FLAT_ROUND(self, decimals)

    def clamp(self: Any, min: Any = None, max: Any = None) -> Tensor:
        """Limits the elements to an interval, open at the side that is None."""
        if min is None and max is None:
            raise RuntimeError("adjoint.clamp: At least one of 'min' or 'max' must not be None")
        bounds = [b for b in (min, max) if b is not None]
        arrays = [b._data for b in bounds if isinstance(b, TensorCore)]
        numbers = [b for b in bounds if not isinstance(b, TensorCore)]
        dtype = dtypes.result_dtype([self._data, *arrays], numbers)
        low, high = (cast(b, dtype) if isinstance(b, TensorCore) else b for b in (min, max))
        return CLIP(cast(self, dtype), low, high)

    clip = clamp

    def where(self: Any, condition: Any, other: Any) -> Tensor:
        """Takes this tensor's elements where the condition holds, `other`'s elsewhere."""
        x, y = pair(self, other) or (self, other)
        return WHERE(condition, x, y)

    def masked_fill(self: Any, mask: Any, value: Any) -> Tensor:
        """Puts `value` where the mask holds."""
        return MASKED_FILL(self, mask, value)

    def lerp(self: Any, end: Tensor, weight: Any) -> Tensor:
        """Goes from this tensor towards `end`, by a fraction `weight`."""
        return self + (end - self) * weight

    def isclose(
        self: Any, other: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
    ) -> Tensor:
        """Tests, element by element, for equality within a tolerance."""
        close = np.isclose(self._data, getattr(other, "_data", other), rtol, atol, equal_nan)
        return settled(type(self), close)

    def allclose(
        self: Any, other: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
    ) -> bool:
        """Whether all elements are equal within a tolerance."""
        return bool(self.isclose(other, rtol, atol, equal_nan)._data.all())

    def equal(self: Any, other: Tensor) -> bool:
        """Whether shape and elements are the same."""
        return self._data.shape == other._data.shape and bool((self._data == other._data).all())


def _floor_divide(self: Any, other: Any, swap: bool = False) -> Any:
    operands = pair(self, other)
    if operands is None:
        return NotImplemented
    return binary(FLOOR_DIVIDE, *operands, swap=swap)
