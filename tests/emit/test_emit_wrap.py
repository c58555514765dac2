"""Long statements are broken inside brackets, as a formatter would, and stay what they were."""

from __future__ import annotations

import ast
import random

import gast
import pytest

from adjoint.transform.emit.unparse import unparse
from adjoint.transform.emit.wrap import wrap

from .test_emit_unparse import expression


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("x = f(alpha, beta)", ["x = f(alpha, beta)"]),
        ("value = f(alpha, beta)", ["value = f(", "    alpha, beta", ")"]),
        (
            "value = f(alphabet, betamax, c)",
            ["value = f(", "    alphabet,", "    betamax,", "    c,", ")"],
        ),
        ("total = alpha + beta(gamma)", ["total = (", "    alpha", "    + beta(gamma)", ")"]),
        ("if alpha and not beta.size:", ["if (", "    alpha", "    and not beta.size", "):"]),
        ("return alpha, beta, gamma", ["return (", "    alpha,", "    beta,", "    gamma,", ")"]),
        ("x = [a for a, b in something]", ["x = [", "    a", "    for a, b in something", "]"]),
        ("# a comment is never broken, however long", None),
        ('x = "a string is never broken, however long"', None),
        ("def name(alpha, beta=1):", ["def name(", "    alpha, beta=1", "):"]),
    ],
)
def test_breaks(line, lines):
    width = 21
    assert wrap(line, width).split("\n") == (lines or [line])


@pytest.mark.parametrize("seed", range(3))
def test_breaking_changes_no_statement(seed):
    rng = random.Random(seed)
    for _ in range(100):
        line = unparse(gast.parse(f"y[{expression(rng, 2)}] = {expression(rng, 5)}"))
        one = " ".join(part.strip() for part in line.split("\n"))
        broken = wrap(one, 30)
        assert ast.dump(ast.parse(broken)) == ast.dump(ast.parse(one)), broken
