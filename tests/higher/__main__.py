"""Looks at the second derivatives of all programs of the corpus that give a number."""

from __future__ import annotations

import sys
import warnings
from collections import Counter

import numpy as np

from adjoint.runtime.errors import AdjointError

from .differences import agree, scalar_programs, second_order


def main(wanted: str) -> None:
    """Print what is refused and what is wrong, of the programs whose names contain a text."""
    warnings.simplefilter("ignore")
    counts = Counter[str]()
    for program, sample in scalar_programs():
        if wanted not in program.name:
            continue
        try:
            with np.errstate(all="ignore"):
                found = second_order(program, sample)
            outcome, said = ("right", "") if agree(*found) else ("wrong", str(found))
        except AdjointError as error:
            outcome, said = "refused", str(error).splitlines()[0]
        except Exception as error:  # it is reported
            outcome, said = "failed", f"{type(error).__name__}: {error}"
        counts[outcome] += 1
        if outcome != "right":
            print(outcome, program.name, said[:160], flush=True)
    print(dict(counts))


main(sys.argv[1] if len(sys.argv) > 1 else "")
