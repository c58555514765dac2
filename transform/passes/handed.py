"""Values that are only handed to the user's names are made under them.

    exp = np.exp(a)                         breed = np.exp(a)
    exp_1 = np.exp(b)               ->      caught = np.exp(b)
    breed, caught = exp, exp_1

Holds where the value is bound once, in the same block, where nothing in between mentions the user's
name, and where that is bound nowhere else, or nothing else reads the value. Lists that are filled
stay temporaries, as they may be printed as comprehensions.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import gast

from adjoint.transform.derive.build import expression, substitute
from adjoint.transform.ir.names import names_used
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Block,
    Define,
    Effect,
    Op,
    Stmt,
    Store,
    Unpack,
    Var,
    binds,
    reads,
)  # fmt: skip
from adjoint.transform.ir.places import hole
from adjoint.transform.ir.rebuild import everything, inner_blocks, replace_stmts

_Part = tuple[Var, Var, int, dict[int, tuple[Stmt, ...]]]


@dataclass(frozen=True, slots=True)
class _Handed:
    """A value, the name that it is handed to, and the statements that change with it."""

    source: Var
    target: Var
    changes: dict[int, tuple[Stmt, ...]]


def take_names(block: Block, params: frozenset[str]) -> Block:
    """The block in which what is handed on as a part of a tuple has its last name at once.

    Args:
        block: the body of a function.
        params: the names of its parameters, which are bound before.
    """
    while True:
        stmts = list(everything(block))
        bound = Counter([*params, *(v.name for s in stmts for v in binds(s))])
        read = Counter(a.name for s in stmts for a in reads(s) if isinstance(a, Var))
        fixed = frozenset(name for s in stmts for name in _fixed(s))
        found = next((h for b in _blocks(block) for h in _handed(b, bound, read, fixed)), None)
        if found is None:
            return block
        block = _renamed(replace_stmts(block, found.changes), found.source, found.target)


def _fixed(stmt: Stmt) -> Iterator[str]:
    """The names that a function defined here reads, and those of what is filled."""
    match stmt:
        case Define(function=function):
            yield from names_used(function.body)
        case Effect(value=Op(args=(Var(name=name), *_))):
            yield name
        case Store(place=Op(args=(Var(name=name), *_))):
            yield name


def _blocks(block: Block) -> Iterator[Block]:
    yield block
    for stmt in block:
        if not isinstance(stmt, Define):
            for inner in inner_blocks(stmt):
                yield from _blocks(inner)


def _handed(
    block: Block, bound: Counter[str], read: Counter[str], fixed: frozenset[str]
) -> Iterator[_Handed]:
    """What the statements of a block hand on; `fixed` are names that stay."""
    for position in range(len(block)):
        for source, target, first, changes in _parts(block, position, read):
            if source.name in fixed or bound[source.name] != 1:
                continue
            shared = source.is_temporary and read[source.name] > 1 and bound[target.name] == 1
            ours = source.is_temporary and target.is_temporary
            numbered = re.fullmatch(rf"{re.escape(target.name)}_[0-9]+", source.name)
            alone = read[source.name] == 1 and (ours or numbered is not None)
            if (shared or alone) and _is_made_before(source, target, block[:first]):
                yield _Handed(source, target, changes)


def _parts(block: Block, position: int, read: Counter[str]) -> Iterator[_Part]:
    """The values that a statement hands on, with the names, where it begins, and what is left."""
    last = block[position]
    match last:
        case Assign(target=target, value=Var() as source):
            yield source, target, position, {id(last): ()}
        case Unpack(targets=targets, value=Var() as value, star=None) if position > 0:
            whole = block[position - 1]
            if not (isinstance(whole, Assign) and whole.target == value and read[value.name] == 1):
                return
            op = whole.value
            if not isinstance(op, Op) or not _is_display(op) or len(op.args) != len(targets):
                return
            for number, (atom, target) in enumerate(zip(op.args, targets, strict=True)):
                others = (*op.args[:number], *op.args[number + 1 :])
                alone = targets.count(target) == 1 and not {target, atom} & {*others}
                if isinstance(atom, Var) and alone:
                    rest = _without(whole, last, number)
                    yield atom, target, position - 1, {id(whole): rest[:-1], id(last): rest[-1:]}


def _is_display(op: Op) -> bool:
    """Whether an operation is a tuple, written out, of one operand after the other."""
    parts = op.template.elts if isinstance(op.template, gast.Tuple) else ()
    return op.prim == "tuple" and [hole(part) for part in parts] == list(range(len(op.args)))


def _is_made_before(source: Var, target: Var, before: Block) -> bool:
    """Whether a name is bound in some statements, after which another is not mentioned."""
    for stmt in reversed(before):
        if source in binds(stmt):
            return isinstance(stmt, Assign)
        if target.name in names_used((stmt,)):
            return False
    return False


def _without(whole: Assign, last: Unpack, number: int) -> tuple[Stmt, ...]:
    """The two statements without one of the parts."""
    assert isinstance(whole.value, Op)
    args = (*whole.value.args[:number], *whole.value.args[number + 1 :])
    targets = (*last.targets[:number], *last.targets[number + 1 :])
    if not args:
        return ()
    if len(args) == 1:
        return (Assign(targets[0], args[0], last.span),)
    holes = [f"a{i}" for i in range(len(args))]
    atoms = dict(zip(holes, args, strict=True))
    display = expression(f"({', '.join(holes)})", atoms, "tuple")
    return replace(whole, value=display), replace(last, targets=targets)


def _renamed(block: Block, source: Var, target: Var) -> Block:
    def change(atom: Atom) -> Atom:
        return target if atom == source else atom

    return tuple(substitute(stmt, change) for stmt in block)
