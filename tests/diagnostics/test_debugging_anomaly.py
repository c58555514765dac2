"""`detect_anomaly`: the line whose adjoint first gave NaN or infinity."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import adjoint
from adjoint import AnomalyDetected, detect_anomaly, grad, tensor

X = np.array([1.0, 0.0, 2.0])
HERE = "test_debugging_anomaly.py"


@pytest.fixture(autouse=True)
def _no_warnings() -> Iterator[None]:
    with np.errstate(all="ignore"):
        yield


def shown(call: Callable[[], Any]) -> list[tuple[str, str]]:
    """Function and line of what is shown below the call of the error that it raises."""
    with detect_anomaly(), pytest.raises(AnomalyDetected) as caught:
        call()
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert not any("/runtime/" in f.filename or "/transform/" in f.filename for f in frames)
    return [(frame.name, frame.line or "") for frame in frames[2:]]


@grad
def root(x: Any) -> Any:
    y = x * 2.0
    s = np.sqrt(y)
    t = s * 3.0
    return np.sum(t)


LINES = [("root", "s = np.sqrt(y)"), ("root_gradient", "d_y = 0.5 * d_s / s")]


def test_the_message_names_line_statement_and_value() -> None:
    line = root.__wrapped__.__code__.co_firstlineno + 3
    with (
        detect_anomaly(),
        pytest.raises(AnomalyDetected) as caught,
    ):
        root.gradient(X)
    assert str(caught.value) == (
        f"{HERE}, line {line}: in the adjoint of `s = np.sqrt(y)`, `d_y = 0.5 * d_s / s` makes d_y "
        "inf at [1], and the cotangent that came in was finite"
    )


def test_gradients_values_and_pullbacks() -> None:
    assert shown(lambda: root.gradient(X)) == LINES
    names = [name for name, _ in shown(lambda: root.value_and_gradient(X))]
    assert names == ["root", "root_value_and_gradient"]
    with detect_anomaly():
        _, pullback = root.vjp(X)
    assert shown(lambda: pullback(1.0))[-1] == ("pullback", LINES[1][1])


def test_finite_results_are_what_they_are_elsewhere() -> None:
    x = X + 1.0
    with detect_anomaly():
        assert np.array_equal(root.gradient(x), grad(root.__wrapped__).gradient(x))
        _, pullback = root.vjp(x)
        assert np.array_equal(pullback(2.0)[0], 2 * root.gradient(x))


def test_outside_nothing_is_looked_at() -> None:
    with detect_anomaly(), pytest.raises(AnomalyDetected):
        root.gradient(X)
    assert root.gradient(X)[1] == np.inf
    with detect_anomaly(check_nan=False):
        assert root.gradient(X)[1] == np.inf


def test_it_is_on_for_the_thread_that_asked() -> None:
    found: list[Any] = []

    def elsewhere() -> None:
        with np.errstate(all="ignore"):
            found.append(root.gradient(X))

    with detect_anomaly():
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    assert found[0][1] == np.inf


def test_what_came_in_undefined_is_nobodys_fault() -> None:
    with detect_anomaly():
        _, pullback = root.vjp(X + 1.0)
        assert np.isnan(pullback(np.nan)[0]).all()


@grad
def masked(x: Any) -> Any:
    y = np.where(x > 0, np.sqrt(x), x)
    z = y / x
    return np.sum(np.where(x > 0, z, 2.0 * y))


def test_what_is_dropped_later_is_no_anomaly() -> None:
    with detect_anomaly():
        assert np.isfinite(masked.gradient(X)).all()


@grad
def dropped_then_wrong(x: Any) -> Any:
    y = np.sqrt(x)
    z = np.where(x > 0, y, 1.0) * np.log(x + 1.0 - x)
    return np.sum(z) + 1.0 / x[1]


def test_of_several_the_one_that_reaches_the_result_is_named() -> None:
    assert shown(lambda: dropped_then_wrong.gradient(X))[0] == (
        "dropped_then_wrong",
        "return np.sum(z) + 1.0 / x[1]",
    )


def helper(a: Any) -> Any:
    b = a * a
    return np.log(b)


@grad
def in_a_loop(x: Any) -> Any:
    s = 0.0
    for i in range(3):
        s = s + np.sum(helper(x[i])) * 2.0
    return s


@grad
def of_a_call(x: Any) -> Any:
    return np.sum(helper(x) + helper(x + 1.0))


@grad(wrt="x")
def of_an_unknown_call(f: Any, x: Any) -> Any:
    y = f(x)
    return np.sum(y) * 2.0


@grad
def recursive(x: Any, n: int) -> Any:
    if n == 0:
        return np.sqrt(x)
    return recursive(x * 2.0, n - 1) * 3.0


def test_loops_callees_and_recursion() -> None:
    for call in (
        lambda: in_a_loop.gradient(X),
        lambda: of_a_call.gradient(X),
        lambda: of_an_unknown_call.gradient(helper, X),
    ):
        assert shown(call)[0] == ("helper", "return np.log(b)")
    assert shown(lambda: recursive.gradient(0.0, 3))[0] == ("recursive", "return np.sqrt(x)")


def test_the_variables_are_those_of_that_moment() -> None:
    with detect_anomaly(), pytest.raises(AnomalyDetected) as caught:
        root.gradient(X)
    frames = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__)]
    assert np.array_equal(frames[-1].f_locals["d_y"], [1.5 / np.sqrt(2.0), np.inf, 0.75])
    assert np.array_equal(frames[-2].f_locals["y"], 2 * X)


@grad
def in_place(x: Any) -> Any:
    u = np.zeros(3)
    u[0] = x[0]
    u[1:] = 1.0 / x[:2]
    u *= 2.0
    return np.sum(u)


def test_writes_in_place() -> None:
    assert shown(lambda: in_place.gradient(X))[0] == ("in_place", "u[1:] = 1.0 / x[:2]")


def test_tensors_name_the_line_that_called_the_function() -> None:
    x = tensor(X, requires_grad=True)
    with detect_anomaly():
        loss = root(x)
        with (
            pytest.warns(UserWarning, match=r"Error detected in RootBackward(.|\n)*loss = root"),
            pytest.raises(AnomalyDetected, match=r"np\.sqrt"),
        ):
            loss.backward()


def test_eager_operations_speak_pytorchs_words() -> None:
    with detect_anomaly():
        x = tensor([-1.0], requires_grad=True)
        y = x.sqrt()
        with (
            pytest.warns(UserWarning, match=r"SqrtBackward0(.|\n)*y = x.sqrt\(\)"),
            pytest.raises(RuntimeError, match="returned nan values in its 0th output"),
        ):
            y.sum().backward()


def test_numbers_and_containers() -> None:
    f = grad(lambda p: np.sum(np.log(p["w"])) + p["b"][0] ** 0.5)
    assert shown(lambda: f.gradient({"w": X + 1.0, "b": [np.float64(0.0), 1.0]}))
    with detect_anomaly():
        found = f.gradient({"w": X + 1.0, "b": [np.float64(1.0), 1.0]})
    assert found["b"] == [0.5, 0.0]


def test_names_that_are_bound_inside_an_expression() -> None:
    f = grad(lambda x: adjoint.on_cotangent(x * 2.0, lambda d: d * 3.0))
    with detect_anomaly():
        assert f.gradient(1.0) == 6.0
    f = grad(lambda xs: sum([adjoint.on_cotangent(d, lambda d: d) for d in xs]))
    with detect_anomaly():
        assert f.gradient([1.0, 2.0]) == [1.0, 1.0]


def test_a_hook_that_divides_by_zero_is_where_it_began() -> None:
    f = grad(lambda x: np.sum(adjoint.on_cotangent(x, lambda d: d / 0.0)))
    assert "on_cotangent" in shown(lambda: f.gradient(X))[0][1]
