"""What is refused when it is analysed points at its place, and what it says to write is right."""

from __future__ import annotations

import linecache
import sys
import textwrap
import traceback
import types

import numpy as np
import pytest

from adjoint.runtime.errors import AdjointError, MissingRule
from adjoint.transform.differentiable import Differentiable
from adjoint.transform.errors import UnsupportedSyntax
from tests.diagnostics import rewrites, rewrites_calls, rewrites_late, rewrites_syntax
from tests.diagnostics.test_diagnostics_refused import CASES

REWRITES = {**rewrites.REWRITES, **rewrites_calls.REWRITES}
LATE = rewrites_late.REWRITES
HEADER = "import numpy as np\n"
X = np.array([0.7, 1.3, 0.4, 2.1])


def function_of(text: str, name: str):
    """The function `f` of a module of which this is the text."""
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    module = types.ModuleType(name)
    sys.modules[name] = module  # classes are looked for there
    exec(compile(text, name, "exec"), vars(module))
    return module.f


@pytest.mark.parametrize("case", REWRITES)
def test_refused_with_line_caret_and_rewrite(case):
    program, message, _ = REWRITES[case]
    text = HEADER + textwrap.dedent(program)
    lines = text.splitlines()
    (at,) = [number for number, line in enumerate(lines) if line.strip(" #^") == "" and "^" in line]
    with pytest.raises(UnsupportedSyntax) as caught:
        Differentiable(function_of(text, f"<{case}>")).gradient(X.copy())
    error = caught.value
    assert (error.lineno, error.offset) == (at, lines[at].index("^") + 1)
    assert (error.end_lineno, error.end_offset) == (at, len(lines[at]) + 1)
    assert error.text.rstrip("\n") == lines[at - 1]
    assert error.msg == message


@pytest.mark.parametrize("case", REWRITES)
def test_the_rewrite_is_accepted_and_right(case):
    assert_right(REWRITES[case][2], f"<{case}, rewritten>")


@pytest.mark.parametrize("case", LATE)
def test_refused_when_it_runs_at_the_line_that_calls(case):
    program, kind, message, _ = LATE[case]
    text = HEADER + textwrap.dedent(program)
    (at,) = [n for n, line in enumerate(text.splitlines(), 1) if line.endswith("# refused")]
    with pytest.raises(AdjointError) as caught:
        Differentiable(function_of(text, f"<{case}>")).gradient(X.copy())
    assert type(caught.value).__name__ == kind
    assert str(caught.value) == message
    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (last.filename, last.lineno) == (f"<{case}>", at)


@pytest.mark.parametrize("case", LATE)
def test_the_rewrite_of_what_is_refused_late_is_accepted_and_right(case):
    assert_right(LATE[case][3], f"<{case}, rewritten>")


LIBRARY = """
import scipy.optimize
import statistics

def f(x):
    total = 0.0
    return total + statistics.geometric_mean([x[0], x[1]])

def late(x):
    solve = [scipy.optimize.brentq][0]
    return solve(lambda t: t - x[0], 0.0, 5.0)
"""


def test_what_a_library_refuses_is_marked_where_it_is_called():
    function = function_of(HEADER + LIBRARY, "<library>")
    with pytest.raises(MissingRule, match=r"it is followed to statistics\.py:\d+, where") as caught:
        Differentiable(function).gradient(X.copy())
    error = caught.value
    marked = error.text[error.offset - 1 : error.end_offset - 1]
    assert marked == "statistics.geometric_mean([x[0], x[1]])"
    assert error.filename == "<library>"


def test_what_a_library_refuses_when_it_runs():
    pytest.importorskip("scipy")
    late = function_of(HEADER + LIBRARY, "<library>").__globals__["late"]
    with pytest.raises(MissingRule, match=r"`brentq` has no derivative rule: .*_zeros_py\.py:"):
        Differentiable(late).gradient(X.copy())


@pytest.mark.parametrize("case", rewrites_syntax.REWRITES)
def test_the_rewrite_of_syntax_is_accepted_and_right(case):
    assert case in CASES
    assert_right(rewrites_syntax.REWRITES[case], f"<syntax {case}, rewritten>")


def assert_right(program: str, name: str) -> None:
    function = function_of(HEADER + textwrap.dedent(program), name)
    gradient = Differentiable(function).gradient(X.copy())
    steps = 1e-6 * np.eye(4)
    expected = [(function(X + step) - function(X - step)) / 2e-6 for step in steps]
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-8)
