"""The adjoint of `x += v` and its like."""

from __future__ import annotations

from dataclasses import replace

import gast

from adjoint.transform.analyses.effects import is_rule
from adjoint.transform.analyses.operations import resolve_op
from adjoint.transform.derive.accumulate import accumulate
from adjoint.transform.derive.buffers import ensure
from adjoint.transform.derive.build import expression
from adjoint.transform.derive.contributions import Env, is_fresh
from adjoint.transform.derive.cotangents import Cotangent, State, flat, protect
from adjoint.transform.derive.pull_changes import pull_list_augment
from adjoint.transform.derive.pull_common import refuse
from adjoint.transform.derive.pull_rules import pull_rule
from adjoint.transform.derive.sweep import Out, Sweep, assign
from adjoint.transform.ir.nodes import Atom, Augment, Op, Var
from adjoint.transform.refusals import unsupported


def pull_augment(
    stmt: Augment, env: Env, after: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """`x += v` and the like, of a number, an array or a list.

    Raises:
        UnsupportedSyntax: `x` is a view, and the operator is none of `+`, `-`, `*` and `/`.
    """
    name, value = stmt.target.name, stmt.value
    kind = sweep.kind(name)
    if kind.is_container:
        pull_list_augment(stmt, env, state, sweep, out)
        return
    if sweep.is_elsewhere(name):
        ensure(name, state, sweep, out)
    g = state.get(name)
    if g is None or not sweep.is_active(stmt.target):
        return
    rebinds = kind.tag != "array"
    in_place = sweep.is_elsewhere(name) or (g.owned and not rebinds)
    if in_place and stmt.operator in ("+", "-", "*", "/"):
        _pull_augment_in_place(stmt, g, env, state, sweep, out)
        return
    if sweep.is_elsewhere(name):
        raise unsupported(stmt.span, f"`{stmt.operator}=` on a view is not differentiated",
                          f"write `{name}[...] = {name} {stmt.operator} ...`")  # fmt: skip
    op = Op(
        f"binary:{stmt.operator}", (stmt.target, value), _binary(stmt.operator), ("", "")
    )
    resolved, _ = resolve_op(op, sweep.facts.kinds, lambda called, _: (called, None, {}))
    if not is_rule(resolved.prim):
        refuse(stmt, resolved)
    del state[name]
    pull_rule(stmt, stmt.target, resolved, replace(g, owned=False), env, after, state, sweep, out)


def _binary(symbol: str) -> gast.AST:
    return expression(f"a {symbol} b", {"a": Var("a"), "b": Var("b")}).template


def _pull_augment_in_place(
    stmt: Augment, g: Cotangent, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """`y += v`, `y *= v` on an array whose cotangent is ours to write."""
    value, name = stmt.value, stmt.target.name
    held = flat(g, sweep, out)
    factor = sweep.primal(value, env)
    scales = stmt.operator in ("*", "/")
    waiting: tuple[str, Atom] | None = None
    if sweep.is_active(value):
        assert isinstance(value, Var)
        old = sweep.primal(stmt.target, env)
        text = {
            "+": "g", "-": "-g", "*": "g * old", "/": "-g * old / (v * v)"
        }[stmt.operator]  # fmt: skip
        atoms = {"g": held, "old": old, "v": factor}
        alike = sweep.shape(value, env) == sweep.shape(stmt.target, env)
        if not alike or not sweep.same_field(value, stmt.target):
            text = f"unbroadcast({text}, v)"
        borrows = frozenset({held.name}) if isinstance(held, Var) else frozenset()
        contribution = held if text == "g" else expression(text, atoms)
        fresh = isinstance(contribution, Op) and is_fresh(contribution.template)
        if value.name == name:
            raise unsupported(stmt.span, f"`{name} {stmt.operator}= {name}` is not differentiated",
                              f"write `{name} *= 2` or a new array")  # fmt: skip
        if scales and sweep.is_elsewhere(value.name):
            # perhaps a view of what is scaled: what is added to it is not to be scaled itself
            waiting = (value.name, assign(out, sweep.names, contribution))
        else:
            accumulate(
                value.name, contribution, state, sweep, out,
                fresh=fresh, borrows=frozenset() if fresh else borrows,
            )  # fmt: skip
    if scales:
        buffer = ensure(name, state, sweep, out)
        protect(buffer.name, name, state, sweep, out)
        out.append(Augment(buffer, stmt.operator, factor))
    if waiting is not None:
        accumulate(*waiting, state, sweep, out)
