"""Branches: both sides taken, names first bound inside, conditions overwritten by what they guard."""

import numpy as np

from ..registry import arr, pos, program


@program((0.7,), (-0.7,))
def either_side(x):
    if x > 0:
        y = x * x
    else:
        y = np.exp(x)
    return y * x


@program((0.7,), (-0.7,))
def no_else(x):
    y = x
    if x > 0:
        y = y * 3.0
    return y * y


@program((0.2,), (0.7,), (1.7,), (-3.0,))
def elif_chain(x):
    if x < 0:
        y = -x
    elif x < 0.5:
        y = x * x
    elif x < 1:
        y = x**3
    else:
        y = np.sqrt(x)
    return y


@program((arr(3), True), (arr(3), False))
def flag(x, on):
    if on:
        x = np.sin(x)
    return np.sum(x * x)


@program((arr(3), "square"), (arr(3), "cube"), (arr(3), "other"))
def mode(x, kind):
    if kind == "square":
        y = x**2
    elif kind == "cube":
        y = x**3
    else:
        return np.sum(x)
    return np.sum(y)


@program((0.7, 0.2), (-0.7, 0.2))
def condition_overwritten(x, y):
    if x > 0:
        x = x * y - 1.0
        y = x * x
    else:
        x = y - x
    return x * y


@program((0.7, 0.2), (0.1, 0.2))
def condition_written_then_tested_again(x, y):
    above = x > 0.5
    if above:
        x = x * 0.1
    if above:
        y = y * x
    if x > 0.5:
        y = y * 100.0
    return y + x


@program((arr(4), 0), (arr(4), 3))
def bound_in_a_branch(x, n):
    if n > 2:
        extra = x * 2.0
    y = x * x
    if n > 2:
        y = y + extra
    return np.sum(y)


@program((0.7, 0.2), (-0.7, 0.2), (-0.7, -0.2), (0.7, -0.2))
def nested(x, y):
    if x > 0:
        if y > 0:
            z = x * y
        else:
            z = x - y
        z = z * x
    else:
        z = y
        if y > 0:
            z = z * x
    return z * z


@program((0.7, 0.2), (-0.7, 0.2))
def conditional_expression(x, y):
    z = x * y if x > 0 else x - y
    return z * (y if z > 0 else 2.0 * x)


@program((arr(3), None), (arr(3), arr(3)))
def optional_argument(x, w):
    if w is None:
        return np.sum(x * x)
    return np.sum(w * x * x)


@program((arr(3), None), (arr(3), arr(3)))
def optional_argument_filled(x, w):
    if w is None:
        w = np.ones_like(x)
    return np.sum(w * x * x)


@program((0.7, 0.2), (-0.7, 0.3))
def and_or_values(x, y):
    z = x > 0 and y > 0
    a = y or x
    b = x and y
    if z:
        return a * b
    return a + b * x


@program((0.2,), (0.7,), (1.2,))
def chained_comparison(x):
    if 0.0 < x < 0.5:
        return x * x
    if 0.5 <= x <= 1.0 and not x == 0.9:
        return np.sin(x)
    return 3.0 * x


@program((arr(4),))
def branch_on_array(x):
    y = x * x
    if np.sum(y) > 1.0 and y[0] < 100:
        y = y / np.sum(y)
    return np.sum(y * x)


@program((0.7, 0.4), (-0.7, 0.4), may_refuse=True)
def aliases_made_in_branches(x, k):
    a = np.array([1.0, 2.0]) * k
    b = np.array([3.0, 4.0]) * k
    if x > 0:
        c = a
    else:
        c = b
    c *= x
    return np.sum(a * a) + np.sum(b * b * b)


@program((arr(3), 1.0), (arr(3), -1.0), may_refuse=True)
def alias_or_copy(x, k):
    y = x * 2.0
    z = y if k > 0 else y.copy()
    z[0] = 5.0 * k * z[1]
    return np.sum(y * z)


@program((arr(3), 1.0), (arr(3), -1.0))
def view_in_one_branch(x, k):
    y = x * 2.0
    if k > 0:
        y = y[1:]
    y *= k
    return np.sum(y**2)


@program((0.7,), (-0.7,))
def raise_on_one_side(x):
    if x > 100.0:
        raise ValueError("too large")
    return x * x


@program((0.7, 1), (0.7, 2))
def kinds_differ_by_branch(x, n):
    """A name that is a number on one path and an array on the other."""
    if n == 1:
        y = x * 2.0
    else:
        y = x * np.arange(3.0)
    return np.sum(y * y)


@program((0.7, 1), (0.7, 2))
def accumulator_or_none(x, n):
    best = None
    if n > 1:
        best = x * x
    if best is None:
        return x
    return best


@program((0.7,), (-0.7,))
def branch_not_needed(x):
    if x > 0:
        msg = "positive"
        y = 3.0
    else:
        msg = "negative"
        y = 4.0
    return x * y * len(msg)


@program((0.7,), (-0.7,))
def pass_branches(x):
    if x > 0:
        pass
    else:
        x = x * x
    return x


@program((pos(3),), (arr(3, scale=-1.0),))
def any_all(x):
    if (x > 0).all():
        return np.sum(np.log(x))
    if np.any(x < -100):
        return 0.0
    return np.sum(x * x)


@program((0.7, 0.3), (0.3, 0.7))
def max_by_hand(x, y):
    m = x if x > y else y
    return m * m + x


@program((0.7, 0.3), (0.3, 0.7))
def written_only_in_untaken(x, y):
    z = x
    if x > y:
        w = z
        z = y * z
        z = w * z
    return z * z + y


@program((0.3, 2), (0.3, 5))
def isinstance_branch(x, n):
    if isinstance(n, int) and n % 2 == 0:
        return x**n
    return np.sin(x) * n


@program((0.7, 0.3), (-0.7, 0.3))
def early_value_used_in_both(x, y):
    t = np.exp(x)
    if x > 0:
        r = t * t
        t = y
    else:
        t = t * y
        r = t
    return r * t
