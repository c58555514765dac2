"""Loops that build a list or a dict, back as the comprehensions that they came from."""

from __future__ import annotations

import gast

from adjoint.transform.emit.uses import Uses


def comprehension(out: list[gast.AST], loop: gast.For, uses: Uses) -> tuple[str, gast.AST] | None:
    """The comprehension that an empty list (or dict) and the loop after it amount to.

    Args:
        out: the statements printed before the loop; that of the empty list is removed.
        loop: the loop.
        uses: how the function's temporaries are used.

    Returns:
        The temporary that held the list, and the comprehension; `None` if the loop is none.
    """
    position = len(out) - 1
    while position >= 0 and (name := _assigned(out[position])) not in uses.buildable:
        if name is None:
            return None
        position -= 1
    if position < 0:
        return None
    start = out[position]
    found = _inside(loop, name, [])
    if found is None or not _is_empty(start.value, found):
        return None
    if any(_bound(part.target) & uses.leaking for part in found.generators):
        return None
    del out[position]
    return name, found


def _assigned(stmt: gast.AST) -> str | None:
    """The temporary that a statement assigns, if that is all it does."""
    match stmt:
        case gast.Assign(targets=[gast.Name(id=name)]) if name.startswith("%"):
            return str(name)
    return None


def _inside(
    stmt: gast.AST, name: str | None, generators: list[gast.comprehension]
) -> gast.AST | None:
    match stmt:
        case gast.For(target=target, iter=over, body=[inner], orelse=[]):
            return _inside(inner, name, [*generators, gast.comprehension(target, over, [], 0)])
        case gast.If(test=test, body=[inner], orelse=[]) if generators:
            *others, last = generators
            filtered = gast.comprehension(last.target, last.iter, [*last.ifs, test], 0)
            return _inside(inner, name, [*others, filtered])
        case gast.Expr(
            value=gast.Call(
                func=gast.Attribute(value=gast.Name(id=owner), attr="append"), args=[element]
            )
        ) if owner == name:
            return gast.ListComp(element, generators)
        case gast.Assign(
            targets=[gast.Subscript(value=gast.Name(id=owner), slice=key)], value=value
        ) if owner == name:
            return gast.DictComp(key, value, generators)
    return None


def _is_empty(value: gast.AST, found: gast.AST) -> bool:
    if isinstance(found, gast.ListComp):
        return isinstance(value, gast.List) and not value.elts
    return isinstance(value, gast.Dict) and not value.keys


def _bound(target: gast.AST) -> frozenset[str]:
    return frozenset(node.id for node in gast.walk(target) if isinstance(node, gast.Name))
