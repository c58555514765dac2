"""The adjoints of reading and binding variables that functions share (`runtime.cells`).

t = k_cell.value        ->    k_cell.add(d_t)
k_cell.value = v        ->    d_v = k_cell.take()
"""

from __future__ import annotations

from collections.abc import Mapping

from adjoint.transform.analyses.cells import NEW, is_store
from adjoint.transform.analyses.versions import Version
from adjoint.transform.derive.accumulate import accumulate
from adjoint.transform.derive.build import expression
from adjoint.transform.derive.cotangents import State, flat
from adjoint.transform.derive.sweep import Out, Sweep
from adjoint.transform.ir.nodes import Assign, Atom, Effect, Op, Stmt, Store, Var

Env = Mapping[str, Version]


def is_of_cell(stmt: Stmt) -> bool:
    """Whether a statement makes, reads or binds a cell."""
    op = stmt.value if isinstance(stmt, Assign) else None
    return is_store(stmt) or (isinstance(op, Op) and op.prim.startswith("cell:"))


def pull_cell(stmt: Stmt, env: Env, after: Env, state: State, sweep: Sweep, out: Out) -> None:
    """Write the adjoint of such a statement."""
    match stmt:
        case Store(value=value):
            _take(sweep.primal(stmt.base, env), value, state, sweep, out)
        case Assign(target=target, value=Op(prim=prim, args=args)):
            if prim == NEW:
                for value in args:
                    _take(sweep.primal(target, after), value, state, sweep, out)
                return
            g = state.pop(target.name, None)
            if g is not None:
                given: dict[str, Atom] = {
                    "cell": sweep.primal(args[0], env), "d": flat(g, sweep, out)
                }  # fmt: skip
                out.append(Effect(expression("cell.add(d)", given, "derived.cell")))


def _take(cell: Atom, value: Atom, state: State, sweep: Sweep, out: Out) -> None:
    taken = expression("cell.take()", {"cell": cell}, "derived.cell")
    if not isinstance(value, Var) or not sweep.is_active(value):
        out.append(Effect(taken))
        return
    d = sweep.names.temporary("d")
    out.append(Assign(d, taken))
    accumulate(value.name, d, state, sweep, out, lazy=True)
