"""Programs of the corpus on CuPy's arrays: NumPy's numbers, on the device from end to end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adjoint
from adjoint.runtime import home
from tests.programs.registry import Program, corpus
from tests.programs.trees import leaves, mapped

pytestmark = pytest.mark.gpu

CHOSEN = frozenset(
    {
        "buffers_swapped.burgers",
        "calls.helper_writes_into_our_parameter",
        "calls.recursion",
        "early_exits.first_above",
        "float32.in_place",
        "histories.euler_history",
        "histories.rnn",
        "in_place.add_at_repeated",
        "in_place.heat_plate",
        "in_place.mask_store",
        "in_place.recurrence",
        "in_place.repeated_indices",
        "indexing.embedding",
        "linear_algebra.conjugate_gradient",
        "linear_algebra.log_determinant",
        "loops_while.fixed_point",
        "reductions.cross_entropy",
        "reductions.logistic",
        "reductions.variances",
        "scalars_math.zero_dimensional",
        "shapes.concatenation",
        "shapes.created_like",
        "side_effects.error_state",
        "views_and_aliases.row_is_a_view",
    }
)
CASES = [pytest.param(p, id=p.name) for p in corpus() if p.name in CHOSEN]


def test_every_chosen_program_exists() -> None:
    assert {p.name for p in corpus()} >= CHOSEN


def to_device(cp: Any, tree: Any) -> Any:
    """A tree with every array copied to the device."""
    return mapped(lambda x: cp.asarray(x) if isinstance(x, np.ndarray) else x, tree)


def to_host(cp: Any, tree: Any) -> Any:
    """A tree with every array copied to the host."""
    return mapped(lambda x: cp.asnumpy(x) if isinstance(x, cp.ndarray) else x, tree)


def assert_close(got: Any, want: Any) -> None:
    """Two trees of numbers and arrays agree."""
    for (path, g), (_, w) in zip(leaves(got), leaves(want), strict=True):
        if w is not None:
            tolerance = 1e-4 if np.result_type(w) == np.float32 else 1e-9
            assert np.allclose(g, w, rtol=tolerance, atol=tolerance), path


@pytest.mark.parametrize("program", CASES)
def test_gradients_agree_with_those_on_the_host(program: Program, cp: Any) -> None:
    wrt = program.positions(0)
    f = adjoint.Differentiable(program.function, wrt)
    want_value, want = f.value_and_gradient(*program.arguments(0))
    value, got = f.value_and_gradient(*to_device(cp, program.arguments(0)))
    parts = got if len(wrt) > 1 else (got,)
    for i, part in zip(wrt, parts, strict=True):
        for (_, g), (_, a) in zip(leaves(part), leaves(program.arguments(0)[i]), strict=True):
            if isinstance(a, np.ndarray) and a.dtype.kind == "f":
                assert isinstance(g, cp.ndarray)
                assert g.dtype == a.dtype
    assert_close(to_host(cp, value), want_value)
    assert_close(to_host(cp, got), want)


@pytest.mark.parametrize("program", CASES)
def test_pullbacks_agree_with_those_on_the_host(program: Program, cp: Any) -> None:
    want_value, want_pull = adjoint.vjp(program.function, *program.arguments(0))
    value, pull = adjoint.vjp(program.function, *to_device(cp, program.arguments(0)))
    ones = mapped(np.ones_like, want_value)
    assert_close(to_host(cp, value), want_value)
    assert_close(to_host(cp, pull(to_device(cp, ones))), want_pull(ones))


def test_the_plain_call_runs_on_the_device(cp: Any) -> None:
    f = adjoint.grad(lambda x: np.sum(np.zeros(3) + x * np.arange(3.0)))
    got = f(cp.ones(3))
    assert isinstance(got, cp.ndarray)
    assert float(got) == 3.0


def test_arguments_of_both_homes_are_refused(cp: Any) -> None:
    f = adjoint.grad(lambda x, y: np.sum(x * y))
    with pytest.raises(home.MixedHomes, match="cupy and numpy"):
        f.gradient(cp.ones(2), np.ones(2))
