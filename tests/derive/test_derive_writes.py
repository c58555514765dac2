"""Kinds of writes x targets x places x who else sees the array: right, or refused."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from .writes import Combination, combinations, verdict

_SAMPLE = random.Random(7).sample(list(combinations()), 180)


@pytest.mark.parametrize("combination", _SAMPLE, ids=" / ".join)
def test_writes_are_right_or_refused(combination: Combination, tmp_path: Path) -> None:
    how = verdict(combination, str(tmp_path))
    assert how.startswith(("right", "refused", "no program", "ill-conditioned")), how
