"""Samples are programs, not a package: they are imported from their folder."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture
def sample(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Imports a sample by name; skips where the extra `samples` is not installed."""
    for needed in ("matplotlib", "scipy", "sklearn", "tqdm"):
        pytest.importorskip(needed, reason="the extra `samples` is not installed")
    monkeypatch.syspath_prepend(SAMPLES)
    return importlib.import_module
