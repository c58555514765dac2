"""`jvp` as users call it: what it takes, what it gives, what it refuses."""

from __future__ import annotations

import dataclasses
from collections import namedtuple
from typing import Any

import numpy as np
import pytest

import adjoint
from adjoint import Differentiable, NotDifferentiable, grad
from adjoint.transform.export import export
from adjoint.transform.passes.pipeline import PIPELINE, without

Point = namedtuple("Point", "x y")


@dataclasses.dataclass
class Layer:
    w: Any
    b: float
    name: str = "dense"


@grad
def loss(w: Any, x: Any, y: Any) -> Any:
    """A sum of squares."""
    r = x @ w - y
    return np.sum(r * r)


def scaled(x: Any, *rest: Any, by: float = 2.0) -> Any:
    return by * x * rest[0] + rest[1]


def in_place(x: Any) -> Any:
    x *= 2.0
    x[0] = x[1] * x[1]
    return np.sum(x)


W, X, Y = np.array([1.0, 2.0]), np.array([[1.0, 0.5], [2.0, 1.0], [0.0, 3.0]]), np.ones(3)


def test_value_and_tangent_along_one_argument() -> None:
    value, tangent = loss.jvp((W, X, Y), (np.ones(2), None, None))
    assert value == loss(W, X, Y)
    np.testing.assert_allclose(tangent, np.sum(loss.gradient(W, X, Y)))


def test_a_second_call_may_have_other_tangents() -> None:
    both = loss.jvp((W, X, Y), (np.ones(2), None, Y))[1]
    first = loss.jvp((W, X, Y), (np.ones(2), None, None))[1]
    second = loss.jvp((W, X, Y), (None, None, Y))[1]
    np.testing.assert_allclose(both, first + second)
    assert loss.jvp((W, X, Y), (None, None, None))[1] == 0.0


def test_free_function_and_starred_arguments() -> None:
    assert adjoint.jvp(scaled, (3.0, 4.0, 5.0), (None, 1.0, None)) == (29.0, 6.0)
    assert adjoint.jvp(scaled, (3.0, 4.0, 5.0), (1.0, None, 1.0), by=1.0) == (17.0, 5.0)


def test_tangents_have_the_structure_of_what_they_are_of() -> None:
    def f(p: Any, d: Any, layer: Any) -> Any:
        return Point(p.x * d["k"], [layer.w * p.y, layer.b]), {"n": layer.name, "i": 3}

    args = (Point(2.0, np.ones(2)), {"k": 3.0}, Layer(np.arange(2.0), 1.0))
    tangents = (Point(1.0, None), {}, Layer(np.ones(2), 0.5))
    (value, _), (point, rest) = adjoint.jvp(f, args, tangents)
    assert type(point) is Point
    assert point.x == 3.0
    np.testing.assert_array_equal(point.y[0], np.ones(2))
    assert point.y[1] == 0.5
    assert rest == {"n": None, "i": None}
    assert value.x == 6.0


def test_single_precision_stays_so() -> None:
    x = np.ones(3, np.float32)
    value, tangent = adjoint.jvp(lambda x: np.sin(x) * 2.0 + np.ones(3, np.float32), (x,), (x,))
    assert value.dtype == tangent.dtype == np.float32


def test_a_tangent_is_broadcast_to_its_value() -> None:
    x, c = np.ones(3), np.ones((2, 3))
    assert adjoint.jvp(lambda x: x + c, (x,), (x,))[1].shape == (2, 3)
    assert adjoint.jvp(lambda x: np.sum(x + c), (x,), (x,))[1] == 6.0


def test_tangents_that_are_given_are_not_written_into() -> None:
    x, t = np.array([3.0, 4.0]), np.ones(2)
    value, tangent = adjoint.jvp(in_place, (x,), (t,))
    np.testing.assert_array_equal(t, np.ones(2))
    np.testing.assert_array_equal(x, [64.0, 8.0])
    assert (value, tangent) == (72.0, 34.0)


