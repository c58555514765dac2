"""What the adjoints of statements have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from adjoint.runtime.rules import bind, rule_of
from adjoint.runtime.rules.table import Rule
from adjoint.transform.analyses.versions import Version
from adjoint.transform.derive.accumulate import accumulate
from adjoint.transform.derive.cotangents import Cotangent, State, flat
from adjoint.transform.derive.sweep import Out, Sweep
from adjoint.transform.ir.nodes import (
    Assign,
    Op,
    Ref,
    Stmt,
    Var,
)  # fmt: skip
from adjoint.transform.refusals import missing_rule, place_of, unsupported

Env = Mapping[str, Version]


def pass_on(name: str, g: Cotangent, state: State, sweep: Sweep, out: Out) -> None:
    """Give a cotangent, as it is, to another variable."""
    in_parts = sweep.is_elsewhere(name) or name in sweep.facts.aliases.mixed
    if name not in state and not in_parts:
        state[name] = g
    else:
        value = flat(replace(g, extent="full"), sweep, out)
        accumulate(
            name, value, state, sweep, out, lazy=g.lazy, borrows=g.borrows,
            extent=g.extent, like=g.like,
        )  # fmt: skip


def moved(g: Cotangent, sweep: Sweep, out: Out) -> Cotangent:
    """The cotangent held by a temporary, so that its variable is free for another."""
    if isinstance(g.value, tuple):
        parts = tuple(None if p is None else moved(p, sweep, out) for p in g.value)
        return replace(g, value=parts)
    kept = sweep.names.temporary("d")
    out.append(Assign(kept, g.value))
    return replace(g, value=kept)


def rule_of_callee(op: Op) -> Rule | None:
    """The rule of the function that a `call` calls, if it has one (its arguments do not fit it)."""
    return rule_of(op.callee.value) if isinstance(op.callee, Ref) else None


def refuse(stmt: Stmt, op: Op) -> None:
    """Raise: an operation through which a derivative flows has no rule."""
    head, _, name = op.prim.partition(":")
    if head == "call" and isinstance(op.callee, Ref):
        rule = rule_of(op.callee.value)
        if rule is not None:
            positional = [r for r in op.roles if r == ""]
            bind(rule, len(positional), [r for r in op.roles if r not in ("", "*", "**")])
        raise missing_rule(place_of(op, stmt.span), op.callee.text)
    if op.prim == "method:__init__" and {"*", "**"} & set(op.roles):
        raise unsupported(
            place_of(op, stmt.span),
            "what the starred arguments of this `__init__` fill is not known",
            "give them by name, or hand on `*args` and `**kwargs` as they came",
        )  # fmt: skip
    shown = f"the method `.{name}()`" if head == "method" else f"`{name or head}`"
    raise unsupported(
        place_of(op, stmt.span),
        f"{shown} has no derivative rule",
        "write it with NumPy functions, or compute it where no derivative passes",
    )


def holds_containers(base: Var, sweep: Sweep) -> bool:
    """Whether the cotangent of an element of a container is, or may be, a container itself.

    That of a function is a dict of those of what it holds.
    """
    items = sweep.kind(base.name).items
    return not items or any(k.is_container or k.tag in ("any", "function") for k in items)
