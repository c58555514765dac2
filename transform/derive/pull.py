"""The adjoint of each kind of simple statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from adjoint.transform.analyses.activity import differentiable_operands
from adjoint.transform.analyses.container_calls import DEEP_COPY
from adjoint.transform.analyses.effects import WRITERS, is_rule
from adjoint.transform.analyses.kind import may_lack_axes
from adjoint.transform.analyses.versions import Version
from adjoint.transform.derive.accumulate import accumulate
from adjoint.transform.derive.buffers import ensure
from adjoint.transform.derive.build import ZERO, call, expression
from adjoint.transform.derive.calls import pull_call
from adjoint.transform.derive.cotangents import Cotangent, State, flat, protect
from adjoint.transform.derive.pull_augments import pull_augment
from adjoint.transform.derive.pull_cells import is_of_cell, pull_cell
from adjoint.transform.derive.pull_changes import pull_change, pull_pop
from adjoint.transform.derive.pull_closures import pull_closure
from adjoint.transform.derive.pull_common import moved, pass_on, refuse, rule_of_callee
from adjoint.transform.derive.pull_displays import pull_display, pull_unpack
from adjoint.transform.derive.pull_elements import (
    pull_binary,
    pull_elements,
    pull_get,
    pull_list_copy,
    pull_view_of_dict,
)  # fmt: skip
from adjoint.transform.derive.pull_parts import pull_attribute, pull_index
from adjoint.transform.derive.pull_rules import pull_rule
from adjoint.transform.derive.pull_stores import pull_scatter, pull_store
from adjoint.transform.derive.sweep import Out, Sweep, assign
from adjoint.transform.ir.nodes import (
    Assign,
    Augment,
    Effect,
    Op,
    Stmt,
    Store,
    Unpack,
    Var,
)  # fmt: skip
from adjoint.transform.refusals import missing_rule, place_of

Env = Mapping[str, Version]


def pull(stmt: Stmt, state: State, sweep: Sweep, out: Out) -> None:
    """Write the adjoint of one statement that holds no block."""
    versions = sweep.facts.versions
    env, after = versions.before.get(id(stmt), {}), versions.after.get(id(stmt), {})
    if is_of_cell(stmt):
        pull_cell(stmt, env, after, state, sweep, out)
        return
    match stmt:
        case Assign(target=target, value=Op() as op):
            _pull_op(stmt, target, op, env, after, state, sweep, out)
        case Assign(target=target, value=value):
            _pull_alias(target, value, state, sweep, out)
        case Unpack():
            pull_unpack(stmt, env, state, sweep, out)
        case Store():
            pull_store(stmt, env, after, state, sweep, out)
        case Augment():
            pull_augment(stmt, env, after, state, sweep, out)
        case Effect(value=op):
            _pull_effect(stmt, op, env, after, state, sweep, out)
        case _:
            pass


def _pull_alias(target: Var, value: object, state: State, sweep: Sweep, out: Out) -> None:
    g = state.pop(target.name, None)
    if g is None or target.name in sweep.facts.aliases.views:
        return
    if isinstance(value, Var) and sweep.is_active(value):
        pass_on(value.name, g, state, sweep, out)


def _pull_op(
    stmt: Stmt, target: Var, op: Op, env: Env, after: Env, state: State, sweep: Sweep, out: Out
) -> None:
    if target.name in sweep.facts.aliases.views:
        state.pop(target.name, None)
        if op.prim == "call" and rule_of_callee(op) is None:  # what it wrote has an adjoint
            pull_call(stmt, target, op, env, after, state, sweep, out)
        return
    if op.prim == "call" and (rule_of_callee(op) is None or "*" in op.roles):
        pull_call(stmt, target, op, env, after, state, sweep, out)
        return
    if op.prim == "method:pop":
        pull_pop(stmt, target, op, env, after, state, sweep, out)
        return
    g = state.pop(target.name, None)
    if g is None or not any(sweep.is_active(a) for a in differentiable_operands(op)):
        return
    if not is_rule(op.prim) and _remade(target, op, g, sweep):
        g = moved(g, sweep, out)
    if is_rule(op.prim):
        pull_rule(stmt, target, op, g, env, after, state, sweep, out)
    elif op.prim == "index" and not _is_object(op.args[0], sweep):
        pull_index(op, g, env, state, sweep, out)
    elif op.prim in ("tuple", "list", "dict") or op.prim.startswith("record:"):
        pull_display(stmt, op, g, env, state, sweep, out)
    elif op.prim.startswith("elements:"):
        pull_elements(stmt, op, g, env, state, sweep, out)
    elif op.prim.startswith("closure:"):
        pull_closure(target, op, g, env, after, state, sweep, out)
    elif op.prim in ("binary:+", "binary:*"):
        pull_binary(stmt, op, g, env, state, sweep, out)
    elif op.prim == "method:get" and _is_container(op.args[0], sweep):
        pull_get(op, g, env, state, sweep, out)
    elif op.prim in ("method:values", "method:items") and _is_container(op.args[0], sweep):
        pull_view_of_dict(op, g, env, state, sweep, out)
    elif op.prim in ("list.copy", DEEP_COPY):
        pull_list_copy(op, g, env, state, sweep, out)
    elif op.prim.startswith("attribute:"):
        pull_attribute(op, g, env, state, sweep, out)
    elif op.prim == "method:copy":
        base = op.args[0]
        assert isinstance(base, Var)
        copied = call("own", flat(g, sweep, out))
        accumulate(base.name, copied, state, sweep, out, fresh=True, lazy=g.lazy)
    elif op.prim.startswith("method:"):
        state[target.name] = g
        pull_call(stmt, target, op, env, after, state, sweep, out)
    else:
        refuse(stmt, op)


def _remade(target: Var, op: Op, g: Cotangent, sweep: Sweep) -> bool:
    """Whether the variable that holds a cotangent will be made anew: `d_x` in `x = x[1:]`."""
    names = [a.name for a in op.args if isinstance(a, Var)]
    holder = g.value.name if isinstance(g.value, Var) else None
    if target.name in names:
        return True
    return holder is not None and any(sweep.cotangent_names.get(n) == holder for n in names)


def _pull_effect(
    stmt: Effect, op: Op, env: Env, after: Env, state: State, sweep: Sweep, out: Out
) -> None:
    if op.prim == "call" and (rule_of_callee(op) is None or "*" in op.roles):
        pull_call(stmt, None, op, env, after, state, sweep, out)
        return
    if op.prim in ("np.add.at", "np.subtract.at"):
        pull_scatter(op, env, after, state, sweep, out)
        return
    head, _, name = op.prim.partition(":")
    base = op.args[0] if op.args else None
    if head != "method" or not isinstance(base, Var):
        active = [a for a in op.args if sweep.is_active(a)]
        if active and op.prim in WRITERS:
            raise missing_rule(place_of(op, stmt.span), op.prim)
        if op.prim != "look" and not is_rule(op.prim) and active:
            refuse(stmt, op)
        return
    if not sweep.is_active(base):
        return
    if base.name not in state and not sweep.may_be_elsewhere(base.name):
        return
    if name == "fill" and sweep.kind(base.name).is_number:
        return  # NumPy's numbers have the method, and stay as they are
    if name == "fill" and not sweep.kind(base.name).is_container:
        if may_lack_axes(sweep.kind(base.name)) and base.name in state:
            state[base.name] = replace(state[base.name], owned=False)  # an array where `a` is one
        buffer = ensure(base.name, state, sweep, out, sweep.value(after[base.name]))
        if sweep.is_active(op.args[1]):
            taken = "sum_filled" if may_lack_axes(sweep.kind(base.name)) else "np.sum"
            total = assign(out, sweep.names, call(taken, buffer))
            if sweep.kind(base.name).may_cut_off:
                value = sweep.primal(op.args[1], env)
                cut = call("cast_back", total, value, sweep.value(after[base.name]))
                total = assign(out, sweep.names, cut)
            accumulate(op.args[1].name, total, state, sweep, out, fresh=True)  # type: ignore[union-attr]
        protect(buffer.name, base.name, state, sweep, out)
        out.append(Effect(expression("d.fill(z)", {"d": buffer, "z": ZERO}, "derived.fill")))
    else:
        pull_change(stmt, op, env, after, state, sweep, out)


def _is_object(atom: object, sweep: Sweep) -> bool:
    return isinstance(atom, Var) and sweep.kind(atom.name).tag == "record"


def _is_container(atom: object, sweep: Sweep) -> bool:
    return isinstance(atom, Var) and sweep.kind(atom.name).is_container
