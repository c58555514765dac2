"""Emitted against eager: the gradient of a sum over each call is what its rule gives for ones."""

from __future__ import annotations

import ast
import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from adjoint import gradient, hvp
from adjoint.runtime.helpers import HELPERS

from .checker import HAS_SCIPY, STEP, Case, parse, pull, reads_a_half
from .samples import SAMPLES, VALUES


@dataclass(frozen=True)
class Program:
    """A call of a function of NumPy's, one argument of which is differentiated."""

    case: Case
    parameter: str
    place: int | str
    k: int

    def text(self, name: str) -> str:
        """A function of that argument: the weighted sum of all that the call gives."""
        call = ast.parse(self.case.text, mode="eval").body
        assert isinstance(call, ast.Call)
        if isinstance(self.place, int):
            call.args[self.place] = ast.Name("X", ast.Load())
        for keyword in call.keywords:
            if keyword.arg == self.place:
                keyword.value = ast.Name("X", ast.Load())
        ans = self.case.call({})
        whole = "np.sum(np.real({0})) + 2 * np.sum(np.imag({0}))"
        one = whole if np.iscomplexobj(_first(ans)) else "np.sum({0})"
        parts = [f"r[{i}]" for i in range(len(ans))] if isinstance(ans, (list, tuple)) else ["r"]
        total = " + ".join(f"{i} * ({one.format(part)})" for i, part in enumerate(parts, start=1))
        return f"def {name}(X):\n    r = {ast.unparse(call)}\n    return {total}\n"

    def cotangent(self) -> Any:
        """The cotangent of the result of the call."""
        ans = self.case.call({})
        unit = 1 - 2j if np.iscomplexobj(_first(ans)) else 1.0
        if isinstance(ans, (list, tuple)):
            return [i * unit * np.ones(np.shape(a)) for i, a in enumerate(ans, start=1)]
        return unit * np.ones_like(ans) if isinstance(ans, np.ndarray) else unit


def _first(ans: Any) -> Any:
    return ans[0] if isinstance(ans, (list, tuple)) else ans


PROGRAMS = [
    Program(case, parameter, place, k)
    for case in parse(SAMPLES, VALUES)
    if case.rule.name.startswith(("np.", "scipy.")) and case.rule.name not in HELPERS
    for parameter, place, k in case.active()
    if isinstance(case.value(place), np.ndarray)
]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """A module with a function for every program, as a file: its source is read."""
    path: Path = tmp_path_factory.mktemp("emitted") / "programs_of_rules.py"
    lines = [p.text(f"program_{i}") for i, p in enumerate(PROGRAMS)]
    imports = ["import numpy as np", *(["import scipy"] if HAS_SCIPY else [])]
    path.write_text("\n".join([*imports, *lines]))
    spec = importlib.util.spec_from_file_location("programs_of_rules", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    vars(module).update(VALUES)
    sys.modules["programs_of_rules"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "number", range(len(PROGRAMS)), ids=lambda i: f"{PROGRAMS[i].case.text}, {PROGRAMS[i].place}"
)
def test_the_emitted_gradient_is_what_the_rule_gives(number: int, programs: ModuleType) -> None:
    program = PROGRAMS[number]
    case, ans = program.case, program.case.call({})
    want = pull(case, case.rule, program.parameter, program.k, ans, program.cotangent())
    x = np.array(case.value(program.place))
    got = gradient(getattr(programs, f"program_{number}"))(x)
    np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-10)


SCIENTIFIC = [i for i, p in enumerate(PROGRAMS) if p.case.rule.name.startswith("scipy.")]


@pytest.mark.parametrize("number", SCIENTIFIC, ids=lambda i: f"{PROGRAMS[i].case.text}")
def test_the_emitted_gradient_of_scipys_functions_is_differentiated_again(
    number: int, programs: ModuleType
) -> None:
    program = PROGRAMS[number]
    function = getattr(programs, f"program_{number}")
    x = np.array(program.case.value(program.place))
    step = np.random.default_rng(8).uniform(-1, 1, np.shape(x))
    if reads_a_half(program.case, program.parameter):
        step = step + np.transpose(step)
    ends = [gradient(function)(x + h * step) for h in (STEP, -STEP)]
    want = (ends[0] - ends[1]) / (2 * STEP)
    np.testing.assert_allclose(hvp(function, (x,), step), want, rtol=2e-4, atol=2e-5)
