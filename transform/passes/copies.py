"""Names for names: read through copies, and give values their last name at once.

    d_h = d_x                                         t = d_x + d
    d = d_h * k      ->      d = d_x * k              d_k += t * k   ->   d_x = d_x + d
                                                      d_x = t             d_k += ...

Reading through `b = a` holds until either is bound again; what is written into the array meanwhile
is seen under both names. A name moves up to the value where nothing in between mentions it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from adjoint.transform.derive.build import Names, substitute
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Block,
    For,
    If,
    Op,
    Return,
    Stmt,
    Store,
    Unpack,
    Var,
    While,
    With,
    binds,
    reads,
    walk,
)  # fmt: skip


def spread_names(block: Block, kept: Iterable[str]) -> Block:
    """The block without needless copies; names in `kept` stay bound where they are."""
    fixed = frozenset(kept)
    while True:
        seen, _ = _through(block, {}, Counter(_read(block)))
        cleared = _settled(seen, Counter(_read(seen)), Counter(_bound(seen)), fixed)
        if cleared is block:
            return block
        block = cleared


def fold_last(
    block: Block, given: tuple[Atom, ...], kept: Iterable[str], names: Names
) -> tuple[Block, tuple[Atom, ...]]:
    """Let what the adjoint of the first statement makes, and hands out, be made where it is handed.

    Its name becomes that of a temporary, which the emitter folds where that is the same.
    """
    fixed = frozenset(kept)
    read = Counter([*_read(block), *_read(tuple(map(Return, given)))])
    bound = Counter(_bound(block))
    renamed: dict[Atom, Atom] = {}
    new = list(block)
    for position in range(len(new) - 1, -1, -1):
        stmt = new[position]
        if not isinstance(stmt, Assign | Augment | Unpack | Store):
            break
        if isinstance(stmt, Assign) and isinstance(stmt.value, Op) and stmt.target in given:
            name = stmt.target.name
            if read[name] == 1 and bound[name] == 1 and name not in fixed:
                own = names.temporary(name)
                renamed[stmt.target] = own
                new[position] = replace(stmt, target=own)
    return tuple(new), tuple(renamed.get(a, a) for a in given)


# Reading through copies


def _through(
    block: Block, copies: dict[str, Atom], read: Counter[str]
) -> tuple[Block, dict[str, Atom]]:
    """The block with reads of copies replaced, and the copies that hold at its end.

    A temporary that is only there to be given a name is not looked through: it will have that name.
    """
    copies = dict(copies)
    new: list[Stmt] = []
    for stmt in block:
        changed = _stmt(stmt, copies, read)
        bound = {v.name for s in walk((stmt,)) for v in binds(s)}
        for name in list(copies):
            held = copies[name]
            if name in bound or (isinstance(held, Var) and held.name in bound):
                del copies[name]
        if isinstance(changed, Assign) and isinstance(changed.value, Var):
            if changed.value == changed.target:
                continue
            source, target = changed.value, changed.target
            if not source.is_temporary or target.is_temporary or read[source.name] > 1:
                copies[target.name] = source
        new.append(changed)
    same = len(new) == len(block) and all(a is b for a, b in zip(new, block, strict=True))
    return (block if same else tuple(new)), copies


def _stmt(stmt: Stmt, copies: dict[str, Atom], read: Counter[str]) -> Stmt:
    bound = {v.name for s in walk((stmt,)) for v in binds(s)}
    valid = {
        name: held
        for name, held in copies.items()
        if name not in bound and not (isinstance(held, Var) and held.name in bound)
    }
    match stmt:
        case If(body=body, orelse=orelse):
            head = _replaced(replace(stmt, body=(), orelse=()), copies)
            then, other = _through(body, copies, read)[0], _through(orelse, copies, read)[0]
            if head is None and then is body and other is orelse:
                return stmt
            assert head is None or isinstance(head, If)
            return replace(head or stmt, body=then, orelse=other)
        case For(body=body):
            head = _replaced(replace(stmt, body=()), valid)
            inner = _through(body, valid, read)[0]
            if head is None and inner is body:
                return stmt
            assert head is None or isinstance(head, For)
            return replace(head or stmt, body=inner)
        case While() | With():
            return _replaced(stmt, valid) or stmt
        case Augment(value=value):
            changed = _atom(value, copies)
            return stmt if changed is value else replace(stmt, value=changed)
        case Assign(value=Op()):
            return _replaced(stmt, copies, stmt.target) or stmt
        case Assign(value=value):
            changed = _atom(value, copies)  # type: ignore[arg-type]
            return stmt if changed is value else replace(stmt, value=changed)
        case Unpack(value=value):
            changed = _atom(value, copies)
            return stmt if changed is value else replace(stmt, value=changed)
    return _replaced(stmt, valid) or stmt


def _atom(atom: Atom, copies: dict[str, Atom]) -> Atom:
    return copies.get(atom.name, atom) if isinstance(atom, Var) else atom


def _replaced(stmt: Stmt, copies: dict[str, Atom], target: Var | None = None) -> Stmt | None:
    """The statement with copies replaced, its target excepted; None where there is none."""
    if not any(isinstance(a, Var) and a.name in copies for s in walk((stmt,)) for a in reads(s)):
        return None
    changed = substitute(stmt, lambda atom: _atom(atom, copies))
    if target is not None:
        assert isinstance(changed, Assign)
        changed = replace(changed, target=target)
    return changed


# Giving values their last name


def _read(block: Block) -> list[str]:
    return [a.name for s in walk(block) for a in reads(s) if isinstance(a, Var)]


def _bound(block: Block) -> list[str]:
    return [v.name for s in walk(block) for v in binds(s)]


def _settled(
    block: Block, read: Counter[str], bound: Counter[str], kept: frozenset[str]
) -> Block:
    """The block without copies that nobody reads, and with names moved up to values."""
    new: list[Stmt] = []
    for position, stmt in enumerate(block):
        match stmt:
            case If(body=body, orelse=orelse):
                then = _settled(body, read, bound, kept)
                other = _settled(orelse, read, bound, kept)
                same = then is body and other is orelse
                new.append(stmt if same else replace(stmt, body=then, orelse=other))
            case For(body=body) | With(body=body):
                inner = _settled(body, read, bound, kept)
                new.append(stmt if inner is body else replace(stmt, body=inner))
            case Assign(target=target, value=Var(name=source)):
                if not read[target.name] and target.name not in kept:
                    continue
                if _bound_again(target.name, block[position + 1 :]):
                    continue
                place = _made(source, target.name, new, read, bound)
                if place is None:
                    new.append(stmt)
                else:
                    new[place] = _renamed(new[place], source, target)
            case _:
                new.append(stmt)
    same = len(new) == len(block) and all(a is b for a, b in zip(new, block, strict=True))
    return block if same else tuple(new)


def _bound_again(name: str, following: Block) -> bool:
    """Whether a name is bound again before anything reads it."""
    for stmt in following:
        if not isinstance(stmt, Assign | Unpack | Store):
            return False
        if any(a == Var(name) for a in reads(stmt)):
            return False
        if any(v.name == name for v in binds(stmt)):
            return True
    return False


def _made(
    source: str, target: str, before: list[Stmt], read: Counter[str], bound: Counter[str]
) -> int | None:
    """Where a name that is bound once and read once is bound, if another can be bound there."""
    if read[source] != 1 or bound[source] != 1:
        return None
    for position in range(len(before) - 1, -1, -1):
        stmt = before[position]
        binding = isinstance(stmt, Assign | Unpack) and any(v.name == source for v in binds(stmt))
        if binding:
            others = {v.name for v in binds(stmt)} - {source}
            return None if target in others else position
        inside = list(walk((stmt,)))
        mentioned = {v.name for s in inside for v in binds(s)}
        mentioned |= {a.name for s in inside for a in reads(s) if isinstance(a, Var)}
        if target in mentioned or any(isinstance(s, Return) for s in inside):
            return None
    return None


def _renamed(stmt: Stmt, source: str, target: Var) -> Stmt:
    match stmt:
        case Assign():
            return replace(stmt, target=target)
        case Unpack(targets=targets):
            return replace(stmt, targets=tuple(target if t.name == source else t for t in targets))
    raise AssertionError(stmt)
