"""Tensors made of results: types that tensors hold, and views of the memory they came from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from adjoint.runtime import dtypes
from adjoint.runtime.graph import TensorCore, View, as_array, counter_of, plain
from adjoint.runtime.modes import GRAD_ENABLED

if TYPE_CHECKING:
    from adjoint.runtime.eager import Op
    from adjoint.runtime.tensor import Tensor

# What NumPy may give that tensors do not hold, and what they hold instead.
WIDENED = {"uint16": np.int32, "uint32": np.int64, "uint64": np.int64}


def settled(cls: type[Any], out: Any) -> Tensor:
    """Makes a tensor without history of a result."""
    out = as_array(out)
    if out.dtype.kind == "u" and out.dtype.name in WIDENED:
        out = out.astype(WIDENED[out.dtype.name])
    tensor: Tensor = plain(cls, out)
    return tensor


LARGE = 1 << 16  # bytes from which an array is not kept alive for its shape


def shape_alone(value: Any) -> Any:
    """Gives something of an array's shape and type that does not hold its memory."""
    if value.__class__ is np.ndarray and value.nbytes > LARGE:
        return np.broadcast_to(np.zeros((), value.dtype), value.shape)
    return value


def rewrap(cls: type[Any], out: Any) -> Any:
    """Makes tensors of the arrays in a result; anything else stays."""
    if isinstance(out, (list, tuple)):
        parts = [rewrap(cls, part) for part in out]
        return type(out)(*parts) if hasattr(out, "_fields") else type(out)(parts)
    if hasattr(out, "dtype") and out.dtype in dtypes.BY_DTYPE:
        return settled(cls, out)
    return out


class ViewStep:
    """A view operation with everything but what it is applied to."""

    __slots__ = ("op", "rest")

    def __init__(self, op: Op, rest: tuple[Any, ...]) -> None:
        """Keeps the other arguments."""
        self.op = op
        self.rest = rest

    def __call__(self, thing: Any) -> Any:
        """Cuts the view out of an array, or (recorded) out of a tensor."""
        if isinstance(thing, TensorCore):
            return self.op(thing, *self.rest)
        return self.op.forward(thing, *self.rest)


def link(tensor: Any, source: TensorCore, step: Callable[[Any], Any]) -> None:
    """Notes that a tensor shares the memory of `source`, if it does."""
    data, whole = tensor._data, source._data
    if data is not whole and not np.may_share_memory(data, whole):
        return
    tensor._counter = counter_of(source)
    view = source._view
    base, path = (source, ()) if view is None else (view.base, view.path)
    tensor._view = View(base, (*path, step), GRAD_ENABLED.get() and (view is None or view.recorded))
