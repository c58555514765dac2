"""Derivatives changed by hand: stopped, or shown to a function on their way back."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, TypeVar

from adjoint.runtime.graph import TensorCore
from adjoint.runtime.helpers.structures import fields_of

T = TypeVar("T")


def stop_gradient(x: T) -> T:
    """The same value, through which no derivative flows.

    Args:
        x: a number, array or tensor, or lists, tuples, dicts and objects of them.

    Returns:
        A copy: what is written into it is not written into `x`.

    >>> from adjoint import grad
    >>> grad(lambda x: x * stop_gradient(x)).gradient(3.0)
    3.0
    """
    made: T = _copied(x, lambda tensor: tensor.detach().clone())
    return made


def on_cotangent(x: T, hook: Callable[[Any], Any]) -> T:
    """The same value, whose cotangent is shown to a function in the reverse sweep.

    Args:
        x: a number, array or tensor, or lists, tuples, dicts and objects of them.
        hook: called with the cotangent of the result, once all that was computed of it has added
            its part. What it returns takes its place; after None it stays what it is. It is not
            called where no derivative arrives.

    Returns:
        A copy: what is written into it is not written into `x`.

    >>> from adjoint import grad
    >>> grad(lambda x: 5.0 * on_cotangent(x, lambda d: min(d, 1.0))).gradient(3.0)
    1.0
    """

    def watched(tensor: Any) -> Any:
        made = tensor.clone()
        if made.requires_grad:
            made.register_hook(hook)
        return made

    made: T = _copied(x, watched)
    return made


def _copied(x: Any, of_tensor: Callable[[Any], Any]) -> Any:
    """A copy of a value with all its arrays, and something in place of each tensor."""
    if isinstance(x, TensorCore):
        return of_tensor(x)
    if hasattr(x, "dtype") and hasattr(x, "shape"):
        return x.copy()
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*(_copied(part, of_tensor) for part in x))
    if isinstance(x, list | tuple):
        return type(x)(_copied(part, of_tensor) for part in x)
    if isinstance(x, dict):
        return {key: _copied(part, of_tensor) for key, part in x.items()}
    if not (fields := fields_of(x)):
        return x
    made = copy.copy(x)
    for name, part in fields.items():
        object.__setattr__(made, name, _copied(part, of_tensor))
    return made
