"""Checks random programs: `python -m tests.programs.generate --seeds 0:1000`.

A seed whose program gets a wrong gradient, or breaks the tool, is printed with its source, made
as small as it goes while it still fails in the same way.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import itertools
import os
import signal
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from adjoint.runtime.errors import AdjointError

from .checker import WrongGradient, check
from .differences import IllConditioned
from .minimise import minimised
from .random_program import Block, random_program, render

ROUNDS = itertools.count()


def load(source: str, folder: str) -> Callable[..., Any]:
    """The `program` of a module with this source, which stands in a real file of its own."""
    path = os.path.join(folder, f"random_{next(ROUNDS)}.py")
    with open(path, "w", encoding="utf-8") as file:
        file.write(source)
    spec = importlib.util.spec_from_file_location(os.path.basename(path)[:-3], path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.program  # type: ignore[no-any-return]


def arguments(seed: int, attempt: int) -> tuple[Any, ...]:
    """Arguments for `program(x, y, m, k, n)`."""
    rng = np.random.default_rng((seed, attempt))
    x, y, m = (rng.uniform(-1.0, 1.0, shape) for shape in (4, 4, (3, 4)))
    return x, y, m, float(rng.uniform(-1.0, 1.0)), int(rng.integers(0, 4))


@contextlib.contextmanager
def deadline(seconds: int) -> Iterator[None]:
    """Ends what takes longer with a `TimeoutError`: a wrong adjoint may loop for ever."""

    def late(signum: int, frame: object) -> None:
        raise TimeoutError(f"not done after {seconds} seconds")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def outcome(block: Block, seed: int, folder: str, api: Any = None) -> tuple[str, str]:
    """What became of a program: how it went, in a word, and the message."""
    program = load(render(block), folder)
    for attempt in range(4):
        try:
            with np.errstate(all="ignore"), deadline(20):
                check(program, arguments(seed, attempt), (0, 1, 2, 3), api)
        except IllConditioned:
            continue
        except WrongGradient as error:
            return "wrong", str(error)
        except AdjointError as error:
            return "refused", f"{type(error).__name__}: {error}"
        except Exception as error:  # whatever breaks is to be reported
            return "crash", f"{type(error).__name__}: {error}"
        return "right", ""
    return "ill-conditioned", ""


def failures(seeds: range, tally: Counter[str], kinds: tuple[str, ...]) -> Iterator[str]:
    """Checks seeds; yields a report for each that fails, and counts how all of them went."""
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            block = random_program(seed)
            kind, message = outcome(block, seed, folder)
            tally[kind] += 1
            if kind in kinds:
                alike = partial(_fails_alike, seed, folder, kind, message)
                small = minimised(block, alike)
                message = outcome(small, seed, folder)[1]
                yield f"seed {seed}: {kind}\n{message}\n\n{render(small)}"


def _fails_alike(seed: int, folder: str, kind: str, message: str, block: Block) -> bool:
    """Whether a smaller program runs by itself, and fails as the larger one did."""
    try:
        with np.errstate(all="ignore"), deadline(5):
            load(render(block), folder)(*arguments(seed, 0))
        got, text = outcome(block, seed, folder)
    except Exception:
        return False  # it does not even run: too small
    return got == kind and (kind == "wrong" or text.partition(":")[0] == message.partition(":")[0])


def main() -> int:
    """Reads the command line; the exit status says whether all went well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="0:100", help="first and last, as in a slice")
    parser.add_argument("--show", type=int, help="print the program of one seed, and stop")
    parser.add_argument("--refusals", action="store_true", help="report what was refused, too")
    options = parser.parse_args()
    if options.show is not None:
        print(render(random_program(options.show)), end="")
        return 0
    first, last = map(int, options.seeds.split(":"))
    tally: Counter[str] = Counter()
    kinds = ("wrong", "crash", "refused") if options.refusals else ("wrong", "crash")
    for report in failures(range(first, last), tally, kinds):
        print(report, flush=True)
    print(", ".join(f"{count} {kind}" for kind, count in tally.most_common()))
    return int(bool(tally["wrong"] or tally["crash"]))


if __name__ == "__main__":
    raise SystemExit(main())
