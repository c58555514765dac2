"""Simplify derived expressions: signs cancel, constants meet, helpers are not applied twice.

The user's own expressions are never rewritten; they may be operands of what is. Every rewrite
states its equation. Nothing is dropped that could hold a NaN or an infinity (`0 * x` stays).

A rewrite must not turn an array that nobody else holds into one that somebody does: derivation may
have chosen to write into it. So an expression that was an operation of arithmetic stays one, and
only an operand, of which the value alone counts, may become a plain name (`1 * d`, `-(-d)`; where
nothing is done with it, `-(-d)` is `+d`, a copy).
"""

from __future__ import annotations

from typing import Any

import gast

from adjoint.transform.passes.like_terms import collected
from adjoint.transform.passes.products import multiplied
from adjoint.transform.passes.signs import PRODUCT, accumulated, added, negated, signed

__all__ = ["accumulated", "is_arithmetic", "rewrite", "simplify"]

_ARITHMETIC = (gast.Add, gast.Sub, *PRODUCT)


def simplify(tree: gast.AST) -> gast.AST:
    """An expression with every part of it simplified.

    >>> def shown(text):
    ...     return gast.unparse(simplify(gast.parse(text, mode="eval").body)).strip()
    >>> shown("-(-a * b)"), shown("a + -b * c"), shown("2 * (3 * a)")
    ('a * b', 'a - b * c', '6 * a')
    """
    changed = type(tree)()
    for name in tree._fields:
        if hasattr(tree, name):
            setattr(changed, name, _child(getattr(tree, name)))
    return rewrite(changed)


def _child(value: Any) -> Any:
    if isinstance(value, list):
        return [_child(part) for part in value]
    return simplify(value) if isinstance(value, gast.AST) else value


def rewrite(tree: gast.AST) -> gast.AST:
    """An expression with its root simplified, its parts being simple already."""
    new = _rewrite(tree)
    if is_arithmetic(tree) and not is_arithmetic(new):
        return gast.UnaryOp(gast.UAdd(), new) if isinstance(tree, gast.UnaryOp) else tree
    return new


def _rewrite(tree: gast.AST) -> gast.AST:
    match tree:
        case gast.UnaryOp(op=gast.USub(), operand=operand):
            return negated(operand)
        case gast.BinOp(op=gast.Add() | gast.Sub()):
            return added(collected(tree))
        case gast.BinOp(op=gast.Mult() | gast.Div()):
            return multiplied(tree)
        case gast.Call(func=gast.Name(id=name), args=[first, *rest], keywords=[]):
            return _helper(tree, name, first, rest)
        case gast.Call(func=gast.Attribute(attr="sum")):
            negative, inner = signed(tree)
            return gast.UnaryOp(gast.USub(), inner) if negative else tree
    return tree


def is_arithmetic(tree: gast.AST) -> bool:
    """Whether an expression is certainly a new array or a number."""
    match tree:
        case gast.BinOp() | gast.UnaryOp() | gast.Constant():
            return True
        case gast.Call(func=gast.Name(id="unbroadcast"), args=[first, _]):
            return is_arithmetic(first)
    return False


def _helper(tree: gast.Call, name: str, first: gast.AST, rest: list[gast.AST]) -> gast.AST:
    """Helpers that have nothing to do.

    unbroadcast(unbroadcast(g, x), x) = unbroadcast(g, x);   expand(expand(g, x), x) = expand(g, x);
    expand(zeros_like(x), x) = zeros_like(x);   own(own(a)) = own(a);   own(a + b) = a + b;
    unbroadcast(-g, x) = -unbroadcast(g, x), which negates what is smaller.
    """
    match name, first:
        case "unbroadcast" | "expand", gast.Call(func=gast.Name(id=inner), args=[_, *others]) if (
            inner == name and _same(others, rest)
        ):
            return first
        case "expand", gast.Call(func=gast.Name(id="zeros_like"), args=args) if _same(args, rest):
            return first
        case "own", gast.Call(func=gast.Name(id="own")):
            return first
        case "own", gast.BinOp(op=op) if isinstance(op, _ARITHMETIC):
            return first
    if name == "unbroadcast":
        negative, inner = signed(tree)
        if negative:
            return gast.UnaryOp(gast.USub(), inner)
    return tree


def _same(some: list[gast.AST], others: list[gast.AST]) -> bool:
    return [gast.dump(node) for node in some] == [gast.dump(node) for node in others]
