"""What is said of a function and of those that it calls: marks and refusals, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from adjoint.runtime import home
from adjoint.transform.differentiable import Differentiable
from adjoint.transform.errors import SourceNotFound
from adjoint.transform.explain.marks import REFUSED, Mark, marks_of
from adjoint.transform.explain.refusals import Found, Refusal, all_refusals
from adjoint.transform.parameters import Wrt
from adjoint.transform.source import Reader, read_source
from adjoint.transform.world import World


@dataclass(frozen=True, slots=True)
class Line:
    """A line of source: what it does, what its derivatives pass through, why it is refused."""

    number: int
    text: str
    mark: str
    through: tuple[str, ...]
    refused: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One function of those that were met."""

    name: str
    file: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All that is said. stopped: why not everything was looked at; empty if it was."""

    parts: tuple[Part, ...]
    refusals: tuple[Refusal, ...]
    stopped: str

    def as_data(self) -> dict[str, Any]:
        """The report as what JSON can hold."""
        return asdict(self)


def explained(
    function: Differentiable, mode: str = "gradient", wrt: Wrt = None,
    args: tuple[Any, ...] = (), first: bool = False,
) -> Report:  # fmt: skip
    """Explain a function without running it.

    Args:
        function: the function.
        mode: see `Differentiable.emit`.
        wrt: what to differentiate with respect to; what the function says itself if not given.
        args: arguments of a call, for whose kinds it is explained; else for numbers or arrays.
        first: whether to stop at the first refusal.
    """
    worlds: list[World] = []
    device = home.namespace_of(args) is not np

    def attempt(read: Reader) -> None:
        worlds.append(World(assume_arrays=not args, device=device))
        worlds[-1].callees.read = read
        function.emit_in(worlds[-1], mode, wrt, args)

    found = all_refusals(attempt, first)
    marks = marks_of(worlds[-1])
    refusals = (*found.refusals, *_sourceless(found, marks))
    parts = tuple(_parts(worlds[-1], marks, refusals))
    return Report(parts, refusals, found.stopped)


def _sourceless(found: Found, marks: Mapping[tuple[str, int], Mark]) -> Iterator[Refusal]:
    """The calls of functions without source, and such functions that nobody is seen to call."""
    for fn, why in found.sourceless:
        places = [place for place, mark in marks.items() if any(c is fn for c in mark.calls)]
        for file, line in places or [(fn.__code__.co_filename, 0)]:
            yield Refusal(SourceNotFound.__name__, why, file, line, 0, 0)


def _parts(
    world: World, marks: Mapping[tuple[str, int], Mark], refusals: Sequence[Refusal]
) -> Iterator[Part]:
    shown: set[tuple[str, int]] = set()
    for callee in list(world.callees.known.values()):
        try:
            source = read_source(callee.origin)
        except SourceNotFound:
            continue
        lines = range(source.tree.lineno, source.tree.end_lineno + 1)
        places = [(source.file, number) for number in lines]
        said = {(r.file, r.line) for r in refusals} | marks.keys()
        if shown.issuperset(places) or said.isdisjoint(places):
            continue
        shown.update(places)
        yield Part(
            callee.origin.__qualname__, source.file,
            tuple(_line(source.lines, place, marks, refusals) for place in places),
        )  # fmt: skip


def _line(
    lines: Sequence[str], place: tuple[str, int], marks: Mapping[tuple[str, int], Mark],
    refusals: Sequence[Refusal],
) -> Line:  # fmt: skip
    mark = marks.get(place, Mark(""))
    refused = tuple(r for r in refusals if (r.file, r.line) == place)
    return Line(
        place[1], lines[place[1] - 1].rstrip("\n"), REFUSED if refused else mark.word,
        () if refused else mark.through, refused,
    )  # fmt: skip
