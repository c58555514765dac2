"""What `wrt` means, and how arguments of every kind are passed."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from adjoint import NotDifferentiable, grad, gradient, vjp

X = np.array([1.0, 2.0])
Pair = namedtuple("Pair", "a b")


@dataclass
class Layer:
    w: Any
    b: float
    name: str = "layer"
    size: int = 3


def f(x: Any, y: Any, n: int = 2) -> Any:
    return np.sum(x * y) * n


def of_every_kind(x: Any, /, y: Any, *, k: float = 2.0, z: float) -> Any:
    return np.sum(x * y) * k * z


def starred(x: Any, *args: Any, **kwargs: Any) -> Any:
    return np.sum(x * args[0]) * kwargs["a"]


def same(found: Any, expected: Any) -> bool:
    return np.array_equal(found, np.asarray(expected))


@pytest.mark.parametrize("wrt", ["y", 1, -2, ("y",), [1]])
def test_one_wrt_gives_a_bare_gradient(wrt: Any) -> None:
    assert same(grad(f, wrt=wrt).gradient(X, 3 * X), 2 * X)


def test_several_wrt_give_a_tuple_in_their_order() -> None:
    d_y, d_x = grad(f, wrt=("y", 0)).gradient(X, 3 * X)
    assert same(d_y, 2 * X)
    assert same(d_x, 6 * X)
    assert grad(f, wrt=()).gradient(X, X) == ()
    value, (d_x, d_y) = grad(f, wrt=("x", "y")).value_and_gradient(X, X)
    assert value == 10.0
    assert same(d_x, d_y)
    assert not np.may_share_memory(d_x, d_y)


@pytest.mark.parametrize(
    ("wrt", "message"),
    [
        ("z", "f() has no parameter `z`"),
        (7, "f() has no parameter number 7"),
        (-4, "f() has no parameter number -4"),
        (1.5, "not 1.5"),
        (True, "not True"),
    ],
)
def test_a_wrong_wrt_is_refused_at_decoration(wrt: Any, message: str) -> None:
    with pytest.raises(TypeError) as refusal:
        grad(f, wrt=wrt)
    assert message in str(refusal.value)


@pytest.mark.parametrize("value", [2, True, np.int64(2)])
def test_integers_are_refused_by_name(value: Any) -> None:
    with pytest.raises(NotDifferentiable, match=r"f\(\) cannot .* `n`: it is .*; pass floats"):
        grad(f, wrt="n").gradient(X, X, value)


def test_integer_arrays_strings_and_lists_of_integers_are_refused() -> None:
    with pytest.raises(NotDifferentiable, match="`x`: it is int64"):
        gradient(f)(np.array([1, 2]), X)
    with pytest.raises(NotDifferentiable, match="`x`: it is str"):
        gradient(f)("a", X)
    with pytest.raises(NotDifferentiable, match="`p`: it is a list without floating-point"):
        gradient(lambda p: p[0] * p[1])([1, 2])


def test_defaults_and_keywords() -> None:
    assert same(gradient(f)(X, y=3 * X), 6 * X)
    assert same(gradient(f)(n=3, y=3 * X, x=X), 9 * X)
    assert same(gradient(of_every_kind)(X, X, z=1.0), 2 * X)
    wrt = ("x", "k", "z")
    d_x, d_k, d_z = gradient(of_every_kind, wrt=wrt)(X, y=X, z=2.0)
    assert same(d_x, 4 * X)
    assert (d_k, d_z) == (10.0, 10.0)


def test_starred_arguments() -> None:
    assert same(gradient(starred)(X, 2 * X, a=2.0), 4 * X)
    assert same(gradient(starred, wrt=1)(X, 2 * X, a=2.0), 2 * X)
    (d_args,) = gradient(starred, wrt="args")(X, 2 * X, a=2.0)
    assert same(d_args, 2 * X)
    assert gradient(starred, wrt="kwargs")(X, 2 * X, a=2.0) == {"a": 10.0}
    assert gradient(starred, wrt="a")(X, 2 * X, a=2.0) == 10.0
    d_x, d_arg = vjp(starred, X, 2 * X, a=2.0)[1](1.0)
    assert same(d_x, 4 * X)
    assert same(d_arg, 2 * X)
    assert same(gradient(lambda *xs: np.sum(xs[0] * xs[1]))(X, 3 * X), 3 * X)


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ((X,), {}, "missing a required argument: 'y'"),
        ((X, X, 2, 3), {}, "too many positional arguments"),
        ((X, X), {"k": 3}, "got an unexpected keyword argument 'k'"),
    ],
)
def test_calls_that_do_not_fit_are_refused(args: Any, kwargs: Any, message: str) -> None:
    with pytest.raises(TypeError) as refusal:
        gradient(f)(*args, **kwargs)
    assert str(refusal.value) == f"f() {message}"


def test_without_parameters_there_is_no_gradient() -> None:
    with pytest.raises(TypeError, match="no parameter number 0"):
        gradient(lambda: 1.0)()


def test_gradients_have_the_structure_of_the_arguments() -> None:
    assert gradient(lambda p: p[0] * p[1])([2.0, 3.0]) == [3.0, 2.0]
    assert gradient(lambda p: p[0] * p[1])((2.0, 3)) == (3.0, None)
    assert gradient(lambda p: p.a * p.b)(Pair(2.0, 3.0)) == Pair(3.0, 2.0)
    assert gradient(lambda p: p.w * p.b)(Layer(2.0, 3.0)) == Layer(3.0, 2.0, None, None)  # type: ignore[arg-type]
    nested = {"w": [2.0, 5.0], "b": (1.0, 3.0), "name": "s"}
    found = gradient(lambda p: p["w"][0] * p["b"][1])(nested)
    assert found == {"w": [3.0, 0.0], "b": (0.0, 2.0), "name": None}


def test_arrays_in_containers_do_not_share_memory() -> None:
    d_a, d_b = gradient(lambda p: np.sum(p[0] + p[1]))([X, X])
    d_a *= 2
    assert same(d_b, [1.0, 1.0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtypes_are_kept(dtype: Any) -> None:
    x = X.astype(dtype)
    assert gradient(lambda x: np.sum(x * x))(x).dtype == dtype
    assert type(gradient(lambda x: x * x)(dtype(3.0))) is dtype


@pytest.mark.parametrize("x", [3.0, np.float64(3.0), np.float32(3.0), np.array(3.0)])
def test_values_are_what_the_function_gives(x: Any) -> None:
    def cube(x: Any) -> Any:
        return x * x * x

    value, _ = grad(cube).value_and_gradient(x)
    assert type(value) is type(cube(x))
    assert value == cube(x)
    assert type(vjp(cube, x)[0]) is type(cube(x))


@pytest.mark.parametrize(
    ("function", "what"),
    [
        (lambda x: x * 2, r"the result has shape \(2,\)"),
        (lambda x: (x, x), "returns a tuple"),
        (lambda x: [x], "returns a list"),
        (lambda x: {"a": x}, "returns a dict"),
        (lambda x: "a", "returns a string"),
        (lambda x: None, "returns None"),
    ],
)
def test_gradients_are_of_single_numbers(function: Any, what: str) -> None:
    with pytest.raises(TypeError, match=what):
        gradient(function)(X)


def test_constants_have_zero_gradients_in_shape_and_dtype() -> None:
    found = gradient(lambda x: 3)(X.astype(np.float32))
    assert same(found, [0.0, 0.0])
    assert found.dtype == np.float32


def test_complex_arguments_follow_the_convention_and_complex_values_are_refused() -> None:
    assert gradient(lambda z: (z * z).real)(1 + 2j) == 2 - 4j
    with pytest.raises(TypeError, match="the result is complex"):
        gradient(lambda z: z * z)(1 + 2j)
    with pytest.raises(TypeError, match="the result is complex"):
        grad(lambda z: z * z).value_and_gradient(np.array(1 + 2j))
