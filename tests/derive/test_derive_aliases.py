"""Views and aliases: the adjoint of a view is the same view of the adjoint, or it is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adjoint
from adjoint.runtime.errors import AdjointError
from adjoint.runtime.helpers import shadow, shadow_add, shadow_take
from adjoint.transform.analyses.alias_state import State
from adjoint.transform.analyses.views import View
from adjoint.transform.ir.nodes import Assign, Const, Var
from tests.programs.checker import check

X = np.array([0.5, -1.0, 2.0, 0.25])


def emitted(function: Callable[..., Any], *args: Any) -> str:
    return adjoint.Differentiable(function, (0,)).source_of("gradient", None, *args)


def test_the_cotangent_of_a_written_view_is_the_view_of_the_cotangent() -> None:
    def f(x):
        a = x * x
        v = a[1:]
        v *= 3.0
        return np.sum(v * a[:-1])

    assert "d_v = d_a[1:]" in emitted(f, X)


def test_a_view_through_a_rule_is_taken_in_the_same_way() -> None:
    def f(x):
        a = np.outer(x, x)
        t = a.T
        t[0] = x
        return np.sum(a * t)

    assert "d_t = d_a.T" in emitted(f, X)


def test_rows_that_a_loop_writes_are_rows_of_the_cotangent() -> None:
    def f(x):
        m = np.outer(x, x)
        for row in m:
            row *= x  # noqa: PLW2901
        return np.sum(m * m)

    text = emitted(f, X)
    assert "d_row = d_m[k" in text
    assert "d_m[k] += d_row" not in text


def test_an_array_in_a_list_is_written_in_its_place() -> None:
    def f(x):
        xs = [x * 1.0, x * 2.0]
        xs[0] *= x
        return np.sum(xs[0] * xs[1])

    assert "d_item = item_of(d_xs, 0, " in emitted(f, X)
    np.testing.assert_allclose(adjoint.gradient(f)(X), 6.0 * X**2)


def test_a_reshape_that_views_is_checked_when_it_runs() -> None:
    def f(x):
        m = x.reshape(4)
        m *= 2.0
        return np.sum(x * x)

    rows = X.reshape(2, 2)
    np.testing.assert_allclose(adjoint.gradient(f)(rows.copy()), 8.0 * rows)
    with pytest.raises(AdjointError, match=r"relies on a view.*\.copy\(\)"):
        adjoint.gradient(f)(np.asfortranarray(rows))


def test_a_function_that_returns_its_argument_returns_another_name_of_it() -> None:
    def doubled(b):
        b *= 2.0
        return b

    def f(x):
        a = x * 1.0
        b = doubled(a)
        b[0] = a[1]
        return np.sum(a * a)

    np.testing.assert_allclose(adjoint.gradient(f)(X), [0.0, 16.0 * X[1], 8.0 * X[2], 8.0 * X[3]])


def test_a_write_that_is_spelled_as_a_call_is_a_store() -> None:
    def f(x):
        out = np.empty(4)
        np.multiply(x, x, out=out)
        return np.sum(out)

    np.testing.assert_allclose(adjoint.gradient(f)(X), 2.0 * X)
    assert "out[...] = x * x" in emitted(f, X) or "out[...] = np.multiply(x, x)" in emitted(f, X)


def _one_of_two(x):
    a = x * 1.0
    b = a if x[0] > 0 else x * 2.0
    b *= 2.0
    return np.sum(a * b)


def _held_twice(x):
    xs = [x * 1.0] * 2
    xs[0] *= 2.0
    return np.sum(xs[1])


def _pair_as_a_whole(x):
    a = x * 1.0
    pair = (a, x)
    a *= 2.0
    return np.sum(np.stack(pair))


def _changes(b):
    b[0] = 2.0
    return 3.0


def _late_value(x):
    a = x * 1.0
    b = a
    a[0] += _changes(b)
    return np.sum(a)


def _made_anew(b):
    for _ in range(2):
        b[0] = 2.0
        b = b * 2.0


def _argument_made_anew(x):
    a = x * 1.0
    _made_anew(a)
    return np.sum(a * a)


def _shuffled(x):
    a = x * 1.0
    np.put_along_axis(a, np.array([0]), x[1], 0)
    return np.sum(a)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (_late_value, "call it first"),
        (_shuffled, "has no derivative rule"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_what_cannot_be_decided_is_refused(function: Callable[..., Any], says: str) -> None:
    with pytest.raises(AdjointError, match=says):
        adjoint.gradient(function)(X)


@pytest.mark.parametrize(
    "function", [_one_of_two, _held_twice, _pair_as_a_whole, _argument_made_anew],
    ids=lambda value: value.__name__,
)  # fmt: skip
def test_what_is_decided_when_the_adjoint_runs_is_right(function: Callable[..., Any]) -> None:
    assert "shadow(" in emitted(function, X)
    check(function, (X.copy(),), (0,))


def test_a_list_that_is_changed_itself_and_may_hold_numbers_is_refused_in_doubt() -> None:
    def f(x):
        xs = [x * 1.0, x[0]]
        ys = xs if x[0] > 0 else [x * 2.0, x[1]]
        ys[1] = ys[1] * 2.0
        return np.sum(xs[0]) * xs[1]

    with pytest.raises(AdjointError, match="may share its memory"):
        adjoint.gradient(f)(X)


def test_elements_that_share_places_are_refused() -> None:
    def f(x):
        a = x * 1.0
        b = np.broadcast_to(a[:1], (3,))
        c = a if x[0] > 0 else x * 2.0
        c *= 3.0
        return np.sum(b * b) + np.sum(a)

    with pytest.raises(AdjointError, match="share memory with each other"):
        adjoint.gradient(f)(X)


def test_one_array_as_two_arguments_is_refused_where_it_is_written() -> None:
    def f(a, b):
        a *= 2.0
        return np.sum(a * b)

    np.testing.assert_allclose(adjoint.gradient(f)(X.copy(), X), 2.0 * X)
    with pytest.raises(AdjointError, match=r"writes into `a`, and `a` and `b` may share memory"):
        adjoint.gradient(f)(X, X)
    halves = X.copy()
    adjoint.gradient(f)(halves[:2], halves[2:])


def test_one_array_twice_in_a_list_is_refused_where_it_is_written() -> None:
    def f(xs):
        xs[0] *= 2.0
        return np.sum(xs[0] * xs[1])

    np.testing.assert_allclose(adjoint.gradient(f)([X.copy(), X])[0], 2.0 * X)
    with pytest.raises(AdjointError, match="two arrays in `xs` may share memory"):
        adjoint.gradient(f)([X, X])


def test_relations_are_symmetric_and_go_with_their_names() -> None:
    state = State()
    state.relate("xs", "a", "holds")
    assert state.relations["a"] == {"xs": "held"}
    state.forget("xs")
    assert state.relations["a"] == {}


def test_the_root_of_a_view_is_followed_through_views() -> None:
    made = Assign(Var("v"), Const(0))
    state = State(views={"v": View("a", made, 1), "w": View("v", made)})
    assert state.root("w") == "a"
    assert state.alias_of("w") == "v"


def _added_by_memory(x):
    shadows = {}
    d = shadow(shadows, x)
    d += 2.0 * x
    return np.sum(shadow(shadows, x) * x)


def _stored_by_memory(x):
    shadows, y = {}, x * x
    shadow(shadows, y)[...] = x
    return np.sum(shadow_take(shadows, y) * x)


def _taken_by_memory(x):
    shadows, y = {}, x * x
    shadow_add(shadows, y, 2.0 * x)
    return np.sum(shadow_take(shadows, y) * x)


@pytest.mark.parametrize("function", [_added_by_memory, _stored_by_memory, _taken_by_memory])
def test_an_adjoint_that_looks_by_memory_is_not_differentiated_again(function: Any) -> None:
    with pytest.raises(AdjointError, match=r"may hold it|differentiated once"):
        adjoint.gradient(function)(X)


def test_a_number_where_an_array_was_relied_on_is_an_error_of_ours() -> None:
    with pytest.raises(AdjointError, match=r"relies on an array.*\.copy\(\)"):
        shadow({}, 2.0)
