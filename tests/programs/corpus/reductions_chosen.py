"""Reductions with `where` and `initial`, methods of ufuncs, and functions whose results are views."""

import cmath

import numpy as np

from ..registry import Draw, program

_ROW = Draw(lambda rng: rng.uniform(0.5, 2.0, 4))
_SIGNED = Draw(lambda rng: rng.uniform(0.5, 2.0, 4) * np.array([1.0, -1.0, 1.0, -1.0]))
_ROWS = Draw(lambda rng: rng.uniform(0.5, 2.0, (3, 4)))
_SQUARE = Draw(lambda rng: rng.uniform(-0.3, 0.3, (3, 3)) + np.diag([1.0, 2.0, 4.0]))
_NUMBER = Draw(lambda rng: rng.uniform(0.5, 2.0))


@program((_ROWS, _NUMBER), host_only=True)
def sums_from_a_number(x, start):
    total = np.sum(x * x, axis=0, initial=start)
    return np.sum(total**2) + x.sum(initial=start * start)


@program((_SIGNED,), host_only=True)
def mask_written_after_its_use(x):
    mask = x > 0
    total = np.sum(x * x, where=mask) + np.mean(x**3, where=mask)
    mask[:] = False
    return total


@program((_ROWS,), host_only=True)
def masks_that_change_in_a_loop(x):
    mask = np.array([True, False, True, True])
    total = 0.0
    for i in range(3):
        mask[i] = not mask[i]
        total = total * 0.5 + np.var(x[i] * x[i], where=mask) + np.max(x[i], where=mask, initial=0.0)
    return total


@program((_ROWS,), host_only=True)
def operand_written_after_a_chosen_product(x):
    y = x * 1.0
    p = np.prod(y, axis=1, where=np.array([True, True, False, True]), initial=2.0)
    y[:, 0] = 7.0
    return np.sum(p * y[:, 1])


@program((_ROW, _NUMBER), host_only=True)
def extreme_of_a_number_and_an_array(x, floor):
    return np.max(x, initial=3.0 * floor) * np.min(x * floor, initial=floor)


@program((_ROW, _ROW))
def pairs_of_outer_operations(x, y):
    return np.sum(np.multiply.outer(x, y) ** 2) + np.sum(np.subtract.outer(y, x) ** 3)


@program((_ROWS,), host_only=True)
def running_sums_by_a_ufunc(x):
    y = np.add.accumulate(x, axis=1)
    y[:, 0] *= 2.0
    z = np.add.reduceat(y[0] * y[1], [0, 2])
    return z[0] * z[1] + np.multiply.reduce(y[2])


@program((_ROWS,), host_only=True)
def write_through_a_rolled_axis(x):
    y = x * 1.0
    turned = np.rollaxis(y, 1)
    turned[0] = turned[1] * turned[2]
    return np.sum(y * y)


@program((_ROW,), host_only=True)
def write_through_what_was_trimmed(x):
    y = np.concatenate([[0.0], x, [0.0]])
    z = np.trim_zeros(y)
    z[0] = z[1] * z[2]
    return np.sum(y * y)


@program((_SQUARE,), host_only=True)
def spectral_abscissa_smoothed(a):
    w, v = np.linalg.eig(a)
    w = w * 1.0
    total = np.sum(np.abs(v[:, 0]) ** 4) + np.log(np.sum(np.exp(w.real)))
    w[0] = 0.0
    return total + np.sum(w.real**2)


@program((_ROW, _ROW), host_only=True)
def line_through_points(x, y):
    x = np.cumsum(x)
    slope, height = np.polyfit(x, y, 1)
    x[0] = 9.0
    return slope * height + x[1]


@program((_ROW,), host_only=True)
def largest_root(x):
    roots = np.roots(np.array([1.0, -x[0] - x[1], x[0] * x[1] - 0.3]))
    return np.max(np.abs(roots)) + np.i0(x[2])


@program((_ROW,), host_only=True)
def halves_by_partition(x):
    y = np.partition(x * x, 2)
    total = y[2] * np.sum(y[:2])
    y[2] = 0.0
    return total + y[3]


@program((_NUMBER, _NUMBER))
def phase_of_a_product(r, angle):
    z = cmath.rect(r, angle)
    for _ in range(3):
        z = z * cmath.exp(0.1j * r) + cmath.sqrt(z)
    return abs(z) + cmath.phase(z)


@program((_ROW,), host_only=True)
def edges_repeated(x):
    y = x * 1.0
    wide = np.pad(y, 2, mode="reflect")
    y[0] = 5.0
    return np.sum(wide[2:-2] * wide[4:]) + y[1]
