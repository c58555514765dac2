"""Forms of subscripts: equal forms leave equally much of every axis, whatever its length."""

from __future__ import annotations

from itertools import product

import gast
import pytest

from adjoint.transform.analyses.extents import subscript_form
from adjoint.transform.derive.build import expression
from adjoint.transform.ir.nodes import Atom, Const, Op, Var

BOUNDS = (None, 0, 1, 2, 3, -1, -2, -3)
STEPS = (None, 1, 2, -1)


def form(text: str) -> tuple[object, ...] | None:
    """The form of a subscript of `x`; `i` is an integer, `v` anything."""
    op = expression(text, {"x": Var("x"), "i": Var("i"), "v": Var("v")}, "index")

    def key(atom: Atom) -> object:
        return atom

    return subscript_form(op, key, lambda atom: atom == Var("i"))


def shown(*bounds: int | None) -> str:
    return ":".join("" if bound is None else str(bound) for bound in bounds)


def test_equal_forms_leave_equally_much_of_every_axis() -> None:
    lengths: dict[object, dict[int, int]] = {}
    for bounds in product(BOUNDS, BOUNDS, STEPS):
        found = form(f"x[{shown(*bounds)}]")
        assert found is not None
        for n in range(8):
            left = len(range(n)[slice(*bounds)])
            assert lengths.setdefault(found, {}).setdefault(n, left) == left, (bounds, n)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x[2:]", "x[:-2]"),
        ("x[2:]", "x[1:-1]"),
        ("x[:3]", "x[-3:]"),
        ("x[1:3]", "x[-3:-1]"),
        ("x[:]", "x[::-1]"),
        ("x[...]", "x[:]"),
        ("x[1:, :]", "x[1:]"),
        ("x[1:, ...]", "x[1:]"),
        ("x[0]", "x[-1]"),
        ("x[i]", "x[0]"),
        ("x[v:]", "x[v:]"),
        ("x[None, :]", "x[None]"),
        ("x[3:1]", "x[2:2]"),
    ],
)
def test_the_same_part(one: str, other: str) -> None:
    assert form(one) == form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x[2:]", "x[:2]"),
        ("x[1:]", "x[:, 1:]"),
        ("x[1:]", "x[None, 1:]"),
        ("x[..., 1:]", "x[1:]"),
        ("x[..., 1:]", "x[..., 1:, :]"),
        ("x[v]", "x[i]"),
        ("x[v:]", "x[i:]"),
        ("x[::2]", "x[:]"),
        ("x[-3:2]", "x[:2]"),
    ],
)
def test_another_part(one: str, other: str) -> None:
    assert form(one) != form(other)


def test_a_truth_value_is_no_integer() -> None:
    assert form("x[True]") is None


def test_a_bound_without_a_key_has_no_form() -> None:
    op: Op = expression("x[v:]", {"x": Var("x"), "v": Var("v")}, "index")
    assert isinstance(op.template, gast.Subscript)
    without = subscript_form(op, lambda a: a if isinstance(a, Const) else None, lambda _: False)
    assert without is None
