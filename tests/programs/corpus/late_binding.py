"""Functions that read their variables when they are called, or bind them (`nonlocal`), as values."""

import functools

import numpy as np

from ..registry import arr, program


@program((arr(3),))
def rebound_after_a_lambda_in_a_list(x):
    k = x[0]
    fs = [lambda v: v * k]
    k = x[1] * 2.0
    return fs[0](x[2]) * k


@program((arr(3),))
def counter_loop_variable(x):
    fs = []
    for i in range(3):
        fs.append(lambda v: v * x[i])
    return fs[0](x[0]) + fs[2](x[1])


@program((arr(3),))
def accumulator_as_a_value(x):
    total = 0.0

    def add(v):
        nonlocal total
        total = total + v * v
        return total

    ys = list(map(add, x))
    return ys[1] * ys[2] + total


def make_counter(start):
    n = start

    def count(v):
        nonlocal n
        n = n + v
        return n

    return count


@program((arr(3),))
def counter_by_a_factory(x):
    c = make_counter(x[0])
    a = c(x[1])
    b = c(x[2])
    return a * b


@program((arr(3),))
def two_counters_by_a_factory(x):
    c = make_counter(x[0])
    d = make_counter(x[1])
    a = c(x[1]) * d(2.0)
    b = c(x[2]) + d(a)
    return a * b


def make_account(balance):
    def deposit(v):
        nonlocal balance
        balance += v
        return balance

    def withdraw(v):
        nonlocal balance
        balance -= v * v
        return balance

    return deposit, withdraw


@program((arr(3),))
def two_functions_over_one_variable(x):
    deposit, withdraw = make_account(x[0])
    deposit(x[1])
    a = withdraw(x[2])
    b = deposit(a)
    return a * b


@program((arr(3),))
def two_functions_inside(x):
    balance = x[0]

    def deposit(v):
        nonlocal balance
        balance += v

    def get():
        return balance * 2.0

    ops = {"d": deposit, "g": get}
    ops["d"](x[1])
    a = ops["g"]()
    ops["d"](x[2] * a)
    return ops["g"]() * balance


def running_mean():
    total, n = 0.0, 0

    def update(v):
        nonlocal total, n
        total += v
        n += 1
        return total / n

    return update


@program((arr(4),))
def running_mean_by_a_factory(x):
    avg = running_mean()
    s = 0.0
    for v in x:
        s = s + avg(v) ** 2
    return s


@program((arr(3),))
def rebound_in_a_branch(x):
    k = x[0]

    def f(v):
        return v * k

    fs = [f]
    if x[0] > 0:
        k = k * x[1]
    return fs[0](x[2])


@program((arr(3),))
def used_and_rebound_in_a_loop(x):
    k = x[0]
    ops = [lambda v: v * k, lambda v: v + k * k]
    s = x[1]
    for i in range(4):
        s = ops[i % 2](s)
        k = k * 0.5 + s * 0.1
    return s * k


def run_steps(f, x, n):
    for _ in range(n):
        x = f(x)
    return x


@program((arr(3),))
def counting_calls_of_a_callback(x):
    calls = 0

    def f(v):
        nonlocal calls
        calls += 1
        return np.sin(v) * x[0]

    y = run_steps(f, x[1], 4)
    return y * calls


@program((arr(3),))
def state_in_a_callback(x):
    m = x[2]

    def f(v):
        nonlocal m
        m = 0.9 * m + 0.1 * v
        return v - m

    y = run_steps(f, x[1], 4)
    return y * m


@program((arr(3),))
def history_by_a_callback(x):
    seen = []

    def f(v):
        seen.append(v)
        return np.sin(v) * x[0]

    y = run_steps(f, x[1], 4)
    return y * sum(seen)


@program((arr(3), 3))
def recursion_with_a_nonlocal(x, n):
    total = 0.0

    def go(k, v):
        nonlocal total
        if k == 0:
            return v
        total = total + v
        return go(k - 1, v * x[0])

    return go(n, x[1]) * total


@program((arr(3),))
def function_defined_before_its_variable(x):
    def f(v):
        return v * k

    fs = [f]
    k = x[0] * x[1]
    return fs[0](x[2]) + fs[0](k)


@program((arr(3), 0.3))
def parameter_rebound(x, k):
    fs = [lambda v: v * k]
    k = k * k
    return np.sum(fs[0](x))


@program((arr(3),), may_refuse=True)
def array_rebound(x):
    w = x * 2.0
    fs = {"f": lambda v: np.sum(v * w)}
    a = fs["f"](x)
    w = w * x
    b = fs["f"](x)
    w[0] = a
    return a * b * fs["f"](w)


def make_memo(f):
    last = None

    def call(v):
        nonlocal last
        if last is None:
            last = f(v)
        return last

    return call


