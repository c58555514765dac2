"""Depth is no limit, and what is no longer needed is freed at once."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable

import pytest

import adjoint
from adjoint import Tensor

DEEP = 100_000


def test_a_hundred_thousand_operations_go_backward() -> None:
    x = adjoint.ones(2, requires_grad=True)
    y = x
    for _ in range(DEEP):
        y = y + 1
    y.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [1.0, 1.0]


def test_a_deep_graph_that_never_went_backward_is_freed() -> None:
    x = adjoint.ones(2, requires_grad=True)
    y = x
    for _ in range(DEEP):
        y = y * x
    node = weakref.ref(y.grad_fn)
    del y
    assert node() is None


def test_a_deep_graph_with_recorded_backward() -> None:
    x = adjoint.tensor(1.0, dtype=adjoint.float64, requires_grad=True)
    y = x
    for _ in range(3000):
        y = y * x
    (slope,) = adjoint.autograd.grad(y, x, create_graph=True)
    (curvature,) = adjoint.autograd.grad(slope, x)
    assert (slope.item(), curvature.item()) == (3001.0, 3001.0 * 3000.0)


@pytest.mark.parametrize(
    "build",
    [
        lambda x: x.exp(),
        lambda x: x * x,
        lambda x: x[0],
        lambda x: adjoint.cat([x, x]),
        lambda x: x.softmax(0),
        lambda x: x.view(2, 2).T,
    ],
)
def test_a_graph_is_freed_without_the_garbage_collector(build: Callable[[Tensor], Tensor]) -> None:
    x = adjoint.ones(4, requires_grad=True)
    gc.collect()
    gc.disable()
    try:
        y = build(x * 2)
        node = weakref.ref(y.grad_fn)
        y.sum().backward()
        del y
        assert node() is None
    finally:
        gc.enable()


def test_a_detached_result_does_not_keep_the_graph() -> None:
    x = adjoint.ones(4, requires_grad=True)
    y = x.exp()
    node = weakref.ref(y.grad_fn)
    kept = y.detach()
    del y
    assert node() is None
    assert kept.shape == (4,)


def test_a_sum_keeps_the_shape_of_what_it_added_up_and_not_the_memory() -> None:
    x = adjoint.ones(1000, 100, requires_grad=True)
    y = x * 2
    memory = weakref.ref(y._data)
    total = y.sum(0)
    del y
    assert memory() is None
    total.sum().backward()
    assert x.grad is not None
    assert (x.grad == 2).all()
