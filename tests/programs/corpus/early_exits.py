"""break, continue and return, at any depth."""

import numpy as np

from ..registry import arr, pos, program


@program((pos(5), 1.0), (pos(5), 1e9), (pos(5), 0.0))
def first_above(x, limit):
    s = 0.0
    for v in x:
        s = s + v * v
        if s > limit:
            return np.log(s)
    return s


@program((0.7, 5), (-0.7, 5))
def return_in_each_branch(x, n):
    if x > 0:
        return x * n
    else:
        return x * x


@program((arr(6),))
def skip_negative(x):
    s = 0.0
    for v in x:
        if v < 0:
            continue
        s = s + v * v
    return s


@program((pos(6), 2.0))
def stop_at(x, limit):
    s = 1.0
    for v in x:
        if s > limit:
            break
        s = s * (1.0 + v)
    return s


@program((arr(5),))
def break_and_continue(x):
    s = 0.0
    p = 1.0
    for i, v in enumerate(x):
        if i == 1:
            continue
        p = p * v
        if i == 3:
            break
        s = s + p
    return s * p


@program((arr(3, 4), 0.5), (arr(3, 4), 5.0))
def return_from_the_inner_loop(a, limit):
    s = 0.0
    for row in a:
        for v in row:
            s = s + v * v
            if s > limit:
                return s * v
        s = s * 0.5
    return -s


@program((arr(3, 4),))
def break_the_inner_loop(a):
    s = 0.0
    for row in a:
        p = 1.0
        for v in row:
            if v < 0:
                break
            p = p * v
        s = s + p
    return s


@program((arr(3, 4),))
def inner_else_continues(a):
    s = 0.0
    for row in a:
        for v in row:
            if v < -0.3:
                break
            s = s + v
        else:
            s = s * 2.0
            continue
        s = s + row[0] * row[1]
    return s


@program((pos(4),), (arr(4, scale=-0.1),))
def for_else_return(x):
    for v in x:
        if v > 0.2:
            found = v
            break
    else:
        return np.sum(x * x)
    return found**3


@program((0.3, 4))
def return_from_while_true(x, n):
    while True:
        x = x + 0.5 * x * x + 0.2
        if x > 2.0:
            return x * n
        if n == 0:
            return x
        n -= 1


@program((0.7, 3), (0.7, 0))
def guard_clause(x, n):
    if n <= 0:
        return 0.0
    if x > 10:
        return x
    y = x
    for _ in range(n):
        y = y * np.sin(y)
    return y


@program((arr(4), 2), (arr(4), 9))
def return_of_different_things(x, k):
    for i in range(len(x)):
        if i == k:
            return x[i] * x[0]
    return np.sum(x)


@program((arr(5),))
def break_leaves_state_half_done(x):
    a = 1.0
    b = 0.5
    for v in x:
        a = a + v
        if a > 1.5:
            break
        b = b * a
        a = a * b
    return a * b


@program((0.9, 6))
def continue_before_update(x, n):
    y = x
    for i in range(n):
        z = y * y
        if i % 3 == 1:
            continue
        y = np.sin(z) + 0.1 * i
    return y * z


@program((arr(4), 0.3))
def return_inside_nested_ifs(x, k):
    s = np.sum(x * x)
    for i in range(3):
        if s > 0.1:
            if i > 0:
                if k > 0.2:
                    return s * k
                s = s + 1.0
            else:
                s = s * 0.9
    return s


@program((0.4,), (2.0,))
def return_twice_the_same_name(x):
    y = x * x
    if x > 1:
        y = np.sqrt(y + 1)
        return y
    y = y + 1.0
    return y


@program((arr(4),))
def write_then_leave(x):
    u = x.copy()
    for i in range(4):
        u[i] = u[i] * u[i - 1]
        if i == 2:
            return np.sum(u * u)
    return u[0]


@program((arr(4), 2))
def return_a_view_from_a_loop(x, k):
    y = x * x
    for i in range(4):
        y[i] += y[0]
        if i == k:
            return y[: i + 1]
    return y


@program((0.5,))
def unreachable_after_return(x):
    return x * x
    x = 100.0
    return x


@program((0.5, 7))
def several_breaks(x, n):
    for i in range(n):
        x = x * 1.3
        if x > 50:
            break
        if i > 2:
            x = x + 1.0
            if x > 2.0:
                x = x * x
                break
        x = x + 0.1
    return x


@program((arr(4), 0), (arr(4), 1), (arr(4), 2), wrt=(0,))
def rebound_in_a_round_that_returns_elsewhere(x, n):
    y = np.cos(x)
    for i in range(3):
        for v in y:
            if i > 0:
                if n == 1:
                    return np.mean(x)
            else:
                if n > 1:
                    return (v - y[-3]) / 2
                y = 1.0 / (2.0 + np.cos(x))
    return np.sum(y)


@program((arr(4), 0), (arr(4), 1), (arr(4), 5), wrt=(0,))
def breaks_inside_with_in_a_branch(x, n):
    y = x
    total = 0.0
    for i in range(3):
        with np.errstate(divide="ignore"):
            if i < 2:
                y = y * x
                if i == n:
                    break
            else:
                y = y + 1.0
        total = total + np.sum(y * y)
    return total + np.sum(y)
