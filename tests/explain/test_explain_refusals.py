"""Explaining says what differentiating does, and goes on after what is refused."""

from __future__ import annotations

import textwrap
import warnings

import pytest

from adjoint.runtime.errors import AdjointError
from adjoint.transform.differentiable import Differentiable
from adjoint.transform.explain.report import explained
from tests.diagnostics.test_diagnostics_refused import CASES, HEADER, expectation, function_of
from tests.programs.registry import corpus

PROGRAMS = [program for i, program in enumerate(corpus()) if i % 20 == 0 or program.may_refuse]


@pytest.mark.parametrize("case", CASES)
def test_what_is_refused_is_shown_there_and_once(case):
    text = HEADER + textwrap.dedent(CASES[case])
    line, start, end, message = expectation(text)
    report = explained(Differentiable(function_of(text, f"<explained {case}>")), "vjp")
    (found,) = [one for one in report.refusals if one.line == line]
    assert (found.column, found.end_column) == (start, end)
    assert message in found.message
    assert report.stopped == ""


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_a_program_is_refused_exactly_if_differentiating_refuses_it(program):
    function = Differentiable(program.function, tuple(program.positions(0)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        report = explained(function, "gradient", None, program.arguments(0))
    said = [one.message for one in report.refusals]
    refused = refusal_of(function, program.arguments(0))
    assert refused in said if refused else not said and not report.stopped


def refusal_of(function: Differentiable, arguments: tuple[object, ...]) -> str:
    """The message with which differentiating refuses a function; empty if it does not."""
    try:
        function.source_of("gradient", None, *arguments)
    except AdjointError as error:
        return str(error.msg)
    return ""


SEVERAL = {
    "in a loop": """
        def f(x):
            for i in range(3):
                s = vars(x)                            # refused
                x = x + eval("i")                      # refused
            return x
    """,
    "header and body": """
        def f(x):
            with Quiet():                              # refused
                y = exec("x")                          # refused
            return x
    """,
    "a match": """
        def f(x, Shape):
            match x:
                case Shape(r):                         # refused
                    return eval("r")                   # refused
            return x
    """,
    "a try": """
        def f(x, error):
            try:
                y = locals()                           # refused
            except error:                              # refused
                y = globals()                          # refused
            finally:
                print(x)
            return y
    """,
    "nested functions": """
        def f(x):
            def g(y):
                x = locals()                           # refused
                return y * 2
            h = lambda z: eval("z")                    # refused
            return g(x) + h(x)
    """,
    "a callee": """
        def g(x):
            class A: pass                              # refused
            return x * x
        def f(x):
            await_ = vars(x)                           # refused
            return g(x)
    """,
    "what comes back": """
        def f(x):
            if x > 0:
                return eval("x")                       # refused
            import nothing_of_this_name                # refused
            return eval("2 * x")                       # refused
    """,
}
QUIET = """
class Quiet:
    def __exit__(self, *exc):
        return True
"""


@pytest.mark.parametrize("name", SEVERAL)
def test_all_that_is_refused_is_found(name):
    text = HEADER + QUIET + textwrap.dedent(SEVERAL[name])
    marked = [i for i, line in enumerate(text.splitlines(), 1) if line.endswith("# refused")]
    report = explained(Differentiable(function_of(text, f"<several {name}>")), "vjp")
    assert sorted(one.line for one in report.refusals) == marked
    assert report.stopped == ""
