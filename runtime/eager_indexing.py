"""Reading and writing parts of tensors."""

# Arrays are of many classes, and so is `self` here: both are Any.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from adjoint.runtime.eager import Op, operation
from adjoint.runtime.eager_reductions import axis_of
from adjoint.runtime.eager_results import settled
from adjoint.runtime.eager_shapes import cut
from adjoint.runtime.graph import TensorCore

if TYPE_CHECKING:
    from adjoint.runtime.tensor import Tensor


SELECT = operation("operator.getitem", "SelectBackward0", cut)
SLICE = operation("operator.getitem", "SliceBackward0", cut)
NEW_AXIS = operation("operator.getitem", "UnsqueezeBackward0", cut)
ALIAS = operation("operator.getitem", "AliasBackward0", cut)
INDEX = operation("operator.getitem", "IndexBackward0", lambda data, index: data[index])
GATHER = operation("np.take_along_axis", "GatherBackward0")
INDEX_SELECT = operation("np.take", "IndexSelectBackward0")
TAKE = operation("np.take")


def indices(index: Any) -> tuple[Any, ...]:
    """Turns what stands between the brackets into NumPy's terms: tensors become arrays.

    Raises:
        IndexError: for a tensor that is neither of whole numbers nor of truth values.
    """
    parts = index if isinstance(index, tuple) else (index,)
    return tuple(_one(part) for part in parts)


def _one(part: Any) -> Any:
    if part.__class__ is int or part.__class__ is slice or part is None or part is Ellipsis:
        return part
    if isinstance(part, TensorCore):
        if part._data.dtype.kind not in "biu":
            raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
        whole = part._data.ndim == 0 and part._data.dtype.kind != "b"
        return int(part._data) if whole else part._data
    if isinstance(part, (list, range)):
        return np.asarray([getattr(p, "_data", p) for p in part] or np.empty(0, np.int64))
    if isinstance(part, np.integer):
        return int(part)
    if isinstance(part, slice):
        return part
    if isinstance(part, (bool, np.bool_)):
        return np.asarray(part)
    return part


def _rank(part: Any) -> int:
    """Number of axes that one index uses up."""
    if part is None or part is Ellipsis:
        return 0
    return part.ndim if hasattr(part, "dtype") and part.dtype.kind == "b" else 1


def _check(x: Any, parts: tuple[Any, ...]) -> tuple[Any, ...]:
    """Writes the ellipsis out and checks the numbers.

    Raises:
        IndexError: in PyTorch's words.
    """
    shape = x._data.shape
    used = sum(map(_rank, parts))
    if used and not shape and parts[0].__class__ is int:
        raise IndexError(
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` "
            "in C++ to convert a 0-dim tensor to a number"
        )
    if used > len(shape):
        raise IndexError(f"too many indices for tensor of dimension {len(shape)}")
    free = (slice(None),) * (len(shape) - used)
    at = next((k for k, part in enumerate(parts) if part is Ellipsis), len(parts))
    parts = (*parts[:at], *free, *parts[at + 1 :])
    if any(part is Ellipsis for part in parts):
        raise IndexError("an index can only have a single ellipsis ('...')")
    axis = 0
    for part in parts:
        if part.__class__ is int and not -shape[axis] <= part < shape[axis]:
            raise IndexError(
                f"index {part} is out of bounds for dimension {axis} with size {shape[axis]}"
            )
        axis += _rank(part)
    return parts


def _title(parts: tuple[Any, ...]) -> Op:
    """Chooses the node's name: that of the last step PyTorch takes."""
    for part in reversed(parts):
        if part.__class__ is int:
            return SELECT
        if part is None:
            return NEW_AXIS
        if part.__class__ is not slice or part != slice(None):
            return SLICE
    return ALIAS


def _two_steps(parts: tuple[Any, ...]) -> tuple[tuple[Any, ...], tuple[Any, ...] | None]:
    """Separates plain indices, which are applied first, from those by arrays.

    (NumPy counts a number among the arrays, which moves axes; PyTorch does not.)
    """
    if not any(hasattr(part, "dtype") for part in parts):
        return parts, None
    first: list[Any] = []
    second: list[Any] = []
    for part in parts:
        if hasattr(part, "dtype"):
            first += [slice(None)] * _rank(part)
            second.append(part)
        else:
            first.append(part)
            if part.__class__ is not int:
                second.append(slice(None))
    return tuple(first), tuple(second)


class Indexing:
    """Subscripts and functions that pick elements out."""

    __slots__ = ()

    def __getitem__(self: Any, index: Any) -> Tensor:
        """Reads a part: a view for numbers and slices, a copy for arrays of positions or a mask."""
        shape = self._data.shape
        if shape and index.__class__ is int and -shape[0] <= index < shape[0]:
            return SELECT(self, (index,))
        if shape and index.__class__ is slice:
            return (ALIAS if index == slice(None) else SLICE)(self, (index,))
        first, second = _two_steps(_check(self, indices(index)))
        if second is None:
            return _title(first)(self, first)
        x = self if all(p == slice(None) for p in first) else _title(first)(self, first)
        try:
            return INDEX(x, second)
        except IndexError as error:
            message = str(error).replace("for axis", "for dimension")
            raise IndexError(_mask_mismatch(x, second) or message) from None

    def select(self: Any, dim: int, index: int) -> Tensor:
        """Gives one slice along an axis."""
        axis = axis_of(self, dim)
        return self[(*(slice(None),) * axis, index)]

    def narrow(self: Any, dim: int, start: int, length: int) -> Tensor:
        """Gives `length` slices along an axis."""
        axis = axis_of(self, dim)
        index = (*(slice(None),) * axis, slice(start, start + length))
        return SLICE(self, _check(self, index))

    def gather(self: Any, dim: int, index: Tensor) -> Tensor:
        """Picks, along an axis, the element that `index` names at each place."""
        axis = axis_of(self, dim)
        shape = index._data.shape
        within = tuple(slice(None) if k == axis else slice(n) for k, n in enumerate(shape))
        x = (
            self
            if all(
                n == m or k == axis
                for k, (n, m) in enumerate(zip(shape, self._data.shape, strict=True))
            )
            else self[within]
        )
        return GATHER(x, index._data, axis)

    def index_select(self: Any, dim: int, index: Tensor) -> Tensor:
        """Picks slices along an axis."""
        return INDEX_SELECT(self, index._data, axis_of(self, dim))

    def take(self: Any, index: Tensor) -> Tensor:
        """Picks elements by their position in the flattened tensor."""
        return TAKE(self, index._data, None)

    def masked_select(self: Any, mask: Tensor) -> Tensor:
        """Picks the elements where the mask holds."""
        return self[mask]

    def nonzero(self: Any) -> Tensor:
        """Gives the positions of the elements other than zero, one a row."""
        return settled(type(self), np.argwhere(self._data))


def _mask_mismatch(x: Any, parts: Sequence[Any]) -> str:
    """Words the complaint about a mask that does not fit."""
    axis = 0
    for part in parts:
        if hasattr(part, "dtype") and part.dtype.kind == "b":
            for k, n in enumerate(part.shape):
                if n != x._data.shape[axis + k]:
                    return (
                        f"The shape of the mask {list(part.shape)} at index {k} does not match the "
                        f"shape of the indexed tensor {list(x._data.shape)} at index {axis + k}"
                    )
        axis += _rank(part)
    return ""
