"""Functions of `operator`: the operators themselves.

operator.mul(x, y)    ->    x * y
"""

from __future__ import annotations

import operator
from typing import Any

import gast

from adjoint.transform.ir.nodes import Op, Ref
from adjoint.transform.lower.templates import hole

_BINARY: dict[Any, tuple[str, type]] = {
    operator.add: ("+", gast.Add), operator.sub: ("-", gast.Sub), operator.mul: ("*", gast.Mult),
    operator.truediv: ("/", gast.Div), operator.floordiv: ("//", gast.FloorDiv),
    operator.mod: ("%", gast.Mod), operator.pow: ("**", gast.Pow),
    operator.matmul: ("@", gast.MatMult), operator.concat: ("+", gast.Add),
}  # fmt: skip
_UNARY: dict[Any, tuple[str, type]] = {
    operator.neg: ("-", gast.USub), operator.pos: ("+", gast.UAdd),
}  # fmt: skip


def as_operator(op: Op) -> Op:
    """A call of a function of `operator` as the operator; any other operation as it is."""
    if op.prim != "call" or not isinstance(op.callee, Ref) or set(op.roles) - {""}:
        return op
    called, count = op.callee.value, len(op.args)
    for function, (symbol, node) in _BINARY.items():
        if called is function and count == 2:
            return Op(f"binary:{symbol}", op.args, gast.BinOp(hole(0), node(), hole(1)))
    for function, (symbol, node) in _UNARY.items():
        if called is function and count == 1:
            return Op(f"unary:{symbol}", op.args, gast.UnaryOp(node(), hole(0)))
    if called is operator.getitem and count == 2:
        return Op("index", op.args, gast.Subscript(hole(0), hole(1), gast.Load()))
    return op
