"""Names that a loop binds in one round and reads in a later one, without a value before the first.

    for i in range(n):                      previous = None
        if i > 0:                     ->    for i in range(n):
            s += previous * x[i]                ...
        previous = x[i]

What a round keeps of such a name is then there to be kept in the first round, too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from adjoint.transform.analyses.liveness import exposed
from adjoint.transform.analyses.versions import Version
from adjoint.transform.ir.names import names_bound
from adjoint.transform.ir.nodes import (
    Assign,
    Block,
    Const,
    For,
    Function,
    If,
    Stmt,
    Var,
    While,
    With,
    binds,
)  # fmt: skip

NOTHING = Const(None)


@dataclass(frozen=True, slots=True)
class _Bound:
    """The names that have a value at some point: on all ways to it, on some way to it."""

    surely: frozenset[str]
    perhaps: frozenset[str]


def bind_before_loops(fn: Function) -> Function:
    """The same function; what a round of a loop may read is bound, be it to None, before it."""
    params = frozenset({p.name for p in fn.params} | set(fn.captures))
    first: list[Stmt] = []
    body, _ = _block(fn.body, _Bound(params, params), first)
    return replace(fn, body=(*first, *body))


def may_be_nothing(version: Version) -> bool:
    """Whether a version may be the None that a name was bound to before a loop."""
    stmt = version.after
    if isinstance(stmt, Assign) and stmt.value == NOTHING:
        return True
    return any(map(may_be_nothing, version.merges))


def may_be_unbound(version: Version) -> bool:
    """Whether there is a way to where a version comes to be on which the name is not bound."""
    if version.what == "write":
        return any(map(may_be_unbound, version.merges))
    if version.what not in ("join", "exit"):
        return False
    return len(version.merges) == 1 or any(map(may_be_unbound, version.merges))


def _block(block: Block, bound: _Bound, first: list[Stmt]) -> tuple[Block, _Bound]:
    """A block, and what is bound after it; `first` gets what belongs to the function's start."""
    new: list[Stmt] = []
    for stmt in block:
        inside: Stmt = stmt
        inner = bound
        match stmt:
            case For() | While():
                loop: Block = (stmt,)
                open_names = exposed(loop) & names_bound(loop) - bound.surely
                for name in sorted(open_names):
                    where = first if name in bound.perhaps else new
                    where.append(Assign(Var(name), NOTHING, stmt.span))
                inner = _Bound(bound.surely | open_names, bound.perhaps)
            case If(body=body, orelse=orelse):
                body, then = _block(body, bound, first)
                orelse, other = _block(orelse, bound, first)
                inside = replace(stmt, body=body, orelse=orelse)
                inner = _Bound(then.surely & other.surely, bound.perhaps)
            case With(body=body):
                body, inner = _block(body, bound, first)
                inside = replace(stmt, body=body)
            case _:
                names = frozenset(v.name for v in binds(stmt))
                inner = _Bound(bound.surely | names, bound.perhaps)
        new.append(inside)
        bound = _Bound(inner.surely, bound.perhaps | names_bound((stmt,)))
    return tuple(new), bound
