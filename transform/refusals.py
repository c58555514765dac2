"""Refusals made after lowering: the source line is looked up from the span."""

from __future__ import annotations

import linecache

from adjoint.runtime.errors import MissingRule
from adjoint.transform import errors
from adjoint.transform.errors import UnsupportedSyntax
from adjoint.transform.ir.nodes import Span

_INSTEAD = {
    "set": "keep the values in a list",
    "frozenset": "keep the values in a list",
    "dict": "write `{key: value for key, value in ...}`",
    "map": "write a list comprehension",
    "filter": "write a list comprehension with `if`",
    "iter": "loop over it with `for`, or index it",
    "next": "loop over it with `for`, or index it",
}
"""What to write in place of Python's own functions, where they are used in a way without a rule."""


class MissingRuleHere(UnsupportedSyntax, MissingRule):
    """A call through which a derivative flows has neither a rule nor source."""


def unsupported(span: Span, what: str, instead: str = "") -> UnsupportedSyntax:
    """The refusal of a construct, with its source line."""
    return errors.unsupported(span, linecache.getline(span.file, span.line), what, instead)


def missing_rule(span: Span, name: str, why: str = "") -> MissingRuleHere:
    """The refusal of a function that has neither rule nor source, by name."""
    text = linecache.getline(span.file, span.line)
    reason = f": {why}" if why else ""
    instead = _INSTEAD.get(
        name, "use a function that has one, or compute this where nothing is differentiated"
    )
    message = (
        f"`{name}` has no derivative rule{reason}, and a derivative flows through this call; "
        f"{instead}"
    )
    place = (span.file, span.line, span.column + 1, text, span.end_line, span.end_column + 1)
    return MissingRuleHere(message, place)
