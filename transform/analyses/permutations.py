"""Elements of a container that change places: `xs[i], xs[j] = xs[j], xs[i]`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from itertools import groupby

import gast

from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Block,
    Function,
    Op,
    Stmt,
    Store,
    Unpack,
    Var,
    blocks_of,
)

Key = Hashable


def permuting_stores(fn: Function) -> frozenset[int]:
    """The stores, by identity, that together only move elements within one container.

    Such stores are of one statement; what they store was read, in the same statement and before the
    first of them, at the very places that they write.
    """
    found: set[int] = set()
    pending: list[Block] = [fn.body]
    while pending:
        block = pending.pop()
        for stmt in block:
            pending += blocks_of(stmt)
        for span, group in groupby(block, lambda stmt: getattr(stmt, "span", None)):
            if span is not None:
                found |= _permuting(tuple(group))
    return frozenset(found)


def _permuting(statement: tuple[Stmt, ...]) -> set[int]:
    stores = [s for s in statement if isinstance(s, Store)]
    first = next((i for i, s in enumerate(statement) if isinstance(s, Store)), 0)
    if len(stores) < 2 or any(s.operator for s in stores):
        return set()
    read = _read(statement[:first])
    written = Counter(_place(s.place) for s in stores)
    taken = Counter(read.get(s.value) for s in stores if isinstance(s.value, Var))
    one_base = len({s.base for s in stores}) == 1
    return {id(s) for s in stores} if one_base and written == taken else set()


def _read(statement: tuple[Stmt, ...]) -> dict[Atom, Key]:
    """The place of a container that each variable holds the element of; also through a tuple."""
    found: dict[Atom, Key] = {}
    tuples: dict[Atom, tuple[Atom, ...]] = {}
    for stmt in statement:
        match stmt:
            case Assign(target=target, value=Op(prim="index") as op):
                found[target] = _place(op)
            case Assign(target=target, value=Op(prim="tuple", args=args)):
                tuples[target] = args
            case Unpack(targets=targets, value=Var() as whole, star=None) if whole in tuples:
                parts = zip(targets, tuples[whole], strict=False)
                found |= {target: found[part] for target, part in parts if part in found}
    return found


def _place(op: Op) -> Key:
    """What a subscript names: the base, the operands, and how they stand in the brackets."""
    assert isinstance(op.template, gast.Subscript) or op.prim != "index"
    shown = gast.dump(op.template.slice) if isinstance(op.template, gast.Subscript) else op.prim
    return op.args, shown
