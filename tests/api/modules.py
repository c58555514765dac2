"""Modules written by tests, and imported."""

from __future__ import annotations

import importlib
import sys
import textwrap
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from types import ModuleType

import pytest

Write = Callable[[str], ModuleType]
_numbers = count(1)


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Write a module, and import it."""
    monkeypatch.syspath_prepend(tmp_path)
    names = []

    def written(text: str) -> ModuleType:
        name = f"api_module_{next(_numbers)}"
        names.append(name)
        (tmp_path / f"{name}.py").write_text(HEADER + textwrap.dedent(text))
        importlib.invalidate_caches()
        return importlib.import_module(name)

    yield written
    for name in names:
        sys.modules.pop(name, None)


HEADER = "import numpy as np\nfrom adjoint import grad, tensor\n"
