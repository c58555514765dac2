"""Classes as users write them: what they compute, keep, inherit and dispatch on."""

import abc
import dataclasses
import enum
import functools
import typing
from dataclasses import dataclass, field

import numpy as np

from ..registry import arr, program


class Cached:
    def __init__(self, w):
        self.w = w

    @functools.cached_property
    def norm(self):
        return np.sqrt(np.sum(self.w * self.w))

    def unit(self, x):
        return np.sum(self.w * x) / self.norm


@program((arr(3), arr(3)))
def cached_property_read(w, x):
    c = Cached(w)
    return c.norm * c.unit(x)


@program((Cached(np.array([1.0, 2.0, 0.5])), arr(3)))
def cached_property_of_an_argument(c, x):
    return c.norm * c.unit(x)


class Ball:
    def __init__(self, r):
        self._r = 0.0
        self.r = r

    @property
    def r(self):
        return self._r

    @r.setter
    def r(self, value):
        if value < 0:
            value = -value
        self._r = value * 2.0


@program((arr(3),))
def setter(x):
    b = Ball(x[0])
    b.r = b.r * x[1]
    b.r += x[2]
    return b.r * b.r


class Point:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __iter__(self):
        yield self.x
        yield self.y

    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)

    def __mul__(self, k):
        return Point(self.x * k, self.y * k)

    __rmul__ = __mul__

    def __neg__(self):
        return Point(-self.x, -self.y)

    def __eq__(self, other):
        return self.x == other.x

    def __abs__(self):
        return np.sqrt(self.x**2 + self.y**2)


@program((arr(3),))
def slotted_with_iter(x):
    p = Point(x[0], x[1])
    a, b = p
    q = 2.0 * p + p * x[2]
    c, d = -q
    return a * b + c * d + abs(q)


@program((arr(3),))
def star_of_an_object(x):
    p = Point(x[0], x[1])
    return np.hypot(*p) * x[2]


@program((arr(3),))
def sum_of_objects(x):
    ps = [Point(v, v * v) for v in x]
    q = ps[0]
    for p in ps[1:]:
        q = q + p
    return q.x * q.y


@dataclass(frozen=True)
class Unit:
    a: object
    b: object = 1.0
    n: object = field(init=False, default=None)

    def __post_init__(self):
        object.__setattr__(self, "n", self.a * self.a + self.b)


@program((arr(3),), may_refuse=True)
def frozen_post_init(x):
    u = Unit(x[0], x[1])
    v = dataclasses.replace(u, a=x[2])
    return u.n * v.n


@dataclass
class Cfg:
    w: object
    bias: float = 0.5
    hist: list = field(default_factory=list)

    def push(self, v):
        self.hist.append(v * self.w)
        return self


@program((arr(3),), may_refuse=True)
def asdict_astuple(x):
    c = Cfg(x[0], x[1])
    d = dataclasses.asdict(c)
    t = dataclasses.astuple(c)
    return d["w"] * t[1] + d["bias"]


@program((arr(3),))
def replace_in_a_loop(x):
    c = Cfg(x[0], x[1])
    for v in x:
        c = dataclasses.replace(c, w=c.w * v, bias=c.bias + v)
    return c.w * c.bias


class Layers:
    def __init__(self, *layers):
        self.layers = list(layers)

    def __len__(self):
        return len(self.layers)

    def __getitem__(self, i):
        return self.layers[i]

    def __contains__(self, v):
        return v in self.layers

    def __iter__(self):
        return iter(self.layers)

    def __call__(self, x):
        for layer in self:
            x = layer(x)
        return x

    def __bool__(self):
        return len(self.layers) > 0


class Dense:
    def __init__(self, w, b=0.0, act=np.tanh):
        self.w, self.b, self.act = w, b, act

    def __call__(self, x):
        return self.act(self.w * x + self.b)


@program((arr(3), arr(3)))
def sequential(w, x):
    net = Layers(Dense(w[0]), Dense(w[1], 0.1, np.sin), Dense(w[2]))
    y = net(x)
    if net and len(net) == 3:
        y = y * net[1].w
    return np.sum(y)


@program((arr(3), arr(3)))
def contains(w, x):
    d = Dense(w[0])
    net = Layers(d, Dense(w[1]))
    return np.sum(net(x)) * (2.0 if d in net else 1.0)


