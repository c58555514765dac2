"""Fits a predator-prey model to the Hudson's Bay counts of lynx and hare, 1900 to 1920.

The counts are pelts in thousands, as the company's books have them. The Lotka-Volterra equations
are integrated by a Runge-Kutta loop in plain Python; `@grad` differentiates through the loop, and
scipy's optimiser fits the four rates and the two populations of 1900.

    python samples/lynx_hare.py
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, minimize

from adjoint import grad

FIRST_YEAR = 1900
# fmt: off
HARE = [30.0, 47.2, 70.2, 77.4, 36.3, 20.6, 18.1, 21.4, 22.0, 25.4, 27.1,
        40.3, 57.0, 76.6, 52.3, 19.5, 11.2, 7.6, 14.6, 16.2, 24.7]
LYNX = [4.0, 6.1, 9.8, 35.2, 59.4, 41.7, 19.0, 13.0, 8.3, 9.1, 7.4,
        8.0, 12.3, 19.5, 45.7, 51.1, 29.7, 15.8, 9.7, 10.1, 8.6]
# fmt: on

# Rates a year: hares breed, hares are caught, lynx starve, lynx feed. A guess, to start from.
GUESS = np.log([0.6, 0.03, 0.7, 0.02, HARE[0], LYNX[0]])


def rates(hare, lynx, breed, caught, starve, feed):
    """The Lotka-Volterra equations: how fast either population grows."""
    return breed * hare - caught * hare * lynx, feed * hare * lynx - starve * lynx


def rk4_step(hare, lynx, h, breed, caught, starve, feed):
    """One step of `h` years by the classical fourth-order Runge-Kutta method."""
    a1, b1 = rates(hare, lynx, breed, caught, starve, feed)
    a2, b2 = rates(hare + h / 2 * a1, lynx + h / 2 * b1, breed, caught, starve, feed)
    a3, b3 = rates(hare + h / 2 * a2, lynx + h / 2 * b2, breed, caught, starve, feed)
    a4, b4 = rates(hare + h * a3, lynx + h * b3, breed, caught, starve, feed)
    hare = hare + h / 6 * (a1 + 2 * a2 + 2 * a3 + a4)
    lynx = lynx + h / 6 * (b1 + 2 * b2 + 2 * b3 + b4)
    return hare, lynx


@grad
def misfit(theta, hares, lynxes, steps):
    """Sum of the squared errors of log counts, one count of either kind a year.

    Args:
        theta: logarithms of the rates breed, caught, starve and feed, and of both populations in
            the first year; logarithms, so that all of them stay positive.
        hares: counts of hares, thousands, one a year.
        lynxes: counts of lynx.
        steps: Runge-Kutta steps a year.
    """
    breed, caught = math.exp(theta[0]), math.exp(theta[1])
    starve, feed = math.exp(theta[2]), math.exp(theta[3])
    hare, lynx = math.exp(theta[4]), math.exp(theta[5])
    total = math.log(hare / hares[0]) ** 2 + math.log(lynx / lynxes[0]) ** 2
    for year in range(1, len(hares)):
        for _ in range(steps):
            hare, lynx = rk4_step(hare, lynx, 1 / steps, breed, caught, starve, feed)
        total += math.log(hare / hares[year]) ** 2 + math.log(lynx / lynxes[year]) ** 2
    return total


def fit(steps: int) -> OptimizeResult:
    """Minimises the misfit with BFGS and the emitted gradient."""
    return minimize(misfit.value_and_gradient, GUESS, (HARE, LYNX, steps), jac=True, method="BFGS")


def trajectory(theta: NDArray[np.float64], steps: int) -> NDArray[np.float64]:
    """Returns hares and lynx (2, n) at every step of the years that were counted."""
    *coefficients, hare, lynx = np.exp(theta)
    states = [(hare, lynx)]
    for _ in range(steps * (len(HARE) - 1)):
        states.append(rk4_step(*states[-1], 1 / steps, *coefficients))
    return np.array(states).T


def draw(theta: NDArray[np.float64], steps: int, out: Path) -> None:
    """Draws the counts and the fitted populations, over time and against each other."""
    mpl.use("Agg")
    years = FIRST_YEAR + np.arange(len(HARE))
    hare, lynx = trajectory(theta, steps)
    times = FIRST_YEAR + np.arange(len(hare)) / steps
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(11, 4.2), width_ratios=(8, 5), layout="constrained"
    )
    for name, counts, line in (("hare", HARE, hare), ("lynx", LYNX, lynx)):
        (drawn,) = left.plot(times, line, label=f"{name}, fitted")
        left.plot(years, counts, "o", color=drawn.get_color(), ms=5, label=f"{name}, counted")
    left.set(xlabel="year", ylabel="pelts, thousands", title="Hudson's Bay Company, 1900 to 1920")
    left.set_xticks(years[::4])
    left.set_ylim(0, 1.3 * max(*HARE, hare.max()))
    left.legend(ncols=2, loc="upper right")
    right.plot(hare, lynx, color="0.4", label="fitted")
    right.plot(HARE, LYNX, "o:", color="0.7", mfc="k", mec="k", ms=4, lw=1, label="counted")
    right.set(xlabel="hare, thousands", ylabel="lynx, thousands", title="The cycle")
    right.legend(loc="upper right")
    figure.savefig(out, dpi=120)
    plt.close(figure)


def main(argv: Sequence[str] | None = None) -> OptimizeResult:
    """Fits, reports and draws; returns scipy's result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=20, help="Runge-Kutta steps a year")
    parser.add_argument("--out", type=Path, default=Path("lynx_hare.png"), help="the picture")
    parser.add_argument("--no-picture", action="store_true")
    options = parser.parse_args(argv)

    before = misfit(GUESS, HARE, LYNX, options.steps)
    result = fit(options.steps)
    print(f"misfit {before:.3f} -> {result.fun:.3f} in {result.nit} iterations")
    names = ("breed", "caught", "starve", "feed", "hare in 1900", "lynx in 1900")
    for name, value in zip(names, np.exp(result.x), strict=True):
        print(f"  {name:12s} {value:8.4f}")
    if not options.no_picture:
        draw(result.x, options.steps, options.out)
        print(f"picture: {options.out}")
    return result


if __name__ == "__main__":
    main()
