"""Single precision: what comes in as float32 has a float32 gradient."""

import numpy as np

from ..registry import arr, pos, program, single


@program((single(arr(4)),))
def square(x):
    return np.sum(x * x)


@program((single(arr(5, 3)), single(arr(3, 2)), single(arr(2))))
def affine(x, w, b):
    return np.mean(np.tanh(x @ w + b) ** 2)


@program((single(pos(4)),))
def python_numbers_are_weak(x):
    return np.sum(2.0 * x**1.5 / (1.0 + x) - 0.5 * np.log(x) + 3)


@program((single(arr(4)), 0.3, 3))
def double_number_beside_single_array(x, k, n):
    for i in range(n):
        x = x + k * np.sin(x) * i
    return np.sum(x)


@program((single(arr(6)), 0.2, 3))
def in_place(u, k, n):
    u = u.copy()
    for _ in range(n):
        u[1:-1] += k * (u[2:] - 2 * u[1:-1] * u[:-2])
    return np.sum(u * u)


@program((single(arr(3, 4)),))
def reductions(x):
    return x.mean() * x.max() + np.sum(x.std(axis=0)) + np.sum(np.var(x, axis=1)) + np.prod(x[0])


@program((single(arr(3)), single(arr(4))))
def vector_result(x, y):
    return np.outer(x, y) * 2.0


@program((single(arr(4)), arr(4)))
def mixed_with_double(x, y):
    """The value is double; the gradient of the single argument stays single."""
    return np.sum(x * y * y)


@program((single(arr(3)),))
def accumulated_number(x):
    s = 0.0
    for v in x:
        s = s + v * v
    return s


@program((single(arr(3)),))
def constant_result(x):
    return np.float32(2.0)


@program((single(arr(4)), single(arr(4))))
def unused(x, y):
    return np.sum(x * 2.0)


@program((single(arr(4)),))
def buffers_like_the_argument(x):
    a = np.zeros_like(x)
    b = np.empty(4, dtype=x.dtype)
    a[1:] = x[1:] * x[:-1]
    b[:] = a
    b[0] = 1.0
    return np.sum(b * x)


@program((single(arr(4)),))
def gathered(x):
    return np.sum(x[[0, 0, 2]] ** 2) + np.sum(x[x > 0]) + np.max(x) * np.where(x > 0, x, 0.5).sum()
