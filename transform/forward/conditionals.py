"""Conditional expressions: `y = a if c else b`, with `y_dot = a_dot if c else b_dot` after it."""

from __future__ import annotations

from dataclasses import replace

from adjoint.transform.emit.purity import is_pure
from adjoint.transform.forward.facts import Facts
from adjoint.transform.ir.nodes import Assign, Block, If, Op, Stmt, Try, op_atoms


def in_two(pushed: If, stmt: If, facts: Facts) -> list[Stmt]:
    """A conditional expression and that of its tangent, where they can stand apart.

    Args:
        pushed: the statement with its tangents.
        stmt: the statement without.
        facts: what is known.
    """
    if isinstance(stmt, Try) or len(stmt.body) != 1 or len(stmt.orelse) != 1:
        return [pushed]
    tangents = []
    for block, whole in ((stmt.body, pushed.body), (stmt.orelse, pushed.orelse)):
        part = _apart(block[0], whole)
        if part is None:
            return [pushed]
        tangents.append(part)
    first, second = stmt.body[0], stmt.orelse[0]
    assert isinstance(first, Assign)
    assert isinstance(second, Assign)
    if first.target != second.target or not first.target.is_temporary or stmt.test == first.target:
        return [pushed]
    return [stmt, replace(pushed, body=(tangents[0],), orelse=(tangents[1],))]


def _apart(primal: Stmt, pushed: Block) -> Assign | None:
    """The tangent of a branch that only assigns, if it does not read what that assigns."""
    match primal, pushed:
        case Assign(target=target, value=value), (first, Assign() as tangent) if first is primal:
            if isinstance(value, Op) and not is_pure(value):
                return None
            given = tangent.value
            read = op_atoms(given) if isinstance(given, Op) else (given,)
            return None if target in read else tangent
    return None


