"""Signs between statements: a value is computed without its sign where all that read it take it up.

    d = -d_v                                d_x = d_x - d_v * k * c
    d_x = d_x + d * k * c      ->           d_k -= (d_v * s).sum()
    d_k += (d * s).sum()

Holds as `signs` holds: a change of sign is exact. What is read instead (`d_v`) must be what it was:
neither bound again nor written into in between.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace

import gast

from adjoint.transform.derive.build import Names, substitute
from adjoint.transform.derive.contributions import is_fresh
from adjoint.transform.ir.nodes import (
    NOWHERE,
    Assign,
    Atom,
    Augment,
    Block,
    Op,
    Stmt,
    Store,
    Var,
    binds,
    reads,
    walk,
)  # fmt: skip
from adjoint.transform.ir.places import hole
from adjoint.transform.ir.rebuild import everything, inner_blocks, replace_stmts
from adjoint.transform.passes.dead_code import written_names
from adjoint.transform.passes.groups import Groups, groups
from adjoint.transform.passes.signs import signed
from adjoint.transform.passes.simplify import is_arithmetic, simplify

_Changes = dict[int, tuple[Stmt, ...]]
_OPPOSITE = {"+": "-", "-": "+"}


@dataclass(frozen=True, slots=True)
class _Reads:
    """Where each name is bound, and where it is read."""

    bound: Mapping[str, list[Stmt]]
    read: Mapping[str, list[Stmt]]


def cancel_signs(block: Block, names: Names) -> Block:
    """The block without changes of sign that what follows can take up.

    The cotangent of a variable of the user's stays what its name says; of other values those that
    lose their sign are named anew.
    """
    while True:
        changes = _round(block, names)
        if not changes:
            return block
        block = replace_stmts(block, changes)


def _readers(block: Block) -> _Reads:
    bound: dict[str, list[Stmt]] = {}
    read: dict[str, list[Stmt]] = {}
    for stmt in everything(block):
        for var in binds(stmt):
            bound.setdefault(var.name, []).append(stmt)
        for atom in dict.fromkeys(reads(stmt)):
            if isinstance(atom, Var):
                read.setdefault(atom.name, []).append(stmt)
    return _Reads(bound, read)


def _round(block: Block, names: Names) -> _Changes:
    """Statements changed so that some values lose their signs, no two of them in one statement."""
    found, shared = _readers(block), groups(block)
    changes: _Changes = {}
    for stmt in everything(block):
        match stmt:
            case Assign(target=target, value=Op(prim="derived") as op) if (
                target.is_temporary
                and target.name in found.read
                and len(found.bound[target.name]) == 1
            ):
                negative, positive = signed(simplify(op.template))
                number = hole(positive)
                new = is_arithmetic(positive)
                flipped = [target.name]
                made = _flipped(flipped, new, found) if negative else None
                if made is None:
                    continue
                if not is_fresh(positive):  # it may be an operand itself
                    readers = _readers_of_array(target.name, made, found)
                    sources = [a for a in op.args if isinstance(a, Var)]
                    if not all(_holds(stmt, s.name, readers, block, shared) for s in sources):
                        continue
                if number is None:
                    made[id(stmt)] = (replace(stmt, value=replace(op, template=positive)),)
                else:
                    source = op.args[number]
                    if not isinstance(source, Var):
                        continue
                    made = {
                        key: tuple(_renamed(s, target, source) for s in others)
                        for key, others in made.items()
                    }
                    made[id(stmt)] = ()
                if not made.keys() & changes.keys():
                    changes |= _anonymous(made, flipped, names)
    return changes


def _readers_of_array(name: str, changes: _Changes, found: _Reads) -> list[Stmt]:
    """The statements that read a value, or what may be the same array once they are changed."""
    readers = list(found.read.get(name, ()))
    for stmt in readers[:]:
        match changes[id(stmt)][0]:
            case Assign(target=target, value=Op(template=template)) if is_fresh(template):
                pass
            case Assign(target=target):
                readers += _readers_of_array(target.name, changes, found)
    return readers


def _anonymous(changes: _Changes, flipped: list[str], names: Names) -> _Changes:
    """The changed statements, with other names for opposites of what their names said."""
    said = [name for name in flipped if "." in name and not name.startswith("%d.")]
    renamed = {name: names.temporary("d") for name in said}

    def change(atom: Atom) -> Atom:
        return renamed.get(atom.name, atom) if isinstance(atom, Var) else atom

    return {key: tuple(substitute(s, change) for s in new) for key, new in changes.items()}


def _renamed(stmt: Stmt, name: Var, source: Var) -> Stmt:
    return substitute(stmt, lambda atom: source if atom == name else atom)


def _flipped(flipped: list[str], new: bool, found: _Reads) -> _Changes | None:
    """The statements that read a value, changed for its opposite; None if one of them cannot be.

    Args:
        flipped: the value; receives the others that become their opposites.
        new: whether its opposite is a new array as well.
        found: where names are read.
    """
    changes: _Changes = {}
    for name in flipped:
        for stmt in found.read.get(name, ()):
            if id(stmt) in changes:
                return None
            changed, passes_on = _with_opposite(stmt, name)
            if changed is None:
                return None
            match changed:
                case Assign(value=Op(template=gast.UnaryOp(op=gast.UAdd()))):  # -(-a): a, if new
                    if not new or len(found.read[name]) > 1:
                        return None
                    changed = replace(changed, value=Var(name))
            if passes_on:
                assert isinstance(changed, Assign)
                target = changed.target
                once = target.is_temporary and len(found.bound[target.name]) == 1
                if not once or target.name in flipped:
                    return None
                flipped.append(target.name)
            changes[id(stmt)] = (changed,)
    return changes


def _with_opposite(stmt: Stmt, name: str) -> tuple[Stmt | None, bool]:
    """A statement that reads the opposite of a name, and whether its own value is the opposite."""
    match stmt:
        case Augment(target=target, operator="+" | "-" as operator, value=Var(name=value)) if (
            value == name and target.name != name and stmt.span == NOWHERE
        ):
            return replace(stmt, operator=_OPPOSITE[operator]), False
        case Store(place=place, operator="+" | "-" as operator, value=Var(name=value)) if (
            value == name and Var(name) not in place.args and stmt.span == NOWHERE
        ):
            return replace(stmt, operator=_OPPOSITE[operator]), False
        case Assign(value=Op(prim="derived") as op):
            plain = simplify(op.template)
            opposite = simplify(_negated(op.template, op.args, name))
            negative, positive = signed(opposite)
            if _signs(opposite) <= _signs(plain) and not negative:
                return replace(stmt, value=replace(op, template=opposite)), False
            if negative and _signs(positive) <= _signs(plain) and hole(positive) is None:
                return replace(stmt, value=replace(op, template=positive)), True
    return None, False


def _negated(template: gast.AST, args: tuple[object, ...], name: str) -> gast.AST:
    """A template with a sign before each place of a name."""

    class Holes(gast.NodeTransformer):  # type: ignore[misc]
        def visit_Name(self, node: gast.Name) -> gast.AST:
            number = hole(node)
            if number is None or args[number] != Var(name):
                return node
            return gast.UnaryOp(gast.USub(), node)

    return Holes().visit(copy.deepcopy(template))


def _signs(tree: gast.AST) -> int:
    """How often an expression changes a sign."""
    return sum(
        isinstance(n, gast.UnaryOp) and isinstance(n.op, gast.USub)
        and not isinstance(n.operand, gast.Constant)
        for n in gast.walk(tree)
    )  # fmt: skip


def _holds(stmt: Stmt, source: str, readers: list[Stmt], block: Block, shared: Groups) -> bool:
    """Whether a name still is what it was at a statement wherever those after it are."""
    home = _home(stmt, block)
    if home is None:
        return False
    places = {id(s): i for i, s in enumerate(home)}
    if any(id(reader) not in places for reader in readers):
        return False
    last = max(places[id(reader)] for reader in readers)
    root = shared.root(source)
    for between in home[places[id(stmt)] : last]:
        for inner in walk((between,)):
            if any(v.name == source for v in binds(inner)):
                return False
            if any(shared.root(n) == root for n in written_names(inner)):
                return False
    return all(places[id(reader)] > places[id(stmt)] for reader in readers)


def _home(stmt: Stmt, block: Block) -> Block | None:
    """The block that a statement stands in, in the functions defined there too."""
    if any(s is stmt for s in block):
        return block
    for other in everything(block):
        for inner in inner_blocks(other):
            if any(s is stmt for s in inner):
                return inner
    return None
