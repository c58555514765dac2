"""NumPy's functions called on tensors: `np.tanh(t)` is `t.tanh()`, recorded."""

# Arrays are of many classes, and so is `self` here: both are Any.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from adjoint.runtime.eager import is_recording, run_rule
from adjoint.runtime.eager_inplace import bump, check_writable
from adjoint.runtime.eager_operands import pair
from adjoint.runtime.eager_results import rewrap
from adjoint.runtime.errors import MissingRule
from adjoint.runtime.graph import TensorCore, edge_of
from adjoint.runtime.rules import rule_of

# What `np.add.reduce(t)` and its like mean.
REDUCED: Mapping[Any, Callable[..., Any]] = {
    np.add: np.sum,
    np.multiply: np.prod,
    np.maximum: np.max,
    np.minimum: np.min,
    np.logical_and: np.all,
    np.logical_or: np.any,
}
# Ufuncs that are operators or methods of tensors: {ufunc: method}.
METHODS = {
    np.add: "__add__",
    np.subtract: "__sub__",
    np.multiply: "__mul__",
    np.divide: "__truediv__",
    np.power: "__pow__",
    np.remainder: "__mod__",
    np.floor_divide: "__floordiv__",
    np.matmul: "__matmul__",
    np.negative: "__neg__",
    np.positive: "__pos__",
    np.absolute: "__abs__",
    np.equal: "__eq__",
    np.not_equal: "__ne__",
    np.less: "__lt__",
    np.less_equal: "__le__",
    np.greater: "__gt__",
    np.greater_equal: "__ge__",
    np.maximum: "maximum",
    np.minimum: "minimum",
    np.arctan2: "atan2",
    np.hypot: "hypot",
    np.logaddexp: "logaddexp",
    np.fmod: "fmod",
    **{
        getattr(np, name): name
        for name in (
            *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "square"),
            *("sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh"),
            *("arcsinh", "arccosh", "arctanh", "reciprocal", "sign", "floor", "ceil", "trunc"),
            *("isnan", "isinf", "isfinite", "logical_not"),
        )
    },
}
# Functions that write into their first argument.
WRITING = frozenset(
    {f"np.{name}" for name in "copyto put place putmask put_along_axis fill_diagonal".split()}
    | {f"np.{name}.at" for name in "add subtract multiply divide maximum minimum".split()}
)
REFLECTED = {
    np.add: "__radd__",
    np.subtract: "__rsub__",
    np.multiply: "__rmul__",
    np.divide: "__rtruediv__",
    np.power: "__rpow__",
    np.remainder: "__rmod__",
    np.floor_divide: "__rfloordiv__",
    np.matmul: "__rmatmul__",
    np.less: "__gt__",
    np.less_equal: "__ge__",
    np.greater: "__lt__",
    np.greater_equal: "__le__",
}


class NumPyProtocol:
    """What NumPy asks of an object that stands for an array."""

    __slots__ = ()

    def __array__(self: Any, dtype: Any = None, copy: bool | None = None) -> Any:
        """Gives the array; refused while the tensor requires grad."""
        array = self.numpy()
        if dtype is not None and array.dtype != dtype:
            if copy is False:
                raise ValueError("a conversion of this tensor to another type needs a copy")
            return array.astype(dtype)
        return array.copy() if copy else array

    def __array_ufunc__(self: Any, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """Runs a ufunc on tensors."""
        if method == "reduce" and ufunc in REDUCED:
            kwargs.setdefault("axis", 0)
            given = {k: v for k, v in kwargs.items() if v is not None or k == "axis"}
            return run_function(REDUCED[ufunc], inputs, given)
        if method != "__call__" or kwargs:
            name = f"np.{ufunc.__name__}" + (f".{method}" if method != "__call__" else "")
            return _refuse_or_run(name, getattr(ufunc, method), inputs, kwargs)
        first = inputs[0]
        if isinstance(first, TensorCore) and ufunc in METHODS:
            return getattr(first, METHODS[ufunc])(*inputs[1:])
        if len(inputs) > 1 and ufunc is not np.ldexp:  # whose operands are of two types
            second: Any = inputs[1]
            if ufunc in REFLECTED:
                return getattr(second, REFLECTED[ufunc])(first)
            here = isinstance(first, TensorCore)
            operands = pair(first, second) if here else pair(second, first)
            if operands is not None:
                first, second = operands if here else operands[::-1]
                if ufunc in METHODS and isinstance(first, TensorCore):
                    return getattr(first, METHODS[ufunc])(second)
                inputs = (first, second, *inputs[2:])
        return run_function(ufunc, inputs, kwargs)

    def __array_function__(self: Any, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """Runs one of NumPy's functions on tensors."""
        if func in LOOKING:
            return LOOKING[func](*args, **kwargs)
        return run_function(func, args, kwargs)


LOOKING: Mapping[Any, Callable[..., Any]] = {
    np.shape: lambda a: a.shape,
    np.ndim: lambda a: a.ndim,
    np.size: lambda a, axis=None: a._data.size if axis is None else a._data.shape[axis],
    np.iscomplexobj: lambda x: x.is_complex(),
    np.isrealobj: lambda x: not x.is_complex(),
    np.array_repr: lambda arr, *_: repr(arr),
    np.array_str: lambda a, *_: str(a),
    np.result_type: lambda *xs: np.result_type(*(getattr(x, "_data", x) for x in xs)),
}


def run_function(function: Any, args: Any, kwargs: Mapping[str, Any]) -> Any:
    """Calls a function of NumPy's on tensors, by its rule.

    Raises:
        MissingRule: a tensor requires grad, and the function has no rule.
    """
    rule = rule_of(function)
    if rule is None or _writes(rule.name, kwargs):
        name = rule.name if rule else f"np.{getattr(function, '__name__', repr(function))}"
        return _refuse_or_run(name, function, args, kwargs)
    return run_rule(rule, function, args, kwargs)


def _refuse_or_run(name: str, function: Any, args: Any, kwargs: Mapping[str, Any]) -> Any:
    """Calls a function on the arrays themselves where nothing is being recorded."""
    tensors: list[Any] = []

    def bare(value: Any) -> Any:
        if isinstance(value, TensorCore):
            tensors.append(value)
            return value._data
        if isinstance(value, (list, tuple)):
            return type(value)(map(bare, value))
        return value

    plain_args = [bare(arg) for arg in args]
    plain_kwargs = {key: bare(value) for key, value in kwargs.items()}
    written = _written(name, args, kwargs)
    for tensor in written:
        check_writable(tensor)
    if is_recording() and any(edge_of(t) is not None for t in tensors):
        raise MissingRule(
            f"{name} cannot be recorded for a tensor that requires grad as it is called here; "
            "use tensor.detach(), or a function that has a rule"
        )
    found = function(*plain_args, **plain_kwargs)
    for tensor in written:
        bump(tensor)
        if found is tensor._data:
            return tensor
    return rewrap(type(tensors[0]), found)


def _written(name: str, args: Any, kwargs: Mapping[str, Any]) -> list[Any]:
    """The tensors into which a call of one of NumPy's functions writes."""
    if not _writes(name, kwargs):
        return []
    out = kwargs.get("out", args[0])
    places = out if isinstance(out, tuple) else (out,)
    return [place for place in places if isinstance(place, TensorCore)]


def _writes(name: str, kwargs: Mapping[str, Any]) -> bool:
    """Whether a call of one of NumPy's functions writes into what it is given."""
    in_place = name == "np.nan_to_num" and kwargs.get("copy") is False
    return name in WRITING or in_place or kwargs.get("out") is not None
