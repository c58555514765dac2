"""Second derivatives: the pullbacks of the table, run on tensors and differentiated again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adjoint
from adjoint.runtime.eager_numpy import run_function
from adjoint.runtime.helpers import HELPERS

from .checker import Case, leaves, parse, reads_a_half
from .samples import SAMPLES, VALUES

STEP = 1e-6


def _differentiable(case: Case) -> bool:
    """Whether a call is of a function of NumPy's on arrays, with something to differentiate."""
    named = case.rule.name.startswith("np.") and case.rule.name not in HELPERS
    arrays = [x for x in leaves(list(case.positional)) if isinstance(x, np.ndarray)]
    return named and any(x.dtype.kind == "f" for x in arrays) and bool(list(case.active()))


CASES = [case for case in parse(SAMPLES, VALUES) if _differentiable(case)]


def _places(case: Case) -> list[int | str]:
    """Where a call takes an array that is differentiated; lists of arrays are left alone."""
    found = [place for _, place, _ in case.active()]
    return [place for place in found if isinstance(case.value(place), np.ndarray)]


def _weighted(value: Any) -> Any:
    """One number of all parts of a result."""
    parts = [p for p in leaves(value) if isinstance(p, adjoint.Tensor) and p.requires_grad]
    total = adjoint.tensor(0.0, dtype=adjoint.float64)
    for k, part in enumerate(parts):
        real = part if part.dtype is adjoint.float64 else np.real(part) + 0.3 * np.imag(part)
        weights = np.cos(np.arange(part.numel()) + 1.0 + k).reshape(part.shape)
        total = total + (real * real * adjoint.tensor(weights)).sum()
    return total


def _slopes(case: Case, arrays: dict[Any, Any], create_graph: bool) -> tuple[list[Any], list[Any]]:
    tensors = {p: adjoint.tensor(a, requires_grad=True) for p, a in arrays.items()}
    args = [tensors.get(i, x) for i, x in enumerate(case.positional)]
    kwargs = {k: tensors.get(k, x) for k, x in case.keywords.items()}
    y = _weighted(run_function(case.function, args, kwargs))
    inputs = list(tensors.values())
    grads = adjoint.autograd.grad(y, inputs, create_graph=create_graph, allow_unused=True)
    return inputs, [
        adjoint.zeros_like(x) if g is None else g for x, g in zip(inputs, grads, strict=True)
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.text)
def test_the_derivative_of_the_derivative_agrees_with_differences(case: Case) -> None:
    places = _places(case)
    if not places:
        pytest.skip("lists of arrays only")
    random = np.random.default_rng(5)
    arrays = {p: np.array(case.value(p)) for p in places}
    symmetric = reads_a_half(case, "a")
    steps = {p: random.uniform(-1, 1, np.shape(a)) for p, a in arrays.items()}
    if symmetric:
        steps = {p: s + np.swapaxes(s, -1, -2) for p, s in steps.items()}
    directions = [adjoint.tensor(random.uniform(-1, 1, np.shape(a))) for a in arrays.values()]

    def slope(h: float) -> float:
        _, grads = _slopes(case, {p: a + h * steps[p] for p, a in arrays.items()}, False)
        return float(sum((g * d).sum().item() for g, d in zip(grads, directions, strict=True)))

    inputs, grads = _slopes(case, arrays, True)
    along = sum((g * d).sum() for g, d in zip(grads, directions, strict=True))
    if not getattr(along, "requires_grad", False):
        second: list[Any] = [None] * len(inputs)
    else:
        second = list(adjoint.autograd.grad(along, inputs, allow_unused=True))
    got = sum(
        float(np.sum(s.numpy() * steps[p]))
        for p, s in zip(arrays, second, strict=True)
        if s is not None
    )
    want = (slope(STEP) - slope(-STEP)) / (2 * STEP)
    np.testing.assert_allclose(got, want, rtol=2e-4, atol=2e-6)
