"""Calls of small functions of numbers are opened in loops, and nowhere else."""

import math

import numpy as np
import pytest

from adjoint import Differentiable

factor = 3.0


def step(x, h=0.1):
    x = x + h * math.sin(x)
    return x * factor / 3.0


def with_loop(x, n):
    for _ in range(n):
        x = step(x, h=0.2)
    return x


def without_loop(x):
    return step(x)


def branching(x):
    return x if x > 0 else -x


def calls_a_branch(x, n):
    for _ in range(n):
        x = branching(x) * 0.5
    return x


def hides(x, n):
    factor = 2.0
    for _ in range(n):
        x = step(x) * factor
    return x


def of_arrays(x, n):
    for _ in range(n):
        x = np.sin(doubled(x))
    return np.sum(x)


def doubled(x):
    return 2.0 * x


def source(function, *args) -> str:
    return Differentiable(function, ("x",)).source_of("gradient", None, *args)


def slope(function, x, *args) -> float:
    return (function(x + 1e-6, *args) - function(x - 1e-6, *args)) / 2e-6


def test_a_call_in_a_loop_is_opened() -> None:
    assert "step" not in source(with_loop, 0.3, 4).replace("= step(", "")
    assert "_vjp" not in source(with_loop, 0.3, 4)


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (without_loop, (0.3,)),
        (calls_a_branch, (0.3, 3)),
        (hides, (0.3, 3)),
        (of_arrays, (np.ones(3), 2)),
    ],
)
def test_other_calls_stay_calls(function, args) -> None:
    assert "_vjp" in source(function, *args)


@pytest.mark.parametrize("function", [with_loop, calls_a_branch, hides])
def test_the_numbers_are_those_of_the_calls(function) -> None:
    got = Differentiable(function, ("x",)).gradient(0.3, 4)
    assert got == pytest.approx(slope(function, 0.3, 4), rel=1e-6)


def test_a_function_that_was_opened_and_then_changed_is_opened_again(monkeypatch) -> None:
    function = Differentiable(with_loop, ("x",))
    function.gradient(0.3, 2)
    monkeypatch.setitem(globals(), "step", lambda x, h: 2.0 * x)
    assert function.gradient(0.3, 2) == pytest.approx(4.0)
