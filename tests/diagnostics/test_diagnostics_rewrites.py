"""What is refused when it is analysed points at its place, and what it says to write is right."""

from __future__ import annotations

import linecache
import sys
import textwrap
import types

import numpy as np
import pytest

from adjoint.transform.differentiable import Differentiable
from adjoint.transform.errors import UnsupportedSyntax
from tests.diagnostics import rewrites_syntax
from tests.diagnostics.rewrites import REWRITES
from tests.diagnostics.test_diagnostics_refused import CASES

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
