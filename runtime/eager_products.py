"""Products of matrices and vectors, with PyTorch's arguments and errors."""

# Arrays are of many classes, and so is `self` here: both are Any.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adjoint.runtime import dtypes
from adjoint.runtime.eager import Op, operation
from adjoint.runtime.graph import TensorCore, plain

if TYPE_CHECKING:
    from adjoint.runtime.tensor import Tensor

MATMUL = operation("np.matmul", "UnsafeViewBackward0")
MM, MV = operation("np.matmul", "MmBackward0"), operation("np.matmul", "MvBackward0")
BMM, DOT = operation("np.matmul", "BmmBackward0"), operation("np.matmul", "DotBackward0")
VECTOR_MATRIX = operation("np.matmul", "SqueezeBackward4")
OUTER = operation("np.outer", "MulBackward0")
MATRIX = 2  # the number of axes of a matrix


class Products:
    """Products of vectors, matrices and stacks of matrices."""

    __slots__ = ()

    def outer(self: Any, other: Tensor) -> Tensor:
        """Multiplies every element of one vector with every element of the other."""
        for name, x in (("self", self), ("vec2", other)):
            if x._data.ndim != 1:
                raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {x._data.ndim}-D")
        return OUTER(self, other)

    def __matmul__(self: Any, other: Any) -> Tensor:
        """Multiplies matrices."""
        return matmul(self, other)

    def __rmatmul__(self: Any, other: Any) -> Tensor:
        """Multiplies matrices, this one on the right."""
        return matmul(other, self)

    matmul = __matmul__

    def mm(self: Any, mat2: Tensor) -> Tensor:
        """Multiplies two matrices."""
        return _ranked(self, mat2, (2, 2), "mm")

    def mv(self: Any, vec: Tensor) -> Tensor:
        """Multiplies a matrix and a vector."""
        return _ranked(self, vec, (2, 1), "mv")

    def dot(self: Any, tensor: Tensor) -> Tensor:
        """Multiplies two vectors."""
        if self._data.ndim != 1 or tensor._data.ndim != 1:
            ranks = f"{self._data.ndim}D and {tensor._data.ndim}D"
            raise RuntimeError(f"1D tensors expected, but got {ranks} tensors")
        return matmul(self, tensor)

    def bmm(self: Any, mat2: Tensor) -> Tensor:
        """Multiplies stacks of matrices, pairwise."""
        return _ranked(self, mat2, (3, 3), "bmm", BMM)


def _ranked(x: Any, y: Any, ranks: tuple[int, int], name: str, op: Op | None = None) -> Any:
    if (x._data.ndim, y._data.ndim) != ranks:
        raise RuntimeError(
            f"{name}: expected tensors of {ranks[0]} and {ranks[1]} dimensions, "
            f"but got {x._data.ndim} and {y._data.ndim}"
        )
    return matmul(x, y, op)


def _matmul_op(x: int, y: int) -> Op:
    """Chooses the node's name by the ranks, as PyTorch's does."""
    named = {(1, 1): DOT, (2, 1): MV, (2, 2): MM, (1, 2): VECTOR_MATRIX}
    return named.get((x, y), MATMUL)


def matmul(x: Any, y: Any, op: Op | None = None) -> Any:
    """Multiplies matrices, vectors or stacks of matrices.

    Raises:
        RuntimeError: where types or shapes do not go together, in PyTorch's words.
    """
    x, y = _operand(x, y), _operand(y, x)
    if x is None or y is None:
        return NotImplemented
    a, b = x._data, y._data
    if a.dtype != b.dtype:
        names = (PLAIN_NAMES.get(d.dtype.name, d.dtype.name) for d in (a, b))
        raise RuntimeError(
            "expected m1 and m2 to have the same dtype, but got: {} != {}".format(*names)
        )
    if a.ndim == 0 or b.ndim == 0:
        raise RuntimeError(
            f"both arguments to matmul need to be at least 1D, but they are {a.ndim}D and {b.ndim}D"
        )
    try:
        return (op or _matmul_op(a.ndim, b.ndim))(x, y)
    except ValueError:
        raise RuntimeError(_matmul_mismatch(a.shape, b.shape)) from None


PLAIN_NAMES = {"float16": "c10::Half", "float32": "float", "float64": "double", "int64": "int64_t"}


def _operand(x: Any, other: Any) -> Any:
    if isinstance(x, TensorCore):
        return x
    if isinstance(other, TensorCore) and hasattr(x, "dtype"):
        dtypes.of(x.dtype)
        return plain(type(other), x)
    return None


def _matmul_mismatch(a: tuple[int, ...], b: tuple[int, ...]) -> str:
    match len(a), len(b):
        case 1, 1:
            return (
                f"inconsistent tensor size, expected tensor [{a[0]}] and src [{b[0]}] to have the "
                f"same number of elements, but got {a[0]} and {b[0]} elements respectively"
            )
        case 2, 1:
            return f"size mismatch, got input ({a[0]}), mat ({a[0]}x{a[1]}), vec ({b[0]})"
        case ((1 | 2), 2):
            a = (1, *a)[-MATRIX:]
            return f"mat1 and mat2 shapes cannot be multiplied ({a[0]}x{a[1]} and {b[0]}x{b[1]})"
        case _:
            return f"shapes {list(a)} and {list(b)} cannot be multiplied"
