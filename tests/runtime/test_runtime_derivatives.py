"""Every method with a derivative: first and second order against central differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adjoint
from adjoint import Tensor

SMOOTH: list[Callable[[Tensor], Tensor]] = [
    lambda x: x.exp() + x.sin() * x.cos() - x.tanh() / (2 + x),
    lambda x: (x * x + 1).log() + (x * x + 1).sqrt() + (x * x + 2).rsqrt(),
    lambda x: x.sigmoid() * x.square() + x**3 + 2**x + (x * x + 1) ** x,
    lambda x: x.atan2(x * x + 1) + x.hypot(x + 3) + x.logaddexp(-x),
    lambda x: x.sinh() + x.cosh() + x.expm1() + (x * x).log1p() + x.asinh() + x.atan(),
    lambda x: x.softmax(0) * x.log_softmax(1),
    lambda x: x.logsumexp(1) * x.logsumexp(0, keepdim=True).sum(),
    lambda x: x.sum(0) * x.mean(1, keepdim=True),
    lambda x: x.prod(0) + x.prod(),
    lambda x: x.var(1) + x.std(0).sum() + x.norm() + x.norm(3, dim=1) + x.norm(1, dim=0).sum(),
    lambda x: x.max() * x.min() + x.amax(0) + x.max(1).values.sum() * x.min(0).values,
    lambda x: x.sort(1, descending=True).values.cumsum(0) * x.median(1, True).values,
    lambda x: x @ x.T @ x,
    lambda x: adjoint.einsum("ij,kj,kl->il", x, x, x),
    lambda x: (x[0] @ x[1]) * x.mv(x[0]).dot(x[:, 0]) * adjoint.outer(x[:, 1], x[1]),
    lambda x: adjoint.cat([x, x * x], 1) * adjoint.stack([x, x], 1).reshape(2, 6),
    lambda x: adjoint.where(x > 0, x * x, x**3) + x.clamp(-0.8, 0.8) ** 2 + x.relu() ** 3,
    lambda x: x.masked_fill(x > 1, 2.0) ** 2 + x.maximum(x * x) * x.minimum(2 * x + 0.3),
    lambda x: (
        x.gather(1, adjoint.tensor([[0, 0], [2, 1]])) ** 3
        + x.index_select(1, adjoint.tensor([2, 0])) ** 2
    ),
    lambda x: (x[[0, 1, 0], [1, 1, 2]] ** 3)[None] * x[x > 0.1].sum() ** 2,
    lambda x: x.flip(1) * x.roll(1, 1) * x.repeat(2, 1)[1:3] * x.repeat_interleave(2, 0)[1:3],
    lambda x: x.expand(4, 2, 3).permute(2, 0, 1).reshape(6, 4).unsqueeze(1).squeeze() ** 2,
    lambda x: x.triu() ** 2 + x.tril(-1) ** 3 + x[:, :2].diag().sum() ** 2 + x.diagonal().prod(),
    lambda x: adjoint.inverse(x @ x.T + adjoint.eye(2, dtype=adjoint.float64)),
    lambda x: adjoint.linalg.solve(x[:, :2] * x[:, 1:] + 3 * adjoint.eye(2, dtype=x.dtype), x),
    lambda x: adjoint.det(x @ x.T) * x.trace(),
    lambda x: adjoint.linalg.slogdet(x @ x.T)[1] * x,
    lambda x: np.split(x, 3, axis=1)[1] ** 2,
    lambda x: x.unbind(1)[2] * x.split([1, 2], 1)[1].chunk(2, 1)[0].flatten() ** 2,
    lambda x: x.lerp(x * x, 0.3) * x.add(x, alpha=3) - 2 / (x * x + 1) + (5 - x) % 2.3,
    lambda x: x.fmod(0.4) * x + x.abs() ** 1.5 + x.reciprocal(),
]


def data() -> Any:
    """Six numbers, none near a kink of the functions above."""
    return np.array([[0.31, -0.72, 1.13], [0.94, 0.25, -1.36]])


def weighted(function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Makes one number of a function's result."""
    y = function(x)
    return (y * adjoint.tensor(np.cos(np.arange(y.numel()) + 1.0)).reshape(y.shape)).sum()


def differences(value: Callable[[Any], float]) -> Any:
    """Central differences of a function of the data."""
    step = 1e-6
    found = np.zeros((2, 3))
    for place in np.ndindex(2, 3):
        shift = np.zeros((2, 3))
        shift[place] = step
        found[place] = (value(data() + shift) - value(data() - shift)) / (2 * step)
    return found


@pytest.mark.parametrize("function", SMOOTH)
def test_first_and_second_derivative(function: Callable[[Tensor], Tensor]) -> None:
    x = adjoint.tensor(data(), requires_grad=True)
    direction = adjoint.tensor(np.sin(np.arange(6.0) + 2).reshape(2, 3))

    def value(array: Any) -> float:
        return float(weighted(function, adjoint.tensor(array)).item())

    def slope(array: Any) -> float:
        point = adjoint.tensor(array, requires_grad=True)
        (g,) = adjoint.autograd.grad(weighted(function, point), point)
        return float((g * direction).sum().item())

    (first,) = adjoint.autograd.grad(weighted(function, x), x, create_graph=True)
    np.testing.assert_allclose(first.detach().numpy(), differences(value), rtol=1e-5, atol=1e-7)
    (second,) = adjoint.autograd.grad((first * direction).sum(), x)
    np.testing.assert_allclose(second.numpy(), differences(slope), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("function", SMOOTH)
def test_float32_stays_float32(function: Callable[[Tensor], Tensor]) -> None:
    if "float64" in function.__code__.co_names:
        pytest.skip("the function names another type")
    x = adjoint.tensor(data(), dtype=adjoint.float32, requires_grad=True)
    y = function(x)
    assert y.dtype is adjoint.float32
    y.sum().backward()
    assert x.grad is not None
    assert x.grad.dtype is adjoint.float32
