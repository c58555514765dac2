"""`max(default=)` and more of `itertools`."""

import itertools

import numpy as np

from ..registry import program

_TWO = (np.array([0.5, 0.85, 0.86, 0.84]), np.array([-0.4, 0.845, 0.42, -0.77]))


@program(_TWO)
def max_with_a_default_of_none_left(x, y):
    return max([v * v for v in x if v > 10], default=y[0])


@program(_TWO)
def max_of_a_generator_with_a_default(x, y):
    return max((v * v for v in x), default=y[0])


@program(_TWO)
def min_by_a_key_with_a_default(x, y):
    return min((v * v for v in x), key=lambda v: -v, default=y[0]) + max(x, default=0.0)


@program(_TWO)
def pairs_of_combinations(x, y):
    return sum(a * b for a, b in itertools.combinations(x, 2))


@program(_TWO)
def triples_of_combinations(x, y):
    t = 0.0
    for a, b, c in itertools.combinations(list(x), 3):
        t += a * b * c
    return t


@program(_TWO)
def pairs_of_permutations(x, y):
    return sum(a * b * b for a, b in itertools.permutations([x[0], y[1], x[2] * y[0]], 2))


@program(_TWO)
def chain_from_iterable(x, y):
    return sum(v * v for v in itertools.chain.from_iterable([x, y, x * y]))


@program(_TWO)
def dropwhile_and_filterfalse(x, y):
    return sum(v * y[0] for v in itertools.dropwhile(lambda v: v < 0.6, x)) + sum(
        itertools.filterfalse(lambda v: v < 0.8, x * y[1])
    )


@program(_TWO)
def compress_by_a_mask(x, y):
    return sum(v * y[0] for v in itertools.compress(x, y > 0))


@program(_TWO)
def energy_of_pairs(x, y):
    xs = np.stack([x, y, x * y])
    e = 0.0
    for i, j in itertools.combinations(range(3), 2):
        d = xs[i] - xs[j]
        e += 1 / np.sqrt(d @ d)
    return e
