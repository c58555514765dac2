"""Writes into arrays: what is overwritten, what was saved before, and what reads it afterwards."""

import numpy as np

from ..registry import arr, pos, program


@program((arr(5),))
def recurrence(u):
    u = u.copy()
    for i in range(1, u.size):
        u[i] = u[i] * np.sin(u[i - 1])
    return np.sum(u)


@program((arr(6), 0.2, 4), (arr(6), 0.2, 0))
def heat(u0, k, n):
    u = u0.copy()
    for _ in range(n):
        u[1:-1] += k * (u[2:] - 2 * u[1:-1] + u[:-2])
    return np.sum(u * u)


@program((arr(4, 5), 0.2, 3))
def heat_plate(u, k, n):
    u = u.copy()
    for _ in range(n):
        u[1:-1, 1:-1] += k * (
            u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1]
        )
    return np.sum(u**3)


@program((arr(4, 5), 0.2, 3))
def nonlinear_plate(u, k, n):
    u = u.copy()
    for _ in range(n):
        u[1:-1, 1:-1] += k * u[1:-1, 1:-1] * (u[2:, 1:-1] - u[1:-1, :-2])
        u[0] = u[-1] * u[1]
    return np.sum(u * u)


@program((arr(5),))
def parameter_written_into(x):
    x[1] = x[0] * x[2]
    x[3:] *= 2.0
    return np.sum(x * x)


@program((arr(5), 0.7))
def parameter_scaled_in_place(x, k):
    x *= k
    x += 1.0
    x /= 2.0 + x * x
    x -= k
    x **= 2
    return np.sum(x * k)


@program((arr(4), arr(4)))
def parameter_overwritten_entirely(x, y):
    x[:] = y * y
    return np.sum(x * y)


@program((arr(4),))
def parameter_filled(x):
    y = x * x
    x.fill(2.0)
    return np.sum(x * y)


@program((arr(4),))
def written_and_returned(x):
    x *= 2.0
    return x


@program((arr(4), arr(4)))
def written_and_unused(x, y):
    x[0] = y[0] * 3.0
    return np.sum(y * y)


@program((arr(4),))
def overwritten_after_it_was_saved(x):
    y = np.exp(x)
    z = y * y
    y[:] = 0.0
    return np.sum(z) + np.sum(y)


@program((arr(4),))
def operand_overwritten(x):
    """`a * b` needs both operands, and both are gone when the reverse sweep gets there."""
    a = x * 1.0
    b = x + 2.0
    c = a * b
    a += 10.0
    b *= c
    return np.sum(c * a * b)


@program((arr(4),))
def result_overwritten(x):
    """The derivative of tanh reads its result, which is overwritten."""
    y = np.tanh(x)
    z = y * 2.0
    y *= 3.0
    return np.sum(y * z)


@program((arr(4),))
def square_root_halved(x):
    y = np.sqrt(x * x + 1.0)
    y /= 2.0
    y[1] = y[0]
    return np.sum(y**3)


@program((arr(5), arr(5)))
def repeated_indices(x, v):
    idx = np.array([0, 2, 2, 4, 0])
    a = x.copy()
    a[idx] += v
    return np.sum(a * a * x)


@program((arr(5), arr(5)))
def add_at_repeated(x, v):
    idx = np.array([0, 2, 2, 4, 0])
    a = x.copy()
    np.add.at(a, idx, v * v)
    return np.sum(a * a)


@program((arr(5), arr(3)))
def store_at_integers(x, v):
    a = x * x
    a[[3, 0, 1]] = v * v
    return np.sum(a * a)


@program((arr(5), arr(2)))
def store_repeated_last_wins(x, v):
    a = x * 1.0
    a[np.array([1, 1])] = v
    return np.sum(a * a)


@program((arr(6),))
def mask_store(x):
    a = x * 2.0
    a[a < 0] = 0.5
    return np.sum(a * a)


@program((arr(6),))
def mask_augmented(x):
    a = x * x
    m = x > 0
    a[m] *= x[m]
    a[~m] -= 1.0
    return np.sum(a * a)


@program((arr(6),))
def mask_from_what_is_overwritten(x):
    a = x * 2.0
    a[a > 0] = a[a > 0] ** 2
    a[a > 0] *= a[::-1][a > 0]
    return np.sum(a)


@program((arr(4), 0, 2), (arr(4), 1, 1))
def swap_elements(x, i, j):
    a = x * x
    a[i], a[j] = a[j], a[i]
    return np.sum(a * np.arange(4.0))


