"""What looks at each cotangent of an adjoint, and says where the first NaN or infinity came from.

Emitted code that is watched (`transform.emit.watched`) calls a `Watch` after every assignment of a
cotangent. An infinite or undefined value is not an error by itself: `np.where` may drop it later.
So what is kept is where each such value came from, and only a result that is not finite raises.
"""

from __future__ import annotations

import cmath
import functools
import sys
import threading
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from types import FrameType
from typing import Any

from adjoint.runtime import home
from adjoint.runtime.errors import AdjointError
from adjoint.runtime.frames import led_to, standing_at, text_of
from adjoint.runtime.places import place_at, statement_text


class AnomalyDetected(AdjointError, ArithmeticError):
    """An adjoint gave NaN or infinity where the cotangent that came in had none."""

    __module__ = "adjoint"


@dataclass(frozen=True, slots=True)
class Event:
    """A cotangent that was the first not to be finite.

    name, value: the variable of the emitted code, and its value. filename, line: where it was
    assigned. function, first: the emitted function and the line that it begins at. variables,
    names: all variables at that moment, and the globals.
    """

    name: str
    value: Any
    filename: str
    line: int
    function: str
    first: int
    variables: dict[str, Any]
    names: dict[str, Any]


Origins = dict[str, Event | None]
"""For each variable whose cotangent is not finite where that came from; None: from outside."""


class _Given(threading.local):
    """What adjoints returned that is not finite, and where it comes from.

    calls: for each adjoint that runs, outermost first, what those returned that its present
    statement called. parts: for each part of what the last one returned whether it is not finite.
    """

    def __init__(self) -> None:
        self.calls: list[list[Event | None]] = []
        self.parts: Sequence[tuple[bool, Event | None]] = ()


_GIVEN = _Given()


def begin(seeds: Mapping[str, Any]) -> Origins:
    """What is known as an adjoint begins: which of the cotangents handed in are not finite."""
    _GIVEN.calls.append([])
    return {name: None for name, value in seeds.items() if not is_finite(value)}


def look(
    origins: Origins, assigned: Mapping[str, Any], whole: Sequence[str], read: Sequence[str]
) -> None:
    """Looks at the cotangents that a statement assigned.

    Args:
        origins: what is known of the function's variables.
        assigned: the variables assigned, or written into, with what was assigned.
        whole: those of them that have no other value now.
        read: the variables read.
    """
    before = dict(origins)
    for name, value in assigned.items():
        if is_finite(value):
            if name in whole:
                origins.pop(name, None)
        else:
            origins[name] = _origin(name, value, before, assigned, read, sys._getframe(1))
    _GIVEN.calls[-1].clear()


def returned(origins: Origins, value: Any, parts: Sequence[tuple[Any, Sequence[str]]]) -> Any:
    """Looks at what an adjoint returns, and gives it.

    Args:
        origins: what is known of the function's variables.
        value: what is returned.
        parts: its parts, each with the variables read for it.
    """
    frame = sys._getframe(1)
    _GIVEN.parts = [
        (False, None)
        if is_finite(part)
        else (True, _origin("the result", part, origins, {}, read, frame))
        for part, read in parts
    ]
    _GIVEN.calls.pop()
    if _GIVEN.calls:
        _GIVEN.calls[-1] += [event for infinite, event in _GIVEN.parts if infinite]
    return value


def judge(found: Any, first: int) -> Any:
    """The result of an adjoint, if it is finite or was not made infinite or undefined there.

    Args:
        found: what the adjoint that ran last returned.
        first: the first of its parts that is a cotangent.

    Raises:
        AnomalyDetected: it is not.
    """
    parts, _GIVEN.parts = _GIVEN.parts[first:], ()
    for infinite, event in parts:
        if infinite and event is not None:
            raise _anomaly(event)
    return found


def judged(run: Callable[..., Any], mode: str) -> Callable[..., Any]:
    """A derived function of which the results are judged; those of its pullback, in mode `vjp`."""

    @functools.wraps(run)
    def call(*args: Any, **kwargs: Any) -> Any:
        if mode != "vjp":
            return _judged(run, args, kwargs, 1 if mode == "value_and_gradient" else 0)
        value, pullback = run(*args, **kwargs)
        return value, lambda *cotangents: _judged(pullback, cotangents, {}, 0)

    return call


def _judged(
    run: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], first: int
) -> Any:
    """The result of an adjoint, judged by itself: it may be called while another one runs."""
    calls, _GIVEN.calls, _GIVEN.parts = _GIVEN.calls, [], ()
    try:
        return judge(run(*args, **kwargs), first)
    finally:
        _GIVEN.calls = calls


def is_finite(value: Any) -> bool:
    """Whether all numbers in a cotangent are finite.

    >>> import numpy as np
    >>> is_finite([1.0, {"a": np.array([1.0, np.inf])}]), is_finite(("text", 1.0, None))
    (False, True)
    """
    if isinstance(value, int | float | complex):
        return cmath.isfinite(value)
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return value.dtype.kind not in "fc" or bool(home.namespace_of(value).isfinite(value).all())
    if isinstance(value, list | tuple):
        return all(map(is_finite, value))
    if isinstance(value, dict):
        return all(map(is_finite, value.values()))
    return not isinstance(value, types.SimpleNamespace) or is_finite(vars(value))


def _origin(
    name: str, value: Any, origins: Origins, assigned: Mapping[str, Any], read: Sequence[str],
    frame: FrameType,
) -> Event | None:  # fmt: skip
    """Where a value that is not finite comes from: out of a call, a variable, or made here."""
    if _GIVEN.calls[-1]:
        return _GIVEN.calls[-1][0]
    code, variables = frame.f_code, dict(frame.f_locals)
    for other in read:
        if other in origins and (other in assigned or not is_finite(variables.get(other))):
            return origins[other]
    return Event(
        name, _copied(value), code.co_filename, frame.f_lineno, code.co_name, code.co_firstlineno,
        variables, frame.f_globals,
    )  # fmt: skip


def _copied(value: Any) -> Any:
    return value.copy() if hasattr(value, "dtype") else value


def _anomaly(event: Event) -> AnomalyDetected:
    statement = statement_text(event.filename, event.line)
    what = f"`{statement}` makes {event.name} {_described(event.value)}"
    place = place_at(event.filename, event.line)
    entry = standing_at(
        event.filename, event.function, event.first, event.line, event.names, event.variables
    )
    if place is None:
        return AnomalyDetected(what).with_traceback(entry)
    error = AnomalyDetected(
        f"{PurePath(place.file).name}, line {place.line}: in the adjoint of `{text_of(place)}`, "
        f"{what}, and the cotangent that came in was finite"
    )
    return error.with_traceback(led_to(place, event.names, event.variables, entry))


def _described(value: Any) -> str:
    """What is wrong with a value, and where."""
    if not hasattr(value, "shape"):
        return str(value) if isinstance(value, float | complex) else "infinite or undefined"
    namespace = home.namespace_of(value)
    if value.shape == ():
        return str(value)
    wrong = ~namespace.isfinite(value)
    count, place = int(wrong.sum()), tuple(int(i[0]) for i in namespace.nonzero(wrong))
    more = "" if count == 1 else f", and {count - 1} more of {value.size} numbers"
    return f"{value[place]} at [{', '.join(map(str, place))}]{more}"
