"""Flows through what outlives the call: globals, captured objects, class attributes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from adjoint.transform.analyses.activity import varied_names
from adjoint.transform.analyses.aliases import Aliases
from adjoint.transform.analyses.effects import MUTATORS, Summaries
from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.analyses.outside_changes import handed_on
from adjoint.transform.ir.nodes import (
    Atom,
    Augment,
    Function,
    Op,
    Ref,
    Span,
    Stmt,
    Store,
    Var,
    walk,
)  # fmt: skip
from adjoint.transform.refusals import unsupported

Kept = Callable[[Op], Collection[int]]
"""The positions of the arguments that the function which a call reaches stores outside."""


def check_outside(
    fn: Function, kinds: Mapping[str, Kind], aliases: Aliases, inputs: Iterable[str],
    summaries: Summaries, kept: Kept,
) -> None:  # fmt: skip
    """Refuse that what is differentiated is stored in what outlives the call.

    It may be read there again, by names of which nothing is known here.

    Raises:
        UnsupportedSyntax: it is stored there.
    """
    found = _all_stored(fn, kinds, summaries, kept)
    if not found:
        return
    varied = varied_names(fn, kinds, aliases, inputs)
    for name, stmt in found:
        if name in varied:
            span: Span = stmt.span
            raise unsupported(
                span, "what is differentiated is stored here in an object that outlives the call",
                "make the object in the function, or pass it as an argument",
            )  # fmt: skip


def kept_parameters(
    fn: Function, kinds: Mapping[str, Kind], aliases: Aliases, summaries: Summaries, kept: Kept
) -> frozenset[str]:
    """The parameters that a function stores, or what it makes of them, in what outlives it."""
    stored = {name for name, _ in _all_stored(fn, kinds, summaries, kept)}
    if not stored:
        return frozenset()
    return frozenset(
        p.name for p in fn.params if stored & varied_names(fn, kinds, aliases, {p.name})
    )


def _all_stored(
    fn: Function, kinds: Mapping[str, Kind], summaries: Summaries, kept: Kept
) -> list[tuple[str, Stmt]]:
    """The names that may carry a derivative and are stored outside, each with where."""
    outside = _names_outside(fn, kinds)
    return [
        (atom.name, stmt)
        for stmt in walk(fn.body)
        for atom in _stored(stmt, outside, summaries, kept)
        if isinstance(atom, Var) and kinds.get(atom.name, ANY).differentiable
    ]


def _names_outside(fn: Function, kinds: Mapping[str, Kind]) -> frozenset[str]:
    """The names that may hold a part of what is found outside the function."""
    found: set[str] = set()
    while True:
        before = len(found)
        flows = (handed_on(stmt, kinds) for stmt in walk(fn.body))
        found |= {flow[0] for flow in flows if flow is not None and _is_outside(flow[1], found)}
        if len(found) == before:
            return frozenset(found)


def _is_outside(atom: object, names: Iterable[str]) -> bool:
    if isinstance(atom, Var):
        return atom.name in names
    return isinstance(atom, Ref) and not atom.local


def _stored(
    stmt: Stmt, outside: frozenset[str], summaries: Summaries, kept: Kept
) -> Iterator[Atom]:
    """What a statement stores, perhaps, in something outside."""
    op = getattr(stmt, "value", None)
    if isinstance(stmt, Store | Augment):
        changed = stmt.base if isinstance(stmt, Store) else stmt.target
        if _is_outside(changed, outside):
            yield stmt.value
    elif isinstance(op, Op) and op.prim.removeprefix("method:") in MUTATORS:
        if _is_outside(op.args[0], outside):
            yield from op.args[1:]
    elif isinstance(op, Op) and op.prim == "call":
        written = summaries(op).writes
        if any(_is_outside(op.args[i], outside) for i in written):
            yield from op.args
        yield from (op.args[i] for i in kept(op))
