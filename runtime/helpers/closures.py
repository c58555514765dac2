"""Cotangents of functions: dicts of the cotangents of what they hold, by name."""

from __future__ import annotations

from typing import Any


def captured(d: Any, *path: str) -> Any:
    """The cotangent of what a function holds, itself or through functions that it holds.

    >>> captured({"k": 2.0, "g": {"w": 3.0}}, "g", "w"), captured(0.0, "k")
    (3.0, 0.0)
    """
    for name in path:
        if not isinstance(d, dict):  # it was not called
            return 0.0
        d = d[name]
    return 0.0 if d is None else d
