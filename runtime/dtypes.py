"""Element types: PyTorch's names over NumPy's types, and how two of them combine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np


class DType:
    """An element type, printed as `adjoint.float32`; NumPy accepts it wherever it takes a dtype.

    Example:
        >>> import numpy as np
        >>> float32, np.zeros(1, dtype=float32).dtype
        (adjoint.float32, dtype('float32'))
    """

    __slots__ = ("dtype", "name", "title")

    def __init__(self, name: str, title: str) -> None:
        """Names the type as it is printed, and (title) as error messages spell it."""
        self.name = name
        self.title = title
        self.dtype: np.dtype[Any] = np.dtype(name)

    def __repr__(self) -> str:
        """Gives the name under which users reach it."""
        return f"adjoint.{self.name}"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles and copies as the one object there is."""
        return of, (self.dtype,)

    def __eq__(self, other: object) -> bool:
        """Equals the NumPy type it stands for, and every spelling of it that NumPy takes."""
        if isinstance(other, DType):
            return self is other
        try:
            return self.dtype == other
        except TypeError:
            return False

    def __hash__(self) -> int:
        """Hashes as the NumPy type it equals."""
        return hash(self.dtype)

    @property
    def kind(self) -> str:
        """NumPy's letter for the category."""
        return self.dtype.kind

    @property
    def type(self) -> type[np.generic]:
        """NumPy's class of single elements."""
        return self.dtype.type

    @property
    def is_floating_point(self) -> bool:
        """Whether this is a real floating point type."""
        return self.dtype.kind == "f"

    @property
    def is_complex(self) -> bool:
        """Whether this is a complex type."""
        return self.dtype.kind == "c"

    @property
    def is_signed(self) -> bool:
        """Whether negative numbers can be held."""
        return self.dtype.kind in "ifc"

    @property
    def itemsize(self) -> int:
        """Bytes an element takes."""
        return self.dtype.itemsize


float16 = DType("float16", "Half")
float32 = DType("float32", "Float")
float64 = DType("float64", "Double")
complex64 = DType("complex64", "ComplexFloat")
complex128 = DType("complex128", "ComplexDouble")
int8 = DType("int8", "Char")
int16 = DType("int16", "Short")
int32 = DType("int32", "Int")
int64 = DType("int64", "Long")
uint8 = DType("uint8", "Byte")
bool_ = DType("bool", "Bool")

FLOATS = (float16, float32, float64)
BY_DTYPE = {
    d.dtype: d for d in (*FLOATS, complex64, complex128, int8, int16, int32, int64, uint8, bool_)
}

# One setting for the process, as in PyTorch: a program sets it once, and its worker threads must
# not silently compute in another precision.
_default = [float32]


def of(dtype: np.dtype[Any]) -> DType:
    """Gives the element type that stands for a NumPy dtype.

    Raises:
        TypeError: for a type that tensors do not hold (strings, objects, unsigned above 8 bits).
    """
    try:
        return BY_DTYPE[dtype]
    except KeyError:
        supported = ", ".join(d.name for d in BY_DTYPE.values())
        message = (
            f"can't convert np.ndarray of type {dtype.type.__module__}.{dtype.type.__name__}. "
            f"The only supported types are: {supported}."
        )
        raise TypeError(message) from None


def numpy_dtype(dtype: object) -> np.dtype[Any]:
    """Turns whatever a user passes for `dtype=` into NumPy's; `float` is 64 bits, as in PyTorch."""
    return dtype.dtype if isinstance(dtype, DType) else of(np.dtype(dtype)).dtype  # type: ignore[call-overload]


def get_default_dtype() -> DType:
    """Gives the type that Python floats become.

    Example:
        >>> get_default_dtype()
        adjoint.float32
    """
    return _default[0]


def set_default_dtype(dtype: DType) -> None:
    """Sets the type that Python floats become, everywhere in this process.

    Raises:
        TypeError: where it is not a floating point type.
    """
    if dtype not in FLOATS:
        raise TypeError("only floating-point types are supported as the default type")
    _default[0] = dtype


CATEGORY = {"b": 0, "u": 1, "i": 1, "f": 2, "c": 3}


def promote(a: np.dtype[Any], b: np.dtype[Any]) -> np.dtype[Any]:
    """Combines two types as PyTorch does: an integer never widens a float.

    Example:
        >>> promote(np.dtype("int64"), np.dtype("float32"))
        dtype('float32')
    """
    if a.kind in "fc" and b.kind in "biu":
        return a
    if b.kind in "fc" and a.kind in "biu":
        return b
    return np.promote_types(a, b)


def result_dtype(arrays: Iterable[Any], numbers: Iterable[complex] = ()) -> np.dtype[Any]:
    """Gives the type in which an operation on these operands is carried out.

    Operands count in three ranks, arrays with axes, arrays without, Python numbers; a lower rank
    changes the result only where it is of a higher category (bool, integer, float, complex).

    Example:
        >>> result_dtype([np.ones(2, "float32"), np.float64(1)])
        dtype('float32')
    """
    ranks: list[np.dtype[Any] | None] = [None, None, None]
    for array in arrays:
        rank = 0 if array.ndim else 1
        known = ranks[rank]
        ranks[rank] = array.dtype if known is None else promote(known, array.dtype)
    for number in numbers:
        weak = number_dtype(number)
        known = ranks[2]
        ranks[2] = weak if known is None else promote(known, weak)
    result = ranks[0]
    for lower in ranks[1:]:
        if lower is None:
            continue
        if result is None or CATEGORY[lower.kind] > CATEGORY[result.kind]:
            result = lower if result is None else _raise_category(result, lower)
    assert result is not None
    return result


def _raise_category(higher: np.dtype[Any], lower: np.dtype[Any]) -> np.dtype[Any]:
    """A float array that meets a complex number keeps its precision; other kinds combine."""
    if higher.kind == "f":
        return complex128.dtype if higher == float64.dtype else complex64.dtype
    return promote(higher, lower)


def number_dtype(number: object) -> np.dtype[Any]:
    """Gives the type that a Python number takes when nothing else decides.

    Raises:
        RuntimeError: where it is not a number.
    """
    if isinstance(number, (bool, np.bool_)):
        return bool_.dtype
    if isinstance(number, (int, np.integer)):
        return int64.dtype
    if isinstance(number, (float, np.floating)):
        return _default[0].dtype
    if isinstance(number, (complex, np.complexfloating)):
        return complex128.dtype if _default[0] is float64 else complex64.dtype
    raise RuntimeError(f"Could not infer dtype of {type(number).__name__}")
