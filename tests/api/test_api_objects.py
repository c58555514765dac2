"""Objects of the user's whose methods have the names of array methods."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

from adjoint import grad, gradient, tensor
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


def test_what_is_computed_once_and_kept_is_differentiated() -> None:
    assert gradient(computed_once)(0.3) == pytest.approx(3 * 0.3**2)


def fill(grid: Any) -> Any:
    grid[0][1] = grid[1][0] * grid[0][0]
    return grid[0][1] * grid[1][1]


def test_a_list_in_two_places_of_an_argument_that_is_written_is_refused() -> None:
    assert gradient(fill)([[2.0, 3.0], [4.0, 5.0]]) == [[20.0, 0.0], [10.0, 8.0]]
    row = [2.0, 3.0]
    with pytest.raises(AdjointError, match="in two places of `grid`"):
        gradient(fill)([row, row])


class Line:
    """A model with what has no derivative beside what has one."""

    def __init__(self, w: Any, b: Any) -> None:
        self.w = w
        self.b = b
        self.power = 2
        self.name = "line"
        self.parent = None

    def error(self, x: Any) -> Any:
        return np.sum((self.w * x + self.b) ** self.power)

    @grad(wrt="self")
    def own_error(self, x: Any) -> Any:
        return self.error(x)


def test_the_gradient_of_a_method_with_respect_to_its_own_object_is_one_of_its_class() -> None:
    x = np.arange(3.0)
    line = Line(np.ones(3), 0.5)
    for found in (
        gradient(line.error, wrt="self")(x),
        gradient(Line.error)(line, x),
        line.own_error.gradient(x),
    ):
        assert type(found) is Line
        np.testing.assert_allclose(found.w, 2 * (x + 0.5) * x)
        assert found.b == 9.0
        assert found.power is None
        assert found.name is None
        assert found.parent is None


@grad
def error_of(line: Any, x: Any) -> Any:
    return line.error(x)


class Slot:
    """No dictionary of attributes."""

    __slots__ = ("w",)

    def __init__(self, w: Any) -> None:
        self.w = w

    def error(self, x: Any) -> Any:
        return np.sum(self.w * x)


def test_tensors_in_the_attributes_of_an_object_are_leaves() -> None:
    x = np.arange(3.0)
    line = Line(tensor(np.ones(3), requires_grad=True), tensor(0.5, requires_grad=True))
    error_of(line, x).backward()
    np.testing.assert_allclose(line.w.grad.numpy(), 2 * (x + 0.5) * x)
    assert float(line.b.grad) == 9.0
    slot = Slot(tensor(np.ones(3), requires_grad=True))
    error_of(slot, x).backward()
    np.testing.assert_allclose(slot.w.grad.numpy(), x)


class Patched:
    """A class of which a method is replaced."""

    def value(self, x: Any) -> Any:
        return 2.0 * x


def made_and_called(x: Any) -> Any:
    return Patched().value(x)


def test_a_method_that_is_replaced_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    derivative = gradient(made_and_called)
    assert derivative(3.0) == 2.0
    monkeypatch.setattr(Patched, "value", lambda self, x: x * x)
    assert derivative(3.0) == 6.0


KEPT: list[Any] = []


def kept_outside(x: Any) -> Any:
    KEPT.append(x * x)
    return KEPT[-1]


def test_what_is_stored_in_a_global_list_is_refused() -> None:
    with pytest.raises(AdjointError, match="outlives the call"):
        gradient(kept_outside)(3.0)
