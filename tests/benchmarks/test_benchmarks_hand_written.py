"""The hand-written adjoints, against which everything is measured, are right themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from benchmarks.program import Program
from benchmarks.suite import PROGRAMS


def central_differences(program: Program, position: int, step: float = 1e-6) -> Any:
    """The gradient of a program at its small arguments, one entry at a time."""
    point = np.asarray(program.small[position], float)
    gradient = np.zeros_like(point)
    for at in np.ndindex(point.shape):
        values = []
        for moved in (step, -step):
            args = list(program.small)
            args[position] = point.copy() if point.ndim else float(point)
            if point.ndim:
                args[position][at] += moved
            else:
                args[position] += moved
            values.append(program.primal(*args))
        gradient[at] = (values[0] - values[1]) / (2 * step)
    return gradient


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_hand_written_gradient_agrees_with_finite_differences(program: Program) -> None:
    gradients = program.hand(*program.small)
    assert len(gradients) == len(program.wrt)
    for gradient, position in zip(gradients, program.wrt, strict=True):
        expected = central_differences(program, position)
        assert np.shape(gradient) == expected.shape
        np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_hand_written_gradient_leaves_its_arguments_alone(program: Program) -> None:
    before = [np.array(arg, copy=True) for arg in program.small]
    program.hand(*program.small)
    for arg, old in zip(program.small, before, strict=True):
        np.testing.assert_array_equal(arg, old)
