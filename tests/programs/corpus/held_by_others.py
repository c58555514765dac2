"""Programs meant to break it: who else holds the object, list or array that is written."""

import collections

import numpy as np

from ..registry import arr, program
from .containers import Layer
from .objects import Net, Particle, Slotted


def h0(q):
    q[0] *= 2.0


def hpush(xs, v):
    xs.append(v)


def hset(p, v):
    p.x = v


def hrow(g):
    g[0][0] = g[1][1] * 2.0


@program((arr(3),), may_refuse=True)
def doubled_helper(x):
    xs = [x * 1.0] * 2
    h0(xs)
    return np.sum(xs[1] * x)


@program((arr(3),), may_refuse=True)
def pushed_then_written(x):
    u = x * 1.0
    xs = []
    hpush(xs, u)
    u *= 3.0
    return np.sum(xs[0] * x)


@program((arr(3),), may_refuse=True)
def set_then_written(x):
    u = x * 1.0
    p = Particle(x * 2.0, x * 1.5)
    hset(p, u)
    u *= 3.0
    return np.sum(p.x * x)


@program((arr(3),), may_refuse=True)
def set_then_object_written(x):
    u = x * 1.0
    p = Particle(x * 2.0, x * 1.5)
    hset(p, u)
    p.x *= 3.0
    return np.sum(u * x)


@program((arr(3),), may_refuse=True)
def shared_v_kicked(x):
    v = x * 1.0
    ps = [Particle(x, v), Particle(x * 2.0, v)]
    for p in ps:
        p.kick()
    return np.sum(ps[0].v * ps[1].v * x)


@program((arr(3),))
def separate_kicked(x):
    ps = [Particle(x * 1.0, x * 2.0), Particle(x * 2.0, x * 3.0)]
    for p in ps:
        p.kick()
    return np.sum(ps[0].v * ps[1].v * x)


@program((arr(3),))
def row_twice(x):
    r = [x[0], x[1]]
    g = [r, r]
    g[0][0] = g[1][1] * 3.0
    return g[1][0] * x[0]


@program((arr(3),), may_refuse=True)
def row_thrice(x):
    g = [[x[0], x[1]]] * 3
    g[0][0] = g[1][1] * 3.0
    return g[1][0] * x[0]


@program((arr(3),), may_refuse=True)
def row_helper_twice(x):
    r = [x[0], x[1]]
    g = [r, r]
    hrow(g)
    return g[1][0] * x[0]


@program((arr(3),))
def row_helper(x):
    g = [[x[0], x[1]], [x[1], x[2]]]
    hrow(g)
    return g[0][0] * x[0]


@program((arr(3),))
def grid_loops(x):
    g = [[0.0] * 3 for _ in range(3)]
    for i in range(3):
        for j in range(3):
            g[i][j] = x[i] * x[j] + (g[i - 1][j] if i > 0 else 0.0)
    return sum(sum(r) for r in g) * g[2][1]


@program((arr(3),), may_refuse=True)
def zeros_grid_shared(x):
    g = [[0.0] * 3] * 3
    for i in range(3):
        g[i][i] = x[i] * 2.0 + g[0][1]
    return g[0][0] * g[1][2] + g[2][1]


@program((arr(3),))
def dict_overwritten(x):
    d = {"a": x * 1.0}
    d["a"] = d["a"] * x
    d["a"] = d["a"] * x + x
    y = d["a"]
    d["a"] = x * 0.0
    return np.sum(y * d["a"]) + np.sum(y)


@program((arr(3),))
def pop_then_append_same(x):
    xs = [x * 1.0, x * 2.0]
    v = xs.pop()
    xs.append(v)
    xs.append(v * x)
    return np.sum(xs[1] * xs[2])


@program((arr(3),))
def pop_append_write(x):
    xs = [x * 1.0, x * 2.0]
    v = xs.pop()
    xs.append(v)
    v *= x
    return np.sum(xs[1] * x)


@program((arr(3),))
def append_both_names(x):
    a = []
    b = a
    a.append(x * 1.0)
    b.append(x * x)
    a.append(b[0] * a[1])
    return np.sum(b[2]) + len(b)


def dm(x, acc=[]):
    acc.append(x)
    return acc[-1] * x


@program((arr(3),))
def default_mutable(x):
    return np.sum(dm(x * 2.0))


G = []


def keep(x):
    G.append(x * 2.0)
    return np.sum(G[-1] * x)


@program((arr(3),), may_refuse=True)
def global_list(x):
    return keep(x)


GP = Particle(1.0, 2.0)


@program((arr(3),), may_refuse=True)
def global_object(x):
    GP.x = x * 2.0
    return np.sum(GP.x * x)


@program((arr(3),), may_refuse=True)
def global_object_method(x):
    GP.v = 2.0
    GP.x = x[0] * 2.0
    GP.step(0.1)
    return GP.x * x[0]


