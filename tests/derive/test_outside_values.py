"""A pullback is of the function as it was called: what globals held then is what counts."""

import numpy as np
import pytest

import adjoint

RATE = 2.0
WEIGHTS = np.ones(3)
STEPS = [0.5, 2.0]


def cubed(t):
    return RATE * t**3


def weighted(x):
    return np.sum(WEIGHTS * x * x)


def stepped(t):
    return STEPS[0] * t * t


def through_a_helper(t):
    return 2.0 * cubed(t)


@pytest.fixture(autouse=True)
def _as_before(monkeypatch):
    monkeypatch.setitem(globals(), "RATE", 2.0)
    monkeypatch.setitem(globals(), "WEIGHTS", np.ones(3))
    monkeypatch.setitem(globals(), "STEPS", [0.5, 2.0])


@pytest.mark.parametrize(("function", "want"), [(cubed, 24.0), (through_a_helper, 48.0)])
def test_a_global_that_is_bound_anew_counts_from_the_next_call_on(function, want):
    _, pullback = adjoint.vjp(function, 2.0)
    globals()["RATE"] = 10.0
    assert pullback(1.0) == (want,)
    _, pullback = adjoint.vjp(function, 2.0)
    assert pullback(1.0) == (5 * want,)


def test_what_is_written_into_a_global_array_counts_from_the_next_call_on():
    _, pullback = adjoint.vjp(weighted, np.ones(3))
    WEIGHTS[0] = 5.0
    assert pullback(1.0)[0].tolist() == [2.0, 2.0, 2.0]
    _, pullback = adjoint.vjp(weighted, np.ones(3))
    assert pullback(1.0)[0].tolist() == [10.0, 2.0, 2.0]


def test_what_is_put_into_a_global_list_counts_from_the_next_call_on():
    _, pullback = adjoint.vjp(stepped, 3.0)
    STEPS[0] = 7.0
    assert pullback(1.0) == (3.0,)


def test_a_captured_variable_that_is_bound_anew_counts_from_the_next_call_on():
    k = 2.0

    def scaled(t):
        return k * t**3

    _, pullback = adjoint.vjp(scaled, 2.0)
    k = 10.0
    assert pullback(1.0) == (24.0,)


def test_constants_of_libraries_are_read_where_they_are_used():
    def circle(r):
        return np.pi * r * r

    assert "kept" not in adjoint.grad(circle).source_of("vjp", None, 2.0)
    assert "kept" not in adjoint.grad(cubed).source
