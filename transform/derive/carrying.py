"""Carry out a plan: add to both sweeps what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from adjoint.transform.derive.build import substitute
from adjoint.transform.derive.plan import Plan
from adjoint.transform.derive.sweep import Sweep
from adjoint.transform.ir.nodes import Atom, Block, For, If, Mark, Stmt, While, With


def insert(block: Block, plan: Plan, sweep: Sweep) -> Block:
    """The forward sweep with what is kept."""
    new: list[Stmt] = []
    for stmt in block:
        identity = id(stmt)
        inner: Stmt = stmt
        match stmt:
            case If(body=body, orelse=orelse):
                then = _started(identity, "body", body, plan, sweep)
                other = _started(identity, "orelse", orelse, plan, sweep)
                inner = replace(stmt, body=then, orelse=other)
            case For(body=body):
                inner = replace(stmt, body=_started(identity, "body", body, plan, sweep))
            case While(before=before, body=body):
                inner = replace(stmt, before=insert(before, plan, sweep),
                                body=_started(identity, "body", body, plan, sweep))  # fmt: skip
            case With(body=body):
                inner = replace(stmt, body=_started(identity, "body", body, plan, sweep))
        new += sweep.replaced.get(identity, (inner,))
        new += plan.after.get(identity, ())
    return tuple(new)


def _started(identity: int, slot: str, block: Block, plan: Plan, sweep: Sweep) -> Block:
    key = (identity, slot)
    inside = insert(block, plan, sweep)
    if key in plan.exits:
        inside = (*inside[:-1], *plan.exits[key], inside[-1])
    return (*plan.starts.get(key, ()), *inside)


def restore(block: Block, plan: Plan, resolve: Callable[[Atom], Atom]) -> Block:
    """The reverse sweep with placeholders resolved and values restored."""
    new: list[Stmt] = []
    for stmt in block:
        match stmt:
            case With(body=body):
                changed = substitute(replace(stmt, body=()), resolve)
                assert isinstance(changed, With)
                new.append(replace(changed, body=restore(body, plan, resolve)))
            case Mark(key=key):
                new += plan.restores.get(key, ())
            case If(body=body, orelse=orelse):
                changed = substitute(replace(stmt, body=(), orelse=()), resolve)
                assert isinstance(changed, If)
                new.append(replace(changed, body=restore(body, plan, resolve),
                                   orelse=restore(orelse, plan, resolve)))  # fmt: skip
            case For(body=body):
                changed = substitute(replace(stmt, body=()), resolve)
                assert isinstance(changed, For)
                new.append(replace(changed, body=restore(body, plan, resolve)))
            case _:
                new.append(substitute(stmt, resolve))
    return tuple(new)
