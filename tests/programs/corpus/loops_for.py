"""For loops: accumulators, iterables of every sort, trip counts of zero, loop variables used after."""

import numpy as np

from ..registry import arr, pos, program


@program((0.7, 4), (0.7, 1), (0.7, 0))
def repeated_product(x, n):
    y = 1.0
    for _ in range(n):
        y = y * x
    return y


@program((arr(4),), (arr(0),))
def sum_of_elements(x):
    s = 0
    for v in x:
        s += v * v
    return s * 1.0


@program((arr(4),))
def accumulator_from_zeros(x):
    s = np.zeros(3)
    for v in x:
        s = s + v * np.arange(3.0)
    return np.sum(s * s)


@program((arr(4),))
def accumulator_from_integer(x):
    s = 0
    for i in range(len(x)):
        s = s + x[i] * (i + 1)
    return s * s


@program((arr(4, 3),))
def number_then_array(x):
    """The accumulator starts as a number and becomes an array."""
    s = 0.0
    for row in x:
        s = s + row * row
    return np.sum(s**2)


@program((arr(4),))
def accumulator_read_inside(x):
    s = 0.5
    for v in x:
        s = s + s * v
    return s


@program((arr(4), 0.3))
def two_accumulators(x, k):
    a = 0.0
    b = 1.0
    for v in x:
        a, b = a + b * v, b * k + a
    return a * b


@program((0.3, 0.9, 5))
def swing(x, k, n):
    v = 0.0
    for _ in range(n):
        v = v - 0.1 * k * np.sin(x)
        x = x + 0.1 * v
    return np.sum(x * x)


@program((arr(3), 4), (arr(3), 0))
def loop_variable_after(x, n):
    i = 1
    for i in range(n):
        x = x * 0.9
    return np.sum(x) * (i + 1)


@program((arr(4),))
def last_element_after(x):
    for v in x:
        y = v * v
    return v * y


@program((arr(2, 3),))
def nested_fixed(x):
    s = 0.0
    for i in range(2):
        for j in range(3):
            s = s + x[i, j] * x[i, (j + 1) % 3]
    return s


@program((arr(4),))
def nested_triangular(x):
    """The inner trip count depends on the outer loop."""
    s = 0.0
    for i in range(len(x)):
        for j in range(i):
            s = s + x[i] * x[j] * x[j]
    return s


@program((0.6, 3))
def inner_state_reset(x, n):
    total = 0.0
    for i in range(n):
        y = x
        for _ in range(i + 1):
            y = np.sin(y) * x
        total = total + y
    return total


@program((0.6, 3))
def inner_state_kept(x, n):
    y = x
    for i in range(n):
        for j in range(2):
            y = y * x + i - j
        y = np.tanh(y)
    return y


@program((arr(3), arr(3)))
def over_zip(x, y):
    s = 0.0
    for a, b in zip(x, y):
        s = s + a * b * b
    return s


@program((arr(4), arr(3)))
def over_uneven_zip(x, y):
    s = 0.0
    for a, b in zip(x, y):
        s = s * a + b
    return s


@program((arr(4),))
def over_enumerate(x):
    s = 0.0
    for i, v in enumerate(x):
        s = s + v**i
    return s


@program((arr(4),))
def over_enumerate_start(x):
    s = 0.0
    for i, v in enumerate(x, start=2):
        s = s + v**i
    return s


@program((arr(3), arr(3)))
def over_enumerated_zip(x, y):
    s = 1.0
    for i, (a, b) in enumerate(zip(x, y)):
        s = s * (a + i) + b
    return s


@program((arr(4),))
def over_reversed(x):
    s = 0.5
    for v in reversed(x):
        s = np.sin(s + v)
    return s


@program((arr(4),))
def over_reversed_range(x):
    s = 0.5
    for i in reversed(range(len(x))):
        s = s * x[i] + x[i - 1]
    return s


@program((arr(6),))
def over_stepped_range(x):
    s = 0.0
    for i in range(1, 6, 2):
        s = s + x[i] * x[i - 1]
    for i in range(5, 0, -2):
        s = s * x[i]
    return s


@program((arr(3, 2),))
def over_rows(x):
    s = 0.0
    for row in x:
        s = s + row[0] * row[1]
    return s


@program((arr(3, 2),))
def over_columns(x):
    s = 0.0
    for column in x.T:
        s = s + np.prod(column)
    return s


@program(([(arr(2, 3), arr(2)), (arr(1, 2), arr(1))], arr(3)))
def over_layers(layers, x):
    h = x
    for w, b in layers:
        h = np.tanh(w @ h + b)
    return np.sum(h)


@program((arr(3), arr(3)))
def over_tuple_display(x, y):
    s = 0.0
    for v in (x, y, x * y):
        s = s + np.sum(v * v)
    return s


