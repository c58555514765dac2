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
