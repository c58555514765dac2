"""Straight lines: names bound, rebound, shared and unused."""

import numpy as np

from ..registry import arr, pos, program


@program((arr(4),))
def square(x):
    return np.sum(x * x)


@program((0.7, -0.4))
def two_numbers(x, y):
    return x * y + np.sin(x) / (2.0 + y)


@program((arr(4), arr(4), 0.3))
def rebound(x, y, k):
    t = x * y
    t = t + k * t * t
    t = np.tanh(t)
    x = t - x
    return np.sum(x * t)


@program((arr(3), arr(3)))
def parameter_rebound(x, y):
    x = x * y
    y = x + y
    x = x * y
    return np.sum(x)


@program((arr(3), arr(3)))
def unused_parameter(x, y):
    return np.sum(x**3)


@program((arr(3), 2.0))
def constant(x, k):
    return 1.5


@program((arr(3), 2.0))
def constant_through_a_name(x, k):
    y = x * k
    y = np.ones(3)
    return np.sum(y)


@program((0.5,))
def identity(x):
    return x


@program((arr(3),))
def identity_array(x):
    return x


@program((arr(3),))
def alias_returned(x):
    y = x
    z = y
    return z


@program((arr(5),))
def view_returned(x):
    return x[1:4]


@program((arr(3), arr(3)))
def tuple_returned(x, y):
    return x * y, np.sum(x), 3


@program((arr(3), arr(3)))
def same_value_twice(x, y):
    z = x * y
    return z, z


@program((arr(3), arr(3)))
def dict_returned(x, y):
    return {"product": x * y, "first": x, "count": 3}


@program((arr(3), 0.6))
def list_returned(x, k):
    return [x * k, x, k]


@program((arr(2), arr(2)))
def nested_result(x, y):
    return (x, [y, x + y]), {"s": np.sum(x * y)}


@program((arr(4),))
def multiple_targets(x):
    a = b = x * x
    b = b + 1.0
    return np.sum(a * b)


@program((arr(4), arr(4)))
def swap(x, y):
    x, y = y, x
    return np.sum(x * x * y)


@program((0.4, 0.9, -0.6))
def rotate_three(x, y, z):
    x, y, z = y, z, x
    x, y = x * y, y * z
    return x + 2.0 * y + 3.0 * z


@program((arr(3),))
def unpack_array(x):
    a, b, c = x
    return a * b + b * c * c


@program((arr(5),))
def unpack_starred(x):
    first, *middle, last = x
    return first * last + sum(m * m for m in middle)


@program((arr(5),))
def unpack_starred_loop(x):
    first, *rest = x
    total = first
    for r in rest:
        total = total * 0.5 + r * r
    return total


@program((arr(2, 3),))
def unpack_rows(x):
    a, b = x
    return np.dot(a, b)


@program((arr(2, 2),))
def unpack_nested(x):
    (a, b), (c, d) = x
    return a * d - b * c


@program(((0.3, (0.5, arr(2))),))
def unpack_nested_argument(p):
    a, (b, c) = p
    return a * b * np.sum(c * c)


@program((arr(3),))
def walrus(x):
    return np.sum((y := np.sin(x)) * y + y)


@program((0.8,))
def walrus_in_test(x):
    if (y := x * x) > 0.1:
        return y * y
    return y


@program((arr(3),))
def annotated(x: np.ndarray) -> float:
    scale: float = 2.5
    y: np.ndarray = scale * x
    z: np.ndarray
    z = y * y
    return np.sum(z)


@program((arr(3), arr(3)))
def shared_subexpression(x, y):
    t = np.exp(x * y)
    u = t * t
    v = t + u
    return np.sum(u * v * t)


@program((arr(4),))
def dead_code(x):
    y = np.log(np.abs(x))
    z = y * 3.0
    w = x * x
    z = w + 0.0
    unused = z @ y
    return np.sum(w)


@program((arr(3), 3))
def integer_parameter(x, n):
    return np.sum(x**n) * n


@program((pos(3), 0.7))
def powers(x, p):
    return np.sum(x**p + p**x + x**2 + 2.0**x + x**-1.5)


@program((arr(3), arr(3)))
def shadowed_names(x, y):
    sum = x * y
    np_ = np.sum(sum)
    abs = np_ * 2.0
    return abs * np_


@program((0.7,))
def augmented_numbers(x):
    y = x
    y += x * x
    y *= x
    y -= 0.5
    y /= 2.0 + x
    y **= 2
    return y + x


@program((arr(3),))
def deeply_nested_expression(x):
    return np.sum(np.tanh(np.exp(-np.abs(np.sin(x * 2.0 + 1.0) - 3.0)) * x) ** 2 / (1.0 + x * x))


@program((arr(3), arr(3)))
def cancels(x, y):
    z = x * y
    return np.sum(z - z) + np.sum(x) - np.sum(x)


@program((arr(3),))
def deleted_name(x):
    y = x * x
    z = y + x
    del y
    return np.sum(z)


@program((pos(3), 5))
def integer_arithmetic(x, n):
    half = n // 2
    rest = n % 2
    return np.sum(x**half) * (rest + 1) + np.mean(x[: n - half])


@program((arr(3),))
def names_like_ours(x):
    d_x = x * x
    g = d_x + 1.0
    ans = g * x
    saved_x = np.sum(ans)
    d_out = saved_x * 2.0
    return d_out * saved_x


@program((0.3, 0.4))
def names_like_ours_parameters(d_x, x):
    d_out = d_x * x
    return d_out * d_x


@program(((0.2, arr(3), 4, "mode"),))
def tuple_parameter(p):
    k, v, n, mode = p
    return k * np.sum(v**2) * n
