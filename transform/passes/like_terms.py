"""Like terms of derived sums: what is computed twice, up to a constant, is computed once.

    d * (0.5 * x) + 0.5 * d * x = d * x              d_a + d * x + d * x = d_a + 2 * d * x

Multiplication commutes and associates up to rounding, and terms of the same factors have the same
shape. The constants must have one sign, for of what is infinite the difference is none; and their
sum must be exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import gast

from adjoint.transform.passes.products import constant_tree, number
from adjoint.transform.passes.signs import only_computes


@dataclass(frozen=True, slots=True)
class _Term:
    """A constant times a product: `value * above[0] * above[1] ... / below[0] / below[1] ...`."""

    value: float
    above: tuple[gast.AST, ...] = ()
    below: tuple[gast.AST, ...] = ()


def collected(tree: gast.BinOp) -> gast.BinOp:
    """A sum in which the last term has been added to one that is like it, if there is one."""
    if not (_is_product(tree.right) and _sums_products(tree.left)):
        return tree
    terms = list(_terms(tree))
    (sign, last), others = terms[-1], terms[:-1]
    added = _term(last, sign)
    for position, (before, other) in enumerate(others):
        found = _term(other, before)
        value = _sum_of_like(found, added)
        if value is None or not all(only_computes(term) for _, term in terms):
            continue
        negative = value < 0 and position > 0
        whole = _product(_Term(abs(value) if negative else value, found.above, found.below))
        others[position] = (-1 if negative else 1, whole)
        return _sum(others)
    return tree


def _is_product(tree: gast.AST) -> bool:
    return isinstance(tree, gast.BinOp) and isinstance(tree.op, gast.Mult | gast.Div)


def _sums_products(tree: gast.AST) -> bool:
    return any(_is_product(term) for _, term in _terms(tree))


def _terms(tree: gast.AST, sign: int = 1) -> Iterator[tuple[int, gast.AST]]:
    """The terms of a sum, from left to right, and whether each is added or subtracted."""
    match tree:
        case gast.BinOp(left=left, op=gast.Add() | gast.Sub() as op, right=right):
            yield from _terms(left)
            yield (1 if isinstance(op, gast.Add) else -1), right
        case _:
            yield sign, tree


def _term(tree: gast.AST, sign: float = 1) -> _Term:
    match tree:
        case gast.UnaryOp(op=gast.USub(), operand=operand):
            return _term(operand, -sign)
        case gast.BinOp(left=left, op=gast.Mult(), right=right):
            first, second = _term(left, sign), _term(right)
            return _Term(
                first.value * second.value, first.above + second.above, first.below + second.below
            )
        case gast.BinOp(left=left, op=gast.Div(), right=right) if number(right) is None:
            first = _term(left, sign)
            return _Term(first.value, first.above, (*first.below, right))
    value = number(tree)
    return _Term(sign, (tree,)) if value is None else _Term(sign * value)


def _sum_of_like(one: _Term, two: _Term) -> float | None:
    """The constant of the sum of two terms; None where they are not like, or it is not exact."""
    if len(one.above) + len(one.below) < 2 or one.value * two.value <= 0:
        return None
    for some, others in ((one.above, two.above), (one.below, two.below)):
        if len(some) != len(others) or _keys(some) != _keys(others):
            return None
    value = one.value + two.value
    exact = Fraction(value) == Fraction(one.value) + Fraction(two.value)
    return value if exact else None


def _keys(factors: tuple[gast.AST, ...]) -> list[str]:
    return sorted(gast.dump(factor) for factor in factors)


def _product(term: _Term) -> gast.AST:
    factors = list(term.above)
    if term.value != 1 or not factors:
        factors.insert(0, constant_tree(term.value))
    whole = factors[0]
    for factor in factors[1:]:
        whole = gast.BinOp(whole, gast.Mult(), factor)
    for factor in term.below:
        whole = gast.BinOp(whole, gast.Div(), factor)
    return whole


def _sum(terms: list[tuple[int, gast.AST]]) -> gast.BinOp:
    (_, whole), *rest = terms
    for sign, term in rest:
        whole = gast.BinOp(whole, gast.Add() if sign > 0 else gast.Sub(), term)
    assert isinstance(whole, gast.BinOp)
    return whole
