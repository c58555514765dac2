"""Arrays that are written under names of which it is known only at run time what they share.

What holds them besides is a list, a dict, an object or a function, changed itself or not; what is
written is written here, or in a function that is called.
"""

from __future__ import annotations

import numpy as np

from ..registry import program

X, Y = np.array([0.3, 0.7, -0.4]), np.array([0.5, -0.2, 0.9])
BOTH = ((X, Y, 1.0), (X, Y, -1.0))
"""The samples of most: with the one sign two names are one array, with the other they are not."""


class Box:
    """An object with an array and a number."""

    def __init__(self, a, s):
        self.a = a
        self.s = s

    def step(self, k):
        self.a *= k
        self.s *= 0.5 + k


def scale_all(xs, s):
    for q in xs:
        q *= s


def push(xs, v):
    xs.append(v)


def bump(p, s):
    p.a *= s
    p.s = p.s * s


def nested(g, s):
    g[0][0] *= s
    g[1].append(g[0][0] * s)


def one_of_its_own(xs, k):
    a = xs[0]
    b = a if k > 0 else a * 2.0
    b *= 3.0
    xs.append(b)
    a += xs[1]
    return np.sum(xs[0] * b)


def given_back(xs, k):
    b = xs[0] if k > 0 else xs[1] * 2.0
    b *= 3.0
    xs.append(b * k)
    b += xs[1]
    return xs


def entries(d, k):
    b = d["a"] if k > 0 else d["a"] * 2.0
    b *= d["s"]
    d["s"] = d["s"] * k * np.sum(b)
    d["b"] = b
    b += d["a"]


@program(*BOTH)
def number_changed_through_another_name_of_the_list(x, y, k):
    a = x * 1.5
    b = a if k > 0 else x * 2.0
    xs = [a, y[0]]
    ys = xs
    ys[1] = ys[1] * 2.0
    b *= 3.0
    return np.sum(xs[0] * x) * xs[1]


@program(*BOTH)
def list_that_grew_through_another_name(x, y, k):
    a = x * 1.5
    b = a if k > 0 else x * 2.0
    xs = [a, y[0]]
    ys = xs
    ys.append(x[1])
    b *= 3.0
    return np.sum(xs[0] * y) * xs[2]


@program(*BOTH)
def list_used_as_a_whole_before_it_grows(x, y, k):
    a = x * 1.5
    b = a if k > 0 else x * 2.0
    xs = [a, y * 1.2]
    ys = xs
    ys.append(x * x)
    b *= 3.0
    c = np.sum(np.stack(ys) ** 2)
    ys.append(b)
    return np.sum(xs[0] * x) * np.sum(xs[2]) * c


@program(*BOTH)
def list_used_as_a_whole_before_and_after_its_elements_change(x, y, k):
    a, b = x * 1.0, y * 2.0
    xs = [a, b]
    ys = xs if k > 0 else [b, a]
    total = np.sum(np.stack(ys) ** 2)
    a *= x
    ys[0] = b
    ys[1] = ys[0]
    b *= np.sum(ys[1])
    return total + np.sum(a) * np.sum(np.stack(xs) ** 2) + np.sum(ys[0])


@program(*((X, Y, k, n) for k in (1.0, -1.0) for n in (0, 1, 4)))
def list_that_grows_in_a_loop(x, y, k, n):
    a = x * 1.5
    b = a if k > 0 else x * 2.0
    xs = [b]
    for i in range(n):
        xs.append(a if i % 2 else y * i)
        b *= x[0]
        c = np.sum(np.stack(xs) ** 2)
        a[0] += c
        if c > 3.0:
            break
        xs[-1][1:] *= 0.5
    return np.sum(xs[0] * x) * np.sum(xs[-1]) + np.sum(b)


@program(*((X, Y, k, n) for k in (1.0, -1.0) for n in (0, 1, 4)))
def ring_of_arrays(x, y, k, n):
    a, b = x * 1.5, y * 1.0
    ring = [a, b, a if k > 0 else b]
    for i in range(n):
        first = ring.pop(0)
        first *= 1.0 + 0.1 * np.sum(np.concatenate(ring))
        ring.append(first)
        a[i % 3] += 0.5 * ring[0][1]
    return np.sum(np.stack(ring) * x) + np.sum(a * b)


