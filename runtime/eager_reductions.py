"""Sums, means, extremes and other reductions of tensors, with PyTorch's arguments."""

# Arrays are of many classes, and so is `self` here: both are Any.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from adjoint.runtime import dtypes
from adjoint.runtime.eager import Op, operation
from adjoint.runtime.eager_operands import as_float, cast
from adjoint.runtime.eager_results import settled
from adjoint.runtime.rules import linear

if TYPE_CHECKING:
    from adjoint.runtime.tensor import Tensor


def _sum(a: Any, axis: Any, dtype: Any, keepdims: bool, *_: Any) -> Any:
    """Sums by the array's own method, which costs less than NumPy's function."""
    return a.sum(axis=axis, dtype=dtype, keepdims=keepdims)


def _mean(a: Any, axis: Any, dtype: Any, keepdims: bool, *_: Any) -> Any:
    return a.mean(axis=axis, dtype=dtype, keepdims=keepdims)


SUM, SUM_DIM = (operation("np.sum", f"SumBackward{k}", _sum) for k in (0, 1))
MEAN, MEAN_DIM = (operation("np.mean", f"MeanBackward{k}", _mean) for k in (0, 1))
PROD, PROD_DIM = operation("np.prod"), operation("np.prod", "ProdBackward1")
MAX, AMAX = operation("np.max", "MaxBackward1"), operation("np.max", "AmaxBackward0")
MIN, AMIN = operation("np.min", "MinBackward1"), operation("np.min", "AminBackward0")
VAR, STD = operation("np.var"), operation("np.std")
NORM = operation("np.linalg.norm", "LinalgVectorNormBackward0")
CUMSUM = operation("np.cumsum")
PICK_SORTED = operation("np.take_along_axis", "SortBackward0")
PICK_TOP = operation("np.take_along_axis", "TopkBackward0")

PICK_RULE = linear("pick(x, places, axis)", x="put_along(np.expand_dims(g, axis), x, places, axis)")


def _taking(title: str) -> tuple[Op, Op]:
    """Makes the operations that pick one element along an axis and drop, or keep, the axis."""
    return (
        Op(
            PICK_RULE,
            lambda x, places, axis: np.take_along_axis(x, places, axis).squeeze(axis),
            title,
        ),
        operation("np.take_along_axis", title),
    )


PICK_MAX, PICK_MIN = _taking("MaxBackward0"), _taking("MinBackward0")
PICK_MEDIAN = _taking("MedianBackward1")


def _softmax(x: Any, axis: int) -> Any:
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def _log_softmax(x: Any, axis: int) -> Any:
    shifted = x - np.max(x, axis=axis, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))


def _logsumexp(a: Any, axis: Any, keepdims: bool) -> Any:
    top = np.max(a, axis=axis, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, np.zeros_like(top))
    with np.errstate(divide="ignore"):
        result = top + np.log(np.sum(np.exp(a - top), axis=axis, keepdims=True))
    return result if keepdims else np.squeeze(result, axis=axis)


SOFTMAX = operation("scipy.special.softmax", "SoftmaxBackward0", _softmax)
LOG_SOFTMAX = operation("scipy.special.log_softmax", "LogSoftmaxBackward0", _log_softmax)
LOGSUMEXP = operation("scipy.special.logsumexp", "LogsumexpBackward0", _logsumexp)


def axis_of(x: Any, dim: int) -> int:
    """Checks one axis number and makes it non-negative.

    Raises:
        IndexError: where the tensor has no such axis.
    """
    rank = max(x._data.ndim, 1)
    if not -rank <= dim < rank:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-rank}, {rank - 1}], "
            f"but got {dim})"
        )
    return dim % rank


def axes_of(x: Any, dim: Any) -> Any:
    """Turns PyTorch's `dim` into NumPy's `axis`: None, a number or a tuple."""
    if dim is None or (isinstance(dim, (list, tuple)) and not dim):
        return None
    if x._data.ndim == 0:
        for one in dim if isinstance(dim, (list, tuple)) else (dim,):
            axis_of(x, one)
        return None
    if isinstance(dim, (list, tuple)):
        axes = tuple(axis_of(x, one) for one in dim)
        for axis in axes:
            if axes.count(axis) > 1:
                raise RuntimeError(f"dim {axis} appears multiple times in the list of dims")
        return axes
    return axis_of(x, dim)


class ValuesIndices(NamedTuple):
    """Elements picked out along an axis, and where they stood."""

    values: Any
    indices: Any


def _need_float(x: Any, message: str) -> None:
    """Refuses whole numbers; the message is completed by the name of their type."""
    if x._data.dtype.kind not in "fc":
        raise RuntimeError(message.format(dtypes.of(x._data.dtype).title))


