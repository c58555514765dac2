"""What the IR of a construct looks like: the part that later stages rely on."""

from __future__ import annotations

import textwrap

import numpy as np
import pytest

from adjoint.transform.ir.nodes import (
    Assign,
    Const,
    Define,
    Items,
    Op,
    Ref,
    Var,
    walk,
)
from adjoint.transform.ir.show import show
from adjoint.transform.lower import lower, normalise_exits


def helper(x):
    return x


def whole_expressions(x, w):
    y = 1 / (1 + np.exp(-x @ w))
    if np.all(np.isfinite(y)) and not (0 < x[0] < y.size or x is None):
        print(f"{np.sum(y):.3f}")
    return y


WHOLE_EXPRESSIONS = """
def whole_expressions(x, w):
    %1 = -x   [unary:-]
    %2 = %1 @ w   [binary:@]
    %3 = @np.exp(%2)   [call]
    %4 = 1 + %3   [binary:+]
    y = 1 / %4   [binary:/]
    %5 = @np.all(@np.isfinite(y)) and (not (0 < x[0] < y.size or x is None))   [look]
    if %5:
        %6 = f'{@np.sum(y):.3f}'   [look]
        @print(%6)   [call]
    return y
"""


def impure_tests(x):
    while helper(x) > 0 and x > 1:
        x = helper(x) or 2
    return x


IMPURE_TESTS = """
def impure_tests(x):
    before:
        %1 = @helper(x)   [call]
        %2 = %1 > 0   [look]
        if %2:
            %3 = x > 1   [look]
        else:
            %3 = %2
    while %3:
        %4 = @helper(x)   [call]
        if %4:
            %5 = %4
        else:
            %5 = 2
        x = %5
    return x
"""


def swap(a, i):
    a[i], a[-1] = a[-1], a[i]
    a[i, 1:] *= 2
    a.flat[0] += helper(i)
    a[0] += helper(a)


SWAP = """
def swap(a, i):
    %1 = a[-1]   [index]
    %2 = a[i]   [index]
    %3 = (%1, %2)   [tuple]
    (%4, %5) = %3
    a[i] = %4   [store index]
    a[-1] = %5   [store index]
    a[i, 1:] *= 2   [store index]
    %6 = a.flat   [attribute:flat]
    %7 = @helper(i)   [call]
    %6[0] += %7   [store index]
    old = a[0]   [index]
    %8 = @helper(a)   [call]
    old += %8
    a[0] = old   [store index]
"""


def loops(xs, d):
    for i, (a, b) in enumerate(zip(xs, xs[1:], strict=False)):  # noqa: RUF007
        for k, v in d.items():
            print(i, a, b, k, v)


@pytest.mark.parametrize(
    ("f", "expected"),
    [(whole_expressions, WHOLE_EXPRESSIONS), (impure_tests, IMPURE_TESTS), (swap, SWAP)],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_printed_form(f, expected):
    assert show(lower(f)) == textwrap.dedent(expected).strip()


def test_patterns_of_loops_are_unpacked_first_thing_in_the_body():
    loop = next(stmt for stmt in lower(loops).body if type(stmt).__name__ == "For")
    assert loop.target.is_temporary
    first, second, inner = loop.body
    assert first.targets[0] == Var("i")
    assert second.targets == (Var("a"), Var("b"))
    assert second.value == first.targets[1]
    assert isinstance(inner.iterable, Items)
    assert inner.iterable.what == "items"


def test_roles_and_callees():
    def f(g, xs, kw):
        xs.put(1, *xs, key=g(2, **kw))
        return helper(xs)

    calls = [stmt.value for stmt in lower(f).body if isinstance(getattr(stmt, "value", 0), Op)]
    assert [call.prim for call in calls] == ["call", "method:put", "call"]
    assert [call.roles for call in calls] == [("", "**"), ("self", "", "*", "key"), ("",)]
    assert [call.callee for call in calls] == [Var("g"), None, Ref("helper", helper)]


def test_names_resolve_to_objects_through_modules_and_cells():
    scale = 3.0

    def f(x):
        return scale * np.linalg.norm(x) * np.pi

    refs = [atom for stmt in lower(f).body if isinstance(stmt, Assign) for atom in stmt.value.args]
    callees = [s.value.callee for s in lower(f).body if isinstance(s, Assign) and s.value.callee]
    assert [atom.text for atom in refs if isinstance(atom, Ref)] == ["scale", "np.pi"]
    assert callees == [Ref("np.linalg.norm", np.linalg.norm)]


def test_captures_are_those_of_the_functions_around():
    def f(a, b):
        def g(x, y=b):
            def h(z):
                return a + x + z

            return h(y)

        return g(1)

    (define,) = [stmt for stmt in lower(f).body if isinstance(stmt, Define)]
    assert define.function.captures == ("a",)
    assert define.function.params[1].default == Var("b")
    (inner,) = [stmt for stmt in define.function.body if isinstance(stmt, Define)]
    assert inner.function.captures == ("a", "x")


def test_negative_literals_are_constants():
    (stmt, _) = lower(lambda x: x**-2.0).body
    assert stmt.value.args == (Var("x"), Const(-2.0))


def test_spans_are_the_users_statements():
    def f(x):
        y = (x
             + 1)  # fmt: skip
        if y:
            return y
        return x

    assign, branch, _ = lower(f).body
    assert (assign.span.end_line - assign.span.line, assign.span.column) == (1, 8)
    assert (branch.span.line, branch.span.end_line) == (assign.span.line + 2,) * 2


def test_lone_tails_need_no_flags():
    def f(x):
        if x > 1:
            return 1
        if x > 0:
            y = 2
        else:
            return 3
        return y

    text = show(normalise_exits(lower(f)))
    assert "returned" not in text
    assert text.count("result = ") == 3


def test_flags_do_not_take_the_users_names():
    def f(xs, result, returned):
        for x in xs:
            if x:
                return result
        return returned

    plain = normalise_exits(lower(f))
    assert plain.body[-1].value == Var("result_1")
    assert any(
        isinstance(stmt, Assign) and stmt.target == Var("returned_1") for stmt in walk(plain.body)
    )
