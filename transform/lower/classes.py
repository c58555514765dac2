"""Classes that a function defines: made once, when it is looked at, where they read nothing of it.

def f(x):
    class Pair: ...          ->      p = Pair(x[0], x[1])     (of a class that is there already)
    p = Pair(x[0], x[1])

What Python runs to make such a class is a constant of the function's code, so that its methods are
those that would run.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any
from weakref import WeakValueDictionary

import gast

from adjoint.transform.ir.nodes import Ref
from adjoint.transform.lower.bindings import own_nodes
from adjoint.transform.lower.scope import Scope, resolve_path

_MADE: WeakValueDictionary[int, type] = WeakValueDictionary()
_KNOWN: dict[tuple[CodeType, int, tuple[int, ...]], type] = {}


def is_made_here(value: object) -> bool:
    """Whether something is a class that was made of a definition inside a function."""
    return isinstance(value, type) and _MADE.get(id(value)) is value


def made_classes(body: list[gast.AST], scope: Scope) -> dict[str, Ref]:
    """The classes that a body defines, by name, as far as they can be made beforehand."""
    found: dict[str, Ref] = {}
    for node in own_nodes(body):
        if isinstance(node, gast.ClassDef) and _bindings(body, node.name) == 1:
            if _is_changed(node, body):
                continue
            made = _made(node, scope.with_names({**scope.names, **found}))
            if made is not None:
                found[node.name] = Ref(node.name, made)
    return found


def _is_changed(node: gast.ClassDef, body: list[gast.AST]) -> bool:
    """Whether the class itself may be changed: Python makes it anew in each call."""
    shared = {node.name}
    for method in node.body:
        if isinstance(method, gast.FunctionDef):
            names = {one.id for one in method.decorator_list if isinstance(one, gast.Name)}
            shared |= {param.id for param in method.args.args[:1] if "classmethod" in names}
        elif isinstance(method, gast.Assign | gast.AnnAssign):
            if isinstance(method.value, gast.List | gast.Dict | gast.Set | gast.Call):
                return True
    for inner in (inner for stmt in body for inner in gast.walk(stmt)):
        if isinstance(inner, gast.Attribute) and not isinstance(inner.ctx, gast.Load):
            base = inner.value
            if not isinstance(base, gast.Name) or base.id in shared:
                return True
    return False


def _bindings(body: list[gast.AST], name: str) -> int:
    return sum(
        (isinstance(node, gast.FunctionDef | gast.ClassDef) and node.name == name)
        or (isinstance(node, gast.Name) and node.id == name and not isinstance(node.ctx, gast.Load))
        for node in own_nodes(body)
    )


def _made(node: gast.ClassDef, scope: Scope) -> type | None:
    """The class; None where it reads variables of the function, or is made of what is not known."""
    first = min(inner.lineno for inner in (node, *node.decorator_list))
    codes = [
        code for code in _inner_codes(scope.origin.__code__)
        if code.co_name == node.name and code.co_firstlineno == first
    ]  # fmt: skip
    parts = [*node.bases, *node.decorator_list, *(word.value for word in node.keywords)]
    values = [_value(part, scope) for part in parts]
    if len(codes) != 1 or codes[0].co_freevars or None in values:
        return None
    space = scope.origin.__globals__
    key = (codes[0], id(space), tuple(id(value) for value in values if isinstance(value, type)))
    if key not in _KNOWN:
        bases = values[: len(node.bases)]
        decorators = values[len(bases) : len(bases) + len(node.decorator_list)]
        words = dict(zip([word.arg for word in node.keywords], values[-len(node.keywords) :],
                         strict=True)) if node.keywords else {}  # fmt: skip
        make: Any = builtins.__build_class__
        cls = make(FunctionType(codes[0], space), node.name, *bases, **words)
        for decorate in reversed(decorators):
            cls = decorate(cls)
        if not isinstance(cls, type):
            return None
        _KNOWN[key] = _MADE[id(cls)] = cls
    return _KNOWN[key]


def _inner_codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _inner_codes(constant)


def _value(node: gast.AST, scope: Scope) -> Any:
    """What a base or decorator is: a name from outside, or a call of one with literals."""
    if isinstance(node, gast.Call):
        function = _value(node.func, scope)
        literals = [*node.args, *(word.value for word in node.keywords)]
        if function is None or not all(isinstance(one, gast.Constant) for one in literals):
            return None
        return function(*(one.value for one in node.args),
                        **{word.arg: word.value.value for word in node.keywords})  # fmt: skip
    known = resolve_path(node, scope)
    return known.value if isinstance(known, Ref) else None
