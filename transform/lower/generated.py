"""The `__init__` that `dataclass` writes, of which there is no source, as a function.

    class Settings:                    def __init__(self, rate, steps=2):
        rate: float             ->         self.rate = rate
        steps: int = 2                     self.steps = steps
                                           self.__post_init__()

Its place in the source is the line of the class.
"""

from __future__ import annotations

import dataclasses
import inspect
from types import FunctionType
from typing import Any

import gast

from adjoint.transform.ir.nodes import (
    NOWHERE,
    SET_ANYWAY,
    Const,
    Effect,
    Function,
    Op,
    Param,
    Return,
    Span,
    Stmt,
    Store,
    Var,
)  # fmt: skip
from adjoint.transform.lower.templates import hole

_SELF = Var("self")


def generated_initialiser(cls: Any, initialiser: FunctionType) -> Function:
    """What the `__init__` of a dataclass does, in the IR."""
    span = place_of_class(cls)
    frozen = cls.__setattr__ is not object.__setattr__
    params = [Param(_SELF.name)]
    body: list[Stmt] = []
    for field in dataclasses.fields(cls):
        given = field.default is not dataclasses.MISSING
        value: Any = Var(field.name) if field.init else Const(field.default)
        if field.init:
            kind = "keyword-only" if field.kw_only else "ordinary"
            params.append(Param(field.name, kind, given, field.default if given else None))
        if field.init or given:
            body.append(_assigned(field.name, value, frozen, span))
    if hasattr(cls, "__post_init__"):
        func = gast.Attribute(hole(0), "__post_init__", gast.Load())
        post = Op("method:__post_init__", (_SELF,), gast.Call(func, [], []), ("self",))
        body.append(Effect(post, span))
    body.append(Return(Const(None), span))
    return Function("__init__", tuple(params), tuple(body), span, initialiser)


def _assigned(name: str, value: Any, frozen: bool, span: Span) -> Store:
    place = gast.Attribute(hole(0), name, gast.Store())
    roles = SET_ANYWAY if frozen else ()
    return Store(Op(f"attribute:{name}", (_SELF,), place, roles), "", value, span)


def place_of_class(cls: type) -> Span:
    """The line of a class's definition."""
    try:
        lines, first = inspect.getsourcelines(cls)
        file = inspect.getsourcefile(cls) or ""
    except (OSError, TypeError):
        return NOWHERE
    header = next((i for i, line in enumerate(lines) if line.lstrip().startswith("class ")), 0)
    text = lines[header].rstrip()
    column = len(text) - len(text.lstrip())
    return Span(file, first + header, column, first + header, len(text))
