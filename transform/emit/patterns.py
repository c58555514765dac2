"""Targets: several statements of the IR that are one assignment in Python.

`(a, b), x[i] = value` is an `Unpack` into temporaries and one statement for each of them;
`a = b = value` is a temporary that several statements assign.
"""

from __future__ import annotations

import gast

from adjoint.transform.emit.fold import Waiting, define, op_trees, tree_of
from adjoint.transform.emit.purity import is_pure
from adjoint.transform.emit.templates import fill, name_tree
from adjoint.transform.emit.uses import Uses
from adjoint.transform.ir.nodes import SET_ANYWAY, Assign, Block, Op, Stmt, Store, Unpack, Var

_STORE = gast.Store()


def unpacking(stmt: Unpack, rest: Block, uses: Uses) -> tuple[gast.AST, int]:
    """The target of an unpacking, with what the statements after it do with its temporaries.

    Args:
        stmt: the unpacking.
        rest: the statements that follow it.
        uses: how the temporaries are used.

    Returns:
        The target, and how many of the statements that follow are part of it.
    """
    parts: list[gast.AST] = []
    count = 0
    for position, target in enumerate(stmt.targets):
        part, more = _part(target, rest[count:], uses)
        count += more
        parts.append(gast.Starred(part, _STORE) if position == stmt.star else part)
    return gast.Tuple(parts, _STORE), count


def _part(target: Var, rest: Block, uses: Uses) -> tuple[gast.AST, int]:
    if target.is_temporary and uses.counts.get(target.name) == 1:
        found = destination(target, rest, uses)
        if found is not None:
            return found
    return name_tree(target.name, _STORE), 0


def destination(value: Var, rest: Block, uses: Uses) -> tuple[gast.AST, int] | None:
    """Where the next statements put a value, as a target, and how many statements that takes."""
    waiting: dict[str, Waiting] = {}
    for position, stmt in enumerate(rest):
        match stmt:
            case Assign(target=target, value=Op() as op) if (
                target.name in uses.foldable and is_pure(op)
            ):
                found = _taken(op, waiting)
                trees = op_trees(op, tree_of(found))
                waiting[target.name] = define(target.name, op, found, trees, False)
            case Store(place=place, operator="", value=stored) if (
                stored == value and place.roles != SET_ANYWAY
            ):
                found = _taken(place, waiting)
                tree = fill(place.template, op_trees(place, tree_of(found)))
                tree.ctx = _STORE
                return None if waiting else (tree, position + 1)
            case Assign(target=target, value=assigned) if assigned == value and not waiting:
                return name_tree(target.name, _STORE), position + 1
            case Unpack(value=unpacked) if unpacked == value and not waiting:
                tree, more = unpacking(stmt, rest[position + 1 :], uses)
                return tree, position + 1 + more
            case _:
                return None
    return None


def chain(stmt: Stmt, rest: Block, uses: Uses) -> tuple[list[gast.AST], int] | None:
    """The targets of `a = b = value`, if a temporary is nothing but its value."""
    if not (isinstance(stmt, Assign) and stmt.target.is_temporary):
        return None
    targets: list[gast.AST] = []
    count = 0
    while (found := destination(stmt.target, rest[count:], uses)) is not None:
        targets.append(found[0])
        count += found[1]
    complete = len(targets) > 1 and len(targets) == uses.counts.get(stmt.target.name)
    return (targets, count) if complete else None


def _taken(op: Op, waiting: dict[str, Waiting]) -> dict[str, Waiting]:
    names = [atom.name for atom in op.args if isinstance(atom, Var) and atom.name in waiting]
    return {name: waiting.pop(name) for name in names}
