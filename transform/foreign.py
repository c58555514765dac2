"""A refusal inside a library is shown where the user calls it, not at a line of the library's."""

from __future__ import annotations

import contextlib
import os
import sysconfig
from collections.abc import Iterator
from pathlib import PurePath

import gast

from adjoint.runtime.errors import MissingRule
from adjoint.runtime.tracebacks import is_hidden
from adjoint.transform.errors import UnsupportedSyntax
from adjoint.transform.ir.nodes import Op, Ref, Span
from adjoint.transform.refusals import missing_rule, place_of, unsupported

_NAMES = ("stdlib", "platstdlib", "purelib", "platlib")
_LIBRARIES = tuple({sysconfig.get_path(name) + os.sep for name in _NAMES})


@contextlib.contextmanager
def shown_at(op: Op, within: Span) -> Iterator[None]:
    """Show what is refused in a function that is called where it is called.

    Only where a library's function (or one of this package) is called from a file that is none.

    Args:
        op: the call.
        within: the statement or function that it is part of.
    """
    try:
        yield
    except UnsupportedSyntax as error:
        if not _is_library(error.filename or "") or _is_library(within.file):
            raise
        raise _refused(op, within, error) from None


def _is_library(file: str) -> bool:
    return file.startswith(_LIBRARIES) or is_hidden(file)


def _refused(op: Op, within: Span, inside: UnsupportedSyntax) -> UnsupportedSyntax:
    place, name = place_of(op, within), _name(op)
    file = inside.filename or ""
    if is_hidden(file):
        return unsupported(
            place, f"`{name}` is a function of this package that is not differentiated itself",
            "call it outside, and pass what it gives as an argument",
        )  # fmt: skip
    where = f"it is followed into {PurePath(file).name}, line {inside.lineno}, where {inside.msg}"
    if isinstance(inside, MissingRule):
        return missing_rule(place, name, where.partition(";")[0])
    return unsupported(place, f"`{name}` is not differentiated: {where.partition(';')[0]}",
                       "write out here what it does")  # fmt: skip


def _name(op: Op) -> str:
    """What is called, as it is written."""
    if isinstance(op.callee, Ref):
        return op.callee.text
    func = op.template.func if isinstance(op.template, gast.Call) else op.template
    return func.attr if isinstance(func, gast.Attribute) else "this"
