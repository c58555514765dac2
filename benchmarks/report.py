"""Measurements as a table and as a picture. Ratios only: seconds belong to one machine."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path

from benchmarks.contestants import PEERS
from benchmarks.measure import Measurement


def columns(measurements: Sequence[Measurement], baseline: str) -> list[tuple[str, str, str]]:
    """Heading, contestant above and contestant below the line, for each column."""
    timed = {name for m in measurements for name in (*m.rounds, *m.left_out)}
    pairs = [("hand", "primal"), ("emitted", "primal"), ("emitted", "hand")]
    pairs += [(peer, baseline) for peer in PEERS if peer in timed]
    return [(f"{a} / {b}", a, b) for a, b in pairs if a in timed]


def shown(ratio: float | None) -> str:
    """A ratio to two or three digits.

    >>> shown(1.234), shown(123.4), shown(None)
    ('1.23', '123', '-')
    """
    if ratio is None:
        return "-"
    return f"{ratio:.2f}" if ratio < 9.995 else f"{ratio:.1f}" if ratio < 99.95 else f"{ratio:.0f}"


def table(measurements: Sequence[Measurement], baseline: str = "emitted") -> str:
    """A Markdown table, a line a program, and the geometric mean; then what was left out.

    Args:
        measurements: what was measured.
        baseline: the contestant that peers are divided by.

    Returns:
        The text.

    >>> times = {"primal": (1.0,), "hand": (2.0,), "emitted": (3.0,), "torch": (30.0,)}
    >>> print(table([Measurement("p", times, {"jax": "no loops"})]))
    | program        | hand / primal | emitted / primal | emitted / hand | torch / emitted | jax / emitted |
    | -------------- | ------------: | ---------------: | -------------: | --------------: | ------------: |
    | p              |          2.00 |             3.00 |           1.50 |            10.0 |             - |
    | geometric mean |          2.00 |             3.00 |           1.50 |            10.0 |             - |
    <BLANKLINE>
    Left out:
    - p: jax: no loops
    """  # noqa: E501
    pairs = columns(measurements, baseline)
    rows = [["program", *(heading for heading, _, _ in pairs)]]
    ratios = [[m.ratio(a, b) for _, a, b in pairs] for m in measurements]
    rows += [[m.program, *map(shown, row)] for m, row in zip(measurements, ratios, strict=True)]
    means = [[r for r in column if r is not None] for column in zip(*ratios, strict=True)]
    rows.append(
        ["geometric mean", *(shown(statistics.geometric_mean(m) if m else None) for m in means)]
    )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        f"| {row[0]:<{widths[0]}} | "
        + " | ".join(f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))
        + " |"
        for row in rows
    ]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    lines.insert(1, f"| {' | '.join(rule)} |")
    notes = [
        f"- {m.program}: {name}: {why}" for m in measurements for name, why in m.left_out.items()
    ]
    return "\n".join(lines + (["", "Left out:", *notes] if notes else []))


def plot(measurements: Sequence[Measurement], out: Path, baseline: str = "emitted") -> None:
    """Draws, for each program, every contestant's time over the baseline's, logarithmically."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    names = [n for n in ("hand", "emitted", *PEERS) if any(n in m.rounds for m in measurements)]
    figure, axes = plt.subplots(figsize=(9, 1.2 + 0.55 * len(measurements)), layout="constrained")
    for name, marker in zip(names, "oDsv^P<", strict=False):
        ratios = {y: m.ratio(name, baseline) for y, m in enumerate(measurements)}
        points = [(ratio, y) for y, ratio in ratios.items() if ratio is not None]
        if points:
            axes.plot(*zip(*points, strict=True), marker, ms=7, alpha=0.8, label=name)
    axes.axvline(1.0, color="0.6", lw=1, zorder=0)
    axes.set_xscale("log")
    axes.set_yticks(range(len(measurements)), [m.program for m in measurements])
    axes.invert_yaxis()
    axes.grid(axis="x", which="both", alpha=0.25)
    axes.set_xlabel(f"time of a gradient over that of the {baseline} one (less is faster)")
    figure.legend(loc="outside upper center", ncols=len(names), frameon=False)
    figure.savefig(out, dpi=120)
    plt.close(figure)
