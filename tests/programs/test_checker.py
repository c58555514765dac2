"""The checker, tested with planted errors: what is wrong is caught, what is right passes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from .checker import WrongGradient, case_of, check
from .differences import IllConditioned, numeric_pullback
from .registry import corpus
from .trees import duplicate, leaves, mapped, replaced, same

X, Y = np.array([0.3, -0.8, 1.1]), 0.7


def product(x: Any, y: Any) -> Any:
    """A primal with a scalar value."""
    return np.sum(x * x * y)


def product_vjp(x: Any, y: Any) -> Any:
    """Its pullback, written by hand."""
    return product(x, y), lambda g: (2 * g * x * y, g * np.sum(x * x))


def api(vjp: Any, /, **others: Any) -> SimpleNamespace:
    """The three functions of the tool, made from a hand-written `vjp`."""

    def value_and_gradient(f: Any, wrt: Any) -> Any:
        def call(*args: Any) -> Any:
            value, pullback = vjp(*args)
            entries = pullback(1.0)
            got = tuple(entries[i] for i in wrt)
            return value, got if len(wrt) > 1 else got[0]

        return call

    functions = {
        "gradient": lambda f, wrt: lambda *args: value_and_gradient(f, wrt)(*args)[1],
        "value_and_gradient": value_and_gradient,
        "vjp": lambda f, *args: vjp(*args),
    }
    return SimpleNamespace(**functions | others)


def spoilt(change: Any) -> Any:
    """`product_vjp` with something done to its answer."""

    def vjp(x: Any, y: Any) -> Any:
        value, pullback = product_vjp(x, y)
        return value, lambda g: change(*pullback(g))

    return vjp


def test_the_right_answer_passes() -> None:
    check(product, (X, Y), (0, 1), api(product_vjp))
    check(product, (X, Y), (1,), api(product_vjp))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(lambda a, b: (2 * a, b), "argument 0", id="factor of two"),
        pytest.param(lambda a, b: (a, b * (1 + 1e-6)), "argument 1", id="a millionth too large"),
        pytest.param(lambda a, b: (a * [1, 1, 0], b), "argument 0", id="dropped entry"),
        pytest.param(lambda a, b: (a * 0, b), "argument 0", id="zero"),
        pytest.param(lambda a, b: (a * np.nan, b), "argument 0", id="nan"),
        pytest.param(lambda a, b: (a[None], b), "shape", id="extra axis"),
        pytest.param(lambda a, b: (np.sum(a), b), "shape", id="summed away"),
        pytest.param(lambda a, b: (a, np.full(3, b)), "shape", id="not summed"),
        pytest.param(lambda a, b: (np.float32(a), b), "dtype", id="single precision"),
        pytest.param(lambda a, b: (a, int(b)), "no float", id="integer"),
        pytest.param(lambda a, b: (list(a), b), "structure", id="list for an array"),
        pytest.param(lambda a, b: (None, b), "shape", id="None"),
        pytest.param(lambda a, b: (a, b, b), "one entry", id="an entry too many"),
    ],
)
def test_planted_errors_are_caught(change: Any, message: str) -> None:
    with pytest.raises(WrongGradient, match=message):
        check(product, (X, Y), (0, 1), api(spoilt(change)))


@pytest.mark.parametrize("planted", ["none", "conjugate", "real part alone"])
def test_complex_gradients_follow_the_convention(planted: str) -> None:
    spoil = {"none": lambda d: d, "conjugate": np.conj, "real part alone": lambda d: d.real + 0j}

    def squared(z: Any) -> Any:
        return z * z

    def vjp(z: Any) -> Any:
        return z * z, lambda g: (spoil[planted](2 * g * np.conj(z)),)

    z = X + 0.5j
    if planted == "none":
        check(squared, (z,), (0,), api(vjp))
        return
    with pytest.raises(WrongGradient, match="expected"):
        check(squared, (z,), (0,), api(vjp))


def test_each_of_the_three_functions_is_checked() -> None:
    wrong = api(spoilt(lambda a, b: (2 * a, b)))
    for name in ("gradient", "value_and_gradient", "vjp"):
        with pytest.raises(WrongGradient, match=f"^{name}: "):
            check(product, (X, Y), (0, 1), api(product_vjp, **{name: getattr(wrong, name)}))


def test_a_wrong_value_is_caught() -> None:
    def vjp(x: Any, y: Any) -> Any:
        value, pullback = product_vjp(x, y)
        return value + 1e-9, pullback

    with pytest.raises(WrongGradient, match="value"):
        check(product, (X, Y), (0, 1), api(vjp))


def test_an_argument_written_into_is_caught() -> None:
    def vjp(x: Any, y: Any) -> Any:
        value, pullback = product_vjp(x.copy(), y)
        x[0] = 5.0
        return value, pullback

    with pytest.raises(WrongGradient, match="arguments left as"):
        check(product, (X, Y), (0, 1), api(vjp))


def test_an_effect_that_does_not_happen_is_caught() -> None:
    def halve(x: Any) -> Any:
        x *= 0.5
        return np.sum(x)

    def vjp(x: Any) -> Any:
        return np.sum(0.5 * x), lambda g: (np.full(3, 0.5 * g),)

    with pytest.raises(WrongGradient, match="arguments left as"):
        check(halve, (X,), (0,), api(vjp))


def test_a_pullback_that_writes_into_its_cotangent_is_caught() -> None:
    def vjp(x: Any) -> Any:
        def pullback(g: Any) -> Any:
            g *= 2.0
            return (g,)

        return 2.0 * x, pullback

    with pytest.raises(WrongGradient, match="wrote into its cotangent"):
        check(lambda x: 2.0 * x, (X,), (0,), api(vjp))


def test_a_pullback_that_can_be_called_once_only_is_caught() -> None:
    def vjp(x: Any) -> Any:
        saved = 2.0 * x

        def pullback(g: Any) -> Any:
            saved[:] *= g
            return (saved.copy(),)

        return np.sum(x * x), pullback

    with pytest.raises(WrongGradient, match="second pullback"):
        check(lambda x: np.sum(x * x), (X,), (0,), api(vjp))


def test_gradients_that_share_memory_with_what_was_saved_are_caught() -> None:
    def vjp(x: Any) -> Any:
        saved = 2.0 * x
        return np.sum(x * x), lambda g: (saved if g == 1.0 else g * saved,)

    def always(x: Any) -> Any:
        value, pullback = vjp(x)
        return value, lambda g: (pullback(1.0)[0],)

    with pytest.raises(WrongGradient):
        check(lambda x: np.sum(x * x), (X,), (0,), api(always))


def test_gradients_that_share_memory_with_others_are_caught() -> None:
    def added(x: Any, y: Any) -> Any:
        return np.sum(x + y)

    def handing_out(made: Any) -> Any:
        return api(lambda x, y: (added(x, y), lambda g: made(g, x)))

    check(added, (X, X + 1), (0, 1), handing_out(lambda g, x: (np.full(3, g), np.full(3, g))))
    with pytest.raises(WrongGradient, match="held elsewhere"):
        check(added, (X, X + 1), (0, 1), handing_out(lambda g, x: (np.full(3, g),) * 2))
    read_only = handing_out(lambda g, x: (np.broadcast_to(g, 3), np.full(3, g)))
    with pytest.raises(WrongGradient, match="cannot be written into"):
        check(added, (X, X + 1), (0, 1), read_only)


def test_a_kink_in_a_sample_is_noticed() -> None:
    with pytest.raises(IllConditioned):
        check(lambda x: np.sum(np.abs(x)), (np.array([0.0, 1.0]),), (0,), api(product_vjp))


def test_single_precision_is_held_to_its_own_accuracy() -> None:
    x, y = np.float32(X), Y
    check(product, (x, y), (0,), api(spoilt(lambda a, b: (np.float32(a), b))))
    with pytest.raises(WrongGradient):
        check(product, (x, y), (0,), api(spoilt(lambda a, b: (np.float32(a) * 1.001, b))))


def test_differences_reach_into_nested_arguments() -> None:
    def f(p: Any) -> Any:
        return p["a"][0] * np.sum(p["a"][1] ** 2) * p["n"]

    got = numeric_pullback(f, ({"a": [0.5, X], "n": 3},), (0,), 1.0)[0]
    assert got["n"] is None
    assert np.allclose(got["a"][0], 3 * np.sum(X**2))
    assert np.allclose(got["a"][1], 3 * X)


def test_trees_are_taken_apart_and_put_together() -> None:
    tree = {"a": [1.0, (2.0, X)], "b": 3}
    assert [path for path, _ in leaves(tree)] == [("a", 0), ("a", 1, 0), ("a", 1, 1), ("b",)]
    changed = replaced(tree, ("a", 1, 0), 5.0)
    assert changed["a"][1][0] == 5.0
    assert tree["a"][1][0] == 2.0
    assert same(mapped(lambda leaf: leaf, tree), tree)
    assert not same(changed, tree)
    shared = duplicate((X, X))
    assert shared[0] is shared[1]
    assert shared[0] is not X


def repr_of(args: Any) -> list[str]:
    """The numbers among the arguments, spelt out."""
    return [repr(leaf) for _, leaf in leaves(args) if isinstance(leaf, int | float | np.ndarray)]


@pytest.mark.parametrize("program", corpus(), ids=lambda p: p.name)
def test_every_sample_is_well_conditioned_and_the_same_each_time(program: Any) -> None:
    for sample in range(len(program.samples)):
        args = program.arguments(sample)
        assert repr_of(args) == repr_of(program.arguments(sample))
        case_of(program.function, args, program.positions(sample))
