"""Random programs of mixed numbers: written the same each time, always running, right."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from .number_checks import outcome
from .numbers import failures
from .program_text import Compound, Line, render
from .random_numbers import random_numbers
from .wide_numbers import Unknown, slopes, wide_program


def test_the_same_seed_writes_the_same_program() -> None:
    for seed in range(40):
        one, two = random_numbers(seed), random_numbers(seed)
        assert render(one.block) == render(two.block)
        assert repr(one.args) == repr(two.args)


def test_every_sort_of_number_and_operator_occurs() -> None:
    cases = [random_numbers(seed) for seed in range(400)]
    text = "".join(render(case.block) for case in cases)
    for piece in (
        " ** ", " // ", " % ", " << ", "divmod(", "pow(", "abs(", "round(", "min(", "math.",
        "cmath.", "np.where(", "astype(", "dtype=", ".real = ", " *= ", "range(0)", "int(",
        "float(",
    ):  # fmt: skip
        assert piece in text, piece
    kinds = {type(arg).__name__ for case in cases for arg in case.args}
    kinds |= {arg.dtype.name for case in cases for arg in case.args if isinstance(arg, np.ndarray)}
    assert {"float16", "float32", "float64", "complex64", "complex128"} <= kinds
    assert {"int", "bool", "float", "complex", "int64", "int8"} <= kinds
    assert any(np.size(arg) == 0 for case in cases for arg in case.args)


def test_slopes_are_those_of_the_parts_of_complex_numbers() -> None:
    program = wide_program("import cmath\nimport math\nimport numpy as np\ndef program(z):\n"
                           "    return np.complex64(z) * z")  # fmt: skip
    found = slopes(program, (1 + 2j,), 0.5 + 1j)
    assert abs(found.gradients[0] - (0.5 + 1j) * np.conj(2 * (1 + 2j))) < 1e-12
    kinked = wide_program("def program(x):\n    return abs(x)")
    with pytest.raises(Unknown, match="a kink"):
        slopes(kinked, (0.0,), 1.0)


def test_outcomes_are_told_apart(tmp_path: Any) -> None:
    def kind(text: str, *args: Any) -> str:
        body = (Line(text),)
        header = f"def program({', '.join('ab'[: len(args)])}):"
        return outcome((Compound(((header, body),)),), args, str(tmp_path)).kind

    assert kind("return a * a + b", 1.5, 2) == "right"
    assert kind("return a > b", 1.5, 2) == "right without a derivative"
    assert kind("return a * 0 + b", 1.5, 2) == "right and zero"
    assert kind("return float(str(a))", 1.5) == "refused"
    assert kind("return abs(a)", 0.0) == "ill-conditioned"
    assert kind("return a + c", 1.5) == "unusable"


@pytest.mark.parametrize("first", range(0, 400, 50))
def test_gradients_of_mixed_numbers_are_right(first: int) -> None:
    tally: Counter[str] = Counter()
    reports = list(failures(range(first, first + 50), tally))
    assert not reports, "\n".join(reports)
    assert tally["right"] + tally["right and zero"] > sum(tally.values()) / 2
