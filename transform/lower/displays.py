"""Displays: tuples, lists, dicts, sets and formatted strings."""

from __future__ import annotations

import gast

from adjoint.transform.ir.nodes import Op, Ref, Rhs, Stmt
from adjoint.transform.lower import expressions, streams
from adjoint.transform.lower.purity import is_pure
from adjoint.transform.lower.scope import Scope
from adjoint.transform.lower.templates import CALLEE, Operands, hole, holes, look, name


def display(node: gast.Tuple | gast.List, scope: Scope, out: list[Stmt]) -> Rhs:
    """A tuple or list; a starred element has the role `*`."""
    starred = [isinstance(item, gast.Starred) for item in node.elts]
    values = [
        streams.as_list(item.value, scope) if star else item
        for item, star in zip(node.elts, starred, strict=True)
    ]
    atoms = expressions.operands(values, scope, out)
    slots = [
        gast.Starred(hole(i), gast.Load()) if star else hole(i) for i, star in enumerate(starred)
    ]
    prim = "tuple" if isinstance(node, gast.Tuple) else "list"
    roles = tuple("*" if star else "" for star in starred) if any(starred) else ()
    return Op(prim, tuple(atoms), type(node)(slots, gast.Load()), roles)


def dictionary(node: gast.Dict, scope: Scope, out: list[Stmt]) -> Rhs:
    """Keys and values in turn; for `**other` the one operand `other`, with the role `**`."""
    parts: list[gast.AST] = []
    roles: list[str] = []
    keys: list[gast.AST | None] = []
    values: list[gast.AST] = []
    for key, value in zip(node.keys, node.values, strict=True):
        if key is not None:
            parts.append(key)
            roles.append("")
        keys.append(None if key is None else hole(len(parts) - 1))
        parts.append(value)
        roles.append("**" if key is None else "")
        values.append(hole(len(parts) - 1))
    atoms = expressions.operands(parts, scope, out)
    return Op("dict", tuple(atoms), gast.Dict(keys, values), tuple(roles) if any(roles) else ())


def set_display(node: gast.Set, scope: Scope, out: list[Stmt]) -> Rhs:
    """A set has no derivative: its elements are only looked at."""
    if is_pure(node, scope):
        return look(node, scope)
    if any(isinstance(item, gast.Starred) for item in node.elts):
        raise scope.refuse(node, "a set display with `*` is not supported", "call set() on a list")
    return Op(
        "look", tuple(expressions.operands(node.elts, scope, out)), gast.Set(holes(len(node.elts)))
    )


def set_of(node: gast.SetComp, scope: Scope, out: list[Stmt]) -> Rhs:
    """A set comprehension is `set([...])`."""
    listed = expressions.atom(gast.ListComp(node.elt, node.generators), scope, out)
    return Op("call", (listed,), gast.Call(name(CALLEE), holes(1), []), ("",), Ref("set", set))


def formatted(node: gast.JoinedStr, scope: Scope, out: list[Stmt]) -> Rhs:
    """Each part is formatted before the next is evaluated."""
    pieces: list[gast.AST] = []
    found = Operands()
    for piece in node.values:
        if isinstance(piece, gast.FormattedValue):
            specification = piece.format_spec
            if specification is not None and not is_pure(specification, scope):
                raise scope.refuse(
                    specification, "a call inside a format specification is not supported",
                    "assign it to a variable first",
                )  # fmt: skip
            inner = Operands()
            slot = inner.add(expressions.atom(piece.value, scope, out))
            if specification is not None:
                shifted = look(specification, scope)
                specification = _renumber(shifted, inner)
            part = gast.JoinedStr([gast.FormattedValue(slot, piece.conversion, specification)])
            text = expressions.bind(Op("look", tuple(inner.atoms), part), scope, out)
            pieces.append(gast.FormattedValue(found.add(text), -1, None))
        else:
            pieces.append(piece)
    return Op("look", tuple(found.atoms), gast.JoinedStr(pieces))


def _renumber(op: Op, into: Operands) -> gast.AST:
    """The template of `op` with its operands moved behind those of `into`."""
    new = {f"${i}": into.share(value).id for i, value in enumerate(op.args)}
    for inner in gast.walk(op.template):
        if isinstance(inner, gast.Name):
            inner.id = new.get(inner.id, inner.id)
    return op.template
