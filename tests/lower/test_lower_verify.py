"""The checker is checked: planted mistakes must be found."""

from __future__ import annotations

from dataclasses import replace

import gast
import pytest

from adjoint.transform.ir.nodes import (
    Assign,
    Break,
    Const,
    Continue,
    Define,
    Each,
    Effect,
    For,
    Function,
    If,
    Op,
    Param,
    Return,
    Var,
    While,
)
from adjoint.transform.ir.verify import MalformedIR, verify

X, T, U = Var("x"), Var("%1"), Var("%2")


def double(atom=X):
    hole = gast.Name("$0", gast.Load(), None, None)
    return Op("binary:+", (atom,), gast.BinOp(hole, gast.Add(), hole))


def function(*body):
    return Function("f", (Param("x"),), body)


GOOD = {
    "straight": (Assign(T, double()), Return(T)),
    "in both branches": (If(X, (Assign(T, X),), (Assign(T, Const(1)),)), Return(T)),
    "other branch leaves": (If(X, (Assign(T, X),), (Return(X),)), Return(T)),
    "test of a loop": (While((Assign(T, double()),), T, (Break(),)), Return(T)),
    "every round": (For(Var("i"), Each(X), (Assign(T, X), Assign(U, T))), Return(X)),
}
BAD = {
    "read before": (Return(T), "%1 is read before it is assigned"),
    "one branch only": (If(X, (Assign(T, X),)), Return(T), "%1 is read before"),
    "loop may not run": (For(T, Each(X), ()), Return(T), "%1 is read before"),
    "twice": (Assign(T, X), Assign(T, X), Return(X), "%1 is assigned twice"),
    "again after a loop": (
        For(Var("i"), Each(X), (Assign(T, X),)),
        Assign(T, X),
        Return(X),
        "%1 is assigned twice",
    ),
    "twice on a path": (If(X, (Assign(T, X),)), Assign(T, X), Return(X), "%1 is assigned twice"),
    "hole without operand": (Effect(replace(double(), args=())), "holes"),
    "operand without hole": (Effect(replace(double(), args=(X, X))), "holes"),
    "roles": (Effect(replace(double(), roles=("", ""))), "2 roles, 1 operands"),
    "callee": (Effect(replace(double(), callee=X)), "holes"),
    "no atom": (Return(double()), "is not an atom"),
    "break outside": (Break(), "there is no loop around it"),
    "continue in else": (For(X, Each(X), (), (Continue(),)), "there is no loop around it"),
    "nested": (Define(X, Function("g", (), (Return(T),))), Return(X), "g at line 0, in Return"),
}
BAD_EXITS = {
    "no return": (Assign(X, X), "the last statement is not a return"),
    "early return": (If(X, (Return(X),)), Return(X), "a return before the end"),
    "continue": (For(X, Each(X), (Continue(),)), Return(X), "a continue is left"),
    "loop else": (For(X, Each(X), (), (Assign(X, X),)), Return(X), "a loop with an else is left"),
    "after break": (
        For(X, Each(X), (If(X, (If(X, (Break(),)),)), Assign(X, X))),
        Return(X),
        "follows a break",
    ),
}


@pytest.mark.parametrize("case", GOOD)
def test_sound_functions_pass(case):
    fn = function(*GOOD[case])
    assert verify(fn) is fn


@pytest.mark.parametrize("case", BAD)
def test_planted_mistakes_are_found(case):
    *body, why = BAD[case]
    with pytest.raises(MalformedIR, match=why):
        verify(function(*body))


@pytest.mark.parametrize("case", BAD_EXITS)
def test_exits_that_are_not_plain_are_found_when_asked(case):
    *body, why = BAD_EXITS[case]
    fn = function(*body)
    verify(fn)
    with pytest.raises(MalformedIR, match=why):
        verify(fn, exits=True)
