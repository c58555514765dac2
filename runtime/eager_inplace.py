"""Writing into tensors: versions, and what a write means for the graph.

A write through a view changes the tensor that owns the memory: `base[path] = new`. The base then
gets a node whose cotangent for the old base is zero where the view was written, and whose cotangent
for what was written is the same view of the incoming one. Other views of the base find their way
to the new node when they are next asked (`graph.edge_of`).
"""

# Arrays are of many classes, and so is `self` here: both are Any.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from adjoint.runtime import dtypes
from adjoint.runtime.eager import is_recording
from adjoint.runtime.eager_indexing import _check as checked
from adjoint.runtime.eager_indexing import _two_steps as two_steps
from adjoint.runtime.eager_indexing import indices
from adjoint.runtime.eager_operands import cast
from adjoint.runtime.graph import (
    Edge,
    Node,
    TensorCore,
    edge_of,
    next_number,
    node_class,
    plain,
    retain,
)

if TYPE_CHECKING:
    from adjoint.runtime.tensor import Tensor

LEAF = "a leaf Variable that requires grad is being used in an in-place operation."
VIEW_OF_LEAF = (
    "a view of a leaf Variable that requires grad is being used in an in-place operation."
)
UNRECORDED_VIEW = (
    "A view was created in no_grad mode and is being modified inplace with grad mode enabled. "
    "Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your "
    "code by moving both the view and the inplace either both inside the no_grad block (if you "
    "don't want the inplace to be tracked) or both outside (if you want the inplace to be tracked)."
)
OVERLAP = (
    "unsupported operation: more than one element of the written-to tensor refers to a single "
    "memory location. Please clone() the tensor before performing the operation."
)


class WriteNode(Node):
    """A part of a tensor was overwritten.

    cut: gives the part of an array (or, recorded, of a tensor) of the tensor's shape. like: an
    array with the strides of the tensor, so that the cut of a cotangent is a view wherever
    that of the tensor is.
    """

    __slots__ = ("cut", "like", "written")
    cut: Callable[[Any], Any]
    like: Any
    written: tuple[tuple[int, ...], Any]

    def run(self, g: Any) -> Sequence[Any]:
        """Sends on the cotangent without the part, and the part."""
        rest = np.empty_like(self.like, dtype=g.dtype)
        rest[...] = g
        part = self.cut(rest)
        written = part.copy()
        part[...] = 0
        return [rest, written][: len(self.edges)]

    def run_recorded(self, g: Any, record: Callable[..., Any]) -> Sequence[Any]:
        """The same, recorded: both are linear in the cotangent."""
        mask = np.ones_like(self.like, dtype=bool)
        self.cut(mask)[...] = False
        rest = np.where(mask, g, 0)
        return [rest, self.cut(g).clone()][: len(self.edges)]


class IndexPutNode(WriteNode):
    """Elements picked by arrays were overwritten."""

    __slots__ = ("index",)
    index: tuple[Any, ...]

    def run(self, g: Any) -> Sequence[Any]:
        """Sends on the cotangent without the elements, and the elements."""
        rest = g.copy()
        part = self.cut(rest)
        written = np.where(_survivors(part, self.index), part[self.index], 0)
        part[self.index] = 0
        return [rest, written][: len(self.edges)]

    def run_recorded(self, g: Any, record: Callable[..., Any]) -> Sequence[Any]:
        """The same, recorded."""
        mask = np.ones_like(self.like, dtype=bool)
        self.cut(mask)[self.index] = False
        part = self.cut(g)
        written = np.where(_survivors(part._data, self.index), part[self.index], 0)
        return [np.where(mask, g, 0), written][: len(self.edges)]


def _survivors(part: Any, index: tuple[Any, ...]) -> Any:
    """Which of the elements written are there afterwards: of two in one place, the last."""
    order = np.cumsum(np.ones_like(part[index], dtype=int)).reshape(part[index].shape)
    written = np.zeros_like(part, dtype=int)
    written[index] = order
    return written[index] == order


COPY_SLICES = node_class("CopySlices", WriteNode)
INDEX_PUT = node_class("IndexPutBackward0", IndexPutNode)


