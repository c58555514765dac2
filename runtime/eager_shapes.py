"""Reshaping, rearranging and copying tensors, with PyTorch's arguments."""

# Arrays are of many classes, and so is `self` here: both are Any.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from adjoint.runtime import dtypes
from adjoint.runtime.eager import operation
from adjoint.runtime.eager_reductions import axis_of

if TYPE_CHECKING:
    from adjoint.runtime.tensor import Tensor

VIEW = operation("np.reshape", "ViewBackward0")
UNSAFE_VIEW = operation("np.reshape", "UnsafeViewBackward0")
UNSQUEEZE = operation("np.reshape", "UnsqueezeBackward0")
SQUEEZE, SQUEEZE_DIM = (operation("np.reshape", f"SqueezeBackward{k}") for k in (0, 1))
PERMUTE = operation("np.transpose", "PermuteBackward0")
T = operation("np.transpose", "TBackward0")
TRANSPOSE = operation("np.swapaxes", "TransposeBackward0")
EXPAND = operation("np.broadcast_to", "ExpandBackward0")
CLONE = operation("np.copy", "CloneBackward0")
IN_ORDER = operation("np.copy", "CloneBackward0", lambda a: a.copy(order="C"))
REPEAT = operation("np.tile", "RepeatBackward0")
REPEAT_INTERLEAVE = operation("np.repeat", "IndexSelectBackward0")
ROLL = operation("np.roll")
TRIU, TRIL = operation("np.triu"), operation("np.tril")
DIAGONAL = operation("np.diagonal")
TRACE = operation("np.trace")


def cut(data: Any, index: Any) -> Any:
    """Indexes an array; single elements are views without axes, not numbers."""
    return data[(*index, ...)]


MATRIX = 2  # the number of axes of a matrix


def sizes(shape: Sequence[Any]) -> tuple[int, ...]:
    """Reads a shape given as numbers or as one sequence of them."""
    if len(shape) == 1 and isinstance(shape[0], (list, tuple)):
        shape = shape[0]
    return tuple(int(n) for n in shape)