def test_a_tangent_in_another_order_of_memory() -> None:
    def f(a: Any) -> Any:
        a[0, 0] = 2.0 * a[0, 1]
        flat = a.reshape(-1)
        flat *= 3.0
        return np.sum(a * a)

    a = np.arange(6.0).reshape(2, 3)
    t = np.asfortranarray(np.ones((2, 3)))
    want = adjoint.vjp(f, a.copy())[1](1.0)[0]
    np.testing.assert_allclose(adjoint.jvp(f, (a.copy(),), (t,))[1], np.sum(want))


def test_complex_tangents_are_not_conjugated() -> None:
    z, t = np.array([1 + 2j, 3.0 - 1j]), np.array([1j, 0.5])
    _, tangent = adjoint.jvp(lambda z: z * z, (z,), (t,))
    np.testing.assert_allclose(tangent, 2 * z * t)
    _, real = adjoint.jvp(lambda z: np.sum(np.abs(z) ** 2), (z,), (t,))
    np.testing.assert_allclose(real, np.sum(2 * (z.conj() * t).real))


@pytest.mark.parametrize(
    ("args", "tangents", "kind", "text"),
    [
        ((W, X), (W, None, None), TypeError, "3 tangents for 2 arguments"),
        ((W, X, Y), (X, None, None), ValueError, "the tangent of `w` has shape"),
        ((np.array([1, 2]), X, Y), (W, None, None), NotDifferentiable, "with respect to `w`"),
        ((W, X, Y), (1j * W, None, None), TypeError, "the tangent of `w` is complex"),
    ],
)
def test_what_is_refused_says_why(
    args: tuple[Any, ...], tangents: tuple[Any, ...], kind: type[Exception], text: str
) -> None:
    with pytest.raises(kind, match=text):
        loss.jvp(args, tangents)


def test_source_is_shown_and_stands_alone() -> None:
    text = loss.source_of("jvp", "w")
    assert text == (
        "def loss_jvp(w, x, y, *, w_dot):\n"
        "    r = x @ w - y\n"
        "    r_dot = x @ w_dot\n"
        "    return np.sum(r * r), np.sum(2 * r * r_dot)\n"
    )
    module: dict[str, Any] = {}
    exec(export(loss.emit("jvp", "w")), module)
    value, tangent = module["loss_jvp"](W, X, Y, w_dot=np.ones(2))
    assert (value, tangent) == loss.jvp((W, X, Y), (np.ones(2), None, None))


@pytest.mark.parametrize("name", [one.name for one in PIPELINE])
def test_every_rewrite_may_be_left_out(name: str) -> None:
    def f(x: Any, n: int) -> Any:
        a, kept = np.zeros(4), []
        for i in range(n):
            a[i] = 0.5 * x[i] * x[i] if i % 2 else np.exp(-x[i])
            a[1:] += a[:-1] * x[0]
            kept.append(a.copy())
        return sum(np.sum(k * k) for k in kept)

    x, t = np.linspace(0.1, 0.4, 4), np.arange(4.0)
    _, want = Differentiable(f).jvp((x, 4), (t, None))
    _, got = Differentiable(f, passes=without(name)).jvp((x, 4), (t, None))
    np.testing.assert_allclose(got, want, rtol=1e-12)


def test_forward_over_reverse() -> None:
    slope = grad(lambda x: np.sum(np.sin(x) * x)).gradient
    x, t = np.linspace(0.2, 0.8, 3), np.array([1.0, -2.0, 0.5])
    _, hvp = adjoint.jvp(slope, (x,), (t,))
    np.testing.assert_allclose(hvp, (2 * np.cos(x) - np.sin(x) * x) * t)


def test_forward_over_forward() -> None:
    def along(x: Any) -> Any:
        return adjoint.jvp(lambda v: np.sin(v) * v, (x,), (1.0,))[1]

    x = 0.3
    assert along(x) == pytest.approx(np.cos(x) * x + np.sin(x))
