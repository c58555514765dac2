"""Numbers that may be arrays for all that is known, under another name, and then augmented."""

import numpy as np

from ..registry import arr, program


@program((arr(4), arr(3), 0.7))
def chosen_then_lowered(x, y, k):
    a = np.max(x) if k else max(y)
    s = a
    s -= np.tanh(k * x[1])
    return s * 0.2


@program((arr(4), 0.7))
def bound_twice_in_one_statement(x, k):
    k, k = x[0], max(v * k for v in x[:2])
    k += 0.2 * np.sum(x * x)
    return np.sin(k)


@program((arr(4), arr(3), -0.6))
def either_then_lowered(x, y, k):
    s = 0.5 * np.max(x) or max(v * k for v in y)
    s -= np.tanh(k)
    return np.sum(np.stack([-0.3, s])) * 0.2


@program((arr(4), None), (arr(4), 0))
def scaled_by_the_largest_and_lowered(x, axis):
    s = np.max(x, axis=axis)
    ns = [v * s for v in x]
    ns[-1] += 0.5 * ns[0]
    return sum(v * v for v in ns)


@program((arr(4), None), (arr(4), 0))
def kept_where_it_is_large_enough(x, axis):
    s = np.max(x, axis=axis)
    ns = [v for v in np.array([s, x[1]]) if v > -0.4] + [0.3, s]
    s += 1.0
    return sum(v * v for v in ns)


@program((arr(4), None), (arr(4), 0))
def one_number_many_times(x, axis):
    s = np.max(x, axis=axis)
    ns = [s for v in x if v > -0.4]
    s += 1.0
    return sum(v * v for v in ns)
