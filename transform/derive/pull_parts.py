"""The adjoint of reading and writing parts of arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import gast

from adjoint.transform.analyses.kind import ANY, atom_kind
from adjoint.transform.analyses.operations import resolve_op
from adjoint.transform.analyses.versions import Version
from adjoint.transform.derive.accumulate import accumulate
from adjoint.transform.derive.buffers import ensure
from adjoint.transform.derive.build import ZERO, call, expression
from adjoint.transform.derive.contributions import is_fresh
from adjoint.transform.derive.cotangents import Cotangent, State, flat, link, protect
from adjoint.transform.derive.pull_changes import pull_list_augment
from adjoint.transform.derive.pull_common import holds_containers
from adjoint.transform.derive.pull_items import pull_item_store
from adjoint.transform.derive.pull_rules import pull_rule
from adjoint.transform.derive.sweep import Out, Sweep, assign
from adjoint.transform.ir.nodes import (
    Atom,
    Augment,
    Const,
    Effect,
    Op,
    Store,
    Var,
)  # fmt: skip
from adjoint.transform.ir.places import Part, index_parts
from adjoint.transform.refusals import unsupported

Env = Mapping[str, Version]
_MIN_POWER = 3


def is_basic(parts: tuple[Part, ...], sweep: Sweep) -> bool:
    """Whether a subscript is made of numbers, slices and new axes alone."""
    for part in parts:
        if part.what == "at":
            kind = atom_kind(part.at, sweep.facts.kinds) or ANY
            if not kind.is_position:
                return False
    return True


def pull_index(
    op: Op, g: Cotangent, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """`v = x[i]`: the cotangent of `v` is added at `i` to that of `x`."""
    base = op.args[0]
    assert isinstance(base, Var)
    like = sweep.primal(base, env)
    buffer = ensure(base.name, state, sweep, out, like)
    place = _place(op, buffer, env, sweep)
    container = sweep.kind(base.name).is_container
    if isinstance(g.value, tuple) and container:
        _add_parts(place, g, sweep, out)
        return
    value = flat(g, sweep, out)
    protect(buffer.name, base.name, state, sweep, out)
    unknown = sweep.kind(base.name).tag == "any"
    if unknown or (container and index_parts(op)[0].what != "at"):  # `+=` would join lists
        indices = _subscript(op, buffer, env, sweep)
        out.append(Effect(replace(indices, args=(*indices.args, value))))
    elif container and holds_containers(base, sweep):
        total = call("accumulate", assign(out, sweep.names, place), value)
        out.append(Store(place, "", assign(out, sweep.names, total)))
    elif container or is_basic(index_parts(op), sweep):
        out.append(Store(place, "+", value))
    else:
        indices = _subscript(op, buffer, env, sweep)
        out.append(Effect(replace(indices, args=(*indices.args, value))))


def _add_parts(place: Op, g: Cotangent, sweep: Sweep, out: Out) -> None:
    """Add the parts of a tuple to the parts of an element of a list."""
    assert isinstance(g.value, tuple)
    owner = assign(out, sweep.names, place)
    link(owner, place, sweep)
    for i, part in enumerate(g.value):
        if part is None:
            continue
        inner = expression(f"owner[{i}]", {"owner": owner}, "index")
        if isinstance(part.value, tuple):
            _add_parts(inner, part, sweep, out)
        else:
            out.append(Store(inner, "+", flat(part, sweep, out)))


def _place(op: Op, buffer: Var, env: Env, sweep: Sweep) -> Op:
    """The same subscript of the cotangent."""
    return replace(op, args=(buffer, *(sweep.primal(a, env) for a in op.args[1:])))


def _subscript(op: Op, buffer: Var, env: Env, sweep: Sweep) -> Op:
    """`add_at(d_a, index, $n)`: the subscript as a value, for a helper."""
    template = op.template
    assert isinstance(template, gast.Subscript)
    value = gast.Name(f"${len(op.args)}", gast.Load(), None, None)
    func = gast.Name("add_at", gast.Load(), None, None)
    index = _index_value(template.slice)
    args = (buffer, *(sweep.primal(a, env) for a in op.args[1:]))
    node = gast.Call(func, [template.value, index, value], [])
    return Op("derived.add_at", args, node)


def _index_value(node: gast.AST) -> gast.AST:
    """What stands inside brackets, as an expression: slices become `slice(...)`."""
    if isinstance(node, gast.Slice):
        none = gast.Constant(None, None)
        parts = [node.lower or none, node.upper or none]
        if node.step is not None:
            parts.append(node.step)
        return gast.Call(gast.Name("slice", gast.Load(), None, None), parts, [])
    if isinstance(node, gast.Tuple):
        return gast.Tuple([_index_value(e) for e in node.elts], gast.Load())
    return node


def pull_attribute(
    op: Op, g: Cotangent, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """`v = p.name`: the cotangent of `v` is added to that field of the cotangent of `p`."""
    base = op.args[0]
    assert isinstance(base, Var)
    like = sweep.primal(base, env)
    buffer = ensure(base.name, state, sweep, out, like)
    kind, name = sweep.kind(base.name), op.prim.removeprefix("attribute:")
    value = flat(g, sweep, out)
    protect(buffer.name, base.name, state, sweep, out)
    if name not in kind.names:
        atoms: dict[str, Atom] = {"d": buffer, "n": Const(name), "g": value, "x": like}
        out.append(Effect(expression("add_field(d, n, g, x)", atoms, "derived.push")))
        return
    position = kind.names.index(name)
    place = replace(op, args=(buffer,))
    if kind.tag == "tuple":  # a named tuple: its cotangent is a list
        place = expression(f"d[{position}]", {"d": buffer}, "index")
    if kind.items[position].tag in ("num", "array", "numeric"):
        out.append(Store(place, "+", value))
    else:
        total = call("accumulate", assign(out, sweep.names, place), value)
        out.append(Store(place, "", assign(out, sweep.names, total)))


def pull_store(
    stmt: Store, env: Env, after: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """`a[i] = v`, `a[i] += v` and the like: `v` takes its part of what stands at `a`'s place.

    A plain store then clears that place: what stood there before has no effect on what follows.

    Raises:
        UnsupportedSyntax: the store is into an array without axes, or by an operator other than
            `+`, `-`, `*` and `/`.
    """
    base, place = stmt.base, stmt.place
    if not isinstance(base, Var) or not sweep.is_active(base):
        return
    view = sweep.may_be_elsewhere(base.name)
    if base.name not in state and not view:
        return
    if sweep.kind(base.name).ndim == 0:
        raise unsupported(stmt.span, "a write into an array without axes is not differentiated",
                          "use a number, and assign it")  # fmt: skip
    buffer = ensure(base.name, state, sweep, out, sweep.primal(base, after))
    if place.prim != "index":
        pull_item_store(stmt, replace(place, args=(buffer,)), state, sweep, out)
        return
    here = _place(place, buffer, env, sweep)
    parts = index_parts(place)
    if sweep.kind(base.name).is_container:
        pull_item_store(stmt, here, state, sweep, out)
        return
    value = stmt.value
    active = sweep.is_active(value)
    taken: Op | None = None
    if active:
        assert isinstance(value, Var)
        taken = here if is_basic(parts, sweep) else _gather(place, buffer, env, sweep)
    if stmt.operator in ("+", "-"):
        if active:
            assert isinstance(value, Var)
            assert taken is not None
            sign = "-" if stmt.operator == "-" else ""
            part = assign(out, sweep.names, taken)
            _give(stmt, value, part, sign, env, state, sweep, out, borrows=frozenset({buffer.name}))
        return
    if stmt.operator in ("*", "/"):
        _pull_scaled_store(stmt, here, buffer, env, state, sweep, out)
        return
    if stmt.operator:
        raise unsupported(stmt.span, f"`{stmt.operator}=` on a part of an array is not "
                          "differentiated yet", "write `a[i] = a[i] ... ` in full")  # fmt: skip
    g: Atom | None = None
    if active and taken is not None:
        whole = is_basic(parts, sweep)
        scalar = _gives_number(place, sweep)
        copied = expression("d.copy()", {"d": assign(out, sweep.names, taken)})
        g = assign(out, sweep.names, copied if whole and not scalar else taken)
    protect(buffer.name, base.name, state, sweep, out)
    out.append(Store(here, "", ZERO))
    if g is not None:
        assert isinstance(value, Var)
        _give(stmt, value, g, "", env, state, sweep, out, fresh=True)


def _gather(place: Op, buffer: Var, env: Env, sweep: Sweep) -> Op:
    """`gather_stored(d_a, index)`: where an index repeats, only the last store counts."""
    scatter = _subscript(place, buffer, env, sweep)
    node = scatter.template
    assert isinstance(node, gast.Call)
    func = gast.Name("gather_stored", gast.Load(), None, None)
    return Op("derived.gather", scatter.args, gast.Call(func, node.args[:2], []))


def _gives_number(place: Op, sweep: Sweep) -> bool:
    base = place.args[0]
    assert isinstance(base, Var)
    kind = sweep.kind(base.name)
    parts = index_parts(place)
    if kind.tag != "array" or kind.ndim is None or not is_basic(parts, sweep):
        return False
    if sweep.facts.device:  # an element is a view there
        return False
    return kind.ndim == len(parts) and all(p.what == "at" for p in parts)


def _give(
    stmt: Store, value: Var, g: Atom, sign: str, env: Env, state: State, sweep: Sweep, out: Out,
    fresh: bool = False, borrows: frozenset[str] = frozenset(),
) -> None:  # fmt: skip
    """Add a cotangent taken from a stored place, summed over what was broadcast."""
    number = _gives_number(stmt.place, sweep)
    same = sweep.facts.shapes.place(stmt) == sweep.shape(value, env)
    text = f"{sign}g" if number or same else f"unbroadcast({sign}g, x)"
    atoms = {"g": g, "x": sweep.primal(value, env)}
    given = g if text == "g" else expression(text, atoms)
    accumulate(
        value.name, given, state, sweep, out, fresh=fresh or bool(sign) or number,
        borrows=frozenset() if number else borrows,
    )  # fmt: skip


def _pull_scaled_store(
    stmt: Store, here: Op, buffer: Var, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """`a[i] *= v` and `a[i] /= v`: what stood there is read again from the value before."""
    value = stmt.value
    factor = sweep.primal(value, env)
    if sweep.is_active(value):
        assert isinstance(value, Var)
        old = sweep.facts.old[id(stmt)]
        kept = sweep.facts.versions.after[id(sweep.facts.definitions[old.name])][old.name]
        basic = is_basic(index_parts(stmt.place), sweep)
        taken = here if basic else _gather(stmt.place, buffer, env, sweep)
        atoms: dict[str, Atom] = {
            "g": assign(out, sweep.names, taken),
            "old": sweep.value(kept),
            "v": factor,
        }
        text = "g * old" if stmt.operator == "*" else "-g * old / (v * v)"
        contribution: Op | Atom = expression(f"unbroadcast({text}, v)", atoms)
        if sweep.is_elsewhere(value.name):  # perhaps of what is scaled: not scaled itself
            contribution = assign(out, sweep.names, contribution)
            _scale(stmt, here, buffer, factor, state, sweep, out)
            accumulate(value.name, contribution, state, sweep, out)
            return
        accumulate(value.name, contribution, state, sweep, out, fresh=True)
    _scale(stmt, here, buffer, factor, state, sweep, out)


def _scale(
    stmt: Store, here: Op, buffer: Var, factor: Atom, state: State, sweep: Sweep, out: Out
) -> None:
    protect(buffer.name, stmt.base.name if isinstance(stmt.base, Var) else None, state, sweep, out)
    out.append(Store(here, stmt.operator, factor))


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
        f"binary:{stmt.operator}", (stmt.target, value), _BINARY(stmt.operator), ("", "")
    )
    resolved, _ = resolve_op(op, sweep.facts.kinds, lambda called, _: (called, None, {}))
    del state[name]
    pull_rule(stmt, stmt.target, resolved, replace(g, owned=False), env, after, state, sweep, out)


def _BINARY(symbol: str) -> gast.AST:
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
        if sweep.shape(value, env) != sweep.shape(stmt.target, env):
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


def pull_scatter(op: Op, env: Env, after: Env, state: State, sweep: Sweep, out: Out) -> None:
    """`np.add.at(a, index, v)`: every repetition of an index has its part of the cotangent."""
    _, base, index, value = op.args
    assert isinstance(base, Var)
    known = base.name in state or sweep.may_be_elsewhere(base.name)
    if not known or not isinstance(value, Var) or not sweep.is_active(value):
        return
    buffer = ensure(base.name, state, sweep, out, sweep.value(after[base.name]))
    sign = "-" if op.prim == "np.subtract.at" else ""
    atoms = {"d": buffer, "i": sweep.primal(index, env), "v": sweep.primal(value, env)}
    summed = expression(f"unbroadcast({sign}d[i], v)", atoms)
    borrows = frozenset({buffer.name})
    accumulate(value.name, summed, state, sweep, out, fresh=bool(sign), borrows=borrows)
