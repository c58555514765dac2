"""Objects of the user's whose methods have the names of array methods."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

from adjoint import gradient
from adjoint.runtime.errors import AdjointError


class Weights:
    """Its `sum` is not that of an array."""

    def sum(self, x: Any) -> Any:
        return 7.0 * x


WEIGHTS = Weights()


def outside(x: Any) -> Any:
    return WEIGHTS.sum(x)


def inside(x: Any, weights: Any) -> Any:
    return weights.sum(x)


def test_a_method_that_only_sounds_like_an_arrays_is_the_objects_own() -> None:
    assert gradient(outside)(2.0) == 7.0
    assert gradient(inside)(2.0, WEIGHTS) == 7.0


class Wrapped(Weights):
    """What its attributes are is not known."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


def test_the_method_of_an_object_that_is_not_known_is_never_silently_zero() -> None:
    with pytest.raises(AdjointError, match="sum"):
        gradient(inside)(2.0, Wrapped())


def test_a_complex_result_has_no_gradient() -> None:
    def wave(x: Any) -> Any:
        return np.exp(1j * x)

    with pytest.raises(TypeError, match="complex"):
        gradient(wave)(0.3)


class Lazy:
    """A value that is computed once and kept."""

    def __init__(self, w: Any) -> None:
        self.w = w

    @functools.cached_property
    def square(self) -> Any:
        return self.w * self.w


def computed_once(w: Any) -> Any:
    z = Lazy(w)
    return z.square * w


def test_what_is_computed_once_and_kept_is_refused() -> None:
    with pytest.raises(AttributeError, match="computed when it is read"):
        gradient(computed_once)(0.3)


def fill(grid: Any) -> Any:
    grid[0][1] = grid[1][0] * grid[0][0]
    return grid[0][1] * grid[1][1]


def test_a_list_in_two_places_of_an_argument_that_is_written_is_refused() -> None:
    assert gradient(fill)([[2.0, 3.0], [4.0, 5.0]]) == [[20.0, 0.0], [10.0, 8.0]]
    row = [2.0, 3.0]
    with pytest.raises(AdjointError, match="in two places of `grid`"):
        gradient(fill)([row, row])
