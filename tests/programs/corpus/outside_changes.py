"""What is found outside, or counts inside, and changes while the function runs."""

import random

import numpy as np

from ..registry import program

_TWO = (np.array([0.5, 0.85, 0.86, 0.84]), np.array([-0.4, 0.845, 0.42, -0.77]))
W = np.ones(4)
LIST = [1.0, 2.0]
STATE = {"w": np.ones(4), "lr": 1.0}
CACHE = {}
COUNT = {"n": 0}
LOG = []


class Net:
    def __init__(self):
        self.w = np.ones(4)
        self.hist = []


class Sched:
    def __init__(self):
        self.n = 0
        self.rate = 0.5

    def step(self):
        self.n += 1
        self.rate *= 0.5


N = Net()
S = Sched()


def reset():
    W[:] = [1.0, 2.0, 3.0, 4.0]
    LIST[:] = [1.0, 2.0]
    STATE["w"] = np.arange(4.0)
    STATE["lr"] = 1.0
    CACHE.clear()
    N.w = np.arange(4.0)
    N.hist.clear()


def bump():
    COUNT["n"] += 1


def halve():
    W[:] *= 0.5


def dot(a, b):
    return np.sum(a * b * a)


def use(a):
    return np.sum(a * W * a)


@program(_TWO)
def array_changed_after_it_was_read(x, y):
    reset()
    t = 0.0
    for j in range(3):
        t = t + np.sum(x * W) * y[j]
        W[:] *= 0.5
    return t


@program(_TWO)
def array_changed_by_a_function(x, y):
    reset()
    t = 0.0
    for j in range(3):
        t = t + np.sum(x * W) * y[j]
        halve()
    return t


@program(_TWO)
def list_that_grows_between_loops(x, y):
    reset()
    t = 0.0
    for j in range(3):
        for w in LIST:
            t = t + w * x[j] * y[j] * t + w * x[j]
        LIST.append(0.5)
    return t


@program(_TWO)
def entries_bound_anew(x, y):
    reset()
    t = 0.0
    for j in range(3):
        t = t + np.sum(x * STATE["w"]) * y[j] * STATE["lr"]
        STATE["w"] = STATE["w"] * 0.5
        STATE["lr"] *= 0.3
    return t


@program(_TWO)
def entry_changed_in_place(x, y):
    reset()
    t = 0.0
    for j in range(3):
        t = t + np.sum(x * STATE["w"]) * y[j]
        STATE["w"] *= 0.5
    return t


@program(_TWO)
def parts_of_an_entry_changed(x, y):
    reset()
    t = 0.0
    for j in range(3):
        t = t + np.sum(x * STATE["w"]) * y[j]
        STATE["w"][1] *= 0.5
        STATE["w"][2:] = 0.5
    return t


@program(_TWO)
def cache_that_fills(x, y):
    reset()
    t = 0.0
    for j in range(3):
        key = j % 2
        if key not in CACHE:
            CACHE[key] = np.exp(-key) * 2
        t = t + x[j] * CACHE[key] * y[j] + t * x[j]
    return t


@program(_TWO)
def object_changed_in_place(x, y):
    reset()
    t = 0.0
    for j in range(3):
        t = t + np.sum(x * N.w) * y[j]
        N.w *= 0.5
        N.hist.append(j)
        if len(N.hist) > 1:
            t = t * x[0]
    return t


@program(_TWO)
def attribute_bound_anew(x, y):
    reset()
    t = 0.0
    for j in range(3):
        t = t + np.sum(x * N.w) * y[j]
        N.w = N.w * 0.5 + j
    return t


@program(_TWO)
def array_given_to_a_function(x, y):
    reset()
    t = 0.0
    for j in range(3):
        t = t + dot(x, W) * y[j]
        W[0] += 1
    return t


@program(_TWO)
def array_that_a_function_reads(x, y):
    reset()
    t = 0.0
    for j in range(3):
        t = t + use(x) * y[j]
        W[0] += 1
    return t


@program(_TWO)
def view_changed_in_place(x, y):
    reset()
    v = W[1:]
    t = 0.0
    for j in range(3):
        t = t + np.sum(x[1:] * v) * y[j]
        v *= 0.5
    return t


@program(_TWO)
def array_as_out(x, y):
    reset()
    t = 0.0
    for j in range(3):
        t = t + np.sum(x[1:] * W[1:]) * y[j] + np.dot(x, W) ** 2
        np.multiply(W, 0.5, out=W)
    return t


@program(_TWO, may_refuse=True)
def array_changed_while_a_loop_runs_over_it(x, y):
    reset()
    t = 0.0
    for i, w in enumerate(W):
        t = t + w * x[i] * t + y[i] * w * x[i]
        W[-1] *= 0.5
    return t


@program(_TWO)
def entry_updated(x, y):
    reset()
    t = 0.0
    for j in range(3):
        t = t + STATE["lr"] * x[j] * (t + y[j])
        STATE.update(lr=STATE["lr"] * 0.5)
    return t


@program(_TWO)
def counter(x, y):
    COUNT["n"] = 0
    t = 1.0
    for j in range(4):
        COUNT["n"] += 1
        if COUNT["n"] % 2 == 1:
            t *= x[j]
        else:
            t += x[j] * y[j] * t
    return t


