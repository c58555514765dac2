"""On a device, let the host wait for a condition once: the reverse sweep asks it again.

    if t: ...   ->   b = bool(t); if b: ...      where t may be an array

The truth value is what the sweep then keeps, instead of an array for which it would wait again.
"""

from __future__ import annotations

from dataclasses import replace

from adjoint.transform.analyses.kind import ANY, INT, Kind
from adjoint.transform.derive.build import Names, expression
from adjoint.transform.ir.nodes import (
    Assign,
    Block,
    For,
    Function,
    If,
    Stmt,
    Var,
    While,
    With,
)  # fmt: skip


def wait_once(fn: Function, kinds: dict[str, Kind], names: Names) -> Function:
    """Make a truth value of every condition of an `if` that may be an array.

    Args:
        fn: a resolved function.
        kinds: the kinds of its names; those of new ones are entered.
        names: where new names come from.
    """
    return replace(fn, body=_block(fn.body, kinds, names))


def _block(block: Block, kinds: dict[str, Kind], names: Names) -> Block:
    return tuple(new for stmt in block for new in _stmt(stmt, kinds, names))


def _stmt(stmt: Stmt, kinds: dict[str, Kind], names: Names) -> tuple[Stmt, ...]:
    match stmt:
        case If(test=test, body=body, orelse=orelse):
            inner = replace(
                stmt, body=_block(body, kinds, names), orelse=_block(orelse, kinds, names)
            )
            if not isinstance(test, Var) or not _may_wait(kinds.get(test.name, ANY)):
                return (inner,)
            known = names.temporary(test.name.lstrip("%").partition(".")[0])
            kinds[known.name] = INT
            ask = expression("bool(test)", {"test": test}, "look")
            return Assign(known, ask, stmt.span), replace(inner, test=known)
        case For(body=body) | With(body=body):
            return (replace(stmt, body=_block(body, kinds, names)),)
        case While(before=before, body=body):
            new = _block(before, kinds, names)
            return (replace(stmt, before=new, body=_block(body, kinds, names)),)
    return (stmt,)


def _may_wait(kind: Kind) -> bool:
    """Whether the truth of a value of this kind may be known to the device alone."""
    return kind.tag in ("array", "numeric", "any")