@program(*BOTH)
def function_that_writes_all_in_a_list(x, y, k):
    a = x * 1.5
    b = a if k > 0 else x * 2.0
    xs = [a * 1.0, y * y]
    xs.append(b)
    scale_all(xs, x[0])
    xs.append(x * 3)
    b *= 3.0
    scale_all(xs, y[1] * k)
    return np.sum(xs[0] * x) * np.sum(np.stack(xs)) + np.sum(a)


@program(*BOTH)
def function_that_writes_one_array_twice(x, y, k):
    a = x * 1.5
    xs = [a, y * 1.0, a if k > 0 else y * 0.5]
    scale_all(xs, x[0])
    a += y
    scale_all(xs, y[0])
    return np.sum(xs[0] * xs[1] * xs[2])


@program(*BOTH)
def function_that_changes_an_object(x, y, k):
    a = x * 1.5
    b = a if k > 0 else x * 2.0
    p = Box(a, y[0])
    b *= 3.0
    bump(p, x[1])
    b += 1.0
    p.s = p.s * k
    return np.sum(p.a * x) * p.s + np.sum(b * a)


@program(*BOTH)
def object_that_may_hold_numbers_alone(x, y, k):
    a = x * 1.5
    box = Box(a if k > 0 else y[0], max(x[0], k))
    other = box
    other.s *= 0.5 * np.max(y)
    box.a *= k
    other.step(x[0])
    return np.sum(other.a * x) * box.s + np.sum(a)


@program(*BOTH)
def function_that_appends(x, y, k):
    a = x * 1.5
    b = a if k > 0 else y * 2.0
    xs = [b, 3.0 * x[0]]
    push(xs, a)
    b *= 3.0
    push(xs, x[1])
    a *= x
    ys = xs
    push(ys, a)
    ys[1] *= k
    return np.sum(xs[0] * x) * np.sum(xs[4] * xs[3]) + np.sum(xs[2] * b) * xs[1]


@program(*BOTH)
def lists_in_a_list(x, y, k):
    a = x * 1.5
    b = a if k > 0 else x * 2.0
    g = [[a], [y * y]]
    nested(g, x[0])
    b *= 3.0
    nested(g, k * y[2])
    t = 0.0
    for row in g:
        for v in row:
            t = t + np.sum(v * v * x)
    return t + np.sum(b)


@program(*BOTH)
def dict_of_arrays_and_numbers(x, y, k):
    a = x * 1.5
    p = {"a": a, "s": k}
    b = a if k > 0 else y * 2.0
    b *= p["s"]
    p["s"] = p["s"] * np.sum(a)
    q = p
    q["s"] += x[0]
    b *= q["s"]
    q["c"] = b
    b += p["c"] * x
    return np.sum(p["a"] * p["c"]) * p["s"]


@program(*BOTH)
def written_in_the_function_that_is_given_the_list(x, y, k):
    xs = [x * 1.5, y * y]
    s = one_of_its_own(xs, k)
    return s * np.sum(xs[0] * xs[2]) + k * np.sum(xs[1])


@program(*BOTH)
def list_given_back_by_the_function_that_writes_in_it(x, y, k):
    xs = [x * 1.5, y * y]
    zs = given_back(xs, k)
    zs[1] *= x
    return np.sum(xs[0] * xs[2]) + k * np.sum(xs[1] * zs[2])


@program(([X, Y], 1.0), ([X, Y], -1.0))
def list_of_the_caller(xs, k):
    b = xs[0] if k > 0 else xs[1] * 2.0
    b *= 3.0
    xs.append(b * k)
    b += xs[1]
    return np.sum(xs[0] * xs[2]) + k * np.sum(xs[1])


@program(({"a": X, "s": 2.0}, 1.0), ({"a": X, "s": 2.0}, -1.0))
def dict_of_the_caller(d, k):
    entries(d, k)
    entries(d, k + d["s"])
    return np.sum(d["a"] * d["b"]) * d["s"]


