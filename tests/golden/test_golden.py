"""What is emitted is what was deliberately kept, its numbers are right, and it never varies."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from adjoint import Differentiable

from ..programs.forward_checker import check_forward
from .programs import PROGRAMS, Golden
from .text import EXPECTED, FORWARD, emitted, everything, path_of, pushed

_ROOT = Path(__file__).parents[2]
each = pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.function.__name__)


@each
def test_emitted_text_is_the_one_that_is_kept(program: Golden) -> None:
    kept = path_of(program).read_text()
    assert emitted(program) == kept, "a deliberate change? python -m tests.golden.refresh"


@each
def test_text_of_forward_mode_is_the_one_that_is_kept(program: Golden) -> None:
    kept = path_of(program, FORWARD).read_text()
    assert pushed(program) == kept, "a deliberate change? python -m tests.golden.refresh"


@each
def test_tangent_agrees_with_central_differences(program: Golden) -> None:
    names = program.function.__code__.co_varnames
    check_forward(program.function, program.args, tuple(map(names.index, program.wrt)))


@pytest.mark.parametrize("folder", [EXPECTED, FORWARD], ids=lambda p: p.name)
def test_every_kept_text_has_its_function(folder: Path) -> None:
    assert {p.name for p in folder.glob("*.txt")} == {path_of(p).name for p in PROGRAMS}


def _copied(args: tuple[object, ...]) -> list[object]:
    return [a.copy() if isinstance(a, np.ndarray) else a for a in args]


@each
def test_gradient_agrees_with_central_differences(program: Golden) -> None:
    names = program.function.__code__.co_varnames
    found = Differentiable(program.function, program.wrt).gradient(*_copied(program.args))
    gradients = found if len(program.wrt) > 1 else (found,)
    for name, gradient in zip(program.wrt, gradients, strict=True):
        position = names.index(name)
        at = np.asarray(program.args[position], float)
        assert np.shape(gradient) == at.shape
        expected = np.zeros_like(at)
        for index in np.ndindex(at.shape):
            ends = []
            for step in (1e-6, -1e-6):
                args = _copied(program.args)
                moved = at.copy()
                moved[index] += step
                args[position] = moved if at.ndim else float(moved)
                ends.append(program.function(*args))
            expected[index] = (ends[0] - ends[1]) / 2e-6
        np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-6)


@each
def test_gradients_of_single_precision_stay_so(program: Golden) -> None:
    args = [
        a.astype(np.float32) if isinstance(a, np.ndarray) else a for a in _copied(program.args)
    ]
    names = program.function.__code__.co_varnames
    found = Differentiable(program.function, program.wrt).gradient(*args)
    gradients = found if len(program.wrt) > 1 else (found,)
    if program.function.__name__ == "rnn":
        pytest.skip("it keeps its history in double precision")
    for name, gradient in zip(program.wrt, gradients, strict=True):
        if isinstance(args[names.index(name)], np.ndarray):
            assert gradient.dtype == np.float32


def test_text_does_not_depend_on_the_order_of_hashes() -> None:
    code = "from tests.golden.text import everything; print(everything(), end='')"
    texts = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=_ROOT, env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert texts == {everything()}
