"""`python -m benchmarks`: measures the suite in this process, on one thread."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

# Before NumPy is imported: one thread for all, and no old kernel forced on a current OpenBLAS.
for _name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(_name, None)
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ.setdefault("JAX_PLATFORMS", "cpu")

from benchmarks.contestants import PEERS, installed  # noqa: E402
from benchmarks.measure import measure  # noqa: E402
from benchmarks.report import plot, table  # noqa: E402
from benchmarks.suite import PROGRAMS  # noqa: E402


def main(argv: Sequence[str] | None = None) -> None:
    """Measures, and prints a Markdown table of ratios."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("programs", nargs="*", help="those whose name contains one of these words")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--slice", type=float, default=0.05, help="seconds a contestant a round")
    parser.add_argument("--peers", nargs="*", choices=tuple(PEERS), default=tuple(PEERS))
    parser.add_argument("--baseline", choices=("emitted", "hand"), default="emitted")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the ratios as well")
    options = parser.parse_args(argv)

    chosen = {"emitted", *(peer for peer in options.peers if installed(peer))}
    missing = [peer for peer in options.peers if peer not in chosen]
    measurements = []
    for program in PROGRAMS:
        if options.programs and not any(word in program.name for word in options.programs):
            continue
        print(f"measuring {program.name} ...", file=sys.stderr)
        measurements.append(measure(program, chosen, options.rounds, options.slice))
    print(table(measurements, options.baseline))
    if missing:
        print(f"\nNot installed: {', '.join(missing)}.")
    if options.plot:
        plot(measurements, options.plot, options.baseline)


if __name__ == "__main__":
    main()
