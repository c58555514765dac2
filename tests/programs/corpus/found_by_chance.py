"""Programs that random ones led to: each was wrong, or broke the tool, when it was written."""

import dataclasses
import functools

import numpy as np

from ..registry import arr, program


@program((arr(4), 0.7, 1), (arr(4), 0.7, 3), (arr(4), 0.7, 0), wrt=(0, 1))
def starred_array_of_which_the_length_is_needed(x, k, n):
    for _ in range(n):
        x = np.array([np.maximum(x, k)[0] * x[2], x[2], *np.maximum(x[::-1], k)[2:]])
    return np.sum(np.sin(x))


def grow(p, q):
    q += 0.3 * np.roll(q, 1)
    return p[0]


@program((arr(4),), may_refuse=True)
def one_array_twice_in_a_starred_argument(x):
    y = x * 2.0
    grow(*[y, y])
    return np.sum(np.sin(y))


@program((arr(4), 1), (arr(4), 2), wrt=(0,))
def an_early_result_beside_an_object(x, n):
    box = Box(x * 2.0, x[0])
    if n > 1:
        return -0.4 * x[1]
    return np.sum(box.a * box.s)


class Box:
    """An array and a number."""

    def __init__(self, a, s):
        self.a = a
        self.s = s

    def energy(self):
        """A number, also where its reader takes it for what may be an array."""
        return 0.2 * np.sum(self.a * self.a)


@program((arr(3),))
def several_values_of_which_one_reads_what_is_bound(x):
    level = x[0]

    def look():
        return 2.0 * level

    level, values = x[1] * x[2], [look()]
    level, more = level * level, [level, x[0]]
    level, last = look() + level, []
    last.append(values[0] * more[0])
    return level * values[0] + more[0] * more[1] + last[0]


@program((arr(4),), may_refuse=True)
def finally_writes_through_a_view(x):
    view = x[:]
    try:
        pass
    finally:
        x[view > 0.55] -= 0.2 * np.tanh(view[1])
    return np.sum(np.sin(view))


@program((arr(4), 0.6), (arr(4), -0.6), wrt=(0, 1))
def list_that_grows_between_reads_of_all_of_it(x, k):
    ns = [v * k for v in x]
    s = 0.0
    if k > 0:
        ns.append(k * k)
        s = sum(ns) * min(ns)
    ns.insert(0, 2 * k)
    for i in range(3):
        s += sum(ns) * i
        ns.append(ns[i] * k)
        s += max(ns) * i
        ns.pop(0)
    return s + np.prod(np.array(ns))


@program((arr(4), 0.6), wrt=(0, 1))
def list_of_arrays_that_grows_under_two_names(x, k):
    xs = [x * i for i in range(3)]
    xs.append(x * k)
    s = np.sum(sum(xs))
    ys = xs
    ys.append(x * s)
    return s + np.sum(np.stack(xs) * np.stack(ys))


@program((arr(4), arr(3, 4)), wrt=(0, 1))
def subtracts_a_difference_with_itself(y, m):
    y -= 0.2 * m[2] - 0.5 * y
    return np.sum(np.sin(y))


@program((arr(4), arr(4)), wrt=(0, 1))
def opposites_of_a_cotangent_that_is_added_to(x, y):
    z = x * y
    z -= (y - z) - x
    z -= (z - y[::-1]) - (x - z)
    return np.sum(np.sin(z))


@program((arr(4),))
def inner_loop_with_the_same_target(x):
    for v in x:
        for v in x:
            pass
        return float(v)
    return 0.0


@program((arr(4),))
def last_elements_of_empty_loops(x):
    for v in x:
        for w in x[1:]:
            pass
    for i, v in enumerate(x[::-1]):
        for w in range(2):
            pass
    return v * x[i] + w * x[w]


@program((3.0,))
def loop_whose_test_does_all(x):
    u = x
    while (u := u * 0.5) > 0.1:
        pass
    return u * u


def accumulate_into(p, q):
    q[[2, 0, 2]] -= 0.2 * np.clip(q[1:], -0.9, 0.8)
    return 0.3 * np.cumsum(p[:])


@program((arr(4), arr(4)), wrt=(0, 1))
def calls_whose_result_is_not_read(x, y):
    accumulate_into(y, y)
    for _ in range(2):
        accumulate_into(x, y)
    return np.sum(np.sin(x) * y)


@program((arr(4), arr(4), 0.3), (arr(4), arr(4), -1.3), wrt=(0, 1, 2))
def view_of_what_is_bound_anew_unless_it_returned(x, y, k):
    a = y[:]
    for v in x:
        if k < -0.9:
            return np.sin(v) * np.sum(a * k)
        a[x > -0.4] = a[2]
    s = 0.2 * sum(v * v for v in a[::-1])
    y = 0.3 * np.cumsum(0.3 * np.cumsum(y))
    return np.sum(np.sin(y)) + s * k


@program((arr(4), 0.3), (arr(4), -0.3), wrt=(0, 1), may_refuse=True)
def views_of_a_name_that_a_branch_binds_anew(y, k):
    a = y[1:]
    b = a[::-1]
    b *= k
    s = 0.0
    if k > 0:
        a[1] = k * y[0]
        y = np.sin(y)
        y[2] *= 2.0
        s = np.sum(b * b)
    return s + np.sum(np.cos(y) * y[1])


