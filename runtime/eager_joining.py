"""Joining tensors along an axis."""

# Arrays are of many classes, and so is `self` here: both are Any.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adjoint.runtime import dtypes
from adjoint.runtime.eager import operation
from adjoint.runtime.eager_operands import cast
from adjoint.runtime.eager_reductions import axis_of

CAT = operation("np.concatenate", "CatBackward0")
STACK = operation("np.stack", "StackBackward0")


def concatenate(tensors: Sequence[Any], dim: int = 0) -> Any:
    """Joins tensors along an axis.

    Raises:
        RuntimeError: where their other axes differ.
    """
    tensors = list(tensors)
    if not tensors:
        raise ValueError("adjoint.cat(): expected a non-empty list of Tensors")
    axis = axis_of(tensors[0], dim)
    ranks = [t._data.ndim for t in tensors]
    if len(set(ranks)) > 1:
        other = next(n for n in ranks if n != ranks[0])
        raise RuntimeError(
            f"Tensors must have same number of dimensions: got {ranks[0]} and {other}"
        )
    first = tensors[0]._data.shape
    for k, t in enumerate(tensors):
        for d, n in enumerate(t._data.shape):
            if d != axis and n != first[d]:
                raise RuntimeError(
                    f"Sizes of tensors must match except in dimension {axis}. Expected size "
                    f"{first[d]} but got size {n} for tensor number {k} in the list."
                )
    return CAT(_one_type(tensors), axis)


def stack(tensors: Sequence[Any], dim: int = 0) -> Any:
    """Joins tensors of one shape along a new axis.

    Raises:
        RuntimeError: where their shapes differ.
    """
    tensors = list(tensors)
    if not tensors:
        raise RuntimeError("stack expects a non-empty TensorList")
    first = tensors[0]._data.shape
    for k, t in enumerate(tensors):
        if t._data.shape != first:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(first)} at entry 0 "
                f"and {list(t._data.shape)} at entry {k}"
            )
    rank = len(first) + 1
    if not -rank <= dim < rank:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-rank}, {rank - 1}], "
            f"but got {dim})"
        )
    return STACK(_one_type(tensors), dim % rank)


def _one_type(tensors: list[Any]) -> list[Any]:
    if len({t._data.dtype for t in tensors}) == 1:
        return tensors
    dtype = dtypes.result_dtype([t._data for t in tensors])
    return [cast(t, dtype) for t in tensors]
