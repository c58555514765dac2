"""Every program of the corpus in forward mode: against reverse mode and central differences."""

from __future__ import annotations

import pytest

from adjoint.runtime.errors import AdjointError

from ..programs import refused
from ..programs.forward_checker import check_forward
from ..programs.registry import Program, corpus

CASES = [
    pytest.param(program, sample, id=f"{program.name}-{sample}")
    for program in corpus()
    for sample in range(len(program.samples))
]


@pytest.mark.parametrize("differences", [True, False], ids=["differences", "reverse"])
@pytest.mark.parametrize(("program", "sample"), CASES)
def test_tangents_are_right(program: Program, sample: int, differences: bool) -> None:
    args, wrt = program.arguments(sample), program.positions(sample)
    try:
        check_forward(program.function, args, wrt, differences)
    except AdjointError:
        if not program.may_refuse and program.name not in refused.NAMES:
            raise
