"""What a name holds, where that is easily mistaken: several results, truth values as indices."""

import math

import numpy as np

from ..registry import arr, pos, program


@program((arr(4),))
def places_that_are_not_zero(x):
    found = np.nonzero(x > 0.0)[0]
    (where,) = np.where(x > 0.0)
    return np.sum(x[found] * x[found]) * np.sum(x[where]) + np.sum(x * found[0])


@program((arr(3, 3),))
def places_in_two_axes(m):
    i, j = np.nonzero(m > 0.0)
    rows, columns = np.unravel_index(np.array([1, 5]), (3, 3))
    upper = np.triu_indices(3)
    return np.sum(m[i, j] ** 2) + np.sum(m[rows, columns] * m[upper][:2])


@program((pos(3),))
def quotients_and_remainders(x):
    q, r = divmod(x, 0.7)
    parts = np.modf(x * 1.3)
    whole, fraction = np.divmod(x[0], 0.3), math.modf(x[1] * 2.0)
    return np.sum(q * r * x) + np.sum(parts[0] * x) + whole[1] * fraction[0]


@program((pos(2, 2),))
def results_of_linear_algebra(m):
    a = m @ m.T + np.eye(2)
    sign, logdet = np.linalg.slogdet(a)
    values, vectors = np.linalg.eigh(a)
    q, r = np.linalg.qr(a)
    return sign * logdet * values[0] + np.sum(vectors**2 * a) + np.sum(q @ r * a)


@program((arr(3), arr(2)))
def grids(x, y):
    across, down = np.meshgrid(x, y)
    first, second, third = np.split(x, 3)
    return np.sum(across * down * down) + np.sum(first * second * third)


@program((arr(4),))
def counted_values(x):
    values, counts = np.unique(np.round(x), return_counts=True)
    return np.sum(x * x) * counts[0] + np.sum(x) * values[0]


@program((arr(3),))
def truth_as_an_index(x):
    return np.sum(x[True] * x) + np.sum(np.outer(x, x)[True, 1] * x)


@program((arr(3), True), (arr(3), False), (arr(3), np.bool_(True)))
def truth_given_as_an_index(x, flag):
    return np.sum(x[flag] * x * 2.0) + np.sum(x * x)


@program((arr(3), True), (arr(3), False))
def written_where_true(x, flag):
    y = x * 1.0
    y[flag] += x * x
    y[x[0] > 100.0] = 5.0
    return np.sum(y * y)


@program((arr(3), np.float64), (arr(3), float), (arr(3), np.dtype("f8")), (arr(3), None))
def type_given(x, kind):
    y = np.zeros(3, dtype=kind)
    y[1:] = np.asarray(x * x, dtype=kind)[1:]
    return np.sum(y * x)


@program((arr(3), [np.float64]), (arr(3), (np.float32, float)), (arr(3), {"kind": float}))
def type_given_in_a_list(x, kinds):
    first = kinds["kind"] if isinstance(kinds, dict) else kinds[-1]
    return np.sum(np.asarray(x * x, dtype=first) * x)
