"""Attributes that are computed once (`functools.cached_property`), as functions of the object."""

from __future__ import annotations

import functools
import inspect
from types import FunctionType
from typing import Any

import numpy as np

from adjoint.runtime.errors import NotDifferentiable


def remember(obj: Any, name: str, value: Any) -> None:
    """Keep what was computed in the object, or see that it is what the object keeps.

    Raises:
        NotDifferentiable: what it is computed from has changed since.
    """
    kept = vars(obj).setdefault(name, value)
    if kept is not value and not np.array_equal(kept, value):
        raise NotDifferentiable(
            f"`{name}` of a {type(obj).__name__} is computed once, and what it was computed from "
            "has changed since; make it a plain property"
        )


@functools.lru_cache(maxsize=1024)
def cached_reader(cls: type, name: str) -> FunctionType | None:
    """What reading such an attribute of an object amounts to; None of every other attribute."""
    found = inspect.getattr_static(cls, name, None)
    compute = found.func if isinstance(found, functools.cached_property) else None
    if not isinstance(compute, FunctionType):
        return None

    def read(self):  # type: ignore[no-untyped-def]
        value = compute(self)
        remember(self, name, value)
        return value

    read.__name__ = f"{cls.__name__}_{name}"
    assert isinstance(read, FunctionType)
    return read
