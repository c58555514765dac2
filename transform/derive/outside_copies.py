"""Operands from outside that change while the function runs: what is read of them is copied.

    y = x * WEIGHTS                     weights = WEIGHTS.copy()
    WEIGHTS[:] *= 0.5           ->      y = x * weights
                                        WEIGHTS[:] *= 0.5

What a function that is found at run time may change is not known, and not copied for that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from adjoint.transform.analyses.effects import Summaries, is_rule
from adjoint.transform.analyses.kind import ANY, Kind, atom_kind
from adjoint.transform.analyses.outside_changes import (
    ANYTHING,
    Changed,
    Roots,
    changed_outside,
    may_change,
    roots_outside,
)
from adjoint.transform.derive.build import Names, call, substitute_iter
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Block,
    For,
    Function,
    Op,
    Ref,
    Stmt,
    Store,
    Var,
    iter_atoms,
)  # fmt: skip
from adjoint.transform.ir.rebuild import map_inside
from adjoint.transform.refusals import unsupported

_HELD = (np.ndarray, list, tuple, dict)


def copy_outside(
    fn: Function, kinds: dict[str, Kind], names: Names, changed: Changed, summaries: Summaries,
    inside: Callable[[Op], Changed],
) -> Function:  # fmt: skip
    """The same function; new kinds are entered.

    Raises:
        UnsupportedSyntax: a loop runs over what it changes.
    """
    changed -= {ANYTHING}
    if not changed:
        return fn
    roots = roots_outside(fn, kinds)

    def block(old: Block) -> Block:
        return tuple(new for stmt in old for new in copied(stmt))

    def copied(stmt: Stmt) -> list[Stmt]:
        made: list[Stmt] = []

        def change(atom: Atom) -> Atom:
            if not _changes(atom, roots, changed):
                return atom
            kind = atom_kind(atom, kinds) or ANY
            array = kind.tag == "array"
            held = names.temporary(
                atom.text.rpartition(".")[2].lower() if isinstance(atom, Ref) else ""
            )
            kinds[held.name] = kind
            look = replace(call("own" if array else "snapshot", atom), prim="look")
            made.append(Assign(held, look, stmt.span))
            return held

        match stmt:
            case Assign(value=Op() as op) if is_rule(op.prim) or op.prim == "call":
                read = _read_only(op, summaries)
                args = tuple(change(a) if i in read else a for i, a in enumerate(op.args))
                stmt = replace(stmt, value=replace(op, args=args))
            case Store(operator=operator) | Augment(operator=operator) if operator:
                stmt = replace(stmt, value=change(stmt.value))
            case For(body=body):
                here = changed_outside(replace(fn, body=body), kinds, summaries, inside)
                atoms = iter_atoms(stmt.iterable)
                over = next((a for a in atoms if _changes(a, roots, here)), None)
                if over is not None:
                    named = over.text if isinstance(over, Ref) else "what is outside"
                    raise unsupported(
                        stmt.span, f"this loop runs over `{named}`, and changes it",
                        "loop over a copy (`.copy()`)",
                    )  # fmt: skip
                stmt = replace(stmt, iterable=substitute_iter(stmt.iterable, change))
        return [*made, map_inside(stmt, block)]

    return replace(fn, body=block(fn.body))


def _read_only(op: Op, summaries: Summaries) -> frozenset[int]:
    """The operands that are read, and neither written into nor handed on."""
    places = frozenset(range(len(op.args)))
    if op.prim != "call":
        return places
    known = summaries(op)
    if not known.known or known.shares is None:
        return frozenset()
    return places - known.writes - known.shares - known.deep


def _changes(atom: Atom, roots: Roots, changed: Changed) -> bool:
    """Whether an operand is, or may be a part of, data outside that is changed."""
    if isinstance(atom, Var):
        known = roots.get(atom.name, frozenset())
        return bool(known & changed)
    data = isinstance(atom, Ref) and isinstance(atom.value, _HELD) and not atom.local
    return data and may_change(atom.value, changed)
