"""A refusal inside a library is shown where the user calls it, not at a line of the library's."""

from __future__ import annotations

import inspect
import os
import sysconfig
from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath
from typing import Any, ParamSpec, TypeVar

import gast

from adjoint.runtime.errors import AdjointError, MissingRule, NotDifferentiable
from adjoint.runtime.places import is_emitted
from adjoint.runtime.tracebacks import is_hidden
from adjoint.transform.errors import UnsupportedSyntax
from adjoint.transform.ir.nodes import Function, Op, Ref, Span, walk
from adjoint.transform.refusals import missing_rule, place_of, unsupported

P = ParamSpec("P")
R = TypeVar("R")
_NAMES = ("stdlib", "platstdlib", "purelib", "platlib")
_LIBRARIES = tuple({sysconfig.get_path(name) + os.sep for name in _NAMES})
_OURS = "reaches a function of this package that is not differentiated"
_OUTSIDE = "call it outside, and pass what it gives as an argument"


def shown_at(
    op: Op, within: Span | Function, look: Callable[P, R], *args: P.args, **kwargs: P.kwargs
) -> R:
    """Look at what a call reaches; what is refused in a library is shown at the call.

    Args:
        op: the call.
        within: the statement or function that it is part of.
        look: what may refuse.
        args: its arguments.
        kwargs: its keyword arguments.
    """
    try:
        return look(*args, **kwargs)
    except UnsupportedSyntax as error:
        whole = _whole(within) if isinstance(within, Function) else within
        if not _is_foreign(error) or _is_library(whole.file):
            raise
        raise _refused(op, whole, error) from None


def shown_at_run_time(function: Any, error: UnsupportedSyntax) -> AdjointError:
    """The same for a function that is known when it is called: a traceback shows the call."""
    if not _is_foreign(error):
        return error
    return _said(getattr(function, "__qualname__", type(function).__qualname__), error)


def check_not_ours(op: Op, within: Span) -> None:
    """Refuse a call of a method of ours (`f.gradient`) of an object that is known.

    Raises:
        UnsupportedSyntax: it is one.
    """
    head, _, name = op.prim.partition(":")
    if head != "method" or not op.args or not isinstance(op.args[0], Ref):
        return
    code = getattr(inspect.getattr_static(type(op.args[0].value), name, None), "__code__", None)
    if code is not None and is_hidden(code.co_filename):
        shown = f"`{op.args[0].text}.{name}`"
        raise unsupported(place_of(op, within), f"{shown} {_OURS}", _OUTSIDE)


def _whole(fn: Function) -> Span:
    """Where all of a function stands, and not only its header."""
    ends = [stmt.span.end_line for stmt in walk(fn.body)]
    return replace(fn.span, end_line=max([fn.span.end_line, *ends]))


def _is_foreign(error: UnsupportedSyntax) -> bool:
    return _is_library(error.filename or "")


def _is_library(file: str) -> bool:
    return file.startswith(_LIBRARIES) or is_hidden(file) or is_emitted(file)


def _refused(op: Op, within: Span, inside: UnsupportedSyntax) -> UnsupportedSyntax:
    place, name = place_of(op, within), _name(op)
    if is_hidden(inside.filename or ""):
        return unsupported(place, f"`{name}` {_OURS}", _OUTSIDE)
    return missing_rule(place, name, _where(inside))


def _said(name: str, inside: UnsupportedSyntax) -> AdjointError:
    if is_hidden(inside.filename or ""):
        return NotDifferentiable(f"`{name}` {_OURS}; {_OUTSIDE}")
    return MissingRule(f"`{name}` has no derivative rule: {_where(inside)}; write out what it does")


def _where(inside: UnsupportedSyntax) -> str:
    """What is refused in a library, and where, without what its author might have written."""
    what = inside.msg.partition(";")[0]
    return f"it is followed to {PurePath(inside.filename or '').name}:{inside.lineno}, where {what}"


def _name(op: Op) -> str:
    """What is called, as it is written."""
    if isinstance(op.callee, Ref):
        return op.callee.text
    func = op.template.func if isinstance(op.template, gast.Call) else op.template
    return func.attr if isinstance(func, gast.Attribute) else "this"
