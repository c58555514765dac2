"""The order of an assignment and of that of its tangent."""

from __future__ import annotations

from adjoint.transform.derive.build import substitute_op
from adjoint.transform.forward.facts import Facts, Out
from adjoint.transform.forward.names import dot
from adjoint.transform.forward.rules import ANS
from adjoint.transform.ir.nodes import Assign, Atom, Op, Rhs, Stmt, Var, op_atoms


def assigned(
    stmt: Assign, value: Rhs, before: Out, facts: Facts
) -> list[Stmt]:
    """A statement that binds a name, and the assignment of its tangent.

    The tangent comes after the value, unless it reads what the name held before:

        y = np.sin(x)                            x_dot = np.cos(x) * x_dot
        y_dot = np.cos(x) * x_dot                x = np.sin(x)

    In a `try` the value comes first: where it raises, the tangent stays what it is, too.

    Args:
        stmt: the statement.
        value: the tangent; the operation's own value is `ANS` in it.
        before: what the tangent needs, which reads the operands.
        facts: what is known.
    """
    target, held = stmt.target, dot(stmt.target.name, facts)
    reads = _reads(value, before)
    if target not in _operands(stmt):
        return [stmt, *(_with(s, target) for s in before), Assign(held, _put(value, target))]
    if ANS not in reads:
        if not facts.in_try:
            return [*before, Assign(held, value), stmt]
        kept = facts.names.temporary(_hint(held))
        return [*before, Assign(kept, value), stmt, Assign(held, kept)]
    result = facts.names.temporary(_hint(target))
    first = [Assign(result, stmt.value, stmt.span), *(_with(s, result) for s in before)]
    return [*first, Assign(held, _put(value, result)), Assign(target, result, stmt.span)]


def _hint(var: Var) -> str:
    return var.name if not var.is_temporary else ""


def _operands(stmt: Assign) -> tuple[Atom, ...]:
    return op_atoms(stmt.value) if isinstance(stmt.value, Op) else (stmt.value,)


def _reads(value: Rhs, before: Out) -> set[Atom]:
    found: set[Atom] = set(op_atoms(value)) if isinstance(value, Op) else {value}
    for stmt in before:
        if isinstance(stmt, Assign):
            found |= set(op_atoms(stmt.value)) if isinstance(stmt.value, Op) else {stmt.value}
    return found


def _put(value: Rhs, result: Var) -> Rhs:
    def change(atom: Atom) -> Atom:
        return result if atom == ANS else atom

    return substitute_op(value, change) if isinstance(value, Op) else change(value)


def _with(stmt: Stmt, result: Var) -> Stmt:
    if isinstance(stmt, Assign):
        return Assign(stmt.target, _put(stmt.value, result), stmt.span)
    return stmt
