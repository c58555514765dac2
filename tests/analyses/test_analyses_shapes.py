"""Symbolic shapes: what is known, and what must not be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adjoint
from adjoint.runtime.errors import AdjointError
from adjoint.transform import pipeline
from adjoint.transform.analyses.shapes import NUMBER, Shape, Shapes
from adjoint.transform.analyses.versions import Versions
from adjoint.transform.ir.nodes import Function, Store, walk

X, Y = np.ones(6), np.ones((4, 6))


class Found(Exception):
    """Stops the derivation: what the tests look at is known."""


def analysed(f: Callable[..., Any], *args: Any) -> tuple[Function, Versions, Shapes]:
    """The shapes of a function's versions under the kinds of its arguments."""
    original = pipeline.shapes
    found: list[Any] = []

    def stop(fn: Any, kinds: Any, versions: Any) -> Any:
        found.extend((fn, versions, original(fn, kinds, versions)))
        raise Found

    pipeline.shapes = stop
    try:
        adjoint.grad(f).emit("vjp", None, args)
    except Found:
        pass
    finally:
        pipeline.shapes = original
    fn, versions, shapes = found
    return fn, versions, shapes


def at_end(f: Callable[..., Any], *args: Any) -> dict[str, Shape]:
    """The shape of every name at the end of a function (webs keep their first name)."""
    _, versions, shapes = analysed(f, *args)
    return {
        name: shapes.get(version.number, frozenset({version.number}))
        for name, version in versions.end.items()
    }


def test_corresponding_elements_and_copies_keep_shapes() -> None:
    def f(x):
        a = np.sin(x) * 2.0 + 1
        b = np.zeros_like(a)
        c = np.where(x > 0, a, -x)
        d = np.clip(x, 0, None).copy()
        return np.sum(a + b + c + d)

    found = at_end(f, X)
    assert found["x"] == found["a"] == found["b"] == found["c"] == found["d"]


def test_parts_of_an_array_are_known_by_what_they_leave() -> None:
    def f(x):
        a = x[2:]
        b = x[:-2]
        c = x[1:-1] * 2.0
        d = x[:2]
        e = x[3]
        return np.sum(a + b + c) + np.sum(d) + e

    found = at_end(f, X)
    assert found["a"] == found["b"] == found["c"] != found["d"]
    assert found["e"] == NUMBER


def test_bounds_are_known_by_the_versions_that_hold_them() -> None:
    def f(x, n):
        a = x[n:]
        b = x[n:] * 2.0
        n = n + 1
        c = x[n:]
        return np.sum(a * b) + np.sum(c)

    found = at_end(f, X, 2)
    assert found["a"] == found["b"] != found["c"]


def test_swapped_buffers_keep_their_shapes() -> None:
    def f(x, n):
        u = x.copy()
        new = x.copy()
        for _ in range(n):
            new[1:-1] = u[2:] - u[:-2]
            u, new = new, u
        return np.sum(u * new)

    found = at_end(f, X, 3)
    assert found["u"] == found["new"] == found["x"]


def test_swapped_buffers_of_two_shapes_are_opaque() -> None:
    def f(x, n):
        u = x.copy()
        new = x[1:].copy()
        for _ in range(n):
            u, new = new, u
        return np.sum(u) + np.sum(new)

    found = at_end(f, X, 3)
    assert len({found["u"], found["new"], found["x"]}) == len(("u", "new", "x"))


def test_what_shrinks_in_a_loop_is_opaque() -> None:
    def f(x, n):
        u = x * 1.0
        v = x * 2.0
        for _ in range(n):
            u = u[1:]
            v = v * 2.0
        return np.sum(u) + np.sum(v)

    found = at_end(f, X, 2)
    assert found["u"] != found["x"] == found["v"]


def test_what_depends_on_the_round_is_opaque_after_a_loop() -> None:
    def f(x, n):
        s = 0.0
        for i in range(n):
            t = x[i:]
            if np.sum(t) > 2:
                u = x[i:]
            s = s + np.sum(t)
        return s + np.sum(t) + np.sum(u)

    try:
        found = at_end(f, X, 2)
    except AdjointError:
        pytest.skip("what may be unbound is refused")
    assert found["t"] != found["u"]


def test_branches_agree_or_are_opaque() -> None:
    def f(x, c):
        if c > 0:
            a = x * 2.0
            b = x[1:]
        else:
            a = np.cos(x)
            b = x[2:]
        return np.sum(a) + np.sum(b)

    found = at_end(f, X, 1.0)
    assert found["a"] == found["x"] != found["b"]


def test_rows_have_one_shape() -> None:
    def f(y):
        s = np.zeros_like(y[0])
        for row in y:
            s = s + row
        for i, again in enumerate(y):
            s = s + again * i
        return np.sum(s * y[1])

    _, _, shapes = analysed(f, Y)
    rows = {shape for shape in shapes.values() if shape and min(shape) < 0}
    assert len(rows) == 1


