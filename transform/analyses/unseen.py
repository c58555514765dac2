"""Flows that nothing follows: through keys of dicts, elements of sets and what `with` enters."""

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
    if not found:
        return
    varied = varied_names(fn, kinds, aliases, inputs)
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