@program((arr(3),))
def computed_once(x):
    f = make_memo(lambda v: v * x[0])
    return f(x[1]) * f(x[2])


@program((arr(3),))
def loop_of_defs(x):
    fs = []
    for i in range(3):

        def f(v):
            return v * x[i] + i

        fs.append(f)
    s = 0.0
    for i in range(3):
        s = s + fs[i](x[0]) * x[1]
    return s


@program((arr(3),))
def comprehension_of_lambdas(x):
    fs = [lambda v: v * c for c in x]
    return fs[0](x[0]) * fs[1](x[1])


@program((arr(3),))
def comprehension_of_lambdas_bound(x):
    fs = [lambda v, c=c: v * c for c in x]
    return fs[0](x[0]) * fs[1](x[1])


@program((arr(3),))
def composed_in_a_loop(x):
    f = lambda v: v  # noqa: E731
    for c in x:
        f = (lambda g, c: lambda v: np.sin(g(v) * c))(f, c)  # noqa: PLC3002
    return f(x[0])


@program((arr(3), 4))
def mutual_recursion_inside(x, n):
    def even(k, v):
        return v if k == 0 else odd(k - 1, v * x[0])

    def odd(k, v):
        return x[1] if k == 0 else even(k - 1, v + x[2])

    return even(n, x[1]) + odd(n, x[2])


@program((arr(3), 4))
def mutual_recursion_as_a_value(x, n):
    def even(k, v):
        return v if k == 0 else odd(k - 1, v * x[0])

    def odd(k, v):
        return x[1] if k == 0 else even(k - 1, v + x[2])

    fs = [even, odd]
    return fs[0](n, x[1]) + fs[1](n, x[2])


@program((arr(3), 2))
def chosen_by_index(x, i):
    fs = [np.sin, np.cos, lambda v: v * x[0]]
    return np.sum(fs[i](x)) * fs[0](x[1])


@program((arr(3), "scale"))
def chosen_by_key(x, key):
    table = {"sin": np.sin, "scale": lambda v: v * x[0]}
    f = table.get(key, np.cos)
    return np.sum(f(x))


@program((arr(3),))
def lambda_in_a_default(x):
    def f(v, act=lambda u: np.tanh(u * x[0])):
        return act(v) * v

    return f(x[1]) + f(x[2], np.sin)


@program((arr(3),), may_refuse=True)
def list_in_a_cell(x):
    acc = []

    def push(v):
        nonlocal acc
        acc = acc + [v * x[0]]
        return len(acc)

    n = list(map(push, x))
    return sum(acc) * n[2]


@program((arr(3),))
def closure_made_in_a_helper_inside(x):
    k = x[0]

    def make():
        return [lambda v: v * k]

    fs = make()
    k = x[1] * 2.0
    return fs[0](x[2])


@program((arr(3),))
def closure_made_in_a_helper_inside2(x):
    k = x[0]

    def make():
        return lambda v: v * k

    f = make()
    k = x[1] * 2.0
    return f(x[2]) * k


def apply(f, v):
    return f(v)


@program((arr(3),))
def given_to_a_helper_after(x):
    k = x[0]
    f = lambda v: v * k  # noqa: E731
    a = apply(f, x[1])
    k = a * 2.0
    return apply(f, x[2])


def keep(fs, f):
    fs.append(f)


@program((arr(3),))
def kept_by_a_helper(x):
    k = x[0]
    fs = []
    keep(fs, lambda v: v * k)
    k = x[1] * 2.0
    return fs[0](x[2])


@program((arr(3),))
def in_partial(x):
    k = x[0]
    f = functools.partial(lambda a, v: a * v * k, x[1])
    k = x[2] * 3.0
    return f(x[0])


class Box:
    def __init__(self, f):
        self.f = f

    def run(self, v):
        return self.f(v) * 2.0


@program((arr(3),))
def in_an_object(x):
    k = x[0]
    b = Box(lambda v: v * k)
    a = b.run(x[1])
    k = a * x[2]
    return b.run(x[1]) * b.f(x[0])


@program((arr(3), 0))
def zero_trips(x, n):
    k = x[0]
    fs = [lambda v: v * k]
    for i in range(n):
        k = k * x[1]
    return fs[0](x[2])


@program((arr(3), 3))
def early_exit(x, n):
    k = x[0]
    fs = [lambda v: v * k]
    s = 0.0
    while True:
        s = s + fs[0](x[1])
        if n == 0:
            return s * k
        k = k * x[2]
        n -= 1


@program((arr(3),))
def returns_arrays(x):
    w = x * 2.0

    def step(v):
        nonlocal w
        w = w * v + x
        return w

    out = [step(v) for v in x]
    fs = [step]
    return np.sum(fs[0](x[1]) * out[0])