NO_MEAN = (
    "mean(): could not infer output dtype. Input dtype must be either a floating point or complex "
    "dtype. Got: {}"
)
NO_VAR = "std and var only support floating point and complex dtypes"
NO_NORM = "linalg.vector_norm: Expected a floating point or complex tensor as input. Got {}"


def _pick(x: Any, ops: tuple[Op, Op], places: Any, axis: int, keepdim: bool) -> ValuesIndices:
    """Takes the elements at `places` (one along the axis); drops the axis unless `keepdim`."""
    drop, keep = ops
    if keepdim:
        return ValuesIndices(keep(x, places, axis), settled(type(x), places))
    return ValuesIndices(drop(x, places, axis), settled(type(x), places.squeeze(axis)))


def _pick_extreme(x: Any, ops: tuple[Op, Op], find: Any, dim: int, keepdim: bool) -> ValuesIndices:
    axis = axis_of(x, dim)
    if x._data.ndim == 0:
        return ValuesIndices(x.clone(), settled(type(x), np.zeros((), np.int64)))
    return _pick(x, ops, np.expand_dims(find(x._data, axis=axis), axis), axis, keepdim)


class Reductions:
    """Reductions, cumulative sums, sorting, softmax."""

    __slots__ = ()

    def sum(self: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
        """Adds up all elements, or those along `dim`."""
        x = self if dtype is None else cast(self, dtypes.numpy_dtype(dtype))
        return (SUM if dim is None else SUM_DIM)(x, axes_of(x, dim), None, keepdim)

    def mean(self: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
        """Averages all elements, or those along `dim`."""
        x = self if dtype is None else cast(self, dtypes.numpy_dtype(dtype))
        _need_float(x, NO_MEAN)
        return (MEAN if dim is None else MEAN_DIM)(x, axes_of(x, dim), None, keepdim)

    def prod(self: Any, dim: int | None = None, keepdim: bool = False) -> Tensor:
        """Multiplies all elements, or those along `dim`."""
        return (PROD if dim is None else PROD_DIM)(self, axes_of(self, dim), keepdim)

    def var(
        self: Any,
        dim: Any = None,
        *,
        correction: int = 1,
        keepdim: bool = False,
        unbiased: bool | None = None,
    ) -> Tensor:
        """Gives the variance; divides by the count less `correction`."""
        _need_float(self, NO_VAR)
        ddof = correction if unbiased is None else int(unbiased)
        return VAR(self, axes_of(self, dim), ddof, keepdim)

    def std(
        self: Any,
        dim: Any = None,
        *,
        correction: int = 1,
        keepdim: bool = False,
        unbiased: bool | None = None,
    ) -> Tensor:
        """Gives the standard deviation; divides by the count less `correction`."""
        _need_float(self, NO_VAR)
        ddof = correction if unbiased is None else int(unbiased)
        return STD(self, axes_of(self, dim), ddof, keepdim)

    def max(self: Any, dim: Any = None, keepdim: bool = False) -> Any:
        """Gives the largest element; with `dim`, (values, indices); of two tensors, the larger."""
        if dim is not None and not isinstance(dim, int):
            return self.maximum(dim)
        if dim is None:
            return MAX(self, None, False)
        return _pick_extreme(self, PICK_MAX, np.argmax, dim, keepdim)

    def min(self: Any, dim: Any = None, keepdim: bool = False) -> Any:
        """Gives the smallest element; with `dim`, (values, indices); of two, the smaller."""
        if dim is not None and not isinstance(dim, int):
            return self.minimum(dim)
        if dim is None:
            return MIN(self, None, False)
        return _pick_extreme(self, PICK_MIN, np.argmin, dim, keepdim)

    def amax(self: Any, dim: Any = (), keepdim: bool = False) -> Tensor:
        """Gives the largest elements along `dim`; ties share the gradient."""
        return AMAX(self, axes_of(self, dim), keepdim)

    def amin(self: Any, dim: Any = (), keepdim: bool = False) -> Tensor:
        """Gives the smallest elements along `dim`; ties share the gradient."""
        return AMIN(self, axes_of(self, dim), keepdim)

    def argmax(self: Any, dim: int | None = None, keepdim: bool = False) -> Tensor:
        """Gives the position of the largest element."""
        axis = axes_of(self, dim)
        return settled(type(self), np.argmax(self._data, axis=axis, keepdims=keepdim))

    def argmin(self: Any, dim: int | None = None, keepdim: bool = False) -> Tensor:
        """Gives the position of the smallest element."""
        axis = axes_of(self, dim)
        return settled(type(self), np.argmin(self._data, axis=axis, keepdims=keepdim))

    def all(self: Any, dim: Any = None, keepdim: bool = False) -> Tensor:
        """Tests whether all elements are true."""
        axis = axes_of(self, dim)
        return settled(type(self), np.all(self._data, axis=axis, keepdims=keepdim))

    def any(self: Any, dim: Any = None, keepdim: bool = False) -> Tensor:
        """Tests whether any element is true."""
        axis = axes_of(self, dim)
        return settled(type(self), np.any(self._data, axis=axis, keepdims=keepdim))

    def count_nonzero(self: Any, dim: Any = None) -> Tensor:
        """Counts the elements other than zero."""
        return settled(type(self), np.count_nonzero(self._data, axis=axes_of(self, dim)))

    def norm(self: Any, p: Any = 2, dim: Any = None, keepdim: bool = False) -> Tensor:
        """Gives the vector norm of order `p`, of all elements or along `dim`."""
        _need_float(self, NO_NORM)
        order = 2 if p == "fro" else float(p) if isinstance(p, str) else p
        axis = axes_of(self, dim)
        if order == 2:
            if self._data.ndim == 0:
                return self.abs()
            return NORM(self, None, axis, keepdim)
        x = self
        if axis is None:
            x, axis = self.reshape(-1), 0
            result = NORM(x, order, axis, False)
            return result.reshape((1,) * self._data.ndim) if keepdim else result
        if isinstance(axis, tuple):
            if len(axis) == 1:
                axis = axis[0]
            else:
                rest = [k for k in range(x._data.ndim) if k not in axis]
                shape = [self._data.shape[k] for k in rest]
                x = self.permute(*rest, *axis).reshape(*shape, -1)
                result = NORM(x, order, -1, False)
                if not keepdim:
                    return result
                kept = [1 if k in axis else n for k, n in enumerate(self._data.shape)]
                return result.reshape(kept)
        return NORM(x, order, axis, keepdim)

    def cumsum(self: Any, dim: int) -> Tensor:
        """Adds up the elements along `dim`, keeping every partial sum."""
        return CUMSUM(self, axis_of(self, dim))

    def softmax(self: Any, dim: int) -> Tensor:
        """Gives exponentials along `dim`, scaled to add up to one."""
        return SOFTMAX(as_float(self), axis_of(self, dim))

    def log_softmax(self: Any, dim: int) -> Tensor:
        """Gives the logarithm of the softmax, without overflow."""
        return LOG_SOFTMAX(as_float(self), axis_of(self, dim))

    def logsumexp(self: Any, dim: Any, keepdim: bool = False) -> Tensor:
        """Gives the logarithm of the sum of exponentials, without overflow."""
        return LOGSUMEXP(as_float(self), axes_of(self, dim), keepdim)

    def sort(self: Any, dim: int = -1, descending: bool = False) -> ValuesIndices:
        """Sorts along `dim` (ties in their order); gives (values, indices)."""
        places = self.argsort(dim, descending)
        if self._data.ndim == 0:
            return ValuesIndices(self.clone(), places)
        values = PICK_SORTED(self, places._data, axis_of(self, dim))
        return ValuesIndices(values, places)

    def argsort(self: Any, dim: int = -1, descending: bool = False) -> Tensor:
        """Gives the positions that sort along `dim`."""
        axis = axis_of(self, dim)
        if self._data.ndim == 0:
            return settled(type(self), np.zeros((), np.int64))
        data = self._data
        if not descending:
            return settled(type(self), np.argsort(data, axis=axis, kind="stable"))
        # Sorted backwards twice, so that equal elements keep their order.
        places = np.flip(np.argsort(np.flip(data, axis), axis=axis, kind="stable"), axis)
        return settled(type(self), data.shape[axis] - 1 - places)

    def topk(self: Any, k: int, dim: int = -1, largest: bool = True) -> ValuesIndices:
        """Gives the `k` largest (or smallest) elements along `dim`, and their positions."""
        places = self.argsort(dim, largest).narrow(dim, 0, k)
        return ValuesIndices(PICK_TOP(self, places._data, axis_of(self, dim)), places)

    def median(self: Any, dim: int | None = None, keepdim: bool = False) -> Any:
        """Gives the median (the lower of two); with `dim`, (values, indices)."""
        if dim is None:
            return self.reshape(-1).median(0).values
        middle = self.argsort(dim).narrow(dim, (self._data.shape[dim] - 1) // 2, 1)
        return _pick(self, PICK_MEDIAN, middle._data, axis_of(self, dim), keepdim)
