"""Arrays that lists, tuples and dicts hold, written in place: through them or beside them."""

import numpy as np

from ..registry import arr, program


@program((arr(4),))
def item_augmented(x):
    u = x * 1.0
    xs = [u, x * 2.0]
    xs[0] += x * x
    return np.sum(u * x) + np.sum(xs[0] * xs[1])


@program((arr(4),), may_refuse=True)
def item_twice_same(x):
    """One array twice in a list: refused, as its two places are one."""
    u = x * 1.0
    xs = []
    for _ in range(2):
        xs.append(u)
    xs[0] *= 3.0
    return np.sum(xs[0]) + np.sum(xs[1] * x)


@program((arr(4),), may_refuse=True)
def helper_writes_container(x):
    w = x * 1.0
    p = {"w": w}

    def f(q):
        q["w"][0] = 5.0 * q["w"][1]

    f(p)
    return np.sum(w * x)


@program((arr(4),), may_refuse=True)
def tuple_as_whole(x):
    """The pair as a whole is read after its elements were written."""
    a = x * 1.0
    pair = (a[1:], a[:-1])
    a *= x

    def g(p):
        return np.sum(p[0] * p[1])

    return g(pair)


@program((arr(4),))
def tuple_const(x):
    a = x * 1.0
    b = x * 2.0
    t = (a, b)
    t[0][1:] += t[1][:-1]
    c, d = t
    return np.sum(a * x) + np.sum(c * d)


@program((arr(4),))
def list_elements_replaced(x):
    a = x * 1.0
    xs = [a, a * 2.0]
    xs[1] = a
    xs[1][0] = x[1] * 7.0
    return np.sum(xs[0] * x) + np.sum(a)


@program((arr(4),))
def list_alias(x):
    a = x * 1.0
    xs = [a, a * 2.0]
    ys = xs
    ys[0] = x * 3.0
    xs[0][0] *= 2.0
    return np.sum(ys[0] * x) + np.sum(a)


@program((arr(4),), may_refuse=True)
def list_appended(x):
    a = x * 1.0
    xs = [a]
    xs.append(x * 2.0)
    xs[1][0] = x[1] * 3.0
    a *= 2.0
    return np.sum(xs[1] * x) + np.sum(a)


@program((arr(4),))
def list_of_buffers(x):
    """What changes places within a list stays apart."""
    bufs = [x * 1.0, x * 0.3]
    for _ in range(3):
        bufs[1] += bufs[0] * bufs[0]
        bufs[0], bufs[1] = bufs[1], bufs[0]
    return np.sum(bufs[0] * bufs[1])


@program((arr(4),))
def sgd_on_dict(x):
    p = {"w": x * 1.0, "b": x[:1] * 2.0}
    for _ in range(3):
        r = p["w"] * x + p["b"]
        p["w"] -= 0.1 * r
        p["b"] -= 0.1 * np.sum(r)
    return np.sum(p["w"] ** 2) + p["b"][0]


@program((arr(4),))
def appended_buffers(x):
    xs = []
    for i in range(3):
        xs.append(x * i)
    for i in range(3):
        xs[i][0] = x[1] * xs[(i + 1) % 3][1]
        xs[i] *= x
    return np.sum(xs[0] * xs[1] * xs[2])


@program((arr(4),))
def loop_over_list(x):
    xs = [x * 1.0, x * 2.0]
    for v in xs:
        v *= x
        v[0] = 0.5
    return np.sum(xs[0] * xs[1])


@program((arr(4),))
def comprehension(x):
    xs = [x * float(i) for i in range(3)]
    xs[1][1:] = xs[2][:-1]
    s = sum(np.sum(v * v) for v in xs)
    xs[0] += s
    return np.sum(xs[0]) + s


@program((arr(4),), may_refuse=True)
def replaced_between(x):
    xs = [x * 1.0, x * 2.0]
    v = xs[0]
    xs[0] = x * 3.0
    v *= 2.0
    return np.sum(v * xs[0])


@program((arr(4),))
def stack_after(x):
    xs = [x * 1.0, x * 2.0]
    xs[0][1] = 4.0 * x[0]
    m = np.stack(xs)
    xs[1] *= 2.0
    return np.sum(m * m) + np.sum(xs[1] * xs[0])


@program((arr(4),), may_refuse=True)
def same_twice(x):
    xs = [x * 1.0] * 2
    xs[0] *= 2.0
    return np.sum(xs[1] * x)


@program((arr(4),))
def items_alias(x):
    xs = [x * 1.0, x * 2.0]
    ys = xs
    ys[0] *= x
    xs[0][0] = ys[1][1]
    return np.sum(xs[0] * ys[1])


