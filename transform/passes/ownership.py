"""Drop the copies of what is handed out where nobody else holds it.

    return own(unbroadcast(d, b))    ->    return unbroadcast(d, b)

A gradient is copied before it is handed out when it might be an array that somebody else holds: the
caller's cotangent, a value of the primal, another gradient, or a view that cannot be written into.
Names are looked at as a whole: those through which an array may be handed on share it.
"""

from __future__ import annotations

from collections.abc import Iterator

import gast

from adjoint.transform.derive.contributions import is_fresh
from adjoint.transform.derive.needs import dotted, shape_operands
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Block,
    Effect,
    Op,
    Stmt,
    Store,
    Unpack,
    Var,
    binds,
    reads,
    walk,
)  # fmt: skip

_READ_ONLY = frozenset({"expand", "unreduce", "np.broadcast_to", "unbroadcast_to"})
_OUTSIDE = ""
"""Stands for whoever holds arrays outside of what we see."""


def drop_copies(block: Block, given: tuple[Atom, ...]) -> tuple[Block, tuple[Atom, ...]]:
    """The block, and the atoms that it hands out, without needless copies."""
    copied = {
        s.target.name: s.value.args[0]
        for s in _last_assignments(block)
        if isinstance(s, Assign) and _is_copy(s) and s.target in given
        and isinstance(s.value, Op)
    }  # fmt: skip
    if not copied:
        return block, given
    groups = _groups(block)
    raw = {_root(a.name, groups) for a in given if isinstance(a, Var) and a.name not in copied}
    bare: dict[str, Atom] = {}
    for atom in given:
        source = copied.get(atom.name) if isinstance(atom, Var) else None
        if source is None or not isinstance(source, Var):
            continue
        root = _root(source.name, groups)
        if root != _root(_OUTSIDE, groups) and root not in raw:
            assert isinstance(atom, Var)
            bare[atom.name] = source
            raw.add(root)
    kept = tuple(s for s in block if not (isinstance(s, Assign) and s.target.name in bare))
    return kept, tuple(bare.get(a.name, a) if isinstance(a, Var) else a for a in given)


def _last_assignments(block: Block) -> Iterator[Assign]:
    """The assignments at the end of a block, after which nothing is written."""
    for stmt in reversed(block):
        if not isinstance(stmt, Assign):
            return
        yield stmt


def _is_copy(stmt: Assign) -> bool:
    op = stmt.value
    return isinstance(op, Op) and isinstance(op.template, gast.Call) and (
        dotted(op.template.func) == "own" and len(op.args) == 1
    )


def _groups(block: Block) -> dict[str, str]:
    """By union and find, the names that may share an array; what comes from outside is `""`."""
    groups: dict[str, str] = {}
    bound = {v.name for s in walk(block) for v in binds(s) if not isinstance(s, Augment)}

    def unite(a: str, b: str) -> None:
        one, two = _root(a, groups), _root(b, groups)
        if one != two:
            low, high = sorted((one, two))
            groups[high] = low

    for stmt in walk(block):
        for name, other in _shared(stmt):
            unite(*(n if n in bound else _OUTSIDE for n in (name, other)))
    return groups


def _root(name: str, groups: dict[str, str]) -> str:
    while name in groups:
        name = groups[name]
    return name


def _shared(stmt: Stmt) -> Iterator[tuple[str, str]]:
    """Pairs of names that may share an array once a statement has run."""
    match stmt:
        case Assign(target=target, value=Op() as op):
            if is_fresh(op.template):
                return
            if isinstance(op.template, gast.Call) and dotted(op.template.func) in _READ_ONLY:
                yield target.name, _OUTSIDE
            shaped = set(shape_operands(op))
            yield from (
                (target.name, a.name) for a in op.args if isinstance(a, Var) and a not in shaped
            )
        case Assign(target=target, value=value):
            if isinstance(value, Var):
                yield target.name, value.name
        case Unpack(targets=targets, value=value):
            if isinstance(value, Var):
                yield from ((t.name, value.name) for t in targets)
        case Store(place=place, operator="", value=Var(name=name)):
            if isinstance(place.args[0], Var):
                yield name, place.args[0].name
        case Effect(value=op):
            names = [a.name for a in op.args if isinstance(a, Var)]
            yield from ((names[0], other) for other in names[1:])
        case Augment() | Store():
            return
        case _:
            own = [v.name for v in binds(stmt)]
            yield from ((v, a.name) for v in own for a in reads(stmt) if isinstance(a, Var))
