"""The double itself: it refuses what CuPy refuses, and computes what NumPy computes."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest

from . import StrictArray, strict, synchronisations, to_host, to_strict

HOST = np.array([0.5, -1.0, 2.0])


@pytest.fixture
def a() -> Any:
    """An array on the device."""
    return to_strict(HOST)


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(np.asarray, id="asarray"),
        pytest.param(lambda a: np.array([a, a]), id="array of arrays"),
        pytest.param(lambda a: a + HOST, id="array and host array"),
        pytest.param(lambda a: HOST + a, id="host array and array"),
        pytest.param(lambda a: HOST @ a, id="matmul with a host array"),
        pytest.param(lambda a: operator.add(a, [1.0, 2.0, 3.0]), id="list in an operator"),
        pytest.param(lambda a: strict.add(a, [1.0, 2.0, 3.0]), id="list in a ufunc"),
        pytest.param(lambda a: np.add(a, HOST), id="host array in a ufunc"),
        pytest.param(lambda a: np.zeros(3) * a, id="host creation"),
        pytest.param(lambda a: np.dot(HOST, a), id="host array in a function"),
        pytest.param(lambda a: np.where(a > 0, a, HOST), id="host array in where"),
        pytest.param(lambda a: strict.sum(1.0), id="sum of a number"),
        pytest.param(lambda a: strict.sum(HOST), id="sum of a host array"),
        pytest.param(lambda a: strict.where(True, a, a), id="where on a bool of Python's"),
        pytest.param(lambda a: strict.dot(a, 2.0), id="dot with a number"),
        pytest.param(lambda a: strict.broadcast_to(1.0, (3,)), id="broadcast of a number"),
        pytest.param(lambda a: strict.stack([a, 1.0]), id="stack with a number"),
        pytest.param(lambda a: strict.array([a[0], 1.0]), id="array of element and number"),
        pytest.param(lambda a: strict.concatenate([a, HOST]), id="concatenate with host array"),
        pytest.param(lambda a: a.__setitem__(0, HOST[:1]), id="host array written"),
        pytest.param(lambda a: a.__setitem__(slice(0, 2), [1.0, 2.0]), id="list written"),
        pytest.param(lambda a: HOST.copy().__setitem__(slice(None), a), id="written into host"),
        pytest.param(lambda a: HOST.copy().__iadd__(a), id="added into host"),
        pytest.param(lambda a: np.add.at(a, [0], 1.0), id="numpy's add.at"),
        pytest.param(np.add.reduce, id="numpy's add.reduce"),
        pytest.param(lambda a: strict.add.at(a * 1j, 0, 1.0), id="complex add.at"),
        pytest.param(lambda a: strict.add(a, 1.0, out=np.zeros(3)), id="host array as out"),
        pytest.param(lambda a: strict.sum(a, initial=1.0), id="initial"),
        pytest.param(lambda a: np.insert(a, 0, 1.0), id="what CuPy lacks, dispatched"),
        pytest.param(hash, id="hash"),
        pytest.param(lambda a: list(a[0]), id="iteration over an element"),
    ],
)
def test_refuses(act: Any, a: Any) -> None:
    with pytest.raises(TypeError):
        act(a)


@pytest.mark.parametrize("name", ["errstate", "insert", "block", "nditer", "geomspace"])
def test_lacks_what_cupy_lacks(name: str) -> None:
    with pytest.raises(AttributeError, match=name):
        getattr(strict, name)


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda np, a: np.sin(a) * 2 + 1 - a / 3, id="operators"),
        pytest.param(lambda np, a: 2.0**a % 1.5 // 0.3, id="reversed operators"),
        pytest.param(lambda np, a: -abs(a) @ a, id="matmul"),
        pytest.param(lambda np, a: np.sum(a), id="reduction"),
        pytest.param(lambda np, a: a.mean(axis=0, keepdims=True), id="method"),
        pytest.param(lambda np, a: np.zeros(3) + a, id="creation"),
        pytest.param(lambda np, a: np.array([1.0, 2.0, 3.0]) * a, id="array"),
        pytest.param(lambda np, a: np.where(a > 0, a, 0.0), id="where"),
        pytest.param(lambda np, a: np.concatenate([a, a]), id="concatenate"),
        pytest.param(lambda np, a: np.stack([a, 2 * a], axis=1).T, id="stack"),
        pytest.param(lambda np, a: np.array([a[0], a[1]]), id="array of elements"),
        pytest.param(lambda np, a: np.linalg.norm(a), id="linalg"),
        pytest.param(lambda np, a: np.einsum("i,i->", a, a), id="einsum"),
        pytest.param(lambda np, a: np.maximum(a, 0.0), id="ufunc with a number"),
        pytest.param(lambda np, a: np.exp(0.5) * a, id="ufunc of a number"),
        pytest.param(lambda np, a: a[::-1][a > 0], id="mask"),
        pytest.param(lambda np, a: a[[0, 0, 2]], id="list of integers"),
        pytest.param(lambda np, a: a[None, ..., :2], id="slices"),
        pytest.param(lambda np, a: np.full_like(a, 3.0) * np.ones_like(a), id="likes"),
        pytest.param(lambda np, a: np.sort(a), id="sort"),
        pytest.param(lambda np, a: a.reshape(3, 1) * a, id="reshape"),
        pytest.param(lambda np, a: np.split(a, [1])[1], id="split"),
    ],
)
def test_computes_what_numpy_computes(act: Any, a: Any) -> None:
    got, want = act(strict, a), act(np, HOST)
    assert isinstance(got, StrictArray)
    assert got.shape == np.shape(want)
    assert got.dtype == np.result_type(want)
    assert np.array_equal(to_host(got), want)


def test_functions_of_numpy_dispatch_to_the_device(a: Any) -> None:
    for got in (np.tanh(a), np.sum(a), np.zeros_like(a), np.linalg.norm(a), np.float64(2.0) * a):
        assert isinstance(got, StrictArray)


def test_answers_that_need_no_device_are_the_hosts(a: Any) -> None:
    with synchronisations() as count:
        assert np.shape(a) == a.shape == strict.shape(a) == (3,)
        assert strict.ndim(a) == a.ndim == len(a.shape) == 1
        assert strict.result_type(a, 1.0) == np.float64
        assert strict.broadcast(a, strict.zeros((2, 1)), 1.0).shape == (2, 3)
        assert len(list(a)) == len(a) == a.size
    assert not count


@pytest.mark.parametrize(
    ("act", "cause"),
    [
        (float, "float"),
        (int, "int"),
        (bool, "bool"),
        (lambda e: e.item(), "item"),
        (lambda e: e.get(), "get"),
        (str, "print"),
        (lambda e: f"{e:.2f}", "print"),
        (lambda e: 1 if e > 0 else 2, "bool"),
        (lambda e: max(e, 1.0), "bool"),
        (lambda e: to_strict(HOST)[to_strict(HOST) > 0], "mask"),
    ],
)
def test_synchronisations_are_counted(act: Any, cause: str, a: Any) -> None:
    with synchronisations() as count:
        act(a[0])
    assert dict(count) == {cause: 1}


def test_elements_are_views(a: Any) -> None:
    first, (_, second, _) = a[0], a
    a[0] = 7.0
    second += 1.0
    assert float(first) == 7.0
    assert to_host(a).tolist() == [7.0, 0.0, 2.0]


def test_numbers_without_axes_are_written_in_place(a: Any) -> None:
    total = a.sum()
    same = total
    total += 1.0
    assert float(same) == HOST.sum() + 1.0


def test_writes(a: Any) -> None:
    a[1:] *= 2.0
    a[0] = a[1]
    a += a
    strict.add.at(a, [2, 2], 1.0)
    a[a > 5] = 0.0
    assert to_host(a).tolist() == [-4.0, -4.0, 0.0]


def test_trees_go_to_the_device_and_back() -> None:
    tree = {"w": [HOST, 2.0], "n": 3}
    there = to_strict(tree)
    assert isinstance(there["w"][0], StrictArray)
    assert there["w"][1:] == [2.0]
    back = to_host(there)
    assert np.array_equal(back["w"][0], HOST)
    assert back["w"][0] is not HOST