@program((arr(3), [1.0, -2.0, 0.5]))
def over_constant_list(x, ks):
    s = 0.0
    for k in [2, 3, 4]:
        s = s + np.sum(x**k)
    for k in ks:
        s = s * k
    return s


@program((arr(5), [3, 1, 1, 4]))
def over_integers(x, order):
    s = 1.0
    for i in order:
        s = s + s * x[i]
    return s


@program((arr(3), 4))
def bound_overwritten(x, n):
    """The body overwrites what the range was made of."""
    for i in range(n):
        n = n - 1
        x = x * (i + n)
    return np.sum(x * n)


@program((arr(3), 4))
def loop_variable_overwritten(x, n):
    s = 0.0
    for i in range(n):
        i = i * 2 + 1
        s = s + np.sum(x) * i
        x = x * 0.5 * i
    return s


@program((arr(4),))
def iterated_name_rebound(x):
    s = 0.0
    for v in x:
        x = x * v
        s = s + x[0]
    return s


@program((arr(4), 3))
def shadowed_by_loop(x, n):
    k = np.sum(x)
    for k in range(n):
        x = x * (k + 1.0)
    return np.sum(x) * k


@program((0.5, 4))
def fibonacci(x, n):
    a, b = x, x * x
    for _ in range(n):
        a, b = b, np.sin(a * b + a)
    return b


@program((arr(4),))
def running_mean(x):
    mean = 0.0
    for i, v in enumerate(x):
        mean += (v - mean) / (i + 1)
        mean = mean * 1.01
    return mean * mean


@program((pos(5),))
def two_passes(x):
    m = 0.0
    for v in x:
        m += v
    m /= len(x)
    s = 0.0
    for v in x:
        s += (v - m) ** 3
    return s


@program((0.6, 3), (0.6, 0))
def loop_else(x, n):
    y = x
    for _ in range(n):
        y = y * x
    else:
        y = y + x * x
    return y


@program((arr(3), 5))
def invariant_computed_inside(x, n):
    for _ in range(n):
        w = np.sum(x)
        c = 2.0 * np.exp(-1.0)
        x = x * c + w * 0.1
    return np.sum(x * x)


@program((0.4, 3, 2))
def loop_in_branch_in_loop(x, n, m):
    for i in range(n):
        if i % 2 == 0:
            for j in range(m):
                x = x + 0.1 * x * x * j
        else:
            x = np.cos(x)
    return x


@program((arr(2, 2), 3))
def matrix_power(a, n):
    p = np.eye(2)
    for _ in range(n):
        p = p @ a
    return np.trace(p)


@program((arr(3), 2), (arr(3), 0))
def defined_only_in_loop(x, n):
    y = x
    for i in range(n):
        t = np.sin(y)
        y = t * t
    if n > 0:
        y = y + t
    return np.sum(y)


@program((0.5, 3))
def carried_from_the_last_round(x, n):
    """What the first statement reads is what the last round left."""
    prev = x
    s = 0.0
    for _ in range(n):
        s = s + prev * x
        cur = np.sin(prev) + s
        prev = cur
    return s * prev


@program((arr(3), 3))
def accumulates_in_place(x, n):
    s = np.zeros_like(x)
    for i in range(n):
        s += x * (i + 1)
        x = x * s
    return np.sum(s)


@program((arr(4),))
def minimum_by_hand(x):
    best = x[0]
    for v in x[1:]:
        if v < best:
            best = v
    return best * best


@program((arr(3, 2), arr(4, 2)))
def all_pairs(a, b):
    s = 0.0
    for p in a:
        for q in b:
            d = p - q
            s += np.exp(-np.sum(d * d))
    return s


@program(({"a": 0.5, "b": 0.7, "c": -0.4},))
def over_items(d):
    s = 0.0
    for key, value in d.items():
        s = s * 0.5 + value * value * len(key)
    return s


@program(({"a": 0.5, "b": 0.7},))
def over_keys(d):
    s = 1.0
    for key in d:
        s = s * d[key] + d[key]
    for v in d.values():
        s = s + v * v
    return s


@program((arr(3), "abca"))
def over_a_string(x, word):
    y = x
    for c in word:
        if c == "a":
            y = y * x
        elif c == "b":
            y = np.sin(y)
    return np.sum(y)


@program((0.2, 10))
def logistic_map(r, n):
    x = 0.3
    for _ in range(n):
        x = (2.5 + r) * x * (1.0 - x)
    return x


@program((arr(2), arr(4), 0.05, 6))
def runge_kutta(y, p, h, n):
    def rate(y):
        a, b = y
        return np.array([p[0] * a - p[1] * a * b, -p[2] * b + p[3] * a * b])

    for _ in range(n):
        k1 = rate(y)
        k2 = rate(y + 0.5 * h * k1)
        k3 = rate(y + 0.5 * h * k2)
        k4 = rate(y + h * k3)
        y = y + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    return np.sum(y * y)
