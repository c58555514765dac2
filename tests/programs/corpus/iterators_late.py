"""Iterators that are consumed later than where they are made, and lists that change hands."""

import contextlib

import numpy as np

from ..registry import program

_TWO = (np.array([0.5, 0.85, 0.86, 0.84]), np.array([-0.4, 0.845, 0.42, -0.77]))


@contextlib.contextmanager
def _scaled(v, k):
    yield v * k


@program(_TWO)
def generator_that_nobody_consumes(x, y):
    it = (v * np.tanh(0.5) for v in x)
    return np.sum(y)


@program(_TWO)
def generator_reads_variables_when_consumed(x, y):
    s = np.sum(x)
    it = (v * s for v in x)
    s = s * 2
    t = 0.0
    for v in it:
        t += v
    return t * s


@program(_TWO)
def generator_that_calls_a_module(x, y):
    it = (v * np.tanh(0.5) for v in x)
    return np.sum(y) * sum(it)


@program(_TWO)
def manager_given_a_comprehension(x, y):
    with _scaled(np.array([v * 2 for v in x]), x[:].mean()) as a:
        pass
    return np.sum(np.sin(a))


@program(_TWO)
def list_bound_again_after_a_slice_was_stored(x, y):
    ns = [v * y[0] for v in y]
    ns[:1] = [ns[-1], x[0]]
    if np.sum(y) < -0.3:
        return 0.2 * np.sum(y[:] * y[:])
    ns = [v * x[0] for v in 0.5 * (y + x[:])]
    return sum(v * v for v in ns)


@program(_TWO)
def list_bound_again_in_a_branch(x, y):
    ns = [v for v in x if v > -0.8] + [0.3, -0.7]
    if np.any(x > 0.1):
        ns = [0.5 * (v + w_) for v, w_ in zip(ns, ns[::-1])]
        if x[0] > 0:
            ns.append(ns.pop(0) * np.mean(y))
    return sum(ns) * ns[0]


@program(_TWO)
def list_bound_again_twice(x, y):
    if x[0] > 0:
        ns = [v * (0.5 * (x[0] + 0.5)) for v in np.zeros(4) + 0.8]
        ns.append(ns.pop(0) * x[1])
        ns = [x[-2] * x[2], x[0], -0.7]
    return np.sum(y) + sum(ns)


@program(_TWO, may_refuse=True)
def generator_in_the_inner_loop_of_a_comprehension(x, y):
    it = (v * 2 for v in x)
    return sum([u * v for u in y for v in it])


@program(_TWO, may_refuse=True)
def iterator_in_the_inner_loop_of_a_comprehension(x, y):
    it = iter(x)
    return sum([u * v for u in y for v in it])


@program(_TWO, may_refuse=True)
def generator_summed_in_each_round(x, y):
    it = (v * 2 for v in x)
    return sum([sum(it, start=u) for u in y])


@program(_TWO, may_refuse=True)
def generator_summed_beside(x, y):
    it = (v * 2 for v in x)
    return sum([sum(it) + u for u in y])


@program(_TWO, may_refuse=True)
def iterator_summed_in_each_round(x, y):
    it = iter(x)
    return sum([sum(it) + u * u for u in y])


@program(_TWO)
def loop_variable_that_the_generator_reads(x, y):
    s = 0.3
    it = (v * s for v in x)
    t = 0.0
    for s in it:
        t += s * s
    return t


@program(_TWO)
def generator_and_a_variable_that_changes(x, y):
    s = np.sum(x)
    it = (v * s for v in x)
    s = s * 2
    t = 0.0
    for v in it:
        t += v * v
        s = s * 0.9
    return t * s


@program(_TWO)
def generator_whose_source_is_bound_again(x, y):
    it = (v * y[0] for v in x)
    x = x * 3
    y = y * 2
    return sum(it) * x[0]


@program(_TWO)
def generator_over_an_expression(x, y):
    it = (v * y[0] for v in x * 2)
    x = x * 3
    y[0] *= 2
    return sum(it) * x[0]


@program(_TWO)
def generator_over_an_array_that_is_written(x, y):
    x = x * 1
    it = (v * y[0] for v in x)
    x[1] = y[2]
    return sum(it) * x[0]


@program(_TWO)
def generator_made_anew_in_each_round(x, y):
    t = 0.0
    for k in range(3):
        it = (v * y[k] for v in x[k:])
        x = x * 1.5
        t += sum(it)
    return t


@program(_TWO)
def generator_with_two_loops(x, y):
    it = (v * w for v in x for w in y)
    y = y[:2] * 3
    return sum(it) * y[1]


@program(_TWO)
def generator_made_in_a_branch(x, y):
    if x[0] > 0:
        it = (v * y[0] for v in x)
        x = x * 2
    return sum(it) * x[1]


@program(_TWO)
def map_made_before_its_source_changes(x, y):
    it = map(lambda v: v * y[0], x)
    x = x * 2
    return sum(it) * x[1]


@program(_TWO)
def zip_made_before_its_source_changes(x, y):
    it = zip(x, y)
    x = x * 2
    t = 0.0
    for a, b in it:
        t += a * b * x[1]
    return t


@program(_TWO)
def generator_over_a_range(x, y):
    s = y[1]
    it = (v * s for v in range(3))
    s = s * 2
    return sum(it) * x[1]


@program(_TWO)
def generator_asked_by_any(x, y):
    it = (v * y[0] for v in x)
    y = y + x
    if any(v > 0.5 for v in it):
        return y[0]
    return y[1]


@program(_TWO)
def generator_over_a_list_that_grows(x, y):
    xs = [x[0], x[1]]
    it = (v * y[0] for v in xs)
    xs.append(x[2])
    y = y * 2
    return sum(it)


@program(_TWO)
def any_of_a_generator_of_a_generator(x, y):
    if any(v > 0.5 for v in (v * 2 for v in x)):
        return x[0] * y[0]
    return y[1]


@program(_TWO)
def sum_of_a_generator_of_a_generator(x, y):
    return sum(v * 0.5 for v in (v * 2 for v in x))


@program(_TWO)
def filtered_generator_of_a_generator(x, y):
    return sum(v * 0.5 for v in (v * 2 for v in x) if v > 0.1)


@program(_TWO)
def any_of_a_list_of_a_generator(x, y):
    if any([v > 0.5 for v in (v * 2 for v in x)]):
        return x[0] * y[0]
    return y[1]


@program(_TWO)
def max_of_a_generator_by_a_key(x, y):
    return max((v * 0.5 for v in x), key=lambda v: -v)
