"""The heat sample: a plate stepped in place, and a smoothed total variation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.program import Program

if TYPE_CHECKING:
    import jax
    import torch


def diffuse(u, k, steps):
    """Lets the heat flow, in place; the rim is held."""
    for _ in range(steps):
        u[1:-1, 1:-1] += k * (
            u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1]
        )


def misfit(start, observed, k, steps, weight):
    """Squared distance from the observed final state, and the start's total variation."""
    u = start.copy()
    diffuse(u, k, steps)
    down = start[1:, :-1] - start[:-1, :-1]
    across = start[:-1, 1:] - start[:-1, :-1]
    variation = np.sum(np.sqrt(down**2 + across**2 + 1e-4))
    return 0.5 * np.sum((u - observed) ** 2) + weight * variation


def hand(start, observed, k, steps, weight):
    """Saves no state, since the steps are linear; the views are made once."""
    u = start.copy()
    inner = u[1:-1, 1:-1]
    below, above, right, left = u[2:, 1:-1], u[:-2, 1:-1], u[1:-1, 2:], u[1:-1, :-2]
    flow = np.empty_like(inner)
    for _ in range(steps):
        np.multiply(inner, -4.0, out=flow)
        flow += below
        flow += above
        flow += right
        flow += left
        flow *= k
        inner += flow

    # return 0.5 * np.sum((u - observed) ** 2) + weight * variation
    u -= observed
    # u[1:-1, 1:-1] += k * (...); from here on u, and every view of it, is the cotangent of u
    for _ in range(steps):
        np.multiply(inner, k, out=flow)
        below += flow
        above += flow
        right += flow
        left += flow
        flow *= 4.0
        inner -= flow
    # variation = np.sum(np.sqrt(down**2 + across**2 + 1e-4))
    down = start[1:, :-1] - start[:-1, :-1]
    across = start[:-1, 1:] - start[:-1, :-1]
    scale = down * down
    scale += across * across
    scale += 1e-4
    np.sqrt(scale, out=scale)
    np.divide(weight, scale, out=scale)
    down *= scale
    across *= scale
    u[1:, :-1] += down
    u[:-1, 1:] += across
    down += across
    u[:-1, :-1] -= down
    return (u,)


def cost(u, start, observed, weight):
    """What `misfit` does after the steps, for the peers below."""
    down = start[1:, :-1] - start[:-1, :-1]
    across = start[:-1, 1:] - start[:-1, :-1]
    variation = np.sum(np.sqrt(down**2 + across**2 + 1e-4))
    return 0.5 * np.sum((u - observed) ** 2) + weight * variation


def in_autograd(start, observed, k, steps, weight):
    """Autograd has no writes into arrays: what flows is padded with zeros instead."""
    u = start
    for _ in range(steps):
        flow = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1]
        u = u + np.pad(k * flow, 1, "constant")
    return cost(u, start, observed, weight)


def in_tangent(start, observed, k, steps, weight):
    """As for autograd, but tangent's rule for `pad` takes no mode."""
    u = start
    for _ in range(steps):
        flow = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1]
        u = u + np.pad(k * flow, 1)
    return cost(u, start, observed, weight)


def in_mygrad(start, observed, k, steps, weight):
    """MyGrad takes the writes, but its `copy` would leave the graph."""
    u = +start
    diffuse(u, k, steps)
    return cost(u, start, observed, weight)


def in_torch(start, observed, k, steps, weight):
    """PyTorch takes the writes as they are."""
    u = start.clone()
    diffuse(u, k, steps)
    down = start[1:, :-1] - start[:-1, :-1]
    across = start[:-1, 1:] - start[:-1, :-1]
    variation = torch.sum(torch.sqrt(down**2 + across**2 + 1e-4))
    return 0.5 * torch.sum((u - observed) ** 2) + weight * variation


def in_jax(start, observed, k, steps, weight):
    """The loop is handed to XLA, and the write is `.at[...].add`."""

    def step(_, u):
        return u.at[1:-1, 1:-1].add(
            k * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1])
        )

    u = jax.lax.fori_loop(0, steps, step, start)
    return cost(u, start, observed, weight)


def arguments(size: int, steps: int) -> tuple[np.ndarray, np.ndarray, float, int, float]:
    """A plate to start from, another that was observed, and the sample's constants."""
    rng = np.random.default_rng(4)
    return rng.random((size, size)), rng.random((size, size)), 0.2, steps, 1e-3


PROGRAM = Program(
    name="heat 64x64, 60 steps",
    primal=misfit,
    hand=hand,
    wrt=(0,),
    args=arguments(64, 60),
    small=arguments(5, 4),
    peers={
        "autograd": in_autograd,
        "torch": in_torch,
        "jax": in_jax,
        "mygrad": in_mygrad,
        "tangent": in_tangent,
    },
)
