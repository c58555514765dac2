"""Iterators kept in names and asked for one element at a time, generators in `zip`, loaders."""

import io
import itertools

import numpy as np

from ..registry import pos, program


def _wave(a, r):
    while True:
        yield a
        a = a * r


def _powers(x, n):
    p = 1.0
    for _ in range(n):
        p = p * x
        yield p


@program((pos(5),))
def first_and_rest(x):
    it = iter(x)
    a = next(it)
    s = a * a
    for b in it:
        s = s + a * b
    return s


@program((pos(5),))
def next_default(x):
    it = iter(x[:2])
    s = 0.0
    for i in range(4):
        s = s + (i + 1) * next(it, x[4])
    return s


@program((pos(6),))
def pairs_by_zip(x):
    it = iter(x)
    s = 0.0
    for a, b in zip(it, it):
        s = s + a * b
    return s


@program((pos(5),))
def enumerate_kept(x):
    e = enumerate(x)
    _, first = next(e)
    s = first
    for i, v in e:
        s = s + i * v * first
    return s


@program((pos(4), pos(4)))
def zip_kept(x, y):
    z = zip(x, y)
    s = 0.0
    for a, b in z:
        s = s + a * b * b
    return s


@program((pos(4),))
def generator_kept_for(x):
    g = _powers(x[0], 4)
    s = 0.0
    for p in g:
        s = s + p
    return s


@program((pos(4),))
def generator_kept_sum(x):
    g = _powers(x[0], 4)
    first = next(g)
    return first * sum(g)


@program((pos(4),))
def generator_in_zip(x):
    s = 0.0
    for p, v in zip(_powers(x[0], 9), x):
        s = s + p * v
    return s


@program((pos(4),))
def infinite_generator_in_zip(x):
    s = 0.0
    for v, p in zip(x, _wave(x[0], 0.5)):
        s = s + p * v
    return s


@program((pos(4),))
def generator_expression_kept(x):
    squares = (v * v for v in x)
    a = next(squares)
    return a * sum(squares)


@program((pos(4),))
def generator_expression_kept_for(x):
    squares = (v * v for v in x if v > 0)
    s = 0.0
    for q in squares:
        s = s + q * x[0]
    return s


@program((pos(4),))
def map_kept(x):
    roots = map(np.sqrt, x)
    s = next(roots)
    for r in roots:
        s = s * r + r
    return s


@program((pos(4),))
def itertools_kept(x):
    acc = itertools.accumulate(x)
    next(acc)
    return sum(a * a for a in acc)


@program((pos(4),))
def cycle_kept(x):
    weights = itertools.cycle([x[0], x[1], 2.0])
    s = 0.0
    for v in x:
        s = s + v * next(weights)
    return s


@program((pos(4),))
def count_kept(x):
    numbers = itertools.count(1)
    s = 0.0
    for v in x:
        s = s + v ** next(numbers)
    return s


@program((pos(4),))
def reversed_kept(x):
    back = reversed(x)
    s = next(back)
    for v in back:
        s = s * v + 1
    return s


@program((pos(4),))
def stop_iteration_caught(x):
    it = iter(x)
    s = 1.0
    while True:
        try:
            v = next(it)
        except StopIteration:
            break
        s = s * v + v
    return s


@program((pos(4),))
def sentinel(x):
    it = iter(x)
    s = 0.0
    while (v := next(it, None)) is not None:
        s = s + v * v
    return s


@program((pos(4),))
def break_and_go_on(x):
    it = iter(x)
    s = 0.0
    for v in it:
        s = s + v * v
        if v > 0:
            break
    for v in it:
        s = s + 3 * v
    return s


@program((pos(6),))
def skip_inside(x):
    it = iter(x)
    s = 0.0
    for v in it:
        w = next(it, 0.5)
        s = s + v * w
    return s


@program(([1.5, 2.5, 3.5],))
def first_of_list(xs):
    return next(iter(xs)) * xs[1]


