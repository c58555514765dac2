"""Simplification of derived expressions: what becomes of what, and that nothing else changes."""

from __future__ import annotations

import random

import gast
import numpy as np
import pytest

from adjoint.runtime.helpers import HELPERS
from adjoint.transform.derive.build import expression
from adjoint.transform.emit.templates import op_tree
from adjoint.transform.emit.unparse import unparse
from adjoint.transform.ir.nodes import Var
from adjoint.transform.passes.simplify import accumulated, simplify


def tree(text: str) -> gast.AST:
    return gast.parse(text, mode="eval").body


def simple(text: str) -> str:
    return unparse(simplify(tree(text))).strip()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # like terms
        ("d * (0.5 * x) + 0.5 * d * x", "d * x"),
        ("d * (0.01 * g) + 0.01 * (d * g)", "0.02 * d * g"),
        ("a + d * x + x * d", "a + 2 * d * x"),
        ("a - d * x - x * d", "a - 2 * d * x"),
        ("d * x + a + d * x", "2 * d * x + a"),
        ("-d * x - d * x", "-2 * d * x"),
        ("d * (x * x) + 2 * d * x * x", "3 * d * x * x"),
        ("d / y * x + d * x / y", "2 * d * x / y"),
        ("d * x - 3 * d * x", "d * x - 3 * d * x"),  # infinite: the difference is none
        ("0.1 * d * x + 0.2 * d * x", "0.1 * d * x + 0.2 * d * x"),  # not exact
        ("d * x / y + d * x / z", "d * x / y + d * x / z"),
        ("d * f(x) + d * f(x)", "d * f(x) + d * f(x)"),  # f may change something
        ("d * np.sin(x) + np.sin(x) * d", "2 * d * np.sin(x)"),
        ("d @ x * c + c * (x @ d)", "d @ x * c + c * (x @ d)"),
        # signs
        ("-(-a * b)", "a * b"),
        ("-(a * b)", "-a * b"),
        ("-(-d * p / q)", "d * p / q"),
        ("-a * -b", "a * b"),
        ("-a / -b", "a / b"),
        ("a + -b", "a - b"),
        ("a + -b * c", "a - b * c"),
        ("a + b * -c", "a - b * c"),
        ("a - -b / c", "a + b / c"),
        ("-a + b", "b - a"),
        ("a - unbroadcast(-g, x)", "a + unbroadcast(g, x)"),
        ("unbroadcast(-g, x)", "-unbroadcast(g, x)"),
        # ones
        ("a * (1 * b)", "a * b"),
        ("a * (b / 1)", "a * b"),
        ("2 * g * x ** 1", "2 * g * x"),
        ("1 * (a + b)", "a + b"),
        # constants
        ("2 * (3 * a)", "6 * a"),
        ("2 * (0.1 * a)", "0.2 * a"),
        ("(2 * a) * 3", "6 * a"),
        ("a * 0.5", "0.5 * a"),
        ("2 * (a * b)", "2 * a * b"),
        ("a * b * 0.5", "0.5 * a * b"),
        ("2 * (a / b)", "2 * a / b"),
        ("2 * -a", "-2 * a"),
        ("-(2 * a)", "-2 * a"),
        ("-2.0 * -a", "2.0 * a"),
        # helpers
        ("unbroadcast(unbroadcast(g, x), x)", "unbroadcast(g, x)"),
        ("expand(zeros_like(x), x)", "zeros_like(x)"),
        ("own(own(x))", "own(x)"),
        ("own(a * b)", "a * b"),
    ],
)
def test_becomes(before: str, after: str) -> None:
    assert simple(before) == after


