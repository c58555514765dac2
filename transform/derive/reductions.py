"""Reductions and products whose adjoint can be said with less than their rule says.

What a sum over all elements hands back is one number for all of them: it stays a number until an
array is wanted. Products of arrays whose numbers of axes are known need no helper to look at them.
"""

from __future__ import annotations

from adjoint.transform.derive.build import expression
from adjoint.transform.derive.contributions import Contribution, Incoming, Operand, is_fresh
from adjoint.transform.derive.sweep import Sweep
from adjoint.transform.ir.nodes import Atom, Const, Op

_VECTOR, _MATRIX = 1, 2


def reduced(op: Op, operand: Operand, incoming: Incoming, sweep: Sweep) -> Contribution | None:
    """The contribution of a sum, mean or product of known axes; None: its rule says it."""
    if op.prim in ("np.sum", "np.mean"):
        return _sum(op, operand, incoming, sweep)
    if op.prim in ("np.matmul", "np.dot"):
        return _product(op, operand, incoming, sweep)
    return None


def _sum(op: Op, operand: Operand, incoming: Incoming, sweep: Sweep) -> Contribution | None:
    kind = sweep.kind(operand.arg.name)
    if kind.tag not in ("array", "numeric", "num") or not incoming.is_flat:
        return None
    given: dict[str, Atom] = dict(zip(op.roles, op.args, strict=True))
    axis, keepdims = given.get("axis", Const(None)), given.get("keepdims", Const(False))
    if set(given) - {"a", "axis", "keepdims"} or not isinstance(keepdims, Const):
        return None
    mean = op.prim == "np.mean"
    if isinstance(axis, Const) and axis.value is None:
        extent = "part" if keepdims.value else "number"
        share = "g / count(a)" if mean else "g"
        return _small(share, incoming.full(), operand, extent)
    if not isinstance(axis, Const) or type(axis.value) is not int:
        return None
    share = f"g / count(a, {axis.value})" if mean else "g"
    if incoming.extent == "number":
        return _small(share, incoming.as_held(), operand, "number")
    if keepdims.value:
        return _small(share, incoming.full(), operand, "part")
    if kind.tag != "array" or kind.ndim is None or not -kind.ndim <= axis.value < kind.ndim:
        return None
    place = axis.value % kind.ndim
    if place == 0:  # what is broadcast to the operand's shape gets its first axis so
        return _small(share, incoming.full(), operand, "part")
    where = ", ".join(["np.newaxis" if i == place else ":" for i in range(kind.ndim)])
    return _small(f"({share})[{where}]", incoming.full(), operand, "part")


def _small(text: str, g: Atom, operand: Operand, extent: str) -> Contribution:
    value = g if text == "g" else expression(text, {"g": g, "a": operand.like})
    return Contribution(value, False, False, extent, operand.like)


def _product(op: Op, operand: Operand, incoming: Incoming, sweep: Sweep) -> Contribution | None:
    """Products of vectors and matrices, whose shapes are what they must be."""
    if len(op.args) != 2 or not all(r in ("x", "y", "a", "b") for r in op.roles):
        return None
    ranks = [
        kind.ndim if kind.tag == "array" else None
        for kind in (sweep.kind(getattr(a, "name", "")) for a in op.args)
    ]
    first = operand.role == op.roles[0]
    text = _PRODUCTS.get((ranks[0], ranks[1], first))
    if text is None:
        return None
    x, y = (operand.atoms[role] for role in op.roles)
    value = expression(text, {"g": incoming.full(), "x": x, "y": y})
    return Contribution(value, is_fresh(value.template))


_PRODUCTS: dict[tuple[int | None, int | None, bool], str] = {
    (_MATRIX, _MATRIX, True): "g @ y.T",
    (_MATRIX, _MATRIX, False): "x.T @ g",
    (_MATRIX, _VECTOR, True): "np.outer(g, y)",
    (_MATRIX, _VECTOR, False): "x.T @ g",
    (_VECTOR, _MATRIX, True): "y @ g",
    (_VECTOR, _MATRIX, False): "np.outer(x, g)",
    (_VECTOR, _VECTOR, True): "g * y",
    (_VECTOR, _VECTOR, False): "g * x",
}
"""By the axes of both operands and whether it is the first that is differentiated."""
