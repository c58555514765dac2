"""What is refused, and what to write instead."""

from __future__ import annotations

import builtins
import functools
from typing import Any

import gast

from adjoint.transform.errors import UnsupportedSyntax
from adjoint.transform.lower.scope import Scope

REFUSED: dict[str, tuple[str, str]] = {
    "Yield": ("a generator function is not supported", "collect the values in a list"),
    "YieldFrom": ("a generator function is not supported", "collect the values in a list"),
    "Await": ("`await` is not supported", "pass the awaited value as an argument"),
    "AsyncFor": ("`async for` is not supported", "collect the items first, loop over the list"),
    "AsyncWith": ("`async with` is not supported", "enter it outside the function"),
    "AsyncFunctionDef": ("an async function is not supported", "write a plain `def`"),
    "TryStar": ("`except*` is not supported", "catch one exception after another with `except`"),
    "TypeAlias": ("a type alias inside a function is not supported", "define it at module level"),
    "TemplateStr": ("a template string is not supported", "use an f-string"),
    "Interpolation": ("a template string is not supported", "use an f-string"),
    "Starred": ("a starred expression is not supported here", "write the elements out"),
    "Slice": ("a slice is not supported here", "write it inside brackets"),
}
_CALLS: dict[str, tuple[str, str]] = {
    "exec": ("runs code that is not in the source", "write the code out"),
    "eval": ("runs code that is not in the source", "write the expression out"),
    "compile": ("makes code that is not in the source", "write the code out"),
    "__import__": ("binds what is not in the source", "write an `import` at module level"),
    "locals": ("reads variables behind the source's back", "name the variables"),
    "globals": ("reads variables behind the source's back", "name the variables"),
    "vars": ("reads variables behind the source's back", "name the attributes"),
    "setattr": ("writes an attribute behind the source's back", "write `object.name = value`"),
    "delattr": ("deletes an attribute behind the source's back", "write to another object"),
    "super": (
        "is followed as `super().method(...)` of a class at module level alone",
        "call the base class's method by name",
    ),
}


def reject(node: gast.AST, scope: Scope) -> UnsupportedSyntax:
    """The refusal of a node that is no part of the accepted language."""
    kind = type(node).__name__
    what, instead = REFUSED.get(kind, (f"{kind} is not supported", "write it in another way"))
    return scope.refuse(node, what, instead)


def reject_callee(node: gast.AST, value: Any, scope: Scope) -> UnsupportedSyntax | None:
    """The refusal of a call to something whose effect the source does not show, if it is that."""
    for name, (what, instead) in _CALLS.items():
        if value is getattr(builtins, name):
            return scope.refuse(node, f"{name}() {what}", instead)
    if value is functools.lru_cache or value is functools.cache:
        what = "a function that remembers answers gives back one that was derived for another call"
        return scope.refuse(node, what, "leave the cache away")
    return None
