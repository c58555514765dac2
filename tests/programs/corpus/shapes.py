"""Functions that only move numbers about."""

import numpy as np

from ..registry import arr, program


@program((arr(2, 6),))
def reshapes(x):
    a = x.reshape(3, 4)
    b = np.reshape(x, (4, -1))
    c = x.reshape((12,))
    return np.sum(a @ b) + np.sum(c * c * np.arange(12.0)) + np.sum(x.ravel() * c)


@program((arr(2, 3, 4),))
def transposes(x):
    a = np.transpose(x, (2, 0, 1))
    b = x.transpose(1, 0, 2)
    return np.sum(a[0] * b[:, 0, :3].T[:2, :]) + np.sum(x.T[1] ** 2)


@program((arr(2, 3), arr(2, 3)))
def concatenation(x, y):
    a = np.concatenate([x, y], axis=0)
    b = np.concatenate((x, y * y, x), axis=1)
    return np.sum(a**2 * np.arange(4.0)[:, None]) + np.sum(b**2 * np.arange(9.0))


@program((arr(3), arr(3), 0.4))
def stacking(x, y, k):
    a = np.stack([x, y, x * y])
    b = np.stack((x, y), axis=1)
    c = np.stack([k, k * k, 2.0])
    return np.sum(a @ b) * np.sum(c * x)


@program((arr(3), arr(3)))
def stacking_by_name(x, y):
    v = np.vstack([x, y])
    h = np.hstack([x, y])
    c = np.column_stack([x, y])
    return np.sum(v @ c) + np.sum(h * h * np.arange(6.0))


@program((0.3, 0.4))
def array_of_numbers(x, y):
    a = np.array([x, y, x * y, 1.0])
    b = np.array([[x, 0.0], [y, x]])
    return np.sum(a * a) * np.sum(b @ b)


@program((arr(3), 0.4))
def array_of_elements(x, k):
    a = np.array([x[0], k * x[1], x[2] ** 2])
    m = np.array([x, 2.0 * x])
    return np.sum(m @ a)


@program((arr(3),))
def tiles_and_repeats(x):
    return np.sum(np.tile(x, 2) * np.arange(6.0)) + np.sum(np.repeat(x, 3) ** 2 * np.arange(9.0))


@program((arr(2, 2),))
def tiles_and_repeats_of_matrices(x):
    a = np.tile(x, (2, 3))
    b = np.repeat(x, 3, axis=1)
    return np.sum(a**2 * np.arange(24.0).reshape(4, 6)) + np.sum(b * b)


@program((arr(2, 4),))
def rolls_and_flips(x):
    a = np.roll(x, 1, axis=1) * x
    b = np.flip(x) + np.flip(x, axis=0) * 2.0
    c = np.roll(x, 3) * np.flipud(x) * np.fliplr(x)
    return np.sum(a * b) + np.sum(c)


@program((arr(6), 0.2, 3))
def periodic_diffusion(u, k, n):
    for _ in range(n):
        u = u + k * (np.roll(u, 1) - 2.0 * u + np.roll(u, -1)) * u
    return np.sum(u * u)


@program((arr(3, 4),))
def new_axes(x):
    a = x[:, None, :] * x[None]
    b = np.expand_dims(x, 1)
    return np.sum(a * b) + np.sum(np.squeeze(b, axis=1) ** 2)


@program((arr(7),))
def split(x):
    a, b, c = np.split(x, [2, 4])
    return np.sum(a) * np.sum(b * b) + np.sum(c**3)


@program((arr(6),))
def split_evenly(x):
    parts = np.split(x, 3)
    return np.sum(parts[0] * parts[1] + parts[2])


@program((arr(3),))
def padded(x):
    a = np.pad(x, 1)
    b = np.pad(x, (2, 0))
    return np.sum(a[1:] * a[:-1]) + np.sum(b * np.arange(5.0))


@program((arr(2), arr(3)))
def meshgrid(x, y):
    a, b = np.meshgrid(x, y)
    return np.sum(np.sin(a * b) + a)


@program((arr(3), arr(2)))
def appended(x, y):
    return np.sum(np.append(x, y) ** 2 * np.arange(5.0)) + np.sum(np.atleast_2d(x) @ x)


@program((arr(3),))
def created_like(x):
    a = np.zeros_like(x) + np.ones_like(x) * x + np.full_like(x, 2.0)
    b = np.full(3, np.sum(x)) * np.linspace(0.0, 1.0, 3) + np.arange(3) * np.eye(3)[1]
    return np.sum(a * b)


@program((0.3, 1.7))
def linspace_of_parameters(a, b):
    t = np.linspace(a, b, 5)
    return np.sum(t * t)


@program((0.3,))
def full_of_a_parameter(x):
    a = np.full((2, 3), x * x)
    b = np.ones(3) * x
    return np.sum(a @ b)


@program((arr(3, 4),))
def shapes_as_numbers(x):
    n, m = x.shape
    return np.sum(x) / n * m + x.size * x[0, 0] + len(x) * x.ndim * np.mean(x)


@program((arr(2, 3),))
def flattened_over_iteration(x):
    s = 0.0
    for v in x.ravel():
        s = s * v + v
    return s


@program((arr(3, 2),))
def shapes_change_in_a_loop(x):
    for k in range(3):
        x = np.concatenate([x, x[:1] * x[-1:]]) if k % 2 else x.T
    return np.sum(x**2)


@program((arr(2),))
def grows_in_a_loop(x):
    for _ in range(3):
        x = np.concatenate([x, x * x[:1]])
    return np.sum(x)


@program((arr(4),))
def shrinks_in_a_loop(x):
    while len(x) > 1:
        x = x[1:] * x[:-1] + x[1:]
    return x[0]
