"""Source as notebooks, prompts and tools leave it: found, or said why not and what to do."""

from __future__ import annotations

import ast
import linecache
import sys
from typing import Any

import numpy as np
import pytest

from adjoint import SourceNotFound, gradient

CELL = """
import numpy as np

def loss(x):
    return np.sum(np.sin(x) * x)
"""


def cell(text: str, name: str) -> dict[str, Any]:
    """Run a cell as IPython does: a statement at a time."""
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    space: dict[str, Any] = {}
    for stmt in ast.parse(text).body:
        exec(compile(ast.Module([stmt], []), name, "exec"), space)
    return space


def test_a_cell_that_imports_what_it_calls() -> None:
    x = np.array([0.3, 1.2])
    found = gradient(cell(CELL, "<ipython-input-1>")["loss"])(x)
    np.testing.assert_allclose(found, np.cos(x) * x + np.sin(x))


def test_a_cell_is_compared_with_what_runs() -> None:
    space = cell(CELL, "<ipython-input-2>")
    changed = CELL.replace("np.sin(x) * x", "np.sin(x) / x")
    linecache.cache["<ipython-input-2>"] = (0, None, changed.splitlines(keepends=True), "")
    with pytest.raises(SourceNotFound, match="it says something else by now"):
        gradient(space["loss"])


INSIDE = """
def f(x, table):
    try:
        y = table["scale"]
        y = y * x
    except KeyError:
        y = x
    return y
"""
OUTSIDE = """
def f(x, table):
    try:
        y = table["scale"]
    except KeyError:
        y = x
    else:
        y = y * x
    return y
"""


def test_what_a_try_covers_is_compared() -> None:
    first = cell(INSIDE, "<covered>")["f"]
    assert gradient(first)(2.0, {"scale": 3.0}) == 3.0
    second = cell(INSIDE, "<covered>")["f"]
    linecache.cache["<covered>"] = (0, None, OUTSIDE.splitlines(keepends=True), "")
    with pytest.raises(SourceNotFound, match="not what runs"):
        gradient(second)(2.0, {"scale": 3.0})


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ("<timed exec>", "a cell with `%%time` keeps no text; define the function in a cell with"),
        ("gone.py", "the file is not there, only what was compiled from it; put it where"),
        ("<made>", "the text that was compiled, by exec() or eval() for instance, is not kept; "),
        (
            "<stdin>",
            "what Python reads from standard input is not kept; define the function in a file"
            if sys.version_info >= (3, 13)
            else "Python keeps what is typed at its prompt since 3.13; define the function in a f",
        ),
        (
            "<string>",
            "text given to exec() or eval() is not kept (that given to `python -c` is, sin",
        ),
    ],
)
def test_why_there_is_no_text(file: str, why: str) -> None:
    space: dict[str, Any] = {}
    exec(compile("def f(x):\n    return x * x", file, "exec"), space)
    with pytest.raises(SourceNotFound) as caught:
        gradient(space["f"])
    assert f"the source of 'f' cannot be read ({file}): {why}" in str(caught.value)
