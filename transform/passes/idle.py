"""Values that nobody reads any more, once all that is made of them is known.

    steps = len(ys)
    ratio = x / y                                   ratio = x / y
    d_a = d_b                          ->
    d_a = d_b - d_c                                 d_a = d_b - d_c

An assignment is dropped where its name is not live after it, and where what it computes has no
effect. Counters that only count themselves, and flags that nobody asks, go too. What is inside a
`try` stays: it may be there to raise. A `try` that only raises again what it catches is none.
"""

from __future__ import annotations

import gast

from adjoint.transform.analyses.effects import is_rule
from adjoint.transform.analyses.liveness import live_after
from adjoint.transform.emit.purity import is_pure
from adjoint.transform.ir.names import names_read, names_used
from adjoint.transform.ir.nodes import (
    Assign,
    Augment,
    Block,
    Define,
    Function,
    Keep,
    Op,
    Stmt,
    Try,
    Var,
    reads,
    walk,
)  # fmt: skip
from adjoint.transform.ir.rebuild import everything, replace_stmts

_QUIET = frozenset({"derived", "look", "index", "tuple", "list", "dict"})


def drop_idle(block: Block, numbers: frozenset[str]) -> Block:
    """The block, with the functions defined in it, without assignments that nobody reads.

    Args:
        block: the body of a function.
        numbers: the variables that certainly hold numbers, of which `+=` writes into nothing.
    """
    while True:
        idle: dict[int, Block] = {id(s): () for s in _idle(block, numbers)}
        idle |= {id(t): t.body for t in _transparent(block)}
        if not idle:
            return block
        block = replace_stmts(block, idle)


def _transparent(block: Block) -> list[Try]:
    """The attempts, in no other, of which the handler does nothing but raise again."""
    attempts = [stmt for stmt in everything(block) if isinstance(stmt, Try)]
    inside = {id(s) for t in attempts for s in everything((*t.body, *t.orelse))}
    return [t for t in attempts if t.catches and id(t) not in inside and _raises_again(t.orelse)]


def _raises_again(block: Block) -> bool:
    match block:
        case (*before, Keep(template=gast.Raise(exc=None))):
            return all(isinstance(stmt, Assign) and _is_quiet(stmt) for stmt in before)
    return False


def _idle(block: Block, numbers: frozenset[str]) -> list[Stmt]:
    """The assignments of a block, and of the functions in it, of which nobody reads the value."""
    inner = [s.function.body for s in walk(block) if isinstance(s, Define)]
    captured = frozenset(name for body in inner for name in names_read(body))
    live = live_after(Function("", (), block), captured)
    guarded = [s for t in everything(block) if isinstance(t, Try) for s in everything((t,))]
    stays = {id(s) for s in guarded}
    counters = (_only_counted(block) & numbers) - captured - names_used(tuple(guarded))
    found: list[Stmt] = [s for body in inner for s in _idle(body, numbers)]
    for stmt in walk(block):
        match stmt:
            case Assign(target=Var(name=name)) if id(stmt) not in stays and _is_quiet(stmt):
                if name not in live[id(stmt)] or name in counters:
                    found.append(stmt)
            case Augment(target=Var(name=name)) if name in counters:
                found.append(stmt)
    return found


def _is_quiet(stmt: Assign) -> bool:
    """Whether a statement does nothing but compute what it assigns."""
    op = stmt.value
    if not isinstance(op, Op):
        return True
    known = op.prim in _QUIET or (is_rule(op.prim) and not op.prim.startswith("derived."))
    return known and is_pure(op)


def _only_counted(block: Block) -> frozenset[str]:
    """The names that nothing reads but what adds to them."""
    counted = {s.target.name for s in walk(block) if isinstance(s, Augment)}
    others = {
        a.name
        for s in walk(block)
        for a in (reads(s) if not isinstance(s, Augment) else (s.value,))
        if isinstance(a, Var)
    }
    return frozenset(counted - others)
