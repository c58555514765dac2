"""Classes that are defined inside functions."""

import enum
import typing
from dataclasses import dataclass

import numpy as np

from ..registry import arr, program


@program((arr(3),), may_refuse=True)
def class_counts(x):
    class A:
        n = 0

        def __init__(self, v):
            self.v = v
            A.n += 1

    a = A(x[0])
    b = A(x[1])
    return a.v * b.v * A.n


@program((arr(3),), may_refuse=True)
def class_list(x):
    class A:
        seen = []  # noqa: RUF012

        def __init__(self, v):
            self.v = v
            self.seen.append(v)

    a = A(x[0])
    b = A(x[1])
    return sum(A.seen) * a.v


@program((arr(3),), may_refuse=True)
def class_by_type(x):
    class A:
        n = 1.0

        def f(self, v):
            type(self).n = type(self).n + 1.0
            return v * self.n

    return A().f(x[0]) * A().f(x[1])


@program((arr(3),))
def with_constants_and_methods(x):
    class Spring:
        k = 2.0

        def __init__(self, l0):
            self.l0 = l0

        def energy(self, length):
            return 0.5 * self.k * (length - self.l0) ** 2

        @property
        def twice(self):
            return self.l0 * 2.0

        @staticmethod
        def half(v):
            return v * 0.5

    springs = [Spring(v) for v in x]
    return sum(s.energy(1.0) * s.twice for s in springs) * Spring.half(x[0]) * Spring.k


@program((arr(3),))
def dataclass_with_arguments(x):
    @dataclass(frozen=True)
    class P:
        a: float
        b: float = 2.0

        def f(self):
            return self.a * self.b

    return P(x[0]).f() * P(x[1], x[2]).f()


@program((arr(3),))
def named_tuple_inside(x):
    class P(typing.NamedTuple):
        a: float
        b: float = 2.0

    p = P(x[0])
    q = p._replace(b=x[1])
    return p.a * p.b * q.b * x[2]


@program((arr(3),))
def enum_inside(x):
    class M(enum.Enum):
        A = 1
        B = 2

    s = 0.0
    for m, v in zip([M.A, M.B, M.A], x):
        s = s + (v * v if m is M.A else v)
    return s


class Base:
    def __init__(self, w):
        self.w = w

    def f(self, v):
        return v * self.w


@program((arr(3),))
def subclass_inside(x):
    class Sub(Base):
        def g(self, v):
            return self.f(v) * 2.0

    s = Sub(x[0])
    return s.g(x[1]) * s.w


@program((arr(3),), may_refuse=True)
def subclass_inside_super(x):
    class Sub(Base):
        def f(self, v):
            return super().f(v) * 2.0

    return Sub(x[0]).f(x[1])


def helper(v):
    class T:
        def __init__(self, v):
            self.v = v

        def sq(self):
            return self.v * self.v

    return T(v)


@program((arr(3),))
def made_by_a_helper(x):
    a, b = helper(x[0]), helper(x[1])
    return a.sq() * b.sq() * a.v


@program((arr(3),))
def class_in_a_nested_function(x):
    def inner(v):
        class T:
            def __init__(self, v):
                self.v = v

            def sq(self):
                return self.v * self.v

        return T(v).sq()

    return inner(x[0]) * inner(x[1])


@program((arr(3),), may_refuse=True)
def class_on_a_branch(x):
    if x[0] > 0:

        class T:
            def f(self, v):
                return v * 2.0
    else:

        class T:
            def f(self, v):
                return v * 3.0

    return T().f(x[1])


@program((arr(3),), may_refuse=True)
def reads_variables(x):
    k = x[0]

    class T:
        def f(self, v):
            return v * k

    return T().f(x[1])


@program((arr(3),), may_refuse=True)
def class_returned_in_a_list(x):
    class T:
        def __init__(self, v):
            self.v = v

    ts = [T, T]
    return ts[0](x[0]).v * T(x[1]).v


@program((arr(3),))
def callable_inside(x):
    class Layer:
        def __init__(self, w):
            self.w = w

        def __call__(self, v):
            return np.tanh(v * self.w)

    y = 1.0
    for layer in [Layer(v) for v in x]:
        y = layer(y)
    return y