@program((arr(5),))
def bubble_sort(x):
    a = x.copy()
    n = len(a)
    for i in range(n):
        for j in range(n - 1 - i):
            if a[j] > a[j + 1]:
                a[j], a[j + 1] = a[j + 1], a[j]
    return np.sum(a * np.arange(1.0, n + 1) ** 2)


@program((arr(4),))
def reverse_in_place(x):
    a = x * 2.0
    a[:] = a[::-1]
    return np.sum(a * np.arange(4.0))


@program((arr(6),))
def overlapping_shift(x):
    a = x * 1.0
    a[1:] = a[:-1]
    a[1:] += a[:-1] * 0.5
    return np.sum(a**2 * np.arange(6.0))


@program((arr(6),))
def negative_step_write(x):
    a = x * 1.0
    a[::-2] *= a[::2]
    a[4:1:-1] += x[:3]
    return np.sum(a * a)


@program((arr(5),))
def cumulative(x):
    a = x.copy()
    for i in range(1, len(a)):
        a[i] += a[i - 1] * a[i]
    return a[-1]


@program((arr(4),))
def overwritten_in_each_round(x):
    """One cell, written and read by every round."""
    a = np.zeros(1)
    a[0] = 1.0
    for v in x:
        a[0] = np.sin(a[0]) * v + v
    return a[0] ** 2


@program((arr(4), 3))
def buffer_reused(x, n):
    buf = np.zeros(4)
    s = 0.0
    for _ in range(n):
        buf[:] = x * x
        x = x + 0.1 * buf
        buf *= x
        s = s + np.sum(buf)
    return s


@program((arr(4), 3))
def buffer_partly_rewritten(x, n):
    """Each round writes half of the buffer and reads all of it."""
    buf = np.ones(4)
    for i in range(n):
        buf[i:] = buf[i:] * x[i:]
        x = np.sin(x) * buf
    return np.sum(buf) + np.sum(x)


@program((arr(3, 2),))
def scale_rows(a):
    for row in a:
        row *= 2
    return np.sum(a * a)


@program((arr(3, 2), arr(3)))
def scale_rows_by(a, k):
    a = a.copy()
    for i, row in enumerate(a):
        row *= k[i]
        row[0] += row[1] * row[1]
    return np.sum(a * a)


@program((arr(3, 3),))
def normalise_rows(a):
    a = a.copy()
    for i in range(3):
        a[i] /= np.sqrt(np.sum(a[i] ** 2))
        a[i, 0] += 1.0
    return np.sum(a * np.arange(9.0).reshape(3, 3))


@program((arr(3, 3),))
def gram_schmidt(a):
    q = a.copy()
    for i in range(3):
        for j in range(i):
            q[i] -= (q[i] @ q[j]) * q[j]
        q[i] /= np.linalg.norm(q[i])
    return np.sum(q * np.arange(9.0).reshape(3, 3))


@program((arr(3, 3), arr(3)))
def gaussian_elimination(a, b):
    a = a + 3.0 * np.eye(3)
    b = b.copy()
    n = len(b)
    for k in range(n):
        for i in range(k + 1, n):
            f = a[i, k] / a[k, k]
            a[i, k:] -= f * a[k, k:]
            b[i] -= f * b[k]
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (b[i] - a[i, i + 1 :] @ x[i + 1 :]) / a[i, i]
    return np.sum(x * x)


@program((arr(3, 3),))
def cholesky_by_hand(a):
    a = a @ a.T + 3.0 * np.eye(3)
    l = np.zeros_like(a)  # noqa: E741
    for i in range(3):
        for j in range(i + 1):
            s = a[i, j] - l[i, :j] @ l[j, :j]
            l[i, j] = np.sqrt(s) if i == j else s / l[j, j]
    return np.sum(np.log(np.diag(l)))


@program((arr(4), 1.0), (arr(4), -1.0))
def write_in_a_branch(x, k):
    y = x * x
    if k > 0:
        y[0] = k * y[1]
    else:
        y[1:] *= k
    return np.sum(y * y)


@program((arr(4),))
def branch_tests_what_it_writes(x):
    y = x * x
    for i in range(3):
        if y[i] > 0.4:
            y[i] = 0.1 * y[i + 1]
        elif y[i + 1] > 0.2:
            y[i + 1] *= y[i]
    return np.sum(y)


