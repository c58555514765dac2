"""Objects of the user's classes: made, changed, read, shared, handed in and handed back."""

from dataclasses import dataclass, replace

import numpy as np

from ..registry import arr, program


class Particle:
    """A thing with state, that assigns its attributes anew."""

    charge = 0.5

    def __init__(self, x, v, mass=2.0):
        self.x = x
        self.v = v
        self.mass = mass
        self.steps = 0
        self.name = "particle"
        self.parent = None

    def step(self, h):
        self.v = self.v - h * np.sin(self.x) / self.mass
        self.x = self.x + h * self.v
        self.steps += 1

    def step_until(self, h, limit):
        for _ in range(6):
            self.step(h)
            if np.sum(self.x) > limit:
                return
            self.v = self.v * 1.1

    @property
    def energy(self):
        return 0.5 * self.mass * np.sum(self.v**2) - np.sum(np.cos(self.x))

    def pushed(self, by):
        return Particle(self.x + by, self.v, self.mass)

    def kick(self):
        self.v *= self.charge


class Charged(Particle):
    """A class with a base: `super()`, and a method that overrides."""

    def __init__(self, x, v, charge):
        super().__init__(x, v)
        self.charge = charge

    def step(self, h):
        super().step(h)
        self.v = self.v + h * self.charge


@dataclass(frozen=True)
class State:
    x: object
    v: object

    def moved(self, h):
        return State(self.x + h * self.v, v=self.v - h * self.x)

    @property
    def size(self):
        return np.sum(self.x * self.x)


@dataclass
class Settings:
    rate: object
    steps: int = 2
    label: str = "plain"

    def __post_init__(self):
        self.half = self.rate * 0.5


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a = a
        self.b = b * a


class Stack:
    """An object that holds a list."""

    def __init__(self):
        self.items = []

    def push(self, v):
        self.items.append(v)

    def pop(self):
        return self.items.pop()

    def total(self):
        s = 0.0
        for v in self.items:
            s = s + np.sum(v * v)
        return s


class Net:
    """Objects within an object."""

    def __init__(self, w, b):
        self.first = Slotted(w, b)
        self.layers = [Particle(w, b), Particle(b, w)]

    def __call__(self, x):
        return np.tanh(self.first.a * x + self.first.b) + self.layers[1].x * x


@program((arr(3), arr(3), 0.1))
def stepped(x, v, h):
    p = Particle(x, v)
    for _ in range(3):
        p.step(h)
    return np.sum(p.x * p.v) * p.mass + p.steps


@program((arr(3), arr(3), 0.1))
def read_beside_what_it_was_made_of(x, v, h):
    p = Particle(x, v)
    p.step(h)
    return np.sum(p.x * x) + np.sum(p.v * v)


@program((arr(3), arr(3), 0.3, 0.2))
def early_return_in_a_method(x, v, h, limit):
    p = Particle(x, v)
    p.step_until(h, limit)
    return np.sum(p.x * p.v)


@program((0.4, 0.3, 0.7))
def property_computes(x, v, m):
    p = Particle(x, v, mass=m)
    p.x = p.energy * p.x
    return p.energy + p.x


@program((0.4, 0.3, 0.7, 0.1))
def base_class(x, v, q, h):
    p = Charged(x, v, q)
    for _ in range(3):
        p.step(h)
    return p.x * p.v + p.charge + p.energy


@program((arr(3), arr(3)))
def method_gives_another_object(x, v):
    p = Particle(x, v)
    q = p.pushed(np.sum(p.v))
    q.v = q.v * p.x
    return np.sum(q.x * q.v) + np.sum(p.x * p.v)


@program((arr(3), arr(3)))
def one_object_two_names(x, v):
    p = Particle(x, v)
    q = p
    q.x = q.x * v
    p.v = p.x + p.v
    return np.sum(q.x * q.v) + np.sum(p.x)


@program((arr(3), arr(3)), may_refuse=True)
def one_object_in_two_lists(x, v):
    p = Particle(x, v)
    a, b = [p], [p, Particle(v, x)]
    a[0].x = b[0].x * b[1].x
    b[0].v = a[0].x + b[0].v
    return np.sum(a[0].v * p.x)


@program((arr(3), arr(3), 0.1))
def list_of_objects(x, v, h):
    ps = [Particle(x * k, v) for k in (1.0, 2.0)]
    for p in ps:
        p.step(h)
    s = 0.0
    for p in ps:
        s = s + np.sum(p.x * p.v)
    return s


@program((arr(3), arr(3)), may_refuse=True)
def attribute_in_place_by_a_method(x, v):
    p = Particle(x, v * 1.0)
    p.kick()
    return np.sum(p.v * p.x)


@program((arr(3), arr(3)), may_refuse=True)
def attribute_in_place_seen_outside(x, v):
    w = v * 1.0
    p = Particle(x, w)
    p.kick()
    return np.sum(w * p.x)


@program((arr(3), 0.2))
def frozen(x, h):
    s = State(x, x * 2.0)
    for _ in range(3):
        s = s.moved(h)
    return s.size + np.sum(s.x * s.v)


@program((State(arr(3), 0.4), 0.2))
def frozen_argument(s, h):
    t = s.moved(h)
    return t.size + np.sum(t.v) * np.sum(s.x)


@program((arr(3), 0.2))
def frozen_replaced(x, h):
    s = State(x, h)
    t = replace(s, v=s.v * np.sum(s.x))
    return np.sum(t.x) * t.v + s.v


@program((0.3, 0.5))
def post_init(x, y):
    s = Settings(x * y)
    t = Settings(rate=y, steps=3)
    return s.half * t.half + s.rate * t.steps


