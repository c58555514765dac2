"""Constructs of Python, one or few at a time, where they could go wrong."""

import math
from typing import NamedTuple

import numpy as np

from ..registry import arr, pos, program, spd

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


# `try`


@program((-0.7, 1.3), (0.7, 1.3))
def try_takes_either_path(x, y):
    try:
        z = math.sqrt(x) * y
    except ValueError:
        z = x * x * y
    return z * x


@program((pos(3),), (arr(3),))
def try_returns_from_both(x):
    try:
        return math.log(x[0]) * x[1] + math.log(x[2])
    except ValueError:
        return np.sum(x**2)


@program((arr(6),))
def try_in_a_loop_goes_on(x):
    s = 1.0
    for v in x:
        try:
            s = s * math.sqrt(v)
        except ValueError:
            continue
        s = s + v * v
    return s


@program((arr(6),))
def try_in_a_loop_leaves_it(x):
    s = 1.0
    for k, v in enumerate(x):
        try:
            r = math.sqrt(v + 0.6)
            if k > 3:
                break
        except ValueError as error:
            s = s * v * len(error.args)
            if k > 2:
                break
        else:
            s = s + r * s
    else:
        s = s * 3.0
    return s


def _root(v):
    if v < 0:
        raise ArithmeticError("negative")
    t = v
    for _ in range(3):
        t = 0.5 * (t + v / t)
    return t


@program((arr(5),), (pos(5),))
def try_calls_a_function_that_raises(x):
    total = 0.0
    for v in x:
        try:
            total += _root(v)
        except ArithmeticError:
            total -= v * v
        finally:
            print(end="")
    return total * x[0]


@program((arr(4), {"a": 0}), (arr(4), {"a": 9}), (arr(4), {"b": 1}), (arr(4), {"a": "b"}), wrt=(0,))
def try_with_several_handlers(x, table):
    y = x * 2.0
    try:
        v = y[table["a"]]
    except KeyError:
        v = x[0] * x[1]
    except (IndexError, TypeError) as error:
        v = x[2] ** 3 if isinstance(error, TypeError) else np.sum(y)
    else:
        v = v * v
    return v * x[3]


@program((spd(3), arr(3)), (np.zeros((3, 3)), arr(3)), wrt=(1,))
def try_solves_or_gives_up(a, b):
    try:
        u = np.linalg.solve(a, b)
    except np.linalg.LinAlgError:
        return np.sum(b * b)
    return np.sum(u * b)


@program((arr(4), 2), (arr(4), 7))
def try_nested(x, n):
    s = x[0]
    try:
        try:
            v = x[n] * s
        except IndexError:
            w = int("x") if n > 6 else 1
            v = w * s
        v = v * v
    except ValueError:
        v = s * s * x[1]
    return v


@program((arr(4),))
def try_finally_returns_through(x):
    with np.errstate(all="ignore"):
        old = np.geterr()
        try:
            for v in x:
                if v * v > 0.25:
                    return v * np.sum(x)
        finally:
            np.seterr(**old)
    return x[0]


@program((pos(3),))
def try_accumulates_last(x):
    total = 0.0
    parts = []
    for k in range(5):
        try:
            parts.append(x[k] * x[0])
        except IndexError:
            total = total + sum(parts)
    return total * x[1]


@program((arr(5), 3), (arr(5), 9))
def try_around_a_loop(x, n):
    s = 1.0
    try:
        t = s
        for k in range(n):
            t = t * np.exp(x[k] * t * 0.1)
        s = t
    except IndexError:
        s = np.sum(x * x)
    return s


@program((arr(4),))
def try_re_raises_what_it_does_not_know(x):
    def checked(v):
        try:
            if v < -10.0:
                raise ValueError(v)
            y = v * v
        except ValueError:
            raise
        except (TypeError, IndexError) as error:
            raise RuntimeError from error
        return y * v

    return checked(x[0]) + checked(x[1])


@program((arr(6), 2), (arr(6), 9), may_refuse=True)  # what a `try` in a `try` keeps
def try_in_a_try_leaves_the_loop(x, n):
    s = 1.0
    for k, v in enumerate(x):
        try:
            try:
                if k == n:
                    break
                s = s + math.sqrt(v)
            except ValueError:
                s = s + x[k + 3] * v
        except IndexError:
            s = s - v
    return s * x[0]


@program((arr(4), 2), (arr(4), 9))
def try_while_it_works(x, n):
    s = 0.0
    k = 0
    while True:
        try:
            s = s + x[k] ** 2
        except IndexError:
            return s * x[0]
        k += 1
        if k > n:
            break
    return s


# Generators, subscripts, names


@program((arr(5),))
def loop_over_a_generator(x):
    s = 1.0
    for k, t in ((k, v * v) for k, v in enumerate(x) if v > -0.8):
        if k == 4:
            break
        s = s * (1.0 + t * x[k])
    return s


@program((arr(4),))
def array_from_a_generator(x):
    squares = np.fromiter((v * v for v in x if v > -10.0), float)
    return np.sum(squares * x) + np.sum(np.fromiter([x[0], x[1]], float))