@program((arr(4), 0.6), wrt=(0, 1))
def scales_what_is_read_by_itself(y, k):
    y[:] *= y
    b = y[:]
    b[:] *= y
    b[1:] /= 2.0 + y[:-1] * k
    y *= b[::-1]
    y[[0, 1]] *= y[0]
    return np.sum(np.sin(y))


@program((arr(4), 0.6), wrt=(0, 1))
def values_of_a_dict_that_holds_what_is_written(y, k):
    d = {"p": y, "q": y - 0.5 * k}
    y -= k
    a = sum(d.values())
    return np.sum(np.sin(a))


@program((arr(4), 0.6), wrt=(0, 1))
def view_of_a_view_after_its_root_is_bound_anew(y, k):
    a = y[1:]
    b = a[::-1]
    b *= k
    s = 0.0
    if k > 0:
        y = np.sin(y)
        s = np.sum(b * b)
    return s + np.sum(y * y)


@program((arr(4), 0.6), (arr(4), -0.6), wrt=(0, 1))
def joined_list_that_a_loop_replaces(x, k):
    ns = [v for v in x if v > 0.2] + [0.3, k]
    for v in x:
        ns = [w * v for w in x - 0.5 * k]
    return sum(v * v for v in ns)


@program((arr(4), 0.6), (arr(4), -0.6), wrt=(0, 1))
def grown_list_after_an_early_result(x, k):
    ns = [v * k for v in x]
    if k < -0.3:
        return (k - 0.5) * x[0]
    ns[:1] = [x.mean(), k]
    return sum(v * v for v in ns)


@program((arr(4), 0.6, arr(3, 4)), wrt=(0, 1, 2))
def condition_on_a_row(x, k, m):
    return 0.3 * (np.where(m[1] > 0.2, x, k) @ np.where(m[1] > 0.3, x, k))


@program((arr(4), arr(4), 0.91), (arr(4), arr(4), 0.3), wrt=(0, 1, 2))
def number_bound_twice_in_a_with(x, y, k):
    for _ in range(2):
        with np.errstate(divide="ignore"):
            k = 0.5 * (k := (k if k > 0.4 else -0.4)) + np.mean(x[-1:-3:-1]) * k
            y -= 0.2 * (k or x[3])
            if k > 0:
                k = k * x[1]
            k *= np.sin(k)
    return y[0] * k


@program((arr(4), 0.9), (arr(4), -0.6), wrt=(0, 1))
def sorted_in_a_loop_then_grown(x, k):
    ns = [v * k for v in x]
    for v in x:
        if v > 0.2:
            ns = sorted(ns)
    for _ in range(3):
        ns.insert(0, abs(ns[-1]))
    return sum(v * v for v in ns)


@program((arr(4), arr(4), 0.5, 3), (arr(4), arr(4), 0.5, 1), wrt=(0, 1, 2))
def list_bound_in_a_branch_then_stored_into(x, y, k, n):
    xs = [v * k for v in (np.tanh(x), y)]
    if n % 3 != 0:
        xs = [np.flip(x), y]
    if n % 3 == 0:
        a = np.maximum(xs[1], k)
        xs[0] = np.tanh(xs[0] + a)
    return sum(np.sum(v * v) for v in xs)


@program((arr(4), arr(3), 0.4), (arr(4), arr(3), -0.4), wrt=(0, 1, 2))
def mean_of_arrays_or_scaled_in_place(x, y, k):
    for v in y:
        x[1] += 0.3 * sum([w for w in x[1:3] if w > 0.1])
        xs = [np.full(4, v), x]
        if k > 0:
            x = sum(xs) / len(xs)
        else:
            x[-4] *= 0.7 * k
    return np.sum(np.sin(x))


def scaled_and_swapped(p, q):
    for _ in range(2):
        p = p * 0.9
        q[3], q[2] = q[2], q[3]
        p, q = q, p
    return q * p


@program((arr(4), arr(4)), wrt=(0, 1))
def one_array_as_two_arguments_one_written(x, y):
    return scaled_and_swapped(x, x) @ y


@program((arr(4),), wrt=(0,))
def array_and_its_part_as_arguments_one_written(x):
    z = x * 1.5
    return np.sum(scaled_and_swapped(z[:4], z)) + np.sum(scaled_and_swapped(z, z[::-1])) + z[1]


def written_in_turn(p, q, r):
    for _ in range(3):
        p = p * 0.9
        q[3] = q[2] * p[1]
        p, q, r = q, r, p
        r[0] *= 1.2
    return q * p * r


@program((arr(4), arr(4)), wrt=(0, 1))
def two_of_three_arguments_are_one_array(x, y):
    z = x * 1.5
    a = written_in_turn(z, y, z) + written_in_turn(y, z, z) + written_in_turn(z, z, y)
    return np.sum(a) + z[1]


def _squared_in_place(p, q, r):
    p[::2] = 0.3 * (p @ p)
    return np.tanh(q + p) * r