@program((arr(4), arr(4)))
def augmented_rebinds_then_writes(x, y):
    """The same statement, on a number and on an array."""
    s = np.sum(x)
    s += 1.0
    t = x * s
    t += y
    u = t
    u += t
    return np.sum(t * u) * s


@program((arr(4),))
def self_referring(x):
    a = x * 1.0
    a += a
    a *= a
    a[1:] -= a[1:] * a[:-1]
    return np.sum(a)


@program((arr(4),))
def augmented_by_own_view(x):
    a = x * 1.0
    a[:2] += a[2:]
    a[1:] *= a[1]
    return np.sum(a * a)


@program((arr(3), arr(3)))
def sort_in_place(x, w):
    a = x * x
    a.sort()
    return np.sum(a * w)


@program((arr(4),))
def store_broadcasts(x):
    a = np.zeros((3, 4))
    a[:] = x
    a[1] = x[0]
    a[:, 2] = 2.0 * x[1]
    a[2, 1:] += x[3]
    return np.sum(a**2 * np.arange(12.0).reshape(3, 4))


@program((arr(3, 4), arr(4), arr(3, 1), 0.3))
def augmented_broadcasts(a, row, column, k):
    a = a * 1.0
    a += row
    a *= column
    a -= k
    a /= 2.0 + row**2
    return np.sum(a * a)


@program((0.4, 0.6))
def store_numbers(x, y):
    a = np.zeros(4)
    a[0] = x
    a[1] = y * x
    a[2:] = a[0] * a[1]
    a[3] += a[2]
    return a @ a


@program((arr(4),))
def store_then_read_while_building(x):
    a = np.empty(4)
    a[0] = x[0]
    for i in range(1, 4):
        a[i] = a[i - 1] * x[i] + a[0]
    return np.sum(a)


@program((arr(3, 3),))
def diagonal_written(a):
    a = a.copy()
    i = np.arange(3)
    a[i, i] = a[i, i] ** 2 + a[0]
    return np.sum(a * a)


@program((arr(4), 2), (arr(4), 0))
def index_overwritten(x, k):
    """The index is another number by the time of the reverse sweep."""
    a = x * x
    for _ in range(3):
        a[k] = a[k] * x[k - 1]
        k = (k + 2) % 4
    return np.sum(a)


@program((arr(4),))
def index_array_overwritten(x):
    a = x * x
    idx = np.array([0, 1])
    a[idx] *= x[idx]
    idx += 2
    a[idx] *= 3.0 * x[idx]
    idx[0] = 0
    return np.sum(a * a)


@program((arr(4),))
def mask_overwritten(x):
    a = x * x
    m = a > 0.3
    a[m] = a[m] * x[m]
    m[:] = True
    a[m] *= 2.0
    return np.sum(a * x)


@program((pos(4),))
def dead_write(x):
    a = x * 2.0
    a[1] = x[0] ** 2
    a[1] = x[1] ** 3
    a[:] = x * x
    return np.sum(a)


@program((arr(4), arr(4)))
def slice_bounds_change(x, y):
    a = x * 1.0
    lo = 0
    while lo < 4:
        a[lo : lo + 2] *= y[lo : lo + 2]
        a[lo:] += 0.1 * a[lo]
        lo += 1
    return np.sum(a * a)


@program((pos(5),))
def cumulative_products_in_place(x):
    for i in range(len(x) - 1):
        x[i + 1] *= x[i]
    return np.sum(x)


@program((arr(4, 4), 2))
def rows_swapped_by_index(a, k):
    a = a.copy()
    a[[0, k]] = a[[k, 0]]
    a[0] *= a[k]
    return np.sum(a * np.arange(4.0))


@program((arr(2, 3),))
def store_into_transpose(a):
    b = a * 1.0
    b.T[0] = b.T[1] * b.T[2]
    b.T[2] += 1.0
    return np.sum(b * b)


@program((arr(4), 0.5))
def integer_array_of_weights(x, k):
    w = np.zeros(4, dtype=int)
    w[1] = 3
    w += 1
    return np.sum(w * x * k)


@program((arr(5), 0.3))
def in_place_via_ufunc_out(x, k):
    y = x * k
    np.multiply(y, x, out=y)
    np.add(y, 1.0, out=y)
    return np.sum(y * y)


@program((arr(4),))
def saved_once_overwritten_twice(x):
    a = x * 1.0
    s = 0.0
    for i in range(3):
        b = a * a
        a[i] = b[i + 1]
        s = s + np.sum(b * a)
        b[0] = 7.0
        s = s + b[0] * b[1]
    return s


