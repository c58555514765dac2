"""Functions to be dumped."""

import math

import numpy as np

from adjoint import grad

GAIN = 2.0
TABLE = np.arange(3.0)


def logistic(w, x, y):
    p = 1 / (1 + np.exp(-(x @ w)))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def bend(x, k=GAIN):
    return k * np.sin(x)


def calls_helpers(x, n):
    y = x
    for _ in range(n):
        y = bend(y) + bend(y, 0.5)
    return np.sum(y)


def power(x, n):
    return 1.0 if n == 0 else x * power(x, n - 1)


@grad
def decorated(x):
    return GAIN * np.sum(x * x)


def calls_decorated(x):
    return decorated(x) + math.cos(decorated.gradient.__name__ == "")


def calls_plainly(x):
    scale = decorated(np.ones(2))
    return scale * np.sum(np.cumsum(x))


def steps_in_place(u, n):
    u = u.copy()
    for _ in range(n):
        u[1:-1] += 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2])
    return np.sum(u * u)


def layers(parameters: list, x):
    for w, b in parameters:
        x = np.maximum(x @ w + b, 0.0)
    return np.sum(x)


def reads_table(x):
    return np.sum(x * TABLE)


def has_table_for_default(x, table=TABLE):
    return np.sum(x * table)


def bend_vjp(x):
    return 3.0 * x


def hides_a_callee(x):
    bend_vjp = bend(x) * 2.0
    return np.sum(bend(x) * bend_vjp)


def calls_what_is_named_like_an_adjoint(x):
    return np.sum(bend(x) + bend_vjp(x))


def calls_what_it_is_given(x, f):
    return np.sum(f(x))


def names_a_variable_like_a_helper(x):
    unbroadcast = 2.0 * x
    own = x[0]
    return np.sum(unbroadcast * x * own)


def closes_over(x):
    factor = x[0]

    def scaled(v):
        return factor * v

    return np.sum(scaled(x))


def refused(x):
    seen = eval('x + 10')
    return x


def made_by(scale):
    def scaled(x):
        return scale * np.sum(x)

    return scaled


doubled = made_by(2.0)


class Spring:
    def __init__(self, k):
        self.k = k

    def energy(self, x, y):
        return 0.5 * self.k * np.sum((x - y) ** 2)

    @staticmethod
    def square(x):
        return x * x


def layered(layers, x):
    for weight, bias in layers:
        x = np.tanh(x @ weight + bias)
    return np.sum(x * x)


Layers = list[tuple[np.ndarray, np.ndarray]]


def annotated(layers: "Layers", x: "np.ndarray"):
    for weight, bias in layers:
        x = np.tanh(x @ weight + bias)
    return np.sum(x * x)
