"""What the reverse sweep reads of the primal: which values, and of which the shape alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import gast

from adjoint.runtime.helpers import SHAPE_ONLY
from adjoint.transform.analyses.versions import Version
from adjoint.transform.derive.sweep import Sweep
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Block,
    Effect,
    Op,
    Var,
    With,
    binds,
    reads,
    walk,
)  # fmt: skip
from adjoint.transform.ir.places import hole

_SHAPE_ATTRIBUTES = frozenset({"shape", "ndim", "size", "dtype"})


@dataclass(slots=True)
class Needs:
    """What the reverse sweep needs of the primal.

    versions: of every placeholder that is read. made: placeholders that the reverse sweep
    itself assigns. shape_only: placeholders of which only shape and dtype are read.
    """

    versions: dict[str, Version]
    made: frozenset[str]
    shape_only: frozenset[str]


def needs_of(backward: Block, sweep: Sweep) -> Needs:
    """Collect what a reverse sweep reads."""
    versions: dict[str, Version] = {}
    made: set[str] = set()
    by_value: set[str] = set()
    for stmt in walk(backward):
        for var in binds(stmt):
            if var.name in sweep.needs:
                made.add(var.name)
                versions[var.name] = sweep.needs[var.name]
        shaped: set[str] = set()
        match stmt:
            case Assign(value=Op() as op) | Effect(value=op) | With(context=op):
                shaped = {a.name for a in shape_operands(op) if isinstance(a, Var)}
        for atom in reads(stmt):
            if isinstance(atom, Var) and atom.name in sweep.needs:
                versions[atom.name] = sweep.needs[atom.name]
                if atom.name not in shaped:
                    by_value.add(atom.name)
    return Needs(versions, frozenset(made), frozenset(versions) - by_value - made)


def shape_operands(op: Op) -> Iterator[Atom]:
    """The operands of which an operation reads the shape or dtype alone.

    >>> from adjoint.transform.derive.build import expression
    >>> op = expression("unbroadcast(g * y, x)", {"g": Var("g"), "x": Var("x"), "y": Var("y")})
    >>> list(shape_operands(op))
    [Var(name='x')]
    """
    by_value = _by_value(op.template)
    for number, atom in enumerate(op.args):
        if number not in by_value and atom not in [op.args[n] for n in by_value]:
            yield atom


@lru_cache(maxsize=4096)
def _by_value(template: gast.AST) -> frozenset[int]:
    """The numbers of the operands of which a template reads more than the shape or dtype."""
    found: set[int] = set()
    _scan(template, False, found)
    return frozenset(found)


def _scan(node: gast.AST, shape: bool, by_value: set[int]) -> None:
    number = hole(node)
    if number is not None:
        if not shape:
            by_value.add(number)
        return
    if isinstance(node, gast.Call):
        name = dotted(node.func)
        places = SHAPE_ONLY.get(name, ())
        _scan(node.func, False, by_value)
        for position, arg in enumerate(node.args):
            _scan(arg, position in places, by_value)
        for keyword in node.keywords:
            _scan(keyword.value, False, by_value)
        return
    if isinstance(node, gast.Attribute) and node.attr in _SHAPE_ATTRIBUTES:
        _scan(node.value, True, by_value)
        return
    for child in gast.iter_child_nodes(node):
        _scan(child, shape and isinstance(node, gast.Starred), by_value)


def dotted(node: gast.AST) -> str:
    """`np.linalg.norm` of the tree that says so; empty for anything else."""
    if isinstance(node, gast.Name):
        return str(node.id)
    if isinstance(node, gast.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr}" if base else ""
    return ""
