"""Printed expressions parse back to the same tree, with no bracket that is not needed."""

from __future__ import annotations

import ast
import random

import gast
import pytest

from adjoint.transform.emit.print_statements import CommentLine
from adjoint.transform.emit.unparse import unparse

BINARY = "+ - * / // % ** @ << >> & | ^".split()
COMPARE = ["<", "<=", "==", "!=", "is", "is not", "in", "not in"]


def expression(rng: random.Random, depth: int) -> str:
    """A random expression, every operand of it in brackets."""
    if depth == 0:
        return rng.choice(["a", "b", "1", "2.5", "'s'", "None", "x.y", "1j"])

    def inner() -> str:
        return f"({expression(rng, rng.randrange(depth))})"

    kinds = [
        lambda: f"{inner()} {rng.choice(BINARY)} {inner()}",
        lambda: f"{inner()} {rng.choice(BINARY)} {inner()}",
        lambda: f"{rng.choice(['-', '+', '~', 'not '])}{inner()}",
        lambda: f"{inner()} {rng.choice(COMPARE)} {inner()} {rng.choice(COMPARE)} {inner()}",
        lambda: f"{inner()} {rng.choice(['and', 'or'])} {inner()}",
        lambda: f"{inner()} if {inner()} else {inner()}",
        lambda: f"lambda u, /, v={inner()}, *w, k={inner()}, **z: {inner()}",
        lambda: f"{inner()}.real",
        lambda: f"{inner()}[{inner()}:{inner()}, ..., {inner()}]",
        lambda: f"{inner()}[{inner()}]",
        lambda: f"{inner()}({inner()}, *{inner()}, k={inner()}, **{inner()})",
        lambda: f"[{inner()}, *{inner()}]",
        lambda: f"({inner()},)",
        lambda: f"{{{inner()}: {inner()}, **{inner()}}}",
        lambda: f"[{inner()} for i, j in {inner()} if {inner()}]",
        lambda: f"sum({inner()} for i in {inner()})",
        lambda: f"(name := {inner()})",
        lambda: "f'{a[0] + b!r:>{b}} {{ {c} \\n'",
    ]
    return rng.choice(kinds)()


@pytest.mark.parametrize("seed", range(4))
def test_random_expressions_round_trip_with_fewest_brackets(seed):
    rng = random.Random(seed)
    for _ in range(250):
        text = f"y = {expression(rng, 4)}"
        printed = unparse(gast.parse(text))
        assert ast.dump(ast.parse(printed)) == ast.dump(ast.parse(text)), printed
        oracle = ast.unparse(ast.parse(text))
        brackets = oracle.count("(") + oracle.count("1 .real")  # `(1).real` here
        if "\n" not in printed:
            assert printed.count("(") <= brackets, (printed, oracle)


@pytest.mark.parametrize(
    "text",
    [
        "a, b = b, a",
        "x[1:, 0] = y[..., None, ::2]",
        "return a, b",
        "return ()",
        "y = x[()]",
        "y = (-x) ** 2 - -x ** -2",
        "y = (a ** b) ** c ** d",
        "y = a - (b - c) - d",
        "y = (1).real + (1.5 + 2j).imag",
        "f(*a, b=1, **c)",
        "for i, (a, b) in enumerate(zip(x, y)):\n    pass",
        "x[i] += (y, z)",
        "del a, b",
        'assert x > 0, "negative"',
        "raise ValueError(x) from None",
        "with a as b, c:\n    pass",
        "y = x if a else z if b else w",
        "y = not a or b and not (c or d)",
        "import a.b as c, d",
        "from ..a import b as c",
    ],
)
def test_text_in_the_usual_form_is_reproduced(text):
    assert unparse(gast.parse(text)) == text


def test_functions_docstrings_and_comments():
    tree = gast.parse(
        'def f(x, /, y: int = 1, *, z=2) -> float:\n    """Say "so".\n\n    Twice.\n    """'
    )
    tree.body[0].body += [
        CommentLine(),
        CommentLine("return x", "a.py:3"),
        *gast.parse("return x").body,
        CommentLine("a line that goes beyond the column where places stand", "a.py:4"),
    ]
    assert unparse(tree).split("\n") == [
        "def f(x, /, y: int = 1, *, z=2) -> float:",
        '    """Say "so".',
        "",
        "    Twice.",
        '    """',
        "",
        "    # return x                                      a.py:3",
        "    return x",
        "    # a line that goes beyond the column where places stand  a.py:4",
    ]


@pytest.mark.parametrize("value", [float("nan"), complex(0, -1), object(), b"".join])
def test_what_has_no_literal_is_refused(value):
    with pytest.raises(ValueError, match="no literal"):
        unparse(gast.Constant(value, None))


def test_negative_literals_are_bracketed_where_they_must_be():
    power = gast.BinOp(gast.Constant(-2, None), gast.Pow(), gast.Constant(-2.0, None))
    assert unparse(power) == "(-2) ** -2.0"
    assert unparse(gast.Constant(float("-inf"), None)) == "-1e309"