def check_writable(x: TensorCore, others: Sequence[Any] = ()) -> bool:
    """Says whether a write into `x` has to be recorded.

    Raises:
        RuntimeError: where the write is forbidden: into a leaf that requires grad, into a view of
            one, into a view taken under `no_grad`, into elements that share memory.
    """
    writeable = getattr(x._data.flags, "writeable", True)  # CuPy's arrays all are
    if not writeable or (0 in x._data.strides and x._data.size > 1):
        if any(s == 0 and n > 1 for s, n in zip(x._data.strides, x._data.shape, strict=True)):
            raise RuntimeError(OVERLAP)
        if not writeable:
            raise RuntimeError("the memory of this tensor cannot be written to; clone() it first")
    if not is_recording():
        return False
    if x._leaf:
        raise RuntimeError(LEAF)
    view = x._view
    if view is not None and view.base._leaf and view.recorded:
        raise RuntimeError(VIEW_OF_LEAF)
    tracked = edge_of(x) is not None or any(
        isinstance(o, TensorCore) and edge_of(o) is not None for o in others
    )
    if view is not None and not view.recorded and (tracked or edge_of(view.base) is not None):
        raise RuntimeError(UNRECORDED_VIEW)
    return tracked


def rebase(x: TensorCore, edge: Edge) -> None:
    """Makes `edge` the history of what was written into `x`, and of what `x` is a view of."""
    view = x._view
    owner = x if view is None else view.base
    if view is not None:
        edge = _write_node(COPY_SLICES, owner, edge, view.of)
    retains = owner._extra is not None and owner._extra.retains
    if retains:
        retain(owner, False)
    owner._edge = edge
    if retains:
        retain(owner, True)


def _write_node(
    kind: type[Node], base: TensorCore, written: Edge, cut: Callable[[Any], Any]
) -> Node:
    node: Any = kind.__new__(kind)
    node.number = next_number()
    node.extra = None
    node.cut = cut
    node.like = base._data
    node.edges = (edge_of(base), written)
    return node


def bump(x: TensorCore) -> None:
    """Counts a write into a tensor's memory."""
    counter = x._counter
    if counter is None:
        x._counter = [1]
    else:
        counter[0] += 1


def replace(x: Any, new: Any, tracked: bool) -> Any:
    """Writes the tensor `new`, computed from `x`, over `x`.

    Raises:
        RuntimeError: where shape or type do not fit.
    """
    data, fresh = x._data, new._data
    if fresh.shape != data.shape:
        raise RuntimeError(
            f"output with shape {list(data.shape)} doesn't match the broadcast shape "
            f"{list(fresh.shape)}"
        )
    if dtypes.CATEGORY[fresh.dtype.kind] > dtypes.CATEGORY[data.dtype.kind]:
        raise RuntimeError(
            f"result type {dtypes.of(fresh.dtype).title} can't be cast to the desired output type "
            f"{dtypes.of(data.dtype).title}"
        )
    if tracked:
        new = cast(new, data.dtype)
        _own_old_values(x, new)
    data[...] = fresh
    bump(x)
    if tracked:
        edge = edge_of(new)
        if edge is not None:
            rebase(x, edge)
    return x


def _own_old_values(x: TensorCore, new: TensorCore) -> None:
    """Lets the node of an in-place operation keep what `x` was, before it is overwritten."""
    node: Any = new._edge
    args = getattr(node, "args", None)
    if args and args[0] is x._data:
        node.args = (x._data.copy(), *args[1:])
        for k, check in enumerate(node.checks):
            if check[2] is x:
                node.checks = [*node.checks[:k], *node.checks[k + 1 :]]
                break


