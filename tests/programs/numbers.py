"""Checks random programs of mixed numbers: `python -m tests.programs.numbers --seeds 0:1000`.

A seed whose program gets a wrong gradient, or breaks the tool, is printed, as small as it goes.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial

from .generate import FAILURES, progress, summary
from .minimise import minimised
from .number_checks import outcome
from .outcomes import Outcome
from .program_text import Block, render
from .random_numbers import Case, random_numbers

ENOUGH = 2
"""Of failures of one sort, other than wrong answers, so many are shown."""


def failures(
    seeds: Iterable[int], tally: Counter[str], causes: Counter[str] | None = None,
    kinds: tuple[str, ...] = FAILURES,
) -> Iterator[str]:  # fmt: skip
    """Checks seeds; yields a report for each that fails, and counts how all of them went."""
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            case = random_numbers(seed)
            found = outcome(case.block, case.args, folder)
            tally[found.kind] += 1
            tally["also eager"] += found.eager
            if causes is not None and not found.kind.startswith("right"):
                causes[": ".join(found.sort)] += 1
            if found.kind in kinds:
                if found.kind != "wrong" and causes and causes[": ".join(found.sort)] > ENOUGH:
                    continue
                small = minimised(case.block, partial(_fails_alike, case, folder, found))
                message = outcome(small, case.args, folder).message
                comment = "".join(f"# {line}\n" for line in message.splitlines())
                yield f"# seed {seed}: {found.kind}\n{comment}# {case.args!r}\n{render(small)}"


def _fails_alike(case: Case, folder: str, found: Outcome, block: Block) -> bool:
    return outcome(block, case.args, folder).sort == found.sort


def main() -> int:
    """Reads the command line; the exit status says whether all went well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="0:100", help="first and last, as in a slice")
    parser.add_argument("--show", type=int, help="print the program of one seed, and stop")
    parser.add_argument("--refusals", action="store_true", help="report what was refused, too")
    options = parser.parse_args()
    if options.show is not None:
        case = random_numbers(options.show)
        print(f"# {case.args!r}\n{render(case.block)}", end="")
        return 0
    first, last = map(int, options.seeds.split(":"))
    tally: Counter[str] = Counter()
    causes: Counter[str] = Counter()
    kinds = (*FAILURES, "refused") if options.refusals else FAILURES
    for report in failures(progress(range(first, last), tally), tally, causes, kinds):
        print(report, flush=True)
    for cause, count in causes.most_common():
        print(f"{count:6} {cause[:150]}")
    print(summary(tally))
    return int(any(tally[kind] for kind in FAILURES))


if __name__ == "__main__":
    raise SystemExit(main())
