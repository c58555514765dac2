"""Methods that hand their starred arguments on to a method of a base class."""

import numpy as np

from ..registry import arr, program


class Base:
    def __init__(self, a, b=2.0, *, c=1.0):
        self.a, self.b, self.c = a, b, c

    def step(self, h, k=1.0):
        self.a = self.a + h * k * self.b

    def value(self, v, k=1.0):
        return self.a * v * k + self.b * self.c

    def fill(self, buffer, *values):
        for i, v in enumerate(values):
            buffer[i] = buffer[i] + v * self.a


class Named(Base):
    def __init__(self, d, *args, **kw):
        super().__init__(*args, **kw)
        self.d = d

    def step(self, *args, **kw):
        super().step(*args, **kw)
        self.b = self.b * self.d
        return self

    def value(self, *args):
        return super().value(*args) + len(args) + args[0]

    def fill(self, buffer, *values):
        super().fill(buffer, *values)
        buffer[0] = buffer[0] * 2.0


class ByTheClass(Base):
    def __init__(self, *args, **kw):
        Base.__init__(self, *args, **kw)

    def value(self, *args, **kw):
        return Base.value(self, *args, **kw) * self.c


@program((arr(4),))
def base_with_all_that_came(x):
    o = Named(x[0], x[1], b=x[2], c=x[3])
    return np.sum(o.value(x)) * np.sum(o.value(x, x[1]))


@program((arr(4),))
def base_with_its_defaults(x):
    return np.sum(Named(x[0], x[1]).value(x))


@program((arr(4),))
def object_changed_by_what_is_handed_on(x):
    o = Named(x[0], x[1], b=x[2], c=x[3])
    for v in x:
        o.step(v).step(v, k=x[0])
    early = o.a
    o.step(h=x[1])
    return early * np.sum(o.value(x, x[1]))


@program((arr(4),))
def array_written_by_what_is_handed_on(x):
    o = Named(x[0], x[1])
    buffer = x * x
    o.fill(buffer, x[2], x[3], x[0] * x[1])
    o.fill(buffer)
    o.fill(buffer, 1.0)
    return np.sum(buffer * buffer)


@program((arr(4),))
def called_by_the_name_of_the_class(x):
    o = ByTheClass(x[0], c=x[1])
    return np.sum(o.value(x, k=x[2])) + np.sum(Base.value(o, x))


class Gain:
    def __init__(self, gain=1.0, **kw):
        super().__init__(**kw)
        self.gain = gain


class Mixed(Gain, Base):
    def __init__(self, **kw):
        super().__init__(**kw)

    def value(self, *args, **kw):
        return super().value(*args, **kw) * self.gain


@program((arr(4),))
def cooperating_bases(x):
    o = Mixed(a=x[0], gain=x[1], b=x[2])
    return np.sum(o.value(x, k=x[3]))


class Taken(Base):
    def __init__(self, *args, **kw):
        self.scale = kw.pop("scale", 2.0)
        super().__init__(*args, **kw)


@program((arr(4),))
def keyword_taken_out(x):
    one, other = Taken(x[0], b=x[2], scale=x[1]), Taken(x[3])
    return np.sum(one.value(x)) * one.scale * other.scale * other.a


class Twice(Base):
    def value(self, *args):
        return super().value(*args) * super().value(*args)

    def step(self, *args):
        super().step(self.c, *args)


class Deep(Twice):
    def value(self, first, *args):
        return super().value(first * 2.0, *args) + self.c


@program((arr(4),))
def handed_on_twice_and_through_two_classes(x):
    o = Deep(x[0], x[1], c=x[2])
    o.step(x[3])
    o.step()
    return np.sum(o.value(x)) + np.sum(o.value(x, x[2]))


@program((arr(4),))
def handed_on_by_a_method_known_when_it_runs(x):
    total = 0.0
    for o in [Twice(x[0], x[1]), Deep(x[2], x[3])]:
        total = total + o.value(x[0])
    value = Deep(x[1], x[2]).value
    return total * value(x[3], x[0])


@program((arr(4),))
def made_in_a_loop(x):
    total = 0.0
    for i in range(3):
        o = Named(x[0], x[i], c=x[i + 1])
        total = total + np.sum(o.value(x))
    return total
