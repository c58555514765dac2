"""A gradient is of a real number: a result that may be complex is looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adjoint import grad

WEIGHTS = np.array([1j, 2.0])


def written_out(x: Any) -> Any:
    return np.sum(x * 1j)


def found_outside(x: Any) -> Any:
    return np.sum(x * WEIGHTS)


def transformed(x: Any) -> Any:
    return np.sum(np.fft.fft(x) ** 2)


def converted(x: Any) -> Any:
    return np.sum(x.astype(complex))


def converted_by_name(x: Any) -> Any:
    return np.sum(x * np.ones(2, dtype="complex128"))


def in_a_helper(x: Any) -> Any:
    return transformed(x) * 2.0


@pytest.mark.parametrize(
    "function",
    [written_out, found_outside, transformed, converted, converted_by_name, in_a_helper],
    ids=lambda f: f.__name__,
)
def test_a_complex_result_has_no_gradient(function: Callable[..., Any]) -> None:
    with pytest.raises(TypeError, match="a gradient is of a real number"):
        grad(function).gradient(np.array([0.5, 2.0]))


def test_arguments_are_looked_at_in_every_call() -> None:
    @grad
    def square(x: Any) -> Any:
        return np.sum(x * x)

    np.testing.assert_array_equal(square.gradient(np.ones(2)), [2, 2])
    with pytest.raises(TypeError, match="a gradient is of a real number"):
        square.gradient(np.array([1j, 2.0]))
    np.testing.assert_array_equal(square.gradient(np.ones(2)), [2, 2])


def test_a_real_result_of_complex_numbers_has_one() -> None:
    @grad
    def power(x: Any) -> Any:
        return np.sum(np.abs(np.fft.fft(x)) ** 2)

    np.testing.assert_allclose(power.gradient(np.array([1.0, 3.0])), [4, 12])
