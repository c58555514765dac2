"""The number of axes that is told of a result is the one that NumPy gives."""

# ruff: noqa: PLW0108 (it is their source that is read)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adjoint.transform.analyses.kind import Kind, kind_of
from adjoint.transform.analyses.ranks import rank_of
from adjoint.transform.analysis import analyse
from adjoint.transform.world import World

V, M, T = np.arange(1.0, 4.0), np.eye(3) + 0.1, np.ones((2, 3, 3))
S = 1.5

CALLS: dict[str, Callable[[Any], Any]] = {
    "array of numbers": lambda x: np.array([np.sum(x), 2.0]),
    "array of rows": lambda x: np.array([x, x]),
    "array of pairs": lambda x: np.array(((np.sum(x), 1.0), (2.0, 3.0))),
    "stack": lambda x: np.stack([x, x]),
    "concatenate": lambda x: np.concatenate([x, x]),
    "concatenate flat": lambda x: np.concatenate([x, x], axis=None),
    "cumsum": lambda x: np.cumsum(x),
    "cumsum along": lambda x: np.cumsum(x, axis=0),
    "sort": lambda x: np.sort(x),
    "sort flat": lambda x: np.sort(x, axis=None),
    "repeat": lambda x: np.repeat(x, 2),
    "repeat along": lambda x: np.repeat(x, 2, axis=0),
    "transpose": lambda x: np.transpose(x),
    "T": lambda x: x.T,
    "reshape": lambda x: np.reshape(x, (1, -1)),
    "reshape method": lambda x: x.reshape(-1, 1),
    "reshape method, tuple": lambda x: x.reshape((1, 1, -1)),
    "reshape flat": lambda x: x.reshape(-1),
    "ravel": lambda x: x.ravel(),
    "diff": lambda x: np.diff(x),
    "atleast_2d": lambda x: np.atleast_2d(x),
    "outer": lambda x: np.outer(x, x),
    "flip": lambda x: np.flip(x),
    "copy": lambda x: x.copy(),
    "zeros_like": lambda x: np.zeros_like(x),
    "zeros": lambda x: np.zeros((2, 3)) + np.sum(x),
    "eye": lambda x: np.eye(2) * np.sum(x),
    "linspace": lambda x: np.linspace(0.0, 1.0, 3) * np.sum(x),
    "trapezoid": lambda x: np.trapezoid(x),
    "pad": lambda x: np.pad(x, 1),
    "tril": lambda x: np.tril(x),
    "copy of a number": lambda x: np.copy(np.sum(x)),
    "array of a number": lambda x: np.array(np.sum(x)),
    "zeros like a number": lambda x: np.zeros_like(np.sum(x)),
}  # fmt: skip
OF_MATRICES: dict[str, Callable[[Any], Any]] = {
    "diag": lambda x: np.diag(x),
    "diagonal": lambda x: np.diagonal(x),
    "trace": lambda x: np.trace(x),
    "det": lambda x: np.linalg.det(x),
    "inv": lambda x: np.linalg.inv(x),
    "solve a vector": lambda x: np.linalg.solve(x, V),
    "solve a matrix": lambda x: np.linalg.solve(x, x),
    "dot a vector": lambda x: np.dot(x, V),
    "dot a matrix": lambda x: x.dot(x),
    "inner": lambda x: np.inner(x, V),
    "einsum": lambda x: np.einsum("ij,kj->ik", x, x),
    "einsum to a number": lambda x: np.einsum("ij,ij->", x, x),
    "swapaxes": lambda x: np.swapaxes(x, 0, 1),
    "vdot": lambda x: np.vdot(x, x),
}  # fmt: skip


@pytest.mark.parametrize("x", [V, M, T], ids=["vector", "matrix", "stack"])
@pytest.mark.parametrize("name", CALLS)
def test_the_rank_that_is_told_is_the_one_that_numpy_gives(name: str, x: Any) -> None:
    _check(CALLS[name], x)


@pytest.mark.parametrize("name", OF_MATRICES)
def test_what_matrices_give(name: str) -> None:
    _check(OF_MATRICES[name], M)


def test_a_vector_makes_a_diagonal_matrix_and_two_vectors_a_number() -> None:
    _check(lambda x: np.diag(x), V)
    _check(lambda x: np.dot(x, x), V)
    _check(lambda x: np.inner(x, x), V)


def _check(f: Callable[[Any], Any], x: Any) -> None:
    world = World()
    told = analyse(world.callees.of(f), (("x", kind_of(x)),), world).returns
    given = f(x)
    assert rank_of(told) == np.ndim(given), str(told)
    if isinstance(given, np.ndarray):
        assert told.tag == "array", "what can be written into is an array, with or without axes"


def test_what_is_not_certain_is_not_told() -> None:
    assert rank_of(Kind("list", items=())) is None
    assert rank_of(Kind("numeric")) is None
    assert rank_of(kind_of([V, V])) == 2
    assert rank_of(kind_of([S, V])) is None
