"""Tracebacks that lead to the user's lines: without our frames, and with theirs for emitted ones.

An error that leaves this package has its traceback rewritten. A frame of emitted code that runs a
statement of the user's is replaced by a frame at that statement; one in an adjoint stays, and a
frame at the statement that it is the adjoint of is put before it. Frames of this package go.

Whoever is called by users does this around what may fail:

    except BaseException as error:
        rewrite(error)
        raise

A bare `raise` goes on with the traceback that the error now has: the frame that does this is not in
it either. Nothing of it costs anything where nothing fails.
"""

from __future__ import annotations

import dis
import functools
import os
from collections.abc import Callable, Iterator
from pathlib import Path, PurePath
from types import TracebackType
from typing import ParamSpec, TypeVar

from adjoint.runtime.errors import AdjointError
from adjoint.runtime.frames import frame_at, is_led_to, text_of
from adjoint.runtime.places import is_emitted, place_at, statement_text

P = ParamSpec("P")
R = TypeVar("R")

_OURS = [f"{Path(__file__).parent}{os.sep}"]


def hide(folder: str) -> None:
    """Takes the files of a folder for ours: their frames are not shown."""
    _OURS.append(f"{folder}{os.sep}")


def is_hidden(filename: str) -> bool:
    """Whether a file is one of ours."""
    return filename.startswith(tuple(_OURS))


def rewrite(error: BaseException) -> None:
    """Makes the tracebacks of an error, and of those that led to it, those that users see."""
    pending, seen = [error], set[int]()
    while pending:
        one = pending.pop()
        if id(one) not in seen:
            seen.add(id(one))
            _rewrite(one)
            pending += [e for e in (one.__cause__, one.__context__) if e is not None]


def rewritten(function: Callable[P, R]) -> Callable[P, R]:
    """The function, whose errors have tracebacks that users see."""

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            rewrite(error)
            raise

    return call


def _rewrite(error: BaseException) -> None:
    entries = list(_entries(error.__traceback__))
    ours = [_is_ours(entry) for entry in entries]
    last = max((i for i, own in enumerate(ours) if not own), default=-1)
    if entries and ours[-1] and _says_it_all(error, entries[-1]):
        if last >= 0 and _is_our_own(entries[last]):
            last -= 1
        del entries[last + 1 :]
    shown: list[TracebackType] = []
    for i, entry in enumerate(entries):
        if i > last or not ours[i]:
            shown += _led_back(entry, shown[-1:], error if i == last else None)
    trace = None
    for entry in reversed(shown):
        trace = TracebackType(trace, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    error.__traceback__ = trace


def _entries(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _is_ours(entry: TracebackType) -> bool:
    """Whether a frame runs code of this package, or emitted code that comes from some."""
    filename = entry.tb_frame.f_code.co_filename
    place = place_at(filename, entry.tb_lineno) if is_emitted(filename) else None
    return is_hidden(filename if place is None else place.file)


def _is_our_own(entry: TracebackType) -> bool:
    """Whether a statement of emitted code comes from none of the user's: a test of ours."""
    filename = entry.tb_frame.f_code.co_filename
    return is_emitted(filename) and place_at(filename, entry.tb_lineno) is None


def _says_it_all(error: BaseException, entry: TracebackType) -> bool:
    """Whether an error was raised on purpose, not by a mistake of ours."""
    operation = dis.opname[entry.tb_frame.f_code.co_code[entry.tb_lasti]]
    meant = operation == "RAISE_VARARGS" and not isinstance(error, AssertionError)
    return meant or isinstance(error, AdjointError)


def _led_back(
    entry: TracebackType, before: list[TracebackType], error: BaseException | None
) -> list[TracebackType]:
    """What is shown in place of an entry: for emitted code, the user's statement.

    Args:
        entry: the entry.
        before: what is shown before it: the statement may be there already.
        error: what was raised there, if it is the innermost entry; it is told where it comes from.
    """
    filename = entry.tb_frame.f_code.co_filename
    place = place_at(filename, entry.tb_lineno) if is_emitted(filename) else None
    if place is None:
        return [entry]
    if not place.adjoint:
        return [frame_at(place, entry)]
    if any(is_led_to(place, other) for other in before):
        return [entry]
    led = frame_at(place, entry)
    if error is not None:  # not everything that prints tracebacks can show emitted lines
        where = f"{PurePath(place.file).name}, line {place.line}"
        statement = statement_text(filename, entry.tb_lineno)
        error.add_note(f"In the adjoint of {where}, `{text_of(place)}`:\n    {statement}")
    return [led, entry]