def _settle_shape(x: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Works out the size that is -1, and checks that the elements fill the shape.

    Raises:
        RuntimeError: where they do not.
    """
    size = x._data.size
    known = 1
    for n in shape:
        known *= n if n != -1 else 1
    free = shape.count(-1)
    if free > 1:
        raise RuntimeError("only one dimension can be inferred")
    if free and known == 0 and size == 0:
        raise RuntimeError(
            f"cannot reshape tensor of 0 elements into shape {list(shape)} because the "
            "unspecified dimension size -1 can be any value and is ambiguous"
        )
    if (size % known if free and known else size != known) or any(n < -1 for n in shape):
        raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {size}")
    return tuple(size // known if n == -1 else n for n in shape)


class Shapes:
    """Views, copies and rearrangements."""

    __slots__ = ()

    def view(self: Any, *shape: Any) -> Tensor:
        """Gives the same elements under another shape, sharing memory.

        Raises:
            RuntimeError: where that needs a copy, or the elements do not fill the shape.
        """
        result = VIEW(self, _settle_shape(self, sizes(shape)))
        if not np.may_share_memory(result._data, self._data) and self._data.size:
            raise RuntimeError(
                "view size is not compatible with input tensor's size and stride (at least one "
                "dimension spans across two contiguous subspaces). Use .reshape(...) instead."
            )
        return result

    def reshape(self: Any, *shape: Any) -> Tensor:
        """Gives the same elements under another shape, copied only where it must be."""
        wanted = _settle_shape(self, sizes(shape))
        data = self._data
        if data.flags.c_contiguous or np.may_share_memory(data.reshape(wanted), data):
            return VIEW(self, wanted)
        return UNSAFE_VIEW(IN_ORDER(self), wanted)

    def view_as(self: Any, other: Tensor) -> Tensor:
        """Gives the same elements under `other`'s shape, sharing memory."""
        return self.view(other._data.shape)

    def reshape_as(self: Any, other: Tensor) -> Tensor:
        """Gives the same elements under `other`'s shape."""
        return self.reshape(other._data.shape)

    def flatten(self: Any, start_dim: int = 0, end_dim: int = -1) -> Tensor:
        """Joins the axes from `start_dim` to `end_dim` into one."""
        first, last = axis_of(self, start_dim), axis_of(self, end_dim)
        shape = self._data.shape or (1,)
        if first > last:
            raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
        if first == last and self._data.ndim:
            return self
        middle = int(np.prod(shape[first : last + 1]))
        return self.reshape(*shape[:first], middle, *shape[last + 1 :])

    def ravel(self: Any) -> Tensor:
        """Joins all axes into one."""
        return self.reshape(-1)

    def unflatten(self: Any, dim: int, sizes: Sequence[int]) -> Tensor:
        """Splits one axis into several."""
        axis, shape = axis_of(self, dim), self._data.shape
        return self.reshape(*shape[:axis], *sizes, *shape[axis + 1 :])

    def unsqueeze(self: Any, dim: int) -> Tensor:
        """Adds an axis of length one."""
        rank = self._data.ndim + 1
        if not -rank <= dim < rank:
            raise IndexError(
                f"Dimension out of range (expected to be in range of [{-rank}, {rank - 1}], "
                f"but got {dim})"
            )
        shape = list(self._data.shape)
        shape.insert(dim % rank, 1)
        return UNSQUEEZE(self, tuple(shape))

    def squeeze(self: Any, dim: Any = None) -> Tensor:
        """Drops axes of length one: all of them, or those named."""
        shape = self._data.shape
        if dim is None:
            return SQUEEZE(self, tuple(n for n in shape if n != 1))
        dims = {axis_of(self, d) for d in (dim if isinstance(dim, (list, tuple)) else (dim,))}
        kept = tuple(n for k, n in enumerate(shape) if k not in dims or n != 1)
        return SQUEEZE_DIM(self, kept)

    @property
    def T(self: Any) -> Tensor:
        """The axes in the opposite order."""
        return PERMUTE(self, None)

    @property
    def mT(self: Any) -> Tensor:
        """The last two axes exchanged."""
        return self.transpose(-2, -1)

    def t(self: Any) -> Tensor:
        """Transposes a matrix; gives anything smaller as it is."""
        if self._data.ndim > MATRIX:
            raise RuntimeError(
                f"t() expects a tensor with <= 2 dimensions, but self is {self._data.ndim}D"
            )
        return T(self, None)

    def transpose(self: Any, dim0: int, dim1: int) -> Tensor:
        """Exchanges two axes."""
        first, second = axis_of(self, dim0), axis_of(self, dim1)
        return TRANSPOSE(self, first, second) if self._data.ndim else self

    swapaxes = swapdims = transpose

    def permute(self: Any, *dims: Any) -> Tensor:
        """Puts the axes in the order given."""
        order = sizes(dims)
        if len(order) != self._data.ndim:
            raise RuntimeError(
                "permute(sparse_coo): number of dimensions in the tensor input does not match the "
                f"length of the desired ordering of dimensions i.e. input.dim() = "
                f"{self._data.ndim} is not equal to len(dims) = {len(order)}"
            )
        order = tuple(axis_of(self, dim) for dim in order)
        if len(set(order)) != len(order):
            raise RuntimeError("permute(): duplicate dims are not allowed.")
        return PERMUTE(self, order)

    def movedim(self: Any, source: Any, destination: Any) -> Tensor:
        """Moves axes to other places; the others keep their order."""
        froms = [axis_of(self, d) for d in np.atleast_1d(source).tolist()]
        tos = [axis_of(self, d) for d in np.atleast_1d(destination).tolist()]
        rest = [k for k in range(self._data.ndim) if k not in froms]
        for target, origin in sorted(zip(tos, froms, strict=True)):
            rest.insert(target, origin)
        return self.permute(*rest)

    moveaxis = movedim

    def expand(self: Any, *shape: Any) -> Tensor:
        """Repeats axes of length one without copying; -1 keeps a length.

        Raises:
            RuntimeError: where the shapes do not go together.
        """
        wanted, have = sizes(shape), self._data.shape
        lead = len(wanted) - len(have)
        if lead < 0:
            raise RuntimeError(
                f"expand(adjoint.{dtypes.of(self._data.dtype).title}Tensor{list(have)}, "
                f"size={list(wanted)}): the number of sizes "
                f"provided ({len(wanted)}) must be greater or equal to the number of dimensions in "
                f"the tensor ({len(have)})"
            )
        target = [have[k - lead] if n == -1 else n for k, n in enumerate(wanted)]
        for k, n in reversed(list(enumerate(have))):
            if n not in (1, target[k + lead]):
                raise RuntimeError(
                    f"The expanded size of the tensor ({target[k + lead]}) must match the existing "
                    f"size ({n}) at non-singleton dimension {k + lead}.  Target sizes: "
                    f"{list(wanted)}.  Tensor sizes: {list(have)}"
                )
        return EXPAND(self, tuple(target))

    broadcast_to = expand

    def expand_as(self: Any, other: Tensor) -> Tensor:
        """Repeats axes of length one up to `other`'s shape."""
        return self.expand(*other._data.shape)

    def clone(self: Any) -> Tensor:
        """Copies, recorded."""
        return CLONE(self)

    def contiguous(self: Any) -> Tensor:
        """Gives the tensor itself where its memory is in order, a copy otherwise."""
        return self if self._data.flags.c_contiguous else IN_ORDER(self)

    def is_contiguous(self: Any) -> bool:
        """Whether the elements lie in memory in the order of the axes."""
        return bool(self._data.flags.c_contiguous)

    def repeat(self: Any, *repeats: Any) -> Tensor:
        """Lays copies side by side: so many along each axis."""
        counts = sizes(repeats)
        if len(counts) < self._data.ndim:
            raise RuntimeError(
                "Number of dimensions of repeat dims can not be smaller than number of "
                "dimensions of tensor"
            )
        return REPEAT(self, counts)

    def tile(self: Any, *repeats: Any) -> Tensor:
        """Lays copies side by side; axes that are not named are not repeated."""
        return REPEAT(self, sizes(repeats))

    def repeat_interleave(self: Any, repeats: Any, dim: int | None = None) -> Tensor:
        """Repeats every element in place."""
        repeats = getattr(repeats, "_data", repeats)
        return REPEAT_INTERLEAVE(self, repeats, dim if dim is None else axis_of(self, dim))

    def flip(self: Any, *dims: Any) -> Tensor:
        """Reverses axes; the result is a copy, as in PyTorch."""
        if self._data.ndim == 0:
            return self.clone()
        axes = tuple(axis_of(self, d) for d in sizes(dims))
        return FLIP_COPY(self, axes)

    def roll(self: Any, shifts: Any, dims: Any = None) -> Tensor:
        """Shifts elements along axes; what leaves at one end comes in at the other."""
        return ROLL(self, shifts, dims)

    def triu(self: Any, diagonal: int = 0) -> Tensor:
        """Keeps the upper triangle."""
        return TRIU(self, diagonal)

    def tril(self: Any, diagonal: int = 0) -> Tensor:
        """Keeps the lower triangle."""
        return TRIL(self, diagonal)

    def diag(self: Any, diagonal: int = 0) -> Tensor:
        """Takes the diagonal of a matrix, or makes a matrix with this diagonal."""
        return DIAG_COPY(self, diagonal)

    def diagonal(self: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
        """Takes a diagonal."""
        return DIAGONAL(self, offset, dim1, dim2)

    def trace(self: Any) -> Tensor:
        """Adds up the diagonal of a matrix."""
        return TRACE(self, 0, 0, 1)

    def unbind(self: Any, dim: int = 0) -> tuple[Tensor, ...]:
        """Gives the slices along an axis."""
        axis = axis_of(self, dim)
        before = (slice(None),) * axis
        return tuple(UNBIND(self, (*before, k)) for k in range(self._data.shape[axis]))

    def split(self: Any, split_size: Any, dim: int = 0) -> tuple[Tensor, ...]:
        """Cuts an axis into pieces of one length, or of the lengths given."""
        axis = axis_of(self, dim)
        length = self._data.shape[axis]
        if isinstance(split_size, int):
            pieces = [min(split_size, length - k) for k in range(0, length, split_size)]
        else:
            pieces = list(split_size)
            if sum(pieces) != length:
                raise RuntimeError(
                    f"split_with_sizes expects split_sizes to sum exactly to {length} (input "
                    f"tensor's size at dimension {axis}), but got split_sizes={pieces}"
                )
        starts = [sum(pieces[:k]) for k in range(len(pieces))]
        before = (slice(None),) * axis
        return tuple(
            SPLIT(self, (*before, slice(k, k + n))) for k, n in zip(starts, pieces, strict=True)
        )

    def chunk(self: Any, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
        """Cuts an axis into so many pieces, the last one perhaps shorter."""
        length = self._data.shape[axis_of(self, dim)]
        if length == 0:
            return self.split([0] * chunks, dim)
        return self.split(max(1, -(-length // chunks)), dim)

    def __iter__(self: Any) -> Iterator[Tensor]:
        """Goes through the slices along the first axis."""
        if self._data.ndim == 0:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))


FLIP_COPY = operation("np.flip", "FlipBackward0", lambda m, axis: np.flip(m, axis).copy())
DIAG_COPY = operation("np.diag", "DiagonalBackward0_copy", lambda v, k: np.diag(v, k).copy())


UNBIND = operation("operator.getitem", "UnbindBackward0", cut)
SPLIT = operation("operator.getitem", "SplitBackward0", cut)
