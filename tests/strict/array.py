"""The double's array: NumPy's behaviour behind CuPy's manners."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from .calls import DeviceError, Hosted, call_function, call_ufunc, device, host_of
from .names import IN_PLACE_METHODS, METHODS
from .transfer import waited

NO_IMPLICIT = (
    "Implicit conversion to a NumPy array is not allowed. Please use `.get()` to construct a NumPy "
    "array explicitly."
)


@dataclass(frozen=True)
class Memory:
    """A pointer into the memory that stands for the device's."""

    host: Any
    offset: int = 0

    @property
    def ptr(self) -> int:
        """The address."""
        return int(self.host.__array_interface__["data"][0]) + self.offset

    def __add__(self, offset: int) -> Memory:
        """The address so many bytes on."""
        return Memory(self.host, self.offset + offset)


class StrictArray(Hosted, NDArrayOperatorsMixin):
    """An array that is not NumPy's: it never turns into one unless told to.

    An element (`a[0]`) and the result of a reduction are arrays without axes, and an element is a
    view, as in CuPy.

    >>> from tests.strict import to_strict
    >>> a = to_strict(np.arange(3.0))
    >>> first = a[0]
    >>> a[0] = 5.0
    >>> float(first)
    5.0
    """

    __slots__ = ()
    shape: Any
    dtype: Any
    ndim: Any
    size: Any
    __array_priority__ = 100.0
    __hash__ = None  # type: ignore[assignment]

    def __init__(
        self, host: Any, dtype: Any = None, memory: Memory | None = None, strides: Any = None
    ) -> None:
        """Takes the memory that stands for the device's; users call the namespace instead.

        As CuPy's `ndarray(shape, dtype, memptr, strides)`, where memory is given: a part of that.
        """
        if memory is not None:
            host = np.ndarray(host, dtype, memory.host, memory.offset, strides)
        self._host = host

    @property
    def data(self) -> Memory:
        """Where the elements are: CuPy's pointer, which can be moved on."""
        return Memory(self._host)

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        """Refuses to become an array of the host's."""
        raise DeviceError(NO_IMPLICIT)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """`np.sin(a)` is `cupy.sin(a)`; a ufunc's methods do not dispatch."""
        return call_ufunc(ufunc, inputs, kwargs) if method == "__call__" else NotImplemented

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """`np.sum(a)` is `cupy.sum(a)`, where CuPy has it and no other library's array is in it."""
        if not all(t in (StrictArray, np.ndarray) for t in types):
            return NotImplemented
        prefix = ".".join(function.__module__.split(".")[1:])
        name = f"{prefix}.{function.__name__}" if prefix else function.__name__
        try:
            return call_function(name, function, args, kwargs)
        except AttributeError:
            return NotImplemented

    def get(self) -> Any:
        """Copies to the host, explicitly."""
        waited("get")
        return self._host.copy()

    def item(self, *args: Any) -> Any:
        """A number of Python's, for which the host waits."""
        waited("item")
        return self._host.item(*args)

    def tolist(self) -> Any:
        """Numbers of Python's, for which the host waits."""
        waited("tolist")
        return self._host.tolist()

    def __float__(self) -> float:
        """Makes the host wait."""
        waited("float")
        return float(self._host.item())

    def __int__(self) -> int:
        """Makes the host wait."""
        waited("int")
        return int(self._host.item())

    def __index__(self) -> int:
        """Makes the host wait."""
        waited("index")
        return self._host.__index__()  # type: ignore[no-any-return]

    def __complex__(self) -> complex:
        """Makes the host wait."""
        waited("complex")
        return complex(self._host.item())

    def __bool__(self) -> bool:
        """Makes the host wait."""
        waited("bool")
        return bool(self._host.item() if self._host.size == 1 else self._host)

    def __repr__(self) -> str:
        """Makes the host wait."""
        waited("print")
        return repr(self._host).replace("array(", "strict.array(", 1)

    def __str__(self) -> str:
        """Makes the host wait; the text is that of the host's array."""
        waited("print")
        return str(self._host)

    def __format__(self, spec: str) -> str:
        """Makes the host wait."""
        waited("print")
        return format(self._host[()], spec)

    def __len__(self) -> int:
        """The length of the first axis, known to the host."""
        return len(self._host)

    def __iter__(self) -> Iterator[Any]:
        """The parts along the first axis, each a view."""
        if not self._host.ndim:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(len(self._host)))

    def __getitem__(self, index: Any) -> Any:
        """A part; a view where NumPy's would be one, and for a single element."""
        return device(self._host[_index(index)])

    def __setitem__(self, index: Any, value: Any) -> None:
        """Writes numbers or another array of the device's."""
        if isinstance(value, list | tuple):
            raise DeviceError(f"Unsupported type {type(value)}")
        self._host[_index(index)] = host_of(value)

    def __copy__(self) -> Any:
        """A copy on the device."""
        return StrictArray(self._host.copy())

    def __deepcopy__(self, memo: Any) -> Any:
        """A copy on the device."""
        return StrictArray(self._host.copy())

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        """What says that the memory is a device's; nobody may follow the pointer."""
        return {"shape": self.shape, "typestr": self.dtype.str, "data": (0, False), "version": 3}

    @property
    def base(self) -> Any:
        """The array of which this is a view."""
        return None if self._host.base is None else device(self._host.base)

    @property
    def flags(self) -> SimpleNamespace:
        """Of NumPy's flags, those that CuPy has."""
        flags = self._host.flags
        return SimpleNamespace(
            c_contiguous=flags.c_contiguous, f_contiguous=flags.f_contiguous, owndata=flags.owndata
        )

    @property
    def T(self) -> Any:
        """The transpose, a view."""
        return device(self._host.T)

    @property
    def real(self) -> Any:
        """The real part."""
        return device(self._host.real)

    @property
    def imag(self) -> Any:
        """The imaginary part."""
        return device(self._host.imag)


def _index(index: Any) -> Any:
    """An index for NumPy that gives a view even of a single element."""
    parts = index if isinstance(index, tuple) else (index,)
    for part in parts:
        if getattr(part, "dtype", None) == np.bool_ and getattr(part, "ndim", 0):
            waited("mask")
    bare = tuple(p._host if isinstance(p, Hosted) else p for p in parts)
    return bare if any(p is Ellipsis for p in bare) else (*bare, Ellipsis)


def _method(name: str) -> Any:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        function = getattr(type(self._host), name)
        return call_function(f"ndarray.{name}", function, (self, *args), kwargs)

    method.__name__ = name
    method.__doc__ = f"As NumPy's `{name}`."
    return method


def _in_place_method(name: str) -> Any:
    def method(self: Any, *args: Any, **kwargs: Any) -> None:
        getattr(self._host, name)(*map(host_of, args), **kwargs)

    method.__name__ = name
    method.__doc__ = f"As NumPy's `{name}`, in place."
    return method


def _attribute(name: str) -> property:
    return property(lambda self: getattr(self._host, name), doc=f"As NumPy's `{name}`.")


for _name in METHODS:
    setattr(StrictArray, _name, _method(_name))
for _name in IN_PLACE_METHODS:
    setattr(StrictArray, _name, _in_place_method(_name))
for _name in ("shape", "ndim", "size", "dtype", "itemsize", "nbytes", "strides"):
    setattr(StrictArray, _name, _attribute(_name))
