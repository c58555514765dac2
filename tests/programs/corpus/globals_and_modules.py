"""Names from outside: globals, modules under other names, constants, tables, builtins."""

import math as m
from math import sin

import numpy
import numpy as np
from numpy import exp, linalg
from numpy.linalg import norm as length

from ..registry import arr, program

GRAVITY = 9.81
TABLE = np.array([1.0, -2.0, 3.0])
SETTINGS = {"rate": 0.3, "power": 3, "weights": [1.0, 2.0, 0.5]}
STEPS = 3


@program((0.4, 0.7))
def pendulum(theta, length_):
    return 0.5 * GRAVITY * length_ * m.sin(theta) + sin(theta)


@program((arr(3),))
def global_arrays(x):
    return np.sum(x * TABLE * x) + TABLE @ x


@program((arr(3),))
def global_settings(x):
    for w in SETTINGS["weights"]:
        x = x * w + SETTINGS["rate"]
    return np.sum(x ** SETTINGS["power"])


@program((arr(3),))
def other_names_for_modules(x):
    return numpy.sum(exp(x)) + linalg.norm(x) * length(x) + np.linalg.norm(x)


@program((0.6,))
def global_trip_count(x):
    for _ in range(STEPS):
        x = x * x + 0.1
    return x


@program((arr(3),))
def local_shadows_global(x):
    TABLE = x * 2.0
    GRAVITY = np.sum(TABLE)
    return GRAVITY * GRAVITY


@program((arr(3),))
def imported_inside(x):
    import math

    from numpy import cos

    return np.sum(cos(x)) * math.exp(-x[0])


@program((arr(3),))
def module_constants(x):
    return np.sum(x) * np.pi + m.tau * x[0] + np.e + np.finfo(float).eps * x[1]


@program((arr(3),))
def function_aliases(x):
    f = np.sin
    g = f
    return np.sum(g(x) * f(x))
