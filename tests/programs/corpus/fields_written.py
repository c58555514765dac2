"""Arrays and lists that the fields of an object are known to hold, written there and elsewhere."""

from dataclasses import dataclass, replace

import numpy as np

from ..registry import arr, program


@dataclass
class Pair:
    a: object
    b: object

    def bump(self, k):
        self.a[1:] *= k

    def put(self, v):
        self.b = v

    def get(self):
        return self.a


@program((arr(3), 0.5))
def written_field_of_a_named_array(x, w):
    u = x * w
    r = Pair(u, x)
    r.a[0] = w
    return np.sum(u * r.a * r.b)


@program((arr(3), 0.5))
def written_fields_of_unnamed_arrays(x, w):
    r = Pair(x * 2, x * w)
    r.a[0] = w
    r.b[1] = r.a[2] * w
    return np.sum(x * r.a * r.b)


@program((arr(3), 0.5), may_refuse=True)
def field_replaced_by_another(x, w):
    r = Pair(x * 2, x * w)
    r.a[0] = w
    r.b = r.a * w
    r.b[1] = r.a[2]
    r.a = r.b
    r.a[2] *= w
    return np.sum(x * r.a * r.b)


@program((arr(3), 0.5))
def written_by_a_method_and_here(x, w):
    r = Pair(x * 2, x * w)
    r.bump(w)
    r.a[0] = w
    return np.sum(x * r.a * r.b)


@program((arr(3), 0.5), may_refuse=True)
def written_here_and_by_a_method(x, w):
    y = x * w
    r = Pair(y, x * w)
    r.a[0] = w
    r.bump(w)
    return np.sum(y * r.a * r.b)


@program((arr(3), 0.5, True), (arr(3), 0.5, False), may_refuse=True)
def object_made_on_a_branch(x, w, f):
    y = x * w
    r = Pair(y, x * w)
    if f:
        r = Pair(b=y, a=x * 2.0)
    r.a[0] = w
    return np.sum(y * r.a * r.b)


@program((arr(3), 0.5))
def one_array_in_two_fields(x, w):
    y = x * w
    r = Pair(y, y)
    r.a[0] = w
    r.b[1] *= 2.0
    return np.sum(y * r.a * r.b)


@program((arr(3), 0.5), may_refuse=True)
def field_given_to_a_method(x, w):
    y = x * w
    r = Pair(y, x)
    q = r
    q.a[0] = w
    r.put(q.a)
    r.b[1] *= 2.0
    return np.sum(y * r.a * r.b)


@program((arr(3), 0.5), may_refuse=True)
def object_like_another(x, w):
    y = x * w
    r = Pair(y, x)
    q = replace(r, b=w)
    q.a[0] = w
    return np.sum(y * r.a * r.b) * q.b


@program((arr(3), 0.5), may_refuse=True)
def array_given_by_a_method(x, w):
    y = x * w
    r = Pair(y, x)
    r.get()[1] = w
    r.a[2] *= w
    return np.sum(y * r.a * r.b)


@program((arr(3), 0.5), may_refuse=True)
def objects_in_a_list_sharing_arrays(x, w):
    y = x * w
    rs = [Pair(y, x), Pair(x * 2, y)]
    for r in rs:
        r.a[1] = w
        r.bump(w)
    return np.sum(y * rs[0].a * rs[1].b)


@program((arr(3), 0.5))
def list_in_a_field(x, w):
    i = [w]
    r = Pair(i, x)
    i[0] = x[1]
    r.a.append(w * w)
    return sum(r.a) * i[1]


@program((arr(3), 0.5))
def list_put_into_a_field(x, w):
    i = [w]
    r = Pair(i, [w])
    r.b = i
    i[0] = x[1]
    r.a.append(w * w)
    return sum(r.b) * i[1]


@program((Pair(arr(3), arr(3)), 0.5))
def parts_of_an_argument(r, w):
    y = r.a * w
    q = Pair(y, r.b)
    q.a[0] = w
    r = q
    r.b[1] = 2.0
    return np.sum(y * r.a * r.b)


def made(x, y):
    return Pair(x, y)


@program((arr(3), 0.5))
def made_by_a_function(x, w):
    y = x * w
    r = made(y, x)
    r.a[0] = w
    return np.sum(y * r.a * r.b)


@program((arr(3), 0.5))
def number_beside_an_array_in_a_tuple(x, w):
    t = (x * 2, w, x)
    t[0][1] = w
    return np.sum(t[0] * t[2]) * t[1]


@program((arr(3), 0.5))
def number_beside_an_array_in_an_object(x, w):
    t = Pair(x * 2, w)
    t.a[1] = t.b
    t.b = t.b * w
    return np.sum(t.a * x) * t.b


@program((arr(3), 0.5), may_refuse=True)
def number_beside_an_array_in_a_list(x, w):
    t = [x * 2, w]
    t[0][1] = t[1]
    t[1] = t[1] * w
    return np.sum(t[0] * x) * t[1]


@program((arr(3), arr(3)))
def arrays_side_by_side(x, w):
    t = Pair(x * 2, w)
    t.a[1] = t.b[0]
    s = t.b
    t.b = t.b * w
    s = s * t.b
    return np.sum(t.a * x * s) * np.sum(t.b)
