"""Functions of tensors by PyTorch's names: `adjoint.exp(x)` is `x.exp()`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from adjoint.runtime.eager_elementwise import WHERE, pair
from adjoint.runtime.eager_numpy import run_function
from adjoint.runtime.eager_shapes import concatenate as cat
from adjoint.runtime.eager_shapes import matmul, stack
from adjoint.runtime.graph import TensorCore, edge_of, plain
from adjoint.runtime.tensor import Tensor


def _function(name: str) -> Callable[..., Any]:
    """Makes the function that calls a tensor's method."""
    method = getattr(Tensor, name)

    def function(input: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(input, TensorCore):
            kind = type(input).__name__
            raise TypeError(f"{name}(): argument 'input' (position 1) must be Tensor, not {kind}")
        result = method(input, *args, **kwargs)
        if result is NotImplemented:
            raise TypeError(f"{name}(): argument 'other' (position 2) must be Tensor, not {args!r}")
        return result

    function.__name__ = function.__qualname__ = name
    function.__doc__ = method.__doc__
    return function


METHODS = (
    *("abs", "absolute", "acos", "acosh", "add", "all", "allclose", "amax", "amin", "any"),
    *("arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "argmax", "argmin"),
    *("argsort", "asin", "asinh", "atan", "atan2", "atanh", "bmm", "ceil", "chunk", "clamp", "clip"),
    *("clone", "cos", "cosh", "count_nonzero", "cumsum", "detach", "diag", "diagonal", "div"),
    *("divide", "dot", "eq", "equal", "exp", "exp2", "expm1", "flatten", "flip", "floor"),
    *("floor_divide", "fmod", "gather", "ge", "gt", "hypot", "index_select", "isclose", "isfinite"),
    *("isinf", "isnan", "le", "lerp", "log", "log10", "log1p", "log2", "log_softmax", "logaddexp"),
    *("logical_and", "logical_not", "logical_or", "logical_xor", "logsumexp", "lt"),
    *("masked_fill", "masked_select", "max", "maximum", "mean", "median", "min", "minimum", "mm"),
    *("movedim", "moveaxis", "mul", "multiply", "mv", "narrow", "ne", "neg", "negative", "nonzero"),
    *("norm", "numel", "outer", "permute", "pow", "prod", "ravel", "reciprocal", "relu"),
    *("remainder", "repeat_interleave", "reshape", "roll", "round", "rsqrt", "select", "sigmoid"),
    *("sign", "sin", "sinh", "softmax", "sort", "split", "sqrt", "square", "squeeze", "std", "sub"),
    *("subtract", "sum", "swapaxes", "t", "take", "tan", "tanh", "tile", "topk", "trace"),
    *("transpose", "tril", "triu", "trunc", "unbind", "unflatten", "unsqueeze", "var"),
    *("is_floating_point", "is_complex", "broadcast_to"),
)
FUNCTIONS: dict[str, Callable[..., Any]] = {name: _function(name) for name in METHODS}


def where(condition: Any, input: Any = None, other: Any = None) -> Any:
    """Takes `input` where the condition holds, `other` elsewhere; alone, the positions it holds.

    Example:
        >>> import adjoint
        >>> adjoint.where(adjoint.tensor([True, False]), 1.0, 2.0)
        tensor([1., 2.])
    """
    if input is None:
        return tuple(plain(Tensor, axis) for axis in np.nonzero(condition._data))
    if isinstance(input, TensorCore):
        operands = pair(input, other)
    elif isinstance(other, TensorCore):
        operands = pair(other, input)
        operands = None if operands is None else operands[::-1]
    else:
        from adjoint.runtime.factories import tensor

        operands = tensor(input), other
    if operands is None:
        raise TypeError(f"where(): expected tensors or numbers, not {input!r} and {other!r}")
    return WHERE(condition, *operands)


def einsum(equation: str, *operands: Any) -> Any:
    """Sums products of elements as the equation says."""
    parts = operands[0] if len(operands) == 1 and isinstance(operands[0], (list, tuple)) else operands
    return run_function(np.einsum, (equation, *parts), {})


def tensordot(a: Any, b: Any, dims: Any = 2) -> Any:
    """Sums products of elements over some axes of both."""
    return run_function(np.tensordot, (a, b, dims), {})


def vstack(tensors: Sequence[Any]) -> Any:
    """Joins along the first axis; vectors become rows."""
    return cat([t.reshape(1, -1) if t.ndim < 2 else t for t in tensors])  # noqa: PLR2004


def hstack(tensors: Sequence[Any]) -> Any:
    """Joins along the second axis; vectors along their only one."""
    return cat(list(tensors), 0 if tensors[0].ndim == 1 else 1)


def is_tensor(thing: object) -> bool:
    """Whether something is a tensor."""
    return isinstance(thing, TensorCore)


def is_grad_tracked(thing: object) -> bool:
    """Whether something is a tensor that requires grad."""
    return isinstance(thing, TensorCore) and edge_of(thing) is not None


def det(input: Any) -> Any:
    """Gives the determinant."""
    return run_function(np.linalg.det, (input,), {})


def inverse(input: Any) -> Any:
    """Gives the inverse of a matrix."""
    return run_function(np.linalg.inv, (input,), {})


__all__ = ["FUNCTIONS", "cat", "matmul", "stack"]
