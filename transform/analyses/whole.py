"""Whether a function of NumPy certainly gives whole numbers or truth values.

What is stored into an array of those is cut off: no derivative flows through it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from adjoint.runtime.rules import RULES
from adjoint.transform.analyses.forms import names
from adjoint.transform.analyses.kind import Kind, atom_kind
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Const,
    Function,
    Op,
    Ref,
    Rhs,
    Var,
    walk,
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


def of_unknown_dtype(fn: Function, kinds: Mapping[str, Kind]) -> frozenset[str]:
    """The names of arrays of which it is not known before they are there what numbers they hold.

    They are made with a dtype that is known only then, or hold whole numbers at one place and
    others at another.

    Args:
        fn: the function.
        kinds: the kind of each name, joined over all that is bound to it.
    """
    return frozenset(
        stmt.target.name
        for stmt in walk(fn.body)
        if isinstance(stmt, Assign)
        if _may_be_whole(stmt.value, kinds) and not kinds[stmt.target.name].discrete
    )


def _may_be_whole(value: Rhs, kinds: Mapping[str, Kind]) -> bool:
    if not isinstance(value, Op):
        return isinstance(value, Var) and value.name in kinds and kinds[value.name].discrete
    args = tuple(atom_kind(a, kinds) for a in value.args)
    return value.prim in RULES and ("?" in _dtypes(value) or is_whole(value, args))


def _dtypes(op: Op) -> Iterator[str]:
    """The kinds of the dtypes that are named; `?` stands for one that is not known here."""
    for atom, role in zip(op.args, op.roles, strict=True):
        if role == "dtype":
            yield _dtype(atom) or "?"
        elif role == "args" and op.prim in _MAKERS:
            found = _dtype(atom)
            if found:
                yield found


def _dtype(atom: Atom) -> str | None:
    if not isinstance(atom, Const | Ref) or not isinstance(atom.value, type | np.dtype | str):
        return None
    try:
        return np.dtype(atom.value).kind
    except TypeError:
        return None


def _holds_whole(kind: Kind) -> bool:
    if kind.tag in ("list", "tuple"):
        return bool(kind.items) and all(map(_holds_whole, kind.items))
    return kind.tag in ("num", "array", "numeric") and kind.discrete
