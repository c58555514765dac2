"""Names that a block mentions."""

from __future__ import annotations

from adjoint.transform.ir.nodes import Block, Define, Function, Var, binds, reads, walk


def names_read(block: Block) -> frozenset[str]:
    """The names of all variables that a block reads, nested functions' captures included."""
    return frozenset(a.name for s in walk(block) for a in reads(s) if isinstance(a, Var))


def names_bound(block: Block) -> frozenset[str]:
    """The names of all variables that a block binds."""
    return frozenset(v.name for s in walk(block) for v in binds(s))


def names_used(block: Block) -> frozenset[str]:
    """Every name that a block mentions, inside nested functions too."""
    inner: frozenset[str] = frozenset()
    for stmt in walk(block):
        if isinstance(stmt, Define):
            inner |= names_of(stmt.function)
    return names_read(block) | names_bound(block) | inner


def names_of(fn: Function) -> frozenset[str]:
    """Every name that a function mentions, its parameters included."""
    return names_used(fn.body) | {p.name for p in fn.params}
