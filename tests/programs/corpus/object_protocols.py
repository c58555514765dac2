"""What a class says of its objects: properties that are assigned, subscripts, attributes by name."""

import numpy as np

from ..registry import arr, program


class Vector:
    """An object that is read and written like a list or array."""

    def __init__(self, data):
        self.data = data

    def __getitem__(self, i):
        return self.data[i]

    def __setitem__(self, i, v):
        self.data[i] = v

    def __len__(self):
        return len(self.data)

    def dot(self, other):
        return sum(a * b for a, b in zip(self.data, other.data, strict=True))


@program((0.3, 0.4))
def subscripts_of_a_list(x, y):
    v = Vector([x, y, x * y])
    v[0] = v[1] * v[2]
    s = 0.0
    for i in range(len(v)):
        s = s + v[i] * v[i]
    return s * v.dot(v)


@program((arr(3), 0.4))
def subscripts_of_an_array(x, y):
    v = Vector(x * y)
    v[0] = v[1] * v[2]
    v[1] += y
    return v[0] * v[2] + v[1]


@program((arr(3), 0.4, 2))
def subscripts_in_a_loop(x, y, n):
    v = Vector(x * y)
    for i in range(n):
        v[i] = v[i + 1] * y
        v[i + 1] *= v[i]
    return np.sum(v.data)


class Scaled:
    """A property that is read and assigned."""

    def __init__(self, w):
        self._w = w

    @property
    def w(self):
        return self._w * 2.0

    @w.setter
    def w(self, value):
        self._w = value * 3.0


class Tripled(Scaled):
    """A property of a base class."""

    def grow(self, by):
        self.w = self.w * by
        return self


class Squared:
    """A property that the class's own `__init__` assigns."""

    def __init__(self, w):
        self.w = w

    @property
    def w(self):
        return self._w

    @w.setter
    def w(self, value):
        if value < 0:
            raise ValueError(value)
        self._w = value * value


@program((0.3, 0.5, 3))
def property_assigned_in_a_loop(a, b, n):
    p = Scaled(a)
    for _ in range(n):
        p.w = p.w * b
    return p.w * b


@program((0.3, 0.5), (0.3, -0.5))
def property_assigned_on_a_branch(a, b):
    p = Scaled(a)
    if b > 0:
        p.w = b * p.w
    return p.w * a


@program((0.3, 0.5), (arr(3), arr(3)))
def property_augmented(a, b):
    old = a * b
    p = Scaled(a * 1.0)
    p.w *= b
    p.w += b
    return np.sum(p.w * b * old)


@program((0.3, 0.5))
def property_assigned_in_init(a, b):
    return Squared(a).w * b


@program((0.3, 0.5))
def property_of_a_base_class(a, b):
    p = Tripled(a)
    return p.grow(b).w * p.grow(a).w


@program((Scaled(0.3), 0.5), wrt=(1,))
def property_of_an_argument(p, b):
    p.w = b
    return p.w * b


class Checked:
    """An attribute that another class keeps."""

    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, instance, owner=None):
        return getattr(instance, self.name) * 2.0

    def __set__(self, instance, value):
        setattr(instance, self.name, value * 3.0)


class Described:
    """A class with such an attribute."""

    w = Checked()

    def __init__(self, w):
        self.w = w


@program((0.3, 0.5), may_refuse=True)
def descriptor(a, b):
    p = Described(a)
    p.w = p.w * b
    return p.w * b


class Sliced:
    """A subscript that is given slices and pairs."""

    def __init__(self, data):
        self.data = data

    def __getitem__(self, where):
        return self.data[where] * 2.0

    def __setitem__(self, where, v):
        self.data[where] = v * 3.0


@program((arr(3), 0.4), may_refuse=True)
def slices_of_an_object(x, y):
    v = Sliced(x * y)
    v[1:] = v[:2] * y
    return np.sum(v.data)


@program((arr(2, 3), 0.4), may_refuse=True)
def pairs_of_an_object(x, y):
    v = Sliced(x * y)
    v[1, 2] = v[0, 1] * y
    v[0, 1] *= y
    return np.sum(v.data)


class Loose:
    """Attributes that are reached by a name in quotes."""

    def __init__(self, x, v):
        self.x = x
        self.v = v


@program((0.3, 0.5))
def attributes_by_name(a, b):
    p = Loose(a, b)
    setattr(p, "x", p.x * getattr(p, "v"))
    if hasattr(p, "x") and not hasattr(p, "missing"):
        a = a * p.x
    return a * getattr(p, "v", 2.0) * getattr(p, "missing", b)


@program((arr(3), 2.0), may_refuse=True)
def attributes_by_computed_names(x, y):
    p = Loose(x, y)
    s = 1.0
    for name in ("x", "v"):
        setattr(p, name, getattr(p, name) * y)
        s = s * getattr(p, name)
    return np.sum(s)


@program((arr(3), 2.0), may_refuse=True)
def default_with_an_effect(x, y):
    p = Loose(x, [y])
    return np.sum(getattr(p, "x", p.v.append(y)) * sum(p.v))


class Made:
    """Objects made by methods of their class."""

    scale = 2.0

    def __init__(self, w):
        self.w = w

    @classmethod
    def filled(cls, n, w):
        return cls(np.ones(n) * w)

    @classmethod
    def twice(cls, n, w):
        return cls.filled(n, w * cls.scale)

    @staticmethod
    def product(w, x):
        return Made(w * x)

    def copied(self):
        return type(self)(self.w)

    def again(self, w):
        return self.filled(2, w * self.w[0])

    def of(self, x):
        return np.sum(self.w * x) * self.scale


class MadeOtherwise(Made):
    scale = 3.0

    def __init__(self, w):
        super().__init__(w * w)


@program((0.3, arr(3)))
def made_by_class_methods(w, x):
    a, b = Made.filled(3, w), MadeOtherwise.filled(3, w)
    return a.of(x) * b.of(x) * Made.product(w, x).of(x)


@program((0.3, arr(3)), may_refuse=True)
def made_by_class_methods_of_others(w, x):
    a, b = Made.twice(3, w), MadeOtherwise.twice(3, w)
    return a.of(x) * b.of(x)


@program((0.3, arr(2)), may_refuse=True)
def made_through_an_object(w, x):
    a = MadeOtherwise(x)
    return a.copied().of(x) * a.again(w).of(x)


class Run(Vector):
    """An object that loops run over."""

    def __iter__(self):
        return iter(self.data)


class Steps:
    """An object that gives numbers of which none is differentiated."""

    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return iter([0.5 * i for i in range(self.n)])


@program((0.3, 0.4), may_refuse=True)
def loop_over_an_object(x, y):
    s = 0.0
    for a in Run([x, y, x * y]):
        s = s + a * a
    return s


@program((arr(3), 0.4), may_refuse=True)
def loop_over_an_object_and_a_list(x, y):
    s = 0.0
    for i, (a, b) in enumerate(zip(Run(x * y), [y, x[0], y], strict=True)):
        s = s + a * b * i
    return s


@program((arr(3), Steps(3)))
def loop_over_steps(x, steps):
    s = 0.0
    for h in steps:
        s = s + np.sum(np.sin(x * h)) * s + h * x[0]
    return s


@program((arr(3), 3))
def loop_over_steps_made_here(x, n):
    s = 0.0
    for h in Steps(n):
        s = s + np.sum(np.sin(x * h)) * s + h * x[0]
    return s
