"""Loops that build a list or a dict, back as the comprehensions that they came from."""

from __future__ import annotations

import gast

from adjoint.transform.emit.uses import Uses
from adjoint.transform.ir.trees import nodes


def comprehension(out: list[gast.AST], loop: gast.For, uses: Uses) -> tuple[str, gast.AST] | None:
    """The comprehension that an empty list (or dict) and the loop after it amount to.

    Args:
        out: the statements printed before the loop; that of the empty list is removed.
        loop: the loop.
        uses: how the function's temporaries are used.

    Returns:
        The temporary that held the list, and the comprehension; `None` if the loop is none.
    """
    found = _inside(loop, [])
    if found is None or found[0] not in uses.buildable:
        return None
    name, tree = found
    if bound_by(tree) & uses.leaking:
        return None
    for position in reversed(range(len(out))):
        assigned = _assigned(out[position])
        if assigned == name and _is_empty(out[position].value, tree):
            del out[position]
            return found
        if assigned is None:
            break
    return None


def bound_by(tree: gast.AST) -> frozenset[str]:
    """The variables that a comprehension binds."""
    parts = [part.target for part in tree.generators]
    return frozenset(
        node.id for part in parts for node in nodes(part) if isinstance(node, gast.Name)
    )


def _assigned(stmt: gast.AST) -> str | None:
    """The temporary that a statement assigns, if that is all it does."""
    match stmt:
        case gast.Assign(targets=[gast.Name(id=name)]) if name.startswith("%"):
            return str(name)
    return None


def _inside(stmt: gast.AST, generators: list[gast.comprehension]) -> tuple[str, gast.AST] | None:
    """The variable that nested loops add to, and what they would be as a comprehension."""
    match stmt:
        case gast.For(target=target, iter=over, body=[inner], orelse=[]):
            return _inside(inner, [*generators, gast.comprehension(target, over, [], 0)])
        case gast.If(test=test, body=[inner], orelse=[]) if generators:
            *others, last = generators
            filtered = gast.comprehension(last.target, last.iter, [*last.ifs, test], 0)
            return _inside(inner, [*others, filtered])
        case gast.Expr(
            value=gast.Call(
                func=gast.Attribute(value=gast.Name(id=owner), attr="append"), args=[element]
            )
        ):
            return owner, gast.ListComp(element, generators)
        case gast.Assign(
            targets=[gast.Subscript(value=gast.Name(id=owner), slice=key)], value=value
        ):
            return owner, gast.DictComp(key, value, generators)
    return None


def _is_empty(value: gast.AST, found: gast.AST) -> bool:
    if isinstance(found, gast.ListComp):
        return isinstance(value, gast.List) and not value.elts
    return isinstance(value, gast.Dict) and not value.keys
