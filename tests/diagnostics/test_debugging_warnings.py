"""Warnings that NumPy gives in emitted code, or under tensors, are printed at the user's line."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adjoint import grad, tensor

ZERO = np.array([0.0, 1.0])


def logarithm(x):
    return np.log(x)


@grad
def entropy(x):
    y = logarithm(x)
    return np.sum(y)


@grad
def roots(x):
    r = np.sqrt(x)
    return np.sum(3.0 * r)


@grad
def both(x):
    y = np.sqrt(x)
    z = np.log(
        x
    ) * 2  # fmt: skip
    return np.sum(y * z)


def shown(run: Callable[[], Any]) -> list[str]:
    """What is printed of the warnings of a run, without the folder of this file."""
    found: list[str] = []

    def show(message: Any, category: Any, filename: str, lineno: int, *_: Any) -> None:
        found.append(warnings.formatwarning(message, category, filename, lineno))

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        vars(warnings)["showwarning"] = show
        run()
    return [text.replace(f"{Path(__file__).parent}{os.sep}", "") for text in found]


def place(text: str) -> str:
    """How a warning at the line that holds a text begins."""
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    (line,) = [number for number, read in enumerate(lines, 1) if read.strip() == text]
    return f"test_debugging_warnings.py:{line}: RuntimeWarning: "


def test_in_the_primal_part_and_in_the_adjoint_of_a_callee() -> None:
    at = place("return np.log(x)")
    primal = f"{at}divide by zero encountered in log\n  return np.log(x)\n"
    adjoint = f"{at}divide by zero encountered in divide, in the adjoint: return d_out / x\n"
    found = shown(lambda: entropy.value_and_gradient(ZERO))
    assert found == [primal, f"{adjoint}  return np.log(x)\n"]


def test_in_the_adjoint() -> None:
    (found,) = shown(lambda: roots.gradient(ZERO))
    said = "divide by zero encountered in divide, in the adjoint: return 0.5 * d_r / r\n"
    assert found == f"{place('r = np.sqrt(x)')}{said}  r = np.sqrt(x)\n"


def test_a_value_that_is_computed_late_is_no_adjoint() -> None:
    found = shown(lambda: both.value_and_gradient(ZERO))
    at = place("return np.sum(y * z)")
    assert [text for text in found if text.startswith(at)] == [
        f"{at}invalid value encountered in multiply\n  return np.sum(y * z)\n"
    ]


def test_under_tensors() -> None:
    t = tensor([0.0, 1.0], requires_grad=True)

    def run() -> None:
        y = t.log().sum()
        y.backward()  # of a tensor

    first, second = shown(run)
    assert first.startswith(place("y = t.log().sum()"))
    assert second.startswith(place("y.backward()  # of a tensor"))


def test_of_other_code_as_ever() -> None:
    (found,) = shown(lambda: np.log(ZERO))
    assert "in the adjoint" not in found
    assert found.startswith(place("(found,) = shown(lambda: np.log(ZERO))"))


@pytest.mark.filterwarnings("error")
def test_as_errors() -> None:
    with pytest.raises(RuntimeWarning, match="divide by zero") as caught:
        roots.gradient(ZERO)
    assert "In the adjoint of test_debugging_warnings.py, line" in caught.value.__notes__[0]


def test_on_the_terminal(tmp_path: Any) -> None:
    file = tmp_path / "model.py"
    file.write_text(
        "import numpy as np\nfrom adjoint import gradient\n\ndef f(x):\n    return np.log(x)\n\n"
        "gradient(f)(np.float64(0.0))\n"
    )
    done = subprocess.run(
        [sys.executable, "model.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stderr.replace(f"{tmp_path}/", "").splitlines()[0].startswith("model.py:5: Runtime")
