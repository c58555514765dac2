"""Objects of the user's whose methods have the names of array methods."""

from __future__ import annotations

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


def test_a_method_that_only_sounds_like_an_arrays_is_never_silently_zero() -> None:
    with pytest.raises(AdjointError, match="sum"):
        gradient(outside)(2.0)
    with pytest.raises(AdjointError, match="sum"):
        gradient(inside)(2.0, WEIGHTS)


def test_a_complex_result_has_no_gradient() -> None:
    def wave(x: Any) -> Any:
        return np.exp(1j * x)

    with pytest.raises(TypeError, match="complex"):
        gradient(wave)(0.3)
