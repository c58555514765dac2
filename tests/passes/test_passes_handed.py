"""Values that are handed to the user's names: which are made under them, and which are not."""

from __future__ import annotations

import pytest

from adjoint.transform.derive.build import expression
from adjoint.transform.ir.nodes import (
    Assign,
    Block,
    Define,
    Each,
    Effect,
    For,
    Function,
    Return,
    Stmt,
    Unpack,
    Var,
)
from adjoint.transform.ir.show import show
from adjoint.transform.passes.handed import take_names

NAMES = {"x": "x", "a": "a", "b": "b", "a_1": "a_1", "s": "%1", "t": "%2"}


def op(text: str, prim: str = "derived"):
    return expression(text, {n: Var(v) for n, v in NAMES.items()}, prim)


def let(name: str, text: str) -> Assign:
    return Assign(Var(NAMES.get(name, name)), op(text))


def both(text: str, *targets: str) -> Block:
    whole = Var("%9")
    return Assign(whole, op(text, "tuple")), Unpack(tuple(map(Var, targets)), whole)


def taken(*stmts: Stmt) -> str:
    return show(Function("f", (), take_names(stmts, frozenset({"x"}))))


def shown(*stmts: Stmt) -> str:
    return show(Function("f", (), stmts))


MADE = (let("s", "-x"), let("t", "2 * x"))
READ = let("y", "s * t + a")


def test_both_parts_are_made_under_their_names() -> None:
    assert taken(*MADE, *both("(s, t)", "a", "b"), READ) == shown(
        let("a", "-x"), let("b", "2 * x"), let("y", "a * b + a")
    )


def test_one_part_is_made_under_its_name() -> None:
    assert taken(*MADE, *both("(s, x)", "a", "b"), READ) == shown(
        let("a", "-x"), MADE[1], Assign(Var("b"), Var("x")), let("y", "a * t + a")
    )


def test_a_value_of_a_function_that_was_opened() -> None:
    loop = (let("a_1", "a + x"), let("t", "b + x"), *both("(a_1, t)", "a", "b"))
    made = (let("a", "a + x"), let("t", "b + x"), Assign(Var("b"), Var("%2")))
    start = (let("a", "-x"), let("b", "-x"))
    assert taken(*start, For(Var("i"), Each(Var("x")), loop), Return(Var("a"))) == shown(
        *start, For(Var("i"), Each(Var("x")), made), Return(Var("a"))
    )


@pytest.mark.parametrize(
    "stmts",
    [
        pytest.param((*MADE, let("y", "a + 1"), Assign(Var("a"), Var("%1")), READ),
                     id="the name is read in between"),
        pytest.param((let("a", "x + 1"), *MADE, *both("(s, a)", "a", "b"), READ),
                     id="the name is read beside it"),
        pytest.param((*MADE, Assign(Var("a"), Var("%1")), READ, let("a", "x + 1"), READ),
                     id="the name is bound again"),
        pytest.param((*MADE, Assign(Var("x"), Var("%1")), READ), id="a parameter"),
        pytest.param((*MADE, For(Var("i"), Each(Var("x")), (Assign(Var("a"), Var("%1")), READ))),
                     id="made in another block"),
        pytest.param((MADE[0], Effect(op("s.append(x)", "method:append")),
                      Assign(Var("a"), Var("%1")), READ), id="a list that is filled"),
        pytest.param((MADE[0], *both("(s, s)", "a", "b"), READ), id="handed twice"),
        pytest.param(
            (MADE[0], Assign(Var("a"), Var("%1")),
             Define(Var("f"), Function("f", (), (Return(Var("%1")),), captures=("%1",))),
             Return(Var("f"))),
            id="a function reads it",
        ),
        pytest.param((let("a_1", "-x"), Assign(Var("a"), Var("a_1")), let("y", "a_1 + a")),
                     id="the user's own name, read again"),
    ],
)  # fmt: skip
def test_what_stays(stmts: Block) -> None:
    assert taken(*stmts) == shown(*stmts)
