"""adjoint."""

from __future__ import annotations

from pathlib import Path

from adjoint.runtime.tracebacks import hide

hide(str(Path(__file__).parent))
