"""Arrays whose dtype is known only when they are there: nothing flows through whole numbers."""

import numpy as np

from ..registry import arr, program


def zeros(shape, dtype):
    return np.zeros(shape, dtype)


def cast(x, dtype):
    return x.astype(dtype)


class Buffer:
    def __init__(self, dtype):
        self.values = np.zeros(3, dtype)


EACH = ((arr(3), int), (arr(3), float), (arr(3), bool))


@program(*EACH)
def stored_into_what_is_made_here(x, dtype):
    a, b = np.zeros(3, dtype), np.zeros_like(x, dtype)
    a[:] = 3.3 * x
    b[1:] = 3.3 * x[:2]
    return np.sum((a + b) * x)


@program(*EACH)
def stored_into_what_a_call_gives(x, dtype):
    a = zeros(3, dtype)
    a[:] = 3.3 * x
    return np.sum(a * x)


@program((arr(3), lambda n: np.zeros(n, int)), (arr(3), lambda n: np.zeros(n)))
def stored_into_what_an_unknown_function_gives(x, make):
    a = make(3)
    a[:] = 3.3 * x
    return np.sum(a * x)


@program(*EACH)
def stored_through_a_view(x, dtype):
    a = zeros((2, 3), dtype)
    row = a[1, ::-1]
    row[:] = 3.3 * x
    for line in a.T:
        line[0] = 3.3 * x[1]
    return np.sum(a * x)


@program((arr(3), int), (arr(3), float))
def stored_element_by_element(x, dtype):
    a = zeros(3, dtype)
    for i in range(3):
        a[i] = 3.3 * x[i]
        a[i] += 1.7 * x[0]
        a[i] *= x[i]
    return np.sum(a * x)


@program(*EACH)
def stored_into_a_field(x, dtype):
    b = Buffer(dtype)
    b.values[:] = 3.3 * x
    return np.sum(b.values * x)


@program(*EACH)
def stored_into_an_element_of_a_list(x, dtype):
    rows = [zeros(3, dtype) for _ in range(2)]
    rows[0][:] = 3.3 * x
    rows[1][...] = 1.7 * rows[0] * x
    return np.sum(rows[0] * x + rows[1])


@program(*EACH)
def stored_by_a_function_inside(x, dtype):
    a = zeros(3, dtype)

    def put(u):
        u[:] = 3.3 * x

    put(a)
    return np.sum(a * x)


@program(*EACH)
def filled_and_put(x, dtype):
    a, b, c = zeros(3, dtype), np.zeros(3, dtype), zeros((3, 3), dtype)
    a.fill(3.3 * np.sum(x))
    np.put(b, [0, 1], 3.3 * x[0])
    b.put([2], 3.3 * x[2])
    np.fill_diagonal(c, 3.3 * x[1])
    return np.sum((a + b + c) * x)


@program((arr(3), int), (arr(3), float))
def stored_after_arithmetic(x, dtype):
    a = zeros(3, dtype)
    b = np.reshape(a * 2 + 1, 3)
    b[0] = 3.3 * x[0]
    return np.sum(b * x)


@program((arr(3), True), (arr(3), False))
def stored_into_one_of_two(x, whole):
    a = np.zeros(3, int) if whole else np.zeros(3)
    a[:] = 3.3 * x
    return np.sum(a * x)


@program(*EACH)
def cast_by_a_function(x, dtype):
    return np.sum(cast(3.3 * x, dtype) * x)
