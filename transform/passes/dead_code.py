"""Dead code: drop statements on which nothing that is wanted depends.

A statement stays when it binds, or writes into, a name that is wanted; what it reads is then wanted
too, and so is the condition of every branch and loop around it. Names are looked at as a whole, so
the rule holds for any control flow; it can keep too much, never too little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from adjoint.transform.ir.nodes import (
    Assign,
    Augment,
    Block,
    Break,
    Comment,
    Const,
    Effect,
    For,
    If,
    Mark,
    Op,
    Stmt,
    Store,
    Try,
    Var,
    While,
    With,
    binds,
    blocks_of,
    reads,
)  # fmt: skip

Wanted = set[str]
Root = Callable[[Stmt], bool]


def drop_dead(
    block: Block, wanted: Iterable[str], is_root: Root, shared: Mapping[str, frozenset[str]]
) -> Block:
    """The block without dead statements.

    Args:
        block: the statements.
        wanted: names whose values are wanted after it.
        is_root: says of a statement that it must stay, whatever it binds.
        shared: for a name, all names through which its array may be written.
    """
    names: Wanted = set(wanted)
    last = _leave_last(block, names)

    def must_stay(stmt: Stmt) -> bool:
        return is_root(stmt) or (id(stmt) in last and stmt.target.name in names)  # type: ignore[union-attr]

    while True:
        before = len(names)
        _mark(block, names, must_stay, shared)
        if len(names) == before:
            return _sweep(block, names, must_stay, shared)


def _leave_last(block: Block, wanted: Wanted) -> frozenset[int]:
    """The loops (by id) whose last element may be read after them, under the name of the target.

    A read counts unless it is in a loop with a target of that name that is not around both.
    """
    loops: list[tuple[For, frozenset[int]]] = []
    uses: dict[str, set[frozenset[int]]] = {name: {frozenset()} for name in wanted}

    def visit(block: Block, around: tuple[For, ...]) -> None:
        for stmt in block:
            for name in _reads(stmt):
                uses.setdefault(name, set()).add(_of_target(around, name))
            if isinstance(stmt, For):
                loops.append((stmt, _of_target(around, stmt.target.name)))
            inside = (*around, stmt) if isinstance(stmt, For) else around
            for inner in blocks_of(stmt):
                visit(inner, inside)

    visit(block, ())
    return frozenset(
        id(loop) for loop, around in loops
        if any(use <= around for use in uses.get(loop.target.name, ()))
    )  # fmt: skip


def _of_target(loops: Iterable[For], name: str) -> frozenset[int]:
    return frozenset(id(loop) for loop in loops if loop.target.name == name)


def _mark(block: Block, names: Wanted, is_root: Root, shared: Mapping[str, frozenset[str]]) -> bool:
    """Add what the statements that stay read; whether any stays."""
    stays_any = False
    for stmt in reversed(block):
        stays = _stays(stmt, names, is_root, shared)
        match stmt:
            case If(body=body, orelse=orelse):
                stays = _mark(body, names, _root_in(stmt, is_root), shared)
                stays = _mark(orelse, names, is_root, shared) or stays
            case For(body=body):
                stays = _mark(body, names, is_root, shared) or is_root(stmt)
            case With(body=body):
                stays = _mark(body, names, is_root, shared) or stays
            case While(before=before, body=body):
                stays = _mark(body, names, is_root, shared)
                stays = _mark(before, names, is_root, shared) or stays
                if stays:
                    names |= _reads(stmt)
                    _mark(before, names, is_root, shared)
        if stays:
            names |= _reads(stmt)
            for branch in _leaving(getattr(stmt, "body", ()) if _is_loop(stmt) else ()):
                names |= _reads(branch)
        stays_any = stays_any or (stays and not isinstance(stmt, Comment))
    return stays_any


def _root_in(stmt: If, is_root: Root) -> Root:
    """What stays in the body of a statement: in that of a `try`, all that may raise."""
    if not isinstance(stmt, Try):
        return is_root
    return lambda inner: is_root(inner) or not _is_plain(inner)


def _is_plain(stmt: Stmt) -> bool:
    return isinstance(stmt, Mark) or (
        isinstance(stmt, Assign) and isinstance(stmt.value, Const | Var)
    )


def _reads(stmt: Stmt) -> set[str]:
    return {a.name for a in reads(stmt) if isinstance(a, Var)}


def _stays(
    stmt: Stmt, names: Wanted, is_root: Root, shared: Mapping[str, frozenset[str]]
) -> bool:
    if is_root(stmt):
        return True
    touched = {v.name for v in binds(stmt)} | written_names(stmt)
    return any(t in names or names & shared.get(t, frozenset()) for t in touched)


def written_names(stmt: Stmt) -> set[str]:
    """The names that a statement of emitted code writes into."""
    match stmt:
        case Store(place=place):
            atoms = place.args[:1]
        case Augment(target=target):
            return {target.name}
        case Effect(value=op):
            first = op.prim.startswith("method:") or op.prim in ("derived.push", "derived.save")
            atoms = op.args[:1] if first else op.args
        case Assign(
            value=Op(prim="derived.pop" | "derived.pullback" | "derived.cell" | "method:pop") as op
        ):
            atoms = op.args
        case Assign(value=Op(prim="call" | "derived.vjp") as op):
            atoms = op.args
        case _:
            return set()
    return {a.name for a in atoms if isinstance(a, Var)}


def _sweep(
    block: Block, names: Wanted, is_root: Root, shared: Mapping[str, frozenset[str]]
) -> Block:
    new: list[Stmt] = []
    for stmt in block:
        match stmt:
            case If(body=body, orelse=orelse):
                body = _sweep(body, names, _root_in(stmt, is_root), shared)
                orelse = _sweep(orelse, names, is_root, shared)
                left = replace(stmt, body=body, orelse=orelse)
                if _any(body) or _any(orelse) or any(_leaving((left,))):
                    new.append(left)
            case For(body=body):
                body = _sweep(body, names, is_root, shared)
                if _any(body) or is_root(stmt):
                    new.append(replace(stmt, body=body))
            case With(body=body):
                body = _sweep(body, names, is_root, shared)
                if _any(body) or _stays(stmt, names, is_root, shared):
                    new.append(replace(stmt, body=body))
            case While(before=before, body=body):
                body = _sweep(body, names, is_root, shared)
                kept = _sweep(before, names, is_root, shared)
                if _any(body) or _any(kept):
                    new.append(replace(stmt, before=kept, body=body))
            case _:
                if isinstance(stmt, Comment | Break | Mark) or _stays(stmt, names, is_root, shared):
                    new.append(stmt)
    return tuple(new)


def _is_loop(stmt: Stmt) -> bool:
    return isinstance(stmt, For | While)


def _leaving(block: Block) -> Iterator[If]:
    """The branches of a loop's body that may leave it."""
    for stmt in block:
        if isinstance(stmt, If):
            inner = [*_leaving(stmt.body), *_leaving(stmt.orelse)]
            if inner or any(isinstance(s, Break) for s in (*stmt.body, *stmt.orelse)):
                yield stmt
            yield from inner
        elif isinstance(stmt, With):
            yield from _leaving(stmt.body)


def _any(block: Block) -> bool:
    """Whether a block does anything: a `break` alone does not."""
    return any(not isinstance(s, Comment | Break | Mark) and not _only_leaves(s) for s in block)


def _only_leaves(stmt: Stmt) -> bool:
    return isinstance(stmt, If) and not _any(stmt.body) and not _any(stmt.orelse)
