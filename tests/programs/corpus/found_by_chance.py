"""Programs that random ones led to: each was wrong, or broke the tool, when it was written."""

import numpy as np

from ..registry import arr, program


@program((arr(4), 0.7, 1), (arr(4), 0.7, 3), (arr(4), 0.7, 0), wrt=(0, 1))
def starred_array_of_which_the_length_is_needed(x, k, n):
    for _ in range(n):
        x = np.array([np.maximum(x, k)[0] * x[2], x[2], *np.maximum(x[::-1], k)[2:]])
    return np.sum(np.sin(x))


def grow(p, q):
    q += 0.3 * np.roll(q, 1)
    return p[0]


@program((arr(4),), may_refuse=True)
def one_array_twice_in_a_starred_argument(x):
    y = x * 2.0
    grow(*[y, y])
    return np.sum(np.sin(y))


@program((arr(4), 1), (arr(4), 2), wrt=(0,))
def an_early_result_beside_an_object(x, n):
    box = Box(x * 2.0, x[0])
    if n > 1:
        return -0.4 * x[1]
    return np.sum(box.a * box.s)


class Box:
    """An array and a number."""

    def __init__(self, a, s):
        self.a = a
        self.s = s


@program((arr(3),))
def several_values_of_which_one_reads_what_is_bound(x):
    level = x[0]

    def look():
        return 2.0 * level

    level, values = x[1] * x[2], [look()]
    level, more = level * level, [level, x[0]]
    level, last = look() + level, []
    last.append(values[0] * more[0])
    return level * values[0] + more[0] * more[1] + last[0]


@program((arr(4),), may_refuse=True)
def finally_writes_through_a_view(x):
    view = x[:]
    try:
        pass
    finally:
        x[view > 0.55] -= 0.2 * np.tanh(view[1])
    return np.sum(np.sin(view))
