"""Names of the user's that come again: where they are free, and where they are not."""

from __future__ import annotations

import numpy as np
import pytest

from adjoint import grad
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
    Keep,
    Param,
    Return,
    Stmt,
    Try,
    Var,
)
from adjoint.transform.ir.show import show
from adjoint.transform.passes.reuse import reuse_names

NAMES = ("x", "x_1", "y", "d")
PRIMAL = frozenset({"x", "y"})


def let(name: str, text: str) -> Assign:
    return Assign(Var(name), expression(text, {n: Var(n) for n in NAMES}))


def loop(*body: Stmt, target: str = "x_1") -> For:
    return For(Var(target), Each(Var("y")), body)


def function(*stmts: Stmt) -> Function:
    return Function("f", (Param("y"),), stmts)


def is_reused(*stmts: Stmt) -> bool:
    fn = function(*stmts)
    new = reuse_names(fn, PRIMAL)
    if new is fn:
        return False
    assert "x_1" not in show(new)
    return True


START: Block = (let("x", "y + 1"), let("d", "2 * x"))
USE = let("d", "d * x_1")
END = Return(Var("d"))


def test_a_name_that_is_no_longer_read_is_free() -> None:
    assert is_reused(*START, loop(USE), END)


@pytest.mark.parametrize(
    "stmts",
    [
        pytest.param((*START, loop(USE), let("d", "d + x"), END), id="read after the loop"),
        pytest.param((*START, loop(USE, let("d", "d + x")), END), id="read in the loop"),
        pytest.param((*START, loop(let("x", "d"), USE), END), id="bound in the loop"),
        pytest.param(
            (*START, If(Var("y"), (let("x_1", "d"), let("d", "x - x_1"))), END), id="read beside it"
        ),
        pytest.param(
            (*START, Define(Var("g"), Function("g", (), (Return(Var("x")),), captures=("x",))),
             loop(USE), Return(Var("g"))),
            id="read by a function",
        ),
        pytest.param(
            (*START, Try(Var("y"), (let("x_1", "d"), let("d", "x_1")), (let("d", "x"),)), END),
            id="read where an error is caught",
        ),
        pytest.param((*START, loop(Augment(Var("x_1"), "+", Const(1.0)), USE), END), id="added to"),
        pytest.param(
            (*START, loop(USE, Keep(expression("x", {"x": Var("x")}).template, (Var("x"),))), END),
            id="kept as it is",
        ),
        pytest.param((let("d", "2 * y"), loop(USE), END), id="not bound in this function"),
    ],
)  # fmt: skip
def test_a_name_that_is_needed_is_not_free(stmts: Block) -> None:
    assert not is_reused(*stmts)


def test_the_names_of_the_primal_stay() -> None:
    fn = function(*START, loop(USE), END)
    assert reuse_names(fn, PRIMAL | {"x_1"}) is fn


def test_a_loop_runs_over_what_it_saved_under_its_name() -> None:
    def swing(x, k, n):
        v = np.zeros_like(x)
        for _ in range(n):
            v = v - 0.01 * k * np.sin(x)
            x = x + 0.01 * v
        return np.sum(x * x)

    args = (np.linspace(0.0, 1.0, 4), 2.0, 5)
    text = grad(swing).source_of("gradient", None, *args)
    assert "for x in reversed(saved_x):" in text
    assert "x_1" not in text
