"""Functions that objects keep in fields, and call as methods are called; they may hold the object."""

import numpy as np

from ..registry import arr, program


class Line:
    def __init__(self, w):
        self.f = lambda v: v * self.w + self.b
        self.w = w
        self.b = w * w

    def go(self, x):
        return self.f(x)

    def scale(self, k):
        self.w = self.w * k
        return self


@program((arr(4),))
def lambda_that_reads_its_object(x):
    c = Line(x[0])
    return np.sum(c.go(x)) * c.f(x[1])


@program((arr(4),))
def what_the_lambda_reads_is_bound_again(x):
    c = Line(x[0])
    s = np.sum(c.go(x))
    c.w = x[1] * c.w
    s = s * np.sum(c.f(x))
    c.b = x[2]
    return s + np.sum(c.f(x))


@program((arr(4),))
def what_the_lambda_reads_changes_in_a_loop(x):
    c = Line(x[0])
    s = 0.0
    for v in x:
        c.scale(v)
        s = s + c.go(v)
    return s + c.w


@program((arr(4),), may_refuse=True)
def what_the_lambda_reads_is_written(x):
    c = Line(x * 1.0)
    s = np.sum(c.f(x[0]))
    c.w[1] = x[2] * x[2]
    c.w *= 2.0
    return s * np.sum(c.f(x[1]))


@program((arr(4),), may_refuse=True)
def objects_swap_their_functions(x):
    a, b = Line(x[0]), Line(x[1])
    a.f, b.f = b.f, a.f
    s = a.go(x[2])
    b.w = b.w * x[3]
    return s + a.go(x[2]) * b.go(x[0])


@program((arr(4),))
def bound_anew_in_a_loop(x):
    c = Line(x[0])
    s = 0.0
    for v in x:
        c.f = lambda u, v=v: u * v + c.w
        s = s + c.f(v)
        c.w = c.w * v
    return s


class Integrator:
    def __init__(self, w, kind):
        self.w = w
        self.step = self.euler if kind == "euler" else self.midpoint

    def rhs(self, v):
        return -self.w * v

    def euler(self, v, h):
        return v + h * self.rhs(v)

    def midpoint(self, v, h):
        return v + h * self.rhs(v + 0.5 * h * self.rhs(v))

    def run(self, v, h, n):
        for _ in range(n):
            v = self.step(v, h)
        return v


@program((arr(4),))
def method_chosen_when_made(x):
    one = Integrator(x[0], "euler").run(x, 0.1, 3)
    return np.sum(one * Integrator(x[1], "midpoint").run(x, x[2], 2))


class Net:
    def __init__(self, ws, act="tanh"):
        self.ws = ws
        self.act = {"tanh": np.tanh, "cube": lambda v: v**3}[act]
        self.loss = lambda y: np.sum(self.forward(y) ** 2)

    def forward(self, y):
        for w in self.ws:
            y = self.act(y * w)
        return y


@program((arr(4),))
def activation_and_loss(x):
    return Net([x[0], x[1]]).loss(x) + Net([x[2], x[3]], "cube").loss(x)


class Chain:
    def __init__(self, w):
        self.w = w
        k = w * 2
        self.f = lambda v, k=k: v * self.w * k
        self.g = lambda v: self.f(v) * self.w

        def h(v):
            return self.g(v) + k

        self.h = h


@program((arr(4),))
def functions_in_fields_that_call_each_other(x):
    d = Chain(x[0])
    s = d.h(x[1])
    d.w = x[2]
    return s * d.h(x[3])


class Part:
    def __init__(self, w):
        self.w = w

    def go(self, v):
        return v * self.w


class Holder:
    def __init__(self, f, w):
        self.f = f
        self.w = w


class Shift:
    def __init__(self, w):
        self.w = w

    def f(self, v):
        return v + self.w


@program((arr(4),))
def method_of_another_object_in_a_field(x):
    a = Part(x[0])
    s = 0.0
    for o in [Holder(a.go, x[1]), Shift(x[2])]:
        s = s + o.f(x[3])
    return s


@program((arr(4),))
def method_of_another_object_of_its_class(x):
    a, b = Part(x[0]), Part(x[1])
    b.other = a.go
    s = 0.0
    for o in [b, Shift(x[2])]:
        if hasattr(o, "other"):
            s = s + o.other(x[3])
    return s


class Bumped:
    def __init__(self, w):
        self.w = w
        self.f = self.bump

    def bump(self, v):
        self.w = self.w * v
        return self.w


@program((arr(4),), may_refuse=True)
def method_in_a_field_that_changes_its_object(x):
    m = Bumped(x[0])
    s = m.f(x[1])
    return s * m.f(x[2]) * m.w


class Empty:
    pass


@program((arr(4),))
def lambda_with_values_put_into_a_field(x):
    k = x[1]
    h = Empty()
    h.g = lambda v: v * k
    s = h.g(x[0])
    h.g = np.sin
    return s * h.g(x[2])
