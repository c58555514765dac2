"""Temporaries that are bound several times: which of their values have nothing to do together."""

from __future__ import annotations

import numpy as np

from adjoint import grad
from adjoint.transform.derive.build import Names, expression
from adjoint.transform.ir.nodes import (
    Assign,
    Block,
    Const,
    Each,
    For,
    Function,
    If,
    Op,
    Return,
    Var,
)
from adjoint.transform.ir.show import show
from adjoint.transform.passes.apart import part_temporaries

NAMES = ("a", "x", "y", "z", "%1")


def op(text: str) -> Op:
    """A derived operation; `t` stands for `%1`."""
    return expression(text, {"t" if n == "%1" else n: Var(n) for n in NAMES})


def let(name: str, text: str) -> Assign:
    return Assign(Var(name), op(text))


def parted(*stmts: object) -> Block:
    return part_temporaries(stmts, Names(frozenset(NAMES)))  # type: ignore[arg-type]


def lines(block: Block) -> list[str]:
    return [s.partition("[")[0].strip() for s in show(Function("f", (), block)).splitlines()[1:]]


def test_values_that_are_read_once_part() -> None:
    block = parted(let("%1", "a * x"), let("y", "t + 1"), let("%1", "a * x"), let("z", "y * t"))
    assert lines(block) == ["%d1 = a * x", "y = %d1 + 1", "%d2 = a * x", "z = y * %d2"]


def test_a_value_that_is_read_twice_keeps_its_name() -> None:
    block = parted(let("%1", "a * x"), let("y", "t * t"), let("%1", "a + x"), let("z", "y * t + t"))
    assert lines(block) == ["%1 = a * x", "y = %1 * %1", "%1 = a + x", "z = y * %1 + %1"]


def test_what_a_branch_may_have_bound_stays_together() -> None:
    branch = If(Var("a"), (let("%1", "x + 1"),), ())
    block = (let("%1", "a * x"), branch, let("y", "t + 1"))
    assert parted(*block) == block


def test_what_an_earlier_round_may_have_bound_stays_together() -> None:
    loop = For(Var("z"), Each(Var("a")), (let("y", "t + y"), let("%1", "z * x")))
    block = (let("%1", "a * x"), loop)
    assert parted(*block) == block


def test_what_is_read_after_a_loop_stays_together() -> None:
    loop = For(Var("z"), Each(Var("a")), (let("%1", "z * x"), let("y", "t + y")))
    block = (Assign(Var("%1"), Const(0.0)), loop, Return(Var("%1")))
    assert parted(*block) == block


def test_the_users_expressions_stay_whole() -> None:
    def damped(x: float, k: float, n: int) -> float:
        for _ in range(n):
            x = x - 0.1 * k * x * x
        return x

    function = grad(damped)
    text = function.source_of("gradient", None, 1.5, 0.3, 4)
    assert "        x = x - 0.1 * k * x * x\n" in text
    step = 1e-6
    slope = (damped(1.5 + step, 0.3, 4) - damped(1.5 - step, 0.3, 4)) / (2 * step)
    np.testing.assert_allclose(function.gradient(1.5, 0.3, 4), slope, rtol=1e-8)