@program((pos(4),))
def first_matching(x):
    return next(v * x[0] for v in x if v > 0) * x[1]


@program((pos(4),))
def first_matching_default(x):
    return next((v * x[0] for v in x if v > 1e9), x[2]) * x[1]


@program(({"a": 2.0, "b": 3.0},))
def first_value(d):
    return next(iter(d.values())) * d["b"]


@program(({"a": 2.0, "b": 3.0},))
def keys_kept(d):
    it = iter(d)
    k = next(it)
    s = d[k] ** 2
    for k in it:
        s = s * d[k]
    return s


def _both(x):
    yield from _powers(x[0], 3)
    n = yield_count(x)
    for i in range(n):
        yield x[1] * i


def yield_count(x):
    return len(x)


@program((pos(4),))
def yield_from(x):
    return sum(v * v for v in _both(x))


def _in_with(x):
    with np.errstate(all="ignore"):
        for v in x:
            yield v / x[0]


class Loader:
    def __init__(self, x, y, n):
        self.x, self.y, self.n = x, y, n

    def __len__(self):
        return self.n

    def __iter__(self):
        for i in range(0, len(self.y), self.n):
            yield self.x[i:i + self.n], self.y[i:i + self.n]


@program((pos(2), np.arange(8.0).reshape(4, 2), pos(4)))
def data_loader(w, x, y):
    loss = 0.0
    for xb, yb in Loader(x, y, 2):
        r = xb @ w - yb
        loss = loss + np.sum(r * r)
    return loss


@program((pos(2), Loader(np.arange(8.0).reshape(4, 2), np.ones(4), 2)), wrt=(0,))
def data_loader_given(w, loader):
    loss = 0.0
    for epoch in range(2):
        for i, (xb, yb) in enumerate(loader):
            r = xb @ w - yb
            loss = loss + np.sum(r * r) * (i + 1)
        w = w * 0.9
    return loss


@program((pos(2), "1.0 2.0\n3.0 4.0\n"), wrt=(0,))
def file_lines(w, text):
    s = 0.0
    for line in io.StringIO(text):
        a, b = line.split()
        s = s + float(a) * w[0] + float(b) * w[1] ** 2
    return s


@program((pos(3), [1, 2, 3]), wrt=(0,))
def foreign_kept(w, numbers):
    stream = iter([3, 2, 1])
    s = 0.0
    for n in numbers:
        s = s + w[n - 1] * next(stream)
    return s


@program((pos(5),))
def window(x):
    it = iter(x)
    prev = next(it)
    out = []
    for cur in it:
        out.append(cur - prev * prev)
        prev = cur
    return np.sum(np.array(out) ** 2)


@program((pos(6),))
def chunks_by_islice(x):
    it = iter(x)
    s = 0.0
    while True:
        chunk = list(itertools.islice(it, 2))
        if not chunk:
            break
        s = s + chunk[0] * chunk[1]
    return s


@program((pos(6),))
def list_of_the_rest(x):
    it = iter(x)
    head = next(it)
    rest = list(it)
    return head * np.sum(np.array(rest) ** 2)


@program((pos(6),))
def star_args_of_iterator(x):
    it = iter(x)
    a, b, *c = it
    return a * b + c[0] * c[3]


@program((pos(6), 3))
def rng_generator_noise(x, n):
    rng = np.random.default_rng(0)
    noise = (rng.normal() for _ in range(n))
    s = 0.0
    for v in x[:n]:
        s = s + v * next(noise)
    return s


@program((pos(4),))
def yield_in_with(x):
    return sum(_in_with(x))


@program((pos(4),), (np.array([0.2, 0.1, 0.3, 0.4]),))
def first_that_a_generator_gives(x):
    return next(_stopped(x, 0.5), x[1]) * x[0]


def _stopped(x, least):
    for v in x:
        if v > least:
            yield v * v
