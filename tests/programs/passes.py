"""Leaves out each pass in turn: `python -m tests.programs.passes [PASS ...] [--programs WORD]`.

Every program of the corpus must give the same numbers, bit for bit where the pass is exact.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

import adjoint
from adjoint.runtime.errors import AdjointError
from adjoint.transform.passes.pipeline import PIPELINE, Pass, Passes, without

from .checker import is_scalar
from .differences import at, random_cotangent
from .registry import corpus
from .trees import duplicate, is_differentiable, leaves

NEAR = 1e-12
"""How far numbers may differ where a pass may round differently, in float64."""
NEAR_SINGLE = 1e-4
"""The same for float32, of which an epsilon is half a billion times larger."""


def answers(
    function: Callable[..., Any], args: tuple[Any, ...], wrt: tuple[int, ...] | None, passes: Passes
) -> dict[str, Any]:
    """All that the tool says of a call when these passes are made; a refusal as its first line.

    What a function is called there that has no name of its own depends on the passes: it is left
    out. Without `wrt`, only what `vjp` says, which then is of all arguments.
    """
    found: dict[str, Any] = {}
    own = adjoint.Differentiable(function, wrt, passes)
    try:
        value, pullback = own.vjp(*duplicate(args))
        cotangent = random_cotangent(value)
        found |= {"value": value, "pullback": pullback(cotangent), "again": pullback(cotangent)}
        if wrt and is_scalar(value):
            found["gradient"] = own.gradient(*duplicate(args))
            found["value and gradient"] = own.value_and_gradient(*duplicate(args))
    except AdjointError as error:
        found["refusal"] = re.sub(r"^\S+\(\)", "", str(error).splitlines()[0])
    return found


def differences(one: Pass, got: dict[str, Any], want: dict[str, Any]) -> Iterator[str]:
    """Where the answers without a pass are not those with it."""
    if got.keys() != want.keys() or got.get("refusal") != want.get("refusal"):
        yield f"{got.get('refusal', 'no refusal')}; {want.get('refusal', 'no refusal')} with it"
        return
    got_leaves, want_leaves = dict(leaves(got)), dict(leaves(want))
    if got_leaves.keys() != want_leaves.keys():
        yield "answers of another structure"
        return
    for path, leaf in want_leaves.items():
        if is_differentiable(leaf) and not _agree(one, got_leaves[path], leaf):
            yield f"{at(path)}: {got_leaves[path]!r}, and {leaf!r} with it"


def _agree(one: Pass, got: Any, want: Any) -> bool:
    if np.result_type(got) != np.result_type(want) or np.shape(got) != np.shape(want):
        return False
    if one.exact:
        return np.array_equal(got, want, equal_nan=True)
    near = NEAR if np.result_type(want) == np.float64 else NEAR_SINGLE
    scale = max(1.0, float(np.max(np.abs(want), initial=0.0)))
    return np.allclose(got, want, rtol=near, atol=near * scale, equal_nan=True)


def failures(
    function: Callable[..., Any], args: tuple[Any, ...], wrt: tuple[int, ...] | None,
    chosen: Iterable[Pass] = PIPELINE,
) -> Iterator[str]:  # fmt: skip
    """What changes in the answers to a call when passes are left out one by one.

    A pass that has less to do without the one that is left out is left out on both sides.
    """
    wanted: dict[str | None, dict[str, Any]] = {}
    for one in chosen:
        rest = () if one.before is None else (one.before,)
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                if one.before not in wanted:
                    wanted[one.before] = answers(function, args, wrt, without(*rest))
                got = answers(function, args, wrt, without(one.name, *rest))
        except TimeoutError:
            raise
        except Exception as error:  # whatever breaks is to be reported
            yield f"without `{one.name}`: {type(error).__name__}: {error}"
            continue
        for what in differences(one, got, wanted[one.before]):
            yield f"without `{one.name}`: {what}"


def main() -> int:
    """Reads the command line; the exit status says whether all went well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("passes", nargs="*", help="those to leave out in turn; all if none given")
    parser.add_argument("--programs", default="", help="only programs whose name holds this word")
    options = parser.parse_args()
    without(*options.passes)
    chosen = tuple(p for p in PIPELINE if not options.passes or p.name in options.passes)
    count = failed = 0
    warnings.simplefilter("ignore")
    for program in corpus():
        if options.programs not in program.name:
            continue
        for sample in range(len(program.samples)):
            count += 1
            args, wrt = program.arguments(sample), program.positions(sample)
            for report in failures(program.function, args, wrt, chosen):
                failed += 1
                print(f"{program.name}-{sample} {report}", flush=True)
    print(f"{count} samples, {failed} differences")
    return int(bool(failed))


if __name__ == "__main__":
    raise SystemExit(main())
