"""Blocks as gast statements, temporaries folded back into the expressions that they came from.

A temporary that is used once waits until the statement that uses it is printed. While it waits,
statements may go past it as long as nobody can tell the difference: when one is about to that
rebinds what the temporary reads, or has effects on which it depends, the temporary is settled: it
is printed as an assignment of its own. Temporaries keep their names (`%7`) here;
`names.name_temporaries` gives them readable ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import gast

from adjoint.transform.emit.purity import is_pure, reads_memory
from adjoint.transform.emit.templates import (
    ALWAYS,
    LATER,
    atom_tree,
    hole_values,
    is_compound,
    name_tree,
    op_tree,
)  # fmt: skip
from adjoint.transform.emit.uses import Operand, Uses
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Break,
    Continue,
    Define,
    Effect,
    Keep,
    Op,
    Return,
    Stmt,
    Store,
    Var,
    With,
    binds,
    walk,
)  # fmt: skip

Tree = Callable[[Atom], gast.AST]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A temporary that was computed but not printed yet.

    reads: the variables in its tree. memory: whether its value depends on what arrays hold.
    effects: whether evaluating it may change anything.
    """

    name: str
    tree: gast.AST
    reads: frozenset[str] = frozenset()
    memory: bool = False
    effects: bool = False


@dataclass(frozen=True, slots=True)
class Traits:
    """What a statement, with the blocks inside it, does to temporaries that wait.

    last: an operand that is evaluated after the statement has begun to read memory. spares: names
    that share no memory with anything that it writes into.
    """

    binds: frozenset[str] = frozenset()
    memory: bool = False
    effects: bool = False
    compound: bool = False
    last: Var | None = None
    spares: frozenset[str] = frozenset()


def traits(stmt: Stmt, uses: Uses, numbers: frozenset[str]) -> Traits:
    """The traits of a statement; `numbers` are the names of which `+=` writes into nothing."""
    inside = list(walk((stmt,)))
    bound = {var.name for inner in inside for var in binds(inner)}
    if isinstance(stmt, Keep):  # `del x`
        bound |= {arg.name for arg in stmt.args if isinstance(arg, Var)}
    plain = isinstance(stmt, Break | Continue | Return | Define)
    alias = isinstance(stmt, Assign) and not (
        isinstance(stmt.value, Op) and reads_memory(stmt.value)
    )
    template = getattr(getattr(stmt, "value", None), "template", None)
    late = stmt.value if isinstance(stmt, Store) and stmt.operator else None
    return Traits(
        frozenset(bound),
        memory=not plain and not alias,
        effects=any(_has_effects(inner, uses, numbers) for inner in inside),
        compound=template is not None and is_compound(template),
        last=late if isinstance(late, Var) else None,
        spares=uses.primal if _writes_tangents(stmt, uses) else frozenset(),
    )


def _writes_tangents(stmt: Stmt, uses: Uses) -> bool:
    """Whether a statement's only effect is to write into what is none of the primal's."""
    if not uses.primal:
        return False
    match stmt:
        case Store(place=Op(args=(base, *_))) | Augment(target=base):
            return isinstance(base, Var) and base.name not in uses.primal
        case Effect(value=Op(prim=prim, args=(base, *_))) if prim.startswith("method:"):
            return isinstance(base, Var) and base.name not in uses.primal
    return False


def _has_effects(stmt: Stmt, uses: Uses, numbers: frozenset[str]) -> bool:
    match stmt:
        case Assign(value=Op() as op):
            return not is_pure(op)
        case Effect(value=Op(prim="method:append", args=(Var(name=name), _))):
            return name not in uses.buildable  # a comprehension's list is nobody else's
        case Effect(value=Op(prim="derived.save")):
            return False  # what is saved is taken out again in the reverse sweep
        case Store(value=Var(), place=Op(prim="index", args=(Var(name=name), *_))):
            return name not in uses.buildable
        case Augment(target=Var(name=name)) if name in numbers:
            return False
        case Store() | Augment() | Effect() | Keep() | With():
            return True
    return False


def depends(first: Waiting, second: Waiting) -> bool:
    """Whether two evaluations must keep their order."""
    return (first.effects and (second.effects or second.memory)) or (
        second.effects and first.memory
    )


