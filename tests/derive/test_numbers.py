"""Every pair of kinds of numbers, in every operator: the gradient, its shape, dtype and kind.

Gradients are compared with central differences in long double (of `math`, in double), at what the
coarsest dtype that takes part justifies.
"""

# ruff: noqa: PLW0108 - the functions of NumPy have no source to differentiate

from __future__ import annotations

import math
import operator
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adjoint

Wide = np.longdouble
Function = Callable[..., Any]

KINDS: dict[str, Any] = {
    "int": 3,
    "bool": True,
    "float": 1.75,
    "complex": 1.25 + 0.5j,
    "int64": np.int64(2),
    "int8": np.int8(50),
    "uint8": np.uint8(200),
    "float16": np.float16(1.75),
    "float32": np.float32(1.75),
    "float64": np.float64(1.75),
    "longdouble": Wide(1.75),
    "complex64": np.complex64(1.25 + 0.5j),
    "float32 0-d": np.array(1.25, np.float32),
    "float64 0-d": np.array(1.25),
    "float16 array": np.array([1.25, 0.75, 2.5], np.float16),
    "float32 array": np.array([1.25, 0.75, 2.5], np.float32),
    "float64 array": np.array([1.25, 0.75, 2.5]),
    "longdouble array": np.array([1.25, 0.75, 2.5], Wide),
    "int64 array": np.array([1, 2, 3]),
    "int8 array": np.array([1, 50, -90], np.int8),
    "bool array": np.array([True, False, True]),
    "complex64 array": np.array([1.25 + 0.5j, 0.75 - 0.25j, 2.5], np.complex64),
    "complex128 array": np.array([1.25 + 0.5j, 0.75 - 0.25j, 2.5]),
    "float32 column": np.array([[1.25], [0.75]], np.float32),
    "no floats": np.zeros((0, 3)),
}

OTHERS = (
    "int", "float", "float16", "float32 0-d", "longdouble", "float32 array", "float64 array",
    "int8 array", "bool array", "complex64 array",
)  # fmt: skip
"""The kinds of second operands; first operands are of all."""

OPERATORS: dict[str, Function] = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "//": lambda x, y: x // y * x,
    "%": lambda x, y: x % y,
    "**": lambda x, y: x**y,
    "divmod": lambda x, y: divmod(x, y)[0] * y + divmod(x, y)[1],
    "arctan2": lambda x, y: np.arctan2(x, y),
    "maximum": lambda x, y: np.maximum(x, y),
    "comparisons": lambda x, y: (x > y) * x + (x <= y) * y,
}

UNARY: dict[str, Function] = {
    "x ** 0": lambda x: x**0 + x,
    "x ** -1": lambda x: x**-1,
    "2 ** x": lambda x: 2**x,
    "abs": lambda x: abs(x) * x,
    "sign": lambda x: np.sign(x) * x,
    "real, imag": lambda x: np.real(x) * np.imag(x) + np.real(x),
    "conj": lambda x: np.conj(x) * x,
    "angle": lambda x: np.angle(x) * x,
    "real twice": lambda x: (abs(x) * x * abs(x)).real,
    "complex": lambda x: complex(np.sum(x)) * x,
    "exp": lambda x: np.exp(1j * x).real,
    "small int": lambda x: np.int8(100) * x + np.uint8(200) * x,
    "NumPy's float": lambda x: np.float64(2.5) * x,
    "shift": lambda x: x * (1 << 3) + x * (7 & 3) - x * (~2),
    "round": lambda x: round(float(np.sum(np.abs(x))) + 0.1) * x,
    "int": lambda x: int(np.sum(np.abs(x)) + 0.1) * x + int(True) * x,
    "float": lambda x: float(np.sum(np.abs(x))) * x,
    "math of 0-d": lambda x: math.sin(np.sum(np.abs(x))) * x,
    "fmod": lambda x: math.fmod(7, np.sum(np.abs(x)) + 1.125) * x,
    "sum in double": lambda x: np.sum(x, dtype=np.complex128) * x,
    "mean in double": lambda x: x * np.mean(np.abs(x), dtype=np.float64),
    "sum of none": lambda x: np.sum(np.ravel(x)[:0]) + np.sum(x),
    "builtin sum": lambda x: sum([x, 1, x]),
    "list with ints": lambda x: np.array([1, np.sum(x)]) * 2,
    "mask": lambda x: np.array([True, False, True]) * x,
    "item": lambda x: np.ravel(x).item(0) * x,
}


def is_differentiable(value: Any) -> bool:
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.kind in "fc"
    return isinstance(value, float | complex)


