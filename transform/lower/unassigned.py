"""Reads of variables that nothing has bound on any way to them: what Python does there.

    y = u * x                                raise UnboundLocalError("cannot access local ...")
    u = 2.0                        ->
    return y

Only a read that is certain is replaced: of an operand that is evaluated when its statement runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import gast

from adjoint.transform.ir.names import names_bound
from adjoint.transform.ir.nodes import (
    Assign,
    Augment,
    Block,
    Const,
    Define,
    Effect,
    For,
    Function,
    If,
    Keep,
    Op,
    Return,
    Stmt,
    Store,
    Try,
    Unpack,
    Var,
    While,
    With,
    iter_atoms,
    op_atoms,
)
from adjoint.transform.lower.templates import name


def raise_unassigned(fn: Function) -> Function:
    """The function, in which a statement that certainly reads what is not bound yet raises.

    Args:
        fn: a function with plain exits, local functions not lifted yet.

    Returns:
        The same function; itself where nothing is read too early.
    """
    bound = frozenset({p.name for p in fn.params} | set(fn.captures))
    body = _block(fn.body, bound)
    if body is fn.body:
        return fn
    if not body or not isinstance(body[-1], Return):
        body = (*body, Return(Const(0.0), fn.span))  # never reached
    return replace(fn, body=body)


def _block(block: Block, bound: frozenset[str]) -> Block:
    """A block, given the names that may be bound before it."""
    new: list[Stmt] = []
    for stmt in block:
        missing = sorted({a.name for a in _evaluated(stmt) if isinstance(a, Var)} - bound)
        if missing:
            new.append(_raised(missing[0], stmt))
            return tuple(new)
        new.append(_inside(stmt, bound))
        bound |= names_bound((stmt,))
    same = all(a is b for a, b in zip(new, block, strict=True))
    return block if same else tuple(new)


def _inside(stmt: Stmt, bound: frozenset[str]) -> Stmt:
    """A statement with the blocks in it; a round of a loop may read what an earlier one bound."""
    inner = bound
    if isinstance(stmt, For | While):
        inner |= names_bound((stmt,))
    match stmt:
        case Define(function=function):
            made = raise_unassigned(function)
            return stmt if made is function else replace(stmt, function=made)
        case While(before=before, body=body, orelse=orelse):
            blocks = {"before": before, "body": body, "orelse": orelse}
        case If(body=body, orelse=orelse) | For(body=body, orelse=orelse):
            blocks = {"body": body, "orelse": orelse}
        case With(target=target, body=body):
            blocks = {"body": body}
            inner |= frozenset() if target is None else {target.name}
        case _:
            return stmt
    made_: dict[str, Block] = {}
    for field, block in blocks.items():
        made_[field] = _block(block, inner)
        if isinstance(stmt, Try):  # what follows runs after some of the body
            inner |= names_bound(block)
    same = all(made_[field] is block for field, block in blocks.items())
    return stmt if same else replace(stmt, **made_)  # type: ignore[arg-type]


def _evaluated(stmt: Stmt) -> Iterator[object]:
    """The atoms that a statement certainly reads, those of the blocks inside it aside."""
    match stmt:
        case Assign(value=Op() as op) | Effect(value=op) | With(context=op):
            yield from _operands(op)
        case Assign(value=value) | Unpack(value=value) | Return(value=value):
            yield value
        case Store(place=place, value=value):
            yield from (*_operands(place), value)
        case Augment(target=target, value=value):
            yield from (target, value)
        case Try() | While():
            return
        case If(test=test):
            yield test
        case For(iterable=iterable):
            yield from iter_atoms(iterable)


def _operands(op: Op) -> tuple[object, ...]:
    """The operands of an operation; an expression that only looks may leave some out."""
    return () if op.prim == "look" else op_atoms(op)


def _raised(variable: str, stmt: Stmt) -> Keep:
    """The statement that raises what Python raises."""
    text = f"cannot access local variable {variable!r} where it is not associated with a value"
    error = gast.Call(name("UnboundLocalError"), [gast.Constant(text, None)], [])
    return Keep(gast.Raise(error, None), (), getattr(stmt, "span"))  # noqa: B009
