"""Which names of emitted code may share an array, whatever runs in which order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import gast

from adjoint.transform.derive.contributions import is_fresh
from adjoint.transform.derive.needs import dotted, shape_operands
from adjoint.transform.ir.nodes import (
    NOWHERE,
    Assign,
    Augment,
    Block,
    Define,
    Effect,
    Op,
    Stmt,
    Store,
    Unpack,
    Var,
    binds,
    op_atoms,
    reads,
)  # fmt: skip
from adjoint.transform.ir.rebuild import everything

_READ_ONLY = frozenset({"expand", "unreduce", "np.broadcast_to", "unbroadcast_to"})
OUTSIDE = ""
"""Stands for whoever holds arrays outside of what we see."""


@dataclass(frozen=True, slots=True)
class Groups:
    """Names by the arrays that they may share: those with one root may, others do not.

    parents: the links of union and find.
    """

    parents: Mapping[str, str]
    bound: frozenset[str]

    def root(self, name: str) -> str:
        """What stands for all names that may share an array with this one."""
        if name not in self.bound:
            name = OUTSIDE
        while name in self.parents:
            name = self.parents[name]
        return name


def groups(block: Block) -> Groups:
    """By union and find, the names that may share an array; what comes from outside is `""`."""
    parents: dict[str, str] = {}
    stmts = list(everything(block))
    bound = frozenset(v.name for s in stmts for v in binds(s) if not isinstance(s, Augment))
    found = Groups(parents, bound)
    for stmt in stmts:
        for name, other in _shared(stmt):
            one, two = found.root(name), found.root(other)
            if one != two:
                low, high = sorted((one, two))
                parents[high] = low
    return found


def _shared(stmt: Stmt) -> Iterator[tuple[str, str]]:
    """Pairs of names that may share an array once a statement has run."""
    match stmt:
        case Assign(target=target, value=Op() as op):
            if is_fresh(op.template):
                return
            if isinstance(op.template, gast.Call) and dotted(op.template.func) in _READ_ONLY:
                yield target.name, OUTSIDE
            shaped = set(shape_operands(op))
            yield from (
                (target.name, a.name)
                for a in op_atoms(op)
                if isinstance(a, Var) and a not in shaped
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
        case Define(span=span) if span == NOWHERE:  # a pullback: hands out nothing that it reads
            return
        case _:
            own = [v.name for v in binds(stmt)]
            yield from ((v, a.name) for v in own for a in reads(stmt) if isinstance(a, Var))