def widened(value: Any) -> Any:
    """A value in the widest dtype of its kind."""
    if not is_differentiable(value):
        return value
    wide = np.clongdouble if np.iscomplexobj(value) else Wide
    return value.astype(wide) if isinstance(value, np.ndarray) else wide(value)


def shifted(value: Any) -> Any:
    """Other numbers of the same kind, so that no two operands are equal."""
    if not is_differentiable(value):
        return value
    if isinstance(value, np.ndarray):
        return np.asarray(value * value.dtype.type(1.375))
    return type(value)(value * type(value)(1.375))


def along(function: Function, args: tuple[Any, ...], k: int, step: Any, cotangent: Any) -> Any:
    """How fast what `cotangent` weighs changes along a step of argument `k`."""
    args = tuple(map(widened, args))
    h = Wide(1e-6)
    ends = []
    for sign in (1, -1):
        moved = args[k] + sign * h * step
        moved = np.asarray(moved) if isinstance(args[k], np.ndarray) else moved
        value = function(*args[:k], moved, *args[k + 1 :])
        ends.append(np.sum(np.real(np.conj(cotangent) * np.asarray(value))))
    return (ends[0] - ends[1]) / (2 * h)


def drawn(seed: int, like: Any) -> Any:
    """Numbers of the kind of a value, that every width holds as they are."""
    random = np.random.default_rng(seed)
    numbers = random.integers(1, 5, np.shape(like)) * 0.25
    if np.iscomplexobj(like):
        numbers = numbers + 0.5j * random.integers(1, 5, np.shape(like))
    if isinstance(like, np.ndarray):
        return np.asarray(numbers).astype(like.dtype)
    return type(like)(numbers)


def accuracy(values: tuple[Any, ...]) -> float:
    kept = [np.finfo(np.asarray(v).dtype).eps for v in values if is_differentiable(v)]
    return max(50 * float(max(kept)), 1e-7)


def same_kind(got: Any, argument: Any) -> bool:
    """Whether a gradient is of the kind, the shape and the dtype of its argument."""
    if isinstance(argument, np.ndarray | np.generic):
        return (
            type(got) is type(argument)
            and got.dtype == argument.dtype
            and (got.shape == argument.shape)
        )
    return isinstance(got, type(argument))


def check(function: Function, args: tuple[Any, ...], near: float = 0.0) -> bool:
    """Compares the pullback with differences; False where the primal itself raises."""
    try:
        value = function(*args)
        if not is_differentiable(value) or not np.all(np.isfinite(value)):
            return False
    except (TypeError, ValueError, IndexError, ZeroDivisionError, OverflowError):
        return False
    mine = tuple(a.copy() if isinstance(a, np.ndarray) else a for a in args)
    got, pullback = adjoint.vjp(function, *mine)
    assert type(got) is type(value)
    assert np.asarray(got).dtype == np.asarray(value).dtype
    cotangent = drawn(3, value)
    gradients = pullback(cotangent)
    for k, (gradient, argument) in enumerate(zip(gradients, args, strict=True)):
        if not is_differentiable(argument):
            assert gradient is None
            continue
        assert same_kind(gradient, argument), (k, gradient)
        step = widened(drawn(5 + k, argument))
        want = along(function, args, k, step, widened(cotangent))
        terms = np.conj(widened(gradient)) * step
        scale = max(1.0, float(np.sum(np.abs(terms))))
        if scale > 1e4:
            continue  # beyond what a float16 holds
        close = max(accuracy((*args, value)), near)
        assert abs(np.sum(np.real(terms)) - want) < close * scale, (k, gradient, want)
    return True


@pytest.mark.parametrize("first", KINDS)
@pytest.mark.parametrize("name", OPERATORS)
def test_every_second_operand(name: str, first: str) -> None:
    if name in ("maximum", "comparisons") and first.startswith("complex"):
        pytest.skip("complex numbers have no order")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for other in OTHERS:
            if "complex" in other and name in ("maximum", "comparisons"):
                continue
            if name == "**" and ("bool" in other or ("complex" in other and "int8 a" in first)):
                continue  # NumPy subtracts no booleans; the logarithm of a negative base is NaN
            if "bool array" in other and name in ("//", "%", "divmod", "/"):
                continue  # divides by zero
            check(OPERATORS[name], (KINDS[first], shifted(KINDS[other])))


@pytest.mark.parametrize("name", UNARY)
def test_every_operand(name: str) -> None:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        checked = [check(UNARY[name], (v,), 1e-6) for v in KINDS.values() if is_differentiable(v)]
    assert any(checked)


