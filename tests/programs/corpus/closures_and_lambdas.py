"""Nested functions, lambdas, and the variables that they see."""

import numpy as np

from ..registry import arr, program


@program((arr(3), 0.4))
def nested_reads_enclosing(x, k):
    def inner(y):
        return k * y * y

    return np.sum(inner(x) + inner(k))


@program((arr(3), 0.4))
def enclosing_rebound_between_calls(x, k):
    """A nested function reads the variable as it is when it is called."""

    def inner(y):
        return k * y

    a = inner(x)
    k = k * 3.0
    b = inner(x)
    return np.sum(a * b)


@program((arr(3), 0.4))
def enclosing_rebound_in_a_loop(x, k):
    def inner(y):
        return np.sin(k * y)

    for _ in range(3):
        x = inner(x)
        k = k + np.sum(x)
    return np.sum(x)


@program((arr(3),))
def lambda_bound_to_a_name(x):
    square = lambda v: v * v  # noqa: E731
    return np.sum(square(square(x)))


@program((arr(3), 0.4))
def lambda_captures(x, k):
    f = lambda v: v * k + x[0]  # noqa: E731
    return np.sum(f(x))


def apply(f, x):
    return f(x) * 2.0


@program((arr(3), 0.4))
def lambda_passed_to_a_helper(x, k):
    return np.sum(apply(lambda v: np.sin(v) * k, x))


def simpson(f, a, b, n):
    h = (b - a) / n
    s = f(a) + f(b)
    for i in range(1, n):
        s = s + (4.0 if i % 2 else 2.0) * f(a + i * h)
    return s * h / 3.0


@program((0.3, 1.2, 0.7))
def integral(a, b, k):
    return simpson(lambda t: np.exp(-k * t * t), a, b, 6)


@program((arr(3),))
def nested_writes_into_enclosing_array(x):
    out = np.zeros(3)

    def put(i, v):
        out[i] = v * v + out[i - 1]

    for i in range(3):
        put(i, x[i])
    return np.sum(out * out)


@program((0.4,), (0.9,))
def nonlocal_counter(x):
    total = 0.0

    def add(v):
        nonlocal total
        total = total + v * v

    add(x)
    add(x * 2.0)
    return total * x


@program((arr(3),))
def nested_appends(x):
    seen = []

    def look(v):
        seen.append(v * x[0])
        return v

    for v in x:
        look(v)
    return sum(seen)


def make_scaler(k):
    def scaler(v):
        return k * v

    return scaler


@program((arr(3), 0.4))
def closure_from_a_factory(x, k):
    f = make_scaler(k)
    g = make_scaler(k * k)
    return np.sum(f(x) * g(x))


@program((0.4,))
def compose(x):
    def composed(f, g):
        return lambda v: f(g(v))

    h = composed(np.sin, lambda v: v * x)
    return h(x) + h(2.0)


@program((0.4, 3))
def recursive_nested(x, n):
    def power(k):
        if k == 0:
            return 1.0
        return x * power(k - 1)

    return power(n) + power(2)


@program((arr(3),))
def map_and_key(x):
    values = list(map(lambda v: v * v, x))
    return values[0] * values[1] + sum(map(np.sin, x))


@program((arr(3), 0.4))
def lambda_default_binds_early(x, k):
    f = lambda v, k=k: v * k  # noqa: E731
    k = k * 10.0
    return np.sum(f(x)) * k


@program((arr(3),))
def lambdas_made_in_a_loop(x):
    fs = []
    for i in range(3):
        fs.append(lambda v, i=i: v * (i + 1) + x[i])
    s = 0.0
    for f in fs:
        s += f(x[0]) ** 2
    return s


@program((arr(3),))
def late_binding_in_a_loop(x):
    """All three lambdas see the last value of i and of y."""
    fs = []
    for i in range(3):
        y = x[i] * 2.0
        fs.append(lambda v: v * y * (i + 1))
    return fs[0](x[0]) + fs[1](x[1])


@program((arr(3), 0.4))
def two_levels(x, k):
    def outer(y):
        s = y * k

        def inner(z):
            return z * s + k

        return inner(y) + inner(k)

    return np.sum(outer(x))


def _captured():
    scale = 2.5
    table = np.array([1.0, -2.0, 3.0])

    @program((arr(3),))
    def free_variables_of_its_own(x):
        return np.sum(x * x * table) * scale

    return free_variables_of_its_own


_captured()

