"""Which operations can be moved past each other."""

from __future__ import annotations

import math

import gast
import numpy as np

from adjoint.transform.emit.templates import hole_values
from adjoint.transform.ir.nodes import Op, Ref
from adjoint.transform.ir.trees import nodes

_WRITERS = frozenset(
    (
        "copyto", "place", "put", "put_along_axis", "putmask", "fill_diagonal", "save", "savez",
        "savetxt", "apply_along_axis", "apply_over_axes", "fromfunction", "vectorize", "piecewise",
        "frompyfunc",
    )
)  # fmt: skip
_BUILTINS = frozenset(
    (
        abs, all, any, bool, complex, divmod, float, int, isinstance, len, list, max, min,
        pow, range, round, sorted, sum, tuple,
    )
)  # fmt: skip
_EFFECTFUL = frozenset(("out", "key", "**"))  # parameters that make a call more than a look
# They may change what they get.
_CHANGING = (
    "derived.pop", "derived.pullback", "derived.vjp", "derived.cell",
)
PLAIN = "plain "
"""Begins what an operation means that was derived, and is printed as it stands."""
_MODULES = ("numpy", "numpy.linalg", "numpy.fft")


def is_pure(op: Op) -> bool:
    """Whether an operation neither has effects nor depends on when it runs, memory aside.

    Calls of NumPy's and `math`'s functions are pure; calls of anything else may do anything.
    Operators and attributes are taken to be pure, whatever they are applied to.
    """
    if op.prim == "call":
        return (
            isinstance(op.callee, Ref)
            and not _EFFECTFUL.intersection(op.roles)
            and _is_pure(op.callee.value)
        )
    if op.prim.removeprefix(PLAIN) in _CHANGING:
        return False
    if op.prim.startswith("method:") or _EFFECTFUL.intersection(op.roles):
        return False
    if op.prim == "look":
        calls = (node for node in nodes(op.template) if isinstance(node, gast.Call))
        return all(_is_pure_call(call, op) for call in calls)
    return True


def _is_pure_call(call: gast.Call, op: Op) -> bool:
    """Whether a call inside a look is of a known function: an operand, or `len` of our own."""
    values = hole_values(op.args, op.callee)
    callee = values.get(call.func.id) if isinstance(call.func, gast.Name) else None
    named = {keyword.arg or "**" for keyword in call.keywords}
    match op.template, call.func:
        case gast.Call(func=gast.Name(id="len")), gast.Name(id="len" | "range"):
            return True
    return isinstance(callee, Ref) and not _EFFECTFUL & named and _is_pure(callee.value)


def reads_memory(op: Op) -> bool:
    """Whether the value may depend on what an array or object holds, not on bindings alone."""
    return op.prim not in {"tuple", "list", "dict"} or any(role for role in op.roles)


def _is_pure(callee: object) -> bool:
    if isinstance(callee, np.ufunc) or (isinstance(callee, type) and callee in _BUILTINS):
        return True
    name = getattr(callee, "__name__", "")
    module = getattr(callee, "__module__", None)
    if module == "math":
        return getattr(math, name, None) is callee
    if module == "builtins":
        return callee in _BUILTINS
    return module in _MODULES and name not in _WRITERS