@program((arr(3, 4),))
def subscript_spread_out(x):
    at = 1, 2
    return x[*at] ** 2 * x[*at[:1], 0]


FACTOR = 1.5


@program((arr(3),))
def global_declared_and_read(x):
    global FACTOR
    return np.sum(x * x) * FACTOR


# Where they could go wrong


@program((arr(4),))
def exception_in_the_middle_of_a_loop(x):
    s = 1.0
    for i in [0, 1, 7, 2]:
        try:
            v = x[i]
        except IndexError:
            v = x[0] * s
        s = s * v + 1.0
    return s


@program((arr(4),))
def exception_ends_a_loop(x):
    k = 0
    s = 0.0
    while True:
        try:
            v = x[k]
        except IndexError:
            break
        s = s + v * v * (k + 1)
        k += 1
    return s


@program((arr(3),))
def exceptions_in_nested_loops(x):
    s = 0.0
    for a in x:
        for b in x:
            try:
                s = s + math.sqrt(a * b)
            except ValueError:
                s = s - a * b
    return s


@program((arr(4),))
def array_written_last_in_a_try(x):
    y = np.zeros(4)
    for i in range(6):
        try:
            y[i] = x[i] ** 2
        except IndexError:
            y[0] = y[0] * 2
    return np.sum(y * x)


@program((arr(4),))
def try_in_a_function_in_a_comprehension(x):
    def safe(v):
        try:
            return math.sqrt(v)
        except ValueError:
            return -v * v

    return sum(safe(v) for v in x) + max(safe(v) for v in x)


@program((arr(4),))
def finally_on_every_way_out_of_a_round(x):
    s = 0.0
    for v in x:
        try:
            if v < 0:
                continue
            s = s + v * v
        finally:
            print(end="")
    return s


@program((arr(4),))
def match_breaks_and_goes_on(x):
    s = 1.0
    for i, v in enumerate(x):
        match i:
            case 3:
                break
            case _ if v > 0.8:
                s = s * v
                continue
            case _:
                s = s + v
        s = s * 1.1
    return s


@program((arr(4),))
def generator_sees_what_its_loop_changes(x):
    k = 1.0
    s = 0.0
    for v in (w * k for w in x):
        k = k * x[0]
        s = s + v
        if s > 2.0:
            break
    return s


@program((arr(3),))
def comprehension_hides_a_name(x):
    v = x[0]
    squares = [v * w for v in x for w in [v * 2.0]]
    return sum(squares) * v


@program((arr(4),))
def every_operand_is_evaluated_once_and_in_order(x):
    log = []

    def seen(v, k):
        log.append(k)
        return v

    y = seen(x[0], 1) * seen(x[1], 2) + seen(x[2], 3) ** 2
    table = {seen("a", 4): seen(x[3], 5)}
    if log != [1, 2, 3, 4, 5]:
        raise AssertionError(log)
    return y * table["a"]


@program((arr(5),))
def match_with_the_rest_of_a_dict(x):
    match {"a": x[0], "b": x[1], "c": x[2]}:
        case {"a": a, **rest}:
            return a * sum(rest.values()) * rest["b"]
    return 0.0


@program((arr(5),))
def match_with_the_rest_in_cases(x):
    s = 0.0
    for d in ({"k": "lin", "w": x[0], "b": x[1]}, {"k": "sq", "w": x[2]}, {"q": x[3]}):
        match d:
            case {"k": "lin", **params}:
                s += params["w"] * x[4] + params["b"]
            case {"k": "sq", "w": w, **params} if not params:
                s += w * w
            case {**key}:
                s += key["q"] * len(key)
    return s


@program((arr(5),))
def match_with_the_rest_of_an_inner_dict(x):
    match ("m", {"in": {"a": x[0], "b": x[1]}}):
        case (_, {"in": {"a": key, **value}}):
            return key * value["b"] ** 2
    return x[0]


@program((arr(5),))
def set_comprehension_of_positions(x):
    chosen = {i % 3 for i in range(5)}
    total = 0.0
    for i in sorted(chosen):
        total += x[i] * len(chosen)
    return total


@program((arr(5),), may_refuse=True)
def set_comprehension_of_values(x):
    return sum({v * v for v in x})


@program((arr(5),), may_refuse=True)
def left_in_the_middle_of_a_try(x):
    n = x[0]
    for v in x:
        try:
            n = n * v
            if n < 0:
                raise ValueError
            n = n * 2
        except ValueError:
            n = n * 3
    return n


class _Point(NamedTuple):
    a: float
    b: float


class _Weighted(NamedTuple):
    weight: float
    a: float


@program((arr(5),))
def named_tuples_of_two_classes_in_a_list(x):
    both = [_Point(x[0], x[1]), _Weighted(x[2], x[3])]
    return sum(s.a * s.a for s in both)


@program((arr(5),))
def named_tuples_told_apart(x):
    total = 0.0
    for s in [_Point(x[0], x[1]), _Weighted(x[2], x[3]), _Point(x[4], x[0])]:
        if isinstance(s, _Point):
            total += s.a * s.b
        else:
            total += s.a * s.weight * 2
    return total
