"""Calls to functions with source: every way of passing arguments, writes into them, recursion."""

import functools

import numpy as np

from ..registry import arr, pos, program


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def scaled(x, k=2.0, *, shift=0.0):
    return k * x + shift


def total(*parts):
    s = 0.0
    for p in parts:
        s = s + np.sum(p * p)
    return s


def weighted(**weights):
    return weights["a"] * weights["b"] + weights["a"]


def everything(x, *rest, k=1.0, **named):
    for r in rest:
        x = x * r
    for value in named.values():
        x = x + value
    return x * k


def damp(state, rate):
    state *= 1 - rate * state


def step_into(src, dst, k):
    dst[1:] = src[1:] - k * src[:-1] * src[1:]
    dst[0] = src[-1]


def scale_first(x):
    x[0] = x[0] * x[1]
    return x


def two_results(x, y):
    return x * y, x + y


def tail_of(x):
    return x[1:]


def the_same(x):
    return x


def combine(a, b):
    a += b * b
    return a * b


def norm_of(v):
    return np.sqrt(np.sum(v * v))


@program((arr(3, 2), arr(2), arr(3)))
def helper(x, w, b):
    return np.sum(sigmoid(x @ w + b))


@program((arr(3), 0.3))
def keywords_and_defaults(x, s):
    return np.sum(scaled(x) * scaled(x, s) * scaled(x, shift=s) * scaled(k=s, x=x, shift=1.0))


@program((arr(3), arr(2)))
def starred_parameters(x, y):
    return total() + total(x) + total(x, y, x * 2.0)


@program((0.3, 0.4))
def keyword_parameters(x, y):
    return weighted(a=x, b=y) + weighted(b=x * y, a=2.0)


@program((arr(3), 0.4))
def every_parameter_kind(x, y):
    return np.sum(everything(x, y, 2.0, k=y, p=x, q=1.0))


@program((arr(3), 0.4))
def starred_arguments(x, y):
    args = (y, 3.0)
    named = {"k": y, "p": x}
    return np.sum(everything(x, *args, **named))


@program((arr(3), 0.3, 3))
def helper_writes_into_its_parameter(x, rate, n):
    x = x.copy()
    for _ in range(n):
        damp(x, rate)
    return np.sum(x * x)


@program((arr(3), 0.3))
def helper_writes_into_our_parameter(x, rate):
    damp(x, rate)
    return np.sum(x * x)


@program((arr(4), 0.3))
def helper_writes_into_a_view(x, rate):
    a = x * x
    damp(a[1:3], rate)
    b = a[2:]
    damp(b, a[0])
    return np.sum(a * a)


@program((arr(4), 0.3, 4))
def helper_writes_into_swapped_buffers(x, k, n):
    u = x.copy()
    v = np.zeros_like(u)
    for _ in range(n):
        step_into(u, v, k)
        u, v = v, u
    return np.sum(u * u * v)


@program((arr(3),))
def helper_returns_what_it_wrote_into(x):
    a = x * 1.0
    b = scale_first(a)
    b *= 2.0
    return np.sum(a * a) + np.sum(b)


@program((arr(4),))
def helper_returns_a_view(x):
    a = x * 1.0
    t = tail_of(a)
    t *= a[0]
    tail_of(a)[0] += 1.0
    return np.sum(a * a)


@program((arr(3),))
def helper_returns_its_argument(x):
    a = x * 1.0
    b = the_same(a)
    b += a
    return np.sum(a * b)


@program((arr(3),))
def same_array_twice(x):
    """One array under both of the helper's names."""
    a = x * 1.0
    r = combine(a, a)
    return np.sum(r) + np.sum(a)


@program((arr(4),))
def overlapping_views_to_a_helper(x):
    a = x * 1.0
    r = combine(a[:3], a[1:])
    return np.sum(r) + np.sum(a * a)


@program((arr(3), arr(3)))
def several_results(x, y):
    p, s = two_results(x, y)
    q = two_results(p, s)
    return np.sum(q[0] * q[1])


@program((arr(3),))
def one_result_ignored(x):
    p, _ = two_results(x, x)
    two_results(x, p)
    return np.sum(p)


@program((arr(3), 3))
def called_in_a_loop(x, n):
    for i in range(n):
        x = scaled(x, norm_of(x), shift=i)
    return norm_of(x)


@program((0.7, 5), (0.7, 0))
def recursion(x, n):
    if n == 0:
        return 1.0
    return x * recursion(x, n - 1) + n


@program((arr(8),))
def divide_and_conquer(x):
    if len(x) == 1:
        return np.sin(x[0])
    h = len(x) // 2
    return divide_and_conquer(x[:h]) * 1.1 + divide_and_conquer(x[h:]) ** 2


@program((0.7, 4))
def is_even(x, n):
    if n == 0:
        return x
    return is_odd(x * x + 0.1, n - 1)


