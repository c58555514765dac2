"""A call of an emitted function is one node."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adjoint
from adjoint import NotDifferentiable
from adjoint.runtime.eager_call import apply_function


def square_and_sum(x: Any) -> Any:
    """Stands for two emitted functions, each with its pullback."""
    array = x._data
    return apply_function(
        "square_and_sum",
        (array * array, np.sum(array)),
        lambda g: (2 * array * g[0] + g[1],),
        [x],
        "def square_and_sum_vjp(x): ...",
    )


def leaf() -> Any:
    return adjoint.tensor([1.0, 2.0], requires_grad=True)


def test_its_node_is_named_after_it_and_holds_its_source() -> None:
    squares, _ = square_and_sum(leaf())
    assert repr(squares) == "tensor([1., 4.], grad_fn=<SquareAndSumBackward>)"
    assert squares.grad_fn.source == "def square_and_sum_vjp(x): ..."


def test_what_a_result_does_not_depend_on_gets_zeros() -> None:
    x = leaf()
    squares, _ = square_and_sum(x)
    squares.sum().backward()
    assert x.grad.tolist() == [2.0, 4.0]


def test_both_results_meet_in_one_call_of_the_pullback() -> None:
    x = leaf()
    squares, total = square_and_sum(x)
    (squares.sum() * total).backward()
    assert x.grad.tolist() == [2 * 3 + 5, 4 * 3 + 5]


def test_a_second_sweep_needs_the_graph_to_be_retained() -> None:
    _, total = square_and_sum(leaf())
    total.backward(retain_graph=True)
    total.backward()
    with pytest.raises(RuntimeError, match="Trying to backward through the graph a second time"):
        total.backward()


def test_a_recorded_sweep_is_refused_unless_the_pullback_is_differentiable() -> None:
    x = leaf()
    with pytest.raises(NotDifferentiable, match="SquareAndSumBackward"):
        square_and_sum(x)[1].backward(create_graph=True)

    def pullback(g: Any) -> tuple[Any, ...]:
        return (2 * x * g,)

    pullback.differentiable = True  # type: ignore[attr-defined]
    y = apply_function("square", x._data**2, pullback, [x])
    (slope,) = adjoint.autograd.grad(y.sum(), x, create_graph=True)
    assert adjoint.autograd.grad(slope.sum(), x)[0].tolist() == [2.0, 2.0]


def test_nothing_is_recorded_under_no_grad() -> None:
    with adjoint.no_grad():
        assert square_and_sum(leaf())[0].grad_fn is None
