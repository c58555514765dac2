"""From what emitted code works with to what users get, and what may not be asked for."""

from __future__ import annotations

from types import FunctionType
from typing import Any

import numpy as np

from adjoint.runtime.eager_results import shape_alone
from adjoint.runtime.errors import NotDifferentiable
from adjoint.runtime.helpers import broadcasting, restructure
from adjoint.transform.analyses.kind import Kind, kind_of
from adjoint.transform.keys import PLAIN
from adjoint.transform.leaves import results_in
from adjoint.transform.parameters import Slot
from adjoint.transform.tensors import has_tensor, refuse_tensor

_CONTAINERS = {"dict": "a dict", "list": "a list", "tuple": "a tuple", "record": "an object"}
_NO_NUMBERS = {"none": "None", "str": "a string", "function": "a function", "range": "a range"}


def finish(found: Any, value: Any) -> Any:
    """A gradient as users get it: with the structure, shape and dtype of the argument."""
    kind = type(found)
    if kind is type(value):
        if kind is float:
            return found
        if kind is np.ndarray and found.dtype is value.dtype and found.shape == value.shape:
            if found.dtype.kind == "f" and 0 not in found.strides:
                return found
    refuse_tensor(found, "the differentiated function")
    return restructure(found, value)


def outline(value: Any) -> Any:
    """A value as it is before the call: a function may change the lists that it gets."""
    kind = type(value)
    if kind in PLAIN:
        return value
    if kind is list:
        return [outline(v) for v in value]
    if kind is dict:
        return {k: outline(v) for k, v in value.items()}
    return value


def form(value: Any) -> Any:
    """The structure, shapes and dtypes of a value, without the memory of its large arrays."""
    kind = type(value)
    if kind is np.ndarray:
        return shape_alone(value)
    if kind in PLAIN:
        return value
    if kind is list or kind is tuple:
        return kind(map(form, value))
    if kind is dict:
        return {k: form(v) for k, v in value.items()}
    return value


def require_differentiable(slot: Slot, value: Any, function: FunctionType) -> None:
    """Refuse a derivative with respect to what has none.

    Raises:
        NotDifferentiable: it is an integer, a string, a function, or holds nothing else.
    """
    if is_differentiable(value):
        return
    if kind_of(value).is_container:
        shown = f"a {type(value).__name__} without floating-point numbers"
    else:
        what = getattr(value, "dtype", type(value).__name__)
        shown = f"{what}, not a floating-point number or array"
    raise NotDifferentiable(
        f"{function.__name__}() cannot be differentiated with respect to `{slot.shown}`: it is "
        f"{shown}; pass floats, or choose `wrt`"
    )


def is_differentiable(value: Any) -> bool:
    """Whether a value has a derivative, or holds something that has one."""
    kind = kind_of(value)
    return kind.differentiable and not (kind.is_container and not has_float(value))


def has_float(value: Any) -> bool:
    """Whether there is any number in a value that has a derivative; so has what is not known."""
    return has_tensor(value) or any(kind_of(leaf).differentiable for leaf in results_in(value))


def require_number(name: str, returns: Kind) -> None:
    """Refuse a gradient of what is known to be no number.

    Raises:
        TypeError: it is a container, a string or nothing at all.
    """
    if returns.tag in _CONTAINERS:
        raise TypeError(
            f"a gradient is of a single number, and {name}() returns {_CONTAINERS[returns.tag]}; "
            "use vjp"
        )
    if returns.tag in _NO_NUMBERS:
        raise TypeError(
            f"a gradient is of a single number, and {name}() returns {_NO_NUMBERS[returns.tag]}"
        )


def require_real(value: Any) -> None:
    """Refuse a gradient of a complex value, of which there are two.

    Raises:
        TypeError: it is complex.
    """
    if is_complex(value):
        raise TypeError(
            "a gradient is of a real number, and the result is complex; take its real part or "
            "modulus, or use vjp"
        )


def is_complex(value: Any) -> bool:
    """Whether a value is complex or holds complex numbers."""
    if type(value) in (float, np.float64):
        return False
    return any(map(broadcasting.is_complex, results_in(value)))


def refuse_writes(name: str, written: frozenset[str], tensors: tuple[str, ...] | None) -> None:
    """Refuse functions that write into arguments of which others keep track.

    Args:
        name: the function's name.
        written: the parameters that it writes into.
        tensors: those that hold tensors; None where the function was found when emitted code ran.

    Raises:
        NotDifferentiable: it does.
    """
    if tensors is None and written:
        raise NotDifferentiable(
            f"{name}() writes into its arguments, and is called where it is known only at run "
            "time; call it by name, or let it return what it computes"
        )
    both = sorted(written & set(tensors or ()))
    if both:
        raise NotDifferentiable(
            f"{name}() writes into `{both[0]}`, which holds tensors that require grad; let it "
            "work on a copy, or return what it computes"
        )
