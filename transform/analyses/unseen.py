"""Flows that nothing follows: through the keys of dicts and the elements of sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import gast

from adjoint.transform.analyses.activity import varied_names
from adjoint.transform.analyses.aliases import Aliases
from adjoint.transform.analyses.containers import entries
from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.ir.nodes import Atom, Function, Op, Span, Stmt, Store, Var, walk
from adjoint.transform.refusals import unsupported


def check_unseen(
    fn: Function, kinds: Mapping[str, Kind], aliases: Aliases, inputs: Iterable[str]
) -> None:
    """Refuse keys of dicts, and elements of sets, that depend on what is differentiated.

    Raises:
        UnsupportedSyntax: there is such a key or element.
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
        if name in varied:
            span: Span = stmt.span
            raise unsupported(
                span, "what is differentiated is a key of a dict, or an element of a set, here",
                "keep it in a list, or among the values of a dict",
            )  # fmt: skip


def _unseen(stmt: Stmt, kinds: Mapping[str, Kind]) -> Iterator[Atom]:
    op = getattr(stmt, "value", None)
    if isinstance(op, Op) and op.prim == "dict":
        yield from (op.args[place - 1] for place, other in entries(op) if not other)
    elif isinstance(op, Op) and isinstance(op.template, gast.Set):
        yield from op.args
    base = stmt.base if isinstance(stmt, Store) else None
    if isinstance(base, Var) and kinds.get(base.name, ANY).tag == "dict":
        yield from stmt.place.args[1:]  # type: ignore[union-attr]
