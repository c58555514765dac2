"""Each sample does what it says, at a small size."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

Sample = Callable[[str], ModuleType]
PNG = b"\x89PNG"


def test_digits_are_read_and_the_misread_ones_drawn(sample: Sample, tmp_path: Path) -> None:
    picture = tmp_path / "digits.png"
    score = sample("digits").main(["--epochs", "10", "--hidden", "32", "--out", str(picture)])
    assert score > 0.9
    assert picture.read_bytes().startswith(PNG)


def test_digits_reach_97_percent(sample: Sample) -> None:
    assert sample("digits").main(["--no-picture"]) >= 0.97


def test_digits_train_without_hidden_layers(sample: Sample) -> None:
    assert sample("digits").main(["--epochs", "10", "--hidden", "--no-picture"]) > 0.8


def test_lynx_and_hare_are_fitted(sample: Sample, tmp_path: Path) -> None:
    lynx_hare = sample("lynx_hare")
    picture = tmp_path / "lynx_hare.png"
    result = lynx_hare.main(["--steps", "4", "--out", str(picture)])
    before = lynx_hare.misfit(lynx_hare.GUESS, lynx_hare.HARE, lynx_hare.LYNX, 4)
    assert result.fun < 0.2 * before
    # Rates that others found for these data (Carpenter's Stan case study): 0.55, 0.028, 0.80, 0.024
    np.testing.assert_allclose(np.exp(result.x[:4]), [0.55, 0.028, 0.80, 0.024], rtol=0.05)
    assert picture.read_bytes().startswith(PNG)


def test_lynx_and_hare_gradient_agrees_with_finite_differences(sample: Sample) -> None:
    lynx_hare = sample("lynx_hare")
    counts = lynx_hare.HARE[:5], lynx_hare.LYNX[:5], 3
    gradient = lynx_hare.misfit.gradient(lynx_hare.GUESS, *counts)
    steps = 1e-6 * np.eye(len(gradient))
    expected = [
        (
            lynx_hare.misfit(lynx_hare.GUESS + step, *counts)
            - lynx_hare.misfit(lynx_hare.GUESS - step, *counts)
        )
        / 2e-6
        for step in steps
    ]
    np.testing.assert_allclose(gradient, expected, rtol=1e-6)


def test_plate_is_recovered(sample: Sample, tmp_path: Path) -> None:
    picture = tmp_path / "heat.png"
    small = ["--size", "24", "--steps", "10", "--iterations", "60"]
    observed, recovered = sample("heat").main([*small, "--out", str(picture)])
    assert recovered < 0.5 * observed
    assert picture.read_bytes().startswith(PNG)


def test_plate_gradient_leaves_the_start_alone(sample: Sample) -> None:
    heat = sample("heat")
    start = heat.plate(12)
    before = start.copy()
    heat.misfit.gradient(start, np.zeros_like(start), 0.2, 5, 1e-3)
    np.testing.assert_array_equal(start, before)


def test_tensors_agree_with_the_emitted_gradient_and_train(sample: Sample) -> None:
    difference, score = sample("tensors").main(["--epochs", "10", "--hidden", "32"])
    assert difference < 1e-12
    assert score > 0.9


@pytest.mark.parametrize("name", ["digits", "heat", "lynx_hare", "tensors"])
def test_sample_runs_as_a_program(sample: Sample, name: str) -> None:
    program = Path(sample(name).__file__)
    run = subprocess.run(
        [sys.executable, str(program), "--help"], capture_output=True, text=True, check=True
    )
    assert "usage:" in run.stdout
