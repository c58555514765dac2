"""`vjp`: the entries of a pullback, and the cotangents that it takes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adjoint import grad, vjp

X = np.array([1.0, 2.0])
X32 = X.astype(np.float32)


def f(x: Any, y: Any, n: int = 2) -> Any:
    return np.sum(x * y) * n


def same(found: Any, expected: Any) -> bool:
    return np.array_equal(found, np.asarray(expected))


def test_there_is_an_entry_for_each_positional_argument() -> None:
    def mixed(x: Any, s: str, n: int, c: Any, unused: Any) -> Any:
        return np.sum(x * x) if s == "a" else 0.0

    entries = vjp(mixed, X, "a", 3, np.sin, np.ones((2, 3), np.float32))[1](1.0)
    assert same(entries[0], 2 * X)
    assert entries[1:4] == (None, None, None)
    assert entries[4].shape == (2, 3)
    assert entries[4].dtype == np.float32
    assert not entries[4].any()


def test_arguments_that_do_not_matter_get_zeros() -> None:
    entries = vjp(lambda x, y: 3.0, X, 2.0)[1](1.0)
    assert same(entries[0], [0.0, 0.0])
    assert entries[1] == 0.0


def test_what_is_not_in_wrt_is_none() -> None:
    assert vjp(lambda x, y: x * y, 2.0, 3.0, wrt="y")[1](1.0) == (None, 2.0)
    assert vjp(lambda x, y: x * y, 2.0, y=3.0, wrt="y")[1](1.0) == (None, 2.0)


def test_a_pullback_runs_many_times() -> None:
    pullback = vjp(f, X, 3 * X)[1]
    first, second, third = pullback(1.0), pullback(2.0), pullback(1.0)
    assert same(first[0], third[0])
    assert same(second[0], 2 * first[0])
    assert not np.may_share_memory(first[0], third[0])


def test_writing_between_vjp_and_pullback_changes_nothing() -> None:
    x = X.copy()
    _, pullback = vjp(lambda x: np.sum(x * x), x)
    x[:] = 100.0
    assert same(pullback(1.0)[0], 2 * X)


def test_cotangents_are_not_handed_on() -> None:
    g = np.ones(2)
    d_x, d_y = vjp(lambda x, y: x + y, X, X)[1](g)
    d_x[:] = 7.0
    assert same(g, [1.0, 1.0])
    assert same(d_y, [1.0, 1.0])


def test_nested_results_take_nested_cotangents() -> None:
    assert same(vjp(lambda x: (x * 2, x * x), X)[1]((X, X))[0], 2 * X + 2 * X * X)
    assert same(vjp(lambda x: [x * 2, x * x], X)[1]((X, X))[0], 2 * X + 2 * X * X)
    assert same(vjp(lambda x: (x * 2, x * x), X)[1]((X, None))[0], 2 * X)
    pullback = vjp(lambda x: {"a": x * 2, "b": x * x}, X)[1]
    assert same(pullback({"a": X, "b": X})[0], 2 * X + 2 * X * X)
    assert same(pullback({"a": X})[0], 2 * X)


@pytest.mark.parametrize("g", [np.array([1, 2]), [1.0, 2.0], [1, 2], np.array([1.0, 2.0])])
def test_numbers_of_any_kind_make_cotangents(g: Any) -> None:
    assert same(vjp(lambda x: x * 2, X)[1](g)[0], [2.0, 4.0])
    assert vjp(lambda x: x * x, 2.0)[1](1) == (4.0,)


@pytest.mark.parametrize(
    ("function", "x", "g", "error", "message"),
    [
        (lambda x: x * 2, X, np.ones(3), ValueError, r"has shape \(3,\), and the value \(2,\)"),
        (lambda x: x * 2, X, 1.0, ValueError, r"has shape \(\), and the value \(2,\)"),
        (lambda x: x * 2, 2.0, X, ValueError, "the value is a number"),
        (lambda x: x * 2, X, None, TypeError, "the cotangent is None"),
        (lambda x: x * 2, X, ["a", "b"], TypeError, "no number or array of numbers"),
        (lambda x: x * 2, 2.0, 1j, TypeError, "complex, and the value is real"),
        (lambda x: (x, x), X, (X,), ValueError, "must have 2 parts"),
        (lambda x: (x, x), X, (X, 1.0), ValueError, "part 1 of the cotangent has shape"),
        (lambda x: {"a": x}, X, {"b": X}, ValueError, "keys among 'a'"),
    ],
)
def test_wrong_cotangents_are_refused(
    function: Any, x: Any, g: Any, error: type[Exception], message: str
) -> None:
    pullback = vjp(function, x)[1]
    with pytest.raises(error, match=message):
        pullback(g)


@pytest.mark.parametrize("g", [1.0, 1, np.float64(1.0)])
def test_a_seed_does_not_promote_float32(g: Any) -> None:
    assert vjp(lambda x: np.sum(x * x), X32)[1](g)[0].dtype == np.float32
    assert type(vjp(lambda x: x * x, np.float32(2.0))[1](g)[0]) is np.float32
    assert vjp(np_exp, X32)[1](np.ones(2))[0].dtype == np.float32


def np_exp(x: Any) -> Any:
    return np.exp(x)


def test_complex_cotangents_follow_the_convention() -> None:
    # PyTorch: (z * z).backward(1j) gives 1j * conj(2 * z).
    assert vjp(lambda z: z * z, 1 + 2j)[1](1j) == (1j * (2 - 4j),)
    found = vjp(lambda z: z * z, np.array([1 + 2j]))[1](np.array([1j]))[0]
    assert same(found, [1j * (2 - 4j)])


def test_several_wrt_of_a_method_of_starred_arguments() -> None:
    @grad(wrt=(0, 1))
    def product(*factors: Any) -> Any:
        return factors[0] * factors[1] * factors[2]

    assert product.gradient(2.0, 3.0, 4.0) == (12.0, 8.0)
    assert product.vjp(2.0, 3.0, 4.0)[1](1.0) == (12.0, 8.0, None)
