"""Values that are computed twice: when the second may be the first."""

from __future__ import annotations

from adjoint.transform.derive.build import Names, expression
from adjoint.transform.ir.nodes import Assign, Augment, Block, Function, If, Op, Return, Store, Var
from adjoint.transform.ir.show import show
from adjoint.transform.passes.sharing import share_values

NAMES = ("a", "b", "d", "x", "y", "%1", "%2", "%3")


def op(text: str, prim: str = "derived") -> Op:
    """An operation; `t1` stands for `%1`."""
    return expression(text, {n.replace("%", "t"): Var(n) for n in NAMES}, prim)


def let(name: str, text: str, prim: str = "derived") -> Assign:
    return Assign(Var(name), op(text, prim))


def shared(*stmts: object) -> Block:
    return share_values(stmts, Names(frozenset(NAMES)), frozenset({"x"}))  # type: ignore[arg-type]


def lines(block: Block) -> list[str]:
    return [s.partition("[")[0].strip() for s in show(Function("f", (), block)).splitlines()[1:]]


SQUARE = let("%1", "b * b", "np.multiply")


def test_the_adjoint_reads_what_the_primal_computed() -> None:
    assert lines(shared(SQUARE, let("d", "d * (1 - b * b)"))) == [
        "%1 = b * b   ".strip(), "d = d * (1 - %1)",
    ]  # fmt: skip


def test_a_part_that_the_adjoint_computes_twice_gets_a_name() -> None:
    block = shared(let("d", "x / (1 - a)"), let("y", "y * (1 - a)"))
    assert lines(block) == ["%d1 = 1 - a", "d = x / %d1", "y = y * %d1"]


def test_products_and_sums_commute() -> None:
    assert lines(shared(let("%1", "a * b"), let("y", "d - b * a"))) == ["%1 = a * b", "y = d - %1"]


def test_what_is_bound_again_is_another_value() -> None:
    block = (SQUARE, let("b", "a + a"), let("d", "d * (1 - b * b)"))
    assert shared(*block) == block


def test_what_is_written_through_a_view_is_another_value() -> None:
    write = Store(op("a[0]", "index"), "+", Var("x"))
    block = (let("b", "x * y"), let("a", "b[1:]"), SQUARE, write, let("d", "d * (1 - b * b)"))
    assert shared(*block) == block


def test_one_branch_does_not_read_what_the_other_computed() -> None:
    branch = If(Var("a"), (let("%2", "b * d"),), (let("y", "y - b * d"),))
    assert shared(branch) == (branch,)


def test_a_value_that_is_written_into_later_stays_its_own() -> None:
    block = (
        let("%1", "a * b"), let("%2", "a * b"), Augment(Var("%2"), "+", Var("x")), Return(Var("%1"))
    )  # fmt: skip
    assert shared(*block) == block


def test_a_number_times_a_literal_is_not_worth_a_name() -> None:
    block = (let("d", "2 * x * a"), let("y", "2 * x * b"))
    assert shared(*block) == block
