"""Copies, conversions that may copy and conversions that must not, written afterwards."""

from __future__ import annotations

import numpy as np

from ..registry import arr, program


@program((arr(3, 4),))
def copies(x):
    y = x.copy()
    y[0] = 0.0
    return (x * y).sum() + x.astype(float).sum() + np.array(x, copy=True).sum()


@program((arr(4),))
def conversions_to_a_dtype(x):
    y = np.asarray(x, dtype=float)
    z = np.ascontiguousarray(x * x, dtype=np.float64)
    return np.sum(y * y).item() + np.sum(z * z * z)


@program((arr(5),))
def array_that_copies_and_is_written(x):
    y = x * 2.0
    z = np.array(y)
    z[1:3] *= y[0]
    return np.sum(y * y) + np.sum(z * x)


@program((arr(5),))
def asarray_that_is_written(x):
    y = x * 2.0
    z = np.asarray(y)
    z += 1.0
    return np.sum(y * z)
