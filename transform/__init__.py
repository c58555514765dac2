"""adjoint."""

from __future__ import annotations

from pathlib import Path

from adjoint.runtime.tracebacks import hide
from adjoint.runtime.warned import show_warnings_at_places

hide(str(Path(__file__).parent))
show_warnings_at_places()
