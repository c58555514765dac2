"""Temporaries are printed where they are used, unless that could change what happens."""

from __future__ import annotations

import inspect
import textwrap
import types

import gast
import numpy as np
import pytest

from adjoint.transform.emit.module import to_text
from adjoint.transform.ir.nodes import (
    NOWHERE,
    Assign,
    Augment,
    Comment,
    Const,
    Define,
    Each,
    Effect,
    Enumerate,
    For,
    Function,
    If,
    Op,
    Param,
    Ref,
    Return,
    Span,
    Store,
    Unpack,
    Var,
    While,
)  # fmt: skip
from adjoint.transform.lower import lower

X, Y, F = Var("x"), Var("y"), Ref("f", types.FunctionType(compile("0", "f", "eval"), {}))


def op(text: str, *args, prim: str = "binary:+", callee=None) -> Op:
    """An operation written with `_0`, `_1`, ... for its operands."""
    tree = gast.parse(text, mode="eval").body
    for node in gast.walk(tree):
        if isinstance(node, gast.Name) and node.id.startswith("_"):
            node.id = "$" + node.id[1:]
    return Op(prim, args, tree, callee=callee)


def call(*args) -> Op:
    return op(
        f"_callee({', '.join(f'_{i}' for i in range(len(args)))})", *args, prim="call", callee=F
    )


def t(name: object) -> Var:
    return Var(f"%{name}")


def text(*body, params: str = "xy") -> str:
    fn = Function("g", tuple(Param(name) for name in params), body)
    return to_text(fn).split(":\n", 1)[1].rstrip()


def lines(source: str) -> str:
    return textwrap.indent(textwrap.dedent(source).strip(), "    ")


def test_a_temporary_goes_where_it_is_used():
    product = Assign(t(1), op("_0 * _1", X, Y))
    assert text(product, Return(t(1))) == lines("return x * y")
    assert text(product, Assign(Var("z"), t(1)), Return(Var("z"))) == lines("z = x * y\nreturn z")


def test_one_that_is_used_twice_is_named_after_its_operation():
    body = (
        Assign(t(1), op("np.sin(_0)", X, prim="np.sin")),
        Assign(t(2), op("_0 * _1", t(1), t(1))),
        Return(t(2)),
    )
    assert text(*body) == lines("sin_x = np.sin(x)\nreturn sin_x * sin_x")


def test_two_holes_for_the_same_operand_are_two_uses():
    body = (Assign(t(1), op("_0 * _1", X, Y)), Assign(t(2), op("_0 * _0", t(1))), Return(t(2)))
    assert text(*body) == lines("product = x * y\nreturn product * product")


def test_it_is_settled_before_what_it_reads_is_rebound():
    body = (Assign(t(1), op("-_0", X)), Assign(X, Const(0)), Return(t(1)))
    assert text(*body) == lines("t = -x\nx = 0\nreturn t")
    body = (Assign(t(1), X), Assign(X, Const(0)), Return(t(1)))
    assert text(*body) == lines("old_x = x\nx = 0\nreturn old_x")


@pytest.mark.parametrize(
    ("write", "line"),
    [
        (Store(op("_0[_1]", X, Const(0), prim="index"), "", Y), "x[0] = y"),
        (Augment(Y, "+", Const(1)), "y += 1"),
        (Effect(call(X)), "f(x)"),
        (Assign(Y, call(X)), "y = f(x)"),
        (If(Y, (Effect(call(X)),)), "if y:\n    f(x)"),
    ],
)
def test_it_is_settled_before_memory_may_be_written(write, line):
    body = (Assign(t(1), op("-_0", X)), write, Return(t(1)))
    assert text(*body) == lines(f"t = -x\n{line}\nreturn t")
    display = (Assign(t(1), op("(_0, 1)", X, prim="tuple")), write, Return(t(1)))
    assert text(*display) == lines(f"{line}\nreturn x, 1"), "a tuple of bindings reads no memory"


def test_unknown_calls_never_change_places():
    first, second = Assign(t(1), call(X)), Assign(t(2), call(Y))
    in_order = Assign(t(3), op("_0 - _1", t(1), t(2)))
    assert text(first, second, in_order, Return(t(3))) == lines("return f(x) - f(y)")
    swapped = Assign(t(3), op("_1 - _0", t(1), t(2)))
    assert text(first, second, swapped, Return(t(3))) == lines("f_x = f(x)\nreturn f(y) - f_x")


def test_pure_operations_may():
    first, second = Assign(t(1), op("-_0", X)), Assign(t(2), op("-_0", Y))
    swapped = Assign(t(3), op("_1 - _0", t(1), t(2)))
    assert text(first, second, swapped, Return(t(3))) == lines("return -y - -x")


def test_a_call_is_not_moved_to_where_it_may_not_happen():
    body = (Assign(t(1), call(X)), Assign(t(2), op("_0 if _1 else 0", t(1), Y)), Return(t(2)))
    assert text(*body) == lines("f_x = f(x)\nreturn f_x if y else 0")
    later = (Assign(t(1), op("-_0", X)), Assign(t(2), op("lambda: _0", t(1))), Return(t(2)))
    assert text(*later) == lines("t = -x\nreturn lambda: t")


def test_an_augmented_store_reads_its_place_before_its_value():
    place = op("_0[_1]", X, Const(0), prim="index")
    body = (Assign(t(1), call(X)), Store(place, "+", t(1)), Return(X))
    assert text(*body) == lines("f_x = f(x)\nx[0] += f_x\nreturn x")


