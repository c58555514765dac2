"""The functions whose emitted gradients are kept in `expected/`, with arguments to check them on.

The first twelve are those of the gallery that the design holds up as the target.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Golden:
    """A function, the parameters that it is differentiated by, and arguments."""

    function: Callable[..., Any]
    wrt: tuple[str, ...]
    args: tuple[Any, ...]


def logistic(w, x, y):
    p = 1 / (1 + np.exp(-(x @ w)))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def clipped_walk(x, n):
    for _ in range(n):
        if x > 1.0:
            x = 0.5 * x * x
        else:
            x = x + 0.3 * math.sin(x)
    return x


def newton_sqrt(a, tol):
    x = a
    while True:
        new = 0.5 * (x + a / x)
        if abs(new - x) < tol:
            break
        x = new
    return x


def first_above(x, limit):
    s = 0.0
    for v in x:
        s = s + v * v
        if s > limit:
            return np.log(s)
    return s


def recurrence(u):
    u = u.copy()
    for i in range(1, u.size):
        u[i] = u[i] * np.sin(u[i - 1])
    return np.sum(u)


def alias(x):
    a = x * x
    b = a[1:]
    b *= 3.0
    b[0] += a[0] * a[1]
    return np.sum(a * a)


def burgers(u0, c, n):
    u = u0.copy()
    new = u0.copy()
    for _ in range(n):
        new[1:-1] = u[1:-1] - c * u[1:-1] * (u[2:] - u[:-2])
        u, new = new, u
    return np.sum(u * u)


def heat(u0, k, n):
    u = u0.copy()
    for _ in range(n):
        u[1:-1] += k * (u[2:] - 2 * u[1:-1] + u[:-2])
    return np.sum(u * u)


def rnn(W, h0, x):
    h = np.empty((len(x) + 1, h0.size))
    h[0] = h0
    for t in range(len(x)):
        h[t + 1] = np.tanh(W @ h[t] + x[t])
    return np.sum(h[-1] ** 2)


def damp(state, rate):
    state *= 1 - rate * state


def cascade(x, rate, n):
    states = []
    x = x.copy()
    for _ in range(n):
        damp(x, rate)
        states.append(x.copy())
    return sum(np.sum(s * s) for s in states)


def affine(x, w, b):
    return np.sum(np.tanh(x @ w + b) ** 2)


def safe_root(x):
    with np.errstate(invalid="ignore"):
        return np.sum(np.where(x > 0, np.sqrt(x), x))


# A sum hands on a number: no array is made of it before one is wanted.
def energy(x):
    return 0.5 * np.sum(x * x)


def variance(x):
    m = np.mean(x)
    return np.mean((x - m) ** 2)


# What was broadcast is summed, and only that.
def outer_sum(a, b):
    return np.sum(np.exp(-a[:, np.newaxis] * b))


def softmax_loss(logits, targets):
    log_total = np.log(np.sum(np.exp(logits), axis=1))
    return np.mean(log_total - np.sum(targets * logits, axis=1))


def scaled_by_row(x, s):
    return np.sum(np.sin(x * s[:, np.newaxis]))


# What is the same in every round is not kept in every round.
def swing(x, k, n):
    v = np.zeros_like(x)
    for _ in range(n):
        v = v - 0.01 * k * np.sin(x)
        x = x + 0.01 * v
    return np.sum(x * x)


# A function of numbers in a loop is opened.
def spring(x, v, k):
    return v, -k * x


def leapfrog(x, v, k, h, n):
    for _ in range(n):
        dx, dv = spring(x, v, k)
        x, v = x + h * dx, v + h * dv
    return x * x


# A gradient that somebody else holds is copied, one that nobody holds is not.
def twice_the_same(x, y):
    return np.sum(x + y)


def shared_bias(x, b):
    z = x + b
    return np.sum(z * z)


def polynomial(x):
    return 3 * x**4 - 2 * x**3 + x**2 - x


def weighted_norm(x, w):
    return np.sqrt(np.sum(w * x * x))


def nested_loops(x, n):
    total = 0.0
    for i in range(n):
        y = x
        for _ in range(i):
            y = np.sin(y)
        total = total + y * y
    return total


_RNG = np.random.default_rng(0)
_V = _RNG.normal(size=6)
_M = 0.5 * _RNG.normal(size=(4, 4))
_X = _RNG.normal(size=(5, 3))

PROGRAMS = (
    Golden(logistic, ("w",), (_V[:3], _X, np.array([0.0, 1.0, 1.0, 0.0, 1.0]))),
    Golden(clipped_walk, ("x",), (0.7, 6)),
    Golden(newton_sqrt, ("a",), (3.0, 1e-3)),
    Golden(first_above, ("x",), (_V, 1.5)),
    Golden(recurrence, ("u",), (_V,)),
    Golden(alias, ("x",), (_V,)),
    Golden(burgers, ("u0", "c"), (0.3 * _V, 0.2, 5)),
    Golden(heat, ("u0",), (_V, 0.2, 5)),
    Golden(rnn, ("W", "h0"), (_M, _V[:4], _RNG.normal(size=(5, 4)))),
    Golden(cascade, ("x", "rate"), (0.5 * _V, 0.3, 4)),
    Golden(affine, ("x", "w", "b"), (_X, _RNG.normal(size=(3, 2)), _V[:2])),
    Golden(safe_root, ("x",), (np.array([1.5, 2.0, 0.5]),)),
    Golden(energy, ("x",), (_V,)),
    Golden(variance, ("x",), (_V,)),
    Golden(outer_sum, ("a", "b"), (_V[:3], _V[3:])),
    Golden(softmax_loss, ("logits",), (_X, np.eye(3)[[0, 2, 1, 1, 0]])),
    Golden(scaled_by_row, ("x", "s"), (_X, _V[:5])),
    Golden(swing, ("x", "k"), (_V, 2.0, 7)),
    Golden(leapfrog, ("x", "v", "k"), (1.0, 0.5, 2.0, 0.1, 6)),
    Golden(twice_the_same, ("x", "y"), (_V, 2 * _V)),
    Golden(shared_bias, ("x", "b"), (_X, _V[:3])),
    Golden(polynomial, ("x",), (1.3,)),
    Golden(weighted_norm, ("x", "w"), (_V, np.abs(_V))),
    Golden(nested_loops, ("x",), (0.8, 4)),
)
