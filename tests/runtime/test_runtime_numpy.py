"""NumPy's functions on tensors are recorded, or refused: never silently detached."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adjoint
from adjoint import MissingRule

RECORDED: list[Callable[[Any], Any]] = [
    np.tanh,
    np.sum,
    np.mean,
    lambda x: np.sum(x, axis=0),
    lambda x: np.mean(x, axis=1, keepdims=True),
    lambda x: np.max(x, axis=0),
    lambda x: np.reshape(x, (-1,)),
    np.transpose,
    lambda x: np.concatenate([x, x], axis=1),
    lambda x: np.stack([x, x * x]),
    lambda x: np.where(x > 0, x, 2 * x),
    lambda x: np.dot(x, x.T),
    lambda x: np.matmul(x, x.T),
    lambda x: np.einsum("ij,kj->ik", x, x),
    np.linalg.norm,
    lambda x: np.linalg.inv(x @ x.T + np.eye(2)),
    lambda x: np.linalg.solve(np.eye(2) * 3.0, x),
    lambda x: np.clip(x, -0.5, 0.5),
    lambda x: np.maximum(x, 0.1),
    lambda x: np.cumsum(x, axis=1),
    lambda x: np.var(x, axis=0),
    np.prod,
    lambda x: np.sort(x, axis=1),
    lambda x: np.tile(x, (2, 1)),
    lambda x: np.outer(x[0], x[1]),
    lambda x: np.power(np.abs(x), 1.5),
    np.add.reduce,
    lambda x: np.ones((2, 3)) * x,
    lambda x: np.ones((2, 2)) @ x,
    lambda x: np.ones((2, 3)) - x,
    lambda x: np.float64(2) / x,
    lambda x: np.array([2.0, 3.0, 4.0]) ** x,
]


def data() -> Any:
    """Six numbers, no two of them alike in size."""
    return np.array([[0.3, -0.7, 1.1], [0.9, 0.2, -1.3]])


@pytest.mark.parametrize("function", RECORDED)
def test_value_and_gradient(function: Callable[[Any], Any]) -> None:
    x = adjoint.tensor(data(), requires_grad=True)
    y = function(x)
    assert isinstance(y, adjoint.Tensor)
    np.testing.assert_allclose(y.detach().numpy(), function(data()), rtol=1e-12)
    weights = np.cos(np.arange(y.numel()) + 1.0).reshape(y.shape)
    y.backward(adjoint.tensor(weights))
    eps = 1e-6
    for place in np.ndindex(2, 3):
        step = np.zeros((2, 3))
        step[place] = eps
        change = np.sum(weights * (function(data() + step) - function(data() - step))) / (2 * eps)
        assert x.grad is not None
        assert x.grad.numpy()[place] == pytest.approx(change, rel=1e-6, abs=1e-8)


def test_a_function_without_a_rule_is_refused_by_name() -> None:
    x = adjoint.tensor(data(), requires_grad=True)
    with pytest.raises(MissingRule, match="poly"):
        np.poly(x)


def test_the_same_function_runs_on_what_is_not_recorded() -> None:
    x = adjoint.tensor(data())
    assert isinstance(np.cumprod(x), adjoint.Tensor)
    with adjoint.no_grad():
        np.cumprod(x.requires_grad_())


def test_an_array_cannot_swallow_a_recorded_tensor() -> None:
    x = adjoint.tensor(data(), requires_grad=True)
    array = np.ones((2, 3))
    with pytest.raises(MissingRule):
        array += x  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="Can't call numpy"):
        np.asarray(x)


def test_piecewise_constant_functions_give_tensors_without_history() -> None:
    x = adjoint.tensor(data(), requires_grad=True)
    assert not np.argmax(x).requires_grad  # type: ignore[attr-defined]
    assert np.shape(x) == (2, 3)


def test_the_array_is_shared() -> None:
    array = np.zeros(3, "float32")
    x = adjoint.from_numpy(array)
    x += 1
    assert array.tolist() == [1.0, 1.0, 1.0]
    assert x.numpy() is array
    assert adjoint.tensor(array).numpy() is not array


@pytest.mark.parametrize(
    "write",
    [
        lambda o: np.add(o, 1, out=o),
        lambda o: np.maximum(o, 2.0, out=(o,)),
        lambda o: np.cumsum(o, axis=0, out=o),
        lambda o: np.sum(np.ones((3, 3)), axis=0, out=o[0]),
        lambda o: np.nan_to_num(o, copy=False),
        lambda o: np.copyto(o, 5.0),
        lambda o: np.fill_diagonal(o, 5.0),
        lambda o: np.add.at(o, 0, 5.0),
    ],
)
def test_a_write_by_one_of_numpys_functions_is_noticed(write: Callable[[Any], Any]) -> None:
    x = adjoint.ones(3, 3, requires_grad=True)
    o = adjoint.ones(3, 3)
    y = (x * o).sum()
    write(o)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.backward()


def test_what_out_names_is_the_result() -> None:
    o = adjoint.zeros(3)
    assert np.add(adjoint.ones(3), 1, out=o) is o
    leaf = adjoint.ones(3, requires_grad=True)
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
        np.add(leaf, 1, out=leaf)


def test_a_number_beside_a_tensor_in_any_ufunc() -> None:
    x = adjoint.tensor([1.0, 2.0], requires_grad=True)
    for y, slope in (
        (np.ldexp(x, 3), [8.0, 8.0]),
        (np.float_power(x, 3), [3.0, 12.0]),
        (np.copysign(x, -1.0), [-1.0, -1.0]),
        (np.fmax(x, 1.5), [0.0, 1.0]),
    ):
        (g,) = adjoint.autograd.grad(y.sum(), x)
        assert g.tolist() == slope


def test_lists_of_numbers_are_read_as_arrays() -> None:
    x = adjoint.tensor([1.0, 4.0, 2.0], requires_grad=True)
    np.interp(x, [0.0, 2.0, 5.0], [0.0, 1.0, 4.0]).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [0.5, 1.0, 1.0]


def test_the_sign_of_complex_numbers_is_not_flat() -> None:
    z, weight, step = np.array([1 + 2j]), 0.3 - 1j, 1e-6 * np.array([0.2 + 0.5j])

    def value(at: Any) -> float:
        return float((weight * np.sign(at)).sum().real)

    x = adjoint.tensor(z, requires_grad=True)
    np.real((np.sign(x) * weight).sum()).backward()
    assert x.grad is not None
    change = np.sum(np.conjugate(x.grad.numpy()) * step).real
    assert change == pytest.approx((value(z + step) - value(z - step)) / 2, rel=1e-6)