@program((0.3, arr(3)))
def slots(a, b):
    s = Slotted(a, b)
    s.a = s.a * np.sum(s.b)
    return np.sum(s.b * s.a)


@program((arr(3), arr(3)), may_refuse=True)
def holds_a_list(x, y):
    s = Stack()
    s.push(x)
    s.push(x * y)
    s.push(y)
    last = s.pop()
    return s.total() + np.sum(last * y)


@program((arr(3), arr(3), arr(3)))
def objects_within_objects(w, b, x):
    net = Net(w, b)
    y = net(x)
    net.first.a = y
    return np.sum(net(y))


@program((arr(3), arr(3), 0.1, True))
def made_on_a_branch(x, v, h, flag):
    if flag:
        p = Particle(x, v)
    else:
        p = Particle(v, x * v)
    p.step(h)
    if np.sum(p.x) > 0:
        p.x = p.x * p.v
    return np.sum(p.x)


@program((arr(3), arr(3), 3))
def replaced_in_a_loop(x, v, n):
    p = Particle(x, v)
    for i in range(n):
        p = p.pushed(p.v * i)
        p.v = p.v * p.x
    return np.sum(p.x * p.v)


def advance(p, h):
    p.step(h)
    p.x = p.x * 0.5
    return p


@program((arr(3), arr(3), 0.1))
def helper_changes_an_object(x, v, h):
    p = Particle(x, v)
    q = advance(p, h)
    advance(p, h * 2.0)
    return np.sum(p.x * q.v)


@program((Particle(arr(3), arr(3)), 0.1), wrt=(1,))
def object_argument_changed(p, h):
    p.step(h)
    p.step(h)
    return np.sum(p.x * p.v)


@program((Particle(arr(3), arr(3)), 0.1))
def object_argument(p, h):
    q = p.pushed(h)
    return np.sum(q.x * q.v) * p.mass + p.energy


@program((0.3, 0.4))
def attribute_set_late(x, y):
    p = Slotted(x, y)
    q = Particle(x, y)
    q.extra = p.b * q.x
    q.extra = q.extra * q.extra
    return q.extra + p.a


@program((0.3, 0.4))
def overwritten_before_it_is_read(x, y):
    p = Particle(x, y)
    p.x = y
    p.x = p.x * y
    p.x += x
    p.v -= p.x
    return p.x * p.v


@program((0.3, 0.4, 2))
def assigned_on_one_path(x, y, n):
    p = Particle(x, y)
    for i in range(n):
        if i > 0:
            p.x = p.x * p.v
            continue
        p.v = p.x + y
    return p.x * p.v


class Guarded:
    """What assignment means is the class's own."""

    def __init__(self, w):
        self.w = w

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value * 2.0)


@program((0.3,), may_refuse=True)
def own_assignment(w):
    return Guarded(w).w * w


class Limited:
    """A property that is assigned."""

    def __init__(self, w):
        self._w = w

    @property
    def w(self):
        return self._w * 2.0

    @w.setter
    def w(self, value):
        self._w = value * 3.0


@program((0.3, 0.5))
def assigned_property(a, b):
    p = Limited(a)
    p.w = p.w * b
    return p.w * b


@program((arr(3), arr(3)))
def fluent(x, y):
    return np.sum(Chain(x).times(y).plus(x).value)


class Chain:
    """Methods that give the object itself."""

    def __init__(self, value):
        self.value = value

    def times(self, y):
        self.value = self.value * y
        return self

    def plus(self, y):
        self.value = self.value + y
        return self


@program((arr(3), arr(3)), may_refuse=True)
def object_in_a_dict(x, y):
    d = {"a": Particle(x, y)}
    d["a"].x = d["a"].x * y
    d["b"] = d["a"]
    d["b"].v = d["a"].x * d["b"].v
    return np.sum(d["a"].v)


@program((arr(3), arr(3)), may_refuse=True)
def result_in_an_attribute_of_an_attribute(x, y):
    p = Particle(x, y)
    p.parent = Particle(y, x)
    p.parent.x = p.x * p.parent.v
    return np.sum(p.parent.x * p.v)


@program((0.3, 0.4))
def swapped_attributes(x, y):
    p = Particle(x, y)
    p.x, p.v = p.v * p.x, p.x
    p.x, p.v = p.v, p.x
    return p.x * p.v * p.v


class Pair:
    """A class that says what operators mean."""

    def __init__(self, a, b):
        self.a = a
        self.b = b

    def __add__(self, other):
        return Pair(self.a + other.a, self.b + other.b)

    def __mul__(self, k):
        return Pair(self.a * k, self.b * k)

    def __rmul__(self, k):
        return Pair(self.a * k, self.b * k * k)

    def __neg__(self):
        return Pair(-self.a, -self.b)

    def __getitem__(self, i):
        return self.b if i else self.a


@program((0.3, 0.4, 0.7))
def operators(x, y, z):
    p = Pair(x, y)
    r = -(p + Pair(y, z)) * z + 3.0 * p
    return r[0] * r[1] + r.a


class Named:
    """A private attribute, a function in an attribute, a method of a base class."""

    def __init__(self, w, f):
        self.__w = w
        self.f = f

    def value(self, x):
        return self.f(self.__w * x)


class Squared(Named):
    def value(self, x):
        return super().value(x) ** 2


@program((0.3, arr(3)))
def private_and_functions(w, x):
    return np.sum(Named(w, np.tanh).value(x) * Squared(w, lambda v: v * v).value(x))


@program((arr(3),))
def in_a_comprehension(x):
    pairs = [Pair(v, v * v) for v in x]
    return sum(p.a * p.b for p in pairs) * max(p.a for p in pairs)
