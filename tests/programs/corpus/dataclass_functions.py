"""`replace`, `asdict`, `astuple` and `__post_init__` of dataclasses, frozen ones too."""

import copy
import dataclasses
from dataclasses import asdict, astuple, dataclass, field, replace

import numpy as np

from ..registry import arr, program


@dataclass(frozen=True)
class Area:
    a: float
    b: float = 2.0
    c: float = field(init=False, default=0.0)

    def __post_init__(self):
        object.__setattr__(self, "c", self.a * self.b)


@dataclass(frozen=True)
class Grown:
    a: float

    def __post_init__(self):
        object.__setattr__(self, "half", self.a * 0.5)
        object.__setattr__(self, "w", np.array([1.0, 2.0]) * self.half)

    def grow(self, v):
        return replace(self, a=self.a + v)


@dataclass
class Derived:
    obj: float
    b: float = 1.0
    c: float = field(init=False)

    def __post_init__(self):
        self.c = self.obj * self.b


@dataclass(kw_only=True)
class Part:
    a: float
    w: np.ndarray


@dataclass
class Whole:
    first: Part
    parts: list
    w: np.ndarray
    pair: tuple = (1.0, 2.0)
    name: str = "whole"


@dataclass
class State:
    position: np.ndarray
    velocity: np.ndarray
    t: float = 0.0

    def __post_init__(self):
        if self.t < 0:
            raise ValueError("t")
        self.energy = 0.5 * np.sum(self.velocity**2)


@program((arr(4),))
def frozen_with_a_derived_field(x):
    p = Area(x[0], x[1])
    g = Grown(x[3])
    return p.c * p.a + Area(x[2]).c * g.half * np.sum(g.w)


@program((arr(4),))
def frozen_replaced(x):
    p = Area(x[0], x[1])
    q = replace(p, b=x[2])
    return q.c * p.c + q.b * copy.copy(p).c


@program((arr(4),))
def frozen_replaced_by_a_method_in_a_loop(x):
    p = Grown(x[0])
    total = 0.0
    for v in x:
        p = p.grow(v)
        total = total + p.half * p.w[1]
    return total


@program((arr(4),))
def replaced_runs_post_init(x):
    q = Derived(x[0], x[1])
    r = dataclasses.replace(q, obj=x[2])
    same = replace(q)
    q.b = 3.0
    same.c = same.c * x[3]
    return r.c * q.c * r.b * q.b + same.c


@program((arr(4),))
def states_replaced_in_a_loop(x):
    s = State(x[:2] * 1.0, x[2:] * 1.0)
    energy = 0.0
    for _ in range(3):
        dx, dv = 0.1 * s.velocity, -0.1 * s.position
        s = replace(s, position=s.position + dx, velocity=s.velocity + dv, t=s.t + 0.1)
        energy = energy + s.energy
    return energy + np.sum(s.position)


@program((arr(4),))
def replaced_shares_its_arrays(x):
    q = Part(a=x[0], w=x * x)
    r = replace(q, a=x[1])
    r.w[0] = 7.0
    return np.sum(q.w) * r.a * q.a


@program((arr(4),))
def as_dict_copies_all_that_is_inside(x):
    s = Whole(Part(a=x[0], w=x * x), [Part(a=x[1], w=x), Part(a=x[2], w=2 * x)], x * x)
    d = asdict(s)
    s.w[0] = 5.0
    s.first.a = x[3]
    s.parts[0].w[0] = 9.0
    inside = d["first"]["a"] * np.sum(d["first"]["w"]) + d["parts"][0]["w"][0] + d["pair"][1]
    return inside + d["parts"][0]["a"] * np.sum(d["parts"][1]["w"]) + np.sum(d["w"] * s.w) * s.first.a


@program((arr(4),))
def as_dict_is_written(x):
    part = Part(a=x[0], w=x * x)
    d = asdict(part)
    d["w"][1] = x[0]
    d["a"] = d["a"] * x[2]
    return np.sum(part.w) * part.a + np.sum(d["w"]) * d["a"]


@program((arr(4),))
def as_tuple_is_written(x):
    a, w = astuple(Part(a=x[0], w=x * x))
    w[0] = 1.0
    return a * np.sum(w)


@program((arr(4),))
def values_of_a_dataclass(x):
    total = sum(v * v for v in asdict(Derived(x[0], x[1])).values())
    for i, v in enumerate(astuple(Derived(x[2], x[3]))):
        total = total + v * v * (i + 1)
    return total
