"""Checks random programs: `python -m tests.programs.generate --seeds 0:1000`.

A seed whose program gets a wrong gradient, or breaks the tool, is printed as a program of the
corpus, made as small as it goes while it still fails in the same way (once for each sort of
failure, if they are many). `--log FILE` adds a line of JSON: how many went how, and why.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial

import numpy as np

from .minimise import minimised
from .outcomes import Outcome, arguments, outcome
from .program_text import Block, render
from .random_program import random_program

FAILURES = ("wrong", "crash", "late")


def failures(
    seeds: Iterable[int], tally: Counter[str], kinds: tuple[str, ...] = FAILURES,
    each_pass: bool = False, causes: Counter[str] | None = None,
) -> Iterator[str]:  # fmt: skip
    """Checks seeds; yields a report for each that fails, and counts how all of them went.

    Where `causes` are counted, too, of failures of one sort only the first is made small. What does
    not end is reported as it is.
    """
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            block = random_program(seed)
            found = outcome(block, seed, folder, each_pass=each_pass)
            tally[found.kind] += 1
            tally["also eager"] += found.eager
            cause = ": ".join(found.sort)
            if causes is not None:
                causes[cause] += found.kind != "right"
            if found.kind in kinds:
                if causes is not None and causes[cause] > 1 and found.kind != "wrong":
                    yield f"# seed {seed}: {cause}\n"
                    continue
                if found.kind == "late":  # to make it small would take as long for every step
                    yield f"# seed {seed}: {found.message}\n{pasted(block, seed)}"
                    continue
                small = minimised(block, partial(_fails_alike, seed, folder, found, each_pass))
                message = outcome(small, seed, folder, each_pass=each_pass).message
                yield f"# seed {seed}: {found.kind}\n{_commented(message)}\n{pasted(small, seed)}"


def _fails_alike(seed: int, folder: str, found: Outcome, each_pass: bool, block: Block) -> bool:
    """Whether a smaller program fails as the larger one did."""
    return outcome(block, seed, folder, each_pass=each_pass).sort == found.sort


def _commented(message: str) -> str:
    return "".join(f"# {line}\n" for line in message.splitlines())


def pasted(block: Block, seed: int) -> str:
    """The text of a program as a module of the corpus, with the arguments that it fails on."""
    args = (a.tolist() if isinstance(a, np.ndarray) else a for a in arguments(seed, 0))
    given = ", ".join(f"np.array({a})" if isinstance(a, list) else repr(a) for a in args)
    head = f"@program(({given}), wrt=(0, 1, 2, 3))\ndef seed_{seed}("
    imports = "import numpy as np\n\nfrom ..registry import program\n\n\n"
    text = render(block).replace("import numpy as np\n", "")
    return imports + text.replace("def program(", head)


def progress(seeds: range, tally: Counter[str]) -> Iterator[int]:
    """The seeds; how it goes is shown in a line that is written over, where there is a terminal."""
    start = time.perf_counter()
    for done, seed in enumerate(seeds):
        yield seed
        if sys.stderr.isatty():
            each = (time.perf_counter() - start) / (done + 1)
            left = each * (len(seeds) - done - 1)
            text = f"{done + 1}/{len(seeds)}, {1 / each:.1f} a second, {left:.0f} s left"
            print(f"\r{text}: {summary(tally)}\x1b[K", end="", file=sys.stderr, flush=True)


def summary(tally: Counter[str]) -> str:
    """How many went how."""
    return ", ".join(f"{count} {kind}" for kind, count in tally.most_common() if count)


def main() -> int:
    """Reads the command line; the exit status says whether all went well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="0:100", help="first and last, as in a slice")
    parser.add_argument("--show", type=int, help="print the program of one seed, and stop")
    parser.add_argument("--refusals", action="store_true", help="report what was refused, too")
    parser.add_argument("--passes", action="store_true", help="leave out all passes, one by one")
    parser.add_argument("--log", help="a file to which the counts are added, as a line of JSON")
    options = parser.parse_args()
    if options.show is not None:
        print(render(random_program(options.show)), end="")
        return 0
    first, last = map(int, options.seeds.split(":"))
    tally: Counter[str] = Counter()
    causes: Counter[str] | None = Counter() if options.log else None
    kinds = (*FAILURES, "refused") if options.refusals else FAILURES
    seeds, start = progress(range(first, last), tally), time.perf_counter()
    for report in failures(seeds, tally, kinds, options.passes, causes):
        print(report, flush=True)
    print(summary(tally))
    if options.log:
        entry = {
            "seeds": options.seeds, "passes": options.passes, "counts": dict(tally),
            "seconds": round(time.perf_counter() - start), "causes": dict(causes.most_common()),
        }  # fmt: skip
        with open(options.log, "a", encoding="utf-8") as log:
            log.write(json.dumps(entry) + "\n")
    return int(any(tally[kind] for kind in FAILURES))


if __name__ == "__main__":
    raise SystemExit(main())
