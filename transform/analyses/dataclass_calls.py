"""Calls of `dataclasses.replace`, `asdict` and `astuple`: what they do is said by the class."""

from __future__ import annotations

import dataclasses
from types import FunctionType
from typing import Any

from adjoint.transform.analyses.kind import Kind
from adjoint.transform.lower.constructors import is_reachable
from adjoint.transform.lower.dataclass_functions import (
    COPIED,
    EACH,
    ITSELF,
    TAKEN_APART,
    replacing,
    taking_apart,
)
from adjoint.transform.lower.local_functions import LocalFunction

_TAKES_APART = (dataclasses.asdict, dataclasses.astuple)


def dataclass_function(
    function: Any, roles: tuple[str, ...], args: tuple[Kind | None, ...]
) -> LocalFunction | None:
    """The function that such a call amounts to, given the kind of the object; None of others."""
    kind = args[0] if args else None
    cls: Any = None if kind is None else kind.cls
    initialiser = getattr(cls, "__init__", None)
    if kind is None or not dataclasses.is_dataclass(cls) or roles[0] != "" or "**" in roles:
        return None
    if not isinstance(cls, type) or not isinstance(initialiser, FunctionType):
        return None
    if not is_reachable(cls, initialiser):
        return None
    if function is dataclasses.replace:
        return replacing(cls, roles[1:])
    if not any(function is one for one in _TAKES_APART) or len(roles) != 1:
        return None
    items = dict(zip(kind.names, kind.items, strict=False))
    fields = [field.name for field in dataclasses.fields(cls)]
    if set(fields) - items.keys():
        return None
    treatment = {field: _treatment(items[field]) for field in fields}
    if any(how is None for how in treatment.values()):
        return None
    return taking_apart(function, cls, {f: how for f, how in treatment.items() if how})


def _treatment(kind: Kind) -> str | None:
    """What becomes of a value: it may hold no dataclass unless it is one itself."""
    if kind.tag in ("num", "str", "none"):
        return ITSELF
    if dataclasses.is_dataclass(kind.cls):
        return TAKEN_APART
    if kind.tag == "list" and len(kind.items) == 1 and dataclasses.is_dataclass(kind.items[0].cls):
        return EACH
    if kind.is_container and not all(_treatment(item) in (ITSELF, COPIED) for item in kind.items):
        return None
    return COPIED if kind.cls is None and kind.tag not in ("any", "function") else None
