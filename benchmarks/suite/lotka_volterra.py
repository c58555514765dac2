"""The lynx and hare sample: a Runge-Kutta loop on Python's own numbers, with helper functions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.program import Program

if TYPE_CHECKING:
    import jax
    import torch

HARE = [30.0, 47.2, 70.2, 77.4, 36.3, 20.6, 18.1, 21.4, 22.0, 25.4, 27.1]
LYNX = [4.0, 6.1, 9.8, 35.2, 59.4, 41.7, 19.0, 13.0, 8.3, 9.1, 7.4]


def rates(hare, lynx, breed, caught, starve, feed):
    """The Lotka-Volterra equations."""
    return breed * hare - caught * hare * lynx, feed * hare * lynx - starve * lynx


def rk4_step(hare, lynx, h, breed, caught, starve, feed):
    """One step of `h` years."""
    a1, b1 = rates(hare, lynx, breed, caught, starve, feed)
    a2, b2 = rates(hare + h / 2 * a1, lynx + h / 2 * b1, breed, caught, starve, feed)
    a3, b3 = rates(hare + h / 2 * a2, lynx + h / 2 * b2, breed, caught, starve, feed)
    a4, b4 = rates(hare + h * a3, lynx + h * b3, breed, caught, starve, feed)
    hare = hare + h / 6 * (a1 + 2 * a2 + 2 * a3 + a4)
    lynx = lynx + h / 6 * (b1 + 2 * b2 + 2 * b3 + b4)
    return hare, lynx


def misfit(theta, hares, lynxes, steps):
    """Sum of the squared errors of log counts."""
    breed, caught = math.exp(theta[0]), math.exp(theta[1])
    starve, feed = math.exp(theta[2]), math.exp(theta[3])
    hare, lynx = math.exp(theta[4]), math.exp(theta[5])
    total = math.log(hare / hares[0]) ** 2 + math.log(lynx / lynxes[0]) ** 2
    for year in range(1, len(hares)):
        for _ in range(steps):
            hare, lynx = rk4_step(hare, lynx, 1 / steps, breed, caught, starve, feed)
        total += math.log(hare / hares[year]) ** 2 + math.log(lynx / lynxes[year]) ** 2
    return total


def hand(theta, hares, lynxes, steps):
    """Saves where each rate was evaluated; the residuals need no loop of their own."""
    breed, caught, starve, feed, hare, lynx = np.exp(theta).tolist()
    h = 1 / steps
    half, sixth = h / 2, h / 6
    years = [(hare, lynx)]
    saved = []
    for _ in range(1, len(hares)):
        for _ in range(steps):
            xy = hare * lynx
            a1, b1 = breed * hare - caught * xy, feed * xy - starve * lynx
            x2, y2 = hare + half * a1, lynx + half * b1
            xy = x2 * y2
            a2, b2 = breed * x2 - caught * xy, feed * xy - starve * y2
            x3, y3 = hare + half * a2, lynx + half * b2
            xy = x3 * y3
            a3, b3 = breed * x3 - caught * xy, feed * xy - starve * y3
            x4, y4 = hare + h * a3, lynx + h * b3
            xy = x4 * y4
            a4, b4 = breed * x4 - caught * xy, feed * xy - starve * y4
            saved.append((hare, lynx, x2, y2, x3, y3, x4, y4))
            hare += sixth * (a1 + 2 * (a2 + a3) + a4)
            lynx += sixth * (b1 + 2 * (b2 + b3) + b4)
        years.append((hare, lynx))

    d_breed = d_caught = d_starve = d_feed = d_hare = d_lynx = 0.0
    for year in reversed(range(len(hares))):
        # total += math.log(hare / hares[year]) ** 2 + math.log(lynx / lynxes[year]) ** 2
        hare, lynx = years[year]
        d_hare += 2 * math.log(hare / hares[year]) / hare
        d_lynx += 2 * math.log(lynx / lynxes[year]) / lynx
        for _ in range(steps if year else 0):
            # hare, lynx = rk4_step(...): the four rates, the last first
            x1, y1, x2, y2, x3, y3, x4, y4 = saved.pop()
            a, b = sixth * d_hare, sixth * d_lynx
            xy = x4 * y4
            d_breed += a * x4
            d_caught += a * xy
            d_feed += b * xy
            d_starve += b * y4
            d_xy = feed * b - caught * a
            dx, dy = breed * a + d_xy * y4, d_xy * x4 - starve * b
            sum_x, sum_y = dx, dy

            a, b = 2 * sixth * d_hare + h * dx, 2 * sixth * d_lynx + h * dy
            xy = x3 * y3
            d_breed += a * x3
            d_caught += a * xy
            d_feed += b * xy
            d_starve += b * y3
            d_xy = feed * b - caught * a
            dx, dy = breed * a + d_xy * y3, d_xy * x3 - starve * b
            sum_x += dx
            sum_y += dy

            a, b = 2 * sixth * d_hare + half * dx, 2 * sixth * d_lynx + half * dy
            xy = x2 * y2
            d_breed += a * x2
            d_caught += a * xy
            d_feed += b * xy
            d_starve += b * y2
            d_xy = feed * b - caught * a
            dx, dy = breed * a + d_xy * y2, d_xy * x2 - starve * b
            sum_x += dx
            sum_y += dy

            a, b = sixth * d_hare + half * dx, sixth * d_lynx + half * dy
            xy = x1 * y1
            d_breed += a * x1
            d_caught += a * xy
            d_feed += b * xy
            d_starve += b * y1
            d_xy = feed * b - caught * a
            d_hare += sum_x + breed * a + d_xy * y1
            d_lynx += sum_y + d_xy * x1 - starve * b

    hare, lynx = years[0]
    d = (d_breed * breed, -d_caught * caught, -d_starve * starve, d_feed * feed)
    return (np.array((*d, d_hare * hare, d_lynx * lynx)),)


def in_numpy(theta, hares, lynxes, steps):
    """For peers that need their own `np` instead of `math`."""
    breed, caught = np.exp(theta[0]), np.exp(theta[1])
    starve, feed = np.exp(theta[2]), np.exp(theta[3])
    hare, lynx = np.exp(theta[4]), np.exp(theta[5])
    total = np.log(hare / hares[0]) ** 2 + np.log(lynx / lynxes[0]) ** 2
    for year in range(1, len(hares)):
        for _ in range(steps):
            hare, lynx = rk4_step(hare, lynx, 1 / steps, breed, caught, starve, feed)
        total = total + np.log(hare / hares[year]) ** 2 + np.log(lynx / lynxes[year]) ** 2
    return total


def in_torch(theta, hares, lynxes, steps):
    """The same, in PyTorch's names."""
    breed, caught, starve, feed, hare, lynx = torch.exp(theta)
    total = torch.log(hare / hares[0]) ** 2 + torch.log(lynx / lynxes[0]) ** 2
    for year in range(1, len(hares)):
        for _ in range(steps):
            hare, lynx = rk4_step(hare, lynx, 1 / steps, breed, caught, starve, feed)
        total = total + torch.log(hare / hares[year]) ** 2 + torch.log(lynx / lynxes[year]) ** 2
    return total


