"""What `match` asks of a subject before it looks inside."""

from __future__ import annotations

from typing import Any


def is_sequence(value: Any) -> bool:
    """Whether a pattern in brackets may match: lists, tuples, ranges, arrays since NumPy 2.5.

    >>> is_sequence((1, 2)), is_sequence("ab")
    (True, False)
    """
    return bool(type(value).__flags__ & 1 << 5)  # Py_TPFLAGS_SEQUENCE, which Python itself reads


def is_mapping(value: Any) -> bool:
    """Whether a pattern in braces may match.

    >>> is_mapping({}), is_mapping([])
    (True, False)
    """
    return bool(type(value).__flags__ & 1 << 6)  # Py_TPFLAGS_MAPPING
