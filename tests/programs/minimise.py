"""Makes a failing program small: statements are left out while it still fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from .program_text import Block, Compound, Line, Statement


def minimised(block: Block, fails: Callable[[Block], bool], seconds: float = 120.0) -> Block:
    """The smallest program that leaving out and unwrapping statements leads to, and that fails.

    Args:
        block: a program that fails.
        fails: whether a smaller one fails in the same way.
        seconds: when to be content with what was found.

    >>> program = tuple(Line(f"x{i} = {i}") for i in range(8))
    >>> minimised(program, lambda b: Line("x5 = 5") in b)
    (Line(text='x5 = 5', fixed=False),)
    """
    shrunk, end = True, time.monotonic() + seconds
    while shrunk:
        shrunk = False
        for smaller in reductions(block):
            if time.monotonic() > end:
                break
            if fails(smaller):
                block, shrunk = smaller, True
                break
    return block


def reductions(block: Block) -> Iterator[Block]:
    """Every program that is one step smaller, the largest steps first."""
    half = len(block) // 2
    while half > 1:
        for start in range(0, len(block), half):
            if not any(map(_is_fixed, block[start : start + half])):
                yield block[:start] + block[start + half :]
        half //= 2
    for i, stmt in enumerate(block):
        before, after = block[:i], block[i + 1 :]
        if not _is_fixed(stmt):
            yield before + after
        if isinstance(stmt, Compound):
            for header, body in stmt.parts:
                if not header.startswith("def "):
                    yield before + tuple(s for s in body if not _is_fixed(s)) + after
            for k, (header, body) in enumerate(stmt.parts):
                if k:
                    yield (*before, Compound(stmt.parts[:k]), *after)
                for smaller in reductions(body):
                    parts = (*stmt.parts[:k], (header, smaller), *stmt.parts[k + 1 :])
                    yield (*before, Compound(parts), *after)
        elif isinstance(stmt, Line):
            yield from ((*before, Line(text), *after) for text in _simpler(stmt.text))


def _simpler(text: str) -> Iterator[str]:
    """A sum without one of its terms."""
    terms = text.removeprefix("return ").split(" + ")
    if text.startswith("return ") and len(terms) > 1:
        for i in range(len(terms)):
            yield "return " + " + ".join(terms[:i] + terms[i + 1 :])


def _is_fixed(stmt: Statement) -> bool:
    return isinstance(stmt, Line) and stmt.fixed
