"""Symbolic shapes of the corpus against the shapes that turn up when its programs run."""

from __future__ import annotations

from typing import Any

import gast
import pytest

import adjoint
from adjoint.runtime.errors import AdjointError
from adjoint.runtime.helpers import HELPERS
from adjoint.transform import pipeline
from adjoint.transform.ir.nodes import Function, Op, Ref, reads, walk
from adjoint.transform.lower.local_functions import LocalFunction

from ..programs.registry import Program, corpus
from .watch import Watch, watch

OTHERWISE = {"derivatives_inside", "object_operators.item_deleted"}
"""What the interpreter of the IR does not run: see `tests/lower/test_lower_programs.py`."""
CASES = [
    pytest.param(p, sample, id=f"{p.name}-{sample}")
    for p in corpus()
    for sample in range(len(p.samples))
    if not {p.name, p.name.partition(".")[0]} & OTHERWISE
]

COMPARED: list[int] = []


class _Found(Exception):
    """Stops the derivation: what the test looks at is known."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self.watch = watch


def _runs(fn: Function) -> bool:
    """Whether the interpreter can run a function: some of what derivation adds is only printed."""
    stmts = list(walk(fn.body))
    refs = [a for stmt in stmts for a in reads(stmt) if isinstance(a, Ref)]
    templates = [s.value.template for s in stmts if isinstance(getattr(s, "value", None), Op)]
    names = {n.id for t in templates for n in gast.walk(t) if isinstance(n, gast.Name)}
    outside = all(not a.local and not isinstance(a.value, LocalFunction) for a in refs)
    return outside and names.isdisjoint({"np", *HELPERS})


@pytest.mark.parametrize(("program", "sample"), CASES)
def test_equal_sets_mean_equal_shapes(
    program: Program, sample: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = pipeline.shapes

    def stop(fn: Any, kinds: Any, versions: Any) -> Any:
        raise _Found(Watch(fn, kinds, versions, original(fn, kinds, versions)))

    monkeypatch.setattr(pipeline, "shapes", stop)
    args, wrt = program.arguments(sample), program.positions(sample)
    try:
        adjoint.grad(program.function, wrt=wrt).emit("vjp", None, args)
    except AdjointError:
        return  # refused: there is nothing to know
    except _Found as found:
        if not _runs(found.watch.function):
            return
        watch(found.watch, program.arguments(sample), monkeypatch.setattr)
        COMPARED.append(found.watch.compared)


def test_there_was_something_to_compare() -> None:
    at_least = 5000
    assert not COMPARED or sum(COMPARED) > at_least * len(COMPARED) / len(CASES)
