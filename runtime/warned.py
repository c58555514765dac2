"""Warnings of emitted code and of tensors are shown at the user's line, as errors are.

NumPy warns at the line that runs: one of emitted text, or of this package. What is printed of a
warning, by Python, pytest or a logger, is made by `warnings.formatwarning`. (Filters see the line
that ran.)
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from types import FrameType
from typing import Any

from adjoint.runtime.places import is_emitted, place_at, statement_text
from adjoint.runtime.tracebacks import is_hidden

Format = Callable[..., str]


def show_warnings_at_places() -> None:
    """Makes what is printed of warnings lead to the user's lines, from now on."""
    vars(warnings)["formatwarning"] = _leading_back(warnings.formatwarning)


def _leading_back(plain: Format) -> Format:
    def formatwarning(
        message: Any, category: type[Warning], filename: str, lineno: int, line: str | None = None
    ) -> str:
        if _is_ours(filename):
            filename, lineno = _caller(filename, lineno)
        place = place_at(filename, lineno) if is_emitted(filename) else None
        if place is None:
            return plain(message, category, filename, lineno, line)
        if place.adjoint:
            message = f"{message}, in the adjoint: {statement_text(filename, lineno)}"
        return plain(message, category, place.file, place.line)

    return formatwarning


def _is_ours(filename: str) -> bool:
    return is_hidden(filename) or filename.startswith("<rule of ")


def _caller(filename: str, lineno: int) -> tuple[str, int]:
    """Who called the line of ours that warns, if it is still running; else that line."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and (frame.f_code.co_filename, frame.f_lineno) != (filename, lineno):
        frame = frame.f_back
    while frame is not None and _is_ours(frame.f_code.co_filename):
        frame = frame.f_back
    return (filename, lineno) if frame is None else (frame.f_code.co_filename, frame.f_lineno)
