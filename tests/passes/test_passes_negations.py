"""Signs between statements: what is saved, and what must stay."""

from __future__ import annotations

import numpy as np

from adjoint import grad
from adjoint.transform.derive.build import Names, expression
from adjoint.transform.ir.nodes import (
    Assign,
    Augment,
    Block,
    Function,
    Op,
    Return,
    Span,
    Stmt,
    Store,
    Var,
)
from adjoint.transform.ir.show import show
from adjoint.transform.passes.negations import cancel_signs

NAMES = ("a", "b", "d", "x", "%1", "%2", "%3")


def op(text: str) -> Op:
    """A derived operation; `t1` stands for `%1`."""
    return expression(text, {n.replace("%", "t"): Var(n) for n in NAMES})


def let(name: str, text: str) -> Stmt:
    return Assign(Var(name), op(text))


def shown(*stmts: Stmt) -> list[str]:
    block: Block = cancel_signs(stmts, Names(frozenset(NAMES)))
    _, *lines = show(Function("f", (), block)).splitlines()
    return [line.partition("[")[0].strip() for line in lines]


def test_a_sign_that_every_reader_takes_up_is_gone() -> None:
    lines = shown(
        let("%1", "-d"),
        let("x", "x + t1 * a"),
        Augment(Var("b"), "+", Var("%1")),
        Return(Var("x")),
    )
    assert lines == ["x = x - d * a", "b -= d", "return x"]


def test_a_sign_passes_through_products_that_are_taken_up() -> None:
    lines = shown(
        let("%1", "-d"), let("%2", "t1 * a"), let("x", "x - t2"), Augment(Var("b"), "+", Var("%2"))
    )
    assert lines == ["%2 = d * a", "x = x + %2", "b -= %2"]


def test_a_sign_stays_where_one_reader_cannot_take_it_up() -> None:
    before = (let("%1", "-d"), let("x", "x + t1"), Return(Var("%1")))
    assert cancel_signs(before, Names(frozenset(NAMES))) is before


def test_a_sign_stays_where_what_it_changes_is_bound_again() -> None:
    before = (let("%1", "-d"), let("d", "a + b"), let("x", "x + t1"))
    assert cancel_signs(before, Names(frozenset(NAMES))) is before


def test_a_sign_stays_where_what_it_changes_is_written_through_a_view() -> None:
    place = op("a[0]")
    before = (
        let("d", "a * b"), let("a", "d[1:]"), let("%1", "-d"),
        Store(place, "+", Var("b")), let("x", "x + t1"),
    )  # fmt: skip
    assert cancel_signs(before, Names(frozenset(NAMES))) is before


def test_the_users_own_augmented_assignment_stays() -> None:
    span = Span("f.py", 1, 0, 1, 1)
    before = (let("%1", "-d"), Augment(Var("b"), "+", Var("%1"), span))
    assert cancel_signs(before, Names(frozenset(NAMES))) is before


def test_the_cotangent_of_a_variable_keeps_its_sign() -> None:
    def spread(x: np.ndarray) -> float:
        m = np.mean(x)
        return np.sum((x - m) ** 2)  # type: ignore[no-any-return]

    function = grad(spread)
    x = np.array([1.0, 2.0, 4.0])
    assert "d_m = -" in function.source_of("gradient", None, x)
    np.testing.assert_allclose(function.gradient(x), 2 * (x - x.mean()))
