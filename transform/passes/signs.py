"""Signs of derived expressions: they cancel, and melt into additions and subtractions.

Holds for all numbers and arrays: a change of sign is exact, and addition commutes. (The signs of
zeros that a complex product gives may differ.)
"""

from __future__ import annotations

import math

import gast

from adjoint.transform.ir.trees import nodes

PRODUCT = (gast.Mult, gast.Div)


def signed(tree: gast.AST) -> tuple[bool, gast.AST]:
    """Whether an operand is the negative of something, and of what; itself where it is not.

    -a = -(a);   -a * b = a * -b = -(a * b);   -a * -b = a * b;   the same for `/`;
    unbroadcast(-g, x) = -unbroadcast(g, x), a sum of negatives, and so `(-g).sum()` and `np.sum`.
    """
    match tree:
        case gast.UnaryOp(op=gast.USub(), operand=operand):
            negative, inner = signed(operand)
            return not negative, inner
        case gast.Constant(value=int() | float() as value) if math.copysign(1.0, value) < 0:
            return True, gast.Constant(-value, None)
        case gast.BinOp(left=left, op=gast.Mult() | gast.Div() as op, right=right):
            first, left = signed(left)
            second, right = signed(right)
            if first or second:
                return first != second, gast.BinOp(left, op, right)
        case gast.Call(func=gast.Name(id="unbroadcast"), args=[g, like]):
            negative, inner = signed(g)
            if negative:
                return True, gast.Call(tree.func, [inner, like], [])
        case gast.Call(func=gast.Attribute(value=value, attr="sum") as func) if (
            not _is_module(value)
        ):
            negative, inner = signed(value)
            if negative:
                sum_of = gast.Attribute(inner, "sum", func.ctx)
                return True, gast.Call(sum_of, tree.args, tree.keywords)
        case gast.Call(func=gast.Attribute(value=gast.Name(id="np"), attr="sum"), args=[g, *rest]):
            negative, inner = signed(g)
            if negative:
                return True, gast.Call(tree.func, [inner, *rest], tree.keywords)
    return False, tree


def _is_module(tree: gast.AST) -> bool:
    return isinstance(tree, gast.Name) and tree.id in ("np", "math")


def negated(operand: gast.AST) -> gast.AST:
    """The negative of an operand: -(-a) = a;   -(a * b) = -a * b."""
    negative, inner = signed(operand)
    return inner if negative else _minus(inner)


def _minus(tree: gast.AST) -> gast.AST:
    if isinstance(tree, gast.BinOp) and isinstance(tree.op, PRODUCT):
        return gast.BinOp(_minus(tree.left), tree.op, tree.right)
    return gast.UnaryOp(gast.USub(), tree)


def plain(operand: gast.AST) -> gast.AST:
    """An operand of arithmetic without what does not change its value.

    1 * a = a * 1 = a / 1 = a ** 1 = +a = a. The types of integers and truth values would change;
    derived expressions multiply by floating-point cotangents.
    """
    match operand:
        case gast.BinOp(left=gast.Constant(value=1), op=gast.Mult(), right=inner):
            return plain(inner)
        case gast.BinOp(
            left=inner, op=gast.Mult() | gast.Div() | gast.Pow(), right=gast.Constant(value=1)
        ):
            return plain(inner)
        case gast.UnaryOp(op=gast.UAdd(), operand=inner):
            return plain(inner)
        case gast.UnaryOp(op=gast.USub(), operand=gast.UnaryOp(op=gast.USub(), operand=inner)):
            return plain(inner)
    return operand


def added(tree: gast.BinOp) -> gast.AST:
    """A sum or difference: a + -b = a - b;   a - -b = a + b;   -a + b = b - a."""
    left, right = plain(tree.left), plain(tree.right)
    adds = isinstance(tree.op, gast.Add)
    negative, inner = signed(right)
    if negative:
        return gast.BinOp(left, gast.Sub() if adds else gast.Add(), inner)
    negative, inner = signed(left)
    if negative and adds and only_computes(left) and only_computes(right):
        return gast.BinOp(right, gast.Sub(), inner)
    return gast.BinOp(left, tree.op, right)


_COMPUTES = frozenset({
    "unbroadcast", "expand", "unreduce", "own", "count", "in_shape", "matmul_dx", "matmul_dy",
})  # fmt: skip


def only_computes(tree: gast.AST) -> bool:
    """Whether evaluating an expression certainly changes nothing that another may read."""
    for node in nodes(tree):
        match node:
            case gast.Call(func=gast.Name(id=name)) if name in _COMPUTES:
                pass
            case gast.Call(func=gast.Attribute(value=gast.Name(id="np" | "math"))):
                pass
            case gast.Call():
                return False
    return True


def accumulated(operator: str, value: gast.AST) -> tuple[str, gast.AST]:
    """How a value is added in place: `a += -b` is `a -= b`, `a -= -b` is `a += b`."""
    negative, inner = signed(value)
    if operator in ("+", "-") and negative and not isinstance(inner, gast.Constant):
        return {"+": "-", "-": "+"}[operator], inner
    return operator, value
