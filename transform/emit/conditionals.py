"""Branches that only choose a value: `a if c else b`, `a and b`, `a or b`."""

from __future__ import annotations

from dataclasses import replace

import gast

from adjoint.transform.emit.fold import Waiting, assignment, settle, take, traits, tree_of
from adjoint.transform.emit.templates import ALWAYS, name_tree
from adjoint.transform.emit.uses import conditional_target, short_circuit
from adjoint.transform.emit.waiting import Facts, State, keep, names_in
from adjoint.transform.ir.nodes import If, Var

_STORE = gast.Store()


def conditional(
    stmt: If, target: Var, branches: tuple[list[gast.AST], list[gast.AST]], state: State
) -> bool:
    """`x = a if c else b`, `a and b` or `a or b`; False if the branches are more than that."""
    facts = state.facts
    body, orelse = (_lone(branch, target) for branch in branches)
    word = short_circuit(stmt)
    if body is None or orelse is None:
        if word is not None and isinstance(stmt.test, Var):
            settle({stmt.test.name}, state.waiting, state.out)
        return False
    what = traits(stmt, facts.uses, facts.numbers)
    prints = target.name not in facts.uses.foldable
    found = take([(stmt.test, ALWAYS)], what, state.waiting, state.out, prints)
    test = tree_of(found)(stmt.test)
    match word:
        case "and":
            tree: gast.AST = gast.BoolOp(gast.And(), _flat(gast.And, test, body))
        case "or":
            tree = gast.BoolOp(gast.Or(), _flat(gast.Or, test, orelse))
        case _:
            tree = gast.IfExp(test, body, orelse)
    effects = what.effects or any(entry.effects for entry in found.values())
    if prints:
        state.out.append(assignment([name_tree(target.name, _STORE)], tree))
    else:
        keep(Waiting(target.name, tree, names_in(tree), True, effects), state)
    return True


def inside_branches(stmt: If, facts: Facts) -> Facts:
    """The facts for the branches of an `If`: what both assign does not wait inside them."""
    target = conditional_target(stmt)
    if target is None:
        return facts
    own = replace(facts.uses, foldable=facts.uses.foldable - {target.name})
    return replace(facts, uses=own)


def _flat(kind: type[gast.AST], *values: gast.AST) -> list[gast.AST]:
    """The operands of a chain of `and`s or of `or`s."""
    same = [isinstance(v, gast.BoolOp) and isinstance(v.op, kind) for v in values]
    return [
        part
        for value, inner in zip(values, same, strict=True)
        for part in (value.values if inner else [value])
    ]


def _lone(stmts: list[gast.AST], target: Var) -> gast.AST | None:
    """The value that a branch assigns to the target, if it does nothing else."""
    match stmts:
        case [gast.Assign(targets=[gast.Name(id=name)], value=value)] if name == target.name:
            return value
    return None
