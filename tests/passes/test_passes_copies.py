"""Reading through copies, last names for values, and copies of what is handed out."""

import pytest

from adjoint.transform.derive.build import Names, expression
from adjoint.transform.ir.nodes import Assign, Augment, Block, Const, For, Range, Return, Store, Var
from adjoint.transform.passes.copies import fold_last, spread_names
from adjoint.transform.passes.ownership import drop_copies

A, B, C, T, X = (Var(n) for n in ("a", "b", "c", "%t", "x"))


def made(target: Var, text: str, *args: Var) -> Assign:
    return Assign(target, expression(text, {a.name.strip("%"): a for a in args}))


def test_a_copy_is_read_through() -> None:
    block = (Assign(B, A), made(C, "b * x", B, X), Return(C))
    spread = spread_names(block, ())
    assert [type(s) for s in spread] == [Assign, Return]
    assert spread[0].value.args == (A, X)


def test_a_copy_stays_where_what_it_copies_is_bound_again() -> None:
    place = expression("a[0]", {"a": A}, "index")
    block = (Assign(B, A), made(A, "a + x", A, X), Store(place, "", B), Return(A))
    assert spread_names(block, ())[0] == block[0]


def test_a_copy_stays_where_a_number_would_be_changed_with_it() -> None:
    block = (Assign(B, A), Augment(A, "+", X), made(C, "a * b", A, B), Return(C))
    assert spread_names(block, ()) == block


def test_a_value_gets_its_last_name_at_once() -> None:
    block = (made(T, "a + x", A, X), made(C, "x * 2", X), Assign(A, T), Return(A), Return(C))
    first, *_ = spread_names(block, ())
    assert first.target == A


def test_a_value_keeps_its_name_while_the_last_one_is_still_read() -> None:
    block = (made(T, "a + x", A, X), made(C, "a * 2", A), Assign(A, T), Return(A), Return(C))
    assert spread_names(block, ()) == block


def test_a_copy_that_goes_round_a_loop_is_kept() -> None:
    body: Block = (made(C, "b * x", B, X), Assign(B, A), made(A, "c + x", C, X))
    block = (Assign(B, Const(0.0)), For(Var("i"), Range((Const(3),)), body), Return(A))
    assert spread_names(block, ())[1].body[1] == body[1]


def test_names_that_are_wanted_outside_stay_bound() -> None:
    block = (Assign(B, A),)
    assert spread_names(block, {"b"}) == block
    assert spread_names(block, ()) == ()


def test_what_is_made_last_is_made_where_it_is_handed_out() -> None:
    block = (made(B, "a * x", A, X),)
    folded, given = fold_last(block, (B,), (), Names(frozenset()))
    assert given[0].is_temporary
    assert folded[0].target == given[0]


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("a * x", False),  # arithmetic gives an array of its own
        ("unbroadcast(a * x, x)", False),
        ("a", True),  # the caller's
        ("a[1:]", True),  # a view of the caller's
        ("expand(a, x)", True),  # a view that cannot be written into
    ],
)
def test_copies_are_dropped_where_nobody_else_holds_the_array(text: str, stays: bool) -> None:
    first = Assign(B, A) if text == "a" else made(B, text, A, X)
    block = (first, made(T, "own(b)", B))
    left, given = drop_copies(block, (T,))
    assert (left == block) is stays
    assert given == ((T,) if stays else (B,))


def test_of_two_gradients_that_are_one_array_one_is_copied() -> None:
    block = (made(B, "a * x", A, X), made(T, "own(b)", B), made(C, "own(b)", B))
    left, given = drop_copies(block, (T, C))
    assert len(left) == 2
    assert len(set(given)) == 2
