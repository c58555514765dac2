"""Whether what a handler of the user's caught was raised by the function, or by its derivative.

Forward mode writes each tangent after its statement, inside the same `try`. What a tangent raises
where the function goes on (the slope of `math.sqrt` at 0) is no affair of the function's handlers.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from types import TracebackType

from adjoint.runtime.places import is_emitted, place_at, statement_at
from adjoint.runtime.tracebacks import is_hidden

_TANGENT = re.compile(r"\w_dot(_\d+)?$")


def is_of_tangent(error: BaseException) -> bool:
    """Whether an error was raised while emitted code computed a tangent.

    Args:
        error: what was caught; its traceback begins in the emitted function that asks.
    """
    entry, innermost = error.__traceback__, None
    while entry is not None:
        filename = entry.tb_frame.f_code.co_filename
        if is_emitted(filename):
            innermost = entry
        elif not is_hidden(filename):
            break  # whatever a function of the user's raises is the user's
        entry = entry.tb_next
    return innermost is not None and _is_tangent(innermost)


def _is_tangent(entry: TracebackType) -> bool:
    """Whether an entry of a traceback stands in a tangent.

    A statement of the user's may hold one: an argument of a call of a derivative, or what is given
    back beside the value. Which part an entry stands in, its column says.
    """
    filename = entry.tb_frame.f_code.co_filename
    place = place_at(filename, entry.tb_lineno)
    if place is not None and place.tangent:
        return True
    positions = list(entry.tb_frame.f_code.co_positions())
    line, end_line, column, end_column = positions[entry.tb_lasti // 2]
    if line is None or end_line is None or column is None or end_column is None:
        return False
    begin, end = (line, column), (end_line, end_column)
    for part in _parts(statement_at(filename, entry.tb_lineno)):
        if (part.lineno, part.col_offset) <= begin and end <= _end(part):
            names = (node.id for node in ast.walk(part) if isinstance(node, ast.Name))
            return any(_TANGENT.search(name) for name in names)
    return False


def _parts(stmt: ast.stmt) -> Iterator[ast.expr]:
    """What a statement gives back and what it hands to calls, the outermost first."""
    for node in ast.walk(stmt):
        if isinstance(node, ast.Call):
            yield from node.args
            yield from (keyword.value for keyword in node.keywords)
        elif isinstance(node, ast.Tuple):
            yield from node.elts


def _end(node: ast.expr) -> tuple[int, int]:
    return node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