def in_jax(theta, hares, lynxes, steps):
    """The inner loop is handed to XLA, the years are scanned."""
    breed, caught, starve, feed, hare, lynx = np.exp(theta)

    def step(_, state):
        return rk4_step(*state, 1 / steps, breed, caught, starve, feed)

    def one_year(state, counts):
        hare, lynx = jax.lax.fori_loop(0, steps, step, state)
        error = np.log(hare / counts[0]) ** 2 + np.log(lynx / counts[1]) ** 2
        return (hare, lynx), error

    total = np.log(hare / hares[0]) ** 2 + np.log(lynx / lynxes[0]) ** 2
    counts = np.stack([np.array(hares[1:]), np.array(lynxes[1:])], axis=1)
    _, errors = jax.lax.scan(one_year, (hare, lynx), counts)
    return total + np.sum(errors)


THETA = np.log([0.55, 0.028, 0.8, 0.024, 33.0, 5.9])
PROGRAM = Program(
    name="lotka-volterra, 100 steps",
    primal=misfit,
    hand=hand,
    wrt=(0,),
    args=(THETA, HARE, LYNX, 10),
    small=(THETA, HARE[:4], LYNX[:4], 3),
    peers={
        "autograd": in_numpy,
        "torch": in_torch,
        "jax": in_jax,
        "mygrad": in_numpy,
        "tangent": in_numpy,
    },
)
