"""Squares with a constant factor, in every order, of what is bound once and of what is not."""

import numpy as np

from ..registry import arr, program


@program((arr(3),))
def scaled_squares(x):
    return np.sum(2.0 * x * x) - np.sum(x * 3.0 * x) + np.sum(x * x * 0.5) + np.sum((-0.5 * x) * x)


@program((arr(3), 3))
def scaled_square_of_what_changes(x, n):
    for _ in range(n):
        x = 0.5 * x * x + 0.3 * x
    y = x * x
    return np.sum(0.7 * y * y)


@program((arr(3), arr(3)))
def scaled_products(x, y):
    return np.sum(2.0 * x * y) + np.sum(2.0 * y * x * x)
