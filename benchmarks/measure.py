"""Checks every contestant of a program, then times them in turn, round after round."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.contestants import OURS, PEERS, Call
from benchmarks.program import Program


@dataclass(frozen=True)
class Measurement:
    """What became of one program.

    rounds: for each contestant, seconds a call, one number a round.
    left_out: for each contestant that was not timed, why.
    """

    program: str
    rounds: Mapping[str, tuple[float, ...]]
    left_out: Mapping[str, str]

    def ratio(self, above: str, below: str) -> float | None:
        """Median over the rounds of the time of one contestant over that of another.

        >>> m = Measurement("p", {"a": (2.0, 3.0, 9.0), "b": (1.0, 1.0, 3.0)}, {})
        >>> m.ratio("a", "b")
        3.0
        """
        if above not in self.rounds or below not in self.rounds:
            return None
        pairs = zip(self.rounds[above], self.rounds[below], strict=True)
        return statistics.median(a / b for a, b in pairs)


def disagreement(got: Any, expected: tuple[Any, ...]) -> float:
    """The largest difference of two gradients, relative to the largest entry of each array.

    >>> disagreement(np.array([1.0, 2.2]), (np.array([1.0, 2.0]),))
    0.1
    """
    gradients = got if isinstance(got, tuple | list) else (got,)
    if len(gradients) != len(expected):
        return float("inf")
    worst = 0.0
    for g, e in zip(gradients, expected, strict=True):
        if np.shape(g) != np.shape(e):
            return float("inf")
        error = np.max(np.abs(np.asarray(g) - e)) / np.max(np.abs(e))
        worst = max(worst, float(round(error, 12)) if np.isfinite(error) else float("inf"))
    return worst


def ready(program: Program, chosen: Collection[str]) -> tuple[dict[str, Call], dict[str, str]]:
    """Returns the contestants whose gradient is right, and why the others are left out.

    A peer that cannot express a program may fail in any way; it is named in the table with what it
    said. The emitted gradient is not let off like that when its numbers are wrong.

    Raises:
        AssertionError: the emitted gradient is wrong.
    """
    expected = program.hand(*program.args)
    calls: dict[str, Call] = {name: OURS[name](program) for name in ("primal", "hand")}
    left_out = dict(program.left_out)
    for name, prepare in {"emitted": OURS["emitted"], **PEERS}.items():
        if name not in chosen or name in left_out:
            continue
        try:
            call = prepare(program)
            got = call()
        except Exception as error:  # whatever a peer raises is what is reported
            said = str(error).strip().splitlines() or [""]
            left_out[name] = f"{type(error).__name__}: {said[0]}"
            continue
        off = disagreement(got, expected)
        if off <= 1e-8:  # float64, sums in another order
            calls[name] = call
            continue
        assert name != "emitted", f"{program.name}: the emitted gradient is wrong by {off:.1e}"
        left_out[name] = f"its gradient is wrong (relative error {off:.1e})"
    return calls, left_out


def seconds(call: Call, count: int) -> float:
    """Seconds a call, over `count` calls."""
    start = time.perf_counter()
    for _ in range(count):
        call()
    return (time.perf_counter() - start) / count


def measure(program: Program, chosen: Collection[str], rounds: int, slice_s: float) -> Measurement:
    """Times every contestant for about `slice_s` seconds in each round, one after another."""
    calls, left_out = ready(program, chosen)
    # What the peers' modules hold is not for the garbage collector to walk in everybody's time.
    gc.collect()
    gc.freeze()
    counts = {}
    for name, call in calls.items():
        seconds(call, 1)
        counts[name] = max(1, round(slice_s / seconds(call, 1)))
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            times[name].append(seconds(call, counts[name]))
    return Measurement(program.name, {n: tuple(t) for n, t in times.items()}, left_out)
