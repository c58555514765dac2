"""The making of an object, as a function that gives it.

    def __init__(self, w):             def Model(w):
        self.w = w                         self = object.__new__(Model)
                                ->         self.w = w
                                           return self

So a call of the class is a call of that function.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import FunctionType

import gast

from adjoint.transform.ir.names import names_bound
from adjoint.transform.ir.nodes import Assign, Const, Function, Op, Ref, Return, Var
from adjoint.transform.lower.classes import is_made_here
from adjoint.transform.refusals import unsupported


def constructor(initialiser: Function, cls: type) -> Function:
    """The function that makes an object by `object.__new__` and its `__init__`.

    Raises:
        UnsupportedSyntax: `__init__` has no plain `self`, assigns that name, or returns a value.
    """
    own, *params = initialiser.params
    *body, last = initialiser.body
    rebound = own.name in names_bound(initialiser.body)
    plain = own.kind in ("positional-only", "ordinary") and not rebound
    if not plain or not isinstance(last, Return) or last.value != Const(None):
        raise unsupported(initialiser.span, f"how this makes a {cls.__name__} is not followed",
                          "let it assign attributes of its first parameter")  # fmt: skip
    template = gast.parse(f"object.__new__({cls.__name__})", mode="eval").body
    new = Op(f"record:{cls.__name__}", (), template, (), Ref(cls.__name__, cls))
    itself = Var(own.name)
    made = (Assign(itself, new, initialiser.span), *body, replace(last, value=itself))
    return replace(initialiser, name=cls.__name__, params=tuple(params), body=made)


def is_reachable(cls: type, initialiser: FunctionType) -> bool:
    """Whether code in the place of an `__init__` finds the class under its name."""
    if is_made_here(cls):
        return True
    cells = dict(zip(initialiser.__code__.co_freevars, initialiser.__closure__ or (), strict=True))
    outside: Mapping[str, object] = initialiser.__globals__
    if cls.__name__ in cells:
        outside = {cls.__name__: cells[cls.__name__].cell_contents}
    return outside.get(cls.__name__) is cls
