"""Derivatives of derivatives, by emitting the adjoint of emitted text."""

from __future__ import annotations

import math

import numpy as np
import pytest

import adjoint
from adjoint import grad


def power(x):
    return x**5


def wave(x, k=2.0):
    return np.sin(k * x) * x


def quotient(x):
    return 1.0 / (1.0 + x * x)


def branching(x):
    return x**3 if x > 0.0 else -(x**4)


def nested_calls(x):
    return wave(power(x), 0.5) * quotient(x)


X = 0.7
# fmt: off
EXACT = [
    (power, [20 * X**3, 60 * X**2, 120 * X]),
    (quotient, [
        (6 * X**2 - 2) / (1 + X**2) ** 3,
        24 * X * (1 - X**2) / (1 + X**2) ** 4,
        24 * (5 * X**4 - 10 * X**2 + 1) / (1 + X**2) ** 5,
    ]),
    (wave, [
        2.0**n * X * math.sin(2 * X + n * math.pi / 2)
        + n * 2.0 ** (n - 1) * math.sin(2 * X + (n - 1) * math.pi / 2)
        for n in (2, 3, 4)
    ]),
    (branching, [6 * X, 6.0, 0.0]),
]
# fmt: on


@pytest.mark.parametrize(("function", "exact"), EXACT, ids=lambda one: getattr(one, "__name__", ""))
def test_to_fourth_order_the_values_are_exact(function, exact):
    slope = grad(function)
    for expected in exact:
        slope = grad(slope.gradient)
        assert slope.gradient(X) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_a_gradient_is_taken_as_a_function_like_any_other():
    twice = adjoint.gradient(adjoint.gradient(power))
    assert twice(X) == pytest.approx(20 * X**3)
    value, slope = adjoint.value_and_gradient(grad(power).gradient)(X)
    assert (value, slope) == pytest.approx((5 * X**4, 20 * X**3))


def test_what_a_derivative_presets_stays_preset():
    class Scaled:
        def __init__(self, k):
            self.k = k

        @grad(wrt="x")
        def energy(self, x):
            return self.k * x**3

    assert grad(Scaled(2.0).energy.gradient).gradient(X) == pytest.approx(12 * X)


def test_functions_that_call_functions_are_opened():
    twice = grad(grad(nested_calls).gradient)
    code = [line for line in twice.source.splitlines() if not line.strip().startswith("#")]
    assert not any("call_vjp" in line or "pullback" in line for line in code)
    h, slope = 1e-5, grad(nested_calls).gradient
    assert twice.gradient(X) == pytest.approx((slope(X + h) - slope(X - h)) / (2 * h), rel=1e-8)


def test_forward_mode_over_reverse_mode_and_the_other_way():
    x, v = np.array([0.3, 0.8, -0.4]), np.array([1.0, -2.0, 0.5])

    def loss(x):
        return np.sum(np.exp(x) * np.cumsum(x) ** 2)

    forward = grad(grad(loss).gradient).jvp((x,), (v,))[1]
    reverse = grad(grad(loss).gradient).vjp(x)[1](v)[0]
    np.testing.assert_allclose(forward, reverse, rtol=1e-12)


def test_the_gradient_of_a_gradient_that_is_no_number_is_refused():
    with pytest.raises(TypeError, match="single number"):
        grad(grad(lambda x: np.sum(x**2)).gradient).gradient(np.ones(3))


def test_a_function_that_is_bound_again_is_noticed():
    def inner(x):
        return x**2

    def outer(x):
        return adjoint.gradient(inner)(x)

    assert grad(outer).gradient(X) == pytest.approx(2.0)

    def inner(x):  # noqa: F811 - that is the point
        return x**3

    assert grad(outer).gradient(X) == pytest.approx(6 * X)


def test_what_is_found_when_it_runs_is_differentiated_again_or_refused():
    def apply(functions, x):
        total = 0.0
        for function in functions:
            total = total + function(x)
        return total

    def loss(x, k):
        return apply([lambda t: k * t**2, lambda t: t * k], x)

    with pytest.raises(adjoint.UnsupportedSyntax, match="known only when it runs"):
        grad(grad(loss).gradient).gradient(X, 2.0)