@program((arr(4),))
def shared_between_lists(x):
    """Two lists hold the same array."""
    xs = [x * 1.0, x * 2.0]
    ys = [xs[0], x * 3.0]
    ys[0] *= 2.0
    return np.sum(xs[0] * ys[1])


@program((arr(4),), may_refuse=True)
def pop_then_write(x):
    xs = [x * 1.0, x * 2.0]
    v = xs.pop()
    v *= xs[0]
    xs[0] *= v
    return np.sum(v) + np.sum(xs[0] ** 2)


@program((arr(4),))
def helper_item(x):
    xs = [x * 1.0, x * 2.0]

    def f(a):
        a *= a[1]

    f(xs[0])
    f(xs[1])
    return np.sum(xs[0] * xs[1])


@program((arr(4),))
def helper_list(x):
    xs = [x * 1.0, x * 2.0]

    def f(q):
        q[0] *= q[1]
        q[1][0] = 3.0 * q[0][1]

    f(xs)
    return np.sum(xs[0] * xs[1])


@program((arr(4),))
def item_view(x):
    xs = [x * 1.0, x * 2.0]
    v = xs[0][1:]
    v *= 2.0
    return np.sum(xs[0] * xs[1])


@program((arr(4),))
def branch(x):
    xs = [x * 1.0, x * 2.0]
    for i in range(4):
        if i % 2:
            xs[0] *= x
        else:
            xs[1] += xs[0]
    return np.sum(xs[0] * xs[1])


@program((arr(4),))
def nested(x):
    g = [[x * 1.0, x * 2.0], [x * 3.0]]
    g[0][1] *= x
    return np.sum(g[0][1] * g[1][0])


@program((arr(3, 4),), may_refuse=True)
def param_dict(m):
    p = {"a": m}
    p["a"][0] *= 2.0
    return np.sum(p["a"] * m)


@program((arr(4),), may_refuse=True)
def enumerate_list(x):
    xs = [x * 1.0, x * 2.0, x * 3.0]
    for i, v in enumerate(xs):
        v[i] *= x[0]
        v += xs[0]
    return np.sum(xs[0] * xs[1] * xs[2])


@program((arr(4),))
def zip_lists(x):
    xs = [x * 1.0, x * 2.0]
    ys = [x * 3.0, x * 4.0]
    for a, b in zip(xs, ys):
        a *= b
        b[0] = a[1]
    return np.sum(xs[0] * xs[1] * ys[0] + ys[1])


@program((arr(4),), may_refuse=True)
def reversed_list(x):
    xs = [x * 1.0, x * 2.0]
    for v in reversed(xs):
        v *= xs[0]
    return np.sum(xs[0] * xs[1])


@program((arr(4),), may_refuse=True)
def loop_over_shared(x):
    u = x * 1.0
    xs = [u, x * 2.0]
    for v in xs:
        v *= u
    return np.sum(xs[0] * xs[1])


@program((arr(4),), may_refuse=True)
def comprehension_of_views(x):
    m = np.outer(x, x)
    xs = [r for r in m]
    xs[0] *= 2.0
    return np.sum(m * m)


@program((arr(4),), may_refuse=True)
def list_of_array(x):
    m = np.outer(x, x)
    xs = list(m)
    xs[0][:] = x
    return np.sum(m * m)


@program((arr(4),))
def params_list_update(x):
    ws = [x * 1.0, x * 2.0]
    for step in range(2):
        gs = [w * x for w in ws]
        for w, g in zip(ws, gs):
            w -= 0.1 * g
    return np.sum(ws[0] * ws[1])


@program((arr(4),))
def append_same_in_loop(x):
    """Each round appends a new array."""
    xs = []
    v = x * 1.0
    for i in range(3):
        v = v * x
        xs.append(v)
    for w in xs:
        w *= 2.0
    return sum(np.sum(w) for w in xs)


@program((arr(4),), may_refuse=True)
def append_alias_in_loop(x):
    """Two rounds append the same array."""
    xs = []
    v = x * 1.0
    for i in range(3):
        xs.append(v)
        if i == 1:
            v = v * x
    for w in xs:
        w *= 2.0
    return sum(np.sum(w) for w in xs)


@program((arr(3), arr(3), 2))
def read_through_a_list_in_a_loop(x, m, n):
    """What the loop reads of `xs` is added to what the list was made of, before the loop."""
    xs = [m * 1.5, x]
    for _ in range(n):
        x[0] += 0.3
        m[0] /= 2.0 + np.sin(np.sum(xs[0]))
    return np.sum(m * m)
