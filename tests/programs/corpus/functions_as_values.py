"""Functions as values: made inside, returned, kept in lists and dicts, given to other functions."""

import functools
import itertools
import operator

import numpy as np

from ..registry import arr, pos, program


def scaled(x, k=2.0, *, shift=0.0):
    return k * x + shift


def make_scaler(k):
    def scaler(v):
        return k * v

    return scaler


def make_pair(k):
    """Two functions over one variable."""

    def forwards(v):
        return np.sin(k * v)

    return forwards, lambda v: v / (k * k + 1.0)


def curried(a):
    return lambda b: lambda c: a * b + c * a


def twice(f):
    return lambda v: f(f(v))


def kept_in_a_list(f, x):
    fs = [f, np.sin]
    return fs[0](x) * fs[1](x)


def under_another_name(f, x):
    g = f
    return g(x)


def perhaps_replaced(f, x):
    f = f if np.sum(x) < 100.0 else np.sin
    return f(x)


def handed_on(f, x):
    return kept_in_a_list(f, x) + f(x)


def bisected(f, x, depth):
    if depth == 0:
        return f(x)
    return bisected(f, x * 0.5, depth - 1) + bisected(f, x * 0.25, depth - 1)


def applied(f, *args, **named):
    return f(*args, **named)


# Kept in containers


@program((arr(3), 0.4))
def in_a_dict(x, k):
    ops = {"scale": lambda v: v * k, "sine": np.sin, "shift": lambda v: v + x[0]}
    s = 0.0
    for name in ["scale", "shift", "scale", "sine"]:
        s = s + np.sum(ops[name](x))
    return s


@program((arr(3), 0.4, "a"), (arr(3), 0.4, "b"))
def chosen_by_a_branch(x, k, which):
    if which == "a":
        f = make_scaler(k)
    else:
        f = lambda v: v * v * k  # noqa: E731
    return np.sum(f(x) * x)


@program((arr(3), 0.4, 1), (arr(3), 0.4, 0))
def defined_under_a_branch(x, k, n):
    if n:

        def f(v):
            return k * v

    else:

        def f(v):
            return v * v

    return np.sum(f(x) * f(x))


@program((arr(3), 0.4))
def made_in_a_comprehension(x, k):
    fs = [lambda v, w=w: w * v + k for w in x]
    return fs[0](k) * fs[1](x[2]) + sum(f(2.0) for f in fs)


@program((arr(3), 0.4, 0), (arr(3), 0.4, 3))
def never_or_often_called(x, k, n):
    f = make_scaler(k)
    s = np.sum(x)
    for i in range(n):
        s = s + np.sum(f(x)) * (i + 1)
    return s


@program((0.4, 0.7))
def a_pair_of_functions(x, k):
    there, back = make_pair(k)
    return back(there(x)) * there(k)


@program((0.4, 0.7))
def curried_arguments(x, k):
    f = curried(k)
    return f(x)(k) * curried(x)(2.0)(k)


@program((0.4, 0.7))
def function_of_a_function(x, k):
    return twice(lambda v: v * k + 0.1)(x) + twice(twice(make_scaler(k)))(x)


@program((0.4, 0.7))
def made_and_called_at_once(x, k):
    return (lambda v, w=2.0: v * k * w)(x) + (lambda v: v + k)(v=x)  # noqa: PLC3002


@program((arr(3), 0.4))
def holds_containers(x, k):
    params = {"w": x * k, "b": [k, 2.0]}
    f = lambda v: np.sum(params["w"] * v) + params["b"][0]  # noqa: E731
    fs = [f]
    return fs[0](x) * fs[0](k)


# Given to functions that use them in every way


@program((arr(3), 0.4))
def given_and_kept_in_a_list(x, k):
    return np.sum(kept_in_a_list(lambda v: v * k, x))


@program((arr(3), 0.4))
def given_and_renamed(x, k):
    return np.sum(under_another_name(lambda v: v * k, x))


@program((arr(3), 0.4))
def given_and_perhaps_replaced(x, k):
    return np.sum(perhaps_replaced(lambda v: v * k, x))


@program((arr(3), 0.4))
def given_and_handed_on(x, k):
    return np.sum(handed_on(lambda v, w=k * k: v * k + w, x))


@program((0.4, 0.7))
def given_to_a_recursive_function(x, k):
    return bisected(lambda v: np.sin(k * v), x, 2)


