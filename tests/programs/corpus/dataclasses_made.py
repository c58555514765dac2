"""Dataclasses that are made: defaults, factories, frozen ones, what is checked or set afterwards."""

from dataclasses import dataclass, field

import numpy as np

from ..registry import arr, program


@dataclass
class Bag:
    w: object
    items: list = field(default_factory=list)
    values: dict = field(default_factory=dict)

    def add(self, v):
        self.items.append(v * self.w)

    def put(self, key, v):
        self.values[key] = v * self.w


@dataclass
class Total:
    w: object
    start: object = field(default_factory=lambda: np.zeros(3))
    scale: float = 2.0
    label: str = "total"


@dataclass(frozen=True)
class Line:
    a: object
    b: object = 2.0
    name: str = "line"

    def at(self, x):
        return self.a * x + self.b


@dataclass(frozen=True, kw_only=True)
class Bounded:
    low: object
    high: object = 3.0

    def __post_init__(self):
        if not self.low < self.high:
            raise ValueError("empty")

    def middle(self):
        return self.low * self.high


@dataclass(frozen=True)
class Halved:
    a: object

    def __post_init__(self):
        object.__setattr__(self, "half", self.a * 0.5)


@dataclass(frozen=True)
class Logged:
    a: object
    log: list = field(default_factory=list)

    def __post_init__(self):
        self.log.append(self.a)


@dataclass(slots=True)
class Slots:
    a: object
    b: object = 2.0


@program((0.3, 0.5))
def factories(w, x):
    b = Bag(w)
    b.add(x)
    b.add(x * x)
    c = Bag(x, [w])
    c.add(w)
    b.put("k", x)
    d = Bag(w, values={"k": x})
    d.values["k"] = d.values["k"] * b.values["k"]
    return b.items[0] * b.items[1] * sum(c.items) * d.values["k"]


@program((0.3, 0.5, 3))
def factory_in_a_loop(w, x, n):
    s = 0.0
    for i in range(n):
        b = Bag(w * i)
        b.add(x)
        b.add(s)
        s = s + b.items[0] * b.items[1] + len(b.items)
    return s + x


@program((arr(3), 0.5))
def factory_is_a_lambda(x, w):
    t = Total(x)
    t.start = t.start + w * x
    return np.sum(t.start * t.w) * t.scale


@program((arr(3), 0.5), may_refuse=True)  # what `w` holds is another object's, too
def made_by_a_factory_and_written(x, w):
    t, u = Total(x), Total(x, scale=w)
    u.start[1] = x[0] * w
    return np.sum(t.start * t.w) * t.scale + np.sum(u.start) * u.scale


@program((arr(3), 0.5))
def made_by_a_factory_alone(x, w):
    u = Total(x, scale=w)
    u.start[1] = x[0] * w
    return np.sum(u.start * u.w) * u.scale


@program((0.3, 0.5))
def frozen_with_defaults(w, x):
    return Line(w).at(x) * Line(x, w).at(w) * Line(b=x, a=w).at(2.0)


@program((0.3, 0.5))
def frozen_with_checks(w, x):
    return Bounded(low=w).middle() * Bounded(high=x, low=w).middle()


@program((0.3, 0.5))
def frozen_sets_more(w, x):
    h = Halved(w)
    return h.half * h.a * x


@program((0.3, 0.5), may_refuse=True)
def frozen_changes_what_it_holds(w, x):
    h = Logged(w)
    h.log.append(x)
    return h.log[0] * h.log[1] * h.a


@program((0.3, 0.5))
def slots_with_defaults(w, x):
    p, q = Slots(w), Slots(w, x)
    p.b = p.b * q.b
    return p.a * p.b