class Scaled:
    def __init__(self, k):
        self.k = k
        self.entered = 0

    def __enter__(self):
        self.entered += 1
        return self.k * 2.0

    def __exit__(self, *exc):
        self.entered -= 1
        return False


@program((arr(3),), may_refuse=True)
def context_object(x):
    s = Scaled(x[0])
    with s as k:
        y = k * x[1]
    with Scaled(x[2]) as m:
        y = y * m
    return y * s.k


class Base:
    def __init__(self, w):
        self.w = w

    def scale(self):
        return self.w

    def out(self, x):
        return x * self.scale()


class Mid(Base):
    def __init__(self, w, b):
        super().__init__(w)
        self.b = b

    def scale(self):
        return super().scale() * self.b


class Leaf(Mid):
    def __init__(self, w, b, c=2.0):
        super().__init__(w * c, b=b)
        self.c = c

    def out(self, x):
        return super().out(x) + self.c


@program((arr(3),))
def super_chain(x):
    return Leaf(x[0], x[1]).out(x[2]) * Leaf(x[0], x[2], c=x[1]).scale()


class LogMixin:
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.log = []

    def out(self, x):
        y = super().out(x)
        self.log.append(y)
        return y


class Logged(LogMixin, Mid):
    pass


@program((arr(3),), may_refuse=True)
def multiple_inheritance(x):
    m = Logged(x[0], b=x[1])
    m.out(x[2])
    m.out(x[0])
    return sum(m.log) * m.w


class Diamond1(Base):
    def scale(self):
        return super().scale() * 2.0


class Diamond2(Base):
    def scale(self):
        return super().scale() + 3.0


class Both(Diamond1, Diamond2):
    def scale(self):
        return super().scale() ** 2


@program((arr(3),))
def diamond(x):
    return Both(x[0]).out(x[1])


class Model:
    k = 2.0
    names = ("a", "b")
    registry = {"sin": np.sin, "cos": np.cos}  # noqa: RUF012

    def __init__(self, w):
        self.w = w

    @classmethod
    def from_pair(cls, a, b):
        return cls(a * b)

    @classmethod
    def zeros(cls, like):
        obj = cls(np.zeros_like(like))
        obj.w = obj.w + like
        return obj

    @staticmethod
    def act(v):
        return np.sin(v) * Model.k

    def __call__(self, x, kind="sin"):
        return self.act(self.w * x) * self.k + self.registry[kind](x)


class SubModel(Model):
    k = 3.0


@program((arr(3), arr(3)))
def class_things(w, x):
    a = Model.from_pair(w[0], w[1])
    b = SubModel.zeros(w)
    return np.sum(a(x) * b(x, kind="cos"))


class Mode(enum.Enum):
    LINEAR = 1
    SQUARE = 2


class Order(enum.IntEnum):
    LOW = 1
    HIGH = 3


@program((arr(3), Mode.SQUARE), (arr(3), Mode.LINEAR))
def enum_switch(x, mode):
    if mode is Mode.LINEAR:
        return np.sum(x)
    elif mode == Mode.SQUARE:
        return np.sum(x * x) * mode.value
    return 0.0


@program((arr(3), Mode.SQUARE))
def enum_match(x, mode):
    match mode:
        case Mode.LINEAR:
            y = x
        case Mode.SQUARE:
            y = x * x
    return np.sum(y**Order.HIGH) * Order.LOW


@program((arr(3),))
def enum_table(x):
    table = {Mode.LINEAR: lambda v: v * x[0], Mode.SQUARE: lambda v: v * v}
    s = 0.0
    for m in Mode:
        s = s + table[m](x[1])
    return s


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
def named_tuple_methods(x):
    s = State.at(x[0])
    for v in x:
        s = s.moved(v)
        s = s._replace(vel=s.vel - s.pos * 0.1)
    p, v, t = s
    return s.energy * p + v * s.t


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self): ...

    def twice(self):
        return 2.0 * self.area()


class Square(Shape):
    def __init__(self, s):
        self.s = s

    def area(self):
        return self.s**2


class Disc(Shape):
    def __init__(self, r):
        self.r = r

    def area(self):
        return np.pi * self.r**2