class Counter2:
    total = 0.0

    def __init__(self, w):
        self.w = w

    def add(self, v):
        Counter2.total = v
        self.w = self.w + Counter2.total


@program((arr(3),), may_refuse=True)
def class_attr_written(x):
    c = Counter2(x[0])
    c.add(x[1])
    return c.w * c.total


@program((arr(3),))
def setdefault_list(x):
    d = {}
    for i in range(3):
        d.setdefault(i % 2, []).append(x[i] * x[i])
    return sum(d[0]) * sum(d[1])


@program((arr(3),))
def dict_or(x):
    d = {"a": x * 1.0} | {"a": x * x, "b": x * 2.0}
    e = dict(d)
    e["a"] = x
    d |= {"b": x * x}
    return np.sum(d["a"] * e["b"]) + np.sum(d["b"])


@program((arr(3),))
def deli(x):
    xs = [x * 1.0, x * x, x * 3.0]
    del xs[1]
    return np.sum(xs[1] * xs[0])


@program((arr(3),))
def deld(x):
    d = {"a": x * 1.0, "b": x * x}
    del d["a"]
    return np.sum(d["b"] * x)


@program((arr(3),))
def inlist(x):
    xs = [x * 1.0]
    ys = xs * 2
    zs = ys[::-1] + xs[:1]
    zs[1:2] = [x * x, x]
    return np.sum(zs[0] * zs[1] * zs[2])


@program((arr(3),))
def tuple_of_lists(x):
    a = [x * 1.0]
    t = (a, [x * 2.0])
    t[0].append(x * x)
    t[1][0] = t[0][1] * x
    return np.sum(t[1][0]) + np.sum(a[1])


@program((arr(3),))
def obj_early(x):
    p = Particle(x * 1.0, x * 2.0)
    for i in range(4):
        p.x = p.x * p.v
        if np.sum(p.x) > 0.5:
            return np.sum(p.x)
        if i == 2:
            p.v = p.x
    return np.sum(p.v)


@program((arr(3),), may_refuse=True)
def linked(x):
    a = Slotted(x[0], None) if False else Slotted(x[0], x[1])
    n = Net(x, x * 2.0)
    n.first = a
    n.first.a = n.first.a * 2.0
    return a.a * n.first.b


@program((arr(3),))
def while_obj(x):
    p = Particle(x[0], x[1])
    k = 0
    while p.x < 5 and k < 4:
        p.x = p.x + p.v * p.v
        k += 1
    return p.x * p.v


@program((arr(3),))
def nested_def_obj(x):
    p = Particle(x * 1.0, x * 2.0)

    def up(k):
        p.x = p.x * k

    up(x)
    up(2.0)
    return np.sum(p.x * p.v)


@program((arr(3),))
def swap_objs(x):
    p, q = (Particle(x * 1.0, x * 2.0), Particle(x * 3.0, x * x))
    p, q = (q, p)
    p.x = q.x * p.v
    return np.sum(p.x) + np.sum(q.v)


@program((arr(3),), may_refuse=True)
def branch_alias(x):
    p, q = (Particle(x * 1.0, x * 2.0), Particle(x * 3.0, x * x))
    r = p if np.sum(x) > 0 else q
    r.x = r.x * r.v
    return np.sum(p.x * q.x)


@program((arr(3),))
def obj_list_index(x):
    ps = [Particle(x * 1.0, x * 2.0), Particle(x * 3.0, x * x)]
    for k in range(3):
        ps[k % 2].step(0.1)
        ps[k % 2].x = ps[k % 2].x * ps[(k + 1) % 2].v
    return np.sum(ps[0].x * ps[1].x)


@program((arr(3),), may_refuse=True)
def pair_objs(x):
    ps = [Particle(x * 1.0, x * 2.0), Particle(x * 3.0, x * x)]
    for p in ps:
        for q in ps:
            p.v = p.v + 0.1 * q.x * p.x
    return np.sum(ps[0].v * ps[1].v)


@program((arr(3),), may_refuse=True)
def zip_objs(x):
    ps = [Particle(x * 1.0, x * 2.0), Particle(x * 3.0, x * x)]
    for p, k in zip(ps, [x * 2.0, x * 3.0]):
        p.x = p.x * k
    for i, p in enumerate(ps):
        p.v = p.v * i + p.x
    return np.sum(ps[0].v * ps[1].v)


@program((arr(3),), may_refuse=True)
def tangled(x):
    p = Particle(x * 1.0, x * 2.0)
    p.x, p.v = (p.v, p.x)
    p.x[0] = p.v[1]
    p.v *= p.x
    return np.sum(p.x * p.v)


@program((arr(3),), may_refuse=True)
def same_array_two_attrs(x):
    u = x * 1.0
    p = Particle(u, u)
    p.x *= 2.0
    return np.sum(p.v * x)


