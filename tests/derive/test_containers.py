"""Containers: what is accepted is right, whatever name it is done through; the rest is refused.

Each program is compared with finite differences, as gradient and as vjp. Those of `DOUBTFUL` change
a container, or an array in one, through a name of which it is not certain what else holds it: they
must be right or refused, and never silently wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

from adjoint.runtime.errors import AdjointError
from tests.programs.checker import check

A = np.array([0.7, -0.4, 1.1])
B = np.array([0.3, 0.9, -0.6])
ENTRIES = {"a": 0.5, "b": 0.7}


class Pair(NamedTuple):
    x: Any
    y: Any


@dataclass
class Layer:
    w: Any
    b: Any


# Integers that a container begins with do not say what it holds later


def put_into_another_name(x):
    xs = [0]
    ys = xs
    ys[0] = x * 2
    return xs[0] * x


def put_into_a_dict_by_another_name(x):
    d = {"a": 0}
    e = d
    e["a"] = x * x
    return d["a"] * x


def _append(out, x):
    out.append(x * 2)


def _set_first(out, x):
    out[0] = x * 3


def appended_by_a_helper(x):
    out = [0]
    _append(out, x)
    return out[1] * x


def set_by_a_helper(x):
    out = [0]
    _set_first(out, x)
    return out[0] * x


def _append_product(xs):
    xs.append(xs[0] * xs[1])
    return xs


def returned_by_the_helper_that_changed_it(x):
    xs = [x[0], x[1]]
    ys = _append_product(xs)
    ys[0] = x[2] * ys[2]
    return xs[0] * ys[1]


def _exchange(d):
    d["a"], d["b"] = d["b"], d["a"]


def exchanged_by_a_helper(x):
    d = {"a": x[0], "b": x[1] * x[2]}
    _exchange(d)
    return d["a"] * d["a"] * d["b"]


def fields_that_begin_as_integers(x):
    p = Layer(0, 0)
    for i in range(3):
        p.w = p.w + x[i] * x[0]
        p.b = p.w * 2
    return p.w * p.b


# Lists changed in place


def slice_assigned(x):
    xs = [0, 0, 0, 0]
    xs[1:3] = [x[0] * x[1], x[2], x[1]]
    return xs[1] * xs[2] + xs[3] * x[0]


def slice_assigned_from_an_array(x):
    xs = [x[0] * 2, x[1], x[2], x[0]]
    xs[:2] = x * x
    xs[::2] = [x[0] * 3, xs[1], x[2]]
    return xs[0] * xs[1] + xs[2] * xs[4]


def popped_from_inside(x):
    xs = [x * 1.0, x * 2.0, x * 3.0, x * x]
    v = xs.pop(-2)
    w = xs.pop(0)
    return np.sum(v * xs[0] * w) + np.sum(xs[1])


def popped_and_used_beside_another(x, z):
    xs = [x * 1.0]
    u = xs[-1] * 3
    v = xs.pop()
    y = v + z
    return np.sum(y * y) + np.sum(u * u)


def reversed_and_inserted(x):
    xs = [x[0], x[1] * x[2], x[2]]
    xs.reverse()
    xs.insert(-1, x[0] * x[0])
    xs.insert(99, x[1])
    return xs[0] * xs[1] * xs[2] + xs[4] * xs[3]


def cleared_and_filled_again(x):
    xs = [x[0], x[1]]
    s = xs[0] * xs[1]
    xs.clear()
    xs.append(x[2] * s)
    return xs[0] * len(xs)


def repeated(x):
    xs = [x[0], x[1] * x[2]] * 2
    xs *= 2
    return xs[0] * xs[3] * xs[5] + xs[6]


def constants_joined_on(x):
    xs = [x[0]]
    xs += [2.0, 3.0]
    xs.append(x[1] * xs[1])
    return xs[0] * xs[3] * xs[2]


def appended_through_two_names(x):
    xs = [x[0]]
    ys = xs
    xs.append(x[1])
    ys.append(x[2] * xs[1])
    return xs[2] * ys[0]


def grown_while_run_over(x):
    xs = [x[0]]
    for v in xs:
        if len(xs) < 4:
            xs.append(v * x[1])
    return xs[3] * xs[1]


def stack_emptied_by_a_loop(x):
    stack = [(x[0], 1), (x[1], 2)]
    s = 0.0
    while stack:
        v, k = stack.pop()
        if k == 2:
            stack.append((v * x[2], 1))
        s = s + v * k
    return s


def parameter_changed(xs):
    xs.append(xs[0] * xs[1])
    xs.pop(0)
    xs.reverse()
    xs[0:1] = [xs[0] * 2, xs[1]]
    return xs[0] * xs[1] * xs[2]


def rebound_after_it_was_appended(x):
    v = x[0] * 2
    xs = []
    xs.append(v)
    v = v * x[1]
    xs.append(v)
    v = x[2]
    return xs[0] * xs[1] * v


# Lists taken apart and put together


def slice_summed(x):
    xs = [v * v for v in x]
    return sum(xs[1:]) * xs[0]


def starred_target_and_display(x):
    a, *middle, b = [x[0], x[1], x[2], x[0] * x[1]]
    both = [b, *middle, *middle, a]
    last = (*both, a)
    return both[1] * both[4] * b + a * last[5]


def starred_array(x):
    a, *rest = x * x
    both = [*x, a]
    return rest[0] * both[3] * both[1] + rest[1]


def zip_of_different_lengths(x):
    pairs = list(zip([v * 2 for v in x], [v * v for v in x[:2]], x, strict=False))
    s = 0.0
    for p, q, r in pairs:
        s = s + p * q * r
    return s + pairs[1][0] * pairs[0][2]


def nested_pattern(x):
    pairs = []
    for i in range(3):
        pairs.append((x[i], (x[i] * 2, x[0])))
    s = 0.0
    for a, (b, c) in pairs:
        s += a * b * c
    return s


def put_in_order(x):
    ys = sorted([v * v for v in x], reverse=True)
    zs = sorted(x, key=lambda v: -v)
    ws = list(reversed(ys))
    return ys[0] * zs[1] + ws[0] * ws[1]


def copies_are_apart(x):
    xs = [x[0], x[1]]
    ys = list(xs)
    ys[0] = ys[1] * 3
    return ys[0] * ys[1] * xs[0]


def list_around_itself(x):
    s = (x[0],)
    for i in range(3):
        s = (s, x[i])
    return s[1] * x[0]


# Dicts


def entries_with_integer_keys(x):
    s = 0.0
    for i, v in {1: x, 2: x * x}.items():
        s = s + v * i
    return s


def run_over_in_every_way(d):
    s = 1.0
    for v in d.values():
        s = s * v + v
    for i, (k, v) in enumerate(d.items()):
        s = s + i * v * d[k]
    for k in sorted(d):
        s = s + d[k] * s
    return s * sum(d.values()) * max(d.values())


def changed_while_run_over(d):
    out = {}
    for k, v in d.items():
        out[k] = v * v
    for k, v in out.items():
        out[k] = v * 2 + out["a"]
    return out["a"] * out["b"]


def rebound_while_run_over(d):
    s = 0.0
    for k, v in d.items():
        d = {"a": v * 2, "b": s}
        s = s * d[k] + v
    return s


def default_got_before_the_entry_is_set(x, y):
    d = {"a": x}
    t = d.get("b", y)
    d["b"] = x * x
    return t * d["b"] * d.get("b", y)


def counted_with_get(x):
    c = {}
    for v in [1, 2, 1]:
        c[v] = c.get(v, 0) + x[v]
    return c[1] * c[2]


def set_by_default(x, y):
    d = {"a": x}
    t = d.setdefault("a", y)
    u = d.setdefault("b", y * y)
    return t * u * d["b"]


def updated(x, y):
    d = {"a": x, "b": y}
    e = {"b": x * y, "c": y}
    d.update(e)
    d.update(a=x * x * d["b"])
    return d["a"] * d["b"] * d["c"] + e["b"]


def popped_by_key(x, y):
    d = dict(a=x * y, b=y)
    v = d.pop("a")
    return v * d["b"] + len(d)


def displays_in_which_the_last_counts(x, y):
    base = {"a": x * x, "b": y}
    d = {"a": y, **base, "b": x}
    return d["a"] * d["b"] * base["b"]


def copied_dict(x):
    d = {"a": x, "b": x * x}
    e = dict(d)
    f = d.copy()
    e["a"] = e["b"] * 2
    f["b"] = e["a"]
    return d["a"] * e["a"] + d["b"] * f["b"]


# Named tuples and dataclasses


def named_tuples_made(x):
    p = Pair(x[0] * 2, y=x[1])
    q = Pair(y=p.x, x=x[2])
    a, b = q
    return p.x * q.y + a * b + q[0]


def fields_assigned_through_two_names(x):
    p = Layer(x[0], b=x * 2)
    p.w = p.w * p.w
    q = p
    q.b = q.b * p.w
    return np.sum(p.b) * q.w


def _layer(x):
    return Layer(x * 2, x[0])


def made_by_a_helper(x):
    layer = _layer(x)
    return np.sum(layer.w * layer.w) * layer.b


# Results


def dict_of_results(x):
    return {"a": x * 2, "b": [x[0] * x[1], x * x]}


def named_tuple_of_results(x):
    return Pair(x * 2, x[0])


def dataclass_of_results(x):
    return Layer(x * 2, (x[0], x[1] * x[1]))


# Doubtful: what else holds what is changed?


def rows_of_a_grid(x):
    grid = [[0, 0], [0, 0]]
    for i in range(2):
        for j in range(2):
            grid[i][j] = x[i] * x[j + 1]
    return grid[0][1] * grid[1][0] + grid[1][1]


def one_row_twice(x):
    row = [0.0, 0.0]
    grid = [row, row]
    grid[0][0] = x[0] * x[1]
    return grid[1][0] * row[0]


def rows_that_a_loop_gives(x):
    grid = [[0, 0], [0, 0]]
    for i, row in enumerate(grid):
        row[0] = x[i] * x[2]
    return grid[0][0] * grid[1][0]


def rows_unpacked(x):
    grid = [[0], [0]]
    a, _ = grid
    a[0] = x[0] * x[0]
    return grid[0][0] * x[1]


def set_in_an_inner_list_by_a_helper(x):
    out = [[0], [1]]
    _set_first(out[1], x)
    return out[1][0] * x


def array_of_a_slice_written(x):
    a = [x * 1.0, x * 2.0]
    b = a[1:]
    t = b[0]
    t *= 3.0
    return np.sum(a[1] * x)


def array_of_a_joined_list_written(x):
    u = x * 1.0
    a = [u] + [x * 2]  # noqa: RUF005
    u *= 2
    return np.sum(a[0] * x)


def deep_elements_written(grid):
    t, s = grid[0], grid[0]
    u, v = t[0], s[0]
    u *= 2.0
    return np.sum(u * v)


def lists_in_a_dict(x, y):
    d = {}
    for k, v in [("a", x), ("b", y), ("a", x * y)]:
        d.setdefault(k, []).append(v)
    return d["a"][0] * d["a"][1] * d["b"][0]


# Refused: keys and elements of sets have no cotangents


def keys_that_are_differentiated(x):
    d = {x[0]: x[1]}
    s = 0.0
    for k, v in d.items():
        s = s + k * v
    return s


def keys_set_that_are_differentiated(x):
    d = {}
    d[x[0] * 2] = 1.0
    return sum(d)


def set_of_what_is_differentiated(x):
    s = 0.0
    for v in {x[0], x[1]}:
        s = s + v * v
    return s


ACCEPTED: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (put_into_another_name, (0.7,)),
    (put_into_a_dict_by_another_name, (0.7,)),
    (appended_by_a_helper, (0.7,)),
    (set_by_a_helper, (0.7,)),
    (returned_by_the_helper_that_changed_it, (A,)),
    (exchanged_by_a_helper, (A,)),
    (fields_that_begin_as_integers, (A,)),
    (slice_assigned, (A,)),
    (slice_assigned_from_an_array, (A,)),
    (popped_from_inside, (A,)),
    (popped_and_used_beside_another, (A, B)),
    (reversed_and_inserted, (A,)),
    (cleared_and_filled_again, (A,)),
    (repeated, (A,)),
    (constants_joined_on, (A,)),
    (appended_through_two_names, (A,)),
    (grown_while_run_over, (A,)),
    (stack_emptied_by_a_loop, (A,)),
    (parameter_changed, ([0.4, 0.5, -0.6],)),
    (rebound_after_it_was_appended, (A,)),
    (slice_summed, (A,)),
    (starred_target_and_display, (A,)),
    (starred_array, (A,)),
    (zip_of_different_lengths, (A,)),
    (nested_pattern, (A,)),
    (put_in_order, (A,)),
    (copies_are_apart, (A,)),
    (list_around_itself, (A,)),
    (entries_with_integer_keys, (0.7,)),
    (run_over_in_every_way, (ENTRIES,)),
    (changed_while_run_over, (ENTRIES,)),
    (rebound_while_run_over, (ENTRIES,)),
    (default_got_before_the_entry_is_set, (0.5, 0.3)),
    (counted_with_get, (A,)),
    (set_by_default, (0.5, 0.3)),
    (updated, (0.5, 0.3)),
    (popped_by_key, (0.5, 0.3)),
    (displays_in_which_the_last_counts, (0.5, 0.3)),
    (copied_dict, (0.7,)),
    (named_tuples_made, (A,)),
    (fields_assigned_through_two_names, (A,)),
    (made_by_a_helper, (A,)),
    (dict_of_results, (A,)),
    (named_tuple_of_results, (A,)),
    (dataclass_of_results, (A,)),
]

DOUBTFUL: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (rows_of_a_grid, (A,)),
    (one_row_twice, (A,)),
    (rows_that_a_loop_gives, (A,)),
    (rows_unpacked, (A,)),
    (set_in_an_inner_list_by_a_helper, (0.7,)),
    (array_of_a_slice_written, (A,)),
    (array_of_a_joined_list_written, (A,)),
    (deep_elements_written, ([[A, B], [B, A * 2]],)),
    (lists_in_a_dict, (0.5, 0.3)),
]


@pytest.mark.parametrize(("program", "args"), ACCEPTED, ids=lambda v: getattr(v, "__name__", ""))
def test_accepted_programs_are_right(program: Callable[..., Any], args: tuple[Any, ...]) -> None:
    check(program, args, range(len(args)))


@pytest.mark.parametrize(("program", "args"), DOUBTFUL, ids=lambda v: getattr(v, "__name__", ""))
def test_doubtful_programs_are_right_or_refused(
    program: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    try:
        check(program, args, range(len(args)))
    except AdjointError as error:
        assert "may" in str(error)  # noqa: PT017


@pytest.mark.parametrize(
    "program",
    [
        keys_that_are_differentiated,
        keys_set_that_are_differentiated,
        set_of_what_is_differentiated,
    ],
)
def test_keys_and_sets_of_what_is_differentiated_are_refused(program: Callable[..., Any]) -> None:
    with pytest.raises(AdjointError, match="key of a dict, or an element of a set"):
        check(program, (A,), [0])
