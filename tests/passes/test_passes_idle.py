"""Values that nobody reads: which assignments go, and which have to stay."""

from __future__ import annotations

import pytest

from adjoint.transform.derive.build import expression
from adjoint.transform.ir.nodes import (
    Assign,
    Augment,
    Block,
    Const,
    Define,
    Each,
    For,
    Function,
    If,
    Return,
    Stmt,
    Store,
    Try,
    Var,
)
from adjoint.transform.ir.show import show
from adjoint.transform.passes.idle import drop_idle

NAMES = ("a", "b", "c", "n", "x")


def let(name: str, text: str, prim: str = "derived") -> Assign:
    return Assign(Var(name), expression(text, {n: Var(n) for n in NAMES}, prim))


def add(name: str, value: object) -> Augment:
    return Augment(Var(name), "+", Const(value))


def loop(*body: Stmt) -> For:
    return For(Var("c"), Each(Var("x")), body)


def left(*stmts: Stmt) -> Block:
    return drop_idle(stmts, frozenset({"n"}))


AGAIN = let("a", "2 * x")
ZERO = Assign(Var("n"), Const(0))
GIVE = Return(Var("a"))


def test_what_is_overwritten_before_it_is_read_goes() -> None:
    assert left(let("a", "-x"), AGAIN, GIVE) == (AGAIN, GIVE)
    assert left(Assign(Var("a"), Var("x")), AGAIN, GIVE) == (AGAIN, GIVE)


def test_what_only_such_values_read_goes_too() -> None:
    assert left(let("b", "x + 1"), let("c", "b * b"), AGAIN, GIVE) == (AGAIN, GIVE)


def test_counters_that_count_for_nobody_go() -> None:
    step = let("a", "a * c")
    assert show(Function("f", (), left(AGAIN, ZERO, loop(add("n", 1), step), GIVE))) == show(
        Function("f", (), (AGAIN, loop(step), GIVE))
    )


@pytest.mark.parametrize(
    "block",
    [
        pytest.param((AGAIN, loop(let("a", "a * c")), GIVE), id="read in the next round"),
        pytest.param((AGAIN, loop(let("a", "c * c")), GIVE), id="the loop may run no round"),
        pytest.param((AGAIN, If(Var("x"), (let("a", "-x"),)), GIVE), id="one branch alone"),
        pytest.param((ZERO, loop(add("n", 1)), Return(Var("n"))), id="a counter that is asked"),
        pytest.param((Assign(Var("b"), Var("x")), add("b", 1.0), Return(Var("x"))), id="an array"),
        pytest.param(
            (let("b", "x[1:]"), Store(expression("b[0]", {"b": Var("b")}, "index"), "", Const(0.0)),
             Return(Var("x"))),
            id="written into",
        ),
        pytest.param((let("b", "x.pop()", "derived.restore"), AGAIN, GIVE), id="takes from a list"),
        pytest.param((let("b", "x.pop()", "method:pop"), AGAIN, GIVE), id="a method"),
        pytest.param((let("b", "c(x)", "call"), AGAIN, GIVE), id="a call"),
        pytest.param(
            (Try(Var("c"), (let("b", "x[a]", "index"),), (AGAIN,)), GIVE), id="there to raise"
        ),
        pytest.param(
            (let("b", "-x"),
             Define(Var("f"), Function("f", (), (Return(Var("b")),), captures=("b",))),
             let("b", "2 * x"), Return(Var("f"))),
            id="read by a function later",
        ),
    ],
)  # fmt: skip
def test_what_may_be_read_or_felt_stays(block: Block) -> None:
    assert left(*block) == block


def test_functions_inside_are_looked_into() -> None:
    inner = Define(Var("f"), Function("f", (), (let("a", "-x"), AGAIN, GIVE)))
    (made, _) = left(inner, Return(Var("f")))
    assert isinstance(made, Define)
    assert made.function.body == (AGAIN, GIVE)
