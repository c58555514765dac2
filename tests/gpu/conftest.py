"""CuPy, where a GPU is there for it."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def cp() -> Any:
    """The module `cupy`."""
    cupy = pytest.importorskip("cupy", reason="CuPy is not installed")
    if not cupy.cuda.is_available():
        pytest.skip("CuPy finds no GPU here")
    return cupy
