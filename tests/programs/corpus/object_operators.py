"""What operators, builtins and loops mean of an object whose class says so."""

import numpy as np

from ..registry import arr, program


class Swapped:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __iter__(self):
        return iter((self.y * 2.0, self.x))

    def __getitem__(self, i):
        return (self.y * 3.0, self.x * self.y)[i]

    def __len__(self):
        return 2


@program((arr(3),))
def unpack_by_iter(x):
    a, b = Swapped(x[0], x[1])
    return a * b * b * x[2]


@program((arr(3),))
def list_of_object(x):
    a = list(Swapped(x[0], x[1]))
    return a[0] * a[1] ** 2


@program((arr(3),))
def sum_of_object(x):
    return sum(Swapped(x[0], x[1])) * x[2]


@program((arr(3),))
def comprehension_over_object(x):
    return sum([v * v for v in Swapped(x[0], x[1])])


@program((arr(3),))
def zip_of_object(x):
    s = 0.0
    for a, b in zip(Swapped(x[0], x[1]), x):
        s = s + a * b * b
    return s


@program((arr(3),))
def star_in_list(x):
    a = [*Swapped(x[0], x[1]), x[2]]
    return a[0] * a[1] ** 2 * a[2]


@program((arr(3),), may_refuse=True)
def np_array_of_object(x):
    return np.sum(np.array(Swapped(x[0], x[1])) ** 2)


class Gen:
    def __init__(self, xs):
        self.xs = xs

    def __iter__(self):
        for v in self.xs:
            yield v * 2.0


@program((arr(3),))
def generator_iter(x):
    s = 1.0
    for v in Gen(x):
        s = s * v
    return s + sum(Gen(x)) + max(Gen(x))


class It:
    def __init__(self, xs):
        self.xs, self.i = xs, 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.i >= len(self.xs):
            raise StopIteration
        self.i += 1
        return self.xs[self.i - 1] * 3.0


@program((arr(3),), may_refuse=True)
def iterator_protocol(x):
    s = 1.0
    for v in It(x):
        s = s * v
    return s


class Abs:
    def __init__(self, v):
        self.v = v

    def __abs__(self):
        return self.v * 5.0

    def __float__(self):
        return float(self.v) * 2.0

    def __bool__(self):
        return False

    def __lt__(self, o):
        return self.v > o.v

    def __eq__(self, o):
        return True

    def __hash__(self):
        return 1

    def __contains__(self, o):
        return o > self.v

    def __len__(self):
        return 7

    def __pos__(self):
        return Abs(self.v * 2.0)

    def __neg__(self):
        return Abs(self.v * 3.0)

    def __invert__(self):
        return Abs(self.v * 4.0)

    def __mod__(self, o):
        return self.v * o

    def __floordiv__(self, o):
        return self.v + o

    def __pow__(self, o):
        return self.v * o * 2

    def __rpow__(self, o):
        return self.v * o * 3

    def __and__(self, o):
        return self.v * o.v

    def __lshift__(self, o):
        return self.v * o * 4

    def __round__(self, n=0):
        return self.v * n

    def __divmod__(self, o):
        return self.v, o * 2.0

    def __rsub__(self, o):
        return self.v * o

    def __radd__(self, o):
        return self.v + o * 2.0

    def __iadd__(self, o):
        self.v = self.v * o
        return self

    def __imul__(self, o):
        return Abs(self.v * o * 2)

    def __call__(self):
        return self.v

    def __matmul__(self, o):
        return self.v * o.v

    def __delitem__(self, i):
        self.v = self.v * i


@program((arr(3),))
def absolute_value(x):
    a, b = Abs(x[0]), Abs(x[1])
    return abs(a)


@program((arr(3),))
def conversion(x):
    a, b = Abs(x[0]), Abs(x[1])
    return float(a) * x[1]


@program((arr(3),))
def truth(x):
    a, b = Abs(x[0]), Abs(x[1])
    return 2.0 if a else x[1]


@program((arr(3),))
def comparison(x):
    a, b = Abs(x[0]), Abs(x[1])
    return x[0] if a < b else x[1]


@program((arr(3),))
def equality(x):
    a, b = Abs(x[0]), Abs(x[1])
    return x[0] if a == b else x[1]


