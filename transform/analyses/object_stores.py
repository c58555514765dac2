"""Stores of which the class of an object says what they do.

A property that is assigned, and a subscript, are calls of what the class has for them:

    p.w = v       ->   a call of the property's setter, of `p` and `v`
    p[i] = v      ->   a call of `__setitem__`, of `p`, `i` and `v`
    p.w += v      ->   old = p.w;  old += v;  p.w = old

The text stays as it is; only where a derivative passes, the derived function is called instead.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping

import gast

from adjoint.transform.analyses.classes import method_of, setter_of
from adjoint.transform.analyses.kind import Kind, atom_kind
from adjoint.transform.ir.nodes import Assign, Atom, Augment, Effect, Op, Ref, Stmt, Store, Var
from adjoint.transform.ir.places import index_parts, operand


def object_store(
    stmt: Store, kinds: Mapping[str, Kind], unused: str
) -> tuple[Stmt, ...] | None:
    """The statements that a store amounts to, given the class; None where it is a plain one.

    Args:
        stmt: `p.w = v`, `p[i] = v`, or one of them with an operator.
        kinds: what is known of the names so far.
        unused: a name that may hold what the place held before.
    """
    held = stmt.value if not stmt.operator else Var(unused)
    store = _call(stmt.place, held, kinds)
    if store is None:
        return None
    last = Effect(store, stmt.span)
    if not stmt.operator:
        return (last,)
    old = Var(unused)
    changed = Augment(old, stmt.operator, stmt.value, stmt.span)
    return (Assign(old, stmt.place, stmt.span), changed, last)


def _call(place: Op, value: Atom, kinds: Mapping[str, Kind]) -> Op | None:
    """The call of what a class has for a store in this place, if it has anything."""
    kind = atom_kind(place.args[0], kinds)
    if kind is None or kind.cls is None:
        return None
    if place.prim == "index":
        name, setter = "__setitem__", method_of(kind.cls, "__setitem__")
        parts = index_parts(place)
        if len(parts) != 1 or parts[0].what != "at":
            return None
    else:
        name = place.prim.removeprefix("attribute:")
        setter = setter_of(kind.cls, name)
    if setter is None:
        return None
    args = (*place.args, value)
    target = copy.deepcopy(place.template)
    target.ctx = gast.Store()
    shown = operand(len(args) - 1)
    template = gast.Assign([target], shown, None)
    callee = Ref(f"{kind.cls.__name__}.{name}", setter)
    return Op("call", args, template, ("",) * len(args), callee)
