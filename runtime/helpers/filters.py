"""Derivatives of `scipy.signal` and `scipy.ndimage`: convolutions and filters."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..on_demand import scipy
from .arrangement import unpad
from .broadcasting import is_complex, unbroadcast


def _edge(mode: str) -> Any:
    """What NumPy's padding calls the way in which SciPy's filters go on beyond the edge."""
    names = {"reflect": "symmetric", "mirror": "reflect", "nearest": "edge"}
    return names.get(mode, mode)


def turned(x: Any) -> Any:
    """An array turned round along every axis, and conjugated where it is complex."""
    flipped = np.flip(x)
    return np.conjugate(flipped) if is_complex(x) else flipped


def convolved_part(d: Any, like: Any, other: Any, mode: str = "full", first: Any = None) -> Any:
    """The cotangent of one of the two arrays that were convolved along all axes.

    `first` is the shape of the first of them, on which the mode `same` is centred.
    """
    whole = []
    for i, n in enumerate(np.shape(like)):
        m = np.shape(other)[i]
        have = np.shape(d)[i]
        centre = (n if first is None else first[i]) if mode == "same" else abs(n - m) + 1
        start = 0 if mode == "full" else (n + m - 1 - centre) // 2
        whole.append((start, n + m - 1 - have - start))
    full = np.pad(d, whole)
    return unbroadcast(scipy.signal.convolve(full, np.flip(other), "valid"), like)


def _around(weights: Any, shift: int = 0) -> list[tuple[int, int]]:
    """How far a filter reaches before and after an element, along each axis.

    The centre of an even number of weights is the later one; a convolution turns them round first,
    which its `shift` makes the earlier one.
    """
    found = []
    for n in np.shape(weights):
        before = n // 2 - (shift if n % 2 == 0 else 0)
        found.append((before, n - 1 - before))
    return found


def filtered_dinput(
    d: Any, input: Any, weights: Any, mode: str = "reflect", shift: int = 0
) -> Any:
    """The cotangent of an array that was correlated with weights."""
    whole = scipy.signal.convolve(d, weights, "full")
    return unbroadcast(unpad(whole, input, _around(weights, shift), _edge(mode)), input)


def filtered_dweights(
    d: Any, input: Any, weights: Any, mode: str = "reflect", shift: int = 0
) -> Any:
    """The cotangent of the weights with which an array was correlated."""
    padded = np.pad(input, _around(weights, shift), _edge(mode))
    return unbroadcast(scipy.signal.convolve(padded, np.flip(d), "valid"), weights)


def _gaussian_weights(sigma: float, order: int, truncate: float) -> Any:
    """The weights of `scipy.ndimage.gaussian_filter1d`: what it makes of a single one."""
    radius = int(truncate * float(sigma) + 0.5)
    unit = np.zeros(2 * radius + 1)
    unit[radius] = 1.0
    made = scipy.ndimage.gaussian_filter1d(
        unit, sigma, order=order, mode="constant", truncate=truncate
    )
    return np.flip(made)


def ungaussian(
    d: Any, sigma: Any, order: Any = 0, mode: str = "reflect", truncate: Any = 4.0
) -> Any:
    """The cotangent of what `scipy.ndimage.gaussian_filter` smoothed, axis after axis."""
    n = np.ndim(d)
    sigmas = np.broadcast_to(np.asarray(sigma), (n,))
    orders = np.broadcast_to(np.asarray(order), (n,))
    for axis in range(n - 1, -1, -1):
        if sigmas[axis] > 1e-15:
            weights = _gaussian_weights(sigmas[axis], int(orders[axis]), truncate)
            shape = [1] * n
            shape[axis] = -1
            d = filtered_dinput(d, d, np.reshape(weights.astype(d.dtype), shape), mode)
    return d