@pytest.mark.parametrize(
    "text",
    [
        "0 * x",  # keeps shape and NaN
        "x + 0.0",  # makes a new array, and turns -0.0 into 0.0
        "0.1 * (0.2 * a)",  # rounds otherwise
        "0.3 * (a * b)",
        "a * b * 0.3",
        "a * -b",  # one sign, on what may be a number
        "a - (b - c)",
        "1 * d",  # a new array
        "-f() + g()",  # the order of what may have effects
        "unbroadcast(unbroadcast(g, x), y)",
        "own(x)",
        "own([a] + [b][0])",
        "a @ (1 * b)",
        "a // 1",
    ],
)
def test_stays(text: str) -> None:
    kept = {"own([a] + [b][0])": "[a] + [b][0]"}.get(text, text)  # `+` makes a new list, too
    assert simple(text) == kept


def test_a_copy_stays_a_copy() -> None:
    assert simple("-(-d)") == "+d"
    assert simple("-unbroadcast(-d, x)") == "+unbroadcast(d, x)"


@pytest.mark.parametrize(
    ("operator", "value", "after"),
    [
        ("+", "-d", ("-", "d")),
        ("-", "-d * 2", ("+", "d * 2")),
        ("+", "unbroadcast(-d, x)", ("-", "unbroadcast(d, x)")),
        ("*", "-d", ("*", "-d")),
        ("+", "d", ("+", "d")),
        ("+", "-1", ("+", "-1")),
    ],
)
def test_signs_melt_into_accumulation(operator: str, value: str, after: tuple[str, str]) -> None:
    found, changed = accumulated(operator, tree(value))
    assert (found, unparse(changed).strip()) == after


def test_only_what_was_derived_is_simplified() -> None:
    trees = {"$0": tree("1 * x"), "$1": tree("-(-y)")}
    atoms = {"a": Var("%1"), "b": Var("%2")}
    assert unparse(op_tree(expression("a * b", atoms, "np.multiply"), trees)).strip() == (
        "1 * x * --y"
    )
    assert unparse(op_tree(expression("a * b", atoms), trees)).strip() == "x * y"


LEAVES = ("a", "b", "c", "s", "2", "0.5", "3", "1", "1.0")


def grown(rng: random.Random, depth: int) -> str:
    """A random expression; the exact ones among the constants only."""
    if depth == 0:
        return rng.choice(LEAVES)
    inner = [grown(rng, depth - 1) for _ in range(2)]
    shapes = ("-({})", "({}) + ({})", "({}) - ({})", "({}) * ({})", "({}) / ({})",
              "unbroadcast({}, s)", "own({})", "({}) ** 1", "+({})")  # fmt: skip
    return rng.choice(shapes).format(*inner)


@pytest.mark.parametrize("seed", range(300))
def test_no_number_changes_beyond_the_folding_of_integers(seed: int) -> None:
    rng, numbers = random.Random(seed), np.random.default_rng(seed)
    text = grown(rng, 4)
    space = {
        **HELPERS, "s": numbers.normal(),
        "a": numbers.normal(size=3), "b": numbers.normal(size=(2, 3)), "c": numbers.normal(),
    }  # fmt: skip
    new = simple(text)
    with np.errstate(all="ignore"):
        try:
            want = eval(text, space)
        except ZeroDivisionError:
            return  # `1 / (1 - 1)`
        got = eval(new, space)
    assert np.shape(got) == np.shape(want), new
    np.testing.assert_allclose(got, want, rtol=1e-15 * 32, err_msg=f"{text} -> {new}")
    if not any(digit in text for digit in "3"):
        np.testing.assert_array_equal(got, want, err_msg=f"{text} -> {new}")


@pytest.mark.parametrize("seed", range(300, 400))
def test_nothing_new_is_shared(seed: int) -> None:
    rng = random.Random(seed)
    text = grown(rng, 3)
    held = {"a": np.ones(3), "b": np.ones((2, 3)), "c": np.ones(1), "s": np.ones((2, 3))}

    def shares(code: str) -> bool:
        value = eval(code, {**HELPERS, **held})
        return any(np.shares_memory(value, array) for array in held.values())

    assert shares(text) or not shares(simple(text)), f"{text} -> {simple(text)}"
