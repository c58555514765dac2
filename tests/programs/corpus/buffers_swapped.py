"""Two or more buffers that change places, so that a name means another array in every round."""

import numpy as np

from ..registry import arr, program


@program((arr(6, scale=0.3), 0.2, 5), (arr(6), 0.2, 0), (arr(6, scale=0.3), 0.2, 1))
def burgers(u0, c, n):
    u = u0.copy()
    new = u0.copy()
    for _ in range(n):
        new[1:-1] = u[1:-1] - c * u[1:-1] * (u[2:] - u[:-2])
        u, new = new, u
    return np.sum(u * u)


@program((arr(5), 0.2, 4))
def wave_three_buffers(u0, c, n):
    old = u0.copy()
    u = u0 * 1.1
    new = np.zeros_like(u0)
    for _ in range(n):
        new[1:-1] = 2 * u[1:-1] - old[1:-1] + c * (u[2:] - 2 * u[1:-1] + u[:-2])
        old, u, new = u, new, old
    return np.sum(u**3) + np.sum(new * old)


@program((arr(4), 3))
def swap_through_a_third_name(x, n):
    a = x * 1.0
    b = x * 0.5
    for _ in range(n):
        a += b * b
        t = a
        a = b
        b = t
    return np.sum(a * a * b)


@program((arr(4), 5))
def swap_now_and_then(x, n):
    a = x * 1.0
    b = x * 0.5
    for i in range(n):
        a *= 1.0 + 0.1 * b
        if i % 2:
            a, b = b, a
    return np.sum(a * b)


@program((arr(4),))
def swap_until(x):
    a = x * 1.0
    b = x * 0.5
    while np.sum(a * a) < 30.0:
        b[:] = a * 1.5 + 0.1 * b
        a, b = b, a
    return np.sum(a) + np.sum(b * b)


@program((arr(5), 4))
def ping_pong_views(x, n):
    """The two buffers are halves of one array."""
    both = np.zeros((2, 5))
    both[0] = x
    src, dst = both[0], both[1]
    for _ in range(n):
        dst[1:] = np.sin(src[:-1]) + src[1:]
        dst[0] = src[-1]
        src, dst = dst, src
    return np.sum(both * both)


@program((arr(5), 4))
def ping_pong_by_index(x, n):
    both = np.zeros((2, 5))
    both[0] = x
    for t in range(n):
        i, j = t % 2, (t + 1) % 2
        both[j, 1:] = np.sin(both[i, :-1]) + both[i, 1:]
    return np.sum(both * both)


@program((arr(4), 3))
def parameter_is_a_buffer(u, n):
    new = np.empty_like(u)
    for _ in range(n):
        new[:] = np.sin(u) + 0.5 * u[::-1]
        u, new = new, u
    return np.sum(u * u)


@program((arr(3), arr(3), 3))
def parameters_swapped_and_written(x, y, n):
    for _ in range(n):
        x *= y
        x, y = y, x
        x += 0.5
    return np.sum(x * y)


@program((arr(3, 3), 3))
def jacobi_sweeps(a, n):
    x = a.copy()
    y = np.zeros_like(a)
    for _ in range(n):
        y[:] = x
        y[1:-1, 1:-1] = 0.25 * (x[:-2, 1:-1] + x[2:, 1:-1] + x[1:-1, :-2] + x[1:-1, 2:]) ** 2
        x, y = y, x
    return np.sum(x * x)


@program((arr(4), 4))
def list_of_buffers_swapped(x, n):
    bufs = [x * 1.0, x * 0.3]
    for _ in range(n):
        bufs[1] += bufs[0] * bufs[0]
        bufs[0], bufs[1] = bufs[1], bufs[0]
    return np.sum(bufs[0] * bufs[1])


@program((arr(4), 3))
def fresh_array_replaces_the_buffer(x, n):
    a = x * 1.0
    b = x * 2.0
    for i in range(n):
        a[i] = b[i] * a[i + 1]
        a, b = b, a * 0.5 + b
    return np.sum(a * b)


@program((arr(4), 3))
def swap_inside_a_helper(x, n):
    def step(src, dst):
        dst[1:] = src[1:] * src[:-1]
        dst[0] = src[0]
        return dst, src

    a = x * 1.0
    b = x * 0.0
    for _ in range(n):
        a, b = step(a, b)
    return np.sum(a + b * b)
