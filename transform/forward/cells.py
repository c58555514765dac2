"""The tangents of variables that functions share: beside their values (`runtime.cells`).

t = k_cell.value        ->    t_dot = k_cell.tangent
k_cell.value = v        ->    k_cell.tangent = v_dot
"""

from __future__ import annotations

from adjoint.transform.derive.build import expression
from adjoint.transform.forward.facts import Facts, Out, State
from adjoint.transform.forward.names import dot
from adjoint.transform.forward.shapes import tangent
from adjoint.transform.ir.nodes import Assign, Atom, Op, Stmt, Store


def pushed_cell(stmt: Stmt, state: State, facts: Facts) -> list[Stmt]:
    """A statement that makes, reads or binds a cell, with that of its tangent."""
    out: Out = []
    match stmt:
        case Store(value=value):
            given = tangent(value, state, facts, out)
            return [*out, stmt, Store(_place(stmt.base), "", given)]
        case Assign(target=target, value=Op(prim="cell:new", args=(value,))):
            given = tangent(value, state, facts, out)
            return [*out, stmt, Store(_place(target), "", given)]
        case Assign(target=target, value=Op(args=args)) if facts.is_active(target):
            state.pop(target.name, None)
            return [stmt, Assign(dot(target.name, facts), _place(args[0]))]
    return [stmt]


def _place(cell: Atom) -> Op:
    return expression("cell.tangent", {"cell": cell}, "attribute:tangent")
