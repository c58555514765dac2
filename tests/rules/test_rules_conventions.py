"""Derivatives where there is none in the ordinary sense, and where formulas lose their numbers."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from adjoint.runtime.helpers import unbroadcast
from adjoint.runtime.rules import RULES, compiled


def derivative(name: str, param: str, *args: object) -> object:
    """The VJP of ones, with no warning on the way."""
    rule = RULES[name]
    function = {"np": np}
    ans = eval(name, function)(*args)
    values = [*args, *list(rule.params.values())[len(args) :]]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        g = np.ones_like(ans) if isinstance(ans, np.ndarray) else 1.0
        d = compiled(rule, param)(g, ans, *values)
        return unbroadcast(d, args[list(rule.params).index(param)])


def test_ties_share_evenly() -> None:
    x = np.array([1.0, 3.0, 3.0])
    np.testing.assert_array_equal(derivative("np.max", "a", x), [0, 0.5, 0.5])
    np.testing.assert_array_equal(derivative("np.min", "a", -x), [0, 0.5, 0.5])
    np.testing.assert_array_equal(derivative("np.maximum", "x", x, 3.0), [0, 0.5, 0.5])
    np.testing.assert_array_equal(derivative("np.minimum", "y", x, x), [0.5, 0.5, 0.5])
    assert compiled(RULES["max"], "args")(1.0, 2.0, 2.0, 2.0, k=1) == 0.5
    inf = np.array([-np.inf])
    np.testing.assert_array_equal(derivative("np.maximum", "x", inf, -np.inf), [0.5])


def test_the_absolute_value_is_flat_at_zero() -> None:
    np.testing.assert_array_equal(derivative("np.absolute", "x", np.array([0.0, -2.0])), [0, -1])
    assert derivative("np.absolute", "x", 0.0) == 0.0


@pytest.mark.parametrize("order", [None, 1, 2, 3])
def test_norms_are_flat_at_zero(order: object) -> None:
    np.testing.assert_array_equal(
        derivative("np.linalg.norm", "x", np.zeros(3), order), np.zeros(3)
    )


def test_spread_and_distance_are_flat_at_zero() -> None:
    np.testing.assert_array_equal(derivative("np.std", "a", np.ones(3)), np.zeros(3))
    np.testing.assert_array_equal(derivative("np.hypot", "x", np.zeros(2), np.zeros(2)), [0, 0])


@pytest.mark.parametrize(("y", "want"), [(0, 0.0), (1, 1.0), (2, 0.0), (2.5, 0.0), (1.0, 1.0)])
def test_powers_at_zero(y: float, want: float) -> None:
    assert derivative("np.power", "x", 0.0, y) == want
    np.testing.assert_array_equal(derivative("np.power", "x", np.zeros(2), y), [want, want])
    np.testing.assert_array_equal(
        derivative("np.power", "x", np.zeros(2), np.array([y, y])), [want, want]
    )


def test_the_exponent_of_zero() -> None:
    np.testing.assert_array_equal(
        derivative("np.power", "y", np.array([0.0, 1.0]), np.array([2.0, 2.0])), [0, 0]
    )
    assert derivative("np.power", "y", 0.0, 2.0) == 0.0


def test_products_with_zeros() -> None:
    x = np.array([0.0, 2.0, 3.0])
    np.testing.assert_array_equal(derivative("np.prod", "a", x), [6, 0, 0])


def test_clipping_passes_the_bounds_themselves() -> None:
    x = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    np.testing.assert_array_equal(derivative("np.clip", "a", x, -1.0, 1.0), [0, 1, 1, 1, 0])
    assert derivative("np.clip", "a_min", x, -1.0, 1.0) == 1.0
    assert derivative("np.clip", "a_max", x, 1.0, -1.0) == 5.0


def test_a_branch_not_taken_contributes_exactly_zero() -> None:
    g = np.array([np.inf, 1.0])
    taken = np.array([False, True])
    x = np.array([-1.0, 2.0])
    np.testing.assert_array_equal(compiled(RULES["np.where"], "x")(g, x, taken, x, 0.0), [0, 1])
    np.testing.assert_array_equal(compiled(RULES["np.maximum"], "x")(g, x, x, 0.0), [0, 1])


def test_fmax_takes_what_is_a_number() -> None:
    x, y = np.array([1.0, 1.0]), np.array([np.nan, 0.0])
    np.testing.assert_array_equal(derivative("np.fmax", "x", x, y), [1, 1])


def test_logsumexp_far_out() -> None:
    x = np.array([1000.0, 1000.0])
    np.testing.assert_allclose(derivative("np.logaddexp", "x", x, x), [0.5, 0.5])


@pytest.mark.parametrize("cast", [int, np.int32, bool])
def test_casts_to_whole_numbers_are_flat(cast: type) -> None:
    x = np.array([0.5, 1.5])
    rule = RULES["ndarray.astype"]
    ans = x.astype(cast)
    np.testing.assert_array_equal(compiled(rule, "x")(np.ones(2), ans, x, cast, True), [0, 0])


def test_a_copy_that_drops_the_imaginary_part_hands_on_real_cotangents() -> None:
    z, ans = np.array([1 + 2j]), np.array([1.0])
    for like, into in ((z, ans), (ans, z)):
        d = compiled(RULES["ndarray.astype"], "x")(np.array([3 + 4j]), into, like, into.dtype, True)
        assert d == 3
        assert d.dtype == like.dtype


def test_an_integer_array_of_numbers_is_flat() -> None:
    ans = np.array([0.5, 1.5], dtype=int)
    assert compiled(RULES["np.array"], "object")([1.0, 1.0], ans, [0.5, 1.5], int, True) == [
        0.0,
        0.0,
    ]


def test_equal_eigenvalues_leave_a_finite_derivative() -> None:
    a = np.diag([2.0, 2.0, 5.0])
    w, v = np.linalg.eigh(a)
    # The projector on the first two vectors: it does not depend on the basis that is chosen.
    p = v[:, :2] @ v[:, :2].T
    target = np.arange(9.0).reshape(3, 3)
    dv = np.zeros((3, 3))
    dv[:, :2] = (target + target.T) @ v[:, :2]
    d = compiled(RULES["np.linalg.eigh"], "a")([0.0, dv], (w, v), a, "L")
    step = 1e-6 * np.array([[0.3, -1.0, 0.5], [-1.0, 0.2, 0.7], [0.5, 0.7, 1.1]])

    def value(x: np.ndarray) -> float:
        u = np.linalg.eigh(x)[1][:, :2]
        return float(np.sum(target * (u @ u.T)))

    assert value(a) == pytest.approx(np.sum(target * p))
    assert np.sum(d * step) == pytest.approx((value(a + step) - value(a - step)) / 2, rel=1e-4)


def test_complex_vectors_of_a_hermitian_matrix_up_to_their_phase() -> None:
    random = np.random.default_rng(2)
    m, t = (random.normal(size=(3, 3)) + 1j * random.normal(size=(3, 3)) for _ in range(2))
    a, step = m + m.conj().T, 1e-6 * (t + t.conj().T)
    w, v = np.linalg.eigh(a)
    x = random.normal(size=3) + 1j * random.normal(size=3)

    def value(h: np.ndarray) -> float:
        return float(np.abs(x @ np.linalg.eigh(h)[1][:, 0]) ** 2)

    inner = x @ v[:, 0]
    dv = np.zeros((3, 3), complex)
    dv[:, 0] = 2 * np.conj(inner) * x
    d = compiled(RULES["np.linalg.eigh"], "a")([0.0, dv], (w, v), a, "L")
    found = np.sum(d * step).real
    assert found == pytest.approx((value(a + step) - value(a - step)) / 2, rel=1e-5)


def test_complex_singular_vectors_up_to_their_phase() -> None:
    random = np.random.default_rng(5)
    a, t = (random.normal(size=(4, 3)) + 1j * random.normal(size=(4, 3)) for _ in range(2))
    weights = random.normal(size=(4, 3)) + 1j * random.normal(size=(4, 3))

    def value(x: np.ndarray) -> float:
        u, s, vh = np.linalg.svd(x, full_matrices=False)
        return float(np.sum(weights * ((u[:, :2] * s[:2] ** 2) @ vh[:2])).real)

    u, s, vh = np.linalg.svd(a, full_matrices=False)
    du, ds, dvh = np.zeros_like(u), np.zeros_like(s), np.zeros_like(vh)
    du[:, :2] = weights @ vh[:2].T * s[:2] ** 2
    dvh[:2] = (u[:, :2] * s[:2] ** 2).T @ weights
    ds[:2] = 2 * s[:2] * np.real(np.einsum("ij,ik,kj->k", weights, u[:, :2], vh[:2]))
    d = compiled(RULES["np.linalg.svd"], "a")([du, ds, dvh], (u, s, vh), a, False)
    found = np.sum(d * t).real
    step = 1e-6 * t
    assert found == pytest.approx((value(a + step) - value(a - step)) / 2e-6, rel=1e-5)


def test_singular_vectors_beyond_the_rank_are_refused() -> None:
    a = np.arange(6.0).reshape(2, 3)
    with pytest.raises(NotImplementedError, match="full_matrices=False"):
        compiled(RULES["np.linalg.svd"], "a")([0.0, 0.0, 0.0], np.linalg.svd(a), a, True)


def test_cholesky_has_a_symmetric_cotangent() -> None:
    a = np.array([[4.0, 1.0], [1.0, 3.0]])
    d = compiled(RULES["np.linalg.cholesky"], "a")(np.ones((2, 2)), np.linalg.cholesky(a), a)
    np.testing.assert_allclose(d, d.T)


@pytest.mark.parametrize("x", [np.array(0.5), np.zeros((0, 2)), 0.5, np.float32(0.5)], ids=repr)
def test_elementwise_rules_take_scalars_and_empty_arrays(x: object) -> None:
    for rule in RULES.values():
        if (
            rule.kind == "elementwise"
            and list(rule.params) == ["x"]
            and rule.name.startswith("np.")
        ):
            if rule.name == "np.arccosh":
                continue
            ans = eval(rule.name, {"np": np})(x)
            d = compiled(rule, "x")(ans * 0 + 1, ans, x)
            assert np.shape(d) == np.shape(x), rule.name
            assert not isinstance(x, np.float32) or d.dtype == np.float32, rule.name
