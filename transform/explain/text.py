"""A report as text: the source with a mark in the margin of each line."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

from adjoint.transform.explain.marks import DIFFERENTIATES, INACTIVE, KEPT, LATE, REFUSED
from adjoint.transform.explain.refusals import Refusal
from adjoint.transform.explain.report import Part, Report

SIGNS = {DIFFERENTIATES: "d", KEPT: "k", INACTIVE: ".", REFUSED: "!", "": " "}
LEGEND = """\
d  differentiates, through what stands at the right
k  kept: runs as it stands; no derivative passes to the result
.  inactive: does not depend on what is differentiated
!  refused
"""
_LATE = "What is found when it runs may be refused then.\n"
_WIDEST = 60
WIDTH = 80
"""How long the lines are that are not source."""


def as_text(report: Report, coloured: Callable[[str], str] = str) -> str:
    """A report as text.

    Args:
        report: what is said.
        coloured: what makes Python text coloured, line by line.
    """
    lines = [line for part in report.parts for line in _part(part, coloured)]
    lines += [
        f"{_shown(r.file)}: {r.message}\n" for r in report.refusals if not _is_shown(r, report)
    ]
    if report.stopped:
        lines.append(f"What else is here could not be looked at ({report.stopped}).\n")
    late = any(LATE in one for p in report.parts for line in p.lines for one in line.through)
    return "".join((*lines, LEGEND, *([_LATE] if late else []), "\n", _summary(report)))


def _part(part: Part, coloured: Callable[[str], str]) -> Iterator[str]:
    yield f"{part.name}  {_shown(part.file)}:{part.lines[0].number}\n"
    digits = len(str(part.lines[-1].number))
    column = min(_WIDEST, max(len(line.text) for line in part.lines)) + 2
    texts = coloured("\n".join(line.text for line in part.lines)).splitlines()
    before: tuple[str, ...] = ()
    for line, text in zip(part.lines, texts, strict=True):
        margin = f"{line.number:{digits}} {SIGNS[line.mark]}  "
        through = line.through if line.through != before else ()
        note = f"{' ' * max(2, column - len(line.text))}{', '.join(through)}" if through else ""
        yield f"{margin}{text}{note}".rstrip() + "\n"
        yield from (_refusal(one, len(margin)) for one in line.refused)
        before = line.through
    yield "\n"


def _refusal(refusal: Refusal, indent: int) -> str:
    """The carets and what is refused: beside them where there is room, else below."""
    if not refusal.column:
        return wrapped(refusal.message, indent)
    carets = "^" * max(1, refusal.end_column - refusal.column)
    marked = f"{' ' * (indent + refusal.column - 1)}{carets}"
    if len(marked) + 1 + len(refusal.message) <= WIDTH:
        return f"{marked} {refusal.message}\n"
    return f"{marked}\n{wrapped(refusal.message, indent)}"


def wrapped(text: str, indent: int) -> str:
    """A text on lines that are not too long, indented."""
    margin = " " * indent
    lines = textwrap.wrap(
        text, WIDTH, initial_indent=margin, subsequent_indent=margin, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip
    return "".join(f"{line}\n" for line in lines)


def _shown(file: str) -> str:
    """A file as it is called from here."""
    path, here = Path(file), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else file


def _is_shown(refusal: Refusal, report: Report) -> bool:
    return any(refusal in line.refused for part in report.parts for line in part.lines)


def _summary(report: Report) -> str:
    words = [line.mark for part in report.parts for line in part.lines]
    counts = [f"{words.count(word)} {word}" for word in SIGNS if word in words and word]
    return f"lines: {', '.join(counts) or 'none looked at'}\n"