def test_shapes_that_are_asked_for() -> None:
    def f(x, y):
        a = np.zeros(x.shape)
        b = np.empty(len(x))
        c = np.ones((y.shape[0], y.shape[1]))
        d = np.zeros(y.shape[0])
        e = x.reshape(2, 3).reshape(x.shape)
        return np.sum(a + b + x + e) + np.sum(c * y) + np.sum(d)

    found = at_end(f, X, Y)
    assert found["x"] == found["a"] == found["b"] == found["e"]
    assert found["c"] == found["y"] != found["d"]


def test_operations_of_the_same_shapes_give_the_same_shape() -> None:
    def f(y, w):
        a = np.sum(y, axis=0)
        b = np.mean(y * 2.0, axis=0)
        c = np.sum(y, axis=1)
        d = y @ w
        e = np.tanh(y) @ w
        return np.sum(a * b) + np.sum(c) + np.sum(d * e)

    found = at_end(f, Y, np.ones((6, 3)))
    assert found["a"] == found["b"] != found["c"]
    assert found["d"] == found["e"]


def test_a_triangle_of_one_axis_is_a_square() -> None:
    def f(x, y):
        a = np.tril(x)
        b = np.tril(y)
        return np.sum(a) + np.sum(b)

    found = at_end(f, X, Y)
    assert found["a"] != found["x"]
    assert found["b"] == found["y"]


def test_sorting_without_an_axis_flattens() -> None:
    def f(y):
        a = np.sort(y)
        b = np.sort(y, axis=None)
        c = np.cumsum(y)
        return np.sum(a) + np.sum(b) + np.sum(c)

    found = at_end(f, Y)
    assert found["a"] == found["y"]
    assert found["y"] not in (found["b"], found["c"])


def test_lists_of_arrays_are_not_arrays() -> None:
    def f(x):
        parts = np.split(x, [2, 5])
        a, b, c = parts
        d = parts[0]
        return np.sum(a) + np.sum(b) + np.sum(c) + np.sum(d)

    found = at_end(f, X)
    assert len({found["a"], found["b"], found["c"]}) == len("abc")


def test_an_array_that_is_resized_changes_its_shape() -> None:
    def f(x, n):
        a = np.zeros(n)
        b = np.zeros(n)
        b.resize(3)
        return np.sum(x) + np.sum(a) + np.sum(b)

    try:
        found = at_end(f, X, 4)
    except AdjointError:
        pytest.skip("refused")
    assert found["a"] != found["b"]


def test_the_place_of_a_store_has_a_shape() -> None:
    def f(x, n):
        u = x.copy()
        for _ in range(n):
            u[1:-1] += u[2:] - u[:-2]
            u[0] = 1.0
        return np.sum(u)

    fn, versions, shapes = analysed(f, X, 2)
    inner, first = [stmt for stmt in walk(fn.body) if isinstance(stmt, Store)]
    value = versions.before[id(inner)][inner.value.name]
    assert shapes.place(inner) == shapes[value.number]
    assert shapes.place(first) != shapes.place(inner)


def test_what_is_a_number_at_first_is_broadcast_into_what_it_becomes() -> None:
    def f(x, k: float, n: int):
        v = 0.0
        for _ in range(n):
            v = v - k * np.sin(x)
            x = x + 0.1 * v
            a = x * v
        return np.sum(x * x) + np.sum(v) + np.sum(a)

    found = at_end(f, X, 2.0, 3)
    assert found["x"] == found["a"] != NUMBER
    assert found["v"] not in (found["x"], NUMBER)


def test_what_may_be_a_number_on_one_path_is_broadcast_into_what_it_is_on_the_other() -> None:
    def f(x, c: int, n: int):
        s = 0.0
        for i in range(n):
            if i > c:
                s = 0.0
            else:
                s = s + x
            x = x * s
        return np.sum(x)

    found = at_end(f, X, 2, 3)
    assert found["x"] != NUMBER
    assert found["s"] not in (found["x"], NUMBER)


def test_what_grows_from_round_to_round_is_broadcast_into_nothing_known() -> None:
    def f(x, y, n: int):
        a = x * 2.0
        b = x * 1.0
        for i in range(n):
            a, b = b + y[i], a * 3.0
        return np.sum(a) + np.sum(b), a + x

    found = at_end(f, X, Y, 3)
    assert found["a"] != found["x"]
    assert found["b"] != found["x"]


def test_what_is_reduced_with_its_axes_kept_is_broadcast_into_what_it_was() -> None:
    def f(x):
        s = x - x.max(axis=-1, keepdims=True)
        m = np.mean(x, axis=0, keepdims=True)
        return np.sum(s * m) + np.sum(m)

    found = at_end(f, Y)
    assert found["s"] == found["x"] != found["m"]
