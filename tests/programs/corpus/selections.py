"""Selections with a default, which has no tangent of its own."""

import numpy as np

from ..registry import arr, program


@program((arr(4), arr(4)))
def selected_with_a_default(x, y):
    z = np.select([y > 0.2, y < -0.5], [x * x, 2.0 * y], 0.7)
    return np.sum(np.sin(z) * x)


@program((arr(4), arr(4)))
def selected_without_a_default(x, y):
    z = np.select([y > 0.2, y < -0.5], [x * x, 2.0 * y])
    return np.sum(np.sin(z) * x)


@program((arr(4),))
def a_number_in_place_of_an_array(x):
    """What is added to the zeros is a number, and is written into later."""
    a = np.zeros(4) + max(0.3, x[0])
    b = np.zeros(4) + x[1]
    held = [b]
    held[0][1] = x[2]
    a[:] = a * x
    return np.sum(a * b)


@program((arr(4), 0.3))
def sorted_sum_with_a_number(x, k):
    return np.sum(np.sort(np.zeros(4) + k) * x) + np.sum(np.cumsum(np.ones(3) * 2.0 + k))
