"""Derivatives as functions call them: `f.gradient(x)`, `adjoint.gradient(f)(x)`.

A function that calls a derivative of another one is differentiated by taking the call for one of
the emitted function. What is recognised here is which derivative a value is.
"""

from __future__ import annotations

import types
from dataclasses import dataclass
from typing import Any

MODES = ("gradient", "value_and_gradient", "vjp")
ITSELF = "itself"
"""In place of a mode: what `grad` makes of a function, which is called as the function is."""

_MAKERS = "adjoint.transform.grad"


@dataclass(frozen=True, slots=True)
class Derivative:
    """A derivative of a function.

    target: the function: of Python, a local one, what `@grad` made, or a derivative itself.
    mode: one of `MODES`, or `ITSELF`. wrt: with respect to what; None: the mode's own choice.
    """

    target: Any
    mode: str
    wrt: str | int | tuple[str | int, ...] | None = None

    @property
    def root(self) -> Any:
        """The function that is no derivative itself."""
        return self.target.root if isinstance(self.target, Derivative) else self.target


def is_differentiable(value: object) -> bool:
    """Whether a value is what `@grad` makes of a function."""
    return hasattr(value, "_target") and not isinstance(value, type)


def derivative_of(value: Any) -> Derivative | None:
    """Which derivative a value is: `f.gradient`, or what `@grad` made of such a method."""
    if isinstance(value, Derivative):
        return value
    if is_differentiable(value):
        return derivative_of(value.__wrapped__)
    if isinstance(value, types.MethodType) and is_differentiable(value.__self__):
        return method_of_ours(value.__self__, value.__name__)
    return None


def method_of_ours(owner: Any, name: str) -> Derivative | None:
    """What `owner.name` is, of what `@grad` made."""
    if name not in MODES or not is_differentiable(owner):
        return None
    return Derivative(owner, name, owner._asked.wrt)


def maker_of(value: Any) -> str | None:
    """The mode of the derivative that a function of this package makes of another function."""
    if not isinstance(value, types.FunctionType) or value.__module__ != _MAKERS:
        return None
    if value.__name__ == "grad":
        return ITSELF
    return value.__name__ if value.__name__ in MODES else None
