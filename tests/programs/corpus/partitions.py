"""`a.partition(k)`: an order in place, of views and of an argument, too."""

import numpy as np

from ..registry import arr, program


@program((arr(2, 3),), (arr(3, 4),))
def partitioned_copy(x):
    y = x * 1.0
    y.partition(1)
    return np.sum(y * x)


@program((arr(3, 4),))
def partitioned_along_an_axis_by_name(x):
    y = x * 1.0
    first = y[0]
    y.partition(axis=0, kth=1)
    return np.sum(y * x) + np.sum(first * first)


@program((arr(3, 4),))
def partitioned_and_sorted_through_a_view(x):
    y = x * 1.0
    y.partition([0, 2])
    y[:, ::-1].partition(1, 0)
    y[1:].sort()
    return np.sum(y[0] * y[1] * x[2])


@program((arr(3, 4),))
def argument_partitioned_row_by_row(x):
    x.partition(0)
    s = np.sum(x[0] ** 2)
    for row in x:
        row.partition(1)
        s = s + row[1] * row[0]
    return s
