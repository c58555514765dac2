"""Sums, means, extremes and friends, over all axes or some."""

import numpy as np

from ..registry import arr, pos, program


@program((arr(2, 3, 4),))
def sums(x):
    a = np.sum(x, axis=0)
    b = np.sum(x, axis=(0, 2))
    c = x.sum(axis=-1, keepdims=True)
    return np.sum(a * a) + np.sum(b**3) + np.sum(c * x) + np.sum(x) ** 2


@program((arr(3, 4),))
def means(x):
    return np.mean(x) * np.sum(x.mean(axis=0) ** 2) + np.sum(np.mean(x, 1, keepdims=True) * x)


@program((pos(2, 3),))
def products(x):
    return np.prod(x) + np.sum(np.prod(x, axis=1) ** 2) + np.sum(x.prod(axis=0))


@program((arr(3, 4),))
def extremes(x):
    return np.max(x) * np.min(x) + np.sum(x.max(axis=0) ** 2) + np.sum(np.min(x, axis=1) ** 3)


@program((arr(3, 4),))
def named_extremes(x):
    return np.amax(x) * 2.0 + np.sum(np.amin(x, axis=1, keepdims=True) * x)


@program((arr(3, 4),))
def variances(x):
    return np.var(x) + np.sum(np.std(x, axis=0) ** 3) + np.sum(x.var(axis=1, ddof=1)) * x.std()


@program((arr(5),))
def cumulative_sums(x):
    return np.sum(np.cumsum(x) ** 2) + np.sum(x.cumsum() * x)


@program((arr(2, 3),))
def cumulative_along_axes(x):
    return np.sum(np.cumsum(x, axis=1) ** 2) + np.sum(np.cumsum(x, axis=0) * x)


@program((arr(3, 4),))
def builtin_reductions(x):
    return sum(x[0]) * max(x[1]) + min(x[2]) + sum([1.0, x[0, 0]], 2.0)


@program((arr(3, 4),))
def builtin_sum_of_rows(x):
    return np.sum(sum(x) ** 2)


@program((arr(5),))
def positions_of_extremes(x):
    i = np.argmax(x)
    j = x.argmin()
    return x[i] * x[j] + x[np.argsort(x)[2]]


@program((arr(5), arr(5)))
def sorting(x, w):
    return np.sum(np.sort(x) * w) + np.sum(x[np.argsort(w)] * np.arange(5.0))


@program((arr(5),))
def median_by_sorting(x):
    return np.sort(x)[len(x) // 2] ** 2


@program((arr(6),))
def differences(x):
    return np.sum(np.diff(x) ** 2) + np.sum(np.diff(x, n=2) ** 3)


@program((arr(5), arr(5)))
def averages(x, w):
    return np.average(x) + np.sum(x * w) / np.sum(w * w)


@program((arr(3, 4),))
def log_sum_exp(x):
    m = np.max(x, axis=1)
    return np.sum(m + np.log(np.sum(np.exp(x - m[:, None]), axis=1)))


@program((arr(6),))
def masked_mean(x):
    m = x > 0
    return np.sum(x * m) / np.sum(m) + np.mean(x[m] ** 2)


@program((arr(6),))
def counts(x):
    n = np.sum(x > 0) + np.count_nonzero(x < 0.5)
    return np.sum(x * x) * n


@program((arr(3, 4), arr(3, 4)))
def mean_squared_error(x, y):
    return np.mean((x - y) ** 2) + np.abs(x - y).mean()


@program((arr(4, 3), np.array([0, 2, 1, 2])))
def cross_entropy(x, labels):
    z = x - x.max(axis=1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -logp[np.arange(len(labels)), labels].mean()


@program((arr(3), arr(9, 3), np.array([0, 1, 1, 0, 1, 0, 0, 1, 1.0])))
def logistic(w, x, y):
    p = 1 / (1 + np.exp(-(x @ w)))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


@program((np.array([0.5, 2.0, 2.0, -1.0]),), wrt=())
def tied_maximum(x):
    """Ties are split evenly; no difference quotient tells that, so only the call is checked."""
    return np.max(x)


@program((arr(2, 3),))
def trapezoid(y):
    return np.sum(np.trapezoid(y, dx=0.5, axis=1) ** 2)
