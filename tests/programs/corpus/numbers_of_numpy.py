"""Numbers of NumPy's are indexed, filled and masked as arrays without axes are."""

import numpy as np

from ..registry import Draw, program

_NUMBER = Draw(lambda rng: np.float64(rng.uniform(0.5, 2.0)))
_ZERO_AXES = Draw(lambda rng: np.array(rng.uniform(0.5, 2.0)))
_ROW = Draw(lambda rng: rng.uniform(0.5, 2.0, 3))


@program((_NUMBER,), (_ZERO_AXES,), (_ROW,))
def new_axis_of_a_number(x):
    y = x[..., None]
    return np.sum(y * x[None] * y)


@program((_NUMBER,), (_ZERO_AXES,), (_ROW,))
def number_that_grows_an_axis(x):
    for i in range(3):
        x = x + i * x[..., None]
    return np.sum(x * x)


@program((_NUMBER,), (_ZERO_AXES,), (_ROW,))
def number_that_grows_under_another_name(x):
    for i in range(2):
        y = x
        x = x + i * y[..., None] * y
    return np.sum(x * x)


@program((_NUMBER, 1.5), (_ZERO_AXES, 1.5), (_ROW, 1.5))
def number_under_a_mask(x, limit):
    ratio = x / (np.float64(2.0) * (x > 0))
    kept, dropped = ratio[ratio > 0], (x * x)[x > 5]
    return limit * np.sum(kept**2) + np.sum(dropped)


@program((_NUMBER,), (_ZERO_AXES,), (_ROW,))
def all_of_a_number(x):
    return np.sum(x[...] * x[()])


@program((_NUMBER,))
def fill_leaves_a_number_as_it_is(x):
    x.fill(x**-2.0)
    y = x / np.array([x, 1.0])
    return np.sum(y * y)


@program((_NUMBER,), (_ROW,))
def fill_of_what_may_be_a_number(x):
    y = np.squeeze(x * 2.0)
    s = np.sum(y * y)
    y.fill(np.sum(x) * 2)
    return s + np.sum(y * y * x)


@program((_NUMBER,), (_ZERO_AXES,))
def fill_of_a_number_that_becomes_an_array(x):
    for i in range(3):
        if i > 1:
            x = x * np.ones(3)
        x.fill(np.sum(x) * (i + 1))
        x = x + i
    return np.sum(x * x)


@program((_ZERO_AXES,), (_ROW,), may_refuse=True)
def fill_of_what_is_read_as_a_view(x):
    y = np.squeeze(x * 1.0)
    z = y[...]
    y.fill(np.sum(x * x))
    z = z * 3.0
    return np.sum(z * x + y)
