"""What becomes of a random program: right, wrong, refused, or broken."""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import os
import re
import signal
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from adjoint.runtime.errors import AdjointError, MissingRule
from adjoint.transform.passes.pipeline import PIPELINE

from .checker import WAYS, WrongGradient, check
from .differences import IllConditioned
from .eager_checker import check_eager
from .passes import failures
from .program_text import Block, render
from .random_values import DETACHING

ROUNDS = itertools.count()
ATTEMPTS = 3
LARGE = 1e4
"""Of values beyond this, differences say too little."""
WRT = (0, 1, 2, 3)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went, in a word: `right`, `wrong`, `refused`, `crash`, `late`, `ill-conditioned`,
    `unusable`.

    eager: whether the program ran on eager tensors, too.
    """

    kind: str
    message: str = ""
    eager: bool = False

    @property
    def sort(self) -> tuple[str, str]:
        """What two outcomes have in common that have the same cause: no names, no numbers."""
        if self.kind == "wrong":
            return self.kind, ""
        return self.kind, re.sub(r"`[^`]*`|'[^']*'|\(.*|\d+", "", self.message.partition("\n")[0])


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
    x, y, m = (np.round(rng.uniform(-1.0, 1.0, shape), 3) for shape in (4, 4, (3, 4)))
    return x, y, m, round(rng.uniform(-1.0, 1.0), 3), int(rng.integers(0, 4))


@contextlib.contextmanager
def deadline(seconds: int) -> Iterator[None]:
    """Ends what computes for longer with a `TimeoutError`: a wrong adjoint may loop for ever."""

    def late(signum: int, frame: object) -> None:
        raise TimeoutError(f"not done after {seconds} seconds")

    before = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _runs_eagerly(program: Callable[..., Any], args: tuple[Any, ...]) -> bool:
    """Checks a program on tensors; says whether they take all that it does (`out=` they do not)."""
    try:
        return check_eager(program, args, WRT)
    except MissingRule:
        return False


def outcome(
    block: Block, seed: int, folder: str, api: Any = None, each_pass: bool = False
) -> Outcome:
    """Checks a program on arguments at which it is smooth, if such are found.

    Besides `vjp`, the seed chooses one of `gradient` and `value_and_gradient`, and one of the
    passes that is left out, which must change nothing; `each_pass`: all are left out in turn.
    `api` stands in for the package.
    """
    chosen = PIPELINE if each_pass else (PIPELINE[seed // len(WAYS) % len(PIPELINE)],)
    try:
        text = render(block)
        program = load(text, folder)
        with np.errstate(all="ignore"), deadline(5):
            if not abs(program(*arguments(seed, 0))) < LARGE:
                return Outcome("ill-conditioned")
    except Exception as error:  # the program itself does not run, or takes too long
        return Outcome("unusable", f"{type(error).__name__}: {error}")
    for attempt in range(ATTEMPTS):
        args = arguments(seed, attempt)
        try:
            with np.errstate(all="ignore"), deadline(600 if each_pass else 40):
                check(program, args, WRT, api, (WAYS[seed % len(WAYS)],))
                detached = any(piece in text for piece in DETACHING)
                eager = not (api or detached) and _runs_eagerly(program, args)
                for difference in failures(program, args, None, chosen) if api is None else ():
                    raise WrongGradient(difference)
        except IllConditioned:
            continue
        except WrongGradient as error:
            return Outcome("wrong", str(error))
        except AdjointError as error:
            return Outcome("refused", f"{type(error).__name__}: {error}")
        except TimeoutError as error:
            return Outcome("late", str(error))
        except Exception as error:  # whatever breaks is to be reported
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{os.path.basename(place.filename)}, {place.name}"
            return Outcome("crash", f"{type(error).__name__}: {error}\nin {where}")
        return Outcome("right", eager=eager)
    return Outcome("ill-conditioned")