@program((arr(3),))
def abstract(x):
    shapes = [Square(x[0]), Disc(x[1]), Square(x[2])]
    return sum(s.twice() for s in shapes) * shapes[0].area()


@program((arr(3),))
def isinstance_dispatch(x):
    total = 0.0
    for s in [Square(x[0]), Disc(x[1])]:
        if isinstance(s, Disc):
            total += s.area()
        elif isinstance(s, Shape):
            total += s.twice() * x[2]
    return total


T = typing.TypeVar("T")


class Stack(typing.Generic[T]):
    def __init__(self) -> None:
        self.items: list[T] = []

    def push(self, item: T) -> None:
        self.items.append(item)

    def pop(self) -> T:
        return self.items.pop()

    def peek(self) -> T:
        return self.items[-1]


@program((arr(3),))
def generic_stack(x):
    s = Stack()
    for v in x:
        s.push(v * v)
    a = s.pop()
    b = s.peek()
    t = Stack[float]()
    t.push(a * b)
    return t.pop() * x[0]


class HasEnergy(typing.Protocol):
    def energy(self, x): ...


class Spring:
    def __init__(self, k):
        self.k = k

    def energy(self, x):
        return 0.5 * self.k * x * x


def total_energy(parts: list[HasEnergy], x: float) -> float:
    return sum(p.energy(x) for p in parts)


@program((arr(3),))
def protocol(x):
    return total_energy([Spring(x[0]), Spring(x[1])], x[2])


@functools.singledispatch
def describe(v):
    return v * 2.0


@describe.register
def _(v: Spring):
    return v.k * 3.0


@describe.register(list)
def _(v):
    return v[0] * v[1]


@program((arr(3),))
def single_dispatch(x):
    return describe(x[0]) * describe(Spring(x[1])) + describe([x[0], x[2]])


def scaled(k, *, shift=0.0):
    def deco(f):
        @functools.wraps(f)
        def wrapper(*args, **kwargs):
            return f(*args, **kwargs) * k + shift

        return wrapper

    return deco


def logged(f):
    @functools.wraps(f)
    def wrapper(*args, **kwargs):
        out = f(*args, **kwargs)
        return out

    return wrapper


@logged
@scaled(3.0, shift=1.0)
@logged
def decorated_helper(a, b=2.0):
    return a * b


@program((arr(3),))
def layers_of_decorators(x):
    return decorated_helper(x[0]) * decorated_helper(x[1], b=x[2])


class Repeat:
    def __init__(self, f, n=2):
        self.f = f
        self.n = n
        functools.update_wrapper(self, f)

    def __call__(self, x):
        for _ in range(self.n):
            x = self.f(x)
        return x


@Repeat
def repeated(v):
    return np.sin(v) * 2.0


@program((arr(3),), may_refuse=True)
def decorated_inside_by_a_class(x):
    @Repeat
    def f(v):
        return np.sin(v) * x[0]

    return np.sum(f(x))


class times:
    def __init__(self, n):
        self.n = n

    def __call__(self, f):
        def g(*a):
            return self.n * f(*a)

        return g


@times(3)
def tripled(a, b):
    return a * b


@program((arr(3),))
def decorator_class_with_arguments(x):
    return tripled(x[0], x[1]) * x[2]


@program((arr(3),), may_refuse=True)
def class_inside(x):
    class Pair:
        def __init__(self, a, b):
            self.a, self.b = a, b

        def prod(self):
            return self.a * self.b

    p = Pair(x[0], x[1])
    return p.prod() * p.a


@program((arr(3),), may_refuse=True)
def dataclass_inside(x):
    @dataclass
    class Pair:
        a: float
        b: float = 2.0

    p = Pair(x[0])
    q = Pair(x[1], x[2])
    return p.a * p.b * q.a * q.b


@program((arr(3),), may_refuse=True)
def class_inside_reads_variables(x):
    k = x[0]

    class Op:
        def __call__(self, v):
            return v * k

    return Op()(x[1])


@program((arr(3),), may_refuse=True)
def namedtuple_inside(x):
    from collections import namedtuple

    Pair = namedtuple("Pair", "a b")
    p = Pair(x[0], b=x[1])
    return p.a * p.b * x[2]


