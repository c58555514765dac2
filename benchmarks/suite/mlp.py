"""A multilayer perceptron: batches of 32, width 64, three layers, softmax cross-entropy."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.program import Program

if TYPE_CHECKING:
    import torch


def mlp(w1, b1, w2, b2, w3, b3, x, targets):
    """Mean cross-entropy of ten classes; `targets` are one-hot rows."""
    h1 = np.tanh(x @ w1 + b1)
    h2 = np.tanh(h1 @ w2 + b2)
    logits = h2 @ w3 + b3
    log_total = np.log(np.sum(np.exp(logits), axis=1))
    return np.mean(log_total - np.sum(targets * logits, axis=1))


def hand(w1, b1, w2, b2, w3, b3, x, targets):
    """Keeps both hidden layers and the exponentials."""
    h1 = np.tanh(x @ w1 + b1)
    h2 = np.tanh(h1 @ w2 + b2)
    e = np.exp(h2 @ w3 + b3)

    # logits = h2 @ w3 + b3, and the two lines after it
    e /= e.sum(axis=1, keepdims=True)
    e -= targets
    e /= len(x)
    d_logits = e
    d_w3 = h2.T @ d_logits
    d_b3 = d_logits.sum(axis=0)
    # h2 = np.tanh(h1 @ w2 + b2)
    d_h2 = d_logits @ w3.T
    d_h2 *= 1 - h2 * h2
    d_w2 = h1.T @ d_h2
    d_b2 = d_h2.sum(axis=0)
    # h1 = np.tanh(x @ w1 + b1)
    d_h1 = d_h2 @ w2.T
    d_h1 *= 1 - h1 * h1
    return x.T @ d_h1, d_h1.sum(axis=0), d_w2, d_b2, d_w3, d_b3


def in_torch(w1, b1, w2, b2, w3, b3, x, targets):
    """The same formulas, in PyTorch's names."""
    h1 = torch.tanh(x @ w1 + b1)
    h2 = torch.tanh(h1 @ w2 + b2)
    logits = h2 @ w3 + b3
    log_total = torch.log(torch.sum(torch.exp(logits), dim=1))
    return torch.mean(log_total - torch.sum(targets * logits, dim=1))


def arguments(batch: int, width: int, classes: int) -> tuple[Any, ...]:
    """Three layers, a batch and its one-hot targets."""
    rng = np.random.default_rng(1)
    sizes = (width, width, width, classes)
    layers: list[np.ndarray] = []
    for n, m in pairwise(sizes):
        layers += [rng.normal(size=(n, m)) / np.sqrt(n), 0.1 * rng.normal(size=m)]
    targets = np.eye(classes)[rng.integers(classes, size=batch)]
    return *layers, rng.normal(size=(batch, width)), targets


PROGRAM = Program(
    name="mlp 32x64",
    primal=mlp,
    hand=hand,
    wrt=(0, 1, 2, 3, 4, 5),
    args=arguments(32, 64, 10),
    small=arguments(4, 3, 2),
    peers={"autograd": mlp, "torch": in_torch, "jax": mlp, "mygrad": mlp, "tangent": mlp},
)
