"""Recovers the initial temperature of a plate from its state after many steps of diffusion.

The plate is stepped in place, as one writes it in NumPy: `u[1:-1, 1:-1] += ...`; `@grad` reverses
those writes. What was sharp has been blurred and measured with noise, so the search prefers plates
made of few flat pieces (a small weight on the total variation).

    python samples/heat.py
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from adjoint import grad

Array = NDArray[np.float64]
CONDUCTION = 0.2  # diffusivity times the time step over the square of the spacing
NOISE = 0.005  # standard deviation of the measurement; the plate's temperatures are about 1


def diffuse(u, k, steps):
    """Lets the heat flow, in place; the plate's rim is held at the temperature it has."""
    for _ in range(steps):
        u[1:-1, 1:-1] += k * (
            u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1]
        )


@grad
def misfit(start, observed, k, steps, weight):
    """Squared distance from the observed final state, and the start's total variation."""
    u = start.copy()
    diffuse(u, k, steps)
    down = start[1:, :-1] - start[:-1, :-1]
    across = start[:-1, 1:] - start[:-1, :-1]
    variation = np.sum(np.sqrt(down**2 + across**2 + 1e-4))
    return 0.5 * np.sum((u - observed) ** 2) + weight * variation


def plate(size: int) -> Array:
    """Returns a cold plate (size, size) with a hot ring, a warm bar and a hot corner piece."""
    y, x = np.mgrid[:size, :size] / (size - 1)
    u = np.zeros((size, size))
    radius = np.hypot(x - 0.36, y - 0.38)
    u[(radius > 0.12) & (radius < 0.24)] = 1.0
    u[(abs(y - 0.8) < 0.06) & (abs(x - 0.45) < 0.3)] = 0.6
    u[(x > 0.7) & (x < 0.86) & (y > 0.14) & (y < 0.36)] = 0.8
    return u


def recover(observed: Array, steps: int, iterations: int, weight: float = 1e-3) -> Array:
    """Finds the start, by L-BFGS from a plate that is cold; no temperature is below zero."""

    def value_and_gradient(flat: Array) -> tuple[float, Array]:
        value, gradient = misfit.value_and_gradient(
            flat.reshape(observed.shape), observed, CONDUCTION, steps, weight
        )
        return value, gradient.ravel()

    result = minimize(
        value_and_gradient,
        np.zeros(observed.size),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, None)] * observed.size,
        options={"maxiter": iterations},
    )
    return result.x.reshape(observed.shape)


def distance(a: Array, b: Array) -> float:
    """Root mean square of the difference."""
    return float(np.sqrt(np.mean((a - b) ** 2)))


def draw(true: Array, observed: Array, found: Array, steps: int, out: Path) -> None:
    """Draws the true start, the observed final state and the start recovered from it."""
    mpl.use("Agg")
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.8), layout="constrained")
    titles = ("true start", f"observed after {steps} steps", "recovered start")
    for cell, title, field in zip(axes, titles, (true, observed, found), strict=True):
        image = cell.imshow(field, cmap="inferno", vmin=0.0, vmax=1.0)
        cell.set_title(title)
        cell.set_xticks([])
        cell.set_yticks([])
    figure.colorbar(image, ax=axes, label="temperature", shrink=0.9)
    figure.savefig(out, dpi=120)
    plt.close(figure)


def main(argv: Sequence[str] | None = None) -> tuple[float, float]:
    """Recovers, reports and draws; returns the errors of the observed and the recovered plate."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=64, help="points along a side of the plate")
    parser.add_argument("--steps", type=int, default=60, help="steps of diffusion")
    parser.add_argument("--iterations", type=int, default=200, help="of the optimiser, at most")
    parser.add_argument("--out", type=Path, default=Path("heat.png"), help="the picture")
    parser.add_argument("--no-picture", action="store_true")
    options = parser.parse_args(argv)

    true = plate(options.size)
    observed = true.copy()
    diffuse(observed, CONDUCTION, options.steps)
    observed += NOISE * np.random.default_rng(0).normal(size=observed.shape)
    found = recover(observed, options.steps, options.iterations)
    errors = distance(observed, true), distance(found, true)
    print(f"distance from the true start: observed {errors[0]:.4f}, recovered {errors[1]:.4f}")
    if not options.no_picture:
        draw(true, observed, found, options.steps, options.out)
        print(f"picture: {options.out}")
    return errors


if __name__ == "__main__":
    main()
