"""Calls as users write them: starred arguments, callbacks, constructors."""

import numpy as np

from ..registry import arr, program


def polynomial(t, *coefficients, scale=1.0, **extra):
    r = 0.0
    for c in reversed(coefficients):
        r = r * t + c
    return r * scale + extra.get("shift", 0.0)


def line(a, b, c):
    return a * b + c


@program((arr(3), 2.0))
def an_array_starred_in_two_calls(x, k):
    a, *rest = x
    options = dict(scale=k)
    first = polynomial(a, *rest, **options)
    return first + polynomial(k, *x, shift=a) + polynomial(*x) * line(*x)


@program((arr(3),))
def an_array_that_is_scaled_by_an_integer_and_starred(x):
    s = 0.0
    for k in range(3):
        y = x * k
        s = s + polynomial(*y)
    return s


@program((arr(3, 3),))
def rows_that_are_starred(x):
    s = 0.0
    for row in x:
        s = s + polynomial(*row) + line(*row)
    return s + np.sum(line(*x) * line(*x))
