"""Two homes: the same functions on NumPy's arrays and on a device's, with no way between them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import adjoint
from adjoint.runtime import home

from . import StrictArray, strict, synchronisations, to_host, to_strict

X, W = np.array([0.1, 0.2, 0.3]), np.array([0.5, -0.6, 0.7])


@pytest.fixture(autouse=True)
def _registered() -> Iterator[None]:
    """The double is a home of arrays while a test runs."""
    home.register_home(StrictArray, strict)
    yield
    home.forget_home(StrictArray)


@pytest.fixture
def x() -> Any:
    """An array on the device."""
    return to_strict(X)


# Functions as users write them

scale = 2.0
weights = W


def created(x: Any) -> Any:
    """Creates arrays."""
    total = np.zeros(3) + np.linspace(0.0, 1.0, 3)
    for i in range(3):
        total[i] += x[i] * x[i]
    return np.sum(total * np.arange(3.0))


def helped(x: Any) -> Any:
    """Calls a function that creates arrays, and reads a global number."""
    return scale * np.sum(ramp(len(x)) * x * x)


def ramp(n: int) -> Any:
    """An array of no argument's."""
    return np.ones(n) + np.arange(n)


def quiet(x: Any) -> Any:
    """Silences NumPy, on the host."""
    with np.errstate(all="ignore"):
        return np.sum(x * x)


def factory() -> Callable[[Any], Any]:
    """A function that captures a module and a function of NumPy's."""
    import numpy as xp
    from numpy import tanh

    def inner(x: Any) -> Any:
        return xp.sum(tanh(x) * xp.ones(3))

    return inner


def powers(x: Any, n: int) -> Any:
    """Calls itself."""
    return x if n == 0 else powers(x * x + np.ones(3), n - 1)


def recursive(x: Any) -> Any:
    """Calls a function that calls itself."""
    return np.sum(powers(x, 2))


def applied(x: Any, f: Any = np.tanh) -> Any:
    """Calls what its default says."""
    return np.sum(f(x))


FUNCTIONS = [created, helped, quiet, factory(), recursive, applied, functools.partial(applied)]


def name_of(f: Any) -> str:
    """A test's name."""
    return str(getattr(f, "__name__", "partial"))


@pytest.mark.parametrize("f", FUNCTIONS, ids=name_of)
def test_the_plain_call_runs_on_the_device(f: Any, x: Any) -> None:
    got = adjoint.grad(f)(x)
    assert isinstance(got, StrictArray)
    assert to_host(got) == pytest.approx(f(X))


@pytest.mark.parametrize("f", FUNCTIONS, ids=name_of)
def test_derivatives_are_on_the_device(f: Any, x: Any) -> None:
    want = adjoint.gradient(f)(X)
    got = adjoint.gradient(f)(x)
    value, again = adjoint.value_and_gradient(f)(x)
    _, pullback = adjoint.vjp(f, x)
    for g in (got, again, pullback(1.0)[0]):
        assert isinstance(g, StrictArray)
        assert to_host(g) == pytest.approx(want)
    assert isinstance(value, StrictArray)


def test_one_function_serves_both_homes_in_turn(x: Any) -> None:
    f = adjoint.grad(created)
    for _ in range(2):
        assert isinstance(f.gradient(X), np.ndarray)
        assert isinstance(f.gradient(x), StrictArray)


def test_lists_of_arrays_are_told_apart_by_home(x: Any) -> None:
    f = adjoint.grad(lambda xs: np.sum(xs[0] * np.ones(3)))
    assert isinstance(f.gradient([X])[0], np.ndarray)
    assert isinstance(f.gradient([x])[0], StrictArray)


def test_an_argument_that_does_not_matter_gets_zeros_on_the_device(x: Any) -> None:
    f = adjoint.grad(lambda x, y: np.sum(x * x), wrt=("x", "y"))
    for y in (to_strict(X), to_strict(np.array(2.0))):
        _, dy = f.gradient(x, y)
        assert isinstance(dy, StrictArray)
        assert not to_host(dy).any()


@pytest.mark.parametrize("number", [2.0, np.float64(2.0)], ids=["float", "np.float64"])
def test_the_gradient_of_a_number_is_not_waited_for(number: Any, x: Any) -> None:
    single = to_strict(X.astype(np.float32))
    f = adjoint.grad(lambda x, k: np.sum(k * x * x), wrt=("x", "k"))
    with synchronisations() as count:
        dx, dk = f.gradient(single, number)
    assert not count
    assert dx.dtype == np.float32
    assert dk.shape == ()
    assert dk.dtype == np.float64
    assert float(dk) == pytest.approx(float(np.sum(X * X)))


# Mixed


def test_arguments_of_two_homes_are_refused(x: Any) -> None:
    f = adjoint.grad(lambda x, y: np.sum(x * y))
    for call in (f, f.gradient, f.vjp):
        with pytest.raises(home.MixedHomes, match="numpy and strict in one call"):
            call(x, X)


def weighted(x: Any) -> Any:
    """Reads a global array, which lives on the host."""
    return np.sum(weights * x)


def weighted_by_a_helper(x: Any) -> Any:
    """Calls a function that reads one."""
    return weighted(x) * 2.0


def coefficients_read(x: Any) -> Any:
    """Reads numbers of a global array, which go anywhere."""
    total = x * 0.0
    for i in range(3):
        total = total + weights[i] * x
    return np.sum(total)


