"""The errors of the transformation: what is refused, where it stands, and what to write instead."""

from __future__ import annotations

from adjoint.runtime.errors import AdjointError
from adjoint.transform.ir.nodes import Span

Place = tuple[str, int, int, str, int, int]
"""File, line, column, text, last line and the column after the last; columns from 1."""


class UnsupportedSyntax(AdjointError, SyntaxError):
    """A construct that is not accepted; Python draws the caret under it."""

    __module__ = "adjoint"


class SourceNotFound(AdjointError, OSError):
    """The source of a function is not to be had, or is not the source of what runs."""

    __module__ = "adjoint"


def unsupported(span: Span, text: str, what: str, instead: str = "") -> UnsupportedSyntax:
    """The refusal of a construct.

    Args:
        span: where it stands.
        text: the source line that it begins on.
        what: what is refused, as a clause: `a set comprehension is not supported`.
        instead: what to write instead.

    Returns:
        The error, to be raised.

    >>> str(unsupported(Span("model.py", 6, 4, 6, 9), "    async", "no", "write this"))
    'no; write this (model.py, line 6)'
    """
    message = f"{what}; {instead}" if instead else what
    return UnsupportedSyntax(message, marked(span, text))


def marked(span: Span, text: str) -> Place:
    """The place of an error as Python takes it: the caret marks one line."""
    end = len(text.rstrip()) if span.end_line > span.line else span.end_column
    return (span.file, span.line, span.column + 1, text, span.line, end + 1)
