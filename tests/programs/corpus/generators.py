"""Generators that a loop, a comprehension or a function consumes in place, and what could go wrong."""

import itertools

import numpy as np

from ..registry import arr, pos, program


def _halves(v, n):
    for _ in range(n):
        v = v / 2
        yield v


def _fib(a, b):
    while True:
        yield a
        a, b = b, a + b


def _pair(v):
    yield v * v
    yield np.sin(v)


def _stops(y, limit):
    for v in y:
        if v > limit:
            return
        yield v * 3


@program((pos(5),))
def consumer_continues_not_last(x):
    s = 0.0
    for v in _fib(x[0], x[1]):
        if v > 3:
            break
        if v < 0:
            continue
        s += v * x[2]
        if s > 10:
            break
    else:
        s = 100.0
    return s


@program((pos(5),))
def consumer_returns(x):
    for v in _fib(x[0], x[2]):
        if v > 4:
            return v * x[1]


@program((pos(5),))
def consumer_returns_or_breaks(x):
    s = x[0]
    for v in _fib(x[0], x[2]):
        s = s + v
        if v > 4:
            return s * x[1]
        if s < 0:
            break
        if v < 0.5:
            continue
        s = s * 1.1
    return s


@program((arr(5),))
def gen_returns_else(x):
    s = 0.0
    for v in _stops(x, 1.0):
        s += v * v
    else:
        s *= x[4]
    return s


@program((arr(5),))
def gen_returns_else_break(x):
    s = 0.0
    for v in _stops(x, 1.0):
        s += v * v
        if v < 0:
            break
    else:
        s *= x[4]
    return s + v


@program((arr(5),))
def nested_same(x):
    s = 0.0
    for a in _halves(x[0], 3):
        for b in _halves(a * x[1], 2):
            if b > 10:
                break
            s += a * b
    return s


@program((arr(5),))
def two_yields(x):
    s = 1.0
    for v in _pair(x[0]):
        s = s * v + x[1]
    return s


@program((arr(5),))
def two_yields_continue_break(x):
    s = 1.0
    for i, v in enumerate(_pair(x[0]), start=3):
        if v < 0.2:
            continue
        s = s * v + x[1] * i
        if i == 4:
            break
    return s


@program((pos(5),))
def sliced(x):
    s = 0.0
    for i, v in enumerate(itertools.islice(_fib(x[0], x[1]), 6)):
        if i == 2:
            continue
        s += v * i
    return (
        s
        + sum(itertools.islice(_halves(x[2], 10), 0))
        + sum(list(itertools.islice(_fib(x[3], x[4]), 4)))
    )


@program((arr(5),))
def writes_array(x):
    def walk(a):
        for i in range(len(a)):
            a[i] = a[i] * 2
            yield a[i]

    y = x.copy()
    s = 0.0
    for v in walk(y):
        y[0] += v
        s += v * y[0]
    return s + np.sum(y * y)


@program((arr(5),))
def writes_callers_array(x):
    def walk(a):
        for i in range(len(a)):
            a[i] = a[i] * 2
            yield a[i]

    s = 0.0
    for v in walk(x):
        s += v * v
    return s


@program((arr(5),))
def late_capture(x):
    k = x[0]

    def scaled():
        for v in x:
            yield v * k

    s = 0.0
    for v in scaled():
        k = k + v
        s += v * k
    return s


@program((arr(5),))
def in_comprehensions(x):
    def up(v):
        while v < 3:
            yield v
            v = v * 1.5 + 1

    d = {i: w * x[1] for i, w in enumerate(up(x[0]))}
    return sum(d.values()) * max(up(x[2])) + sum([w for w in up(x[3]) if w > 1])


@program((arr(5),), may_refuse=True)
def stars(x):
    def pairs():
        yield x[0], x[1]
        yield x[2], x[3]

    (a, b), (c, d) = pairs()
    return sum([*(p * q for p, q in pairs())]) * a * d + max(
        *(v for v in [p for p, _ in pairs()])
    ) * len([*pairs()])


@program((arr(5),))
def yield_from_rows(x):
    def flat(rows):
        for r in rows:
            yield from r
        yield x[0]

    return sum(v * v for v in flat([x[:2], x[2:]]))


@program((arr(5),))
def yield_from_a_generator(x):
    def a(n):
        for i in range(n):
            yield x[i]

    def b():
        yield from a(2)
        yield from a(3)

    s = 1.0
    for v in b():
        if v < 0:
            continue
        s *= 1 + v
    return s


