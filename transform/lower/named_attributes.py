"""Attributes that are reached by a name in quotes, as attributes.

    getattr(p, "x")         ->   p.x
    getattr(p, "x", 1.0)    ->   p.x if hasattr(p, "x") else 1.0
    setattr(p, "x", v)      ->   p.x = v       (so is object.__setattr__, of what is frozen)

A name that is computed is not followed.
"""

from __future__ import annotations

import keyword

import gast

from adjoint.transform.ir.nodes import SET_ANYWAY, Op, Ref, Stmt, Store
from adjoint.transform.lower import calls, expressions
from adjoint.transform.lower.scope import Scope, resolve_path
from adjoint.transform.lower.templates import hole, name


def read_by_name(node: gast.Call, scope: Scope) -> gast.AST | None:
    """The attribute that a call of `getattr` reads, where its name is known."""
    if calls.is_call_of(node, scope, "getattr") is None or not _is_known(node, (2, 3)):
        return None
    owner, attribute, *default = node.args
    read = gast.Attribute(owner, attribute.value, gast.Load())
    if not default:
        return gast.copy_location(read, node)
    if not isinstance(owner, gast.Name) or not isinstance(default[0], gast.Name | gast.Constant):
        return None  # evaluated once, and in any case
    test = gast.Call(name("hasattr"), [owner, attribute], [])
    return gast.copy_location(gast.IfExp(test, read, default[0]), node)


def stored_by_name(node: gast.AST, scope: Scope) -> gast.Assign | None:
    """The assignment that a call of `setattr` makes, where the name is known."""
    if calls.is_call_of(node, scope, "setattr") is None or not _is_known(node, (3,)):
        return None
    owner, attribute, value = node.args
    target = gast.copy_location(gast.Attribute(owner, attribute.value, gast.Store()), node)
    return gast.copy_location(gast.Assign([target], value, None), node)


def set_anyway(node: gast.AST, scope: Scope, out: list[Stmt]) -> Store | None:
    """The store that `object.__setattr__(p, "x", v)` makes, also of what is frozen."""
    if not isinstance(node, gast.Call) or not isinstance(node.func, gast.Attribute):
        return None
    known = resolve_path(node.func.value, scope)
    is_object = isinstance(known, Ref) and known.value is object
    if not is_object or node.func.attr != "__setattr__" or not _is_known(node, (3,)):
        return None
    owner, attribute, value = node.args
    held, kept = expressions.operands([owner, value], scope, out)
    template = gast.Attribute(hole(0), attribute.value, gast.Load())
    place = Op(f"attribute:{attribute.value}", (held,), template, SET_ANYWAY)
    return Store(place, "", kept, scope.span)


def _is_known(node: gast.Call, counts: tuple[int, ...]) -> bool:
    """Whether the second argument is a name that means the same within a class and outside."""
    if len(node.args) not in counts or node.keywords:
        return False
    if any(isinstance(argument, gast.Starred) for argument in node.args):
        return False
    text = node.args[1].value if isinstance(node.args[1], gast.Constant) else None
    if not isinstance(text, str) or not text.isidentifier():
        return False
    return not keyword.iskeyword(text) and not text.startswith("__")