def in_place(name: str, title: str) -> Callable[..., Any]:
    """Makes the in-place form of a method."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Tensor:
        tracked = check_writable(self, (*args, *kwargs.values()))
        new = getattr(self, name)(*args, **kwargs)
        if new is NotImplemented:
            if name.startswith("__"):
                return NotImplemented
            raise TypeError(f"{title}(): argument must be Tensor or Number, not {args!r}")
        return replace(self, new, tracked)

    method.__name__ = title
    method.__doc__ = f"Does `{name}` in place."
    return method


class InPlace:
    """Operations that write into the tensor they are called on."""

    __slots__ = ()

    __iadd__ = in_place("__add__", "__iadd__")
    __isub__ = in_place("__sub__", "__isub__")
    __imul__ = in_place("__mul__", "__imul__")
    __itruediv__ = in_place("__truediv__", "__itruediv__")
    __ifloordiv__ = in_place("__floordiv__", "__ifloordiv__")
    __imod__ = in_place("__mod__", "__imod__")
    __ipow__ = in_place("__pow__", "__ipow__")
    __iand__ = in_place("__and__", "__iand__")
    __ior__ = in_place("__or__", "__ior__")
    __ixor__ = in_place("__xor__", "__ixor__")
    add_ = in_place("add", "add_")
    sub_ = subtract_ = in_place("sub", "sub_")
    mul_ = multiply_ = in_place("mul", "mul_")
    div_ = divide_ = in_place("div", "div_")
    pow_ = in_place("pow", "pow_")
    neg_ = in_place("neg", "neg_")
    abs_ = in_place("abs", "abs_")
    exp_ = in_place("exp", "exp_")
    log_ = in_place("log", "log_")
    sqrt_ = in_place("sqrt", "sqrt_")
    sin_ = in_place("sin", "sin_")
    cos_ = in_place("cos", "cos_")
    tanh_ = in_place("tanh", "tanh_")
    sigmoid_ = in_place("sigmoid", "sigmoid_")
    relu_ = in_place("relu", "relu_")
    reciprocal_ = in_place("reciprocal", "reciprocal_")
    square_ = in_place("square", "square_")
    floor_ = in_place("floor", "floor_")
    ceil_ = in_place("ceil", "ceil_")
    round_ = in_place("round", "round_")
    clamp_ = clip_ = in_place("clamp", "clamp_")
    masked_fill_ = in_place("masked_fill", "masked_fill_")
    lerp_ = in_place("lerp", "lerp_")

    def copy_(self: Any, src: Any) -> Tensor:
        """Copies another tensor's elements into this one."""
        self[...] = src
        return self

    def fill_(self: Any, value: Any) -> Tensor:
        """Sets every element."""
        self[...] = value
        return self

    def zero_(self: Any) -> Tensor:
        """Sets every element to zero."""
        self[...] = 0
        return self

    def __setitem__(self: Any, index: Any, value: Any) -> None:
        """Writes a part."""
        write(self, index, value)


def write(x: Any, index: Any, value: Any) -> None:
    """Writes into the part of a tensor that an index names.

    Raises:
        RuntimeError: where the write is forbidden, or the value does not fit.
    """
    if x._leaf and is_recording() and not _is_whole(index):
        raise RuntimeError(VIEW_OF_LEAF)
    tracked = check_writable(x, (value,))
    first, second = two_steps(checked(x, indices(index)))
    source = value
    if not isinstance(value, TensorCore):
        source = plain(type(x), np.asarray(value, x._data.dtype))
    data = x._data[(*first, ...)]
    target_shape = data.shape if second is None else data[second].shape
    fresh = source._data
    while fresh.ndim > len(target_shape) and fresh.shape[0] == 1:
        fresh = fresh[0]
    try:
        if second is None:
            data[...] = fresh
        else:
            data[second] = fresh
    except ValueError:
        raise RuntimeError(_unfit(fresh.shape, target_shape, second is None)) from None
    bump(x)
    if not tracked:
        return
    written = cast(source, x._data.dtype)
    written = written.reshape(fresh.shape).expand(*target_shape)
    if second is None:
        node = _write_node(COPY_SLICES, x, edge_of(written), lambda a: a[(*first, ...)])
    else:
        node = _write_node(INDEX_PUT, x, edge_of(written), lambda a: a[(*first, ...)])
        node.index = second  # type: ignore[attr-defined]
    rebase(x, node)


def _unfit(value: tuple[int, ...], part: tuple[int, ...], plain_index: bool) -> str:
    if not plain_index:
        return (
            f"shape mismatch: value tensor of shape {list(value)} cannot be broadcast to indexing "
            f"result of shape {list(part)}"
        )
    for k in range(1, len(value) + 1):
        n = part[-k] if k <= len(part) else 1
        if value[-k] not in (1, n):
            return (
                f"The expanded size of the tensor ({n}) must match the existing size ({value[-k]}) "
                f"at non-singleton dimension {len(part) - k}.  Target sizes: {list(part)}.  "
                f"Tensor sizes: {list(value)}"
            )
    return f"cannot write a value of shape {list(value)} into a part of shape {list(part)}"


def _is_whole(index: Any) -> bool:
    """Whether an index names the whole tensor."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(part is Ellipsis or part == slice(None) for part in parts)
