"""gast trees as text that reads as if written by hand.

astunparse brackets every operation, prints `x[1:, 0]` as `x[(1:, 0)]` and knows neither comments
nor gast's parameters. This printer has no brackets but the necessary ones, breaks long lines, and
prints a `CommentLine` wherever a statement may stand.
"""

from __future__ import annotations

import io

import gast

from adjoint.transform.emit.print_statements import NEWLINE, Statements
from adjoint.transform.emit.wrap import wrap


def unparse(node: gast.AST) -> str:
    """The text of a tree: an expression, a statement or a module, without a final newline.

    >>> unparse(gast.parse("y = ((x[1:, 0]) * (a + (b * c)))"))
    'y = x[1:, 0] * (a + b * c)'
    """
    file = io.StringIO()
    Statements(node, file)
    lines = file.getvalue().strip("\n").split("\n")
    return "\n".join(wrap(line).replace(NEWLINE, "\n") for line in lines)
