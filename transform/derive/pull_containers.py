"""The adjoint of tuples, lists and dicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import gast

from adjoint.transform.analyses.containers import entries, renumbered
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
from adjoint.transform.derive.pull_common import holds_containers, moved, pass_on, refuse
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Const,
    Effect,
    Op,
    Rhs,
    Stmt,
    Store,
    Unpack,
    Var,
)  # fmt: skip
from adjoint.transform.ir.places import index_parts
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
        if not sweep.is_active(arg):
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


def give_elements(
    source: Atom, value: Rhs, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """Add a list of the cotangents of all elements to the cotangent of what has them."""
    assert isinstance(source, Var)
    if sweep.kind(source.name).tag not in ("list", "tuple"):
        listed = assign(out, sweep.names, value)
        value = call("stack_like", listed, sweep.primal(source, env))
    accumulate(source.name, value, state, sweep, out, lazy=True)


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
    if any(sweep.is_active(a) for a in op.args[1:]) or not isinstance(source, Var):
        raise unsupported(stmt.span, "the key of this order is differentiated",
                          "use a key that holds nothing that is differentiated")  # fmt: skip
    atoms = {"g": value, "x": sweep.primal(source, env)}
    if op.prim == "elements:reversed":
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
    whole = assign(out, sweep.names, call("listed", value)) if g.lazy else value
    atoms = {"g": whole, "a": sweep.primal(a, env)}
    for arg, text in ((a, "g[: len(a)]"), (b, "g[len(a) :]")):
        if sweep.is_active(arg):
            give_elements(arg, expression(text, atoms), env, state, sweep, out)


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
    if stmt.star is not None:
        _unpack_starred(stmt, parts, source, env, state, sweep, out)
        return
    if source.name not in state and sweep.kind(source.name).tag == "tuple":
        state[source.name] = Cotangent(parts)
        return
    buffer = ensure(source.name, state, sweep, out, sweep.primal(source, env))
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


def pull_item_store(
    stmt: Store, here: Op, state: State, sweep: Sweep, out: Out
) -> None:
    """`xs[i] = v`, `d[k] = v` and `p.name = v`."""
    active = sweep.is_active(stmt.value)
    if stmt.place.prim == "index" and index_parts(stmt.place)[0].what != "at":
        _pull_slice_store(stmt, state, sweep, out)
        return
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


def _pull_slice_store(stmt: Store, state: State, sweep: Sweep, out: Out) -> None:
    """`xs[i:j] = ys`: the elements put in are handed on, those taken out were of no effect."""
    if stmt.operator or not isinstance(stmt.base, Var):
        raise unsupported(stmt.span, f"`{stmt.operator}=` on a slice of a list is not "
                          "differentiated", "write `xs[i:j] = xs[i:j] + ...`")  # fmt: skip
    env = sweep.facts.versions.before[id(stmt)]
    place = index_call(stmt.place, sweep, env)
    atoms = {"d": sweep.d(stmt.base.name), "old": sweep.primal(stmt.base, env),
             "v": sweep.primal(stmt.value, env)}  # fmt: skip
    index = assign(out, sweep.names, place)
    taken = sweep.names.temporary("d")
    op = expression("take_slice(d, i, old, v)", {**atoms, "i": index}, "derived.pop")
    out.append(Assign(taken, op))
    if sweep.is_active(stmt.value):
        give_elements(stmt.value, taken, env, state, sweep, out)


def index_call(place: Op, sweep: Sweep, env: Env) -> Op:
    """`slice(i, j)` of `xs[i:j]`."""
    assert isinstance(place.template, gast.Subscript)
    node = place.template.slice
    assert isinstance(node, gast.Slice)
    none = gast.Constant(None, None)
    parts = [node.lower or none, node.upper or none, node.step or none]
    args = place.args[1:]
    template = renumbered(
        gast.Call(gast.Name("slice", gast.Load(), None, None), parts, []),
        {i + 1: i for i in range(len(args))},
    )
    return Op("derived", tuple(sweep.primal(a, env) for a in args), template)


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
    if (g is None and base.name not in state) or not sweep.is_active(base):
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


def pull_get(
    op: Op, g: Cotangent, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """`d.get(key, default)`: the entry has the cotangent where there is one, else the default."""
    base, key = op.args[0], op.args[1]
    assert isinstance(base, Var)
    value = flat(g, sweep, out)
    atoms = {"x": sweep.primal(base, env), "k": sweep.primal(key, env), "g": value}
    if sweep.is_active(base):
        atoms["d"] = ensure(base.name, state, sweep, out, atoms["x"])
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
