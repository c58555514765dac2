"""The cotangent that users hand to a pullback: checked, and in emitted code's form."""

from __future__ import annotations

import types
from typing import Any

import numpy as np

from adjoint.runtime import home
from adjoint.runtime.helpers.structures import fields_of
from adjoint.runtime.tensor import Tensor

_REAL = "biuf"


def seed_of(given: Any, value: Any) -> Any:
    """The cotangent of a result, in the structure, shape and dtype of the result.

    Complex cotangents are conjugated here (PyTorch's convention); a part that is None, or a key of
    a dict that is left out, counts as zero.

    Raises:
        TypeError: it is no number or array, or complex where the result is real.
        ValueError: its shape, length or keys are not those of the result.

    >>> seed_of([1, None], (np.float32(2.0), 3.0))
    [np.float32(1.0), 0.0]
    """
    if type(given) is float and type(value) in (float, np.float64):
        return given
    if given is None:
        raise TypeError("the cotangent is None; give 1.0 for the gradient of a single number")
    return _seed(given, value, "the cotangent")


def _seed(given: Any, value: Any, what: str) -> Any:
    if given is None:
        return home.bind_helpers(home.namespace_of(value))["zeros_like"](value)
    if isinstance(given, Tensor):
        given = given._data
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return _array(given, value, what)
    if isinstance(value, float | complex):
        return _number(given, value, what)
    if isinstance(value, list | tuple):
        if not isinstance(given, list | tuple) or len(given) != len(value):
            raise ValueError(f"{what} must have {len(value)} parts, as the value has")
        return [
            _seed(g, v, f"part {i} of {what}")
            for i, (g, v) in enumerate(zip(given, value, strict=True))
        ]
    if isinstance(value, dict):
        if not isinstance(given, dict) or not given.keys() <= value.keys():
            raise ValueError(f"{what} must be a dict with keys among {', '.join(map(repr, value))}")
        return {k: _seed(given.get(k), v, f"part {k!r} of {what}") for k, v in value.items()}
    if isinstance(value, int) or not (fields := fields_of(value)):
        return home.bind_helpers()["zeros_like"](value)  # nothing flows back from it
    parts = {k: _seed(getattr(given, k, None), v, f"`{k}` of {what}") for k, v in fields.items()}
    return types.SimpleNamespace(**parts)


def _array(given: Any, value: Any, what: str) -> Any:
    kind, there = value.dtype.kind, home.namespace_of(value)
    if kind not in "fc":
        return home.bind_helpers(there)["zeros_like"](value)  # nothing flows back from it
    if not hasattr(given, "dtype"):
        given = _read(given, what)
    _require(given, kind == "c", what)
    if given.shape != value.shape:
        raise ValueError(f"{what} has shape {given.shape}, and the value {value.shape}")
    if there is not np and home.namespace_of(given) is np:
        if given.shape != ():
            raise home.MixedHomes(f"{what} is an array of numpy, and the value of {there.__name__}")
        given = there.full((), given.item(), value.dtype)  # a number of the host goes anywhere
    elif isinstance(value, np.generic):
        given = value.dtype.type(given)
    elif given.dtype != value.dtype:
        given = given.astype(value.dtype)
    return given.conj() if kind == "c" else given


def _number(given: Any, value: float | complex, what: str) -> Any:
    if not hasattr(given, "dtype"):
        given = _read(given, what)
    if given.shape != ():
        raise ValueError(f"{what} has shape {given.shape}, and the value is a number")
    _require(given, isinstance(value, complex), what)
    if home.namespace_of(given) is not np:
        return given  # nobody has to wait for a number of a device
    return complex(given).conjugate() if isinstance(value, complex) else float(given)


def _read(given: Any, what: str) -> Any:
    """Numbers and nested lists of them, as an array of the host."""
    try:
        return np.asarray(given)
    except ValueError as error:
        raise ValueError(f"{what} is ragged: {error}") from None


def _require(given: Any, complex_too: bool, what: str) -> None:
    if given.dtype.kind == "c" and not complex_too:
        raise TypeError(f"{what} is complex, and the value is real")
    if given.dtype.kind not in _REAL + "c":
        raise TypeError(f"{what} is no number or array of numbers")
