"""Where variables that functions share are read and bound, or may be: what follows the order of it.

A cell is bound by whoever holds it: its cotangent is beside its value (`runtime.cells`), not in a
variable of the adjoint. So statements that may reach one always have an adjoint.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from adjoint.transform.analyses.kind import ANY, CELL, SHARING, Kind
from adjoint.transform.ir.nodes import Assign, Atom, Effect, Op, Stmt, Store, Var, op_atoms

NEW = "cell:new"


def holds_cells(kind: Kind) -> bool:
    """Whether a value is a cell, or is or holds functions that hold some."""
    return kind in (CELL, SHARING) or any(map(holds_cells, kind.items))


def cell_names(kinds: Mapping[str, Kind]) -> frozenset[str]:
    """The names of cells, and of what holds some."""
    return frozenset(name for name, kind in kinds.items() if holds_cells(kind))


def cells_reached(stmt: Stmt, kinds: Mapping[str, Kind]) -> frozenset[str]:
    """The names through which a statement reads or binds cells, or may."""
    return frozenset(
        atom.name for atom in _through(stmt)
        if isinstance(atom, Var) and holds_cells(kinds.get(atom.name, ANY))
    )  # fmt: skip


def is_store(stmt: Stmt) -> bool:
    """Whether a statement binds a variable that is in a cell."""
    return isinstance(stmt, Store) and stmt.place.prim.startswith("cell:")


def _through(stmt: Stmt) -> Iterator[Atom]:
    op = stmt.value if isinstance(stmt, Assign | Effect) else None
    if is_store(stmt):
        yield stmt.base  # type: ignore[union-attr]
    elif isinstance(op, Op) and op.prim.startswith("cell:"):
        yield stmt.target if op.prim == NEW else op.args[0]  # type: ignore[misc,union-attr]
    elif isinstance(op, Op) and (op.prim == "call" or op.prim.startswith("method:")):
        yield from op_atoms(op)
        if isinstance(stmt, Assign):
            yield stmt.target
