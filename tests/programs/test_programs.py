"""Every program of the corpus against central differences."""

from __future__ import annotations

import pytest

from adjoint.runtime.errors import AdjointError

from . import refused
from .checker import check, check_late_writes
from .registry import Program, corpus

CASES = [
    pytest.param(program, sample, id=f"{program.name}-{sample}")
    for program in corpus()
    for sample in range(len(program.samples))
]


def test_there_are_at_least_two_hundred_programs_each_registered_once() -> None:
    names = [program.name for program in corpus()]
    at_least = 200
    assert len(names) >= at_least
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("program", "sample"), CASES)
def test_gradients_are_right(program: Program, sample: int) -> None:
    args, wrt = program.arguments(sample), program.positions(sample)
    try:
        check(program.function, args, wrt)
    except AdjointError:
        if not program.may_refuse and program.name not in refused.NAMES:
            raise


@pytest.mark.parametrize(("program", "sample"), CASES)
def test_writes_before_the_pullback_are_harmless_or_loud(program: Program, sample: int) -> None:
    args, wrt = program.arguments(sample), program.positions(sample)
    try:
        check_late_writes(program.function, args, wrt)
    except AdjointError:
        if not program.may_refuse and program.name not in refused.NAMES:
            raise


@pytest.mark.parametrize("name", sorted(refused.NAMES))
def test_what_is_refused_is_refused_loudly(name: str) -> None:
    program = next(p for p in corpus() if p.name == name)
    with pytest.raises(AdjointError):  # noqa: PT012 (one sample may be enough to be refused)
        for sample in range(len(program.samples)):
            check(program.function, program.arguments(sample), program.positions(sample))