@program((arr(5),), may_refuse=True)
def exception_in_the_middle(x):
    def g():
        for i in range(9):
            yield x[i]

    s = 0.0
    try:
        for v in g():
            s += v * v
    except IndexError:
        s = s * x[0]
    return s


@program((arr(5),))
def yield_without_a_value(x):
    def ticks(n):
        for _ in range(n):
            yield

    v = x[0]
    for _ in ticks(3):
        v = v * x[1]
    return v


@program((arr(5),))
def same_names_on_both_sides(x):
    v = x[4]

    def g(y):
        for v in y:
            w = v * v
            yield w

    w = x[3]
    s = 0.0
    for u in g(x):
        s += u * w * v
    return s


@program((arr(5),))
def nested_fn_uses(x):
    def g(y):
        for v in y:
            yield v * v

    def total(y):
        return sum(g(y))

    return total(x) * total(x[:2])


@program((arr(5),))
def lambda_inside(x):
    def g(y):
        for v in y:
            yield (lambda u: u * v)(v)  # noqa: PLC3002 - what it captures is the point

    return sum(g(x))


@program((arr(5),))
def while_else_that_yields(x):
    def g(v):
        while v < 5:
            yield v
            v = v * 2 + 1
        else:
            yield x[1]

    s = 0.0
    for v in g(x[0]):
        if v > 4:
            continue
        s += v * v
    return s


@program((arr(5),))
def consumer_inner_loop_break(x):
    s = 0.0
    for v in _halves(x[0], 3):
        for w in x:
            if w < 0:
                continue
            if w > 1:
                break
            s += v * w
        else:
            s = s * 2
    return s


@program((pos(5),))
def consumer_inner_loop_return(x):
    s = 0.0
    for v in _fib(x[0], x[2]):
        for w in x:
            s += v * w
            if s > 1:
                return s * v
        if s < -50:
            break
    return s


@program((arr(5),), may_refuse=True)
def generator_as_a_value(x):
    def g():
        yield x[0]

    it = g()
    return next(it)


@program((arr(5),), may_refuse=True)
def generator_that_calls_itself(x):
    def g(n):
        yield x[n]
        if n:
            yield from g(n - 1)

    return sum(g(3))


@program((arr(5),), may_refuse=True)
def generator_with_finally(x):
    def g():
        try:
            for v in x:  # noqa: UP028 - a loop that yields is the point
                yield v
        finally:
            print(end="")

    return sum(g())


@program((arr(5),))
def argument_bound_again_by_the_consumer(x):
    def g(k):
        for i in range(3):
            yield k * i + x[i]

    k = x[0]
    s = 0.0
    for v in g(k):
        k = k * 2 + v
        s += v * k
    return s


@program((arr(5),))
def array_written_by_the_consumer(x):
    y = x.copy()

    def g(a):
        for i in range(len(a)):
            yield a[i]

    s = 0.0
    for i, v in enumerate(g(y)):
        if i < 4:
            y[i + 1] = y[i + 1] * v
        s += v
    return s


@program((arr(5),))
def variable_bound_on_both_sides(x):
    c = 0.0

    def g():
        nonlocal c
        for v in x:
            c = c + v
            yield c * v

    s = 0.0
    for w in g():
        s += w * c
        c = c * 0.5
    return s + c


@program((arr(5),))
def in_the_test_of_a_loop(x):
    def up(v):
        while v < 4:
            yield v
            v = v + 1.3

    k = 0
    s = 0.0
    while sum(up(x[0] + k)) > 0 and k < 3:
        s += sum(w * w for w in up(x[1] + k))
        k += 1
    return s


@program((arr(5),))
def generator_of_a_generator_left_early(x):
    def a(v):
        for i in range(3):
            yield v * i

    def b(v):
        for w in a(v):
            if w > 2:
                return
            yield w + 1
            yield w * w

    s = 0.0
    for w in b(x[0]):
        if w > 3:
            break
        for u in a(w):
            if u == 0:
                continue
            s += u * w
    return s


@program((arr(5),))
def consumed_in_a_lambda(x):
    def g():
        for v in x:  # noqa: UP028 - as above
            yield v

    f = lambda k: sum(v * k for v in g())  # noqa: E731 - a lambda is the point
    return f(x[0]) * f(2.0)


@program((arr(5),))
def exception_out_of_the_consumer(x):
    def g():
        for v in x:  # noqa: UP028 - as above
            yield v

    s = 0.0

    def run():
        t = 0.0
        for v in g():
            if v > 1:
                raise ValueError
            t += v
        return t

    try:
        s = run()
    except ValueError:
        s = x[0] ** 2
    return s