@program((arr(3),), may_refuse=True)
def same_array_two_attrs_init(x):
    p = Particle(x * 1.0, None)
    p.v = p.x
    p.x *= 2.0
    return np.sum(p.v * x)


def hshare(p, q):
    p.x = q.x


@program((arr(3),), may_refuse=True)
def shared_by_helper(x):
    p, q = (Particle(x * 1.0, x * 2.0), Particle(x * 3.0, x * x))
    hshare(p, q)
    q.x *= 2.0
    return np.sum(p.x * x)


@program((arr(3),), may_refuse=True)
def shared_by_helper2(x):
    p, q = (Particle(x * 1.0, x * 2.0), Particle(x * 3.0, x * x))
    hshare(p, q)
    p.x *= 2.0
    return np.sum(q.x * x)


@program((arr(3),), may_refuse=True)
def shared_by_helper3(x):
    p, q = (Particle(x * 1.0, x * 2.0), Particle(x * 3.0, x * x))
    hshare(p, q)
    p.kick()
    p.x = p.x * 2.0
    return np.sum(q.x * x * p.v)


@program((arr(3),))
def stored_lists(x):
    r = [x[0], x[1]]
    a = [r]
    b = [r, [x[2], x[0]]]
    a[0][1] = x[2] * x[2]
    b[0].append(x[1] * 3.0)
    return a[0][1] * b[0][2] * r[1]


@program((arr(3),))
def rows_swapped(x):
    g = [[x[0], x[1]], [x[2], x[0]]]
    g[0], g[1] = (g[1], g[0])
    g[0][0] = g[1][0] * 3.0
    return g[0][0] * g[1][1] + g[0][1]


@program((arr(3),), may_refuse=True)
def row_taken_then_replaced(x):
    g = [[x[0], x[1]], [x[2], x[0]]]
    r = g[0]
    g[0] = [x[1] * 2.0, x[0]]
    r[0] = x[2] * 5.0
    return g[0][0] * r[0] + r[1]


@program((arr(3),))
def row_in_loop_append(x):
    g = []
    for i in range(3):
        r = []
        for j in range(3):
            r.append(x[i] * x[j])
        g.append(r)
    g[0][1] = g[2][2] * x[0]
    for r in g:
        r[0] = r[0] * r[1]
    return sum(r[0] for r in g)


@program((arr(3),), may_refuse=True)
def same_row_appended(x):
    r = [x[0], x[1]]
    g = []
    for i in range(2):
        g.append(r)
    g[0][0] = x[2] * 2.0
    return g[1][0] * x[0]


@program((arr(3),))
def dict_of_lists(x):
    d = {"a": [x[0]], "b": [x[1]]}
    for k in ("a", "b", "a"):
        d[k].append(d[k][-1] * x[2])
    d["a"][0] = d["b"][1]
    return d["a"][0] * d["a"][2] + sum(d["b"])


@program((arr(3),), may_refuse=True)
def dict_of_dicts(x):
    d = {"a": {"w": x * 1.0, "n": 3}, "b": {"w": x * 2.0, "n": 2}}
    for k in ("a", "b"):
        d[k]["w"] = d[k]["w"] * d[k]["n"] * x
    d["a"]["w"] *= 2.0
    return np.sum(d["a"]["w"] * d["b"]["w"])


@program((arr(3),), may_refuse=True)
def early_exit_dict(x):
    d = {"s": x * 1.0, "k": [0.0]}
    for i in range(4):
        d["k"][0] = d["k"][0] + np.sum(d["s"])
        if d["k"][0] > 1:
            break
        d["s"] = d["s"] * x + 1.0
    return d["k"][0] * np.sum(d["s"])


@program(({"p": Layer(arr(3), arr(3))},))
def obj_in_dict_param(d):
    d["p"].weight = d["p"].weight * d["p"].bias
    return np.sum(d["p"].weight * d["p"].bias)


@program(([Layer(arr(3), arr(3)), Layer(arr(3), arr(3))],))
def objs_param(ls):
    s = 0.0
    for layer in ls:
        layer.bias = layer.bias * layer.weight
        s = s + np.sum(layer.bias)
    return s + np.sum(ls[0].bias * ls[1].weight)


@program((Layer([arr(3), 0.5, 3, None, "s"], arr(3)),))
def obj_mixed(layer):
    return np.sum(layer.weight[0] * layer.bias) * layer.weight[1] * layer.weight[2]


@program(({"l": [{"w": arr(3), "b": 0.5}, {"w": arr(3), "b": 0.2}]},))
def params_updated(p):
    for layer in p["l"]:
        layer["w"] = layer["w"] * layer["b"]
        layer["b"] = layer["b"] * 2.0
    return sum(np.sum(layer["w"]) * layer["b"] for layer in p["l"])


@program((arr(3),))
def ring_of_states(x):
    q = collections.deque([x * 1.0], maxlen=2)
    for _ in range(3):
        q.append(q[-1] * x)
    return np.sum(q[0] * q[1])