@program((0.4, 0.7))
def given_with_starred_arguments(x, k):
    f = lambda v, w=k: v * w * k  # noqa: E731
    return applied(f, x) + applied(f, x, x) + applied(f, v=k) + applied(f, *[x, k])


@program((0.4, 0.7))
def calls_other_local_functions(x, k):
    w = k * x

    def inner(v):
        return v * w

    def outer(v, u=w * w):
        return inner(v) * k + inner(u)

    fs = [outer, inner]
    return fs[0](x) * fs[1](k) + outer(w) + inner(k)


@program((0.4, 3))
def recursive_and_kept(x, n):
    def power(i):
        return 1.0 if i == 0 else x * power(i - 1)

    fs = [power]
    return fs[0](n) + power(2)


@program((0.4, 0.7))
def decorated_by_a_factory(x, k):
    def times(factor):
        def decorate(f):
            @functools.wraps(f)
            def wrapped(v):
                return f(v) * factor

            return wrapped

        return decorate

    @times(k)
    def square(v):
        return v * v + k

    return square(x) * square(k)


@program((0.4, 0.7))
def default_overridden(x, k):
    f = lambda v, w=k, *, u=k * k: v * w + u  # noqa: E731
    fs = [f]
    return fs[0](x) + fs[0](x, 2.0) + fs[0](x, w=x) + fs[0](x, u=x) + f(x, u=3.0)


# functools, operator, itertools


@program((arr(3), 0.4))
def partial_of_everything(x, k):
    f = functools.partial(scaled, k=k)
    g = functools.partial(f, shift=k * k)
    h = functools.partial(np.multiply, x)
    local = functools.partial(lambda a, b: a * b * k, k)
    return np.sum(f(x) * f(x, shift=k) + g(x) + g(x, k=2.0) + h(k) * local(x))


@program((arr(3), 0.4))
def partials_in_a_loop(x, k):
    fs = [functools.partial(scaled, k=v) for v in x]
    return sum(f(k) for f in fs) * fs[0](x[1])


@program((pos(3),))
def reduced(x):
    a = functools.reduce(operator.mul, x)
    b = functools.reduce(lambda s, v: s * 0.5 + v, x, 1.0)
    return a * b + functools.reduce(np.add, [x[0], x[1] * x[2]])


@program((arr(3), 0.4))
def mapped(x, k):
    a = list(map(lambda v: v * k, x))
    b = sum(map(lambda v, w: v * w * k, x, a))
    c = np.array([*map(np.sin, x)])
    p, q = map(make_scaler(k), (x[0], b))
    total = 0.0
    for v in map(lambda v: v * v, x):
        total += v * k
    return b * np.sum(c) + p * q + total + sum(map(scaled, x))


@program((arr(4), 0.4))
def filtered(x, k):
    kept = list(filter(lambda v: v > 0.0, x))
    return sum(v * k for v in kept) + sum(filter(lambda v: v * k < 0.3, x)) * k


@program((arr(4), 0.4))
def accumulated(x, k):
    sums = list(itertools.accumulate(x))
    products = list(itertools.accumulate(x, operator.mul))
    steps = list(itertools.accumulate(x, lambda s, v: s * k + v, initial=k))
    return sums[-1] * sums[1] + products[2] + sum(steps) * steps[2]


@program((arr(3), arr(2), 0.4))
def chained_and_crossed(x, y, k):
    s = 0.0
    for v in itertools.chain(x, [k], y):
        s = s + v * v * k
    for a, b in itertools.product(x, y):
        s = s + a * b * b
    for a, b in itertools.pairwise(x):
        s = s + (b - a) ** 2 * k
    return s + sum(itertools.islice(x, 2)) * sum(itertools.islice(x, 1, 3))


@program((arr(3), arr(3)))
def over_pairs(x, y):
    a = sum(map(lambda pair: pair[0] * pair[1], zip(x, y, strict=True)))
    b = sum(itertools.starmap(lambda v, w: v * w * w, zip(x, y)))  # noqa: RUF058
    return a * b


@program((arr(4),))
def taken_while(x):
    taken = list(itertools.takewhile(lambda v: v < 5.0, x))
    return sum(taken) * taken[0]


