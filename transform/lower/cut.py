"""`with no_grad()`: what the body computes has no derivative, whatever it is computed from.

Each value that a name of the user's is given passes through `stop_gradient`, which is not printed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Const,
    Effect,
    For,
    If,
    Op,
    Ref,
    Return,
    Stmt,
    Store,
    Unpack,
    Var,
    While,
    With,
    binds,
    walk,
)  # fmt: skip
from adjoint.transform.lower.scope import Scope
from adjoint.transform.lower.templates import hole
from adjoint.transform.refusals import unsupported


def cut(body: Iterable[Stmt], scope: Scope) -> list[Stmt]:
    """The statements of a block that nothing is differentiated through.

    Raises:
        UnsupportedSyntax: the block changes what was made outside it, so that its values have a
            derivative in one part and none in another.
    """
    body = tuple(body)
    inside = {var.name for stmt in walk(body) for var in binds(stmt) if not _updates(stmt)}
    return [new for stmt in body for new in _stmt(stmt, inside, scope)]


def _updates(stmt: Stmt) -> bool:
    return isinstance(stmt, Augment)


def _stmt(stmt: Stmt, inside: set[str], scope: Scope) -> list[Stmt]:
    out: list[Stmt] = []

    def stopped(atom: Atom) -> Atom:
        if not isinstance(atom, Var):
            return atom
        value = scope.temporary()
        out.append(Assign(value, Op("stop_gradient", (atom,), hole(0), ("x",)), stmt.span))
        return value

    def block(statements: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
        return tuple(new for inner in statements for new in _stmt(inner, inside, scope))

    match stmt:
        case Assign(target=target) if target.is_temporary:
            out.append(stmt)
        case Assign(value=Op() as op):
            held = scope.temporary()
            out.append(replace(stmt, target=held))
            out.append(replace(stmt, value=Op("stop_gradient", (held,), hole(0), ("x",))))
        case Assign(value=Var() as value):
            out.append(replace(stmt, value=Op("stop_gradient", (value,), hole(0), ("x",))))
        case Unpack(value=value) | Return(value=value):
            out.append(replace(stmt, value=stopped(value)))
        case If(body=body, orelse=orelse):
            out.append(replace(stmt, body=block(body), orelse=block(orelse)))
        case For(body=body, orelse=orelse):
            body = _elements(stmt, block(body), scope)
            out.append(replace(stmt, body=body, orelse=block(orelse)))
        case While(before=before, body=body, orelse=orelse):
            before, body, orelse = block(before), block(body), block(orelse)
            out.append(replace(stmt, before=before, body=body, orelse=orelse))
        case With(body=body):
            out.append(replace(stmt, body=block(body)))
        case Store(base=base, value=value):
            _made_inside(base, inside, stmt)
            out.append(replace(stmt, value=stopped(value)))
        case Augment(target=target, value=value):
            if not isinstance(value, Const):
                _made_inside(target, inside, stmt)
            out.append(replace(stmt, value=stopped(value)))
        case Effect(value=op):
            out.append(replace(stmt, value=_effect(op, inside, stmt, stopped)))
        case _:
            out.append(stmt)
    return out


def _elements(stmt: For, body: tuple[Stmt, ...], scope: Scope) -> tuple[Stmt, ...]:
    """The body of a loop whose element has no derivative either."""
    if stmt.target.is_temporary:
        return body
    held = Op("stop_gradient", (stmt.target,), hole(0), ("x",))
    value = scope.temporary()
    return (Assign(value, held, stmt.span), Assign(stmt.target, value, stmt.span), *body)


def _effect(
    op: Op, inside: set[str], stmt: Stmt, stopped: Callable[[Atom], Atom]
) -> Op:
    """What a call changes may be what it is given; a method's own object is no other."""
    if op.prim.startswith("method:"):
        _made_inside(op.args[0], inside, stmt)
        return replace(op, args=(op.args[0], *map(stopped, op.args[1:])))
    return replace(op, args=tuple(map(stopped, op.args)))


def _made_inside(base: Atom, inside: set[str], stmt: Stmt) -> None:
    if isinstance(base, Ref) or (isinstance(base, Var) and base.name in inside):
        return
    what = "this changes, inside `no_grad`, what was made outside"
    instead = "give the new value a name of its own"
    raise unsupported(stmt.span, what, instead)
