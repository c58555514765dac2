"""What may go into a function of CuPy's, and what comes out of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .names import BINARY, CREATION, HOST_ANSWERS, LACKING, NUMBERS_WELCOME

NUMBERS = (bool, int, float, complex, np.generic)


class DeviceError(TypeError):
    """What CuPy refuses with a TypeError."""


class Hosted:
    """Base of the arrays: holds the NumPy array that stands for the device's memory."""

    __slots__ = ("_host",)
    _host: Any


def device(host: Any) -> Any:
    """The result of a call, with every array and every number of NumPy's on the device."""
    from .array import StrictArray

    if isinstance(host, np.ndarray | np.generic):
        return StrictArray(np.asarray(host))
    if isinstance(host, list):
        return [device(h) for h in host]
    if isinstance(host, tuple):
        return tuple(device(h) for h in host)
    return host


def host_of(value: Any) -> Any:
    """An operand for NumPy, refused where CuPy would refuse it: arrays of the host's."""
    if isinstance(value, Hosted):
        return value._host
    if isinstance(value, np.ndarray):
        raise DeviceError(f"Unsupported type {type(value)}: an array of the host's")
    if isinstance(value, list | tuple):
        return type(value)(host_of(v) for v in value)
    return value


def call_ufunc(
    ufunc: np.ufunc, inputs: tuple[Any, ...], kwargs: Mapping[str, Any], method: str = "__call__"
) -> Any:
    """Calls a ufunc on arrays of the device's and on numbers; nothing else goes."""
    if ufunc.__name__ in LACKING:
        raise AttributeError(f"module 'cupy' has no attribute {ufunc.__name__!r}")
    for value in inputs:
        if not isinstance(value, (Hosted, *NUMBERS)):
            raise DeviceError(f"Unsupported type {type(value)}")
    if "where" in kwargs:
        raise DeviceError("Wrong arguments: where")
    named = dict(kwargs)
    out = named.pop("out", None)
    out = out[0] if isinstance(out, tuple) else out
    if out is not None:
        if not isinstance(out, Hosted):
            raise DeviceError("Output arguments type must be an array of the device's")
        named["out"] = out._host
    result = getattr(ufunc, method)(*map(host_of, inputs), **named)
    return device(result) if out is None else out


def call_function(name: str, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """Calls a function of NumPy's as CuPy's of the same name would take it."""
    if name in LACKING:
        raise AttributeError(f"module 'cupy' has no attribute {name!r}")
    if name in CREATION:
        return device(
            function(*map(_material, args), **{k: _material(v) for k, v in kwargs.items()})
        )
    if name in HOST_ANSWERS:
        return function(*map(_bare, args), **kwargs)
    if args and name not in NUMBERS_WELCOME:
        _require_arrays(name, args[0])
    if name in BINARY and len(args) > 1:
        _require_arrays(name, args[1])
    if {"where", "initial"} & set(kwargs):
        raise DeviceError(f"{name}() got an unexpected keyword argument")
    out = kwargs.get("out")
    if out is not None and not isinstance(out, Hosted):
        raise DeviceError("Output arguments type must be an array of the device's")
    result = function(*map(host_of, args), **{k: host_of(v) for k, v in kwargs.items()})
    return device(result) if out is None else out


def _require_arrays(name: str, first: Any) -> None:
    """The first operand is an array, or a sequence of nothing but arrays; einsum's is a string."""
    if isinstance(first, Hosted) or (name == "einsum" and isinstance(first, str)):
        return
    if isinstance(first, list | tuple) and first and all(isinstance(x, Hosted) for x in first):
        return
    raise DeviceError(f"{name}: only arrays of the device's, got {type(first)}")


def _material(value: Any) -> Any:
    """What an array is made of: numbers and host arrays (an explicit copy), or only device ones."""
    if isinstance(value, Hosted):
        return value._host
    if isinstance(value, list | tuple) and _holds_device(value):
        if not all(isinstance(v, Hosted | list | tuple) for v in value):
            raise DeviceError(
                "Implicit conversion to a NumPy array is not allowed: numbers among device arrays"
            )
        return type(value)(_material(v) for v in value)
    return value


def _holds_device(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(_holds_device(v) for v in value)
    return isinstance(value, Hosted)


def _bare(value: Any) -> Any:
    return value._host if isinstance(value, Hosted) else value
