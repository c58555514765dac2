"""Cotangents of numbers, arrays and containers: zeros, sums, copies, and the way out to users."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from adjoint.runtime.helpers import (
    accumulate,
    add_at,
    add_item,
    expand,
    own,
    restructure,
    spec,
    unbroadcast,
    unreduce,
    zeros_like,
)

Pair = namedtuple("Pair", "x y")


@dataclass(frozen=True)
class Model:
    """Weights, a number and a name."""

    w: np.ndarray
    n: int
    rate: float
    name: str = "model"


@pytest.mark.parametrize(
    ("x", "zeros"),
    [
        (1.5, 0.0),
        (3, 0.0),
        (True, 0.0),
        (1j, 0j),
        ("text", None),
        (None, None),
        (len, None),
        ([1.0, (2.0, "a")], [0.0, [0.0, None]]),
        ({"a": 1.0, "b": [2]}, {"a": 0.0, "b": [0.0]}),
        (Pair(1.0, 2.0), [0.0, 0.0]),
    ],
)
def test_zeros_like(x: object, zeros: object) -> None:
    assert zeros_like(x) == zeros


@pytest.mark.parametrize(
    ("dtype", "wanted"),
    [
        (np.float32, np.float32),
        (np.float64, np.float64),
        (np.int32, np.float64),
        (bool, np.float64),
    ],
)
def test_zeros_of_arrays_are_floating(dtype: type, wanted: type) -> None:
    zeros = zeros_like(np.ones((2, 3), dtype))
    assert zeros.dtype == wanted
    assert zeros.shape == (2, 3)
    assert not zeros.any()


def test_zeros_of_an_object_have_its_fields() -> None:
    zeros = zeros_like(Model(np.ones(2), 3, 0.1))
    assert isinstance(zeros, SimpleNamespace)
    assert (list(zeros.w), zeros.n, zeros.rate, zeros.name) == ([0, 0], 0.0, 0.0, None)


def test_zeros_of_what_is_spread_can_be_written_into() -> None:
    zeros = zeros_like(np.broadcast_to(1.0, (3,)))
    zeros[0] = 1.0
    assert list(zeros) == [1, 0, 0]


def test_accumulate() -> None:
    a = np.ones(2)
    assert accumulate(None, a) is a
    assert accumulate(a, None) is a
    np.testing.assert_array_equal(accumulate(a, a), [2, 2])
    assert list(a) == [1, 1]
    assert accumulate([1.0, None], [None, 2.0]) == [1.0, 2.0]
    assert accumulate({"a": 1.0}, {"b": 2.0}) == {"a": 1.0, "b": 2.0}
    assert accumulate(0.0, [1.0]) == [1.0]
    assert accumulate(SimpleNamespace(w=1.0), SimpleNamespace(w=2.0)) == SimpleNamespace(w=3.0)


def test_own_shares_nothing() -> None:
    d = [np.ones(2), {"a": np.ones(2)}, 1.0]
    copy = own(d)
    copy[0][0] = copy[1]["a"][0] = 5.0
    assert d[0][0] == d[1]["a"][0] == 1.0  # type: ignore[index, call-overload]
    spread = own(np.broadcast_to(1.0, (3,)))
    spread[0] = 2.0
    assert list(spread) == [2, 1, 1]


@pytest.mark.parametrize(
    ("index", "want"),
    [
        (1, [0, 1, 0]),
        (slice(0, 2), [1, 1, 0]),
        (np.array([0, 0, 2]), [2, 0, 1]),
        ([0, 0, 2], [2, 0, 1]),
        (np.array([True, False, True]), [1, 0, 1]),
        ([True, False, True], [1, 0, 1]),
        (np.int64(2), [0, 0, 1]),
        (..., [1, 1, 1]),
    ],
)
def test_add_at_an_index(index: Any, want: list[float]) -> None:
    d = np.zeros(3)
    add_at(d, index, 1.0)
    assert list(d) == want


def test_add_at_several_axes() -> None:
    d = np.zeros((2, 3))
    add_at(d, (slice(None), np.array([1, 1])), np.ones((2, 2)))
    np.testing.assert_array_equal(d, [[0, 2, 0], [0, 2, 0]])
    add_at(d, (0, 1), 5.0)
    assert d[0, 1] == 7


def test_add_item_of_containers() -> None:
    d: Any = [0.0, None, [0.0]]
    add_item(d, 0, 2.0)
    add_item(d, 1, 3.0)
    add_item(d, -1, [1.0])
    assert d == [2.0, 3.0, [1.0]]
    e: Any = {"a": 1.0}
    add_item(e, "a", 1.0)
    add_item(e, "b", 1.0)
    assert e == {"a": 2.0, "b": 1.0}


def test_a_complex_cotangent_of_something_real_becomes_real() -> None:
    d = np.zeros(2)
    add_at(d, 0, 1 + 2j)
    assert list(d) == [1, 0]
    assert unbroadcast(np.array([1 + 2j]), np.ones(1)).dtype == float


@pytest.mark.parametrize(
    ("shape", "like", "want"),
    [
        ((2, 3), (2, 3), (2, 3)),
        ((2, 3), (3,), (3,)),
        ((2, 3), (2, 1), (2, 1)),
        ((4, 2, 3), (1, 3), (1, 3)),
        ((2, 3), (), ()),
        ((3,), (2, 3), (3,)),
        ((), (2, 3), ()),
        ((4, 1), (1, 3), (1, 1)),
        ((0, 3), (3,), (3,)),
    ],
)
def test_unbroadcast(shape: tuple[int, ...], like: tuple[int, ...], want: tuple[int, ...]) -> None:
    d = np.ones(shape)
    got = unbroadcast(d, np.zeros(like))
    assert np.shape(got) == want
    assert np.sum(got) == np.sum(d)


@pytest.mark.parametrize("size", [3, 5000])
def test_what_is_spread_keeps_the_dtype(size: int) -> None:
    like = np.zeros((2, size), np.float32)
    assert unreduce(1.0, like).dtype == np.float32
    assert unreduce(np.float32(1), like).shape == (2, size)
    assert unreduce(np.ones(2, np.float32), like, 1).dtype == np.float32
    assert expand(1.0, like).dtype == np.float32
    assert unreduce(1.0, np.zeros(2, int)).dtype == np.float64


def test_a_spec_stands_for_its_array() -> None:
    x = np.zeros((2, 3), np.float32)
    assert unreduce(1.0, spec(x)).shape == (2, 3)
    assert unbroadcast(np.ones((4, 2, 3)), spec(x)).shape == (2, 3)
    assert zeros_like(spec(x)).dtype == np.float32
    assert spec(2.0) == 2.0
    assert [s.shape for s in spec([x, x])] == [(2, 3), (2, 3)]


class TestRestructure:
    """What users get has the structure, type, shape and dtype of what it is the gradient of."""

    def test_containers(self) -> None:
        assert restructure([1.0, 2.0], (0.5, 0.5)) == (1.0, 2.0)
        assert restructure([1.0, 2.0], Pair(0.5, 0.5)) == Pair(1.0, 2.0)
        assert restructure({"a": 1.0}, {"a": 0.5, "b": 0.5, "n": 2}) == {
            "a": 1.0,
            "b": 0.0,
            "n": None,
        }

    def test_dataclasses(self) -> None:
        got = restructure(SimpleNamespace(w=np.ones(2), rate=2.0), Model(np.zeros(2), 3, 0.1))
        assert isinstance(got, Model)
        assert (list(got.w), got.n, got.rate, got.name) == ([1, 1], None, 2.0, None)

    @pytest.mark.parametrize("x", [1, True, "text", None, len, np.arange(3)], ids=repr)
    def test_what_has_no_derivative(self, x: object) -> None:
        assert restructure(1.0, x) is None

    def test_what_was_not_reached_is_zero(self) -> None:
        assert restructure(None, 1.5) == 0.0
        np.testing.assert_array_equal(restructure(None, np.ones(2)), [0, 0])
        assert restructure(None, [1.5, np.float32(1)]) == [0.0, np.float32(0)]

    def test_numbers_keep_their_type(self) -> None:
        assert type(restructure(np.float64(1), 0.5)) is float
        assert type(restructure(np.array(1.0), 0.5)) is float
        assert type(restructure(1.0, np.float32(0.5))) is np.float32

    def test_arrays(self) -> None:
        x = np.zeros((2, 3), np.float32)
        assert restructure(np.ones((2, 3)), x).dtype == np.float32
        assert restructure(1.0, x).shape == (2, 3)
        spread = restructure(np.broadcast_to(np.float32(1), (2, 3)), x)
        spread[0, 0] = 5.0
        assert spread.sum() == 10
        assert type(restructure(1.0, np.array(2.0))) is np.ndarray

    def test_complex_gradients_are_conjugated(self) -> None:
        np.testing.assert_array_equal(restructure(np.array([1 + 2j]), np.array([0j])), [1 - 2j])
        np.testing.assert_array_equal(restructure(np.array([1 + 2j]), np.zeros(1)), [1])
        assert restructure(1 + 2j, 1j) == 1 - 2j

    def test_a_wrong_shape_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="shape"):
            restructure(np.ones((2, 3)), np.zeros(3))
        with pytest.raises(ValueError, match="broadcast"):
            restructure(np.ones(2), np.zeros(3))
