"""How many functions differentiate: a row for each."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import FunctionType

from adjoint.runtime.errors import AdjointError
from adjoint.transform.differentiable import Differentiable
from adjoint.transform.errors import SourceNotFound
from adjoint.transform.explain.marks import DIFFERENTIATES, LATE, REFUSED
from adjoint.transform.explain.refusals import Refusal
from adjoint.transform.explain.report import explained
from adjoint.transform.explain.text import wrapped
from adjoint.transform.unwrap import unwrap

NOTHING, NO_SOURCE, FAILED = "nothing to differentiate", "no source", "error"
UNDECIDED = "decided when it runs"
_INDENT = 24
STATUSES = (DIFFERENTIATES, UNDECIDED, NOTHING, REFUSED, NO_SOURCE, FAILED)


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of a function.

    status: one of `STATUSES`. file, line: where it begins. refusals: the first, if there is one.
    """

    name: str
    status: str
    file: str
    line: int
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Unfit:
    """A function in something that is none: the function, and why that is refused."""

    function: FunctionType
    why: str


def covered(functions: Iterable[tuple[str, Differentiable | Unfit]]) -> tuple[Row, ...]:
    """A row for each function, differentiated with respect to all that it can be."""
    return tuple(_row(name, function) for name, function in functions)


def _row(name: str, function: Differentiable | Unfit) -> Row:
    if isinstance(function, Unfit):
        code = function.function.__code__
        file, line = code.co_filename, code.co_firstlineno
        return Row(name, REFUSED, file, line, (Refusal(REFUSED, function.why, file, line, 0, 0),))
    code = unwrap(function)[0].__code__
    file, line = code.co_filename, code.co_firstlineno
    try:
        report = explained(function, "vjp", first=True)
    except AdjointError:
        raise
    except Exception as error:  # a defect of ours: shown as one, beside the other functions
        last = traceback.extract_tb(error.__traceback__)[-1]
        why = f"{type(error).__name__}: {error} ({last.name}); this is a defect of adjoint"
        return Row(name, FAILED, file, line, (Refusal(FAILED, why, file, line, 0, 0),))
    refusals = report.refusals
    if any(r.kind == SourceNotFound.__name__ and r.file == file and not r.line for r in refusals):
        return Row(name, NO_SOURCE, file, line, refusals)
    if refusals:
        return Row(name, REFUSED, file, line, refusals)
    rows = [row for part in report.parts for row in part.lines]
    if not any(row.mark == DIFFERENTIATES for row in rows):
        return Row(name, NOTHING, file, line)
    late = any(LATE in one for row in rows for one in row.through)
    return Row(name, UNDECIDED if late else DIFFERENTIATES, file, line)


def as_table(rows: Sequence[Row]) -> str:
    """The rows as text, with totals."""
    wide = max((len(row.name) for row in rows), default=0)
    lines = []
    for row in rows:
        lines.append(f"{row.name:{wide}}  {row.status}")
        for one in row.refusals:
            lines.append(wrapped(f"{_place(one)}{one.message}", min(wide + 4, _INDENT)).rstrip())
    counts = [(status, sum(row.status == status for row in rows)) for status in STATUSES]
    total = ", ".join(f"{count} {status}" for status, count in counts if count)
    lines.append(f"{'' if not rows else chr(10)}{len(rows)} functions: {total or 'none'}")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _place(refusal: Refusal) -> str:
    name = refusal.file.replace("\\", "/").rpartition("/")[2]
    return f"{name}:{refusal.line}: " if refusal.line else ""