@program((arr(3, 4),))
def kept_before_a_helper_writes_it(m):
    """What the adjoint reads of `row` is kept before the call, not in the list after it."""
    for _ in range(3):
        for row in m:
            x = _squared_in_place(row, m[0], np.max(row))
    return np.sum(x)


@program((arr(4), 3),)
def steps_that_are_parameters_where_they_are(x, n):
    """`np.heaviside(0, y)` is `y`."""
    y = x * np.heaviside(np.arange(4) - 2.0, x) + np.heaviside(n - 3, x[0])
    return np.sum(y * y)


@program((arr(4), arr(4), 0), (arr(4), arr(4), 2), wrt=(0, 1))
def a_number_of_a_callee_that_may_be_an_array_here(x, y, n):
    box = Box(np.full(4, y[n]), x.mean())
    k = box.energy()
    if n > 0:
        s = max(v * k for v in y)
        box = Box(np.array([k, s, x[2], 0.8]), s)
        box.a[1] = 0.4 / (2.0 + np.cos(k))
        y = box.a * box.s
        if k > -0.9:
            level = max(k, -0.9)
            k = level * x[0]
    return k + np.sum(np.sin(y))


@program((arr(3), 0), (arr(3), 2), wrt=(0,))
def whole_numbers_that_are_multiplied_by_others_later(x, n):
    """What is stored while they are whole is cut off."""
    v = np.zeros(3, int)
    v[:] = 3.5 + 0.3 * np.tanh(x)
    for _ in range(n):
        v = v * x
    return np.sum(v * x)


class Recorder:
    """Methods that give the object back, so that they are called one after the other."""

    def __init__(self):
        self.held = []

    def push(self, v):
        self.held.append(v)
        return self


@program((arr(3), 0.7), wrt=(0, 1))
def methods_that_grow_a_list_and_give_the_object_back(x, k):
    """The adjoint of each call has the list as it was after that call."""
    recorder = Recorder()
    recorder.push(k * x).push(x * x)
    return np.sum(recorder.held[0] * recorder.held[-1])


def _shifted(p, q, r=-0.4):
    p += 0.3 * np.stack([p[-4], r, r, q[0]])
    return p.mean()


def _in_a_display(p, q):
    _shifted(*[p, q * q[1]], *(0.2,))


def _in_a_list(p, q):
    given = [p, q * q[1]]
    _shifted(*given)


_VECTORS = (np.array([0.5, 0.85, 0.86, 0.84]), np.array([-0.4, 0.845, 0.42, -0.77]))


@program(_VECTORS, wrt=(0, 1))
def writes_where_its_arguments_stand_in_a_display(x, y):
    _in_a_display(x, y)
    return np.sum(x * y)


@program(_VECTORS, wrt=(0, 1), may_refuse=True)
def writes_where_its_arguments_stand_in_a_list(x, y):
    _in_a_list(x, y)
    return np.sum(x * y)


@program((arr(3, 4), arr(4)), may_refuse=True)
def written_while_another_name_may_have_no_value(m, y):
    while np.sum(m) > 100.0:
        b = m.ravel()[2:6]
    try:
        y = m[1]
        y /= 2.0 + np.sin(y)
    finally:
        b = m.reshape(4, 3)[1]
    return np.sum(np.sin(b)) + np.sum(y)


@program((arr(4), arr(4)), may_refuse=True)
def method_of_a_number_as_a_value(x, y):
    near = x[0].__mul__
    for i in range(2):
        near = functools.partial(np.multiply, 0.5 * y[i])
    return near(0.4)


@program((arr(4), arr(3), arr(3, 4), 0.2, 2), (arr(4), arr(3), arr(3, 4), 0.8, 2))
def view_that_is_rebound_before_it_is_read(x, y, m, k, n):
    a = m[0] * 1.0
    x[[3, 3, 0]] *= np.sort(a[:-1])
    for _ in range(n):
        if not k > 0.3:
            a = x[-1:-3:-1]
        if -0.9 < k <= -0.7:
            a = m[1, :3]
        else:
            x.fill(np.mean(y))
            a = m[2]
        a = m[1]
    return np.sum(np.sin(x)) + np.sum(a)


@dataclasses.dataclass
class _Pair:
    u: object
    v: float = 0.5


def _first(v):
    if np.sum(v) > 100.0:
        return v * 1.0
    return v[1] * 2.0


@program((arr(4), arr(4)))
def number_beside_a_field_that_is_written(x, y):
    pair = _Pair(x * y, y[0] if x[1] > 0 else _first(y))
    pair.u += 0.3 * x
    k = _first(y)
    if x[0] > -1000.0:
        k = 0.2 * np.sum(pair.u) + pair.v
    return k


def _swapped_and_first(p, q):
    q[[3, 2]] = q[[2, 3]]
    return p


@program((arr(4), arr(4)))
def name_bound_by_the_call_that_writes_what_it_held(x, y):
    a = _swapped_and_first(x, np.sort(y))
    if y[0] > -100.0:
        x = _swapped_and_first(y, a)
    return np.sum(x[::2])
