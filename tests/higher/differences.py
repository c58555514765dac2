"""Hessian-vector products of the corpus, against central differences of its gradients."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from adjoint.transform.differentiable import Differentiable
from adjoint.transform.leaves import rebuilt, results_in
from adjoint.transform.units import is_float

from ..programs.registry import Program, corpus
from ..programs.trees import duplicate

STEP = 1e-4
RTOL = 1e-5


def scalar_programs() -> Iterator[tuple[Program, int]]:
    """The programs of the corpus that give one real number in double precision, and a sample."""
    for program in corpus():
        if program.may_refuse:
            continue
        for sample in range(len(program.samples)):
            args = program.arguments(sample)
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                try:
                    value = program.function(*duplicate(args))
                except Exception:  # what it raises is looked at elsewhere
                    continue
            if type(value) in (float, np.float64) and _in_double(args):
                yield program, sample
                break


def _in_double(args: Any) -> bool:
    floats = [leaf for leaf in results_in(args) if is_float(leaf)]
    return all(not np.iscomplexobj(x) and np.asarray(x).dtype == float for x in floats)


def second_order(program: Program, sample: int) -> tuple[float, float, float]:
    """The product of the Hessian with two random directions, and what differences give for it.

    Returns:
        What reverse mode over reverse mode gives, what differences of gradients give, and how far
        these may be off.
    """
    args, wrt = program.arguments(sample), program.positions(sample)
    made = Differentiable(program.function, wrt)
    rng = np.random.default_rng(1)
    left, right = (tuple(_direction(args[i], rng) for i in wrt) for _ in range(2))

    def slope(h: float) -> float:
        moved = list(duplicate(args))
        for i, direction in zip(wrt, right, strict=True):
            moved[i] = _moved(moved[i], direction, h)
        return _inner(left, _bare(made.gradient(*moved), len(wrt)))

    near = (slope(STEP) - slope(-STEP)) / (2 * STEP)
    far = (slope(2 * STEP) - slope(-2 * STEP)) / (4 * STEP)
    _, pull = Differentiable(made.gradient, wrt).vjp(*duplicate(args))
    entries = pull(left if len(wrt) > 1 else left[0])
    got = _inner(right, tuple(entries[i] for i in wrt))
    return got, near + (near - far) / 3, abs(near - far)


def agree(got: float, wanted: float, doubt: float) -> bool:
    """Whether two derivatives are the same, as far as differences can tell."""
    return bool(abs(got - wanted) <= 1e-6 + RTOL * max(abs(got), abs(wanted)) + doubt)


def _bare(found: Any, count: int) -> Any:
    return found if count > 1 else (found,)


def _direction(value: Any, rng: np.random.Generator) -> Any:
    leaves = list(results_in(value))
    drawn = (_drawn(x, rng) if is_float(x) else 0 for x in leaves)
    return rebuilt(value, drawn)


def _drawn(leaf: Any, rng: np.random.Generator) -> Any:
    drawn = rng.normal(size=np.shape(leaf))
    return drawn if isinstance(leaf, np.ndarray) else float(drawn)


def _moved(value: Any, direction: Any, h: float) -> Any:
    pairs = zip(results_in(value), results_in(direction), strict=True)
    return rebuilt(value, iter([x + h * d if is_float(x) else x for x, d in pairs]))


def _inner(a: Any, b: Any) -> float:
    ours, others = _floats(a), _floats(b)
    if len(ours) != len(others):
        raise AssertionError(f"{len(ours)} parts beside {len(others)}")
    return float(sum(np.sum(np.asarray(x) * y) for x, y in zip(ours, others, strict=True)))


def _floats(tree: Any) -> list[Any]:
    return [x for x in results_in(tree) if is_float(x)]