@program((arr(3),), may_refuse=True)
def array_param_in_a_cell(x):
    w = x
    fs = [lambda v: np.sum(w * v)]
    a = fs[0](x[0])
    w = w * 2.0
    return a * fs[0](x[1])


@program((arr(3),), may_refuse=True)
def stored_then_written(x):
    w = x * 1.0

    def setw(v):
        nonlocal w
        w = v

    def getw():
        return w

    fs = [setw, getw]
    y = x * 3.0
    fs[0](y)
    y[0] = x[1]
    return np.sum(fs[1]() * y)


@program((arr(3),), may_refuse=True)
def got_then_written(x):
    w = x * 1.0

    def getw():
        return w

    def double():
        nonlocal w
        w = w * 2.0

    fs = [getw, double]
    fs[1]()
    y = fs[0]()
    y[0] = x[1] * 5.0
    return np.sum(fs[0]() * y)


def make_store(w):
    def setw(v):
        nonlocal w
        w = v

    def getw():
        return w

    return setw, getw


@program((arr(3),), may_refuse=True)
def stored_then_written_by_factory(x):
    setw, getw = make_store(x * 1.0)
    y = x * 3.0
    setw(y)
    y[0] = x[1]
    return np.sum(getw() * y)


@program((arr(3),), may_refuse=True)
def got_then_written_by_factory(x):
    setw, getw = make_store(x * 1.0)
    y = getw()
    y[0] = x[1]
    return np.sum(getw() * y)


@program((arr(3),))
def store_by_factory(x):
    setw, getw = make_store(x * 1.0)
    y = getw() * 2.0
    setw(y)
    z = getw() * x[0]
    setw(z * y)
    return np.sum(getw() * y)


@program((arr(3),), may_refuse=True)
def in_a_try(x):
    n = x[0]

    def f(v):
        nonlocal n
        n = n * v
        if n > 0:
            raise ValueError
        n = n * 2
        return n

    fs = [f]
    s = 0.0
    for v in x:
        try:
            s = s + fs[0](v)
        except ValueError:
            s = s + 1.0
    return n * s


@program((arr(3),))
def in_a_with(x):
    n = x[0]

    def f(v):
        nonlocal n
        n = n * v
        return n

    fs = [f]
    with np.errstate(all="ignore"):
        a = fs[0](x[1])
    return a * n


@program((arr(3),))
def nested_factories(x):
    def outer(a):
        total = a

        def mid(b):
            count = b

            def inner(c):
                nonlocal total, count
                total = total + c * count
                count = count * 2.0
                return total * count

            return inner

        return mid, lambda: total

    mid, get = outer(x[0])
    i = mid(x[1])
    j = mid(x[2])
    a = i(x[0])
    b = j(a)
    return a * b * i(b) + get()


@program((arr(3),))
def result_not_used(x):
    n = x[0]

    def f(v):
        nonlocal n
        n = n * v

    fs = {"f": f}
    fs["f"](x[1])
    if n > -100.0:
        fs["f"](x[2])
    return n * 2.0


@program((arr(3),))
def integer_state(x):
    i = 0

    def nxt():
        nonlocal i
        i += 1
        return i - 1

    fs = [nxt]
    s = 0.0
    for _ in range(3):
        s = s * 2.0 + x[fs[0]()]
    return s


@program((arr(3),))
def string_and_none_state(x):
    mode, last = "a", None

    def f(v):
        nonlocal mode, last
        if mode == "a":
            mode = "b"
            last = v * v
            return v
        r = last * v
        last = None
        return r

    fs = [f]
    return fs[0](x[0]) * fs[0](x[1])


@program((arr(3),))
def tuple_state(x):
    s = (x[0], x[1])

    def f(v):
        nonlocal s
        a, b = s
        s = (b, a * v)
        return a

    fs = [f]
    return fs[0](x[2]) * fs[0](x[1]) * fs[0](1.0)


@program((arr(3),))
def two_levels_up(x):
    k = x[0]

    def a():
        def b(v):
            nonlocal k
            k = k * v
            return k

        return b

    f = a()
    return f(x[1]) * f(x[2]) * k


@program((arr(3),))
def loop_target_captured(x):
    fs = []
    for v in x:
        fs.append(lambda u: u * v)
    return fs[0](x[1])


@program((arr(3, 2),))
def loop_targets_unpacked(x):
    fs = []
    for a, b in x:
        fs.append(lambda u: u * a + b)
    return fs[0](x[1, 1]) * fs[2](x[0, 0])


@program((arr(3),))
def with_branches(x):
    k = x[0]
    f = (lambda v: v * k) if x[0] > 0 else (lambda v: v + k)
    fs = [f, f]
    k = k * x[1]
    a = fs[0](x[2])
    k = k + a
    return fs[1](a) * k