@program((arr(4),))
def write_between_two_reads(x):
    a = x * 1.0
    p = a[0] * a[1]
    a[0] = p * p
    q = a[0] * a[1]
    a[1] = q + p
    return a[0] * a[1] * q


@program((arr(4), 4))
def ring_buffer(x, n):
    ring = np.zeros(3)
    ring[:] = x[:3]
    out = 0.0
    for t in range(n):
        ring[t % 3] = np.sin(ring[(t + 1) % 3]) * x[3] + ring[t % 3]
        out += ring[t % 3] ** 2
    return out


@program((arr(4),))
def zeroed_each_round(x):
    g = np.zeros(4)
    total = 0.0
    for i in range(4):
        g[:] = 0
        g[i] = x[i] ** 2
        g += x
        total = total + g @ g
    return total


@program((arr(4),))
def copyto(x):
    b = np.zeros(4)
    np.copyto(b, x * x)
    b[0] = 1.0
    return np.sum(b * x)


@program((arr(4),))
def fill_diagonal(x):
    m = np.outer(x, x)
    np.fill_diagonal(m, x[0])
    return np.sum(m * m)


@program((arr(4),))
def put(x):
    a = x * 1.0
    np.put(a, [0, 2], x[1])
    return np.sum(a * a)


@program((arr(4),), may_refuse=True)
def place(x):
    a = x * 1.0
    np.place(a, a > 0.1, [5.0])
    return np.sum(a * a)


@program((arr(4),))
def putmask(x):
    a = x * 1.0
    np.putmask(a, a > 0.1, x[0])
    return np.sum(a * a)


@program((arr(4),))
def out(x):
    c = np.empty(4)
    d = np.multiply(x, x, out=c)
    d[0] = x[1]
    np.add(c, x, c)
    np.exp(c, out=c)
    return np.sum(c * d)


@program((arr(4),), may_refuse=True)
def out_reduced(x):
    c = np.empty(())
    np.sum(x * x, out=c)
    return c * 2.0 + x[0]


@program((arr(4),))
def sort(x):
    a = x * x
    v = a[1:]
    a.sort()
    return np.sum(v * np.arange(3.0)) + a[0]


@program((arr(4),))
def swap_rows(x):
    m = np.outer(x, x)
    m[[0, 1]] = m[[1, 0]]
    m[0], m[1] = m[1], m[0].copy()
    return np.sum(m * np.arange(16.0).reshape(4, 4))


@program((arr(4),))
def swap_views(x):
    """As in NumPy, the second row is copied onto the first before it is read."""
    m = np.outer(x, x) + 1.0
    m[0], m[1] = m[1], m[0]
    return np.sum(m * np.arange(16.0).reshape(4, 4))


@program((arr(4),))
def swap_first_and_third(x):
    a = x * 1.0
    i, j = 0, 2
    a[i], a[j] = a[j], a[i]
    return np.sum(a * np.arange(4.0))


@program((arr(4),))
def rows_enumerate(x):
    m = np.outer(x, x)
    for i, row in enumerate(m):
        row *= x[i]
        row[0] = i * x[1]
    return np.sum(m * m)


@program((arr(4),))
def rows_zip(x):
    m = np.outer(x, x)
    n = m * 2.0
    for r, s in zip(m, n):
        r += s * s
        s[1:] = r[:-1]
    return np.sum(m * n)


@program((arr(4),))
def rows_reversed(x):
    m = np.outer(x, x)
    for row in reversed(m):
        row[1:] *= row[:-1]
    return np.sum(m * m)


@program((arr(4),))
def rows_written_elsewhere(x):
    m = np.outer(x, x)
    t = 0.0
    for row in m:
        m[:, 1] += 1.0
        t += np.sum(row * row)
    return t + np.sum(m)


@program((arr(4),))
def rows_break(x):
    m = np.outer(x, x)
    for i, row in enumerate(m):
        if i == 2:
            break
        row += x
        m[0] *= 1.5
    return np.sum(m * m)


@program((arr(4),), may_refuse=True)
def nested_rows(x):
    c = np.outer(x, np.outer(x, x)).reshape(4, 4, 4)
    for plane in c:
        for row in plane:
            row[1:] += row[:-1] * plane[0, :-1]
    return np.sum(c * c)


@program((arr(4),))
def rows_unpacked(x):
    m = np.outer(x, x)
    a, b, c, d = m
    a += b * c
    d[:] = a[0]
    return np.sum(m * m)


