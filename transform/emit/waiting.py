"""A block that is being printed, and the temporaries that wait in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import gast

from adjoint.transform.emit.fold import Waiting, define, op_trees, take, traits, tree_of
from adjoint.transform.emit.places import Origin, Printed
from adjoint.transform.emit.templates import ALWAYS, atom_tree
from adjoint.transform.emit.uses import Operand, Uses, stmt_operands
from adjoint.transform.ir.nodes import Assign, Atom, Op, Return, Var
from adjoint.transform.ir.trees import nodes


@dataclass(frozen=True, slots=True)
class Facts:
    """What holds for the whole function that is printed.

    uses: how its temporaries are used. numbers: the names that hold numbers alone. origins: where
    its temporaries come from. printed: receives the statements that are printed, with their places.
    """

    uses: Uses
    numbers: frozenset[str]
    origins: Mapping[str, Origin] = field(default_factory=dict)
    printed: Printed = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class State:
    """A block that is being printed: what waits, and what was printed so far."""

    facts: Facts
    waiting: list[Waiting]
    out: list[gast.AST]


def wait(stmt: Assign, state: State) -> None:
    """A temporary that will be printed where it is used."""
    facts = state.facts
    what = traits(stmt, facts.uses, facts.numbers)
    found = take(stmt_operands(stmt), what, state.waiting, state.out, prints=False)
    name, tree = stmt.target.name, tree_of(found)
    match stmt.value:
        case Op() as op:
            trees = op_trees(op, tree)
            entry = define(name, op, found, trees, what.effects)
        case Var(name=other) if other in found:
            entry = replace(found[other], name=name)
        case Var(name=other) as value:
            entry = Waiting(name, atom_tree(value), frozenset({other}))
        case value:
            entry = Waiting(name, atom_tree(value))
    keep(entry, state)


def keep(entry: Waiting, state: State) -> None:
    """Makes a temporary wait. A call may read whatever nested functions have captured."""
    captured = state.facts.uses.captured if entry.effects else frozenset()
    state.waiting.append(replace(entry, reads=entry.reads | captured))


def take_atom(atom: Atom, state: State) -> dict[str, Waiting]:
    """The temporary, if any, that is read where a block ends."""
    operand: list[Operand] = [(atom, ALWAYS)]
    what = traits(Return(atom), state.facts.uses, state.facts.numbers)
    return take(operand, what, state.waiting, state.out)


def names_in(tree: gast.AST) -> frozenset[str]:
    """The names that an expression mentions."""
    return frozenset(node.id for node in nodes(tree) if isinstance(node, gast.Name))
