"""Second derivatives of the corpus, by reverse mode over reverse mode, against differences.

`python -m tests.higher` looks at all programs that give a number; here is a part of them.
"""

from __future__ import annotations

import numpy as np
import pytest

from adjoint.runtime.errors import AdjointError

from .differences import agree, scalar_programs, second_order

AREAS = ("straight_line", "derivatives_inside", "linear_algebra", "scalars_math", "loops_for")
PROGRAMS = [
    (program, sample)
    for program, sample in scalar_programs()
    if program.name.partition(".")[0] in AREAS
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("program", "sample"), PROGRAMS, ids=lambda one: one.name if hasattr(one, "name") else ""
)
def test_the_derivative_of_the_gradient_agrees_with_differences(program, sample):
    with np.errstate(all="ignore"):
        try:
            found = second_order(program, sample)
        except AdjointError:
            pytest.skip("it is refused")
        assert agree(*found)
