"""Comments of emitted code: the primal line that the statements below are the adjoint of."""

from __future__ import annotations

import linecache
from collections.abc import Sequence
from pathlib import PurePath

import gast

from adjoint.transform.emit.print_statements import CommentLine
from adjoint.transform.ir.nodes import NOWHERE, Span

_LONGEST = 88


def comment_line(span: Span) -> CommentLine:
    """The comment that shows a place of the source; an empty line for `NOWHERE`."""
    if span == NOWHERE:
        return CommentLine()
    lines = [linecache.getline(span.file, line) for line in range(span.line, span.end_line + 1)]
    text = " ".join(line.strip() for line in lines).strip()
    if len(text) > _LONGEST:
        text = lines[0].strip() + " ..." if len(lines) > 1 else text
    return CommentLine(text, f"{PurePath(span.file).name}:{span.line}")


def tidy_comments(stmts: Sequence[gast.AST]) -> list[gast.AST]:
    """A block without the comments that nothing follows, or that say what the last one said.

    Of several comments in a row the last remains, after an empty line if there was one.
    """
    kept: list[gast.AST] = []
    shown: CommentLine | None = None
    empty: CommentLine | None = None
    waiting: CommentLine | None = None
    for stmt in stmts:
        if isinstance(stmt, CommentLine):
            empty, waiting = (stmt, waiting) if stmt.is_empty else (empty, stmt)
            continue
        if empty is not None and kept:
            kept.append(empty)
        if waiting is not None and not _same(waiting, shown):
            kept.append(waiting)
            shown = waiting
        empty = waiting = None
        kept.append(stmt)
    return kept


def _same(comment: CommentLine, other: CommentLine | None) -> bool:
    return other is not None and (comment.text, comment.place) == (other.text, other.place)
