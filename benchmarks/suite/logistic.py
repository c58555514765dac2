"""Logistic regression on 100 examples of 10 features: a few operations on small arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.program import Program

if TYPE_CHECKING:
    import torch


def logistic(w, x, y):
    """Mean cross-entropy of a logistic model."""
    p = 1 / (1 + np.exp(-(x @ w)))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def hand(w, x, y):
    """The same formulas reversed: `p (1 - p)` comes of `p`, and the logarithms are not needed."""
    p = 1 / (1 + np.exp(-(x @ w)))
    q = 1 - p

    # return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    d_p = (1 - y) / q - y / p
    # p = 1 / (1 + np.exp(-(x @ w)))
    d_p *= p
    d_p *= q
    return ((d_p @ x) / len(y),)


def in_torch(w, x, y):
    """As PyTorch's users write it."""
    p = 1 / (1 + torch.exp(-(x @ w)))
    return -torch.mean(y * torch.log(p) + (1 - y) * torch.log(1 - p))


def arguments(n: int, features: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights, examples and labels; none of the examples is fitted so well that a log is large."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, features))
    return 0.1 * rng.normal(size=features), x, (rng.random(n) < 0.5).astype(float)


PROGRAM = Program(
    name="logistic 100x10",
    primal=logistic,
    hand=hand,
    wrt=(0,),
    args=arguments(100, 10),
    small=arguments(7, 3),
    peers={
        "autograd": logistic,
        "torch": in_torch,
        "jax": logistic,
        "mygrad": logistic,
        "tangent": logistic,
    },
)
