"""Constructs of Python, one or few at a time, where they could go wrong."""

from typing import NamedTuple

import numpy as np

from ..registry import arr, pos, program

# Lists where NumPy takes an array


@program((arr(4),))
def list_summed_by_numpy(x):
    return np.sum(list(x)) * np.mean([v * v for v in x])


@program((arr(4),))
def norm_of_numbers_in_a_list(x):
    return np.linalg.norm([x[0], 2.0 * x[1], x[0] * x[2]])


@program((arr(4),))
def list_of_lists_as_a_matrix(x):
    rows = [[x[0], x[1]], [x[2] * x[0], 1.0]]
    return np.linalg.det(rows) + np.sum(np.dot(rows, x[:2]))


@program((arr(3), arr(3)))
def list_of_arrays_reduced(x, y):
    return np.sum(np.max([x, y, x * y], axis=0) ** 2)


@program((arr(4),))
def tuple_where_an_array_is_taken(x):
    pair = x[0], x[1]
    return np.sum(np.multiply(pair, x[2:])) + np.max(pair)


@program((pos(3),))
def number_and_list_in_one_ufunc(x):
    return np.sum(np.maximum([x[0], x[1]], 0.9) * np.hypot([x[0], x[1]], x[2]))


# `match`


@program((arr(4), "square"), (arr(4), "cube"), (arr(4), "c"), (arr(4), "none"))
def match_on_a_word(x, how):
    match how:
        case "square":
            y = x * x
        case "cube" | "c":
            y = x**3
        case _:
            y = x
    return np.sum(y * y)


@program((pos(2),), (pos(2, scale=-1.0),), (arr(3),), (arr(1),))
def match_on_a_sequence(x):
    match list(x):
        case [a, b] if a > 0:
            return a * b
        case [a, b]:
            return a * a - b
        case [a, *rest]:
            return a * a + 2.0 * sum(rest)
    return 0.0


class Circle(NamedTuple):
    radius: float


class Box(NamedTuple):
    sides: tuple[float, float]
    scale: float = 1.0


def _area(shape):
    match shape:
        case Circle(r):
            return np.pi * r * r
        case Box((a, b), scale=1.0):
            return a * b
        case Box((a, b), k):
            return a * b * k**2


@program((arr(4),))
def match_on_classes(x):
    total = _area(Circle(x[0])) + _area(Box((x[1], x[2]), 2.0))
    return total * _area(Box((x[1], x[3]), x[0]))


@program((Circle(0.7),), (Box((0.4, 1.3), 2.0),))
def match_on_an_argument(shape):
    return _area(shape) ** 2


@program((arr(3), 4))
def match_in_a_loop(x, n):
    state = ("grow", x[0])
    total = 0.0
    for k in range(n):
        match state:
            case ("grow", v) if k < 2:
                state = ("grow", v * x[1])
            case ("grow", v):
                state = ("shrink", v * v)
            case (_, v):
                total = total + v * x[2]
                state = ("shrink", 0.5 * v)
    return total


@program(({"kind": "linear", "w": 0.3}, arr(3)), ({"kind": "power", "p": 1.7}, pos(3)))
def match_on_a_dict(model, x):
    match model:
        case {"kind": "linear", "w": w}:
            return np.sum(w * x)
        case {"kind": "power", "p": p}:
            return np.sum(x**p)


@program((arr(3), 1.0), (arr(3), 2.0), (arr(3), None))
def match_the_guard_names_stay(x, limit):
    v = x[0]
    match limit, x[1]:
        case (None, _):
            v = v * v
        case (top, v) if top > 1.5:
            v = 3.0 * v
    return v * x[2]
