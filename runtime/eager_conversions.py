"""Other types, other devices, copies and pickles of tensors."""

# Arrays are of many classes, and so is `self` here: both are Any.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from adjoint.runtime import device, dtypes
from adjoint.runtime.eager_operands import cast
from adjoint.runtime.graph import Array, counter_of, plain

if TYPE_CHECKING:
    from adjoint.runtime.tensor import Tensor


class Conversions:
    """Conversions, recorded; copies and pickles, of leaves."""

    __slots__ = ()

    def to(self: Any, *args: Any, **kwargs: Any) -> Tensor:
        """Converts to another type, device or both, recorded; itself where nothing changes."""
        wanted_dtype, wanted_device, copy = device.parse_to(args, kwargs)
        x: Any = self
        if wanted_device is not None:
            x = device.move(x, wanted_device)
        if wanted_dtype is not None:
            x = cast(x, wanted_dtype)
        return x.clone() if copy and x is self else x

    def type(self: Any, dtype: Any = None) -> Any:
        """Converts to another type; without one, names the tensor's."""
        if dtype is None:
            return f"adjoint.{self.dtype.title}Tensor"
        return cast(self, dtypes.numpy_dtype(dtype))

    def type_as(self: Any, other: Tensor) -> Tensor:
        """Converts to another tensor's type."""
        return cast(self, other._data.dtype)

    def cuda(self: Any, index: int | None = None) -> Tensor:
        """Copies to the GPU."""
        return self.to("cuda" if index is None else f"cuda:{index}")

    def cpu(self: Any) -> Tensor:
        """Copies to the host's memory."""
        return self.to("cpu")

    def float(self: Any) -> Tensor:
        """Converts to float32."""
        return cast(self, dtypes.float32.dtype)

    def double(self: Any) -> Tensor:
        """Converts to float64."""
        return cast(self, dtypes.float64.dtype)

    def half(self: Any) -> Tensor:
        """Converts to float16."""
        return cast(self, dtypes.float16.dtype)

    def long(self: Any) -> Tensor:
        """Converts to int64."""
        return cast(self, dtypes.int64.dtype)

    def int(self: Any) -> Tensor:
        """Converts to int32."""
        return cast(self, dtypes.int32.dtype)

    def bool(self: Any) -> Tensor:
        """Converts to bool."""
        return cast(self, dtypes.bool_.dtype)

    def __copy__(self: Any) -> Tensor:
        """Gives another tensor with the same memory and history."""
        result = plain(type(self), self._data, self._edge)
        result._leaf, result._view, result._counter = self._leaf, self._view, counter_of(self)
        return result

    def __deepcopy__(self: Any, memo: dict[Any, Any]) -> Tensor:
        """Copies a leaf with its gradient.

        Raises:
            RuntimeError: the tensor was computed: its history cannot be copied.
        """
        if not self.is_leaf:
            raise RuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy "
                "protocol at the moment.  If you were attempting to deepcopy a module, this may be "
                "because of a adjoint.nn.utils.weight_norm usage, see "
                "https://github.com/pytorch/pytorch/pull/103001"
            )
        if id(self) in memo:
            return memo[id(self)]
        result = plain(type(self), self._data.copy())
        memo[id(self)] = result
        result._leaf = self._leaf
        if self._grad is not None:
            result._grad = plain(type(self), self._grad._data.copy())
        result.__dict__.update({k: _deep(v, memo) for k, v in self.__dict__.items()})
        return result

    def __reduce_ex__(self: Any, protocol: Any) -> Any:
        """Pickles elements and whether grad is required; a history is refused."""
        if not self.is_leaf:
            raise RuntimeError(
                "only leaf tensors can be pickled: this one was computed, and its history cannot "
                "be kept; pickle tensor.detach()"
            )
        return _restore, (type(self), device.to_host(self._data), self._leaf, dict(self.__dict__))

    def astype(self: Any, dtype: Any) -> Tensor:
        """Converts to another type, as NumPy's arrays do."""
        return cast(self, dtypes.numpy_dtype(dtype))

    def new_tensor(self: Any, data: Any, requires_grad: Any = False) -> Tensor:
        """Makes a tensor of this one's type and device."""
        array = np.array(data, dtype=self._data.dtype)
        result = device.move(plain(type(self), array), self.device)
        result._leaf = bool(requires_grad)
        return result


def _deep(value: Any, memo: dict[Any, Any]) -> Any:
    return copy.deepcopy(value, memo)


def _restore(cls: Any, data: Array, leaf: bool, attributes: dict[str, Any]) -> Any:
    tensor = plain(cls, data)
    tensor._leaf = leaf
    tensor.__dict__.update(attributes)
    return tensor
