"""The adjoint of tuples, lists and dicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from adjoint.transform.analyses.versions import Version
from adjoint.transform.derive.build import ZERO, call, expression
from adjoint.transform.derive.cotangents import (
    Cotangent,
    Out,
    State,
    Sweep,
    accumulate,
    assign,
    ensure,
    flat,
    protect,
)  # fmt: skip
from adjoint.transform.derive.pull_common import holds_containers, moved, pass_on
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Const,
    Effect,
    Op,
    Stmt,
    Store,
    Unpack,
    Var,
)  # fmt: skip
from adjoint.transform.ir.places import Part
from adjoint.transform.refusals import unsupported

Env = Mapping[str, Version]
_MIN_POWER = 3


def pull_display(
    stmt: Stmt, op: Op, g: Cotangent, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    if "*" in op.roles or "**" in op.roles:
        raise unsupported(stmt.span, "a starred element of a display is not differentiated yet",
                          "write the elements out, or join lists with `+`")  # fmt: skip
    elements = op.args[1::2] if op.prim == "dict" else op.args
    for i, arg in enumerate(elements):
        if not sweep.is_active(arg):
            continue
        assert isinstance(arg, Var)
        if isinstance(g.value, tuple):
            part = g.value[i]
            if part is not None:
                once = sum(a == arg for a in elements) == 1
                part = part if once else replace(part, owned=False)  # noqa: PLW2901
                pass_on(arg.name, part, state, sweep, out)
            continue
        key = sweep.primal(op.args[2 * i], env) if op.prim == "dict" else Const(i)
        value = expression("g[key]", {"g": g.value, "key": key})
        accumulate(arg.name, value, state, sweep, out, lazy=True)


def pull_list_copy(
    op: Op, g: Cotangent, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    base = op.args[0]
    assert isinstance(base, Var)
    value = flat(g, sweep, out)
    if sweep.kind(base.name).is_container:
        copied = call("own", value)
        accumulate(base.name, copied, state, sweep, out, fresh=True, lazy=g.lazy)
    else:
        stacked = call("stack_like", value, sweep.primal(base, env))
        accumulate(base.name, stacked, state, sweep, out, fresh=True)


def pull_unpack(stmt: Unpack, env: Env, state: State, sweep: Sweep, out: Out) -> None:
    last_first = [state.pop(t.name, None) for t in reversed(stmt.targets)]
    views = sweep.facts.aliases.views  # what is a view has added to its root all along
    last_first = [
        None if t.name in views else part
        for t, part in zip(reversed(stmt.targets), last_first, strict=True)
    ]
    parts = tuple(reversed(last_first))  # where a name stands twice, the last one counts
    source = stmt.value
    if all(p is None for p in parts) or not isinstance(source, Var):
        return
    if not sweep.is_active(source):
        return
    if stmt.star is not None:
        raise unsupported(stmt.span, "a starred target is not differentiated yet",
                          "take the parts by subscripts, `first, rest = x[0], x[1:]`")  # fmt: skip
    if any(t == source for t in stmt.targets):
        parts = tuple(None if p is None else moved(p, sweep, out) for p in parts)
    if source.name not in state and sweep.kind(source.name).tag == "tuple":
        state[source.name] = Cotangent(parts)
        return
    buffer = ensure(source.name, state, sweep, out, sweep.primal(source, env))
    protect(buffer.name, source.name, state, sweep, out)
    nested = sweep.kind(source.name).is_container and holds_containers(source, sweep)
    for i, part in enumerate(parts):
        if part is None:
            continue
        place = expression(f"d[{i}]", {"d": buffer}, "index")
        value = flat(part, sweep, out)
        if nested:
            total = call("accumulate", assign(out, sweep.names, place), value)
            out.append(Store(place, "", assign(out, sweep.names, total)))
        else:
            out.append(Store(place, "+", value))


def pull_item_store(
    stmt: Store, here: Op, parts: tuple[Part, ...], state: State, sweep: Sweep, out: Out
) -> None:
    """`xs[i] = v` and `d[k] = v`."""
    if parts[0].what != "at":
        raise unsupported(stmt.span, "a slice of a list that is assigned is not differentiated yet",
                          "assign the elements one by one")  # fmt: skip
    active = sweep.is_active(stmt.value)
    if stmt.operator in ("+", "-"):
        if active:
            assert isinstance(stmt.value, Var)
            text = "unbroadcast(g, v)" if stmt.operator == "+" else "unbroadcast(-g, v)"
            env = sweep.facts.versions.before[id(stmt)]
            atoms = {"g": assign(out, sweep.names, here), "v": sweep.primal(stmt.value, env)}
            accumulate(stmt.value.name, expression(text, atoms), state, sweep, out, lazy=True)
        return
    if stmt.operator:
        raise unsupported(stmt.span, f"`{stmt.operator}=` on an element of a container is not "
                          "differentiated yet", "write `xs[i] = xs[i] ...` in full")  # fmt: skip
    if active:
        assert isinstance(stmt.value, Var)
        taken = assign(out, sweep.names, here)
        out.append(Store(here, "", ZERO))
        accumulate(stmt.value.name, taken, state, sweep, out, lazy=True)
    else:
        out.append(Store(here, "", ZERO))


def pull_list_augment(
    stmt: Augment, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    name, value = stmt.target.name, stmt.value
    if name not in state or not sweep.is_active(value):
        if name in state:
            drop_last(stmt, name, value, env, state, sweep, out)
        return
    assert isinstance(value, Var)
    taken = drop_last(stmt, name, value, env, state, sweep, out)
    accumulate(value.name, taken, state, sweep, out, lazy=True)


def drop_last(
    stmt: Stmt, name: str, value: Atom, env: Env, state: State, sweep: Sweep, out: Out
) -> Atom:
    """Split off the cotangents of the elements that were added at the end."""
    after = sweep.facts.versions.after[id(stmt)]
    buffer = ensure(name, state, sweep, out, sweep.value(after[name]))
    count = call("len", sweep.primal(value, env))
    split = call("split_off", buffer, assign(out, sweep.names, count))
    taken = sweep.names.temporary("d")
    out.append(Assign(taken, split))
    return taken


def pull_pop(
    stmt: Stmt, target: Var, op: Op, env: Env, after: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """`v = xs.pop()`: the cotangent goes back to the end of the list (or to its place)."""
    base = op.args[0]
    assert isinstance(base, Var)
    g = state.pop(target.name, None)
    if (g is None and base.name not in state) or not sweep.is_active(base):
        return
    buffer = ensure(base.name, state, sweep, out, sweep.value(after[base.name]))
    value = ZERO if g is None else flat(g, sweep, out)
    if len(op.args) == 1:
        out.append(Effect(expression("d.append(g)", {"d": buffer, "g": value}, "derived.push")))
    else:
        atoms = {"d": buffer, "i": sweep.primal(op.args[1], env), "g": value}
        out.append(Effect(expression("d.insert(i, g)", atoms, "derived.push")))
