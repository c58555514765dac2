"""Every node of Python's grammar has a row in the table, and every row is true."""

from __future__ import annotations

import ast
import linecache
import sys
import textwrap

import gast
import numpy as np
import pytest

from adjoint import grad
from adjoint.transform.errors import UnsupportedSyntax
from adjoint.transform.lower import expressions, statements
from adjoint.transform.lower.reject import REFUSED

from .grammar import PAGE, ROWS, WITHOUT_ROW, Row, filled

HERE = [row for row in ROWS if row.since <= sys.version_info[:2]]
X = np.array([0.7, 1.3, 0.4, 1.9])


class Scaled:
    k = 2.0


def nodes() -> set[str]:
    """The classes of `ast` that the parser of this Python makes."""
    found = {kind for kind in vars(ast).values() if isinstance(kind, type)}
    found = {kind for kind in found if issubclass(kind, ast.AST)}
    abstract = {base for kind in found for base in kind.__bases__} - {ast.Constant}
    old = {"AugLoad", "AugStore", "ExtSlice", "Index", "Param", "Suite"}
    constants = {"Num", "Str", "Bytes", "NameConstant", "Ellipsis"}
    return {kind.__name__ for kind in found - abstract} - old - constants


def function_of(body: str, name: str):
    text = "def f(x):\n" + textwrap.indent(body, "    ") + "\n"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    space: dict[str, object] = {"np": np, "SCALE": 2.5, "Scaled": Scaled}
    exec(compile(text, name, "exec"), space)
    return space["f"]


def check(body: str, name: str) -> None:
    f = function_of(body, name)
    slopes = [(f(X + h) - f(X - h)) / 2e-6 for h in 1e-6 * np.eye(4)]
    value, gradient = grad(f).value_and_gradient(X.copy())
    assert value == f(X)
    np.testing.assert_allclose(gradient, slopes, rtol=1e-6, atol=1e-8)


def test_every_node_has_a_row():
    listed = [row.node for row in HERE]
    assert len(set(listed)) == len(listed)
    assert nodes() - WITHOUT_ROW == set(listed)


@pytest.mark.parametrize("row", HERE, ids=lambda row: row.node)
def test_a_row_is_true(row: Row):
    text = "def f(x):\n" + textwrap.indent(row.body, "    ")
    assert row.node in {type(node).__name__ for node in ast.walk(ast.parse(text))}
    if row.verdict != "refused":
        check(row.body, f"<grammar {row.node}>")
        return
    with pytest.raises(UnsupportedSyntax) as caught:
        grad(function_of(row.body, f"<grammar {row.node}>")).gradient(X.copy())
    assert row.message in caught.value.msg
    check(row.rewrite, f"<grammar {row.node} rewritten>")


def test_the_page_shows_the_table():
    page = PAGE.read_text(encoding="utf-8")
    assert filled(page) == page, "run `python -m tests.lower.grammar`"


# Nodes as gast has them: each has a handler, or is refused by name.

PYTHON_2 = {gast.Print, gast.Exec, gast.Repr}
WITHOUT_HANDLER = {gast.FormattedValue, gast.Name, gast.Constant}  # lowered on the spot


@pytest.mark.parametrize("base", [gast.stmt, gast.expr], ids=["statements", "expressions"])
def test_every_node_is_accepted_or_refused_by_name(base):
    kinds = [kind for kind in vars(gast).values() if isinstance(kind, type)]
    kinds = {kind for kind in kinds if issubclass(kind, base) and kind is not base} - PYTHON_2
    accepted = set(statements._handlers()) | set(expressions._handlers()) | WITHOUT_HANDLER
    refused = {kind for kind in kinds if kind.__name__ in REFUSED}
    assert kinds <= accepted | refused
    assert not (accepted & refused)
