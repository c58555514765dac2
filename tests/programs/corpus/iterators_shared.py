"""What an iterator reads changes while it is kept: right, or refused."""

import numpy as np

from ..registry import arr, pos, program


def _fill(a):
    a[1] = a[0] * 5.0
    return a[2]


@program((pos(4),), may_refuse=True)
def written_between(x):
    a = x * 1.0
    it = iter(a)
    s = next(it)
    a[1] = s * 3
    return s * next(it)


@program((pos(4),), may_refuse=True)
def written_through_alias(x):
    a = x * 1.0
    b = a
    it = iter(a)
    s = next(it)
    b[1] = s * 3
    return s * next(it)


@program((pos(4),), may_refuse=True)
def written_through_view(x):
    a = x * 1.0
    b = a[1:]
    it = iter(a)
    s = next(it)
    b *= 2
    return s * next(it)


@program((pos(4),), may_refuse=True)
def written_by_helper(x):
    a = x * 1.0
    it = iter(a)
    s = next(it)
    t = _fill(a)
    return s * next(it) * t


@program((pos(4),), may_refuse=True)
def list_grows(x):
    xs = [x[0], x[1]]
    it = iter(xs)
    s = next(it)
    xs.append(x[2] * s)
    xs[1] = x[3]
    for v in it:
        s = s * v
    return s


@program((pos(4),), may_refuse=True)
def variable_bound_between(x):
    k = x[0]
    g = (v * k for v in x)
    s = next(g)
    k = x[1]
    return s + next(g) * 2


@program((pos(4),), may_refuse=True)
def variable_bound_between_once(x):
    k = x[0]
    g = (v * k for v in x)
    k = x[1]
    return sum(g)


@program((pos(4),), may_refuse=True)
def captured_variable_bound(x):
    k = x[0]
    def f(v):
        return v * k
    g = map(f, x)
    s = next(g)
    k = x[1]
    return s + next(g) * 2


@program((pos(4),))
def rebound_source(x):
    it = iter(x)
    a = next(it)
    x = x * 2
    return a * next(it) * x[1]


@program((pos(4),), may_refuse=True)
def shared_generator_of_numbers(x):
    rng = np.random.default_rng(0)
    noise = (rng.normal() for _ in range(4))
    a = next(noise)
    b = rng.normal()
    return x[0] * a + x[1] * b + x[2] * next(noise)


@program((arr(3, 2),))
def rows_written(m):
    m = m * 1.0
    s = 0.0
    it = iter(m)
    first = next(it)
    for row in it:
        row *= first
        s = s + np.sum(row)
    return s + np.sum(m * m)


@program((pos(4),), may_refuse=True)
def made_in_a_loop(x):
    s = 0.0
    for k in range(3):
        it = iter(x)
        s = s + next(it) * next(it) * k
    return s


@program((pos(4),), may_refuse=True)
def exhausted_raises(x):
    it = iter(x[:2])
    s = next(it) * next(it)
    try:
        s = s * next(it)
    except StopIteration:
        s = s + x[3]
    return s


@program((pos(4),), may_refuse=True)
def second_loop_is_empty(x):
    it = iter(x)
    s = 1.0
    for v in it:
        s = s * v
    for v in it:
        s = s + 100 * v
    else:
        s = s * 2
    return s


@program((pos(4), 3), (pos(4), 0), may_refuse=True)
def zero_trips(x, n):
    it = iter(x[:n])
    s = x[3]
    for v in it:
        s = s * v
        w = next(it, x[0])
        s = s + w
    return s


@program((pos(4),), may_refuse=True)
def two_names(x):
    it = iter(x)
    other = it
    return next(it) * next(other)


@program((pos(4),), may_refuse=True)
def closure_takes(x):
    it = iter(x)

    def f():
        return next(it)

    return f() * f() * next(it)


@program((pos(4),), may_refuse=True)
def any_stops(x):
    it = iter(x)
    found = any(v > 0 for v in it)
    return next(it) * found
