"""Local functions that bind variables around them (`nonlocal`), called in place."""

import numpy as np

from ..registry import arr, program


@program((arr(5),))
def nonlocal_in_the_order_of_evaluation(x):
    n = 1.0

    def up(v):
        nonlocal n
        n = n * v
        return n

    return n * up(x[0]) + up(x[1]) * n + n


@program((arr(5),))
def nonlocal_with_early_returns(x):
    best = x[0]

    def see(v):
        nonlocal best
        if v < best:
            return False
        best = v
        return True

    k = 0
    for v in x:
        if see(v):
            k += 1
    return best * best * k


@program((arr(5),))
def nonlocal_in_conditions(x):
    n = 0

    def f(v):
        nonlocal n
        n += 1
        for u in x:
            if u > v:
                return u * v
        return v

    a = f(x[1]) if f(x[0]) > 0 else f(x[2])
    return a * n


@program((arr(5),))
def nonlocal_through_another_function(x):
    s = 0.0

    def add(v):
        nonlocal s
        s = s + v * v

    def both(a, b=2.0):
        add(a)
        add(a * b)

    both(x[0])
    both(x[1], b=x[2])
    for v in [add(w) for w in x]:
        pass
    return s


@program((arr(5),))
def nonlocal_in_augmented_assignments(x):
    s = 0.0

    def f(v):
        nonlocal s
        s = s + v
        return v

    t = x[0]
    t += f(x[1])
    a = [t, f(x[2]), s]
    return a[0] * a[1] * a[2] + s


@program((arr(5),))
def nonlocal_counter_of_calls(x):
    calls = 0

    def rhs(t, y):
        nonlocal calls
        calls += 1
        return -x[0] * y + x[1] * t

    y = x[2]
    for i in range(3):
        k1 = rhs(i * 0.1, y)
        k2 = rhs(i * 0.1 + 0.05, y + 0.05 * k1)
        y = y + 0.1 * k2
    return y * calls


@program((arr(5),))
def nonlocal_array(x):
    y = x.copy()

    def step():
        nonlocal y
        y = y * y
        y[0] = x[1]

    step()
    z = y
    step()
    return np.sum(y) * z[2]


@program((arr(5),), may_refuse=True)
def nonlocal_function_as_a_value(x):
    s = 0.0

    def f(v):
        nonlocal s
        s = s + v
        return v * s

    return sum(map(f, x))


@program((arr(5),), may_refuse=True)
def nonlocal_and_an_exception(x):
    n = x[0]

    def f(v):
        nonlocal n
        n = n * v
        if n < 0:
            raise ValueError
        n = n * 2

    for v in x:
        try:
            f(v)
        except ValueError:
            pass
    return n


@program((arr(5),))
def order_in_comparisons(x):
    n = 0.0

    def up(v):
        nonlocal n
        n = n + v * v
        return n

    a = n < up(x[0]) < up(x[1])
    b = x[2] * n if (n > 5 or up(x[2]) > n - 0.1) else up(x[3])
    return a * b + n


@program((arr(5),))
def order_in_subscripts(x):
    i = 0

    def nxt():
        nonlocal i
        i += 1
        return i

    y = x * 2
    y[nxt()] = x[nxt()] * i
    y[i] += y[nxt()]
    z = {nxt(): x[i - 4], "k": i}
    return np.sum(y * y) + z["k"] * z[4]


@program((arr(5),))
def order_of_keywords(x):
    s = 1.0

    def m(v, w=2.0):
        nonlocal s
        s = s * v
        return s + w

    def g(a, b, c=0.0):
        return a * b + c

    return g(s, m(x[0]), c=m(w=s, v=x[1])) + s


@program((arr(5),))
def inside_a_comprehension(x):
    s = 0.0

    def add(v):
        nonlocal s
        s = s + v
        return s

    sums = [add(v) * s for v in x if add(v) < 100]
    return sum(sums) + s


@program((arr(5),))
def several_results(x):
    s = x[0]

    def f(v):
        nonlocal s
        s = s * v
        return s, v

    a, b = f(x[1])
    c = (s, *f(x[2]))
    return a * b + c[0] * c[1] * c[2]


@program((arr(5),))
def inside_an_f_string(x):
    n = 0

    def f():
        nonlocal n
        n += 1
        return n

    t = f"{n}{f()}{n}"
    return x[0] * len(t) * int(t)


@program((arr(5),))
def parameter_bound_again(x):
    n = 0.0

    def f(v):
        nonlocal n
        n += v
        v = v * 2
        n += v

    v = x[0]
    f(v)
    f(v * v)
    return n * v


@program((arr(5),))
def argument_is_the_variable(x):
    s = x[0]

    def f(v):
        nonlocal s
        s = s * 2 + 1
        return v * s

    return f(s) * f(s)


@program((arr(5),))
def two_variables_in_a_loop(x):
    acc = []
    total = 0.0

    def push(v):
        nonlocal acc, total
        acc = acc + [v]
        total += v * len(acc)

    for v in x:
        if v < 0:
            continue
        push(v)
        if len(acc) == 2:
            break
    return total * acc[0]
