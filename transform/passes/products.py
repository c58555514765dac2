"""Products in derived expressions: constants meet in front.

Rounding stays what it was, but for products of small integers: multiplying by a power of two is
exact where nothing overflows or becomes subnormal, and multiplication commutes.
"""

from __future__ import annotations

import math

import gast

from adjoint.transform.passes.signs import PRODUCT, plain, signed

_SMALL = 2**20
"""Products of integers up to here are folded: `3 * (5 * a)` may differ from `15 * a` in its last
bit, as it may when a person writes the latter."""
_FAR = 2.0**16
"""Powers of two up to here, and down to its inverse, are moved."""


def multiplied(tree: gast.BinOp) -> gast.AST:
    """A product or quotient: -a * -b = a * b;   a * c = c * a, and what `_times` says."""
    left, right = plain(tree.left), plain(tree.right)
    first, positive_left = signed(left)
    second, positive_right = signed(right)
    if first and second:
        return multiplied(gast.BinOp(positive_left, tree.op, positive_right))
    if isinstance(tree.op, gast.Div):
        return _unit(gast.BinOp(left, tree.op, right))
    constant, factor, negative = number(left), right, second
    if constant is None:
        constant, factor, negative = number(right), left, first
    if constant is None:
        return gast.BinOp(left, tree.op, right)
    if negative:
        constant, factor = -constant, signed(factor)[1]
    times = _times(constant, factor)
    if times is None:  # the constant stays on its side of a longer product
        written = constant_tree(constant)
        sides = (left, written) if factor is left else (written, factor)
        return _unit(gast.BinOp(sides[0], tree.op, sides[1]))
    return _unit(times)


def _unit(tree: gast.BinOp) -> gast.AST:
    """Leave out a factor of one: 1 * a = a / 1 = a, where `a` is an operation itself."""
    inner = plain(tree)
    return inner if isinstance(inner, gast.BinOp | gast.UnaryOp) else tree


def _times(constant: float, factor: gast.AST) -> gast.BinOp | None:
    """A constant times a product: c * (d * a) = (c * d) * a;   2 * (a * b) = 2 * a * b.

    A power of two may move anywhere in a product. In front it meets what is smallest. None: the
    constant cannot move into the product that it multiplies.
    """
    match factor:
        case gast.BinOp(left=left, op=gast.Mult() as op, right=right) if number(left) is not None:
            value = number(left)
            assert value is not None
            exact = _is_power_of_two(constant) or _is_power_of_two(value)
            if exact or _are_small(constant, value):
                return gast.BinOp(constant_tree(constant * value), op, right)
            return None
        case gast.BinOp(left=left, op=gast.Mult() | gast.Div() as op, right=right):
            inner = _times(constant, left)
            moves = _is_power_of_two(constant) or (inner is not None and _starts(left))
            return gast.BinOp(plain(inner), op, right) if moves and inner is not None else None
    return gast.BinOp(constant_tree(constant), gast.Mult(), factor)


def _starts(factor: gast.AST) -> bool:
    """Whether a product begins with a constant."""
    while isinstance(factor, gast.BinOp) and isinstance(factor.op, PRODUCT):
        factor = factor.left
    return number(factor) is not None


def number(tree: gast.AST) -> float | None:
    """The number that an expression is, written out and not zero; None for any other."""
    match tree:
        case gast.Constant(value=value) if type(value) in (int, float) and value != 0:
            return value  # type: ignore[no-any-return]
        case gast.UnaryOp(op=gast.USub(), operand=operand):
            value = number(operand)
            return None if value is None else -value
    return None


def constant_tree(value: float) -> gast.AST:
    """A number, written out."""
    if value < 0:
        return gast.UnaryOp(gast.USub(), gast.Constant(-value, None))
    return gast.Constant(value, None)


def _is_power_of_two(value: float) -> bool:
    return 1 / _FAR <= abs(value) <= _FAR and abs(math.frexp(value)[0]) == math.ldexp(1.0, -1)


def _are_small(*values: float) -> bool:
    return all(type(v) is int and abs(v) < _SMALL for v in values)
