"""Explaining says what differentiating does, and goes on after what is refused."""

from __future__ import annotations

import textwrap

import pytest

from adjoint.runtime.errors import AdjointError
from adjoint.transform.differentiable import Differentiable
from adjoint.transform.errors import UnsupportedSyntax
from adjoint.transform.explain.marks import LATE
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
@pytest.mark.filterwarnings("ignore")
def test_a_program_is_refused_exactly_if_calling_it_refuses_it(program):
    function = Differentiable(program.function, tuple(program.positions(0)))
    report = explained(function, "vjp", None, program.arguments(0))
    refused = refusal_of(function, program.arguments(0))
    if isinstance(refused, UnsupportedSyntax):
        assert refused.msg in [one.message for one in report.refusals]
    else:
        assert not report.refusals
        assert not report.stopped
    if refused is not None and not isinstance(refused, UnsupportedSyntax):
        through = [one for part in report.parts for line in part.lines for one in line.through]
        assert any(LATE in one for one in through)


def refusal_of(function: Differentiable, arguments: tuple[object, ...]) -> AdjointError | None:
    """What is raised where a call refuses a function."""
    try:
        function.vjp(*arguments)
    except AdjointError as error:
        return error
    return None


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
            exec("x = 1")                              # refused
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
