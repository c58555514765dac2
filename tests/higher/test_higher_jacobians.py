"""Jacobians, Hessians and their products; `check_gradient`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

import adjoint
from adjoint import check_gradient, grad
from adjoint.transform.differentiable import Differentiable


def outer(x, k):
    return k * np.outer(np.sin(x), x)


def energy(q, k):
    return np.sum(np.exp(k * q)) * q[0] + np.prod(q)


Q = np.array([0.3, 0.8, -0.4])


def differences(f, x, h=1e-5):
    columns = []
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = h
        columns.append((f(x + step) - f(x - step)) / (2 * h))
    return np.stack(columns, axis=-1).reshape(*np.shape(columns[0]), *x.shape)


@pytest.mark.parametrize("make", [adjoint.jacobian, adjoint.jacfwd, adjoint.jacrev])
def test_a_jacobian_has_the_shape_of_the_result_and_then_of_the_argument(make):
    found = make(outer)(Q, 2.0)
    assert found.shape == (3, 3, 3)
    np.testing.assert_allclose(found, differences(lambda x: outer(x, 2.0), Q), rtol=1e-8)


def test_the_modes_are_chosen_by_shape(monkeypatch):
    used = []
    for name in ("jvp", "vjp"):
        plain = getattr(Differentiable, name)

        def noted(self, *args, name=name, plain=plain, **kwargs):
            used.append(name)
            return plain(self, *args, **kwargs)

        monkeypatch.setattr(Differentiable, name, noted)
    adjoint.jacobian(lambda x: np.array([np.sum(x), np.prod(x)]))(Q)
    adjoint.jacobian(lambda x: np.outer(x, x))(Q)
    assert used == ["vjp", "jvp", "jvp", "jvp"]


def test_structures_stand_inside_one_another():
    class Pair(NamedTuple):
        a: float
        b: np.ndarray

    def f(p, scale):
        return {"s": scale * p.a * np.sum(p.b), "v": p.b * p.a}

    for mode in ("forward", "reverse"):
        found = adjoint.jacobian(f, mode=mode)(Pair(2.0, Q), 3.0)
        assert found["s"].a == pytest.approx(3.0 * np.sum(Q))
        np.testing.assert_allclose(found["s"].b, np.full(3, 6.0))
        np.testing.assert_allclose(found["v"].a, Q)
        np.testing.assert_allclose(found["v"].b, 2.0 * np.eye(3))


def test_several_arguments_give_a_tuple():
    by_x, by_k = adjoint.jacobian(outer, wrt=("x", "k"))(Q, 2.0)
    np.testing.assert_allclose(by_x, adjoint.jacobian(outer)(Q, 2.0))
    np.testing.assert_allclose(by_k, np.outer(np.sin(Q), Q))


@pytest.mark.parametrize("mode", [None, "forward", "reverse"])
def test_a_hessian_is_the_jacobian_of_the_gradient(mode):
    found = adjoint.hessian(energy, mode=mode)(Q, 2.0)
    slope = grad(energy).gradient
    np.testing.assert_allclose(found, differences(lambda q: slope(q, 2.0), Q), rtol=1e-7, atol=1e-9)


def test_products_with_vectors_are_those_of_the_whole():
    v = np.array([1.0, -2.0, 0.5])
    whole = adjoint.hessian(energy)(Q, 2.0)
    np.testing.assert_allclose(adjoint.hvp(energy, (Q, 2.0), v), whole @ v, rtol=1e-12)
    np.testing.assert_allclose(adjoint.vhp(energy, (Q, 2.0), v), v @ whole, rtol=1e-12)
    np.testing.assert_allclose(adjoint.hessian_diagonal(energy)(Q, 2.0), np.diag(whole))
    assert adjoint.laplacian(energy)(Q, 2.0) == pytest.approx(np.trace(whole))


def test_they_are_methods_too():
    made = grad(energy)
    np.testing.assert_array_equal(made.hessian(Q, 2.0), adjoint.hessian(energy)(Q, 2.0))
    np.testing.assert_array_equal(made.hvp((Q, 2.0), Q), adjoint.hvp(energy, (Q, 2.0), Q))
    np.testing.assert_array_equal(grad(outer).jacobian(Q, 2.0), adjoint.jacobian(outer)(Q, 2.0))


def test_single_precision_stays():
    x = Q.astype(np.float32)
    assert adjoint.jacobian(lambda x: x * x)(x).dtype == np.float32
    assert adjoint.hessian(lambda x: np.sum(x**3))(x).dtype == np.float32


def test_what_is_given_by_keyword_has_no_jacobian():
    with pytest.raises(TypeError, match="by position"):
        adjoint.jacobian(outer, wrt="k")(Q, k=2.0)


def test_right_derivatives_pass():
    check_gradient(outer, Q, 2.0)
    check_gradient(lambda p: np.sum(p["a"] ** 3) * p["b"], {"a": Q, "b": 2.0})


def test_a_refusal_of_second_derivatives_says_that_the_first_are_right():
    def doubled(x):
        x *= 2.0
        return np.sum(x * x)

    check_gradient(doubled, np.array([0.3, 2.0]), order=1)
    with pytest.raises(adjoint.AdjointError) as raised:
        check_gradient(doubled, np.array([0.3, 2.0]))
    assert "The first derivatives of doubled are right" in raised.value.__notes__[-1]


@pytest.mark.parametrize("at", [0.0, 1.0])
def test_a_kink_is_no_wrong_derivative(at):
    with pytest.raises(adjoint.WrongGradient, match=r"a kink at entry 1 of `x`"):
        check_gradient(lambda x, at: np.sum(np.maximum(x, at)), np.array([0.3, at, 2.0]), at)


def test_a_planted_error_is_found_and_named(monkeypatch):
    def wrong(self, *args, **kwargs):
        value, pull = plain(self, *args, **kwargs)

        def pullback(g):
            first, *rest = pull(g)
            first = first.copy()
            first[2] *= 1.001
            return (first, *rest)

        return value, pullback

    plain = Differentiable.vjp
    monkeypatch.setattr(Differentiable, "vjp", wrong)
    with pytest.raises(adjoint.WrongGradient, match=r"entry 2 of `q`: the derivative is"):
        check_gradient(energy, Q, 2.0)
