"""Where emitted code comes from: for each of its statements, a place of the user's source."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """The statement of the user's that an emitted one comes from; lines from 1, both included.

    adjoint: whether the emitted statement is part of its adjoint, and not the statement itself.
    tangent: whether it is that of its tangent.
    """

    file: str
    line: int
    end_line: int
    adjoint: bool
    tangent: bool = False


Places = Sequence[Place | None]
"""For each statement of an emitted function, in the order of its text; None: it is of our own."""

_KNOWN: dict[str, tuple[str, Places]] = {}


def remember(filename: str, text: str, places: Places) -> None:
    """Keeps the places of an emitted function, by the file name that it was compiled under."""
    _KNOWN[filename] = (text, places)


def is_emitted(filename: str) -> bool:
    """Whether a file name is that of an emitted function."""
    return filename in _KNOWN


def place_at(filename: str, line: int) -> Place | None:
    """Where the emitted statement at a line comes from, if that is known."""
    text, places = _KNOWN[filename]
    found = None
    for stmt, place in zip(statements(parsed(text).body), places, strict=True):
        if stmt.lineno <= line <= stmt.end_lineno:
            found = place  # of the innermost: it comes last
    return found


def statement_text(filename: str, line: int) -> str:
    """The emitted statement at a line, on one line."""
    stmt = statement_at(filename, line)
    lines = _KNOWN[filename][0].splitlines()[stmt.lineno - 1 : stmt.end_lineno]
    return " ".join(part.strip() for part in lines)


def statement_at(filename: str, line: int) -> ast.stmt:
    """The emitted statement at a line: the innermost."""
    text, _ = _KNOWN[filename]
    found: list[ast.stmt] = [
        s for s in statements(parsed(text).body) if s.lineno <= line <= s.end_lineno
    ]
    return found[-1]


def statements(block: Sequence[Any]) -> Iterator[Any]:
    """The statements of a block and of those inside it, in the order of the text."""
    for stmt in block:
        yield stmt
        yield from statements(getattr(stmt, "body", ()))
        for handler in getattr(stmt, "handlers", ()):
            yield from statements(handler.body)
        yield from statements(getattr(stmt, "orelse", ()))
        yield from statements(getattr(stmt, "finalbody", ()))


@lru_cache(maxsize=256)
def parsed(text: str) -> ast.Module:
    """The tree of a text that is known to be Python."""
    return ast.parse(text)


def source_tree(file: str) -> ast.Module | None:
    """The tree of a file of the user's; None where its text is not to be had, or has changed."""
    try:
        return parsed("".join(linecache.getlines(file)))
    except SyntaxError:
        return None
