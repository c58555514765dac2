"""Drop the copies of what is handed out where nobody else holds it.

    return own(unbroadcast(d, b))    ->    return unbroadcast(d, b)

A gradient is copied before it is handed out when it might be an array that somebody else holds: the
caller's cotangent, a value of the primal, another gradient, or a view that cannot be written into.
Names are looked at as a whole: those through which an array may be handed on share it.
"""

from __future__ import annotations

from collections.abc import Iterator

import gast

from adjoint.transform.derive.needs import dotted
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Block,
    Op,
    Var,
)  # fmt: skip
from adjoint.transform.passes.groups import OUTSIDE, groups


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
    shared = groups(block)
    raw = {shared.root(a.name) for a in given if isinstance(a, Var) and a.name not in copied}
    bare: dict[str, Atom] = {}
    for atom in given:
        source = copied.get(atom.name) if isinstance(atom, Var) else None
        if source is None or not isinstance(source, Var):
            continue
        root = shared.root(source.name)
        if root != shared.root(OUTSIDE) and root not in raw:
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
