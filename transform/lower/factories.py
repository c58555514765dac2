"""The fields of a dataclass that a factory makes, as arguments that are given.

    Bag(w)    ->   Bag(w, items=[])

So what they make is known by its name, as any argument is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import gast

from adjoint.transform.ir.nodes import Atom, Op, Ref, Stmt
from adjoint.transform.lower import expressions
from adjoint.transform.lower.scope import Scope
from adjoint.transform.lower.templates import CALLEE, name


def made_fields(
    node: gast.Call, callee: Atom | None, scope: Scope, out: list[Stmt]
) -> Iterator[tuple[str, Atom]]:
    """The names and values of the fields that a call leaves to their factories.

    Of a class that has an `__init__` of its own, and where arguments are starred, it tells none.
    """
    cls = callee.value if isinstance(callee, Ref) else None
    if not isinstance(cls, type) or not dataclasses.is_dataclass(cls):
        return
    code = getattr(cls.__init__, "__code__", None)
    starred = any(isinstance(argument, gast.Starred) for argument in node.args)
    given = {keyword.arg for keyword in node.keywords}
    if code is None or code.co_filename != "<string>" or starred or None in given:
        return
    fields = [field for field in dataclasses.fields(cls) if field.init]
    positional = [field.name for field in fields if not field.kw_only]
    given |= set(positional[: len(node.args)])
    for field in fields:
        if field.default_factory is dataclasses.MISSING or field.name in given:
            continue
        shown = _SHOWN.get(field.default_factory)
        if shown is not None:
            yield field.name, expressions.atom(shown, scope, out)
            continue
        factory = field.default_factory
        where = f"{cls.__name__}.__dataclass_fields__[{field.name!r}].default_factory"
        made = Op("call", (), gast.Call(name(CALLEE), [], []), (), Ref(where, factory))
        yield field.name, expressions.bind(made, scope, out)


_SHOWN: dict[Any, gast.AST] = {list: gast.List([], gast.Load()), dict: gast.Dict([], [])}