@program((arr(3),))
def membership(x):
    a, b = Abs(x[0]), Abs(x[1])
    return x[0] if x[2] in a else x[1]


@program((arr(3),))
def length(x):
    a, b = Abs(x[0]), Abs(x[1])
    return len(a) * x[0]


@program((arr(3),))
def positive(x):
    a, b = Abs(x[0]), Abs(x[1])
    return (+a).v


@program((arr(3),))
def negative_and_inverted(x):
    a, b = Abs(x[0]), Abs(x[1])
    return (-a).v * (~b).v


@program((arr(3),))
def remainders(x):
    a, b = Abs(x[0]), Abs(x[1])
    return a % x[1] + a // x[2]


@program((arr(3),))
def powers(x):
    a, b = Abs(x[0]), Abs(x[1])
    return a ** x[1] + x[1] ** a


@program((arr(3),))
def bitwise(x):
    a, b = Abs(x[0]), Abs(x[1])
    return a & b


@program((arr(3),))
def shift(x):
    a, b = Abs(x[0]), Abs(x[1])
    return a << x[1]


@program((arr(3),))
def rounding(x):
    a, b = Abs(x[0]), Abs(x[1])
    return round(a, 3)


@program((arr(3),))
def divisions(x):
    a, b = Abs(x[0]), Abs(x[1])
    return divmod(a, x[1])[1] * a.v


@program((arr(3),))
def reflected_difference(x):
    a, b = Abs(x[0]), Abs(x[1])
    return x[1] - a


@program((arr(3),))
def reflected_sum(x):
    a, b = Abs(x[0]), Abs(x[1])
    return x[1] + a


@program((arr(3),))
def product(x):
    a, b = Abs(x[0]), Abs(x[1])
    return a @ b


@program((arr(3),))
def either_object(x):
    a, b = Abs(x[0]), Abs(x[1])
    return (a or b).v * (b and a).v


@program((arr(3),))
def sorted_objects(x):
    a, b = Abs(x[0]), Abs(x[1])
    return sorted([a, b])[0].v


@program((arr(3),))
def negation(x):
    a, b = Abs(x[0]), Abs(x[1])
    return (not a) * x[0]


@program((arr(3),))
def beside_a_numpy_number(x):
    a, b = Abs(x[0]), Abs(x[1])
    return np.float64(2.0) + a


@program((arr(3),), may_refuse=True)
def sum_of_objects(x):
    a, b = Abs(x[0]), Abs(x[1])
    return sum([a, b])


@program((arr(3),), may_refuse=True)
def largest_object(x):
    a, b = Abs(x[0]), Abs(x[1])
    return max(a, b).v


@program((arr(3),), may_refuse=True)
def smallest_object(x):
    a, b = Abs(x[0]), Abs(x[1])
    return min([a, b]).v


@program((arr(3),), may_refuse=True)
def augmented_in_place(x):
    a = Abs(x[0])
    b = a
    a += x[1]
    return a.v * b.v


@program((arr(3),))
def augmented_anew(x):
    a = Abs(x[0])
    b = a
    a *= x[1]
    return a.v * b.v


@program((arr(3),), may_refuse=True)
def item_deleted(x):
    a = Abs(x[0])
    b = a
    del a[3]
    return a.v * b.v


class Heron:
    def __init__(self, x, a):
        self.x, self.a = x, a

    def __iter__(self):
        return self

    def __next__(self):
        self.x = 0.5 * (self.x + self.a / self.x)
        return self.x


@program((arr(3),))
def next_of_an_object(x):
    root = Heron(1.5 + x[0] ** 2, 1.0 + x[1] ** 2)
    s = sum(next(root) * v for v in x)
    for _ in range(2):
        s = s * next(root)
    return s * root.x


@program((arr(3),))
def next_of_an_object_in_a_condition(x):
    root = Heron(1.5 + x[0] ** 2, 1.0 + x[1] ** 2)
    old, new = x[2], next(root)
    k = 0
    while k < 3:
        old, new = new, next(root)
        k += 1
    return old + 2.0 * new


@program((arr(3),), may_refuse=True)
def next_with_a_default(x):
    it = It(x[:2])
    return sum(next(it, 0.0) for _ in range(4))
