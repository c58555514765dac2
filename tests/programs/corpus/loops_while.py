"""While loops: trip counts that depend on the data, conditions that read what the body writes."""

import math

import numpy as np

from ..registry import arr, pos, program


@program((0.7, 5.0), (6.0, 5.0))
def grow(x, limit):
    while x < limit:
        x = x * 1.7
    return x * x


@program((arr(3),))
def double_until_long(x):
    while np.sqrt(np.sum(x * x)) < 10.0:
        x = x * 2.0
    return np.sum(x**2)


@program((3.0, 1e-3))
def newton_sqrt(a, tol):
    x = a
    while True:
        new = 0.5 * (x + a / x)
        if abs(new - x) < tol:
            break
        x = new
    return x


@program((0.7, 4), (0.7, 0))
def counted(x, n):
    i = 0
    while i < n:
        x = np.sin(x) + i * x
        i += 1
    return x * i if i > 0 else x


@program((0.7,))
def compound_condition(x):
    n = 0
    y = x
    while n < 10 and y < 3.0:
        y = y + x * y
        n += 1
    return y + n


@program((5.3,))
def collatz_like(x):
    steps = 0
    while x > 1.0:
        if steps % 2 == 0:
            x = x * 0.4
        else:
            x = 1.2 * x + 0.1
        steps += 1
    return x * steps


@program((0.9, 0.2))
def gcd_like(a, b):
    while b > 0.05:
        a, b = b, a - 1.3 * b * b if a > b else b * 0.5
    return a + b


@program((0.3,))
def while_else(x):
    y = x
    while y < 2.0:
        y = y * 1.5 + 0.1
    else:
        y = y + x
    return y


@program((0.3,))
def while_break_else(x):
    y = x
    while y < 100.0:
        y = y * 1.5 + 0.1
        if y > 3.0:
            break
    else:
        y = y + 1000.0 * x
    return y * y


@program((0.3, 3))
def while_in_for(x, n):
    s = 0.0
    for i in range(n):
        y = x * (i + 1)
        while y < 2.0:
            y = y * y + 0.6
        s += y
    return s


@program((0.3,))
def for_in_while(x):
    y = x
    while y < 4.0:
        for k in range(3):
            y = y + 0.1 * k * x + 0.2 * y
    return y


@program((0.2,))
def condition_with_walrus(x):
    total = 0.0
    while (y := x * x) < 1.0:
        total += y
        x = x + 0.3
    return total + y


@program((arr(5),))
def pointer_walk(x):
    i = 0
    s = 1.0
    while i < len(x):
        s = s * x[i] + 1.0
        i += 2 if x[i] > 0 else 1
    return s


@program((arr(4),))
def stack_of_work(x):
    stack = [0]
    s = 0.0
    while stack:
        i = stack.pop()
        s = s * 0.5 + x[i] ** 2
        if i + 1 < 4:
            stack.append(i + 1)
        if i == 1:
            stack.append(3)
    return s


@program((2.0, 0.4))
def fixed_point(a, x):
    delta = 1.0
    while delta > 1e-6:
        new = math.cos(x) / a
        delta = abs(new - x)
        x = new
    return x


@program((pos(3), 0.037), (pos(3), 1e9))
def gradient_descent(x, tol):
    step = 0.1
    g = 2.0 * x
    n = 0
    while np.sum(g * g) > tol and n < 30:
        x = x - step * g
        g = 2.0 * x + 0.1 * x**2
        n += 1
    return np.sum(x)


@program((0.7,))
def never_entered(x):
    while x > 100.0:
        x = x / 2.0
    return x


@program((0.7, 3))
def while_not(x, n):
    done = False
    while not done:
        x = x * np.sin(x)
        n -= 1
        done = n == 0
    return x


@program((arr(4),))
def bisect(c):
    lo, hi = -3.0, 3.0
    while hi - lo > 1.0:
        mid = 0.5 * (lo + hi)
        if mid < 0.1:
            lo = mid
        else:
            hi = mid
    x = 0.5 * (lo + hi)
    return c[0] + c[1] * x + c[2] * x * x + c[3] * x**3


@program((arr(6),))
def in_place_until(x):
    u = x.copy()
    while np.sum(u * u) > 0.3:
        u *= 0.7
        u[1:] -= 0.1 * u[:-1] * u[1:]
    return np.sum(u)


@program((arr(3),), (arr(6),))
def condition_that_pops(x):
    stack = [v * v for v in x]
    total = 0.0
    while stack and stack.pop() > 0.0:
        total += sum(stack)
    return total


def halve(u):
    u *= 0.5
    return np.sum(u)


@program((pos(3),))
def condition_that_writes(x):
    u = x * x
    total = 0.0
    while halve(u) > 0.1:
        total += u[0] * u[1]
    return total + np.sum(u * x)


@program((0.7, 3), (0.7, 0), wrt=(0,))
def conditions_with_walrus_and_else(x, n):
    y = x
    while (n := n - 1) >= 0 and (y := y * x + 0.1) < 2.0:
        if y > 0.9:
            continue
        y = y * 0.5
    else:
        y = y * y
    while (z := y * y) > 0.01:
        y = y * 0.3
        if z > 100.0:
            break
    return y + z


@program((0.7,))
def condition_with_walrus_in_a_loop_that_returns(x):
    for i in range(3):
        while (y := np.sin(x)) > 0.3:
            x = x * 0.8
            if i == 2:
                return y * x
        x = x + y + 0.4
    return x


@program((pos(2),))
def bound_in_the_test_and_read_afterwards(x):
    y = x[0]
    while (y := y * 1.5) < 4.0:
        y = y * (1.0 + x[1])
    return y * y


@program((pos(2), 0), (pos(2), 3))
def bound_in_the_test_alone(x, n):
    k, z = 0, x[1]
    while (z := z * x[0]) and k < n:
        k += 1
    return z