@program((arr(3),), may_refuse=True)
def sorted_key(x):
    c = x[0]
    ks = []

    def key(v):
        nonlocal c
        c = c + v
        return -v

    ys = sorted(x, key=key)
    return ys[0] * ys[1] * c


@program((arr(3),))
def filter_state(x):
    prev = -10.0

    def rising(v):
        nonlocal prev
        r = v > prev
        prev = v
        return r

    ys = list(filter(rising, x))
    return sum(ys) * prev


@program((arr(3),))
def reduce_state(x):
    n = 1.0

    def f(a, b):
        nonlocal n
        n = n * 0.5
        return a + b * b * n

    return functools.reduce(f, x) * n


@program((arr(3), np.float32(0.5)))
def float32_state(x, s):
    t = s

    def f(v):
        nonlocal t
        t = t * np.float32(2.0)
        return v * t

    fs = [f]
    return np.sum(fs[0](x)) + np.sum(fs[0](x)) * t


@program((arr(3),))
def name_like_a_helper(x):
    count = x[0]
    fs = [lambda v: v * count]
    count = x[1] * 2.0
    return np.sum(fs[0](x)) * count


@program((arr(3),))
def user_cell(x):
    Cell = x[0]
    fs = [lambda v: v * Cell]
    Cell = x[1] * 2.0
    return np.sum(fs[0](x)) * Cell


@program((arr(3),))
def results_that_nobody_reads(x):
    n = 0.0

    def add(v):
        nonlocal n
        n = n + v * v
        return [v, {"n": n}]

    def twice(v):
        return add(v), add(v * x[2])

    fs = [add, twice]
    fs[0](x[0])
    for g in fs:
        g(x[1])
    return n


@program((arr(4),))
def comprehension_of_lambdas_over_pairs(x):
    fs = [lambda v: v * a + b for a, b in zip(x, x * x, strict=True)]
    return fs[0](x[1]) * fs[-1](x[2])


@program((arr(4),))
def comprehension_of_lambdas_over_two_loops(x):
    fs = [lambda v: v * a + b for a in x for b in x[:2]]
    return fs[0](x[1]) * fs[-1](x[2])


@program((arr(4),))
def dict_of_lambdas(x):
    fs = {i: (lambda v: v * c + i) for i, c in enumerate(x)}
    return fs[0](x[0]) * fs[1](x[1])


@program((arr(4),))
def lambdas_called_while_they_are_made(x):
    fs = []
    ys = [fs.append(lambda v: v * c) or fs[0](c) for c in x if c > -10]
    return sum(ys) * fs[0](x[0])


@program((arr(4),))
def lambdas_over_arrays_made_twice(x):
    k = x[0]

    def make(s):
        return [lambda v: np.sum(v * c * s * k) for c in [x, x * x, 2 * x]]

    a, b = make(x[1]), make(x[2])
    return a[0](x[0]) * b[1](x)


@program((arr(4),))
def comprehension_of_lambdas_over_nothing(x):
    fs = [lambda v: v * c for c in x[:0]]
    return x[0] + len(fs)


@program((arr(4),))
def three_that_call_each_other(x):
    def a(n):
        return x[0] if n <= 0 else b(n - 1) * x[1] + c(n - 2)

    def b(n):
        return x[2] if n <= 0 else c(n - 1) * x[3]

    def c(n):
        return x[1] if n <= 0 else a(n - 1) * b(n - 2) * x[0]

    fs = {"a": a, "c": c}
    return fs["a"](4) * fs["c"](3)


def make_two(w, k):
    def f(n, v):
        return v * w if n == 0 else g(n - 1, v * k)

    def g(n, v):
        return v + k if n == 0 else f(n - 1, v * v * w)

    return f, g


@program((arr(4),))
def two_that_call_each_other_by_a_factory(x):
    total = 0.0
    for k in range(3):
        for h in make_two(x[k], x[k + 1]):
            total = total + h(3, x[0])
    return total


@program((arr(4),))
def two_that_call_each_other_given_to_map(x):
    def even(n):
        return np.sum(x) if n == 0 else odd(n - 1) * x[1]

    def odd(n):
        return x[2] if n == 0 else np.sum(np.sin(x * even(n - 1)))

    return sum(map(even, [1, 2, 3])) * sum(map(odd, [0, 1]))


@program((arr(4), arr(4)), wrt=(0, 1))
def tests_of_what_a_function_counts(x, y):
    n = 1

    def bump():
        nonlocal n
        n += 1
        return y[0]

    functions = [bump]
    t = 1.0
    for j in range(2):
        t *= np.sum(x[n - 1 : n + 1] * y[n]) if n % 2 == 1 else x[n]
        t += functions[0]() * x[j]
        match n:
            case 2:
                t *= x[0]
            case 3:
                t *= y[1] * t
    return t
