"""Operands of different shapes: cotangents are summed back to the shape that came in."""

import numpy as np

from ..registry import arr, pos, program


@program((arr(5, 3), arr(3, 2), arr(2)))
def affine(x, w, b):
    return np.sum(np.tanh(x @ w + b) ** 2)


@program((arr(3), 0.4))
def number_with_array(x, k):
    return np.sum(x * k + k / (2.0 + x * x) - k)


@program((arr(3, 1), arr(1, 4)))
def outer_by_broadcasting(x, y):
    return np.sum((x * y + x) ** 2)


@program((arr(3), arr(1)))
def one_element(x, y):
    return np.sum(x * y + y)


@program((arr(3, 4), arr(4), arr(3, 1), np.array(0.7)))
def four_ranks(a, row, column, zero):
    return np.sum(a * row + column * zero - row / (2.0 + column**2) + a**2 * zero)


@program((arr(2, 1, 3), arr(4, 1)))
def both_broadcast(x, y):
    return np.sum(np.sin(x * y) + x - y)


@program((arr(3),), (arr(1),))
def same_source_different_shape(x):
    return np.sum(x * np.arange(3.0) + x)


@program((arr(3, 3), arr(3)))
def centred(a, m):
    d = a - m
    return np.sum(d.T @ d)


@program((arr(4, 2), arr(3, 2)))
def pairwise_distances(x, y):
    d = x[:, None, :] - y[None, :, :]
    return np.sum(np.exp(-np.sum(d * d, axis=-1)))


@program((pos(4), arr(3, 4)))
def normalised_weights(w, x):
    w = w / np.sum(w)
    return np.sum((x * w) ** 3)


@program((arr(3, 4),))
def softmax_rows(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return np.sum(p * np.arange(4.0))


@program((arr(3, 4), 0.3))
def layer_norm(x, eps):
    m = np.mean(x, axis=-1, keepdims=True)
    v = np.var(x, axis=-1, keepdims=True)
    return np.sum(((x - m) / np.sqrt(v + eps)) ** 3)


@program((arr(3), 0.4))
def power_broadcasts(x, p):
    return np.sum(np.abs(x) ** p) + np.sum(p ** np.array([1.0, 2.0, 3.0]))


@program((arr(1, 3), arr(2, 3)))
def maximum_broadcasts(x, y):
    return np.sum(np.maximum(x, y) * np.minimum(x, 0.1))


@program((arr(3), 0.4, arr(2, 1)))
def where_broadcasts(x, k, y):
    return np.sum(np.where(x > 0, k, y) * x)


@program((0.4, arr(3)))
def number_returned_as_array(k, x):
    return k * x


@program((0.3, 4))
def number_grown_by_loop(k, n):
    s = k
    for i in range(n):
        s = s * np.arange(1.0, 3.0) + k
    return np.sum(s)


@program((arr(0, 3), arr(3)))
def nothing_to_sum(x, b):
    return np.sum(x * b)


@program((arr(2, 3), arr(3)))
def add_outer_product(a, v):
    return np.sum(np.outer(a[:, 0], v) * a + v)
