"""Where a tensor's memory is: the host's, by NumPy, or a GPU's, by CuPy."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from adjoint.runtime import dtypes
from adjoint.runtime.graph import Array, Node, TensorCore, edge_of, next_number, plain
from adjoint.runtime.modes import GRAD_ENABLED


@dataclass(frozen=True, slots=True)
class Device:
    """A kind of memory and, for GPUs, its number.

    Example:
        >>> Device("cuda", 0), str(Device("cpu"))
        (device(type='cuda', index=0), 'cpu')
    """

    type: str
    index: int | None = None

    def __repr__(self) -> str:
        """Prints as PyTorch's devices do."""
        number = "" if self.index is None else f", index={self.index}"
        return f"device(type='{self.type}'{number})"

    def __str__(self) -> str:
        """Gives the name, `cuda:0`."""
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        """Equals another device, or its name."""
        if isinstance(other, str):
            return str(self) == other
        return isinstance(other, Device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        """Hashes as its name."""
        return hash(str(self))


CPU = Device("cpu")


def parse(name: Any) -> Device:
    """Reads `cpu`, `cuda`, `cuda:1` or a device.

    Raises:
        RuntimeError: where it is none of these.
    """
    if isinstance(name, Device):
        return name
    if isinstance(name, int):
        return Device("cuda", name)
    found = re.fullmatch(r"(cpu|cuda)(?::(\d+))?", str(name))
    if found is None:
        raise RuntimeError(
            f"Expected one of cpu, cuda device type at start of device string: {name}"
        )
    return Device(found[1], None if found[2] is None else int(found[2]))


def cupy() -> ModuleType:
    """Imports CuPy.

    Raises:
        RuntimeError: where it is not installed, or finds no GPU.
    """
    try:
        import cupy as module  # noqa: PLC0415 - optional, and not before it is needed
    except ImportError:
        raise RuntimeError(
            "tensors on device 'cuda' need CuPy, which is not installed: "
            "pip install 'adjoint[cuda12]' (or cuda13)"
        ) from None
    if not module.cuda.is_available():
        raise RuntimeError("tensors on device 'cuda' need a GPU, and CuPy finds none here")
    return module  # type: ignore[no-any-return]


def of(data: Array) -> Device:
    """Says where an array is."""
    if isinstance(data, np.ndarray):
        return CPU
    number = getattr(getattr(data, "device", None), "id", None)
    return CPU if number is None else Device("cuda", int(number))


def host_array(data: Array) -> Any:
    """Gives an array of the host's memory.

    Raises:
        TypeError: the array is on a GPU.
    """
    if of(data).type != "cpu":
        raise TypeError(
            f"can't convert {of(data)} device type tensor to numpy. Use Tensor.cpu() to copy the "
            "tensor to host memory first."
        )
    return data


def to_host(data: Array) -> Any:
    """Gives an array of the host's memory, copied from the GPU if it must be."""
    return data if of(data).type == "cpu" else data.get()


def transfer(data: Array, target: Device) -> Array:
    """Copies an array to a device; the same array where it is there."""
    here = of(data)
    if target.type == "cpu":
        return to_host(data)
    if here.type == "cuda" and target.index in (None, here.index):
        return data
    module = cupy()
    with module.cuda.Device(target.index or 0):
        return module.asarray(data)


class ToCopyBackward0(Node):
    """A tensor was copied to another device; its cotangent is copied back."""

    __slots__ = ("source",)
    source: Device

    def run(self, g: Any) -> Sequence[Any]:
        """Copies an array back."""
        return (transfer(g, self.source),)

    def run_recorded(self, g: Any, record: Callable[..., Any]) -> Sequence[Any]:
        """Copies a tensor back."""
        return (move(g, self.source),)


def move(x: Any, target: Device) -> Any:
    """Copies a tensor to a device, recorded; the same tensor where it is there."""
    here = of(x._data)
    if here.type == target.type and target.index in (None, here.index):
        return x
    result = plain(type(x), transfer(x._data, target))
    edge = edge_of(x)
    if edge is not None and GRAD_ENABLED.get():
        node = ToCopyBackward0()
        node.number, node.extra, node.edges, node.source = next_number(), None, (edge,), here
        result._edge = node
    return result


def parse_to(
    args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[np.dtype[Any] | None, Device | None, bool]:
    """Reads the arguments of `Tensor.to`: a type, a device, another tensor, `copy`."""
    dtype, device = kwargs.get("dtype"), kwargs.get("device")
    for arg in args:
        if isinstance(arg, TensorCore):
            dtype, device = dtypes.of(arg._data.dtype), of(arg._data)
        elif isinstance(arg, (str, Device)) or arg.__class__ is int:
            device = arg
        elif arg is not None and not isinstance(arg, bool):
            dtype = arg
    return (
        None if dtype is None else dtypes.numpy_dtype(dtype),
        None if device is None else parse(device),
        bool(kwargs.get("copy", False)),
    )
