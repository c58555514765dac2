"""`with`: `no_grad` cuts what its body computes; a context that may change things is refused."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest

import adjoint
from adjoint import grad
from adjoint.transform.errors import UnsupportedSyntax

X = np.array([0.5, 1.3, -0.7, 2.1])


def scale_is_constant(x):
    with adjoint.no_grad():
        c = np.sum(x * x)
    return c * np.sum(x)


def everything_bound_inside(x):
    with adjoint.no_grad():
        a, b = x[0] * 2, x[1]
        squares = []
        for v in x:
            squares.append(v * v)
        n = 0
        n += 1
    return a * b * x[0] + sum(squares) * x[1] + n + v * x[2]


def returned_from_inside(x):
    with adjoint.no_grad():
        if x[0] > 0:
            return np.sum(x * x)
    return np.sum(x)


def cut_in_each_round(x):
    s = 0.0
    for v in x:
        with adjoint.no_grad():
            s = s * 0.5
        s = s + v * v
    return s


def containers_made_inside(x):
    with adjoint.no_grad():
        table = {"a": x * 2}
        pair = [x, x]
    return np.sum(table["a"] * x) + np.sum(pair[0] * x)


def nothing_entered(x):
    with contextlib.nullcontext((x, 2.0)) as (y, n), contextlib.nullcontext():
        z = y * n
    return np.sum(z)


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (scale_is_constant, np.full(4, np.sum(X * X))),
        (everything_bound_inside, [X[0] * 2 * X[1], np.sum(X * X), X[3], 0.0]),
        (returned_from_inside, np.zeros(4)),
        (cut_in_each_round, [0.0, 0.0, 0.0, 2 * X[3]]),
        (containers_made_inside, 3 * X),
        (nothing_entered, np.full(4, 2.0)),
    ],
)
def test_what_flows_out_of_a_with(f, expected):
    value, gradient = grad(f).value_and_gradient(X)
    assert value == f(X)
    np.testing.assert_allclose(gradient, expected)
    value, pullback = grad(f).vjp(X)
    assert value == f(X)
    np.testing.assert_allclose(pullback(2.0)[0], 2.0 * np.asarray(expected))


class Doubled:
    def __init__(self, value):
        self.value = value

    def __enter__(self):
        return 2.0 * self.value

    def __exit__(self, *exc):
        return False


@contextlib.contextmanager
def tripled(value):
    yield 3.0 * value


def from_a_class(x):
    with Doubled(x) as y:
        return np.sum(y)


def from_a_generator(x):
    with tripled(x) as y:
        return np.sum(y)


def made_before(x):
    context = tripled(x)
    with context as y:
        return np.sum(y)


def buffer_handed_over(x):
    buffer = np.zeros(4)
    with contextlib.closing(buffer) as y:
        y[:] = x
    return np.sum(buffer * x)


@pytest.mark.parametrize(("f", "slope"), [(from_a_class, 2.0), (from_a_generator, 3.0)])
def test_what_a_manager_does_is_differentiated(f, slope):
    np.testing.assert_allclose(grad(f).gradient(X), np.full(4, slope))


@pytest.mark.parametrize("f", [made_before, buffer_handed_over])
def test_a_context_that_is_handed_what_matters_is_refused(f):
    with pytest.raises(UnsupportedSyntax, match="what this `with` enters is given"):
        grad(f).gradient(X)


@contextlib.contextmanager
def in_order():
    with np.errstate(all="ignore"):
        try:
            yield
        except ValueError:
            raise
        finally:
            print(end="")


@contextlib.contextmanager
def quiet():
    try:  # noqa: SIM105
        yield
    except:  # noqa: E722
        pass


@contextlib.contextmanager
def quiet_about_values():
    try:
        yield
    except ValueError as error:
        print(error, end="")


class Quiet:
    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        return kind is ValueError


def cleans_up(x):
    with in_order():
        return np.sum(x * x)


def swallows_all(x):
    with quiet():
        return np.sum(x * x)


def swallows_some(x):
    with quiet_about_values():
        return np.sum(x * x)


def swallows_by_its_exit(x):
    with Quiet():
        return np.sum(x * x)


def test_a_generator_that_cleans_up_swallows_nothing():
    np.testing.assert_allclose(grad(cleans_up).gradient(X), 2 * X)


@pytest.mark.parametrize("f", [swallows_all, swallows_some, swallows_by_its_exit])
def test_a_context_that_may_swallow_exceptions_is_followed(f):
    np.testing.assert_allclose(grad(f).gradient(X), 2 * X)


def swallows_by_its_name(x):
    context = Quiet()
    with context:
        return np.sum(x * x)


def test_a_context_that_was_made_before_and_may_swallow_exceptions_is_refused():
    with pytest.raises(UnsupportedSyntax, match="may swallow an exception"):
        grad(swallows_by_its_name).gradient(X)
