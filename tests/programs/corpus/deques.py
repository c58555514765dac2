"""Deques: windows, queues and rings of states."""

import collections
from collections import deque

import numpy as np

from ..registry import arr, program


class _Holder:
    def __init__(self):
        self.h = deque(maxlen=2)


@program((arr(5),))
def window(x):
    d = deque(maxlen=3)
    s = 0.0
    for v in x:
        d.append(v)
        s += sum(d) / len(d) * v
    return s


@program((arr(5),))
def queue_of_squares(x):
    d = deque()
    s = 0.0
    for v in x:
        d.append(v * v)
        if len(d) > 2:
            s += d.popleft() * v
    return s + d[-1] * d[0]


@program((arr(5),))
def rotated_ring(x):
    d = deque([x[0], x[1], x[2]])
    for v in x:
        d.rotate(1)
        d[0] = d[0] * v
    d.rotate(-1)
    d.appendleft(x[3])
    return d[0] * d[1] + d.pop() ** 2


@program((arr(5),))
def filter_states(x):
    d = deque([0.0] * 3, maxlen=3)
    s = 0.0
    for v in x:
        d.appendleft(v)
        s += d[0] * 0.5 + d[1] * 0.3 * v + d[2] * 0.2
    return s


@program((arr(5),))
def made_longer_than_it_may_be(x):
    d = deque(x, maxlen=2)
    return d[0] * d[1]


@program((arr(5), 2))
def length_is_a_parameter(x, n):
    h = collections.deque(maxlen=n)
    s = 0.0
    for v in x:
        if len(h) == n:
            s += h[0] * v
        h.append(v)
    return s * h[-1]


@program((arr(5),))
def arrays(x):
    h = deque([x, x * 2], maxlen=2)
    for k in range(3):
        h.append(np.sin(h[0]) + h[1] * x[k])
    return np.sum(h[-1] * h[0])


@program((arr(5),))
def breadth_first(x):
    q = deque([0])
    s = 0.0
    seen = set()
    while q:
        i = q.popleft()
        if i in seen:
            continue
        seen.add(i)
        s += x[i] ** 2 * (len(q) + 1)
        for j in (i + 1, i + 2):
            if j < 5:
                q.append(j)
    return s


@program((arr(5),))
def written_by_a_closure(x):
    h = deque(maxlen=2)

    def push(v):
        h.append(v * v)
        return sum(h)

    return push(x[0]) * push(x[1]) * push(x[2])


@program((arr(5),))
def held_array_is_written(x):
    h = deque(maxlen=2)
    y = x.copy()
    for i in range(3):
        h.append(y)
        y[i] = y[i] * 2
        y = y * 1.5
    return np.sum(h[0] * h[1])


@program((arr(5),), may_refuse=True)
def returned(x):
    h = deque(maxlen=2)

    def f():
        h.append(x[0])
        h.append(x[1])
        h.append(x[2])
        return h

    return sum(f())


@program((arr(5),), may_refuse=True)
def kept_in_an_attribute(x):
    held = _Holder()
    for v in x:
        held.h.append(v)
    return sum(held.h)


@program((arr(5),), may_refuse=True)
def under_two_names(x):
    h = deque(maxlen=2)
    g = h
    for v in x:
        g.append(v)
    return sum(h)


@program((arr(5),))
def turned_and_reversed(x):
    h = deque(x[:3], maxlen=3)
    out = 0.0
    for i, v in enumerate(h):
        out += v * i
    h.rotate()
    h.append(x[4])
    h.reverse()
    return out + np.dot(np.array(h), x[:3]) + max(h)
