"""The adjoint of what changes the length of a list, or the keys of a dict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from adjoint.transform.analyses.versions import Version
from adjoint.transform.derive.accumulate import accumulate
from adjoint.transform.derive.buffers import ensure
from adjoint.transform.derive.build import ZERO, call, expression
from adjoint.transform.derive.cotangents import State, flat
from adjoint.transform.derive.pull_common import refuse
from adjoint.transform.derive.pull_elements import give_elements
from adjoint.transform.derive.sweep import Out, Sweep, assign
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Const,
    Effect,
    Op,
    Stmt,
    Store,
    Var,
)  # fmt: skip
from adjoint.transform.refusals import unsupported

Env = Mapping[str, Version]


def pull_list_augment(
    stmt: Augment, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """`xs += ys` and `xs *= 3`."""
    name, value = stmt.target.name, stmt.value
    if name not in state and name not in sweep.facts.aliases.views:
        return
    if stmt.operator == "*" and not sweep.is_active(value):
        after = sweep.facts.versions.after[id(stmt)]
        buffer = ensure(name, state, sweep, out, sweep.value(after[name]))
        atoms = {"d": buffer, "x": sweep.primal(stmt.target, env)}
        out.append(Effect(expression("refill(d, fold(d, x))", atoms, "derived.push")))
        return
    if stmt.operator != "+" or sweep.kind(name).tag not in ("list", "tuple"):
        raise unsupported(stmt.span, f"`{stmt.operator}=` on a container is not differentiated",
                          "write out what it does")  # fmt: skip
    taken = drop_last(stmt, name, value, env, state, sweep, out)
    if sweep.is_active(value):
        give_elements(value, taken, env, state, sweep, out)


def drop_last(
    stmt: Stmt, name: str, value: Atom, env: Env, state: State, sweep: Sweep, out: Out
) -> Atom:
    """Split off the cotangents of the elements that were added at the end."""
    after = sweep.facts.versions.after[id(stmt)]
    buffer = ensure(name, state, sweep, out, sweep.value(after[name]))
    count = call("len", sweep.primal(value, env))
    split = replace(
        call("split_off", buffer, assign(out, sweep.names, count)), prim="derived.pop"
    )
    taken = sweep.names.temporary("d")
    out.append(Assign(taken, split))
    return taken


def pull_pop(
    stmt: Stmt, target: Var | None, op: Op, env: Env, after: Env,
    state: State, sweep: Sweep, out: Out,
) -> None:  # fmt: skip
    """`v = xs.pop()`: the cotangent goes back to the end of the list (or to its place)."""
    base = op.args[0]
    assert isinstance(base, Var)
    g = None if target is None else state.pop(target.name, None)
    known = base.name in state or sweep.may_be_elsewhere(base.name)
    if (g is None and not known) or not sweep.is_active(base):
        return
    buffer = ensure(base.name, state, sweep, out, sweep.value(after[base.name]))
    value = ZERO if g is None else flat(g, sweep, out)
    if g is not None and not g.owned:  # the list will be added into
        value = assign(out, sweep.names, call("own", value))
    if len(op.args) == 1:
        out.append(Effect(expression("d.append(g)", {"d": buffer, "g": value}, "derived.push")))
        return
    atoms = {"d": buffer, "i": sweep.primal(op.args[1], env), "g": value}
    if sweep.kind(base.name).tag == "list" and len(op.args) == 2:
        out.append(Effect(expression("put_back(d, i, g)", atoms, "derived.push")))
        return
    if sweep.kind(base.name).tag != "dict" or any(map(sweep.is_active, op.args[2:])):
        refuse(stmt, op)
    out.append(Store(expression("d[i]", atoms, "index"), "", value))


def pull_change(
    stmt: Effect, op: Op, env: Env, after: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """What is done to a list or dict in place, by a method that gives nothing."""
    base, name = op.args[0], op.prim.removeprefix("method:")
    assert isinstance(base, Var)
    buffer = ensure(base.name, state, sweep, out, sweep.value(after[base.name]))
    atoms: dict[str, Atom] = {"d": buffer, "x": sweep.primal(base, env)}
    tag = sweep.kind(base.name).tag
    match tag, name:
        case _, "append":
            popped = expression("d.pop()", atoms, "derived.pop")
            if not sweep.is_active(op.args[1]):
                out.append(Effect(popped))
                return
            taken = sweep.names.temporary("d")
            out.append(Assign(taken, popped))
            accumulate(op.args[1].name, taken, state, sweep, out, lazy=True)  # type: ignore[union-attr]
        case _, "extend":
            last = drop_last(stmt, base.name, op.args[1], env, state, sweep, out)
            if sweep.is_active(op.args[1]):
                give_elements(op.args[1], last, env, state, sweep, out)
        case "list", "insert":
            taken = sweep.names.temporary("d")
            atoms["i"] = sweep.primal(op.args[1], env)
            op_taken = expression("take_inserted(d, i)", atoms, "derived.pop")
            out.append(Assign(taken, op_taken))
            if sweep.is_active(op.args[2]):
                accumulate(op.args[2].name, taken, state, sweep, out, lazy=True)  # type: ignore[union-attr]
        case "list" | "dict", "pop":
            pull_pop(stmt, None, op, env, after, state, sweep, out)
        case "list", "reverse":
            out.append(Effect(expression("d.reverse()", atoms, "derived.push")))
        case "list" | "dict", "clear":
            out.append(Effect(expression("refill(d, zeros_like(x))", atoms, "derived.push")))
        case "dict", "update":
            _pull_update(stmt, op, buffer, env, state, sweep, out)
        case _:
            refuse(stmt, op)


def _pull_update(
    stmt: Stmt, op: Op, buffer: Var, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    given = list(zip(op.args[1:], op.roles[1:], strict=True))
    for value, role in reversed(given):
        if role == "" and (not isinstance(value, Var) or sweep.kind(value.name).tag != "dict"):
            refuse(stmt, op)
        if role == "":
            key: Atom = sweep.primal(value, env)
            text = "take_entries(d, key)"
        else:
            key, text = Const(role), "take_entry(d, key)"
        taken = sweep.names.temporary("d")
        out.append(Assign(taken, expression(text, {"d": buffer, "key": key}, "derived.pop")))
        if sweep.is_active(value):
            accumulate(value.name, taken, state, sweep, out, lazy=True)  # type: ignore[union-attr]
