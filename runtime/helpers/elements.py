"""Functions of corresponding elements that derivatives need and NumPy lacks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .broadcasting import is_complex, unbroadcast, unreduce
from .structures import zeros_like


def divide_or_zero(x: Any, y: Any) -> Any:
    """`x / y`, and 0 where `y` is 0.

    >>> divide_or_zero(np.array([1.0, 2.0]), np.array([0.0, 4.0]))
    array([0. , 0.5])
    """
    if isinstance(y, (float, int)):
        return x / y if y != 0 else x * 0.0
    zero = y == 0
    return np.where(zero, 0, x / np.where(zero, 1, y))


def log_or_zero(x: Any, power: Any = 0.0) -> Any:
    """`log(x)`, and 0 where `x` is 0; of negative `x` a complex number where `power` is complex.

    >>> log_or_zero(0.0)
    0.0
    """
    if is_complex(power):
        return np.log(np.where(x == 0, 1.0, x) + 0j)
    if isinstance(x, (float, int)):
        return math.log(x) if x > 0 else 0.0 if x == 0 else math.nan
    return np.log(np.where(x == 0, 1.0, x))  # 1.0: the logarithm of an int8 would be a float16


def log_of_base(base: Any) -> Any:
    """`log(base)` of `math.log(x, base)`; 1 where no base is given."""
    return 1.0 if base is None else math.log(base)


def direction(x: Any) -> Any:
    """The derivative of `abs(x)`: the sign of real `x`, `conj(x) / abs(x)` of complex, 0 at 0.

    >>> direction(-2.0), direction(np.array([3.0, 0.0]))
    (-1.0, array([1., 0.]))
    """
    if isinstance(x, (float, int)):
        return 1.0 if x > 0 else -1.0 if x < 0 else 0.0 if x == 0 else math.nan
    if is_complex(x):
        return divide_or_zero(np.conjugate(x), np.abs(x))
    return np.sign(x + 0 if x.dtype.kind == "b" else x)  # truth values have no sign


def where_larger(d: Any, x: Any, y: Any) -> Any:
    """`d` where `x > y`, half of it where they are equal, 0 elsewhere.

    >>> where_larger(2.0, np.array([1.0, 2.0, 3.0]), 2.0)
    array([0., 1., 2.])
    """
    x, y = _with_order(x, y)
    larger = x > y
    if isinstance(larger, (bool, np.bool_)):
        return d if larger else 0.5 * d if x == y else 0.0 * d
    if not hasattr(d, "dtype"):
        d = np.asarray(d, np.result_type(x, y, 0.0))
    return np.where(larger, d, np.where(x == y, 0.5 * d, 0))


def _with_order(*numbers: Any) -> tuple[Any, ...]:
    """Numbers that can be compared: NumPy orders complex ones, and Python does not."""
    if not any(is_complex(x) for x in numbers):
        return numbers
    return tuple(None if x is None else np.asarray(x) for x in numbers)


def is_within(a: Any, low: Any, high: Any) -> Any:
    """Where `np.clip(a, low, high)` is `a`."""
    a, low, high = _with_order(a, low, high)
    if low is None:
        return a <= high
    return a >= low if high is None else (a >= low) & (a <= high)


def is_below(a: Any, low: Any, high: Any) -> Any:
    """Where `np.clip(a, low, high)` is `low`, strictly."""
    a, low, high = _with_order(a, low, high)
    return a < low if high is None else (a < low) & (low <= high)


def is_above(a: Any, low: Any, high: Any) -> Any:
    """Where `np.clip(a, low, high)` is `high`, strictly."""
    a, low, high = _with_order(a, low, high)
    return a > high if low is None else (a > high) | (low > high)


def sinc_bend(x: Any) -> Any:
    """The derivative of `np.sinc` over `x`; its series near 0, where the formula cancels."""
    if isinstance(x, (float, int)):
        return float(sinc_bend(np.asarray(float(x))))
    small = abs(x) < 0.01
    far = np.where(small, 1, x)
    t = (math.pi * x) ** 2
    series = -(math.pi**2) / 3 * (1 - t / 10 * (1 - t / 28 * (1 - t / 54)))
    return np.where(small, series, (np.cos(math.pi * far) - np.sinc(far)) / (far * far))


def sinc_slope(x: Any) -> Any:
    """The derivative of `np.sinc`.

    >>> sinc_slope(0.0) == 0.0
    True
    """
    return x * sinc_bend(x)


def bessel_i(n: int, x: Any) -> Any:
    """The modified Bessel function of the first kind of an order, for real `x`.

    Source: Abramowitz and Stegun, 9.6.19; the trapezoidal rule over a period converges faster than
    any power of the number of points.

    >>> abs(bessel_i(0, 1.0) - np.i0(1.0)) < 1e-14
    np.True_
    """
    points = 40 + int(9 * math.sqrt(float(np.max(np.abs(x))) if np.size(x) else 0.0))
    total = 0.0 * x
    for k in range(points):
        angle = 2 * math.pi * k / points
        total = total + math.cos(n * angle) / points * np.exp(math.cos(angle) * x)
    return total


def polygamma(n: int, x: Any) -> Any:
    """The `n`-th derivative of the digamma function, for real `x`.

    Source: Abramowitz and Stegun, 6.4.6 (recurrence) and 6.4.11 (asymptotic series).

    >>> abs(polygamma(0, 1.0) + 0.5772156649015329) < 1e-14
    True
    """
    if isinstance(x, (float, int)):
        return float(polygamma(n, np.asarray(float(x))))
    x = np.asarray(x)
    total = np.zeros_like(x)
    sign = (-1) ** (n + 1)
    least = 12.0 + 2 * n
    while True:
        low = x < least
        if not bool(np.any(low)):
            break
        term = sign * math.factorial(n) / np.where(low, x, 1) ** (n + 1)
        total = total + np.where(low, term, 0)
        x = np.where(low, x + 1, x)
    bernoulli = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6)
    if n == 0:
        series = np.log(x) - 0.5 / x
        for k, b in enumerate(bernoulli, start=1):
            series = series - b / (2 * k * x ** (2 * k))
        return total + series
    series = math.factorial(n - 1) / x**n + math.factorial(n) / (2 * x ** (n + 1))
    for k, b in enumerate(bernoulli, start=1):
        ratio = math.factorial(2 * k + n - 1) / math.factorial(2 * k)
        series = series + b * ratio / x ** (2 * k + n)
    return total + sign * series


def sign_dx(d: Any, x: Any, ans: Any) -> Any:
    """The cotangent of `x` of which `np.sign` gave `ans`: zero, but for complex numbers.

    >>> sign_dx(1.0, 2.0, 1.0)
    0.0
    """
    if not is_complex(x):
        return zeros_like(x)
    return divide_or_zero(d - np.real(d * ans) * np.conjugate(ans), np.abs(x))


def hypot_dx(d: Any, k: int, ans: Any, *coordinates: Any) -> Any:
    """The cotangent of coordinate `k` of `math.hypot`."""
    return d * divide_or_zero(coordinates[k], ans)


def dist_dp(d: Any, p: Any, q: Any, ans: Any) -> Any:
    """The cotangent of the first point of `math.dist(p, q)`."""
    return [d * divide_or_zero(a - b, ans) for a, b in zip(p, q, strict=True)]


def dist_along(d: Any, p: Any, q: Any, ans: Any) -> Any:
    """The tangent of `math.dist(p, q)`, `d` being that of `p`."""
    return sum(t * s for t, s in zip(d, dist_dp(1.0, p, q, ans), strict=True))


def sum_dx(d: Any, iterable: Any) -> Any:
    """The cotangent of what the builtin `sum` adds up: an array, or any sequence of values."""
    if hasattr(iterable, "dtype"):
        return unreduce(d, iterable, 0)
    return [unbroadcast(d, e) for e in iterable]


def _is_equal(x: Any, y: Any) -> bool:
    """Whether two values are equal; rows of an array, in all their numbers."""
    equal = x == y
    return equal if isinstance(equal, bool) else bool(np.all(equal))


def extreme_dx(d: Any, k: int, ans: Any, *args: Any) -> Any:
    """The cotangent of argument `k` of the builtin `max` or `min`, whose ties share evenly."""
    values = args[0] if len(args) == 1 else args
    n = sum(1 for v in values if _is_equal(v, ans))
    if len(args) > 1:
        return d / n if args[k] == ans else 0.0
    if hasattr(values, "dtype"):
        return np.where(values == ans, d / n, np.zeros_like(values))
    return [d / n if v == ans else 0.0 for v in values]


def extreme_along(d: Any, k: int, ans: Any, *args: Any) -> Any:
    """The tangent of the builtin `max` or `min`, `d` being that of argument `k`."""
    if len(args) > 1:
        return extreme_dx(d, k, ans, *args)
    return sum(t * s for t, s in zip(d, extreme_dx(1.0, 0, ans, args[0]), strict=True))


def prod_dx(d: Any, iterable: Any, start: Any = 1) -> Any:
    """The cotangents of the numbers that `math.prod` multiplies."""
    n = len(iterable)
    before = [start]
    after = [1.0]
    for i in range(n - 1):
        before.append(before[i] * iterable[i])
        after.append(after[i] * iterable[n - 1 - i])
    parts = [unbroadcast(d * before[i] * after[n - 1 - i], iterable[i]) for i in range(n)]
    return np.stack(parts) if hasattr(iterable, "dtype") else parts


def prod_along(d: Any, iterable: Any, start: Any = 1) -> Any:
    """The tangent of `math.prod`."""
    return sum(t * s for t, s in zip(d, prod_dx(1.0, iterable, start), strict=True))