@program((pos(3), 0.4))
def operators_by_name(x, k):
    a = operator.add(x, k) * operator.sub(x, k) + operator.truediv(x, operator.neg(k))
    b = operator.pow(x, 2) + operator.mul(k, operator.getitem(x, 1))
    return np.sum(a * b) * operator.getitem([k, x[0]], 0) + operator.matmul(x, x)


@program((arr(3), 0.4))
def sorted_by_a_function(x, k):
    far = sorted(x, key=lambda v: (v - k) ** 2)
    return far[0] * k + far[2] * far[2]


# Methods and objects


class Affine:
    def __init__(self, w, b):
        self.w = w
        self.b = b

    def __call__(self, v):
        return self.w * v + self.b

    def slope(self, v):
        return self.w * v * v

    @staticmethod
    def squared(v):
        return v * v

    @classmethod
    def doubled(cls, v):
        return 2.0 * v * v


@program((arr(3), 0.4))
def bound_methods(x, k):
    layer = Affine(k, x[0])
    fs = [layer.slope, layer, Affine.squared, Affine.doubled]
    s = 0.0
    for f in fs:
        s = s + np.sum(f(x))
    method = layer.slope
    return s * np.sum(method(x))


@program((arr(3), 0.4))
def methods_of_an_object(x, k):
    layer = Affine(k, x[0])
    return np.sum(layer(x) * layer.slope(x) + layer.squared(x) + layer.doubled(k * x))


@program((arr(3), 0.4))
def callables_in_a_list(x, k):
    layers = [Affine(k, x[0]), Affine(x[1], k), np.tanh]
    for layer in layers:
        x = layer(x)
    return np.sum(x)


@program((arr(3), 0.4))
def function_in_an_attribute(x, k):
    layer = Affine(k, lambda v: v * k)
    inner = layer.b
    return np.sum(inner(x)) * k + np.sum(layer.b(x))


# What is done to what a function holds


@program((arr(3), 0.4), may_refuse=True)
def variable_bound_again(x, k):
    f = [lambda v: v * k]
    k = k * 2.0
    return np.sum(f[0](x)) * k


@program((arr(3), 0.4), may_refuse=True)
def array_written_after(x, k):
    a = x * 1.0
    f = [lambda v: v * a]
    a[0] = k
    return np.sum(f[0](x))


@program((arr(3),), may_refuse=True)
def writes_around_it(x):
    out = np.zeros(3)

    def put(i, v):
        out[i] = v * v

    fs = [put]
    for i in range(3):
        fs[0](i, x[i])
    return np.sum(out)


@program((arr(3),), may_refuse=True)
def appends_around_it(x):
    out = []
    fs = [lambda v: out.append(v * v)]
    for v in x:
        fs[0](v)
    return out[0] + out[1]


@program((arr(3),), may_refuse=True)
def writes_into_its_argument(x):
    out = np.zeros(3)

    def put(a, i, v):
        a[i] = v * v

    fs = [put]
    for i in range(3):
        fs[0](out, i, x[i])
    return np.sum(out)


@program((arr(3), 0.4), may_refuse=True)
def loop_changes_what_map_reads(x, k):
    s = 0.0
    for v in map(lambda u: u * k, x):
        k = k + v
        s = s + v * k
    return s


@program((arr(3),), may_refuse=True)
def map_that_is_kept(x):
    m = map(lambda v: v * v, x)
    return sum(m) + sum(m)


@program((0.4, 0.7))
def mutually_recursive_and_kept(x, k):
    def even(n):
        return x if n == 0 else odd(n - 1) * k

    def odd(n):
        return k if n == 0 else even(n - 1) * x

    fs = [even, odd]
    return fs[0](3) + fs[1](2)


@program((0.4, 0.7), may_refuse=True)
def hidden_by_a_local_name(x, k):
    def inner(v):
        return v * k

    def outer(v):
        k = 3.0
        return inner(v) * k

    return outer(x) + inner(x)


@program((arr(3), 0.4), may_refuse=True)
def result_is_what_it_holds(x, k):
    a = x * k
    fs = [lambda: a]
    b = fs[0]()
    b *= 2.0
    return np.sum(a * a)


@program((arr(3), 0.4), may_refuse=True)
def method_of_a_list_as_a_value(x, k):
    out = []
    push = out.append
    for v in x:
        push(v * k)
    return out[0] * out[1]


@program((arr(3), 0.4))
def integer_bound_again(x, k):
    n = 1
    fs = [lambda v: k * v**n]
    n = 3
    return np.sum(fs[0](x))


