"""Eager tensors on the device: what PyTorch's users write never leaves it, and gives the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import adjoint
from adjoint.runtime import home

from . import StrictArray, strict, synchronisations, to_strict

X = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]])

OPERATIONS: dict[str, Callable[[Any], Any]] = {
    "arithmetic": lambda x: (2 * x - x / 3 + x**2) ** 2,
    "mean": lambda x: x.mean(),
    "sum of axis": lambda x: x.sum(0) * x.sum(1, keepdim=True),
    "tanh": lambda x: x.tanh() + adjoint.tanh(x) + np.tanh(x),
    "matmul": lambda x: x @ x.T,
    "index": lambda x: x[0] * x[1, 2] + x[:, 1:].sum(),
    "list of integers": lambda x: x[[0, 0, 1]],
    "mask": lambda x: x[x > 0],
    "mask of an axis": lambda x: x[:, x[0] > 0] * x[0, x[1] > 0][:1],
    "integers": lambda x: x.T[x.argmax(1)] * x[x[0].argmax() - 1, 0],
    "where": lambda x: adjoint.where(x > 0, x, 0.0),
    "masked_fill": lambda x: x.masked_fill(x > 0, 3.0) * x,
    "clamp": lambda x: x.clamp(-0.5, 1.0) * x,
    "relu": lambda x: x.relu() + x.sigmoid(),
    "softmax": lambda x: x.softmax(1) + x.log_softmax(0),
    "shapes": lambda x: x.view(3, 2).T.reshape(6).unsqueeze(0).squeeze().flatten(),
    "expand": lambda x: x[:, :1].expand(2, 3) * x,
    "cat": lambda x: adjoint.cat([x, 2 * x]) + adjoint.stack([x, x]).view(4, 3),
    "norm": lambda x: x.norm() * x,
    "extremes": lambda x: x.max() + x.min() + x.max(1).values,
    "variance": lambda x: x.var() + x.std(1),
    "cumulative": lambda x: x.cumsum(1),
    "products": lambda x: x.prod() + x.prod(1),
    "maximum": lambda x: adjoint.maximum(x, x * x),
    "absolute": lambda x: x.abs().sqrt(),
    "clone": lambda x: x.clone().detach() * x,
}


@pytest.fixture(autouse=True)
def _registered() -> Iterator[None]:
    """The double is a home of arrays while a test runs."""
    home.register_home(StrictArray, strict)
    yield
    home.forget_home(StrictArray)


def run(act: Callable[[Any], Any], x: Any) -> tuple[Any, Any]:
    """The value and the gradient of a sum."""
    y = act(x)
    y.sum().backward()
    return y, x.grad


@pytest.mark.parametrize("act", OPERATIONS.values(), ids=list(OPERATIONS))
def test_operations(act: Callable[[Any], Any]) -> None:
    want, slope = run(act, adjoint.tensor(X, requires_grad=True))
    got, grad = run(act, adjoint.tensor(to_strict(X), requires_grad=True))
    assert isinstance(got._data, StrictArray)
    assert isinstance(grad._data, StrictArray)
    assert np.allclose(got._data.get(), want.detach().numpy())
    assert np.allclose(grad._data.get(), slope.numpy())


def test_writes_in_place() -> None:
    def act(x: Any) -> Any:
        y = x * 2
        y[0] = y[1] * 3
        y[:, 1] += 1
        y.mul_(2)
        y += x
        return y

    test_operations(act)


def test_double_backward() -> None:
    def slope(x: Any) -> Any:
        (first,) = adjoint.autograd.grad((x**3).sum(), x, create_graph=True)
        first.sum().backward()
        return x.grad

    want = slope(adjoint.tensor(X, requires_grad=True))
    got = slope(adjoint.tensor(to_strict(X), requires_grad=True))
    assert isinstance(got._data, StrictArray)
    assert np.allclose(got._data.get(), want.numpy())


def test_nothing_is_waited_for() -> None:
    x = adjoint.tensor(to_strict(X), requires_grad=True)
    with synchronisations() as count:
        run(lambda x: ((x @ x.T).tanh().softmax(1) * 2).mean() + x[0].norm(), x)
    assert not count


def test_an_emitted_function_takes_tensors_of_the_device() -> None:
    @adjoint.grad
    def loss(w: Any, x: Any) -> Any:
        h = np.zeros(3)
        for i in range(3):
            h[i] = np.tanh(x[0, i] * w[i])
        return np.sum(h * h)

    w = adjoint.tensor(to_strict(X[1]), requires_grad=True)
    out = loss(w, adjoint.tensor(to_strict(X)))
    out.backward()
    assert "LossBackward" in repr(out)
    assert isinstance(w.grad._data, StrictArray)
    assert np.allclose(w.grad._data.get(), loss.gradient(X[1], X))
    constant = loss(w.detach(), adjoint.tensor(to_strict(X)))
    assert isinstance(constant._data, StrictArray)
