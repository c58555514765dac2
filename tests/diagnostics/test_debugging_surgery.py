"""`stop_gradient` and `on_cotangent`: values with their derivative stopped, shown or replaced."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adjoint
from adjoint import grad, on_cotangent, stop_gradient, tensor

X = np.array([1.0, 2.0, 3.0])
SEEN: list[Any] = []


@pytest.fixture(autouse=True)
def _nothing_seen() -> None:
    SEEN.clear()


def look(d: Any) -> None:
    SEEN.append(d)


def clip(d: Any) -> Any:
    return np.clip(d, -1.0, 2.0)


# stop_gradient


def test_stop_gradient_is_the_value_without_a_derivative() -> None:
    f = grad(lambda x: np.sum(x * stop_gradient(x)))
    assert f(X) == 14.0
    assert np.array_equal(f.gradient(X), X)


@grad
def written_in_place(x: Any) -> Any:
    y = stop_gradient(x)
    y[0] = x[1] * 2.0
    return np.sum(y * x)


def test_what_is_written_into_the_result_has_a_derivative_and_is_not_written_into_x() -> None:
    x = X.copy()
    assert np.array_equal(written_in_place.gradient(x), [4.0, 4.0, 3.0])
    assert np.array_equal(x, X)
    assert written_in_place(x) == 4.0 + 4.0 + 9.0
    assert np.array_equal(x, X)


@grad
def writes_after(x: Any) -> Any:
    z = x * 1.0
    y = stop_gradient(z)
    z[0] = 10.0
    return np.sum(y * z)


def test_what_is_written_later_does_not_reach_the_result() -> None:
    assert np.array_equal(writes_after.gradient(X), [0.0, 2.0, 3.0])


@grad
def of_containers(x: Any) -> Any:
    p = {"a": x, "b": [x * 2.0, x], "name": "p"}
    q = stop_gradient(p)
    return np.sum(q["a"] * p["b"][0] + q["b"][1])


def test_stop_gradient_of_containers() -> None:
    assert np.array_equal(of_containers.gradient(X), 2.0 * X)


@grad
def grows(xs: Any) -> Any:
    q = stop_gradient(xs)
    q.append(xs[0])
    return q[-1] * xs[1] * q[0]


def test_a_stopped_list_is_another_list() -> None:
    xs = [2.0, 3.0]
    assert grows.gradient(xs) == [6.0, 4.0]
    assert xs == [2.0, 3.0]


@grad
def in_a_loop(x: Any, n: int) -> Any:
    h = x
    for i in range(n):
        h = h * x if i % 2 else stop_gradient(h) * x
    return h


def test_stop_gradient_in_loops_and_branches() -> None:
    assert in_a_loop.gradient(2.0, 3) == 8.0  # of 8 x
    assert in_a_loop.gradient(2.0, 4) == 32.0  # of 8 x^2


def test_stop_gradient_of_tensors() -> None:
    x = tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = stop_gradient(x)
    assert not y.requires_grad
    (x * y).sum().backward()
    assert x.grad.tolist() == [1.0, 2.0, 3.0]
    f = tensor([1.0, 2.0, 3.0], requires_grad=True)
    written_in_place(f).backward()
    assert f.grad.tolist() == [4.0, 4.0, 3.0]


@pytest.mark.parametrize("value", [2.0, np.float32(2.0), X, (1.0, "a"), None, [X, {"k": 1}]])
def test_plain_calls_give_what_they_are_given(value: Any) -> None:
    for made in (stop_gradient(value), on_cotangent(value, look)):
        assert type(made) is type(value)
        np.testing.assert_equal(made, value)
    assert not SEEN


# on_cotangent


@grad
def several_uses(x: Any) -> Any:
    h = np.exp(x)
    h = on_cotangent(h, look)
    z = h * h
    if np.sum(h) > 0:
        z = z + h
    return np.sum(z)


def test_the_cotangent_of_all_uses_is_shown_once() -> None:
    assert np.array_equal(several_uses.gradient(np.zeros(2)), [3.0, 3.0])
    assert len(SEEN) == 1
    assert np.array_equal(SEEN[0], [3.0, 3.0])
    _, pullback = several_uses.vjp(np.zeros(2))
    pullback(1.0)
    pullback(-1.0)
    assert np.array_equal(SEEN[2], [-3.0, -3.0])


@grad
def clipped(x: Any, n: int) -> Any:
    h = x
    for _ in range(n):
        h = on_cotangent(h * 2.0, clip)
    return np.sum(h * h)


def test_what_the_function_returns_takes_the_place_of_the_cotangent() -> None:
    assert np.array_equal(clipped.gradient(X, 3), [4.0, 4.0, 4.0])
    assert "hooked(" in clipped.source


@grad
def signs(x: Any) -> Any:
    h = on_cotangent(x, clip)
    return 1.0 - 5.0 * np.sum(-h) - np.sum(on_cotangent(h, clip) * 7.0)


def test_no_sign_or_factor_goes_past_the_function() -> None:
    assert np.array_equal(signs.gradient(X), [2.0, 2.0, 2.0])  # 5 - 1, clipped
    assert np.array_equal(signs.vjp(X)[1](-1.0)[0], [-1.0, -1.0, -1.0])


@grad
def twice(x: Any) -> Any:
    return np.sum(on_cotangent(x, look) + on_cotangent(x, look))


def test_two_calls_that_look_the_same_are_two() -> None:
    twice.gradient(X)
    assert len(SEEN) == 2


def test_writing_into_what_is_shown_changes_nothing_else() -> None:
    def halve(d: Any) -> None:
        d *= 0.5

    def f(x: Any, y: Any) -> Any:
        return np.sum(on_cotangent(x, halve) + y)

    _, pullback = adjoint.vjp(f, X, X)
    seed = np.ones(())
    dx, dy = pullback(seed)
    assert np.array_equal(dx, [0.5, 0.5, 0.5])
    assert np.array_equal(dy, [1.0, 1.0, 1.0])
    assert seed == 1.0


def test_it_is_not_called_where_no_derivative_arrives() -> None:
    f = grad(lambda x: on_cotangent(2.0 * x, look) * 0.0 if x > 5.0 else x)
    assert f.gradient(1.0) == 1.0
    f = grad(lambda x, k: x * on_cotangent(k, look))
    assert f.gradient(1.0, 3.0) == 3.0
    assert not SEEN


@grad
def loop_with_lambda(x: Any) -> Any:
    s = 0.0
    for i in range(3):
        h = on_cotangent(x[i] * x[i], lambda d, i=i: SEEN.append((i, float(d))))
        s = s + h
    return s


def test_lambdas_in_a_loop_are_called_backwards() -> None:
    assert np.array_equal(loop_with_lambda.gradient(X), 2 * X)
    assert SEEN == [(2, 1.0), (1, 1.0), (0, 1.0)]


def test_the_dtype_stays_what_it_was() -> None:
    f = grad(lambda x: np.sum(on_cotangent(x, lambda d: np.float64(0.5) * d)))
    found = f.gradient(X.astype(np.float32))
    assert found.dtype == np.float32
    assert np.array_equal(found, [0.5, 0.5, 0.5])


def test_complex_cotangents_are_shown_as_pytorch_does() -> None:
    f = grad(lambda z: np.sum(np.real(on_cotangent(z, look) * 1j)))
    found = f.gradient(X + 0j)
    assert np.array_equal(found, [-1j, -1j, -1j])
    assert np.array_equal(SEEN[0], found)


def test_another_shape_is_refused() -> None:
    f = grad(lambda x: np.sum(on_cotangent(x, lambda d: np.ones(2))))
    with pytest.raises(ValueError, match=r"shape \(2,\) of one of shape \(3,\)"):
        f.gradient(X)


def test_on_cotangent_of_tensors() -> None:
    x = tensor([1.0, 2.0, 3.0], requires_grad=True)
    (on_cotangent(x * 1.0, lambda d: d * 10.0) * 2.0).sum().backward()
    assert x.grad.tolist() == [20.0, 20.0, 20.0]
    y = tensor([1.0, 2.0, 3.0], requires_grad=True)
    clipped(y, 3).backward()
    assert y.grad.tolist() == [4.0, 4.0, 4.0]
