"""Objects, lists and arrays that are copied by the module `copy`, and changed afterwards."""

import copy
from copy import deepcopy

import numpy as np

from ..registry import arr, program


class Body:
    def __init__(self, x, v):
        self.x = x
        self.v = v
        self.name = "body"

    def kick(self, by):
        self.v *= by


class Own(Body):
    """A class that says how it is copied."""

    def __copy__(self):
        return Own(self.x * 2.0, self.v)

    def __deepcopy__(self, memo):
        return Own(self.x * 3.0, self.v)


class Stateful(Body):
    def __getstate__(self):
        return {"x": self.x * 2.0}

    def __setstate__(self, state):
        self.x = state["x"]
        self.v = 1.0


@program((arr(3), arr(3)))
def copied(x, v):
    p = Body(x, v)
    q = copy.copy(p)
    q.x = q.x * v
    p.v = p.v * 2.0
    return np.sum(p.x * q.x * q.v * p.v)


@program((arr(3), arr(3)), may_refuse=True)
def copied_and_written_within(x, v):
    p = Body(x * 2.0, v * 1.0)
    q = copy.copy(p)
    q.x[0] = 2.0
    q.kick(3.0)
    return np.sum(p.x * q.x * q.v * p.v)


@program((arr(3), arr(3)))
def deeply_copied(x, v):
    p = Body(x * 2, v * 1.5)
    q = deepcopy(p)
    q.x[0] = 2.0
    q.v *= 2.0
    q.kick(0.5)
    p.x[1] = v[0]
    return np.sum(p.x * q.x * q.v * p.v)


@program((Body(arr(3), arr(3)), 0.5))
def deep_copy_of_an_argument(p, k):
    q = deepcopy(p)
    q.kick(k)
    q.x[1:] = q.v[1:] * k
    return np.sum(p.x * q.x * q.v * p.v)


@program((arr(3), arr(3)), may_refuse=True)
def deep_copy_of_one_array_twice(x, v):
    y = x * v
    a = [y, y]
    b = deepcopy(a)
    b[0] *= v
    return np.sum(b[1] * a[0])


@program((arr(3), arr(3)))
def lists_copied(x, v):
    a = [x, v]
    b = copy.copy(a)
    b[0] = x * v
    c = copy.deepcopy(b)
    c[0] = c[0] * v
    c.append(x)
    return np.sum(a[0] * b[0] * c[0] * c[2])


@program((arr(3), arr(3)))
def nested_copied(x, v):
    a = {"k": [x, v * 2]}
    c = copy.deepcopy(a)
    c["k"][0] *= v
    c["l"] = c["k"]
    return np.sum(a["k"][0] * c["l"][0] * c["k"][1])


@program((arr(3), 0.4))
def arrays_copied(x, k):
    y, z = copy.copy(x), copy.deepcopy(x)
    y[0] = 1.0
    z *= k
    return np.sum(x * y * z) * copy.copy(k)


@program((arr(3), arr(3), 3))
def best_so_far(x, v, n):
    p = Body(x, v)
    best = copy.deepcopy(p)
    for i in range(n):
        p.x = np.sin(p.x) * p.v
        if np.sum(p.x**2) < np.sum(best.x**2) or i == 1:
            best = copy.deepcopy(p)
    return np.sum(best.x * p.x * best.v)


@program((arr(3), arr(3)), may_refuse=True)
def copied_in_its_own_way(x, v):
    p = Own(x, v)
    return np.sum(copy.copy(p).x * copy.deepcopy(p).x)


@program((arr(3), arr(3)), may_refuse=True)
def copied_by_its_state(x, v):
    q = copy.copy(Stateful(x, v))
    return np.sum(q.x) * q.v


@program((arr(3), arr(3)), may_refuse=True)
def tuples_copied(x, v):
    t = (x * 2.0, v)
    s, r = copy.copy(t), copy.deepcopy(t)
    s[0][0] = 1.0
    r[0][1] = 1.0
    return np.sum(t[0] * s[1] * r[0])
