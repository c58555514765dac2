"""The text of a program as data: lines and compound statements, so that it can be made smaller."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """A simple statement; one that is `fixed` keeps a loop from running for ever."""

    text: str
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Compound:
    """A compound statement: each header with its block."""

    parts: tuple[tuple[str, Block], ...]


Statement = Line | Compound
Block = tuple[Statement, ...]


def render(block: Block, indent: str = "") -> str:
    """The text of a block.

    >>> print(render((Compound((("if k > 0:", (Line("k = 1.0"),)),)),)), end="")
    if k > 0:
        k = 1.0
    """
    return "".join(line + "\n" for line in _lines(block, indent))


def _lines(block: Block, indent: str) -> Iterator[str]:
    for stmt in block or (Line("pass"),):
        if isinstance(stmt, Line):
            yield indent + stmt.text
        else:
            for header, body in stmt.parts:
                yield indent + header
                yield from _lines(body, indent + "    ")