@program((arr(4),), may_refuse=True)
def ufunc_at(x):
    a = x * 1.0
    np.multiply.at(a, [0, 0, 1], x[:3])
    return np.sum(a)


@program((arr(4),))
def add_at_view(x):
    a = x * 1.0
    v = a[1:]
    np.add.at(a, [1, 1, 2], x[:3])
    np.add.at(v, [0, 0], v[1:])
    return np.sum(a * x) + np.sum(v * v)


@program((arr(4),))
def closure_writes(x):
    a = x * 1.0
    def f(i):
        a[i] = a[i] * a[i]
    v = a[1:]
    for i in range(4):
        f(i)
    return np.sum(v * a[:-1])


@program((arr(3, 4),))
def iadd_row_of_param(m):
    m[0] += m[1]
    m[1] *= m[0]
    return np.sum(m * m)


@program((arr(4),))
def masked_view(x):
    a = x * 1.0
    v = a[1:]
    v[v > 0] *= x[0]
    a[a < 0.2] = x[1]
    return np.sum(v * v) + np.sum(a * x)


@program((arr(4),))
def int_repeat(x):
    a = x * 1.0
    a[[0, 0, 1]] *= x[1:]
    a[[2, 2]] /= 2.0 + x[:2] ** 2
    a[[3, 3]] -= x[:2]
    return np.sum(a * a)


@program((arr(4),))
def pow_store(x):
    a = x * x + 1.0
    a[1:] **= 2
    a[0] //= 1
    a **= 2
    return np.sum(a)


@program((arr(4),))
def while_view(x):
    a = x * 1.0
    v = a[1:]
    n = 0
    while n < 3:
        v[n] += a[n] * v[n]
        n += 1
        if n == 2:
            continue
        a[0] *= 1.1
    return np.sum(v * a[:-1])


@program((arr(4),))
def two_loops(x):
    m = np.outer(x, x)
    for row in m:
        row /= 1.0 + np.sum(row * row)
    s = 0.0
    for row in m:
        s += np.sum(row ** 3)
    for row in m:
        row += s
    return np.sum(m * m)


@program((arr(4), 0.7), (arr(2, 2), 0.7))
def put_by_any_count(x, v):
    a = x * 2.0
    np.put(a, np.array([True, True, False]), v)
    np.put(a.T, [-1, 2, 2], v * v)
    b = a.reshape(2, 2)
    np.put(b, np.arange(1, 3), np.sin(v))
    return np.sum(a * a * x)


@program((arr(4), 0.7))
def place_by_counts(x, v):
    a = x * 2.0
    np.putmask(a, np.array([0, 1, 1, 0]), v * x[0])
    np.place(a, [0, 0, 0, 7], v * v)
    return np.sum(a * a * x)


@program((arr(6), 0.7))
def copied_before_it_is_written(x, v):
    a = x * 2.0
    part, chosen = a[[2, 0, 2]], a[np.array([1, 3])]
    np.multiply(part, v, out=part)
    np.copyto(chosen, v * x[1])
    chosen += a[4:]
    return np.sum(part * a[:3]) + np.sum(chosen * a[1:3])


@program((arr(6), 0.7))
def pieces_written_into(x, v):
    a = x * 2.0
    first, second = np.split(a, 2)
    np.place(first, first > 0.1, v)
    second[:] = first * v
    np.copyto(np.array_split(a, 3)[1], v * v)
    return np.sum(a * a * x)


@program((arr(4), arr(4)))
def added_sum_of_itself(a, b):
    """What is added is made of what it is added to: both get the cotangent as it was before."""
    a += a + b
    a[1:] += a[:-1] + b[1:]
    a -= b + a * a + a
    return np.sum(a * a) + np.sum(a * b)


@program((arr(4), arr(4)))
def added_sum_of_a_list(a, b):
    a += sum([a, b])
    a += np.stack([a, b]).sum(axis=0)
    b[...] += np.concatenate([a[:2], b[2:]])
    return np.sum(a * a * b)


@program((arr(3), 0.4))
def stored_into_whole_numbers(x, k):
    """What is cut off to whole numbers has no effect on what it is made of."""
    counts = np.zeros(3, int)
    counts[:] = x * 10.0 + 0.5
    kept = np.array([0, 0, 0])
    kept[0] = x[0] * 7.3
    return np.sum(x * counts) * k + np.sum(kept * x)