class Vector:
    def __init__(self, data):
        self.data = data

    def __getitem__(self, i):
        return self.data[i]

    def __setitem__(self, i, v):
        self.data[i] = v

    def __len__(self):
        return len(self.data)

    def __matmul__(self, other):
        return np.sum(self.data * other.data)

    def __iadd__(self, other):
        self.data = self.data + other
        return self

    def __truediv__(self, k):
        return Vector(self.data / k)

    def __getattr__(self, name):
        if name == "T":
            return self
        raise AttributeError(name)


@program((arr(3),), may_refuse=True)
def vector_class(x):
    v = Vector(x * 2.0)
    v[0] = x[1]
    v += x
    w = v / x[2]
    s = 0.0
    for i in range(len(v)):
        s = s + v[i] * w[i]
    return (v @ w) * s


class Lt:
    def __init__(self, v):
        self.v = v

    def __lt__(self, o):
        return self.v < o.v


@program((arr(4),), may_refuse=True)
def objects_sorted(x):
    ls = sorted([Lt(v) for v in x])
    m = max([Lt(v * v) for v in x])
    return ls[0].v * ls[3].v ** 2 * m.v


class Tree:
    def __init__(self, v, left=None, right=None):
        self.v, self.left, self.right = v, left, right

    def total(self):
        s = self.v * self.v
        if self.left is not None:
            s = s + self.left.total() * 0.5
        if self.right:
            s = s * self.right.total()
        return s


@program((arr(4),))
def tree(x):
    t = Tree(x[0], Tree(x[1]), Tree(x[2], Tree(x[3])))
    return t.total()


class Meta(type):
    def __call__(cls, *args):
        return super().__call__(*args)


class Metad(metaclass=Meta):
    def __init__(self, v):
        self.v = v


@program((arr(3),), may_refuse=True)
def metaclass_call(x):
    return Metad(x[0]).v * x[1]


class WithNew:
    def __new__(cls, v):
        obj = super().__new__(cls)
        obj.v = v * 2.0
        return obj


@program((arr(3),), may_refuse=True)
def dunder_new(x):
    return WithNew(x[0]).v * x[1]


class Poly:
    def __init__(self, *coef, scale=1.0, **rest):
        self.coef = coef
        self.scale = scale
        self.rest = rest

    def __call__(self, t):
        s = 0.0
        for c in reversed(self.coef):
            s = s * t + c
        return s * self.scale * self.rest.get("k", 1.0)


@program((arr(3),), may_refuse=True)
def star_arguments(x):
    p = Poly(*x, scale=x[0], k=x[2])
    q = Poly(x[1], x[0])
    return p(x[1]) * q(2.0)


def passes_on(f, *args, **kwargs):
    return f(*args, **kwargs)


def target(a, b, *, c=1.0, d=2.0):
    return a * b + c * d


@program((arr(3),))
def passed_through(x):
    opts = {"c": x[2], "d": x[0]}
    return passes_on(target, x[0], x[1], **opts) * passes_on(target, *x[:2], d=x[1])


_state = {"calls": 0, "scale": 2.0}
_total = 0.0
SCALE = 3.0


@program((arr(3),))
def global_dict_read(x):
    return np.sum(x * _state["scale"]) * SCALE


@program((arr(3),), may_refuse=True)
def global_written(x):
    global _total
    _total = np.sum(x * x)
    return _total * x[0]


@program((arr(3),))
def global_counter(x):
    _state["calls"] += 1
    return np.sum(x * x)


@program((arr(3),))
def import_inside(x):
    import math
    from math import pi as PI

    import numpy.linalg as la

    return la.norm(x) * math.sin(x[0]) * PI


@program((arr(3),), may_refuse=True)
def property_factory(x):
    def prop(name):
        return lambda self: getattr(self, name)

    p = Point(x[0], x[1])
    return prop("x")(p) * x[2]


@program((arr(3),))
def methods_as_values(x):
    p = Base(x[0])
    f = p.out
    g = Base.out
    fs = [f, p.out]
    return f(x[1]) * g(p, x[2]) + fs[1](x[0])


@program((arr(3),))
def partialmethod_like(x):
    f = functools.partial(Base.out, Base(x[0]))
    return f(x[1]) * x[2]
