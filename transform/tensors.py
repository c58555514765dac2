"""Emitted functions in the graph of eager tensors: one call is one node."""

from __future__ import annotations

from typing import Any

from adjoint.runtime.eager_call import apply_function
from adjoint.runtime.tensor import Tensor


def has_tensor(value: Any) -> bool:
    """Whether a value is, or holds in lists, tuples and dicts, a tensor."""
    if isinstance(value, Tensor):
        return True
    if isinstance(value, list | tuple):
        return any(has_tensor(v) for v in value)
    if isinstance(value, dict):
        return any(has_tensor(v) for v in value.values())
    return False


def unwrapped(value: Any) -> Any:
    """The value with every tensor replaced by its array."""
    if isinstance(value, Tensor):
        return value._data
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(unwrapped, value))
    if isinstance(value, list | tuple):
        return type(value)(map(unwrapped, value))
    if isinstance(value, dict):
        return {k: unwrapped(v) for k, v in value.items()}
    return value


def _leaves(value: Any, cotangent: Any, found: list[tuple[Tensor, Any]]) -> None:
    """Pair every tensor in an argument with the part of the cotangent that belongs to it."""
    if isinstance(value, Tensor):
        found.append((value, cotangent))
    elif isinstance(value, list | tuple):
        for i, v in enumerate(value):
            _leaves(v, None if cotangent is None else cotangent[i], found)
    elif isinstance(value, dict):
        for k, v in value.items():
            _leaves(v, None if cotangent is None else cotangent[k], found)


def call_with_tensors(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a differentiable function with tensors among its arguments.

    Returns:
        A tensor (or a tuple of them) with `grad_fn=<NameBackward>`, whose backward runs the
        emitted adjoint.
    """
    call = function.by_position(args, kwargs)
    pairs: list[tuple[Tensor, Any]] = []
    for argument in call:
        _leaves(argument, None, pairs)
    inputs = list({id(t): t for t, _ in pairs}.values())
    plain = unwrapped(call)
    if not any(t.requires_grad for t in inputs):
        value = function(*plain)
        return apply_function(function.__name__, value, lambda *_: (), inputs)
    value, pull = function.everything.vjp(*plain)

    def pullback(g: Any) -> tuple[Any, ...]:
        found: list[tuple[Tensor, Any]] = []
        for argument, cotangent in zip(call, pull(g), strict=True):
            _leaves(argument, cotangent, found)
        totals: dict[int, Any] = {}
        for tensor, cotangent in found:
            if cotangent is not None:
                known = totals.get(id(tensor))
                totals[id(tensor)] = cotangent if known is None else known + cotangent
        return tuple(totals.get(id(t)) for t in inputs)

    return apply_function(function.__name__, value, pullback, inputs, function.source_of("vjp"))
