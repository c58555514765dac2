"""How tightly the operations of an expression bind: where brackets are needed."""

from __future__ import annotations

import gast

# How tightly an expression binds, loosest first; an operand is bracketed when it binds less
# tightly than its place demands.
TUPLE, NAMED, TEST, OR, AND, NOT, COMPARE, BIT_OR, BIT_XOR, BIT_AND, SHIFT, SUM = range(12)
TERM, UNARY, POWER, ATOM = range(12, 16)

_BINARY = {
    "BitOr": BIT_OR, "BitXor": BIT_XOR, "BitAnd": BIT_AND, "LShift": SHIFT, "RShift": SHIFT,
    "Add": SUM, "Sub": SUM, "Mult": TERM, "MatMult": TERM, "Div": TERM, "FloorDiv": TERM,
    "Mod": TERM, "Pow": POWER,
}  # fmt: skip
_BY_CLASS = {
    "NamedExpr": NAMED, "Tuple": TUPLE, "IfExp": TEST, "Lambda": TEST, "Compare": COMPARE,
}  # fmt: skip


def precedence(node: gast.AST) -> int:
    """How tightly the outermost operation of an expression binds."""
    match node:
        case gast.BoolOp(op=op):
            return AND if isinstance(op, gast.And) else OR
        case gast.UnaryOp(op=op):
            return NOT if isinstance(op, gast.Not) else UNARY
        case gast.BinOp(op=op):
            return _BINARY[type(op).__name__]
        case gast.Constant(value=value) if repr(value).startswith("-"):
            return UNARY
        case gast.Tuple(elts=[]):
            return ATOM
        case _:
            return _BY_CLASS.get(type(node).__name__, ATOM)
