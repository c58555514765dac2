"""Calls of functions that are a plainer expression: getters are lambdas, sorting is assigned.

operator.itemgetter(1)        ->    lambda item: item[1]
operator.attrgetter("a.b")    ->    lambda item: item.a.b
operator.methodcaller("f")    ->    lambda item: item.f()
xs.sort(key=f)                ->    xs[:] = sorted(xs, key=f)
"""

from __future__ import annotations

import keyword
import operator

import gast

from adjoint.transform.ir.nodes import Ref
from adjoint.transform.lower.scope import Scope, resolve_path
from adjoint.transform.lower.templates import name


def as_lambda(node: gast.Call, scope: Scope) -> gast.Lambda | None:
    """The function that `itemgetter`, `attrgetter` or `methodcaller` makes of literals."""
    known = resolve_path(node.func, scope)
    function = known.value if isinstance(known, Ref) else None
    if not isinstance(function, type) or function.__module__ != "operator":
        return None
    values = [*node.args, *(word.value for word in node.keywords)]
    if not values or not all(isinstance(value, gast.Constant) for value in values):
        return None
    item = name("item")
    if function is operator.methodcaller:
        first, *rest = node.args
        if not _is_path(first):
            return None
        body: gast.AST = gast.Call(_attribute(item, first.value), rest, node.keywords)
    elif node.keywords:
        return None
    elif function is operator.itemgetter:
        body = _one_or_several([gast.Subscript(item, key, gast.Load()) for key in node.args])
    elif function is operator.attrgetter and all(map(_is_path, node.args)):
        body = _one_or_several([_attribute(item, path.value) for path in node.args])
    else:
        return None
    made = gast.parse("lambda item: item", mode="eval").body
    made.body = gast.copy_location(body, node)
    return gast.copy_location(made, node)


def as_sorted(node: gast.AST, scope: Scope) -> gast.Assign | None:
    """The assignment that `xs.sort(key=..., reverse=...)` is: only lists have these keywords."""
    if not isinstance(node, gast.Call) or not isinstance(node.func, gast.Attribute):
        return None
    words = {word.arg for word in node.keywords}
    target = node.func.value
    if node.func.attr != "sort" or node.args or not words or words - {"key", "reverse"}:
        return None
    if not isinstance(target, gast.Name) or "sorted" in scope.names:
        return None
    value = gast.copy_location(gast.Call(name("sorted"), [target], node.keywords), node)
    place = gast.Subscript(target, gast.Slice(None, None, None), gast.Store())
    return gast.copy_location(gast.Assign([gast.copy_location(place, node)], value, None), node)


def _is_path(node: gast.AST) -> bool:
    """Whether a literal is a name, or names with dots, that mean the same in any class."""
    if not isinstance(node, gast.Constant) or not isinstance(node.value, str):
        return False
    parts = node.value.split(".")
    return all(p.isidentifier() and not keyword.iskeyword(p) and p[:2] != "__" for p in parts)


def _attribute(item: gast.AST, path: str) -> gast.AST:
    for part in path.split("."):
        item = gast.Attribute(item, part, gast.Load())
    return item


def _one_or_several(parts: list[gast.AST]) -> gast.AST:
    return parts[0] if len(parts) == 1 else gast.Tuple(parts, gast.Load())
