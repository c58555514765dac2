"""The adjoint of containers that are made of others: joined, copied, sorted, looked through."""

from __future__ import annotations

from collections.abc import Mapping

from adjoint.transform.analyses.container_calls import ENUMERATED, TRANSPOSED
from adjoint.transform.analyses.versions import Version
from adjoint.transform.derive.accumulate import accumulate
from adjoint.transform.derive.buffers import ensure
from adjoint.transform.derive.build import call, expression
from adjoint.transform.derive.cotangents import Cotangent, State, flat, protect
from adjoint.transform.derive.pull_common import refuse
from adjoint.transform.derive.sweep import Out, Sweep, assign
from adjoint.transform.ir.nodes import (
    Atom,
    Const,
    Effect,
    Op,
    Rhs,
    Stmt,
    Var,
)  # fmt: skip

Env = Mapping[str, Version]


def give_elements(
    source: Atom, value: Rhs, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """Add a list of the cotangents of all elements to the cotangent of what has them."""
    assert isinstance(source, Var)
    if sweep.kind(source.name).tag in ("list", "tuple"):
        accumulate(source.name, value, state, sweep, out, lazy=True)
        return
    listed = assign(out, sweep.names, value)
    stacked = call("stack_like", listed, sweep.primal(source, env))
    accumulate(source.name, stacked, state, sweep, out, fresh=True)


def pull_list_copy(
    op: Op, g: Cotangent, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """`list(xs)` and other copies: what was copied takes the copy's cotangent, in its own form."""
    base = op.args[0]
    assert isinstance(base, Var)
    value = flat(g, sweep, out)
    if sweep.kind(base.name).is_container:
        copied = call("own", value)
        accumulate(base.name, copied, state, sweep, out, fresh=True, lazy=g.lazy)
    else:
        stacked = call("stack_like", value, sweep.primal(base, env))
        accumulate(base.name, stacked, state, sweep, out, fresh=True)


def pull_elements(
    stmt: Stmt, op: Op, g: Cotangent, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """`zip(a, b)`, `sorted(xs)`, `reversed(xs)`: lists of what others hold, in another order."""
    value = flat(g, sweep, out)
    if op.prim == "elements:zip":
        for i, arg in enumerate(op.args):
            if sweep.is_active(arg):
                atoms = {"g": value, "i": Const(i), "x": sweep.primal(arg, env)}
                give_elements(arg, expression("unzip(g, i, x)", atoms), env, state, sweep, out)
        return
    source = op.args[0]
    assert isinstance(source, Var), "a key has no derivative: the order changes by jumps"
    atoms = {"g": value, "x": sweep.primal(source, env)}
    if op.prim == ENUMERATED:
        given = expression("unzip(g, 1, x)", atoms)
    elif op.prim == TRANSPOSED:
        given = expression("by_rows(g, x)", atoms)
    elif op.prim == "elements:reversed":
        given = expression("listed(g, x)[::-1]", atoms)
    else:
        given = _unsorted(op, atoms, env, sweep)
    give_elements(source, given, env, state, sweep, out)


def _unsorted(op: Op, atoms: dict[str, Atom], env: Env, sweep: Sweep) -> Op:
    """`unsorted(g, xs, key=..., reverse=...)`."""
    text = "unsorted(g, x"
    for role, arg in zip(op.roles[1:], op.args[1:], strict=True):
        atoms[role] = sweep.primal(arg, env)
        text += f", {role}={role}"
    return expression(f"{text})", atoms)


def pull_binary(
    stmt: Stmt, op: Op, g: Cotangent, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """`xs + ys` and `xs * 3` of lists."""
    a, b = op.args
    sized = [sweep.kind(x.name).tag in ("list", "tuple") if isinstance(x, Var) else False
             for x in op.args]  # fmt: skip
    joins = op.prim == "binary:+" and all(sized)
    repeats = op.prim == "binary:*" and any(sized) and not all(sized)
    if repeats:
        source, other = (a, b) if sized[0] else (b, a)
        repeats = not sweep.is_active(other)
    if not joins and not repeats:
        refuse(stmt, op)
    value = flat(g, sweep, out)
    if repeats:
        folded = call("fold", value, sweep.primal(source, env))
        give_elements(source, folded, env, state, sweep, out)
        return
    atoms = {"g": value, "a": sweep.primal(a, env), "b": sweep.primal(b, env)}
    if g.lazy:
        atoms["g"] = assign(out, sweep.names, expression("listed(g, a + b)", atoms))
    for arg, text in ((a, "g[: len(a)]"), (b, "g[len(a) :]")):
        if sweep.is_active(arg):
            give_elements(arg, expression(text, atoms), env, state, sweep, out)


def pull_get(
    op: Op, g: Cotangent, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """`d.get(key, default)`: the entry has the cotangent where there is one, else the default."""
    base, key = op.args[0], op.args[1]
    assert isinstance(base, Var)
    value = flat(g, sweep, out)
    atoms = {"x": sweep.primal(base, env), "k": sweep.primal(key, env), "g": value}
    if sweep.is_active(base) and not sweep.is_shadowed(base.name):
        atoms["d"] = ensure(base.name, state, sweep, out, atoms["x"], reads=True)
        protect(atoms["d"].name, base.name, state, sweep, out)  # type: ignore[union-attr]
        out.append(Effect(expression("add_entry(d, k, g, x)", atoms, "derived.push")))
    if len(op.args) > 2 and sweep.is_active(op.args[2]):
        left = expression("0.0 if k in x else g", atoms)
        accumulate(op.args[2].name, left, state, sweep, out, lazy=True)  # type: ignore[union-attr]


def pull_view_of_dict(
    op: Op, g: Cotangent, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """`d.values()` and `d.items()`, as lists."""
    base = op.args[0]
    assert isinstance(base, Var)
    atoms = {"g": flat(g, sweep, out), "x": sweep.primal(base, env)}
    text = "keyed(g, x)" if op.prim == "method:values" else "keyed(unzip(g, 1, x), x)"
    accumulate(base.name, expression(text, atoms), state, sweep, out, lazy=True)
