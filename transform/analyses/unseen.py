"""Flows that nothing follows: through keys of dicts, elements of sets and what `with` enters.

Nor are views followed that are no arrays (`x.flat`, `x.data`), or that read an array's bytes as
something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import gast

from adjoint.transform.analyses.activity import varied_names
from adjoint.transform.analyses.aliases import Aliases
from adjoint.transform.analyses.containers import entries
from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.ir.nodes import Atom, Function, Op, Span, Stmt, Store, Var, With, walk
from adjoint.transform.refusals import unsupported

_HOLDING = ("array", "numeric", "list", "tuple", "dict", "record")


def check_unseen(
    fn: Function, kinds: Mapping[str, Kind], aliases: Aliases, inputs: Iterable[str]
) -> None:
    """Refuse keys, elements and contexts that depend on what is differentiated.

    Raises:
        UnsupportedSyntax: there is such a key, element or context.
    """
    found = [
        (atom.name, stmt)
        for stmt in walk(fn.body)
        for atom in _unseen(stmt, kinds)
        if isinstance(atom, Var) and kinds.get(atom.name, ANY).differentiable
    ]
    opaque = [(name, way, stmt) for stmt in walk(fn.body) for name, way in _opaque(stmt, kinds)]
    if not found and not opaque:
        return
    varied = varied_names(fn, kinds, aliases, inputs)
    for name, way, stmt in opaque:
        if name in varied:
            place: Span = stmt.span
            raise unsupported(
                place, f"`{name}{way}` reads what is differentiated where nothing follows it",
                _INSTEAD[way],
            )  # fmt: skip
    for name, stmt in found:
        if isinstance(stmt, With) and (name in varied or _may_hand_back(stmt, name, kinds)):
            raise unsupported(
                stmt.span, f"what this `with` enters is given `{name}`, and may keep or change it",
                "do the work in the body, without handing it over",
            )  # fmt: skip
        if name in varied:
            span: Span = stmt.span
            raise unsupported(
                span, "what is differentiated is a key of a dict, or an element of a set, here",
                "keep it in a list, or among the values of a dict",
            )  # fmt: skip


_INSTEAD = {
    ".flat": "use `.ravel()`, or index the array",
    ".data": "use the array itself",
    ".view()": "use `.astype()`, or the array itself",
    ".__dict__": "read the attributes by their names",
}


def _opaque(stmt: Stmt, kinds: Mapping[str, Kind]) -> Iterator[tuple[str, str]]:
    """The names whose contents a statement reads in a way that is not followed, and the way."""
    op = stmt.place if isinstance(stmt, Store) else getattr(stmt, "value", None)
    if not isinstance(op, Op) or not op.args or not isinstance(op.args[0], Var):
        return
    name = op.args[0].name
    kind = kinds.get(name, ANY)
    if op.prim == "attribute:__dict__":
        yield name, ".__dict__"
    elif kind.tag in ("num", "array", "numeric"):
        if op.prim in ("attribute:flat", "attribute:data"):
            yield name, "." + op.prim.removeprefix("attribute:")
        elif op.prim == "method:view" and len(op.args) > 1:
            yield name, ".view()"


def _may_hand_back(stmt: With, name: str, kinds: Mapping[str, Kind]) -> bool:
    """Whether what `as` binds may be an operand of the context under another name."""
    return stmt.target is not None and kinds.get(name, ANY).tag in _HOLDING


def _unseen(stmt: Stmt, kinds: Mapping[str, Kind]) -> Iterator[Atom]:
    if isinstance(stmt, With):
        yield from stmt.context.args
        return
    op = getattr(stmt, "value", None)
    if isinstance(op, Op) and op.prim == "dict":
        yield from (op.args[place - 1] for place, other in entries(op) if not other)
    elif isinstance(op, Op) and isinstance(op.template, gast.Set):
        yield from op.args
    base = stmt.base if isinstance(stmt, Store) else None
    if isinstance(base, Var) and kinds.get(base.name, ANY).tag == "dict":
        yield from stmt.place.args[1:]  # type: ignore[union-attr]
