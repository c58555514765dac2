"""Named tuples and dataclasses with methods, made anew and taken apart."""

import dataclasses
import typing
from dataclasses import dataclass, field

from ..registry import arr, program


class State(typing.NamedTuple):
    pos: object
    vel: object
    t: float = 0.0

    def moved(self, h):
        return self._replace(pos=self.pos + h * self.vel, t=self.t + h)

    @property
    def energy(self):
        return 0.5 * self.vel**2 + self.pos**2

    @classmethod
    def at(cls, p):
        return cls(p, p * 2.0)


@program((arr(3),))
def direct(x):
    s = State(x[0], x[1])
    return s.pos * s.vel + s.t


@program((arr(3),))
def classmeth(x):
    s = State.at(x[0])
    return s.pos * s.vel


@program((arr(3),))
def method(x):
    s = State(x[0], x[1]).moved(x[2])
    return s.pos * s.vel


@program((arr(3),))
def prop(x):
    s = State(x[0], x[1])
    return s.energy * x[2]


@program((arr(3),))
def full(x):
    s = State(x[0], x[1])
    for v in x:
        s = s.moved(v)
        s = s._replace(vel=s.vel - s.pos * 0.1)
    p, v, t = s
    return s.energy * p + v * s.t + t


@program(
    (State(1.0, 2.0, 0.5), 0.3),
)
def argument(s, h):
    s = s.moved(h)
    return s.energy


@dataclass
class C:
    w: object
    b: object = 0.5

    def __post_init__(self):
        self.n = self.w * self.b


@program((arr(3),), may_refuse=True)
def post(x):
    c = C(x[0], x[1])
    d = dataclasses.replace(c, w=x[2])
    return c.n * d.n


@dataclass
class P:
    w: object
    b: object = 0.5


@dataclass
class Q:
    p: P
    k: object
    xs: list = field(default_factory=list)


@program((arr(3),))
def rep(x):
    c = P(x[0], x[1])
    d = dataclasses.replace(c, w=x[2])
    return c.w * d.w * d.b


@program((arr(3),), may_refuse=True)
def asd(x):
    c = P(x[0], x[1])
    d = dataclasses.asdict(c)
    t = dataclasses.astuple(c)
    return d["w"] * t[1] + d["b"]


@program((arr(3),), may_refuse=True)
def nested_asd(x):
    c = Q(P(x[0], x[1]), x[2], [x[0], x[1]])
    d = dataclasses.asdict(c)
    t = dataclasses.astuple(c)
    return d["p"]["w"] * t[0][1] + d["k"] * d["xs"][0]


@program((arr(3),), may_refuse=True)
def over_fields(x):
    c = P(x[0], x[1])
    s = 0.0
    for f in dataclasses.fields(c):
        s = s + getattr(c, f.name) ** 2
    return s


@program((arr(3),), may_refuse=True)
def over_vars(x):
    c = P(x[0], x[1])
    s = 1.0
    for k, v in vars(c).items():
        s = s * v
    return s
