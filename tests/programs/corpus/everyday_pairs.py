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
