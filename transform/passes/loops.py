"""Run a reversed loop over the values that were saved.

    for k in reversed(range(count)):        for x in reversed(saved_x):
        x = saved_x.pop()               ->      ...
        ...

The list has one entry for each round, so that the entry is the round's own. Holds for loops that
are not inside others (an inner loop's list holds the rounds of all its runs).
"""

from __future__ import annotations

from dataclasses import replace

from adjoint.transform.derive.build import Names
from adjoint.transform.ir.names import names_read
from adjoint.transform.ir.nodes import (
    Assign,
    Block,
    Each,
    For,
    If,
    Iter,
    Op,
    Reversed,
    Stmt,
    Unpack,
    Var,
    With,
    Zip,
)  # fmt: skip


def iterate_saved(block: Block, names: Names) -> Block:
    """The block with outermost reversed loops running over their saved values."""
    new: list[Stmt] = []
    for stmt in block:
        match stmt:
            case For():
                new.append(_loop(stmt, names))
            case If(body=body, orelse=orelse):
                new.append(replace(stmt, body=iterate_saved(body, names),
                                   orelse=iterate_saved(orelse, names)))  # fmt: skip
            case With(body=body):
                new.append(replace(stmt, body=iterate_saved(body, names)))
            case _:
                new.append(stmt)
    return tuple(new)


def _loop(loop: For, names: Names) -> For:
    pops = [s for s in loop.body if _popped(s) is not None]
    if not pops:
        return loop
    rest = tuple(s for s in loop.body if s not in pops)
    targets = [s.target for s in pops if isinstance(s, Assign)]
    iterables: list[Iter] = [Reversed(Each(Var(_popped(s) or ""))) for s in pops]
    if loop.target.name in names_read(rest):
        targets.insert(0, loop.target)
        iterables.insert(0, loop.iterable)
    if len(targets) == 1:
        return replace(loop, target=targets[0], iterable=iterables[0], body=rest)
    whole = names.temporary()
    first = Unpack(tuple(targets), whole)
    return replace(loop, target=whole, iterable=Zip(tuple(iterables)), body=(first, *rest))


def _popped(stmt: Stmt) -> str | None:
    """The list from whose end a statement takes a saved value."""
    match stmt:
        case Assign(value=Op(prim="derived.restore", args=(Var(name=name),))):
            return name
    return None
