"""Arrays that record a trajectory, row by row."""

import numpy as np

from ..registry import arr, program


@program((arr(3, 3, scale=0.5), arr(3), arr(4, 3)), (arr(3, 3, scale=0.5), arr(3), arr(0, 3)))
def rnn(W, h0, x):
    h = np.empty((len(x) + 1, h0.size))
    h[0] = h0
    for t in range(len(x)):
        h[t + 1] = np.tanh(W @ h[t] + x[t])
    return np.sum(h[-1] ** 2)


@program((arr(2), 0.1, 5))
def euler_history(y0, h, n):
    y = np.zeros((n + 1, 2))
    y[0] = y0
    for t in range(n):
        y[t + 1, 0] = y[t, 0] + h * y[t, 1]
        y[t + 1, 1] = y[t, 1] - h * np.sin(y[t, 0])
    return np.sum(y * y)


@program((0.4, 6))
def scalar_history(x, n):
    xs = np.zeros(n)
    xs[0] = x
    for t in range(1, n):
        xs[t] = 3.1 * xs[t - 1] * (1.0 - xs[t - 1])
    return np.sum(xs * np.arange(n))


@program((0.4, 6))
def two_steps_back(x, n):
    f = np.zeros(n)
    f[0] = x
    f[1] = x * x
    for t in range(2, n):
        f[t] = np.sin(f[t - 1] + f[t - 2] * x)
    return f[-1] + f[n // 2]


@program((arr(3), 5))
def history_read_all(x, n):
    """Every step reads all that has been recorded so far."""
    h = np.zeros((n, 3))
    h[0] = x
    for t in range(1, n):
        h[t] = np.mean(h[:t] ** 2, axis=0) + 0.1 * x
    return np.sum(h)


@program((arr(4), 4))
def state_and_record(x, n):
    """A state updated in place, and snapshots of it."""
    u = x.copy()
    rec = np.zeros((n, 4))
    for t in range(n):
        u[1:] += 0.3 * u[:-1] * u[1:]
        rec[t] = u
        u *= 0.9
    return np.sum(rec**2 * np.arange(n)[:, None])


@program((arr(4), 3))
def record_of_columns(x, n):
    rec = np.empty((4, n))
    for t in range(n):
        rec[:, t] = x
        x = x * np.sin(x) + rec[:, 0]
    return np.sum(rec * rec[:, ::-1])


@program((arr(5), arr(3)))
def convolution_by_hand(x, k):
    out = np.zeros(len(x) - len(k) + 1)
    for i in range(len(out)):
        for j in range(len(k)):
            out[i] += x[i + j] * k[j]
    return np.sum(out * out)


@program((arr(4), arr(3)))
def dynamic_programme(a, b):
    """A soft alignment: a table filled from its borders."""
    d = np.zeros((len(a) + 1, len(b) + 1))
    d[1:, 0] = 3.0
    d[0, 1:] = 3.0
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            c = (a[i - 1] - b[j - 1]) ** 2
            d[i, j] = c - np.log(
                np.exp(-d[i - 1, j]) + np.exp(-d[i, j - 1]) + np.exp(-d[i - 1, j - 1])
            )
    return d[-1, -1]


@program((arr(2, 2), arr(3, 2)))
def history_in_two_arrays(w, x):
    a = np.zeros((3, 2))
    h = np.zeros((4, 2))
    for t in range(3):
        a[t] = w @ h[t] + x[t]
        h[t + 1] = np.tanh(a[t])
    return np.sum(h[1:] * a)


@program((arr(3), 4))
def backward_in_time(x, n):
    v = np.zeros((n, 3))
    v[n - 1] = x
    for t in range(n - 2, -1, -1):
        v[t] = 0.9 * v[t + 1] + np.cos(v[t + 1]) * x
    return np.sum(v[0])


@program((arr(3), 4))
def history_overwritten_afterwards(x, n):
    """The record is spoilt after the loop that needs it."""
    h = np.zeros((n, 3))
    h[0] = x
    for t in range(1, n):
        h[t] = h[t - 1] * h[t - 1] + x
    s = np.sum(h * h)
    h[:] = 1.0
    return s + np.sum(h)


@program((arr(3), 5))
def window_rolled(x, n):
    w = np.zeros(3)
    s = 0.0
    for t in range(n):
        w[1:] = w[:-1].copy()
        w[0] = np.sin(x[t % 3] + w[2])
        s += np.sum(w * w)
    return s


@program((arr(4), 3))
def rows_written_twice(x, n):
    h = np.zeros((n, 4))
    for t in range(n):
        h[t] = x * x
        h[t] += 1.0
        h[t] = h[t] * h[t - 1] if t > 0 else h[t]
        x = np.sin(h[t])
    return np.sum(h)


@program((arr(3), 3))
def history_of_a_parameter_list(x, n):
    hs = [x]
    for _ in range(n):
        hs.append(np.tanh(hs[-1]) + hs[0])
    return np.sum(hs[-1] * hs[1])


@program((0.5, 0.3))
def hysteresis(x, k):
    s = np.zeros(5)
    on = False
    for t in range(1, 5):
        s[t] = s[t - 1] + x if not on else s[t - 1] * k
        if s[t] > 1.2:
            on = True
        elif s[t] < 0.4:
            on = False
    return np.sum(s * s)
