"""Texts of rules for arguments that are known, and for as many arguments as there are."""

from __future__ import annotations

import re

from adjoint.transform.ir.nodes import Const, Op, Var

SQUARE = "2 * g * x"
"""The derivative of `x * x`, by both operands at once."""

_MIN_POWER = 3


def special_text(op: Op, role: str) -> str | None:
    """The derivative of a square, of a constant power, or by a constant factor; else None."""
    if op.prim == "np.multiply" and len(op.args) == 2:
        first, second = op.args
        if first == second and isinstance(first, Var):
            return SQUARE.replace("x", op.roles[0])
        other = second if role == op.roles[0] else first
        if isinstance(other, Const):
            return f"{op.roles[1] if role == op.roles[0] else op.roles[0]} * g"
    if op.prim == "np.power" and role == op.roles[0] and isinstance(op.args[1], Const):
        exponent = op.args[1].value
        if type(exponent) is int and exponent == _MIN_POWER - 1:
            return SQUARE.replace("x", op.roles[0])
        if type(exponent) is int and exponent >= _MIN_POWER:
            return f"{exponent} * g * {op.roles[0]} ** {exponent - 1}"
    if op.prim == "np.square":
        return SQUARE.replace("x", op.roles[0])
    return None


def spread(text: str, role: str, count: int) -> str:
    """A text of a starred parameter, for that many arguments."""
    names = ", ".join(f"{role}_{i}" for i in range(count))
    if not count:
        text = re.sub(rf",\s*\*{role}\b", "", text)
    text = re.sub(rf"\*{role}\b", names, text)
    return re.sub(rf"\b{role}\b", f"({names},)" if count else "()", text)