@program(_TWO)
def length_of_a_list(x, y):
    LOG.clear()
    t = 1.0
    for j in range(4):
        LOG.append(j)
        if len(LOG) % 2 == 1:
            t *= x[j]
        else:
            t += x[j] * y[j] * t
    return t


@program(_TWO)
def counter_in_a_function(x, y):
    COUNT["n"] = 0
    t = 1.0
    for j in range(4):
        bump()
        if COUNT["n"] % 2 == 1:
            t *= x[j]
        else:
            t += x[j] * y[j] * t
    return t


@program(_TWO)
def object_with_a_method(x, y):
    S.n = 0
    S.rate = 0.5
    t = 1.0
    for j in range(4):
        S.step()
        if S.n % 2 == 1:
            t *= x[j] * S.rate
        else:
            t += x[j] * y[j] * t
    return t


@program(_TWO)
def object_made_inside(x, y):
    s = Sched()
    t = 1.0
    for j in range(4):
        s.step()
        if s.n % 2 == 1:
            t *= x[j] * s.rate
        else:
            t += x[j] * y[j] * t
    return t


@program(_TWO)
def random_of_python(x, y):
    rng = random.Random(0)
    t = 1.0
    for j in range(4):
        if rng.random() < 0.5:
            t *= x[j]
        else:
            t += x[j] * y[j] * t
    return t


@program(_TWO)
def random_of_numpy(x, y):
    rng = np.random.default_rng(0)
    t = 1.0
    for j in range(4):
        m = rng.random(4) < 0.5
        t = t + np.sum(np.where(m, x, y) * t)
        if rng.integers(2) == 0:
            t *= x[0]
    return t


@program(_TWO)
def iterator_of_flags(x, y):
    it = iter([1, 0, 1, 1])
    t = 1.0
    for j in range(4):
        if next(it) == 1:
            t *= x[j]
        else:
            t += y[j] * t * t
    return t


@program(_TWO)
def list_that_is_emptied(x, y):
    q = [1, 0, 1, 1]
    t = 1.0
    for j in range(4):
        if q.pop() == 1:
            t *= x[j]
        else:
            t += y[j] * t * t
    return t


@program(_TWO)
def set_that_grows(x, y):
    seen = set()
    t = 1.0
    for j in (0, 1, 1, 2):
        if j in seen:
            t *= x[j]
        else:
            t += y[j] * t * t
        seen.add(j)
    return t


@program(_TWO)
def flags_in_an_array(x, y):
    a = np.array([1, 0, 1, 0])
    t = 1.0
    for j in range(4):
        if a[j] and a.sum() > 1:
            t *= x[j]
        else:
            t += y[j] * t * t
        a[j] = 1 - a[j]
    return t


@program(_TWO)
def dict_changed_by_a_closure(x, y):
    state = {"lr": 1.0, "n": 0}

    def advance():
        state["n"] += 1
        state["lr"] *= 0.5

    t = 1.0
    for j in range(4):
        advance()
        if state["n"] > 2:
            t *= x[j] * state["lr"]
        else:
            t += y[j] * t * t
    return t


def _made():
    count = {"n": 0}
    buffer = np.zeros(4)

    def counting(x, y):
        count["n"] = 0
        buffer[:] = 1.0
        t = 0.0
        for j in range(3):
            count["n"] += 1
            buffer[j] += count["n"]
            if count["n"] != 2:
                t = t + np.sum(x * buffer) * y[j]
            else:
                t = t * x[0]
        return t

    return counting


closure_that_counts = program(_TWO)(_made())


CALLS = []


class Counter:
    n = 0
    calls = CALLS

    @classmethod
    def up(cls):
        cls.n += 1

    def __call__(self, v):
        Counter.calls.append(1)
        type(self).n = type(self).n + 1
        return v * self.n * len(Counter.calls)


@program(_TWO)
def attribute_of_a_class(x, y):
    Counter.n = 0
    t = 1.0
    for j in range(4):
        Counter.n += 1
        if Counter.n % 2 == 1:
            t *= x[j]
        else:
            t += x[j] * y[j] * t
    return t


@program(_TWO)
def method_of_a_class_that_counts(x, y):
    Counter.n = 0
    t = 1.0
    for j in range(4):
        Counter.up()
        if Counter.n % 2 == 1:
            t *= x[j]
        else:
            t += x[j] * y[j] * t
    return t


@program(_TWO)
def object_that_counts_in_its_class(x, y):
    Counter.n = 0
    Counter.calls.clear()
    counter = Counter()
    t = 1.0
    for j in range(4):
        t = t + counter(x[j]) * y[j] * t
    return t


def squared(v):
    squared.calls += 1
    return v * v * squared.calls


@program(_TWO)
def attribute_of_a_function(x, y):
    squared.calls = 0
    t = 1.0
    for j in range(4):
        t += squared(x[j]) * y[j] * t
    return t


@program(_TWO)
def entry_of_a_copy_changed_in_place(x, y):
    reset()
    copied = STATE.copy()
    t = 1.0
    for j in range(3):
        copied["w"][1] *= 0.5
        if STATE["w"][1] < 0.3:
            t = t * x[j]
        else:
            t = t + x[j] * y[j]
    return t
