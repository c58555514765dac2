"""Whether a function of NumPy certainly gives whole numbers or truth values.

What is stored into an array of those is cut off: no derivative flows through it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from adjoint.runtime.rules import RULES
from adjoint.transform.analyses.forms import names
from adjoint.transform.analyses.kind import Kind
from adjoint.transform.ir.nodes import (
    Atom,
    Const,
    Op,
    Ref,
    Var,
)  # fmt: skip

_MAKERS = names("zeros ones empty eye identity tri fromiter zeros_like ones_like empty_like")
"""They make floats unless they are told otherwise."""
_FILLED = names("array asarray asanyarray ascontiguousarray asfortranarray full full_like arange")
_KEEPING = names(
    "add subtract multiply remainder negative positive square maximum minimum where clip absolute "
    "copy repeat tile concatenate stack vstack hstack dstack column_stack append insert delete "
    "reshape ndarray.reshape ravel ndarray.flatten squeeze expand_dims atleast_1d atleast_2d "
    "broadcast_to transpose ndarray.transpose ndarray.T swapaxes moveaxis flip fliplr flipud rot90 "
    "roll take take_along_axis diag diagonal tril triu sort cumsum cumprod sum prod max min ptp "
    "diff dot matmul outer kron pad ndarray.clip real conjugate unique compress"
)
"""Of whole numbers they make whole numbers."""
_POWERS = names("power floor_divide")
"""They do so of arrays; of numbers, the power of a negative one is none."""
_SECOND = names("zeros ones empty identity fromiter zeros_like ones_like empty_like")
"""They take the dtype as their second argument."""


def is_whole(op: Op, args: tuple[Kind | None, ...]) -> bool:
    """Whether an operation with a rule certainly gives whole numbers or truth values.

    Args:
        op: the operation.
        args: the kinds of its operands.
    """
    if op.prim not in RULES:
        return False
    named = list(_dtypes(op))
    if named and op.prim not in ("np.sum", "np.mean"):  # of floats, they are refused
        return len(named) == 1 and named[0] in "biu"
    if op.prim in _FILLED or op.prim in _KEEPING:
        values = {*RULES[op.prim].differentiable, "args", "stop"}
        given = [k for k, role in zip(args, op.roles, strict=True) if role in values]
        return bool(given) and all(k is not None and _holds_whole(k) for k in given)
    return False


def may_be_whole(op: Op, args: tuple[Kind | None, ...]) -> bool:
    """Whether an operation with a rule may give whole numbers, for all that is known of the dtypes.

    Args:
        op: the operation.
        args: the kinds of its operands.
    """
    if op.prim not in RULES:
        return False
    named = list(_dtypes(op))
    if named:
        return "?" in named
    if not any(kind is not None and _is_undecided(kind) for kind in args):
        return False
    rule = RULES[op.prim]
    if op.prim in _FILLED or op.prim in _KEEPING or op.prim in _POWERS:
        given = [
            k for k, role in zip(args, op.roles, strict=True)
            if role in {*rule.differentiable, "args"}
        ]
        return all(k is not None and (_is_undecided(k) or _holds_whole(k)) for k in given)
    return rule.memory != "fresh"


def _dtypes(op: Op) -> Iterator[str]:
    """The kinds of the dtypes that are named; `?` stands for one that is not known here."""
    for atom, role in zip(op.args, op.roles, strict=True):
        if role == "dtype" and not (isinstance(atom, Const) and atom.value is None):
            yield _dtype(atom) or "?"
        elif role == "args" and op.prim in _MAKERS:
            found = _dtype(atom)
            if found:
                yield found
    positional = [a for a, role in zip(op.args, op.roles, strict=True) if role == "args"]
    if op.prim in _SECOND and len(positional) > 1 and isinstance(positional[1], Var):
        yield "?"


def _dtype(atom: Atom) -> str | None:
    if not isinstance(atom, Const | Ref) or not isinstance(atom.value, type | np.dtype | str):
        return None
    try:
        return np.dtype(atom.value).kind
    except TypeError:
        return None


def _is_undecided(kind: Kind) -> bool:
    return kind.undecided or any(map(_is_undecided, kind.items))


def _holds_whole(kind: Kind) -> bool:
    if kind.tag in ("list", "tuple"):
        return bool(kind.items) and all(map(_holds_whole, kind.items))
    return kind.tag in ("num", "array", "numeric") and kind.discrete