def test_a_loop_evaluates_its_test_again_and_its_iterable_once():
    above = Assign(t(1), op("_0 > 1", X, prim="look"))
    step = Assign(X, op("_0 / 2", X))
    assert text(While((above,), t(1), (step,)), Return(X)) == lines(
        "while x > 1:\n    x = x / 2\nreturn x"
    )
    assert text(above, While((), t(1), (step,)), Return(X)) == lines(
        "above = x > 1\nwhile above:\n    x = x / 2\nreturn x"
    )
    once = Assign(t(1), op("-_0", X))
    assert text(once, For(Y, Each(t(1)), (step,)), Return(X)) == lines(
        "for y in -x:\n    x = x / 2\nreturn x"
    )


def test_both_branches_assigning_a_temporary_is_a_conditional_expression():
    branch = If(Y, (Assign(t(2), call(X)), Assign(t(1), t(2))), (Assign(t(1), X),))
    assert text(branch, Return(t(1))) == lines("return f(x) if y else x")
    both = If(Y, (Assign(t(1), X),), (Assign(t(1), Y),))
    assert text(both, Return(t(1))) == lines("return y and x")
    named = (both, Assign(t(2), op("_0 * _0", t(1))), Return(t(2)))
    assert text(*named) == lines("test = y and x\nreturn test * test")


def test_branches_that_do_more_stay_statements():
    branch = If(Y, (Effect(call(X)), Assign(t(1), X)), (Assign(t(1), Y),))
    assert text(branch, Return(t(1))) == lines(
        "if y:\n    f(x)\n    old_x = x\nelse:\n    old_x = y\nreturn old_x"
    )


def test_empty_branches():
    assert text(If(X, (), (Effect(call(Y)),)), Return(X)) == lines("if not x:\n    f(y)\nreturn x")
    assert text(If(X, ()), Return(X)) == lines("if x:\n    pass\nreturn x")


def test_patterns():
    swap = (Assign(t(1), op("(_0, _1)", Y, X, prim="tuple")), Unpack((X, Y), t(1)), Return(X))
    assert text(*swap) == lines("x, y = y, x\nreturn x")
    loop = For(t(1), Each(X), (Unpack((Var("a"), t(2)), t(1)), Unpack((Var("b"), Y), t(2), 1)))
    assert text(loop, Return(Y)) == lines("for a, (b, *y) in x:\n    pass\nreturn y")


def test_names_come_from_hints_and_avoid_all_others():
    body = (
        Assign(Var("%d_x.7"), op("-_0", X)),
        Assign(Var("%d_x.8"), op("_0 * _0", Var("%d_x.7"))),
        Assign(Var("d_x_1"), op("_0 * _0", Var("%d_x.8"))),
        Assign(t(1), op("_0 + _1", Ref("d_x", 0), Ref("sum", sum))),
        Assign(t(2), op("_0 - _0", t(1))),
        Return(t(2)),
    )
    assert text(*body) == lines(
        """
        d_x_2 = -x
        d_x_3 = d_x_2 * d_x_2
        d_x_1 = d_x_3 * d_x_3
        total = d_x + sum
        return total - total
        """
    )


def test_a_nested_function_sees_the_same_names():
    inner = Function("pull", (Param("g"),), (Return(t(1)),), captures=("%1",))
    body = (Assign(t(1), op("-_0", X)), Define(Var("pull"), inner), Return(Var("pull")))
    assert text(*body) == lines("t = -x\n\ndef pull(g):\n    return t\n\nreturn pull")


def test_comments_show_the_line_that_matters_and_nothing_else(tmp_path):
    file = tmp_path / "model.py"
    file.write_text("def f(x):\n    y = x * x\n    return (y +\n            1)\n")
    line = Span(str(file), 2, 4, 2, 13)
    two = Span(str(file), 3, 4, 4, 14)
    body = (
        Comment(line), Comment(NOWHERE), Comment(two), Assign(Y, X), Comment(two), Assign(X, Y),
        Comment(line), Return(X), Comment(two),
    )  # fmt: skip
    assert text(Assign(Y, Const(0)), *body) == lines(
        """
        y = 0

        # return (y + 1)                                model.py:3
        y = x
        x = y
        # y = x * x                                     model.py:2
        return x
        """
    )


def test_malformed_functions_are_not_printed():
    with pytest.raises(ValueError, match="do not fill"):
        text(Assign(Y, op("_0 + _1", X)), Return(Y))
    with pytest.raises(ValueError, match="never assigned"):
        text(Return(t(1)))


@pytest.mark.parametrize(
    "stmt",
    [
        Assign(Y, Ref("x.y", 1)),
        Assign(Y, op("own(_0)", X)),
        For(Y, Enumerate(Each(X)), ()),
        Define(Y, Function("h", (), (Assign(Var("z"), Ref("x", 1)), Return(Var("z"))))),
    ],
)
def test_what_comes_from_outside_is_not_hidden(stmt):
    hiding = [Assign(Var(name), Const(1)) for name in ("own", "enumerate")]
    with pytest.raises(ValueError, match="is hidden by a variable"):
        text(*hiding, stmt, Return(Y))


def model(w, x, *rest, scale=2.0, **options):
    p = 1 / (1 + np.exp(-(x @ w)))
    for i, (a, b) in enumerate(zip(x, rest), 1):
        x[i], x[i + 1] = x[i + 1], x[i] * a if b else -x[0]
    first, *others = [np.sum(r * r) for r in rest if r is not None]
    while abs(p - first) > 0.001 and others:
        p = first = np.where(p > 0, p, others.pop())
    if options and not scale:
        raise ValueError(f"no scale: {scale!r} in {options}")
    elif scale > 3:
        best = max(rest, key=lambda q: q * scale) or p
    else:
        best = None
    return -np.mean(p * np.log(p) + (1 - p) * np.log(1 - p)), best


def test_straight_code_is_printed_as_it_was_written():
    assert to_text(lower(model)) == inspect.getsource(model)
