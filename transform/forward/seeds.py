"""The tangents that users give, in emitted code's form, and what they get back."""

from __future__ import annotations

import types
from typing import Any

import numpy as np

from adjoint.runtime import home
from adjoint.runtime.helpers import restructure
from adjoint.runtime.helpers.broadcasting import is_complex
from adjoint.runtime.helpers.structures import fields_of
from adjoint.runtime.tensor import Tensor
from adjoint.transform.seeds import seed_of
from adjoint.transform.tensors import refuse_tensor


def tangent_of(given: Any, value: Any, what: str, written: bool) -> Any:
    """The tangent of an argument, in the structure, shape and dtype of the argument.

    Args:
        given: what the user gives; a part that is None, or a key that is left out, counts as zero.
        value: the argument.
        what: what to call the tangent in an error.
        written: whether the function writes into the argument, and so into a copy of the tangent.

    Raises:
        TypeError: it is no number or array, or complex where the argument is real.
        ValueError: its shape, length or keys are not those of the argument.

    >>> tangent_of([1, None], (np.float32(2.0), 3.0), "the tangent", False)
    (np.float32(1.0), 0.0)
    """
    if given is None:
        return _zero(value)
    if isinstance(given, Tensor):
        given = given._data
    if isinstance(value, list | tuple):
        if not isinstance(given, list | tuple) or len(given) != len(value):
            raise ValueError(f"{what} must have {len(value)} parts, as the argument has")
        parts = [
            tangent_of(g, v, f"part {i} of {what}", written)
            for i, (g, v) in enumerate(zip(given, value, strict=True))
        ]
        if isinstance(value, list):
            return parts
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if isinstance(value, dict):
        if not isinstance(given, dict) or not given.keys() <= value.keys():
            raise ValueError(f"{what} must be a dict with keys among {', '.join(map(repr, value))}")
        return {
            k: tangent_of(given.get(k), v, f"part {k!r} of {what}", written)
            for k, v in value.items()
        }
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return _array(given, value, what, written)
    if isinstance(value, float | complex):
        return _number(given, value, what)
    if isinstance(value, int) or not (fields := fields_of(value)):
        return _zero(value)
    parts_of = {
        k: tangent_of(getattr(given, k, None), v, f"`{k}` of {what}", written)
        for k, v in fields.items()
    }
    return types.SimpleNamespace(**parts_of)


def _zero(value: Any) -> Any:
    return home.bind_helpers(home.namespace_of(value))["zero_tangent"](value)


def _array(given: Any, value: Any, what: str, written: bool) -> Any:
    """An array's tangent; one that is written into lies in memory as the argument does."""
    if value.dtype.kind not in "fc":
        return _zero(value)
    found = _plain(_seeded(given, value, what), value)
    if isinstance(value, np.generic):  # it is indexed as the argument is
        return value.dtype.type(found)
    if not written:
        return found
    own = home.namespace_of(value).empty_like(value)
    own[...] = found
    return own


def _number(given: Any, value: Any, what: str) -> Any:
    return _plain(_seeded(given, value, what), value)


def _seeded(given: Any, value: Any, what: str) -> Any:
    try:
        return seed_of(given, value)
    except (TypeError, ValueError) as error:
        text = str(error).replace("the cotangent", what).replace("the value", "the argument")
        raise type(error)(text) from None


def _plain(seed: Any, value: Any) -> Any:
    """A seed that was conjugated on its way in, as it was: tangents are not."""
    return np.conjugate(seed) if is_complex(value) else seed


def finished_tangent(tangent: Any, value: Any) -> Any:
    """What users get for the tangent of a value: in its structure, shape and dtype."""
    kind = type(tangent)
    if kind is type(value):
        if kind is float or kind is np.float64:
            return tangent
        if kind is np.ndarray and tangent.dtype is value.dtype and tangent.shape == value.shape:
            if tangent.dtype.kind == "f" and tangent.flags.writeable:
                return tangent
    refuse_tensor(tangent, "the differentiated function")
    return restructure(_conjugated(tangent), value)


def _conjugated(tangent: Any) -> Any:
    """A tangent of which `restructure` makes the tangent itself, although it conjugates."""
    if isinstance(tangent, list | tuple):
        return [_conjugated(part) for part in tangent]
    if isinstance(tangent, dict):
        return {key: _conjugated(part) for key, part in tangent.items()}
    if isinstance(tangent, types.SimpleNamespace):
        fields = {name: _conjugated(part) for name, part in vars(tangent).items()}
        return types.SimpleNamespace(**fields)
    return np.conjugate(tangent) if is_complex(tangent) else tangent


