"""Constructs of Python, one or few at a time, where they could go wrong."""

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
