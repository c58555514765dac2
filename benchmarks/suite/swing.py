"""Eight pendulums over 200 steps: a loop of tiny operations, where overhead is all there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.program import Program

if TYPE_CHECKING:
    import jax
    import torch


def swing(x, k, n):
    """Where pendulums that start at rest at `x` are after `n` steps, summed in squares."""
    v = np.zeros_like(x)
    for _ in range(n):
        v = v - 0.01 * k * np.sin(x)
        x = x + 0.01 * v
    return np.sum(x * x)


def hand(x, k, n):
    """Saves angles and sines; `v`, `d_v` and `d_x` are written in place, being nobody else's."""
    v = np.zeros_like(x)
    c = 0.01 * k
    saved = []
    for _ in range(n):
        s = np.sin(x)
        saved.append((x, s))
        v -= c * s
        x = x + 0.01 * v

    # return np.sum(x * x)
    d_x = 2.0 * x
    d_v = np.zeros_like(x)
    d_c = 0.0
    for x, s in reversed(saved):
        # x = x + 0.01 * v
        d_v += 0.01 * d_x
        # v = v - 0.01 * k * np.sin(x)
        d_c -= d_v @ s
        d = c * d_v
        d *= np.cos(x)
        d_x -= d
    return d_x, 0.01 * d_c


def in_torch(x, k, n):
    """The same, in PyTorch's names."""
    v = torch.zeros_like(x)
    for _ in range(n):
        v = v - 0.01 * k * torch.sin(x)
        x = x + 0.01 * v
    return torch.sum(x * x)


def in_jax(x, k, n):
    """The loop is handed to XLA, as JAX's users do: unrolled, it compiles for long."""

    def step(_, state):
        x, v = state
        v = v - 0.01 * k * np.sin(x)
        return x + 0.01 * v, v

    x, _ = jax.lax.fori_loop(0, n, step, (x, np.zeros_like(x)))
    return np.sum(x * x)


PROGRAM = Program(
    name="swing 8 floats, 200 steps",
    primal=swing,
    hand=hand,
    wrt=(0, 1),
    args=(np.linspace(-1.5, 1.5, 8), 2.0, 200),
    small=(np.linspace(-1.0, 1.2, 3), 2.0, 15),
    peers={
        "autograd": swing,
        "torch": in_torch,
        "jax": in_jax,
        "mygrad": swing,
        "tangent": swing,
    },
)
