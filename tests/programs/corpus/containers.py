"""Lists, tuples and dicts: built, changed, read, nested, handed in and handed back."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..registry import arr, program


class Point(NamedTuple):
    x: object
    y: object


@dataclass
class Layer:
    weight: object
    bias: object


@program((arr(3), 4), (arr(3), 1))
def append_then_stack(x, n):
    out = []
    for i in range(n):
        x = np.sin(x) * (i + 1)
        out.append(x)
    return np.sum(np.stack(out) ** 2)


@program((arr(3), 4))
def append_then_sum(x, n):
    out = []
    for _ in range(n):
        out.append(np.sum(x * x))
        x = x * 0.7
    return sum(out)


@program((arr(3), 4))
def append_then_index(x, n):
    out = [x]
    for i in range(n):
        out.append(out[i] * x + out[-1])
    return np.sum(out[2] * out[-1])


@program((arr(4),))
def append_numbers_then_array(x):
    out = []
    for v in x:
        out.append(v * v)
    return np.sum(np.array(out) * x)


@program((arr(3), 3))
def stored_then_modified(x, n):
    """The list holds the array itself: the later write is seen through it."""
    out = []
    u = x * 1.0
    for _ in range(n):
        out.append(u)
        u *= x
    return np.sum(out[0] * out[-1])


@program((arr(3), 3))
def stored_copies(x, n):
    out = []
    u = x * 1.0
    for _ in range(n):
        out.append(u.copy())
        u *= x
    return np.sum(out[0] * out[-1] * u)


@program((arr(3), 0.4, 3))
def list_of_states(x, rate, n):
    states = []
    x = x.copy()
    for _ in range(n):
        x *= 1 - rate * x
        states.append(x.copy())
    return sum(np.sum(s * s) for s in states)


@program((arr(3), arr(3)))
def list_display(x, y):
    items = [x, y, x * y]
    items[1] = items[0] * items[2]
    return np.sum(items[1] * y)


@program((arr(3), arr(3)))
def tuple_display(x, y):
    pair = (x * y, x + y)
    a, b = pair
    return np.sum(a * b * pair[0])


@program((arr(3), arr(3)))
def dict_display(x, y):
    d = {"a": x, "b": y * y}
    d["c"] = d["a"] * d["b"]
    d["a"] = d["c"] + 1.0
    return np.sum(d["a"] * d["b"])


@program(({"w": arr(2, 3), "b": arr(2)}, arr(3)))
def dict_of_parameters(params, x):
    return np.sum(np.tanh(params["w"] @ x + params["b"]))


@program(({"w": [arr(3, 2), arr(2, 3)], "scale": 0.7, "steps": 2}, arr(2)))
def nested_parameters(p, x):
    for w in p["w"]:
        x = np.tanh(w @ x) * p["scale"]
    return np.sum(x) * p["steps"]


@program(([arr(3), arr(3), arr(3)],))
def list_parameter(xs):
    s = 0.0
    for x in xs:
        s += np.sum(x * xs[0])
    return s


@program(([0.4, 0.5, -0.6],))
def list_of_numbers(xs):
    return xs[0] * xs[1] + xs[-1] ** 2 + sum(xs) * len(xs)


@program(((arr(3), 0.5), 2))
def tuple_of_mixed(p, n):
    x, k = p
    return np.sum(x**n) * k


@program(([arr(3), arr(3)],))
def list_parameter_changed(xs):
    xs[0] = xs[0] * xs[1]
    xs.append(xs[0] + 1.0)
    return np.sum(xs[0] * xs[2])


@program(([arr(3), arr(3)],))
def array_in_list_parameter_written(xs):
    xs[0] *= xs[1]
    xs[1][0] = xs[0][1]
    return np.sum(xs[0] * xs[1])


@program((Point(0.4, arr(3)),))
def named_tuple_parameter(p):
    return p.x * np.sum(p.y * p.y)


@program((0.4, 0.5), may_refuse=True)
def named_tuple_made_inside(x, y):
    p = Point(x * y, y=x)
    q = p._replace(x=p.y)
    return p.x * q.x + q[1]


@program((Layer(arr(2, 3), arr(2)), arr(3)))
def dataclass_parameter(layer, x):
    return np.sum(np.tanh(layer.weight @ x + layer.bias))


@program((Layer(arr(3), arr(3)),))
def dataclass_attribute_assigned(layer):
    layer.bias = layer.bias * layer.weight
    layer.weight *= 2.0
    return np.sum(layer.bias * layer.weight)


@program((arr(3),))
def dataclass_made_inside(x):
    layer = Layer(x * 2.0, bias=x[0])
    layer.weight = layer.weight * layer.bias
    return np.sum(layer.weight)


@program((arr(3), arr(3)))
def pop_from_the_end(x, y):
    items = [x, y, x * y]
    last = items.pop()
    first = items.pop(0)
    return np.sum(last * first) + np.sum(items[0]) + len(items)


@program((arr(3), 3))
def stack_push_and_pop(x, n):
    stack = []
    for i in range(n):
        stack.append(x * (i + 1))
        x = np.sin(x)
    s = 0.0
    while stack:
        s = s * 0.5 + np.sum(stack.pop() * x)
    return s


@program((arr(3), arr(3)), may_refuse=True)
def list_joined(x, y):
    a = [x] + [y, x * y]
    a += [x - y]
    b = a[1:] * 2
    return np.sum(a[-1] * b[0] * b[-1])


@program((arr(3), arr(3)))
def list_extended(x, y):
    a = [x]
    a.extend([y * y, x * y])
    a.insert(0, y)
    return np.sum(a[0] * a[2]) + np.sum(a[3])


@program((arr(4),))
def comprehension(x):
    squares = [v * v for v in x]
    return sum(s * i for i, s in enumerate(squares))


@program((arr(3, 3),))
def comprehension_filtered(a):
    rows = [r * r for r in a if r[0] > 0 or r[1] > -10]
    return np.sum(np.array(rows))


@program((arr(2, 3),))
def comprehension_nested(a):
    return sum([a[i, j] * a[i - 1, j] for i in range(2) for j in range(3)])


@program((0.3, 0.5))
def dict_comprehension(x, y):
    d = {k: x * k + y for k in (1, 2, 3)}
    return d[1] * d[3]


@program((arr(4),))
def generator_in_sum(x):
    return sum(v * v for v in x)


@program((arr(3), 3))
def dict_filled_in_a_loop(x, n):
    memo = {}
    for i in range(n):
        memo[i] = x * (i + 1) if i == 0 else memo[i - 1] * x
    return np.sum(memo[n - 1] * memo[0])


@program((arr(3), 3))
def dict_of_accumulators(x, n):
    acc = {"s": 0.0, "p": 1.0}
    for i in range(n):
        acc["s"] += x[i] * acc["p"]
        acc["p"] *= x[i]
    return acc["s"] * acc["p"]


@program(({"a": 0.3, "b": arr(2)},))
def dict_methods(d):
    total = d.get("a") * 2.0
    if "b" in d:
        total = total * np.sum(d["b"])
    return total + d.get("missing", 1.5)


@program((arr(3), arr(3)))
def list_of_lists(x, y):
    grid = [[x, y], [y, x]]
    grid[0][1] = grid[0][0] * grid[1][0]
    return np.sum(grid[0][1] * grid[1][1])


@program((arr(3),))
def same_list_twice(x):
    a = [x, x * x]
    b = a
    b[0] = b[1] * 2.0
    return np.sum(a[0] * x)


@program((arr(3),))
def array_in_two_lists(x):
    u = x * 1.0
    a = [u]
    b = [u, x]
    a[0] *= 2.0
    b[0][0] = b[1][1]
    return np.sum(u * u)


@program((arr(3), arr(3)))
def tuple_carried_through_a_loop(x, y):
    state = (x, y)
    for _ in range(3):
        a, b = state
        state = (b, np.sin(a) + b)
    return np.sum(state[0] * state[1])


@program((arr(3), 3))
def list_element_rebound_in_a_loop(x, n):
    s = [x, x * x]
    for i in range(n):
        s[i % 2] = s[(i + 1) % 2] * np.cos(s[i % 2])
    return np.sum(s[0] * s[1])


@program((arr(4),))
def starred_display(x):
    a, *rest = [v * v for v in x]
    both = [a, *rest, a]
    return both[1] * both[-1]


@program((arr(3), arr(3)))
def unpacked_dict_display(x, y):
    base = {"x": x, "y": y}
    more = {**base, "y": base["x"] * base["y"]}
    return np.sum(more["y"] * base["y"])


@program((arr(3), arr(3)))
def list_returned_from_a_loop(x, y):
    out = []
    for a, b in zip(x, y):
        out.append(a * b)
    return out


@program((arr(3), 2))
def pairs_appended(x, n):
    out = []
    for i in range(n):
        out.append((x * i, np.sum(x)))
    s = 0.0
    for v, t in out:
        s += np.sum(v * v) * t
    return s


@program((arr(3),))
def sorted_and_max(x):
    values = [x[0] * x[1], x[1] * x[2], x[0] + x[2]]
    return max(values) * min(values) + sorted(values)[1]


@program((arr(3),))
def empty_list_returned_length(x):
    out = []
    for v in x:
        if v > 100:
            out.append(v)
    return np.sum(x) * (len(out) + 1)


@program((arr(3, 2),))
def list_from_array(a):
    rows = list(a)
    rows[0] = rows[1] * rows[2]
    return np.sum(rows[0])


@program((arr(3),))
def zip_of_lists(x):
    a = [v * 2.0 for v in x]
    b = [v * v for v in x]
    return sum(p * q for p, q in zip(a, b))


@program((arr(3), arr(3)), may_refuse=True)
def delete_from_a_list(x, y):
    items = [x, y, x * y]
    del items[0]
    return np.sum(items[0] * items[1])


@program((arr(2), arr(2)))
def dict_with_tuple_keys(x, y):
    d = {}
    for i in range(2):
        for j in range(2):
            d[i, j] = x[i] * y[j]
    return d[0, 1] * d[1, 0] + d[1, 1]