def is_odd(x, n):
    if n == 0:
        return -x
    return is_even(np.sin(x), n - 1)


@program((arr(4), 3))
def recursion_that_writes(a, n):
    if n == 0:
        return np.sum(a * a)
    a[n] *= a[n - 1]
    return recursion_that_writes(a, n - 1)


def countdown(x, n, out):
    out.append(x)
    if n > 0:
        countdown(np.sin(x), n - 1, out)


@program((0.7, 3))
def recursion_that_appends(x, n):
    out = []
    countdown(x, n, out)
    return sum(out) * out[1]


def fill(out, x):
    for i in range(len(out)):
        out[i] = x * (i + 1)
        if out[i] > 1.0:
            return i
    return -1


@program((0.4,), (0.2,))
def helper_leaves_early(x):
    out = np.zeros(4)
    k = fill(out, x)
    return np.sum(out**2) * (k + 2)


@program((pos(3), 2), (pos(3), 3))
def which_helper(x, n):
    f = norm_of if n == 2 else np.sum
    return f(x * x)


@program((arr(3),))
def functions_in_a_list(x):
    for f in [np.sin, sigmoid, np.tanh, scaled]:
        x = f(x)
    return np.sum(x)


@program((arr(3), np.tanh), (arr(3), sigmoid), (arr(3), scaled))
def function_parameter(x, f):
    return np.sum(f(x) * f(x * 0.5))


def apply_twice(f, x, *args):
    return f(f(x, *args), *args)


@program((arr(3), 0.4))
def higher_order(x, k):
    return np.sum(apply_twice(scaled, x, k) + apply_twice(np.sin, x))


@program((arr(3), 0.4))
def partial_application(x, k):
    f = functools.partial(scaled, k=k)
    return np.sum(f(x) * f(x, shift=k))


@program((arr(3),))
def default_is_a_global(x):
    return np.sum(with_array_default(x) * with_array_default(x, x))


WEIGHTS = np.array([1.0, 2.0, 3.0])


def with_array_default(x, w=WEIGHTS):
    return x * w


@program((arr(3), 0.2), (arr(3),))
def own_default(x, k=0.7):
    return np.sum(x * x) * k


def normalise(x):
    """Reads, then writes, and hands back what it read."""
    n = norm_of(x)
    x /= n
    return n


@program((arr(3), 2))
def effect_and_result(x, n):
    a = x * 1.0
    s = 1.0
    for _ in range(n):
        s = s * normalise(a)
        a += x * s
    return s + np.sum(a * x)


def none_returned(x):
    x = x * 2.0


@program((arr(3),))
def helper_without_effect(x):
    none_returned(x)
    return np.sum(x * x)


def update(params, grads, rate):
    for key in params:
        params[key] = params[key] - rate * grads[key]


@program((arr(3), arr(2), 0.3))
def helper_changes_a_dict(w, b, rate):
    params = {"w": w * 1.0, "b": b * 1.0}
    update(params, {"w": w * w, "b": b**3}, rate)
    update(params, params, 0.5)
    return np.sum(params["w"] ** 2) + np.sum(params["b"])


def push(stack, x):
    stack.append(x * x)
    return len(stack)


@program((arr(3),))
def helper_appends(x):
    stack = []
    for v in x:
        n = push(stack, v)
    return stack[0] * stack[-1] * n


@program((arr(3), arr(3)))
def nested_calls(x, y):
    return np.sum(scaled(scaled(x, 0.5, shift=norm_of(y)), norm_of(scaled(y))))


@program((arr(4), 3))
def unrolled_network(x, n):
    def layer(h, k):
        return np.tanh(h * k) + h

    for k in range(n):
        x = layer(x, k + 0.5)
    return np.sum(x)


@program((0.3, 0.7))
def numbers_and_arrays_to_the_same_helper(x, y):
    a = scaled(x, y)
    b = scaled(np.array([1.0, 2.0]) * x, y)
    return a * np.sum(b)


def swap_in_place(a, i, j):
    a[i], a[j] = a[j], a[i]


@program((arr(4),))
def quicksort(x):
    a = x * 1.0

    def sort(lo, hi):
        if lo >= hi:
            return
        p = lo
        for i in range(lo, hi):
            if a[i] < a[hi]:
                swap_in_place(a, i, p)
                p += 1
        swap_in_place(a, p, hi)
        sort(lo, p - 1)
        sort(p + 1, hi)

    sort(0, len(a) - 1)
    return np.sum(a * np.arange(4.0) ** 2)


@program((arr(3), arr(3)))
def write_after_the_call_that_saved(x, y):
    """The helper's own adjoint needs what we spoil after it returned."""
    a = x * 1.0
    r = sigmoid(a) * a
    t = scaled(a, np.sum(a))
    a[:] = y
    return np.sum(r * t) + np.sum(a * a)
