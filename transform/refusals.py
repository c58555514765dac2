"""Refusals made after lowering: the source line is looked up from the span."""

from __future__ import annotations

import linecache
from typing import Any

from adjoint.runtime.errors import MissingRule
from adjoint.transform import errors
from adjoint.transform.errors import UnsupportedSyntax
from adjoint.transform.ir.nodes import Op, Span

_INSTEAD = {
    "set": "keep the values in a list",
    "frozenset": "keep the values in a list",
    "dict": "write `{key: value for key, value in ...}`",
    **dict.fromkeys(
        ("zip", "enumerate", "reversed"), "make a list of it: what it gives is taken only once"
    ),
    "map": "write a list comprehension",
    "filter": "write a list comprehension with `if`",
    "replace": "call the class with all its fields",
    "asdict": "write the dict out",
    "astuple": "write the tuple out",
    "iter": "loop over it with `for`, or index it",
    "next": "loop over it with `for`, or index it",
}
"""What to write in place of Python's own functions, where they are used in a way without a rule."""


class MissingRuleHere(UnsupportedSyntax, MissingRule):
    """A call through which a derivative flows has neither a rule nor source.

    Users see it as the `MissingRule` that it is.
    """

    __module__ = "adjoint"
    __qualname__ = "MissingRule"

    def __reduce__(self) -> Any:
        """How it is sent to another process: not by a name that it shares with its base."""
        return _received, (*self.args, vars(self))


def unsupported(span: Span, what: str, instead: str = "") -> UnsupportedSyntax:
    """The refusal of a construct, with its source line."""
    return errors.unsupported(span, linecache.getline(span.file, span.line), what, instead)


def place_of(op: Op, within: Span) -> Span:
    """Where an operation was written, if that is known; else the statement that it is part of."""
    first, last = (getattr(op.template, name, 0) for name in ("lineno", "end_lineno"))
    if not within.line <= first <= last <= within.end_line:
        return within
    lines = [linecache.getline(within.file, number) for number in (first, last)]
    columns = (op.template.col_offset, op.template.end_col_offset)  # in bytes
    begin, end = (len(t.encode()[:c].decode()) for t, c in zip(lines, columns, strict=True))
    return Span(within.file, first, begin, last, end)


def missing_rule(span: Span, name: str, why: str = "") -> MissingRuleHere:
    """The refusal of a function that has neither rule nor source, by name.

    Args:
        span: where it is called.
        name: what it is called there.
        why: why it has none; after a semicolon, what to write instead.
    """
    text = linecache.getline(span.file, span.line)
    because, _, advice = why.partition("; ")
    reason = f": {because}" if because else ""
    instead = advice or _INSTEAD.get(
        name, "use a function that has one, or compute this where nothing is differentiated"
    )
    message = (
        f"`{name}` has no derivative rule{reason}, and a derivative flows through this call; "
        f"{instead}"
    )
    return MissingRuleHere(message, errors.marked(span, text))


def _received(message: str, place: errors.Place, more: dict[str, Any]) -> MissingRuleHere:
    error = MissingRuleHere(message, place)
    vars(error).update(more)
    return error
