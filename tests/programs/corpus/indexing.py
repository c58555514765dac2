"""Reading with subscripts of every sort."""

import numpy as np

from ..registry import arr, program


@program((arr(5),))
def elements(x):
    return x[0] * x[-1] + x[2] ** 2


@program((arr(7),))
def slices(x):
    return np.sum(x[1:4] * x[2:5]) + np.sum(x[::2] ** 2) + np.sum(x[-3:]) * np.sum(x[:-4])


@program((arr(7),))
def negative_steps(x):
    return np.sum(x[::-1] * np.arange(7.0)) + np.sum(x[5:1:-2] ** 2) + np.sum(x[-2::-3])


@program((arr(3, 4),))
def several_axes(x):
    return x[1, 2] * np.sum(x[0]) + np.sum(x[:, 1] ** 2) + np.sum(x[1:, ::2]) * x[-1][-1]


@program((arr(2, 3, 4),))
def ellipses(x):
    return np.sum(x[..., 0] ** 2) + np.sum(x[0, ..., 1:3]) * np.sum(x[..., -1, :])


@program((arr(3, 4),))
def new_axes(x):
    return np.sum(x[:, None, 1] * x[None, :, 2]) + np.sum(x[np.newaxis] ** 2)


@program((arr(5), np.array([0, 2, 2, 4, -1])))
def integer_array(x, idx):
    return np.sum(x[idx] ** 2 * np.arange(5.0))


@program((arr(5),))
def integer_list(x):
    return np.sum(x[[1, 1, 3]] * x[[0, 2, 4]])


@program((arr(3, 4), np.array([0, 2, 2]), np.array([1, 1, 3])))
def two_integer_arrays(x, i, j):
    return np.sum(x[i, j] ** 2) + np.sum(x[i] * x[:, j][0, 0]) + np.sum(x[i[:, None], j])


@program((arr(3, 4), np.array([0, 2, 2])))
def integer_array_and_slice(x, i):
    return np.sum(x[i, 1:3] ** 2) + np.sum(x[1:, i] ** 3)


@program((arr(6),))
def mask(x):
    return np.sum(x[x > 0] ** 2) + np.sum(x[~(x > 0)] ** 3)


@program((arr(3, 4),))
def mask_of_two_axes(x):
    return np.sum(x[x > 0.1] ** 2) + np.sum(x[x[:, 0] > -10] ** 2)


@program((arr(6),))
def two_dimensional_indices(x):
    idx = np.array([[0, 1], [5, 0]])
    return np.sum(x[idx] @ x[idx])


@program((arr(6),))
def take(x):
    return np.sum(np.take(x, [0, 5, 5]) ** 2) + np.sum(x.take(np.array([1, 2])))


@program((arr(3, 4),))
def take_along(x):
    i = np.argsort(x, axis=1)
    return np.sum(np.take_along_axis(x, i, axis=1) * np.arange(4.0))


@program((arr(5), 1, 4))
def bounds_from_arguments(x, lo, hi):
    return np.sum(x[lo:hi] ** 2) + x[hi] * x[lo - 2]


@program((arr(5),))
def index_computed_from_values(x):
    k = int(abs(x[0]) * 2.0)
    return x[k] * x[0]


@program((arr(3, 4),))
def index_of_index(x):
    return x[1][2] * x[1:][0][2] + x[2][1:][0]


@program((arr(3, 4),))
def slice_object(x):
    s = slice(1, 3)
    return np.sum(x[s, s] ** 2) + np.sum(x[(0, s)])


@program((arr(6),))
def nonzero(x):
    i = np.nonzero(x > 0)[0]
    return np.sum(x[i] ** 2) + np.sum(x[np.where(x < 0)] * 2.0)


@program((arr(8),))
def in_a_loop(x):
    s = 0.0
    for i in range(1, len(x) - 1):
        s += x[i - 1] * x[i + 1] - x[i] ** 2
    return s


@program((arr(8), arr(3)))
def windows(x, w):
    s = 0.0
    for i in range(len(x) - 2):
        s += np.tanh(np.sum(x[i : i + 3] * w))
    return s


@program((arr(4, 3), np.array([[0, 1], [1, 2], [3, 0]])))
def edges_of_a_graph(x, edges):
    s = 0.0
    for i, j in edges:
        d = x[i] - x[j]
        s += np.sqrt(d @ d)
    return s


@program((arr(5, 3), np.array([2, 0, 2, 4])))
def embedding(table, words):
    h = np.zeros(3)
    for w in words:
        h = np.tanh(h + table[w])
    return np.sum(h)


@program((arr(4), np.array([0, 1, 1, 0])))
def segment_sums(x, segments):
    out = np.zeros(2)
    np.add.at(out, segments, x * x)
    return np.sum(out**2)


@program((arr(3, 3),))
def upper_triangle(a):
    i, j = np.triu_indices(3, 1)
    return np.sum(a[i, j] ** 2)


@program((arr(4),))
def empty_slices(x):
    return np.sum(x[4:]) + np.sum(x[2:1] * 3.0) + np.sum(x)


@program((arr(5), True), (arr(5), False))
def row_chosen_by_condition(x, first):
    return x[0 if first else -1] ** 2 * x[1 : 3 if first else 5].sum()
