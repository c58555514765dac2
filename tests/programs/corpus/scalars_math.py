"""Plain numbers, `math`, and the elementwise functions of NumPy."""

import math
import random

import numpy as np

from ..registry import arr, pos, program


@program((0.4, 0.7))
def trigonometry(x, y):
    return math.sin(x) * math.cos(y) + math.tan(x * y) + math.atan2(x, y) + math.asin(x)


@program((0.4, 0.7))
def hyperbolic(x, y):
    return math.sinh(x) + math.cosh(y) * math.tanh(x * y) + math.atan(y) + math.acos(x)


@program((0.4, 1.7))
def exponentials(x, y):
    return math.exp(x) * math.log(y) + math.log(y, 3.0) + math.log1p(x) + math.expm1(x * y)


@program((0.4, 1.7))
def powers_and_roots(x, y):
    return math.sqrt(x) * math.pow(y, x) + x**y + pow(y, 3) + math.hypot(x, y)


@program((0.4, -1.7))
def absolute_values(x, y):
    return abs(x * y) + math.fabs(y) * math.copysign(x, y) + abs(y) ** 1.5


@program((2.6, 1.7))
def piecewise_constant(x, y):
    return x * math.floor(y) + y * math.ceil(x) + round(x) * y + int(y) * x + x // y


@program((5.3, 1.7))
def remainders(x, y):
    return x % y + math.fmod(x, 2.0) * y


@program((0.4, 0.7))
def extremes(x, y):
    return max(x, y) * 2.0 + min(x, y, 0.5 * x) + max([x, y * 2.0])


@program((0.4,))
def conversions(x):
    return float(x) * x + float(3) * x + x * int(2.7) + x * True


@program((0.4,))
def constants(x):
    return math.pi * x + np.pi * x * x + math.e**x + np.e * np.inf**-1


@program((0.4, 1.7))
def special(x, y):
    return math.erf(x) + math.gamma(y) + math.lgamma(y) * x


@program((arr(4),))
def numpy_trigonometry(x):
    return np.sum(np.sin(x) * np.cos(x) + np.tan(x * 0.5) + np.arctan(x) + np.sinc(x))


@program((arr(4, scale=0.7),))
def numpy_inverse(x):
    return np.sum(np.arcsin(x) + np.arccos(x) * np.arctanh(x) + np.arcsinh(x))


@program((arr(4),))
def numpy_hyperbolic(x):
    return np.sum(np.sinh(x) * np.cosh(x) + np.tanh(x))


@program((pos(4),))
def numpy_logs(x):
    return np.sum(np.log(x) * np.log2(x) + np.log10(x) + np.log1p(x) + np.sqrt(x) + np.cbrt(x))


@program((pos(4), arr(4)))
def numpy_exponentials(x, y):
    return np.sum(np.exp(y) + np.exp2(y) * np.expm1(x) + np.logaddexp(x, y))


@program((arr(4), arr(4)))
def numpy_binary(x, y):
    return np.sum(np.arctan2(x, y) + np.hypot(x, y) + np.maximum(x, y) * np.minimum(x, 2.0 * y))


@program((arr(4), arr(4)))
def numpy_named_operators(x, y):
    a = np.add(x, y)
    b = np.subtract(a, np.multiply(x, y))
    c = np.divide(b, 2.0 + np.square(y))
    return np.sum(np.negative(c) * np.power(x, 3) + np.reciprocal(x) + np.positive(y))


@program((arr(6), 0.7))
def clipping(x, hi):
    return np.sum(np.clip(x, -0.5, hi) ** 2) + np.sum(x.clip(0.0, 1.0))


@program((arr(6),))
def signs_and_absolutes(x):
    return np.sum(np.abs(x) * x + np.sign(x) * x + np.fabs(x) + np.absolute(x) ** 3)


@program((arr(6), arr(6)))
def where(x, y):
    return np.sum(np.where(x > 0, x * y, y) + np.where(y > x, 1.0, x))


@program((np.array([-1.0, 2.0, 0.5, -0.1]),))
def safe_root(x):
    with np.errstate(invalid="ignore"):
        return np.sum(np.where(x > 0, np.sqrt(x), x))


@program((arr(4), np.array([0.0, 2.0, 0.0, -0.3])), wrt=(0,))
def safe_division(x, d):
    y = np.where(d == 0, 1.0, d)
    return np.sum(np.where(d == 0, x * 2.0, np.sin(x) / y))


@program((arr(4), np.array([0.0, 2.0, 0.0, -0.3])), wrt=(0,))
def unsafe_division_masked(x, d):
    """The branch that is not taken is infinite there, and contributes exactly zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.sum(np.where(d == 0, x * 2.0, np.sin(x) * x / d))


@program((arr(4), 2))
def integer_powers(x, n):
    return np.sum(x**n + x ** (n + 1) + x**-n + (-x) ** 3 + x**0 + x**1)


@program((0.4, 0.7))
def bools_in_arithmetic(x, y):
    return (x < y) * x + (x > y) * y


@program((0.7, 3))
def integers_and_floats_mixed(x, n):
    a = n / 2
    b = n * x
    c = 2**n
    return a * b + c * x + n % 2 * x


@program((arr(4), 3))
def horner(c, n):
    s = 0.0
    for k in range(len(c) - 1, -1, -1):
        s = s * 0.7 + c[k]
    return s**n


@program((0.5,))
def series_until_small(x):
    term = 1.0
    s = 1.0
    n = 1
    while abs(term) > 1e-3:
        term = term * x / n
        s = s + term
        n += 1
    return s


@program((1.3, 0.2, 0.9))
def black_scholes(s, sigma, t):
    d1 = (math.log(s / 1.1) + 0.5 * sigma * sigma * t) / (sigma * math.sqrt(t))
    d2 = d1 - sigma * math.sqrt(t)
    cdf = lambda z: 0.5 * (1.0 + math.erf(z / math.sqrt(2.0)))  # noqa: E731
    return s * cdf(d1) - 1.1 * cdf(d2)


@program((np.float64(0.4), np.float64(0.3)))
def numpy_scalars(x, y):
    return np.sin(x) * y + x**2


@program((np.array(0.4), arr(3)))
def zero_dimensional(x, y):
    return np.sum(x * y) + x * x


@program((0.3,))
def ternary_chain(x):
    return x * x if x > 1 else np.sin(x) if x > 0 else -x


@program((0.3, 0.4))
def negations(x, y):
    return -x * -y + (+x) - (-(x - y))


@program((0.8, 1.1))
def degrees_and_radians(x, y):
    return np.deg2rad(x * 50.0) * np.rad2deg(y) + math.radians(y) * math.degrees(x)


@program((arr(3), 0.7), (pos(3), 1.2))
def numbers_drawn(x, sigma):
    """What is drawn is a standard number that is moved and scaled: it follows its parameters."""
    source = random.Random(3)
    total = 0.0
    for mean in x:
        total += source.gauss(mean, sigma) * mean + source.normalvariate(sigma=sigma) ** 2
        total -= source.expovariate(sigma) * source.uniform(mean, sigma)
    return total
