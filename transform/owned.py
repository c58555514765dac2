"""Functions that an object keeps in a field, called as a method is: `obj.f(x)`.

    self.step = self.euler           obj.step holds obj
    self.act = lambda v: v * w       obj.act holds w

What such a function holds has its cotangent in the field; where it holds the very object, that part
is the object's, from where the call stands.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any

from adjoint.runtime import home
from adjoint.runtime.helpers import accumulate
from adjoint.runtime.helpers.structures import fields_of
from adjoint.transform.opened import contents_of


def field_of(owner: Any, function: Any) -> str | None:
    """The field in which an object keeps a function; None where it is one of its class."""
    if owner is None or getattr(function, "__self__", None) is owner:
        return None
    return next((name for name, held in fields_of(owner).items() if held is function), None)


def cotangent_of(owner: Any, field: str, function: Any, own: Any) -> Any:
    """The cotangent of an object, given that of what a function in a field of it holds."""
    zeros_like = home.bind_helpers(home.namespace_of(owner))["zeros_like"]
    whole = zeros_like(owner)
    parts: list[Any] = []
    if isinstance(own, dict):
        ties = _ties(owner, function)
        parts = [own[name] for name in ties]
        own = {**own, **dict.fromkeys(ties)}
    setattr(whole, field, own)
    for part in parts:
        whole = accumulate(whole, part)
    return whole


def tangent_of(owner: Any, field: str, function: Any, tangent: Any) -> Any:
    """The tangent of what a function in a field of an object holds, given that of the object."""
    own = getattr(tangent, field, None)
    ties: Mapping[str, Any] = dict.fromkeys(_ties(owner, function), tangent)
    return {**(own or {}), **ties} if ties else own


def _ties(owner: Any, function: Any) -> list[str]:
    """The names under which a function made inside holds an object itself."""
    if not isinstance(function, types.FunctionType):
        return []
    return [name for name, held in contents_of(function).items() if held is owner]
