"""A `try` whose body may leave half of its work behind: right, or refused with advice."""

from __future__ import annotations

import math

import numpy as np
import pytest

from adjoint import grad
from adjoint.transform.errors import UnsupportedSyntax

from ..programs.checker import check

X = np.array([0.5, 1.3, -0.7, 2.1])


def half_written(x):
    y = x * 1.0
    try:
        y[0] = 5.0
        z = math.sqrt(x[2])
    except ValueError:
        z = x[2]
    return np.sum(y) * z


def half_assigned(x):
    s = x[0]
    try:
        s = s * 2
        z = math.sqrt(x[2])
    except ValueError:
        z = x[2]
    return s * z


def counter_read_later(x):
    n = 0
    try:
        n = 3
        y = math.sqrt(x[2])
    except ValueError:
        y = x[0] * n
    return y


def half_appended(x):
    roots = []
    try:
        for v in x:
            roots.append(math.sqrt(v))
    except ValueError:
        pass
    return sum(roots)


def _fill(buf, x):
    for k in range(4):
        buf[k] = math.sqrt(x[k])


def half_filled_by_a_call(x):
    buf = np.ones(4)
    try:
        _fill(buf, x)
    except ValueError:
        return np.sum(buf)
    return np.sum(buf * buf)


def loop_in_a_try_in_a_loop(x):
    s = 0.0
    for v in x:
        try:
            t = v
            for _ in range(3):
                t = t * np.sin(t)
            s = s + t * math.sqrt(v)
        except ValueError:
            s = s + v
    return s


def any_error_of_an_unknown_function(x, f=np.sum):
    try:
        return f(x)
    except Exception:
        return np.sum(x)


def bound_by_what_raised(x):
    try:
        a = np.sum(x) / len(x)
    except ZeroDivisionError:
        a = a + x[0]
    return a * a


REFUSED = [
    (bound_by_what_raised, "`a` is bound in the `try` alone"),
    (half_filled_by_a_call, "`buf` is changed in this `try`"),
]


HALF_DONE = [
    half_written, half_assigned, counter_read_later, half_appended, loop_in_a_try_in_a_loop,
]  # fmt: skip


@pytest.mark.parametrize("f", HALF_DONE)
def test_half_done_work_counts_as_far_as_it_went(f):
    check(f, (X,), (0,))
    check(f, (np.abs(X),), (0,))


@pytest.mark.parametrize(("f", "message"), REFUSED)
def test_half_done_work_is_refused(f, message):
    with pytest.raises(UnsupportedSyntax, match=message):
        grad(f).gradient(X)


def test_errors_of_ours_are_not_caught():
    with pytest.raises(UnsupportedSyntax, match="would catch what keeps this call"):
        grad(any_error_of_an_unknown_function).gradient(X, lambda x: np.sum(x * x))


def _tried(v):
    t = v
    for _ in range(3):
        t = t * np.sin(t)
    return t * math.sqrt(v)


def in_a_function(x):
    s = 0.0
    for v in x:
        try:
            s = s + _tried(v)
        except ValueError:
            s = s + v
    return s


def test_what_is_tried_in_a_function_is_right():
    slopes = [
        (in_a_function(X + step) - in_a_function(X - step)) / 2e-6 for step in 1e-6 * np.eye(4)
    ]
    np.testing.assert_allclose(grad(in_a_function).gradient(X), slopes, rtol=1e-6)


def falls_through_dead_code(x):
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        x = x * 3.0
    return x[0]


def test_what_may_raise_is_never_dead():
    np.testing.assert_array_equal(grad(falls_through_dead_code).gradient(X), [3.0, 0.0, 0.0, 0.0])
