"""Names that one round of a loop binds and a later one reads: before the first they have no value."""

# ruff: noqa: F821 (ruff does not see that the round before has bound them)
import numpy as np

from ..registry import arr, pos, program


@program((arr(3),))
def a_number_from_the_round_before(x):
    total = 0.0
    for i in range(3):
        if i > 0:
            total += prev * x[0]
        prev = x[i] * x[i]
    return total


@program((arr(3),))
def bound_in_the_first_round_alone(x):
    total = 0.0
    for i in range(3):
        if i > 0:
            total += first * x[0]
            total = total * np.sin(first)
        else:
            first = x[i] * x[i]
    return total + first


@program((arr(3),))
def an_array_from_the_round_before(x):
    total = 0.0
    for i in range(3):
        if i > 0:
            total += np.sum(prev * prev)
            prev = prev * x
        else:
            prev = x * x[i]
    return total


@program((arr(3, 2),))
def the_last_row_of_the_round_before(m):
    total = 0.0
    for i in range(2):
        if i > 0:
            total += np.sum(row * row)
        for row in m:
            total += row[0] * row[1]
    return total


@program((arr(3),))
def from_the_round_before_of_a_while(x):
    i = 0
    while i < 3:
        if i > 0:
            y = y * x[i] + 1.0
        else:
            y = x[0]
        i += 1
    return y


@program((arr(3),))
def written_in_place_and_from_an_inner_loop(x):
    u = np.zeros(3)
    total = 0.0
    for i in range(2):
        for j in range(3):
            if j > 0 or i > 0:
                total += np.sum(prev * u)
                u[j] = total * prev[0]
            prev = u * x[j] + x
            prev[1] += x[i]
    return total


@program((arr(3), 0.5), (arr(3), -0.5), wrt=(0,))
def bound_before_under_a_condition(x, k):
    if k > 0:
        y = x * 2
    s = 0.0
    for i in range(3):
        if k > 0:
            s += np.sum(y * y)
            y = y * x
        s += x[i] * s + x[i]
    return s


@program((pos(3),))
def made_in_the_first_round_and_then_written(x):
    s = 0.0
    for i in range(3):
        if i > 0:
            w[i] = w[i - 1] * x[i]
            s = s + np.sum(w * w)
        else:
            w = x * x
    return s + w[2]


@program((arr(4), 2), (arr(4), 0), wrt=(0,))
def the_best_so_far(x, start):
    for i in range(start, 4):
        value = x[i] * x[i - 1]
        if i == start:
            best = value
        elif value > best:
            best = value
    return best * x[0]


@program((arr(3, 3), arr(3)), may_refuse=True)
def a_captured_row_of_two_loops(m, x):
    m = m * 1.0
    s = 0.0
    for row in m:

        def near(z):
            return np.sin(np.mean(row[1:3])) * z

        s = row[2] + near(0.5)
    for row in m:
        row += 0.3 * x[[2, 0, 1]]
    return np.sum(m * m) + s