@program(*BOTH)
def dict_given_to_a_function_twice(x, y, k):
    d = {"a": x * 1.0, "s": y[0]}
    c = d["a"] if k > 0 else x * 0.5
    c *= x
    entries(d, k)
    d["a"] *= y
    c += 1.0
    entries(d, y[1] - k)
    return np.sum(d["a"] * d["b"]) * d["s"] + np.sum(c)


@program(*BOTH)
def functions_that_read_what_is_written(x, y, k):
    a = x * 1.5

    def first(z):
        return np.sum(a * z * x)

    def second(z):
        return np.sum(a * a * z)

    f = first if k > 0 else second
    b = f(y)
    v = a[1:]
    v *= 2.0 + x[1:]
    a[0] = b
    return f(x) * b


@program(*((X, Y, k, n) for k in (1.0, -1.0) for n in (0, 3)))
def rows_of_what_may_be_either(x, y, k, n):
    a = np.outer(x, y)
    b = a if k > 0 else a.T.copy()
    for _ in range(n):
        for row, other in zip(b, a[::-1]):
            row[1:] *= 0.5 + other[0]
        b[0] += a[-1]
    return np.sum(a * b)


@program(*((X, Y, k, n) for k in (1.0, -1.0) for n in (0, 1, 4)))
def buffers_of_which_one_is_perhaps_the_other(x, y, k, n):
    u = x * 1.0
    new = u if k > 0 else y * 1.0
    for _ in range(n):
        new[1:] = u[:-1] * 0.5 + x[1:]
        new[0] *= u[2]
        u, new = new, u
    return np.sum(u * x) + np.sum(new * y)


@program(*BOTH)
def number_or_array_in_a_list(x, y, k):
    a = x * 1.5
    xs = [a, a if k > 0 else y[0]]
    a /= 2.0 + np.sin(y)
    for item in xs:
        a = a + item * 0.5
    item = xs[1]
    item *= y[1]
    xs.append(item)
    return np.sum(a) + np.sum(xs[0] * xs[1] * xs[2])


def changed_and_given_back(xs, k):
    zs = xs
    zs[1] = zs[1] * k
    return zs


def recursive(n, xs, k):
    if n == 0:
        xs[0] *= k
        return
    xs[1] = xs[1] * np.sum(xs[0])
    recursive(n - 1, xs, k * 0.5)
    xs.append(xs[1])


def all_entries(d, k):
    for key in d:
        d[key] = d[key] * k
    d["n"] = d["n"] + 1.0 * k


def from_one_to_the_other(xs, ys, k):
    xs.append(ys[0])
    ys[0] *= k
    ys.append(xs[-1] * 2.0)
    xs[0] += ys[-1]


@program(*BOTH)
def number_in_a_list_that_is_given_back(x, y, k):
    a = x * 1.5
    b = a if k > 0 else y
    xs = [a, y[0]]
    ys = changed_and_given_back(xs, k)
    a *= x
    ys[1] = ys[1] * ys[1]
    zs = changed_and_given_back(ys, x[0])
    return np.sum(xs[0] * b) * xs[1] * zs[1]


@program(*BOTH)
def recursive_function_that_changes_a_list(x, y, k):
    a = x * 1.5
    b = a if k > 0 else y * 1.0
    xs = [b, y[0]]
    recursive(3, xs, k)
    a += 1.0
    recursive(1, xs, x[0])
    return np.sum(xs[0] * a) * xs[1] * xs[-1]


@program(*BOTH)
def all_entries_of_a_dict(x, y, k):
    a = x * 1.5
    d = {"a": a, "n": y[1], "b": a if k > 0 else y * 1.0}
    d["b"] *= 2.0
    all_entries(d, k)
    a += x
    d["a"] *= 3.0
    all_entries(d, x[1])
    return np.sum(d["a"] * d["b"]) * d["n"] + np.sum(a)


