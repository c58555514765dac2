"""All that is refused in a function and in those that it calls, not only the first."""

from __future__ import annotations

import ast
import inspect
import linecache
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import gast

from adjoint.transform.errors import SourceNotFound, UnsupportedSyntax
from adjoint.transform.explain.cuts import Cut, without
from adjoint.transform.explain.stand_ins import NAME, Unknown
from adjoint.transform.source import Reader, Source, read_source


@dataclass(frozen=True, slots=True)
class Refusal:
    """A place that is refused. Lines and columns count from 1, as in Python's errors.

    kind: the name of the error. line: 0 where there is no source to point at.
    """

    kind: str
    message: str
    file: str
    line: int
    column: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Found:
    """What is refused, in the order in which it was met.

    sourceless: the functions whose source is not to be had, with the reason. stopped: why not
    everything was looked at; empty if it was.
    """

    refusals: tuple[Refusal, ...]
    sourceless: tuple[tuple[FunctionType, str], ...]
    stopped: str = ""


def all_refusals(attempt: Callable[[Reader], Any], first: bool = False) -> Found:
    """Try again without what was refused, until nothing is.

    Args:
        attempt: differentiates a function, reading source through what it is given.
        first: whether the first refusal is enough.
    """
    cuts: dict[Cut, None] = {}
    refusals: dict[Refusal, None] = {}
    sourceless: dict[FunctionType, str] = {}

    def read(fn: FunctionType) -> Source:
        try:
            return without(read_source(fn), cuts)
        except SourceNotFound as error:
            sourceless[fn] = str(error)
            return _unseen(fn)

    while True:
        try:
            attempt(read)
        except UnsupportedSyntax as error:
            file, around = error.filename or "", _statements(error)
            if not around or Cut(file, around[0]) not in cuts:  # else it is the stand-in's own
                refusals[_refusal(error)] = None
            cut = _next(file, around, cuts)
            if cut is None or first:
                return Found(tuple(refusals), tuple(sourceless.items()), "nothing stands for it")
            cuts[cut] = None
        except Exception as error:
            if not cuts:
                raise
            # What is left of the function is not what anybody wrote, and need not make sense.
            why = f"{type(error).__name__}: {error}"
            return Found(tuple(refusals), tuple(sourceless.items()), why)
        else:
            return Found(tuple(refusals), tuple(sourceless.items()))


def _next(file: str, around: list[tuple[int, int]], cuts: dict[Cut, None]) -> Cut | None:
    """The least that can be taken out and was not yet, of the statements around a place."""
    steps = [Cut(file, place, whole) for place in around for whole in (False, True)]
    return next((cut for cut in steps if cut not in cuts), None)


def _statements(error: UnsupportedSyntax) -> list[tuple[int, int]]:
    """The statements and lambdas around the place of an error, the innermost first."""
    lines = linecache.getlines(error.filename or "")
    if not lines or error.lineno is None:
        return []
    text = lines[error.lineno - 1]
    place = (error.lineno, len(text[: (error.offset or 1) - 1].encode()))
    deepest_first = reversed(list(ast.walk(ast.parse("".join(lines)))))
    deepest_first = reversed(list(ast.walk(ast.parse("".join(lines)))))
    return [
        (node.lineno, node.col_offset)
        for node in deepest_first
        if isinstance(node, ast.stmt | ast.Lambda)
        and (node.lineno, node.col_offset) <= place
        and place < (node.end_lineno or 0, node.end_col_offset or 0)
    ]


def _refusal(error: UnsupportedSyntax) -> Refusal:
    return Refusal(
        type(error).__qualname__, error.msg, error.filename or "", error.lineno or 0,
        error.offset or 0, error.end_offset or 0,
    )  # fmt: skip


def _unseen(fn: FunctionType) -> Source:
    """What stands for a function without source: something unknown, of the same parameters."""
    plain = [
        parameter.replace(annotation=inspect.Parameter.empty, default=_default(parameter))
        for parameter in inspect.signature(fn).parameters.values()
    ]
    given = ", ".join(parameter.name for parameter in plain)
    text = f"def f{inspect.Signature(plain)}: return {NAME}({given})"
    tree = gast.parse(text).body[0]
    tree.name = fn.__name__
    return Source(tree, fn.__code__.co_filename, (text,), given={NAME: Unknown()})


def _default(parameter: inspect.Parameter) -> Any:
    return parameter.default if parameter.default is inspect.Parameter.empty else None