@pytest.mark.parametrize("kind", [k for k, v in KINDS.items() if is_differentiable(v)])
def test_gradient_and_pullback_agree(kind: str) -> None:
    x = KINDS[kind]
    value, got = adjoint.value_and_gradient(lambda v: np.sum(np.abs(v * v) + np.abs(v)))(x)
    _, pullback = adjoint.vjp(lambda v: np.sum(np.abs(v * v) + np.abs(v)), x)
    assert same_kind(got, x)
    assert np.array_equal(got, pullback(type(value)(1.0))[0])


def test_each_gradient_has_the_dtype_of_its_argument() -> None:
    x, w = np.ones((4, 3), np.float32), np.linspace(0.0, 1.0, 3)
    value, (d_x, d_w) = adjoint.value_and_gradient(
        lambda x, w: np.sum(np.tanh(x @ w)), wrt=("x", "w")
    )(x, w)
    assert (value.dtype, d_x.dtype, d_w.dtype) == (np.float64, np.float32, np.float64)
    slope = 1 - np.tanh(x.astype(float) @ w) ** 2
    assert np.array_equal(d_w, x.T @ slope)


@pytest.mark.parametrize(
    ("function", "x", "want"),
    [
        (lambda x: x**0, 0.0, 0.0),
        (lambda x: x**1, 0.0, 1.0),
        (lambda x: 0.0**x, 2.0, 0.0),
        (lambda x: x**2.0, -3.0, -6.0),
        (lambda x: x**3, -2.0, 12.0),
        (lambda x: np.power(x, 0), np.float32(0.0), np.float32(0.0)),
        (lambda x: abs(x), 0.0, 0.0),
        (lambda x: abs(x), np.float32(0.0), np.float32(0.0)),
        (lambda x: x % 3, -7.0, 1.0),
        (lambda x: -7.0 % x, 3.0, 3.0),
        (lambda x: -7.0 // x, 3.0, 0.0),
        (lambda x: math.fmod(-7.0, x), 3.0, 2.0),
        (lambda x: abs(x), 0j, 0j),
    ],
)  # fmt: skip
def test_at_the_edges(function: Function, x: Any, want: Any) -> None:
    got = adjoint.gradient(function)(x)
    assert same_kind(got, x)
    assert got == want


def test_a_power_of_minus_one_at_zero_is_not_finite() -> None:
    with np.errstate(divide="ignore"):
        assert adjoint.gradient(lambda x: np.sum(x**-1))(np.zeros(1))[0] == -np.inf
    with pytest.raises(ZeroDivisionError):
        adjoint.gradient(lambda x: x**-1)(0.0)


def test_nan_stays_nan() -> None:
    got = adjoint.gradient(lambda x: np.sum(x * x * np.abs(x)))(np.array([1.0, np.nan]))
    assert got[0] == 3.0
    assert np.isnan(got[1])


def test_a_write_that_would_change_the_dtype_raises_as_in_the_primal() -> None:
    def written(x: Any, n: Any) -> Any:
        n += x
        return np.sum(n)

    for call in (written, adjoint.gradient(written)):
        with pytest.raises(TypeError, match="Cannot cast"):
            call(np.ones(2), np.array([1, 2]))


def test_the_largest_of_none_raises_as_in_the_primal() -> None:
    for call in (lambda x: np.max(x), adjoint.gradient(lambda x: np.max(x))):
        with pytest.raises(ValueError, match="zero-size"):
            call(np.zeros(0))


def test_an_array_without_axes_is_written_through_an_alias() -> None:
    def written(x: Any) -> Any:
        a = np.array(x * 2.0)
        b = a
        a += x
        return b * x

    assert adjoint.gradient(written)(3.0) == 18.0
    assert adjoint.gradient(written)(np.float32(3.0)) == np.float32(18.0)


def test_a_sum_in_integers_is_refused() -> None:
    with pytest.raises(TypeError, match="by jumps"):
        adjoint.gradient(lambda x: 1.5 * np.sum(x, dtype=int))(np.ones(2))


@pytest.mark.parametrize("symbol", ["add", "sub", "mul", "truediv", "mod", "pow"])
def test_python_numbers_are_weak_for_tensors(symbol: str) -> None:
    apply = getattr(operator, symbol)
    for dtype in (np.float16, np.float32, np.float64):
        for other in (2, 2.5) if symbol == "sub" else (2, 2.5, True):  # tensor - True is refused
            x = adjoint.tensor(np.array([1.25, 0.75, 2.0], dtype), requires_grad=True)
            out = apply(x, other)
            out.sum().backward()
            assert out.numpy(force=True).dtype == dtype
            assert x.grad.numpy().dtype == dtype
            want = adjoint.gradient(lambda v, o=other: np.sum(apply(v, o)))(x.detach().numpy())
            assert np.array_equal(x.grad.numpy(), want)