def define(
    name: str, op: Op, found: dict[str, Waiting], trees: dict[str, gast.AST], effects: bool
) -> Waiting:
    """A temporary that waits, made of an operation and the temporaries that it takes in.

    Args:
        name: of the temporary.
        op: the operation.
        found: the temporaries that are folded into it.
        trees: what each hole is printed as.
        effects: whether the operation itself may have effects.
    """
    own = {atom.name for atom in (*op.args, op.callee) if isinstance(atom, Var)}
    parts = found.values()
    return Waiting(
        name,
        op_tree(op, trees),
        frozenset(own).union(*(part.reads for part in parts)) - found.keys(),
        reads_memory(op) or any(part.memory for part in parts),
        effects or any(part.effects for part in parts),
    )


def take(
    operands: Sequence[Operand],
    what: Traits,
    waiting: list[Waiting],
    out: list[gast.AST],
    prints: bool = True,
) -> dict[str, Waiting]:
    """The waiting temporaries that a statement takes in; others that it disturbs are settled.

    Args:
        operands: what the statement reads, in order of evaluation.
        what: its traits.
        waiting: the temporaries that wait, in the order of the program; those taken in or
          settled are removed.
        out: receives the assignments of those that are settled.
        prints: whether the statement is printed now; otherwise it is a temporary that will wait.
    """
    place = {entry.name: position for position, entry in enumerate(waiting)}
    taken = [
        (waiting[place[atom.name]], when)
        for atom, when in operands
        if isinstance(atom, Var) and atom.name in place
    ]
    names = {entry.name for entry, _ in taken}
    others = [entry for entry in waiting if entry.name not in names]
    must = {entry.name for entry, when in taken if _cannot_move(entry, when, operands, what)}
    for position, (entry, _) in enumerate(taken):
        for later, _ in taken[position + 1 :]:
            if place[later.name] < place[entry.name] and depends(later, entry):
                must.add(later.name)
    for entry in others:
        disturbed = bool(entry.reads & what.binds)
        if prints:
            seen = entry.memory and not entry.reads <= what.spares
            disturbed |= what.effects and (seen or entry.effects)
            disturbed |= what.memory and entry.effects
        for other, _ in taken:
            if depends(entry, other):
                after = place[entry.name] > place[other.name]
                must |= {other.name} if after else set()
                disturbed |= prints
        must |= {entry.name} if disturbed else set()
    settle(must, waiting, out)
    found = {entry.name: entry for entry in waiting if entry.name in names}
    waiting[:] = [entry for entry in waiting if entry.name not in names]
    return found


def _cannot_move(entry: Waiting, when: str, operands: Sequence[Operand], what: Traits) -> bool:
    """Whether a temporary cannot be evaluated at the place where its operand stands."""
    if when == LATER or (entry.effects and when != ALWAYS):
        return True
    late = what.last is not None and what.last.name == entry.name
    first = operands[0][0] == Var(entry.name)
    return entry.effects and (late or (what.compound and not first))


def settle(names: set[str], waiting: list[Waiting], out: list[gast.AST]) -> None:
    """Prints waiting temporaries as assignments, and first those that they must not overtake."""
    chosen: list[Waiting] = []
    for entry in reversed(waiting):
        if entry.name in names or any(depends(entry, later) for later in chosen):
            chosen.append(entry)
    for entry in reversed(chosen):
        out.append(assignment([name_tree(entry.name, gast.Store())], entry.tree))
        waiting.remove(entry)


def assignment(targets: list[gast.AST], value: gast.AST) -> gast.Assign:
    """`target = ... = value`."""
    return gast.Assign(targets=targets, value=value, type_comment=None)


def tree_of(found: Mapping[str, Waiting]) -> Tree:
    """How atoms are printed where some temporaries are folded."""

    def tree(atom: Atom) -> gast.AST:
        entry = found.get(atom.name) if isinstance(atom, Var) else None
        return atom_tree(atom) if entry is None else entry.tree

    return tree


def op_trees(op: Op, tree: Tree) -> dict[str, gast.AST]:
    """What each hole of an operation is printed as."""
    return {hole: tree(atom) for hole, atom in hole_values(op.args, op.callee).items()}