@program(
    (arr(3), 0.4, np.multiply),
    (arr(3), 0.4, scaled),
    (arr(3), 0.4, functools.partial(scaled, shift=2.0)),
    (arr(3), 0.4, functools.partial(lambda a, b, c: a * b * c, 2.0)),
)
def partial_of_a_parameter(x, k, f):
    return np.sum(functools.partial(f, k)(x) * x)


@program((arr(3), 0.4))
def two_over_one_array(x, k):
    a = x * k
    fs = {"p": lambda v: v * a[0], "q": lambda v: np.sum(v * a)}
    fs["r"] = fs["p"]
    return fs["p"](k) * fs["q"](x) + fs["r"](a[1])


@program((arr(3), 0.4))
def results_of_every_structure(x, k):
    fs = [lambda v: [v * k, {"a": v + k}], lambda v: v[1:]]
    p, q = fs[0](x)
    return np.sum(p * q["a"]) + np.sum(fs[1](x * k) ** 2)


@program((arr(3), 0.4))
def starred_parameters_of_a_closure(x, k):
    f = lambda *a, **kw: a[0] * kw["s"] * k  # noqa: E731
    fs = [f]
    return np.sum(fs[0](x, s=k)) + np.sum(f(x, s=2.0))


@program((arr(3), 0.4, 3))
def newton_steps(x, k, n):
    def repeated(f, v):
        for _ in range(n):
            v = f(v)
        return v

    return np.sum(repeated(lambda v: v - 0.1 * (v * v - k), x))


# Keys and getters


@program((arr(5),))
def list_sorted_in_place_by_a_key(x):
    values = list(x)
    values.sort(key=abs)
    return values[0] * values[1]


@program((arr(5),))
def longest_row(x):
    rows = [[x[0], x[1]], [x[2]], [x[3], x[4], x[0]]]
    return sum(max(rows, key=len)) * min(rows, key=len)[0]


@program((arr(5),))
def key_is_a_method_of_a_dict(x):
    d = {"a": x[0], "b": x[1], "c": x[2]}
    k = max(d, key=d.get)
    return d[k] * max(d.items(), key=lambda kv: kv[1])[1]


@program((arr(5),))
def key_of_two_arguments(x):
    return max(x[0] * x[1], x[2], key=abs) * min(x[0], x[3], key=lambda v: v * v)


@program((arr(5),))
def itemgetter_as_a_key(x):
    ps = [(v, v * v) for v in x]
    ps.sort(key=operator.itemgetter(1), reverse=True)
    a, b = map(operator.itemgetter(0), ps[:2])
    return a * b * ps[2][1]


@program((arr(5),))
def key_reads_what_is_differentiated(x):
    w = x[1]
    best = max(x, key=lambda v: v * w)
    return best * w


@program((arr(5),))
def getters_called_at_once(x):
    return sum(operator.itemgetter(0, 2)(x)) * operator.methodcaller("sum")(x)


@program((arr(5),))
def key_of_rows(x):
    rows = [x[:2], x[2:]]
    return np.sum(max(rows, key=np.sum) ** 2)


@program((arr(5),))
def key_decides_an_index(x):
    n = np.argmax([max(r, key=abs) for r in (x[:2], x[2:])])
    return max(x, key=lambda v: -v if n else v) * x[n]


@program((arr(5),))
def product_with_repeat(x):
    return sum(a * b * c for a, b, c in itertools.product(x[:3], repeat=3))


@program((arr(5),))
def zip_longest_filled(x):
    return sum(a * b for a, b in itertools.zip_longest(x, x[:2], fillvalue=1.0))


def value_and_slope(x):
    """A function that hands out one named as ours are."""
    halved = x * 0.5

    def pullback(c):
        return (3 * c * halved**2,)

    return x**3, pullback


@program((pos(),))
def pullback_of_the_users(x):
    value, pull = value_and_slope(x)
    return pull(2.0)[0] * value


def _doubled(f):
    @functools.wraps(f)
    def g(*a, **k):
        return f(*a, **k) * 2

    return g


@program((arr(4),))
def keyword_of_the_name_of_the_starred_parameter(x):
    @_doubled
    def h(v, k=1.0):
        return v * k * x[0]

    return h(x[1]) * h(x[2], k=x[3])