@program(*BOTH)
def two_lists_that_may_be_one(x, y, k):
    a = x * 1.5
    xs = [a, y * 1.0]
    ys = xs if k > 0 else [a, x * 1.0]
    from_one_to_the_other(xs, ys, k)
    a *= y
    from_one_to_the_other(ys, xs, x[0])
    return np.sum(np.stack(xs) ** 2) + np.sum(np.stack(ys) * x)


@program(*BOTH)
def tuples_within_tuples(x, y, k):
    a = x * 1.5
    b = a if k > 0 else y * 1.0
    t = (a, b, k)
    b *= 2.0
    u = (t, [a, b])
    a += y
    (p, q, r), (s, w) = u
    p[0] *= r
    w *= s[1]
    for m in u[1]:
        m += np.sum(t[0])
    return np.sum(p * q * s * w)


@program(*BOTH)
def rows_in_a_list(x, y, k):
    a = np.outer(x, y)
    rows = list(a)
    b = rows[0] if k > 0 else y * 1.0
    b *= 2.0
    a[1:] += b
    rows[2] *= a[0]
    rows[1] = rows[2]
    a *= 1.5
    return np.sum(np.stack(rows) * a)


@program((X,))
def popped_through_another_name_and_not_used(x):
    xs = [x[0] * 1.0, x[1], x[2]]
    a = xs[2]
    ys = xs
    v = ys.pop()
    return a + xs[0] * xs[1]


@program((X,))
def list_summed_between_changes_through_another_name(x):
    xs = [x * 1.0, x * 2.0]
    ys = xs
    ys[0] = ys[0] * x
    s = np.sum(np.stack(xs) ** 2)
    t = ys[1] * 2.0
    ys[1] = ys[1] * ys[0]
    return np.sum(s * t * xs[1]) + np.sum(ys[0])


@program(*BOTH)
def put_from_arrays(x, y, k):
    a = np.outer(x, y)
    np.put(a, np.array([[1, 5], [-1, 1]]), x)
    a.put([0, 3, 7], y[:2] * k)
    a.put(4, k)
    np.put(a, [6, 2], a)
    np.put(a, np.arange(2) if k > 0 else [5, 6, 8], y)
    return np.sum(a * a * x)


@program(*BOTH)
def put_by_masks(x, y, k):
    a = np.outer(x, y)
    np.putmask(a, a > 0.1, y * k)
    np.place(a, a < 0.0, x[:2])
    np.putmask(a, a > 5.0, y)
    np.place(a, a > 5.0, y)
    np.copyto(a, x * k, where=np.array([True, False, True]))
    np.copyto(a, 2.0, where=a > 0.8)
    np.fill_diagonal(a, y[:2])
    return np.sum(a * a * x)


@program(*BOTH)
def put_into_what_may_be_either(x, y, k):
    a = x * 1.0
    b = a if k > 0 else y * 1.0
    np.put(b, [True, False], y)
    np.copyto(b, a * y, where=b > 0.2)
    np.place(b[1:], np.array([True, False]), [k, x[0]])
    for i in range(2):
        np.put(a, [i, i], x[1:] * b[0])
    return np.sum(a * b)


@program((X.astype(np.float32), Y.astype(np.float32)))
def put_in_single_precision(x, y):
    a = x * 1
    np.put(a, [0, 2], y)
    np.copyto(a, y, where=a > 0.6)
    a.sort(axis=0)
    return np.sum(a * y)


@program(*BOTH)
def interpolated_then_sorted(x, y, k):
    z = np.interp(x, [-1.0, 0.0, 1.0], [k, 0.1, 0.5])
    z.sort()
    return np.sum(np.sin(z) * y)


@program(*((X, Y, k, n) for k in (1.0, -1.0) for n in (0, 2)))
def list_made_of_the_list_before_it(x, y, k, n):
    vs = [v * y[0] for v in x[::-1]]
    s = k * sum(y) + y[-1]
    for _ in vs[:n]:
        vs = [0.5 * (v + w) for v, w in zip(vs, vs[::-1])]
    vs[-1] += s
    return sum(v * v for v in vs)
