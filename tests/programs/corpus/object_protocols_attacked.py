"""Objects that are iterated over, computed once, or constants: programs meant to break it."""

import enum
import functools
import typing

import numpy as np

from ..registry import arr, program


class Run:
    def __init__(self, data):
        self.data = data

    def __iter__(self):
        return iter(self.data)


class Gen:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def __iter__(self):
        yield self.a
        if np.sum(self.a) > 0:
            return
        yield self.b
        yield from [self.a, self.b * 2.0]


@program((arr(3),), may_refuse=True)
def elements_written(x):
    r = Run([x * 1.0, x * 2.0])
    for a in r:
        a *= x
    return np.sum(r.data[0] * r.data[1])


@program((arr(3),), may_refuse=True)
def list_copied_then_changed(x):
    r = Run([x[0], x[1]])
    ys = list(r)
    ys[0] = x[2] * 3.0
    return ys[0] * r.data[0] * r.data[1]


@program((arr(3),), may_refuse=True)
def changed_in_the_loop(x):
    r = Gen(x[0], x[1])
    s = 0.0
    for v in r:
        s = s + v * v
        r.b = r.b * 2.0
    return s * r.b


@program((arr(3),))
def early_return_of_a_generator(x):
    s = 0.0
    for v in Gen(x[0], x[1]):
        s = s + v * v * x[2]
    a = [v for v in Gen(-x[0], x[1])]
    return s + a[0] + len(a)


@program((arr(3),))
def break_in_the_loop(x):
    s = 0.0
    for i, v in enumerate(Gen(x[0], x[1])):
        if i == 1:
            break
        s = s + v * x[2]
    return s


@program((arr(3),))
def tuple_of_object(x):
    t = tuple(Run([x[0], x[1] * 2.0]))
    a, *b = Run([x[0], x[1], x[2]])
    return t[0] * t[1] * a * b[1]


@program((Run([1.0, 2.0, 0.5]),))
def argument_iterated(r):
    s = 1.0
    for v in r:
        s = s * v
    return s


class D(Run):
    def __iter__(self):
        for v in super().__iter__():
            yield v * 2.0


@program((arr(3),), may_refuse=True)
def iter_of_a_base(x):
    return sum(D([x[0], x[1]])) * x[2]


class DictLike:
    def __init__(self, d):
        self.d = d

    def __iter__(self):
        return iter(self.d)

    def __getitem__(self, k):
        return self.d[k]

    def keys(self):
        return self.d.keys()


@program((arr(3),), may_refuse=True)
def mapping(x):
    d = DictLike({"a": x[0], "b": x[1]})
    s = 1.0
    for k in d:
        s = s * d[k]
    return s


class Slow:
    def __init__(self, w):
        self.w = w

    @functools.cached_property
    def sq(self):
        return self.w * self.w


@program((arr(3),), may_refuse=True)
def cached_then_changed(x):
    c = Slow(x[0])
    a = c.sq
    c.w = x[1]
    return a * c.sq * c.w


@program((arr(3),), may_refuse=True)
def cached_then_changed_inside(x):
    c = Slow(x * 1.0)
    a = np.sum(c.sq)
    c.w *= 2.0
    return a * np.sum(c.sq)


@program((arr(3),), may_refuse=True)
def cached_and_written(x):
    c = Slow(x * 1.0)
    a = c.sq
    a[0] = 5.0 * x[1]
    return np.sum(c.sq * a)


@program((arr(3),), may_refuse=True)
def cached_deleted(x):
    c = Slow(x[0])
    a = c.sq
    del c.sq
    return a * c.sq


class NT(typing.NamedTuple):
    a: object
    b: object = 2.0

    def __add__(self, o):
        return NT(self.a + o.a, self.b * o.b)

    def __mul__(self, k):
        return NT(self.a * k, self.b)

    def __len__(self):
        return 2

    def __iter__(self):
        return iter((self[1], self[0]))

    def __getitem__(self, i):
        return tuple.__getitem__(self, i)


@program((arr(3),), may_refuse=True)
def named_tuple_operators(x):
    p = NT(x[0]) + NT(x[1], x[2])
    q = p * x[2]
    return q.a * q.b


@program((arr(3),), may_refuse=True)
def named_tuple_own_iter(x):
    u, v = NT(x[0], x[1])
    return u * u * v


@program((arr(3),), may_refuse=True)
def named_tuple_own_index(x):
    p = NT(x[0], x[1])
    return p[0] * p[1] ** 2


class Color(enum.Flag):
    R = 1
    G = 2


@program((arr(3), Color.R | Color.G))
def flags(x, c):
    s = x[0]
    if Color.R in c:
        s = s * x[1]
    if c & Color.G:
        s = s + x[2]
    return s


class K(enum.Enum):
    A = "a"

    def apply(self, v):
        return v * v if self is K.A else v


@program((arr(3), K.A))
def enum_with_methods(x, k):
    return np.sum(k.apply(x)) * len(k.value)


NAMES = {"u", "v"}


@program((arr(3),))
def loop_over_a_set(x):
    d = {"u": x[0], "v": x[1]}
    s = 1.0
    for n in sorted(NAMES):
        s = s * d[n]
    for n in NAMES:
        s = s + d[n] * d[n]
    return s


class Acc:
    def __init__(self, v):
        self.v = v

    def __iadd__(self, o):
        self.v = self.v + o
        return self

    def __add__(self, o):
        return Acc(self.v * o)


@program((arr(3),), may_refuse=True)
def iadd_in_a_loop(x):
    a = Acc(x[0])
    for v in x:
        a += v * v
    return a.v * a.v


@program((arr(3),), may_refuse=True)
def add_in_a_loop(x):
    a = Acc(x[0])
    for v in x:
        a = a + v
    return a.v


@functools.singledispatch
def area(s, k=1.0):
    raise TypeError


@area.register
def _(s: Acc, k=1.0):
    s.v = s.v * k
    return s.v


@area.register(float)
def _(s, k=1.0):
    return s * k


@program((arr(3),), may_refuse=True)
def dispatch_that_writes(x):
    a = Acc(x[0])
    b = area(a, k=x[1])
    return b * a.v * area(x[2])
