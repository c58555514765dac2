"""The adjoint of containers that are written out, and of taking them apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from adjoint.transform.analyses.container_calls import SOURCE
from adjoint.transform.analyses.containers import entries
from adjoint.transform.analyses.versions import Version
from adjoint.transform.derive.accumulate import accumulate
from adjoint.transform.derive.buffers import ensure
from adjoint.transform.derive.build import ZERO, call, expression
from adjoint.transform.derive.cotangents import Cotangent, State, flat, protect
from adjoint.transform.derive.pull_common import holds_containers, moved, pass_on
from adjoint.transform.derive.pull_elements import give_elements
from adjoint.transform.derive.sweep import Out, Sweep, assign
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Const,
    Op,
    Stmt,
    Store,
    Unpack,
    Var,
)  # fmt: skip
from adjoint.transform.refusals import unsupported

Env = Mapping[str, Version]


def pull_display(
    stmt: Stmt, op: Op, g: Cotangent, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """A tuple, list, dict or record that is made: each element takes its part."""
    if op.prim == "dict":
        _pull_dict(stmt, op, g, env, state, sweep, out)
        return
    if "*" in op.roles:
        _pull_starred(op, g, env, state, sweep, out)
        return
    names: tuple[str, ...] = ()
    if op.prim.startswith("record:") and isinstance(stmt, Assign):
        names = sweep.kind(stmt.target.name).names
    for i, arg in enumerate(op.args):
        if not sweep.is_active(arg) or op.roles[i : i + 1] == (SOURCE,):
            continue
        assert isinstance(arg, Var)
        if isinstance(g.value, tuple):
            part = g.value[i]
            if part is not None:
                once = sum(a == arg for a in op.args) == 1
                part = part if once else replace(part, owned=False)
                pass_on(arg.name, part, state, sweep, out)
            continue
        value = _part(g, Const(names[i]) if names else Const(i), sweep, names)
        accumulate(arg.name, value, state, sweep, out, lazy=True)


def _part(g: Cotangent, key: Atom, sweep: Sweep, fields: tuple[str, ...] = ()) -> Op:
    """A part of the cotangent of a container, which may be the number zero as a whole."""
    assert not isinstance(g.value, tuple)
    if g.lazy:
        return call("entry", g.value, key)
    if fields and isinstance(key, Const):
        return expression(f"g.{key.value}", {"g": g.value})
    return expression("g[key]", {"g": g.value, "key": key})


def _pull_dict(
    stmt: Stmt, op: Op, g: Cotangent, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """A dict display: of entries with one key the last one counts."""
    places = list(entries(op))
    keys = [op.args[place - 1] for place, other in places if not other]
    if any(sweep.is_active(key) for key in keys):
        raise unsupported(stmt.span, "a derivative flows through the keys of this dict",
                          "keep in the values what is differentiated")  # fmt: skip
    known = {key.value for key in keys if isinstance(key, Const)}
    if len(known) == len(places):
        for place, _ in places:
            if sweep.is_active(op.args[place]):
                value = _part(g, op.args[place - 1], sweep)
                accumulate(op.args[place].name, value, state, sweep, out, lazy=True)  # type: ignore[union-attr]
        return
    rest = assign(out, sweep.names, call("entries_of", flat(g, sweep, out)))
    for place, other in reversed(places):
        entry = op.args[place]
        key = sweep.primal(entry if other else op.args[place - 1], env)
        text = "take_entries(rest, key)" if other else "rest.pop(key, 0.0)"
        taken = sweep.names.temporary("d")
        out.append(Assign(taken, expression(text, {"rest": rest, "key": key}, "derived.pop")))
        if sweep.is_active(entry):
            assert isinstance(entry, Var)
            accumulate(entry.name, taken, state, sweep, out, lazy=True)


def _pull_starred(
    op: Op, g: Cotangent, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """`[a, *xs, b]`: the cotangents of `xs` are the slice that it fills."""
    whole = flat(g, sweep, out)
    if g.lazy and not isinstance(g.value, tuple):
        whole = assign(out, sweep.names, call("listed", whole))
    before: list[str] = []
    lengths: dict[str, Atom] = {}
    fixed = 0
    for i, (arg, role) in enumerate(zip(op.args, op.roles, strict=True)):
        start = " + ".join([*([str(fixed)] if fixed or not before else []), *before])
        atoms: dict[str, Atom] = {"g": whole, **lengths}
        if role != "*":
            fixed += 1
            if sweep.is_active(arg):
                value = call("entry", whole, Const(fixed - 1)) if not before and g.lazy else (
                    expression(f"g[{start}]", atoms)
                )
                accumulate(arg.name, value, state, sweep, out, lazy=True)  # type: ignore[union-attr]
            continue
        lengths[f"x{i}"] = sweep.primal(arg, env)
        before.append(f"len(x{i})")
        if sweep.is_active(arg):
            atoms[f"x{i}"] = lengths[f"x{i}"]
            value = expression(f"g[{start} : {start} + len(x{i})]", atoms)
            give_elements(arg, value, env, state, sweep, out)


def pull_unpack(stmt: Unpack, env: Env, state: State, sweep: Sweep, out: Out) -> None:
    """`a, b = v`: the cotangent of each target goes to its place in that of what is unpacked."""
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
    if any(t == source for t in stmt.targets):
        parts = tuple(None if p is None else moved(p, sweep, out) for p in parts)
    if stmt.star is not None or _is_plain_list(source, sweep):
        _unpack_starred(stmt, parts, source, env, state, sweep, out)
        return
    if source.name not in state and sweep.kind(source.name).tag == "tuple":
        state[source.name] = Cotangent(parts)
        return
    buffer = ensure(source.name, state, sweep, out, sweep.primal(source, env), reads=True)
    protect(buffer.name, source.name, state, sweep, out)
    nested = sweep.kind(source.name).tag == "any" or (
        sweep.kind(source.name).is_container and holds_containers(source, sweep)
    )
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


def _is_plain_list(source: Var, sweep: Sweep) -> bool:
    """Whether a list is followed by its name alone, and has as many elements as it is taken to."""
    name = source.name
    if sweep.is_elsewhere(name) or name in sweep.facts.aliases.mixed or sweep.is_shadowed(name):
        return False
    return sweep.kind(name).tag == "list"


def _unpack_starred(
    stmt: Unpack, parts: tuple[Cotangent | None, ...], source: Var,
    env: Env, state: State, sweep: Sweep, out: Out,
) -> None:  # fmt: skip
    """`a, *rest, b = xs`: the cotangents of all, in one list."""
    given: dict[str, Atom] = {}
    shown: list[str] = []
    star = stmt.star
    for i, part in enumerate(parts):
        given[f"a{i}"] = ZERO if part is None else flat(part, sweep, out)
        shown.append(f"a{i}")
    if star is not None:
        count = len(parts) - 1
        given["x"] = sweep.primal(source, env)
        shown[star] = f"*listed(a{star}, range(len(x) - {count}))"
    value = expression(f"[{', '.join(shown)}]", given)
    give_elements(source, assign(out, sweep.names, value), env, state, sweep, out)
