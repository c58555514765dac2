"""Calls with tensors: one node in the graph for each."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import adjoint
from adjoint import NotDifferentiable, Tensor, grad, no_grad, tensor
from adjoint.transform import compiled

X = np.array([1.0, 2.0])


@dataclass
class Layer:
    w: Any
    b: Any


@grad
def loss(w: Any, x: Any, y: Any = 1.0) -> Any:
    return np.sum(w * x) * y


@grad
def both(w: Any) -> Any:
    return w * 2, w * w


def leaf(*values: float, dtype: Any = None) -> Tensor:
    return tensor(np.array(values or X), requires_grad=True, dtype=dtype or adjoint.float64)


def shows(t: Any) -> list[float]:
    return t.tolist()  # type: ignore[no-any-return]


def test_a_call_is_one_node() -> None:
    w = leaf()
    out = loss(w, X)
    assert repr(out) == "tensor(5., dtype=adjoint.float64, grad_fn=<LossBackward>)"
    assert "def loss_vjp(w, x" in out.grad_fn.source
    assert [type(edge).__name__ for edge, _ in out.grad_fn.next_functions] == ["AccumulateGrad"]
    out.backward()
    assert shows(w.grad) == [1.0, 2.0]


def test_tensors_anywhere_among_the_arguments() -> None:
    def nested(p: Any, *rest: Any, scale: Any, **others: Any) -> Any:
        return np.sum(p["w"][0] * p["layer"].w * rest[0]) * scale * others["a"]

    tensors = [leaf(1.0, 2.0), leaf(3.0, 4.0), leaf(5.0, 6.0), leaf(2.0), leaf(3.0)]
    a, b, c, d, e = tensors
    out = grad(nested)({"w": [a], "layer": Layer(b, "s")}, c, scale=d, a=e)
    out.sum().backward()
    assert shows(a.grad) == [90.0, 144.0]
    assert shows(b.grad) == [30.0, 72.0]
    assert shows(c.grad) == [18.0, 48.0]
    assert shows(d.grad) == [189.0]
    assert shows(e.grad) == [126.0]


def test_methods_of_objects_that_hold_tensors() -> None:
    class Model:
        def __init__(self) -> None:
            self.w = leaf()

        @grad
        def loss(self, x: Any) -> Any:
            return np.sum(self.w * x)

    model = Model()
    for x in (3 * X, tensor(3 * X)):
        model.w.grad = None
        out = model.loss(x)
        assert type(out.grad_fn).__name__ == "LossBackward"
        out.backward()
        assert shows(model.w.grad) == [3.0, 6.0]
    assert isinstance(model.w, Tensor)


def test_partials_and_keywords() -> None:
    w = leaf()
    grad(functools.partial(loss.__wrapped__, w))(X, y=2.0).backward()
    assert shows(w.grad) == [2.0, 4.0]


def test_only_what_requires_grad_is_differentiated(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    derive = compiled.derive

    def noted(callee: Any, mode: str, wrt: Any, *rest: Any) -> Any:
        asked.append(wrt)
        return derive(callee, mode, wrt, *rest)

    monkeypatch.setattr(compiled, "derive", noted)
    f = grad(lambda a, b, c: np.sum(a * b * c))
    for _ in range(2):
        f(leaf(), tensor(X), X).backward()
    assert asked == [("a",)]
    f(X, leaf(), leaf()).backward()
    assert asked == [("a",), ("b", "c")]


@pytest.mark.parametrize("wrt", [None, "x"])
def test_wrt_does_not_matter_for_tensors(wrt: Any) -> None:
    w, x = leaf(), leaf(3.0, 4.0)
    grad(loss.__wrapped__, wrt=wrt)(w, x).backward()
    assert shows(w.grad) == [3.0, 4.0]
    assert shows(x.grad) == [1.0, 2.0]


def test_one_tensor_twice() -> None:
    w = leaf()
    loss(w, w).backward()
    assert shows(w.grad) == [2.0, 4.0]


def test_results_that_are_tuples_lists_and_dicts() -> None:
    w = leaf()
    a, b = both(w)
    (a.sum() + b.sum()).backward()
    assert shows(w.grad) == [4.0, 6.0]
    w.grad = None
    both(w)[1].sum().backward()
    assert shows(w.grad) == [2.0, 4.0]
    w.grad = None
    made = grad(lambda w: {"a": [w * 2], "n": 3, "s": "text", "none": None})(w)
    assert (shows(made["a"][0]), made["n"].item(), made["s"]) == ([2.0, 4.0], 3, "text")
    made["a"][0].sum().backward()
    assert shows(w.grad) == [2.0, 2.0]
    assert grad(lambda w: None)(w) is None


def test_results_do_not_share_memory_with_arguments() -> None:
    w = leaf()
    out = grad(lambda w: w)(w)
    with no_grad():
        out.mul_(5.0)
    assert shows(w) == [1.0, 2.0]


def test_without_grad_mode_or_tensors_that_require_it_there_is_no_graph() -> None:
    with no_grad():
        assert loss(leaf(), X).grad_fn is None
    out = loss(tensor(X), X)
    assert out.grad_fn is None
    assert not out.requires_grad
    assert loss(leaf(), X).detach().grad_fn is None


def test_eager_operations_and_calls_mix() -> None:
    w = leaf()
    (loss(w * 2, X) * 3).backward()
    assert shows(w.grad) == [6.0, 12.0]


def test_decorated_functions_call_one_another() -> None:
    w = leaf()

    @grad
    def twice(w: Any) -> Any:
        return loss(w, X) * 2

    out = twice(w)
    assert type(out.grad_fn).__name__ == "TwiceBackward"
    out.backward()
    assert shows(w.grad) == [2.0, 4.0]


def test_float32_stays() -> None:
    w = leaf(1.0, 2.0, dtype=adjoint.float32)
    out = loss(w, X.astype(np.float32))
    out.backward()
    assert out.dtype == adjoint.float32
    assert w.grad is not None
    assert w.grad.dtype == adjoint.float32


def test_integer_tensors_pass_beside_others() -> None:
    w = leaf()
    loss(tensor([1, 2]), w).backward()
    assert shows(w.grad) == [1.0, 2.0]


def test_a_second_backward_needs_retain_graph() -> None:
    w = leaf()
    out = loss(w, X)
    out.backward()
    with pytest.raises(RuntimeError, match="Trying to backward through the graph a second time"):
        out.backward()
    out = loss(w, X)
    out.backward(retain_graph=True)
    out.backward()
    assert shows(w.grad) == [3.0, 6.0]


def test_saved_values_are_copies() -> None:
    w = leaf()
    u = w * 1
    out = loss(u, u)
    u.mul_(2.0)
    out.backward()
    assert shows(w.grad) == [2.0, 4.0]


@grad
def valley(x: Any) -> Any:
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def test_a_recorded_backward_is_differentiated_again() -> None:
    at = np.array([0.3, 0.7, -0.4])

    def slope(array: Any) -> Any:
        x = adjoint.tensor(array, requires_grad=True)
        y = valley(x * x) * x[0]
        (g,) = adjoint.autograd.grad(y, x, create_graph=True)
        return x, g

    x, g = slope(at)
    for row, step in zip(g, np.eye(3) * 1e-6, strict=True):
        (second,) = adjoint.autograd.grad(row, x, retain_graph=True)
        differences = (slope(at + step)[1] - slope(at - step)[1]).detach().numpy() / 2e-6
        np.testing.assert_allclose(second.numpy(), differences, rtol=1e-5, atol=1e-5)


def test_hooks_see_a_recorded_backward_once() -> None:
    x = adjoint.tensor([0.3, 0.7], requires_grad=True)
    y = x * 2.0
    y.retain_grad()
    seen: list[Any] = []
    x.register_hook(seen.append)
    y.register_hook(lambda g: g * 3.0)
    valley(y).backward(create_graph=True)
    assert len(seen) == 1
    np.testing.assert_allclose(shows(y.grad), 3 * valley.gradient(y.detach().numpy()), rtol=1e-5)


@grad
def spread(x: Any) -> Any:
    return x.std() * np.sum(x * x)


@grad
def converted(x: Any) -> Any:
    return float(np.sum(x**3))


@grad
def buffered(x: Any) -> Any:
    h = np.zeros(2)
    h[0] = x[0] ** 2
    h[1] = x[1] ** 3
    return np.sum(h)


@pytest.mark.parametrize("function", [spread, converted, buffered], ids=lambda f: f.__name__)
def test_what_means_something_else_on_tensors_is_not_recorded(function: Any) -> None:
    x = adjoint.tensor(np.array([0.3, 0.7]), requires_grad=True)
    (g,) = adjoint.autograd.grad(function(x), x)
    np.testing.assert_allclose(g.numpy(), function.gradient(np.array([0.3, 0.7])))
    with pytest.raises(NotDifferentiable, match="create_graph=True runs the function on tensors"):
        adjoint.autograd.grad(function(x), x, create_graph=True)


@grad
def writes(w: Any) -> Any:
    w[0] = 0.0
    return np.sum(w)


def test_writing_into_tensors_is_refused() -> None:
    for w in (leaf(), leaf() * 1):
        with pytest.raises(NotDifferentiable, match="writes into `w`, which holds tensors"):
            writes(w)
        assert shows(w) == [1.0, 2.0]
    with pytest.raises(ValueError, match="read-only"):
        writes(tensor(X))


CAPTURED = leaf()
CONSTANT = tensor(X)


@pytest.mark.parametrize("x", [X, leaf()])
def test_tensors_that_are_read_from_outside_are_refused(x: Any) -> None:
    def of_global(x: Any) -> Any:
        return np.sum(CAPTURED * x)

    def of_constant(x: Any) -> Any:
        return np.sum(CONSTANT * x)

    held = leaf()

    def of_cell(x: Any) -> Any:
        return np.sum(held * x)

    def of_default(x: Any, w: Any = CAPTURED) -> Any:
        return np.sum(w * x)

    for f in (of_global, of_constant, of_cell, of_default):
        with pytest.raises(NotDifferentiable, match="pass it as an argument"):
            grad(f).gradient(x)
    for f in (of_global, of_constant, of_cell, of_default):
        with pytest.raises(NotDifferentiable, match="pass it as an argument"):
            grad(f)(leaf())


def test_a_global_that_becomes_a_tensor_is_noticed() -> None:
    f = grad(scaled)
    assert f.gradient(3.0) == 2.0
    globals()["SCALE"] = leaf()
    try:
        with pytest.raises(NotDifferentiable, match="reads the tensor `SCALE`"):
            f.gradient(3.0)
    finally:
        globals()["SCALE"] = 2.0
    assert f.gradient(3.0) == 2.0


SCALE = 2.0


def scaled(x: Any) -> Any:
    return x * SCALE


def test_gradients_of_tensors_are_arrays() -> None:
    assert type(loss.gradient(leaf(), X)) is np.ndarray
    value, pullback = both.vjp(leaf())
    assert type(value[0]) is np.ndarray
    assert np.array_equal(pullback((leaf(1.0, 1.0), leaf(1.0, 1.0)))[0], 2 + 2 * X)
