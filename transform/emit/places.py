"""Where the statements of emitted code come from: a place of the source for each, as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import gast

from adjoint.runtime.places import Place
from adjoint.transform.emit.print_statements import CommentLine
from adjoint.transform.ir.nodes import (
    NOWHERE,
    Assign,
    Block,
    Define,
    Function,
    Span,
    Stmt,
    Var,
    reads,
    walk,
)  # fmt: skip

Printed = list[tuple[gast.AST, Span]]
"""Statements, and where each comes from; the list keeps them, so that each is itself for good."""


def spans_of_temporaries(function: Function) -> dict[str, Span]:
    """Where the temporaries of a function, and of those inside it, come from."""
    found: dict[str, Span] = {}
    for stmt in _everything(function.body):
        if isinstance(stmt, Assign) and stmt.target.is_temporary:
            span = _span(stmt, found)
            if span != NOWHERE:
                found[stmt.target.name] = span
    return found


def _span(stmt: Stmt, spans: Mapping[str, Span]) -> Span:
    """Where a statement comes from: one of ours from what it takes in of the user's."""
    if stmt.span != NOWHERE:
        return stmt.span
    read = (spans.get(atom.name) for atom in reads(stmt) if isinstance(atom, Var))
    return next((span for span in read if span is not None), NOWHERE)


def _everything(block: Block) -> Iterator[Stmt]:
    for stmt in walk(block):
        yield stmt
        if isinstance(stmt, Define):
            yield from _everything(stmt.function.body)


def note(
    trees: Iterable[gast.AST], stmt: Stmt, spans: Mapping[str, Span], printed: Printed
) -> None:
    """Keeps where the trees come from that were printed for a statement of the IR.

    Args:
        trees: what was printed: last the statement itself, before it temporaries of others.
        stmt: the statement.
        spans: of the temporaries.
        printed: receives the statements, each with its place.
    """
    span = _span(stmt, spans)
    for tree in trees:
        printed.append((tree, spans.get(_temporary(tree), span)))


def _temporary(tree: gast.AST) -> str:
    match tree:
        case gast.Assign(targets=[gast.Name(id=name)]) if name.startswith("%"):
            return str(name)
    return ""


def places(
    tree: gast.FunctionDef, printed: Printed, header: Span
) -> tuple[Place | None, ...]:
    """For each statement of a function, in the order of the text, where it comes from.

    What follows a comment is the adjoint of the line that it shows; so is all of a `pullback`.

    Args:
        tree: the function.
        printed: its statements, with their places.
        header: the place of the function itself.
    """
    known = {id(node): span for node, span in printed}
    return (_place(header, False), *_block(tree.body, known, NOWHERE, False))


def _block(
    stmts: Sequence[gast.AST], known: Mapping[int, Span], shown: Span, adjoint: bool
) -> Iterator[Place | None]:
    for stmt in stmts:
        own = known.get(id(stmt), NOWHERE)
        if isinstance(stmt, CommentLine):
            shown, adjoint = own, True
            continue
        span = own if shown == NOWHERE else shown
        yield _place(span, adjoint)
        inside = adjoint or (isinstance(stmt, gast.FunctionDef) and own == NOWHERE)
        for block in _blocks(stmt):
            yield from _block(block, known, shown, inside)


def _blocks(stmt: gast.AST) -> Iterator[Sequence[gast.AST]]:
    yield getattr(stmt, "body", ())
    yield from (handler.body for handler in getattr(stmt, "handlers", ()))
    yield getattr(stmt, "orelse", ())
    yield getattr(stmt, "finalbody", ())


def _place(span: Span, adjoint: bool) -> Place | None:
    return None if span == NOWHERE else Place(span.file, span.line, span.end_line, adjoint)