@pytest.mark.parametrize("f", [weighted, weighted_by_a_helper])
def test_a_global_array_on_the_host_is_named(f: Any, x: Any) -> None:
    f = adjoint.grad(f)
    for call in (f, f.gradient, f.vjp):
        with pytest.raises(home.MixedHomes, match=r"`weights`.*strict\.asarray"):
            call(x)


def test_numbers_of_a_global_array_on_the_host_mix(x: Any) -> None:
    f = adjoint.grad(coefficients_read)
    assert to_host(f(x)) == pytest.approx(f(X))
    assert to_host(f.gradient(x)) == pytest.approx(f.gradient(X))


def scaled_data(k: Any) -> Any:
    """Reads a global array, and is given a number."""
    data = weights * k
    first = data[0]
    data[0] = 2.0 * data[1]
    return np.sum(data * np.arange(3.0)) * first


def test_a_global_array_on_the_device_decides_where_a_function_of_numbers_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(globals(), "weights", to_strict(W))
    value, slope = adjoint.value_and_gradient(scaled_data)(2.0)
    assert isinstance(value, StrictArray)
    # `first` is a view of `data`, so the value is 2 * W1 * k * (W1 * k + 2 * W2 * k)
    assert float(slope) == pytest.approx(2 * 2.0 * 2 * W[1] * (W[1] + 2 * W[2]))
    with pytest.raises(home.MixedHomes):
        adjoint.gradient(weighted)(X)


# What the device's namespace lacks


def lacking(x: Any) -> Any:
    """Calls what CuPy lacks."""
    return np.sum(x) + np.spacing(1.0)


def test_what_is_lacking_is_named(x: Any) -> None:
    f = adjoint.grad(lacking)
    for call in (f, f.gradient):
        with pytest.raises(adjoint.AdjointError, match=r"strict has no `np\.spacing`"):
            call(x)


def looking(x: Any) -> Any:
    """Asks whether NumPy has a function."""
    return np.sum(x) if hasattr(np, "spacing") else np.sum(2.0 * x)


def test_whether_something_is_lacking_may_be_asked(x: Any) -> None:
    assert to_host(adjoint.grad(looking)(x)) == pytest.approx(2 * np.sum(X))


def test_globals_stay_live(x: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    f = adjoint.grad(helped)
    before = to_host(f(x))
    monkeypatch.setitem(globals(), "scale", 4.0)
    assert to_host(f(x)) == pytest.approx(2 * before)


def counting(x: Any) -> Any:
    """Assigns a global."""
    global scale  # noqa: PLW0603
    scale = 3.0
    return np.sum(x)


def test_a_global_that_is_assigned_is_refused(x: Any) -> None:
    with pytest.raises(adjoint.AdjointError, match="global"):
        adjoint.grad(counting)(x)


# Waiting


def branches_in_a_loop(x: Any) -> Any:
    """Waits once a round."""
    total = 0.0
    for i in range(3):
        if x[i] > 0.15:
            total = total + x[i] * x[i]
        else:
            total = total - x[i]
    return total


def loops_while(x: Any) -> Any:
    """Waits once a round."""
    while np.sum(x) < 10.0:
        x = x * 3.0
    return np.sum(x)


def masks(x: Any) -> Any:
    """Waits for a mask, to know how long the result is."""
    return np.sum(x[x > 0.15] ** 2)


def walks(x: Any) -> Any:
    """Reads and writes elements, and never waits."""
    a = np.zeros(4)
    for i in range(3):
        a[i + 1] = a[i] * x[i] + x[i] ** 2
        a[0] += a[i + 1]
    return a[-1] * np.max(x) + np.linalg.norm(a) + np.prod(x)


def converts(x: Any) -> Any:
    """Waits for a number."""
    return np.sum(x * x) * float(x[0])


@pytest.mark.parametrize("f", [branches_in_a_loop, loops_while, walks, converts])
def test_a_gradient_waits_as_often_as_its_primal(f: Any, x: Any) -> None:
    f = adjoint.grad(f)
    with synchronisations() as primal:
        f(x)
    with synchronisations() as both:
        got = f.gradient(x)
    assert both == primal
    assert to_host(got) == pytest.approx(f.gradient(X))


def test_a_mask_is_waited_for_where_it_is_used(x: Any) -> None:
    with synchronisations() as count:
        got = adjoint.gradient(masks)(x)
    assert set(count) == {"mask"}
    assert to_host(got) == pytest.approx(adjoint.gradient(masks)(X))


def test_a_pullback_does_not_wait(x: Any) -> None:
    _, pullback = adjoint.vjp(branches_in_a_loop, x)
    with synchronisations() as count:
        pullback(1.0)
    assert not count


# Elements are views on the device


def element_changed_later(x: Any) -> Any:
    """`e` follows `a` on the device alone."""
    a = x * x
    e = a[0]
    a[0] = 7.0 * a[1]
    return np.sum(a) * e


def test_a_gradient_is_that_of_what_the_device_computes(x: Any) -> None:
    f = adjoint.grad(element_changed_later)
    value, got = f.value_and_gradient(x)
    assert to_host(value) == pytest.approx(to_host(f(x)))
    assert to_host(value) != pytest.approx(f(X))
    for i in range(3):
        step = np.zeros(3)
        step[i] = 1e-6
        up, down = f(to_strict(X + step)), f(to_strict(X - step))
        assert to_host(got)[i] == pytest.approx(float(up - down) / 2e-6, abs=1e-8)
