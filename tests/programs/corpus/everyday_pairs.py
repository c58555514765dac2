"""Pairs and rows as users handle them: zip(*rows), max of tuples, enumerate as a value."""

import numpy as np

from ..registry import arr, program


@program((arr(3),))
def log_that_is_taken_apart(x):
    log = []
    for v in x:
        log.append((v, v * v))
    a, b = zip(*log)
    return sum(a) * max(b)


@program((arr(3),))
def columns_of_rows(x):
    rows = [[v, v * v, 2.0 * v] for v in x]
    s = 0.0
    for column in zip(*rows):
        s += sum(column) * column[0]
    totals = [sum(column) for column in zip(*rows)]
    turned = list(map(list, zip(*rows)))
    return s * totals[1] + turned[2][1] * list(zip(*rows))[1][2]


@program((arr(3, 2),))
def columns_of_an_array(x):
    a, b = zip(*x)
    p, q = map(np.array, zip(*[(v * w, w) for v, w in x]))
    return sum(a) * b[1] + np.sum(p * q)


@program((arr(3), arr(3)))
def pairs_sorted_and_taken_apart(x, y):
    a, b = zip(*sorted(zip(x, y)))
    c, d = zip(*zip(x, y))
    return a[1] * b[2] + c[0] * d[1]


@program((arr(3), arr(3)))
def rows_of_unequal_lengths(x, y):
    rows = [[x[0], x[1], x[2]], [y[0], y[1]]]
    a, b = zip(*rows)
    return a[0] * b[1] + a[1] * rows[0][2]


@program((arr(3), arr(3)))
def zips_as_values(x, y):
    a, b, c = zip(x, y)
    s = sorted(zip(x, y), key=lambda p: p[1])
    r = sorted(reversed(x))
    e = [*reversed(x), *y]
    return a[0] * b[1] * c[0] + s[0][0] * s[1][1] + r[0] * r[2] * e[2]


@program((arr(3), arr(3)))
def zips_as_values_in_a_loop(x, y):
    t = 0.0
    for k in range(2):
        (p, q), *rest = zip(x, y)
        t += p * q * rest[k][0]
        s = sorted(zip(x * t, y))
        t += s[0][1] * s[1][0]
    return t


@program((arr(3), arr(3)))
def best_of_pairs(x, y):
    log = []
    for k, (a, b) in enumerate(zip(x, y)):
        log.append((a * b, k))
    best, k = min(log)
    first, second = max(zip(x, y))
    low = min((a, b) for a, b in zip(y, x))
    one = max((x[0], y[0]), (x[1], y[1]))
    return best * x[k] + first * second + low[0] * low[1] + one[0] * one[1]


@program((arr(3), arr(3)))
def places_of_values(x, y):
    i, largest = max(enumerate(x), key=lambda p: p[1])
    order = sorted(enumerate(x), key=lambda p: p[1])
    shifted = list(enumerate(y, start=1))
    (_, first), *rest = enumerate(y)
    u = largest * y[i] + first * rest[0][1]
    for i, v in order:
        u += v * y[i] * shifted[i][0]
    return u


@program(([], 2.0), ([(1.0, 3.0)], 2.0))
def columns_of_no_rows(rows, k):
    s = k * k
    for column in zip(*rows):
        s += sum(column) * k
    return s


class Holder:
    def __init__(self, pairs):
        self.pairs = pairs


def total_twice(pairs):
    s = 0.0
    for a, b in pairs:
        s += a * b
    for a, _ in pairs:
        s += 100.0 * a
    return s


def pairs_of(x):
    return zip(x, x * 2)


@program((arr(4),), may_refuse=True)
def iterator_given_to_a_function(x):
    return total_twice(zip(x, x))


@program((arr(4),), may_refuse=True)
def iterator_returned_by_a_function(x):
    return total_twice(pairs_of(x))


@program((arr(4),), may_refuse=True)
def iterator_in_a_field(x):
    holder = Holder(zip(x, x))
    return total_twice(holder.pairs) + total_twice(holder.pairs)


@program((arr(4),), may_refuse=True)
def iterator_in_a_list(x):
    held = [zip(x, x * 2), 1.0]
    a = list(held[0])
    b = list(held[0])
    return a[0][1] * a[1][0] + len(b)


@program((arr(4),), may_refuse=True)
def iterator_of_a_condition(x):
    z = zip(x, x * 2) if x[0] > 10 else zip(x * 3, x)
    return total_twice(z)


@program((arr(4),), may_refuse=True)
def iterator_rebound(x):
    z = reversed(x)
    if x[0] > 10:
        z = reversed(x * 2)
    return max(z) + 10 * sum(z)


@program((arr(4),))
def iterators_of_places(x):
    holder = Holder(zip([0, 1], [2, 3]))
    z = enumerate("ab") if x[0] > 10 else enumerate("abc")
    s = 0.0
    for i, j in holder.pairs:
        s += x[i] * x[j]
    for i, _ in holder.pairs:
        s += 100 * x[i]
    for i, _ in z:
        s += x[i] ** 2
    return s + len(list(z))


@program((arr(4),))
def iterators_of_iterators(x):
    nested = list(enumerate(zip(x, x * x)))
    s = sum(a * b * c for (a, b), c in zip(zip(x, x), x))
    return s + nested[1][1][1] + np.sum(np.array([*zip(x, x * x)]))
