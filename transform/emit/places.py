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
    binds,
    reads,
    walk,
)  # fmt: skip


class OfTangent(Span):
    """The place of a statement whose tangent is what is emitted."""

    __slots__ = ()


Origin = tuple[Span, bool]
"""Where a statement comes from, and whether it is one of the user's that waited to be printed."""

Printed = list[tuple[gast.AST, Origin]]
"""Statements, and where each comes from; the list keeps them, so that each is itself for good."""

_NO_ORIGIN: Origin = (NOWHERE, False)


def origins_of_temporaries(function: Function) -> dict[str, Origin]:
    """Where the temporaries of a function, and of those inside it, come from."""
    found: dict[str, Origin] = {}
    for stmt in _everything(function.body):
        if isinstance(stmt, Assign) and stmt.target.is_temporary:
            origin = _origin(stmt, found)
            if origin != _NO_ORIGIN:
                found[stmt.target.name] = origin
    return found


def _origin(stmt: Stmt, origins: Mapping[str, Origin]) -> Origin:
    """Where a statement comes from: one of ours from what it takes in of the user's."""
    if stmt.span != NOWHERE:
        return stmt.span, True
    read = (origins.get(atom.name) for atom in reads(stmt) if isinstance(atom, Var))
    span = next((origin[0] for origin in read if origin is not None), NOWHERE)
    return span, False


def _everything(block: Block) -> Iterator[Stmt]:
    for stmt in walk(block):
        yield stmt
        if isinstance(stmt, Define):
            yield from _everything(stmt.function.body)


def note(
    trees: Iterable[gast.AST], stmt: Stmt, origins: Mapping[str, Origin], printed: Printed
) -> None:
    """Keeps where the trees come from that were printed for a statement of the IR.

    Args:
        trees: what was printed: last the statement itself, before it temporaries of others.
        stmt: the statement.
        origins: of the temporaries.
        printed: receives the statements, each with its place.
    """
    span = _origin(stmt, origins)[0]
    own = {var.name for var in binds(stmt)}
    for tree in trees:
        name = _temporary(tree)
        waited = name in origins and name not in own
        printed.append((tree, origins[name] if waited else (span, False)))


def _temporary(tree: gast.AST) -> str:
    match tree:
        case gast.Assign(targets=[gast.Name(id=name)]) if name.startswith("%"):
            return str(name)
    return ""


def places(
    tree: gast.FunctionDef, printed: Printed, header: Span
) -> tuple[Place | None, ...]:
    """For each statement of a function, in the order of the text, where it comes from.

    What follows a comment is the adjoint of the line that it shows; so is all of a `pullback`. What
    waited until then is not.

    Args:
        tree: the function.
        printed: its statements, with their origins.
        header: the place of the function itself.
    """
    known = {id(node): origin for node, origin in printed}
    return (_place(header, False), *_block(tree.body, known, NOWHERE, False))


def _block(
    stmts: Sequence[gast.AST], known: Mapping[int, Origin], shown: Span, adjoint: bool
) -> Iterator[Place | None]:
    for stmt in stmts:
        own, waited = known.get(id(stmt), _NO_ORIGIN)
        if isinstance(stmt, CommentLine):
            shown, adjoint = own, True
            continue
        span = own if waited or shown == NOWHERE else shown
        yield _place(span, adjoint and not waited)
        inside = adjoint or (isinstance(stmt, gast.FunctionDef) and own == NOWHERE)
        for block in _blocks(stmt):
            yield from _block(block, known, shown, inside)


def _blocks(stmt: gast.AST) -> Iterator[Sequence[gast.AST]]:
    yield getattr(stmt, "body", ())
    yield from (handler.body for handler in getattr(stmt, "handlers", ()))
    yield getattr(stmt, "orelse", ())
    yield getattr(stmt, "finalbody", ())


def _place(span: Span, adjoint: bool) -> Place | None:
    if span == NOWHERE:
        return None
    return Place(span.file, span.line, span.end_line, adjoint, isinstance(span, OfTangent))
