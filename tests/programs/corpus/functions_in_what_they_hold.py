"""Functions that reach themselves: by their own name, or through a list, dict or object."""

import functools

import numpy as np

from ..registry import arr, program


@program((arr(3),))
def recursion_by_a_lambda(x):
    f = lambda k: 1.0 if k == 0 else x[0] * f(k - 1)  # noqa: E731
    return f(3) + f(1) * x[1]


@program((arr(3),))
def one_function_twice(x):
    """The first parameter is bound again in the callee, the second is followed."""

    def run(f, g, v):
        f = f if np.sum(v) < 100.0 else np.sin
        return f(v) * g(v)

    h = lambda v: v * x[0]  # noqa: E731
    return run(h, h, x[1])


@program((arr(3),))
def a_list_of_functions_is_held(x):
    fs = [lambda v: v * x[0], np.sin]
    gs = {"g": lambda v: fs[0](v) * fs[1](x[1])}
    return gs["g"](x[2])


@program((arr(3),), may_refuse=True)
def a_list_that_grows(x):
    fs = []
    fs.append(lambda v: v * x[0])
    fs.append(lambda v: fs[0](v) * x[1])
    return fs[1](x[2])


@program((arr(3), 4), may_refuse=True)
def recursion_through_a_list(x, n):
    fs = []

    def even(k, v):
        return v if k == 0 else fs[1](k - 1, v * x[0])

    def odd(k, v):
        return x[1] if k == 0 else fs[0](k - 1, v + x[2])

    fs.append(even)
    fs.append(odd)
    return fs[0](n, x[1]) + fs[1](n, x[2])


@program((arr(3),), may_refuse=True)
def a_dict_changed_after(x):
    d = {"k": x[0]}
    d["f"] = lambda v: v * d["k"]
    d["k"] = x[1] * 2.0
    return d["f"](x[1])


@program((arr(3),), may_refuse=True)
def recursion_through_a_dict(x):
    d = {"k": x[0]}
    d["f"] = lambda n: x[1] if n == 0 else d["f"](n - 1) * d["k"]
    return d["f"](2)


class Machine:
    def __init__(self, k):
        self.state = k
        self.table = {"a": self.a, "b": self.b}
        self.c = lambda v: v * self.state

    def a(self, v):
        return v * self.state

    def b(self, v):
        return v + self.state


@program((arr(3),), may_refuse=True)
def methods_in_a_table_of_the_object(x):
    m = Machine(x[0])
    m.state = x[1] * 2.0
    return m.table["a"](x[1]) * m.table["b"](x[2])


@program((arr(3),), may_refuse=True)
def a_function_in_a_field_of_what_it_reads(x):
    m = Machine(x[0])
    m.state = x[1] * 2.0
    return m.c(x[1])


class Repeat:
    """A decorator that is a class: `update_wrapper` gives its objects a `__wrapped__`."""

    def __init__(self, f, n=2):
        self.f = f
        self.n = n
        functools.update_wrapper(self, f)

    def __call__(self, x):
        for _ in range(self.n):
            x = self.f(x)
        return x


@Repeat
def repeated(v):
    return np.sin(v) * 2.0


@program((arr(3),))
def decorated_by_a_class(x):
    return np.sum(repeated(x))
