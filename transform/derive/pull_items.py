"""The adjoint of stores into containers: `xs[i] = v`, `d[k] = v`, `p.name = v`."""

from __future__ import annotations

from collections.abc import Mapping

import gast

from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.analyses.versions import Version
from adjoint.transform.derive.accumulate import accumulate
from adjoint.transform.derive.build import ZERO, expression
from adjoint.transform.derive.cotangents import State
from adjoint.transform.derive.pull_elements import give_elements
from adjoint.transform.derive.sweep import Out, Sweep, assign
from adjoint.transform.ir.nodes import (
    Assign,
    Op,
    Store,
    Var,
    walk,
)  # fmt: skip
from adjoint.transform.ir.places import index_parts, renumbered
from adjoint.transform.refusals import unsupported

Env = Mapping[str, Version]


def pull_item_store(
    stmt: Store, here: Op, state: State, sweep: Sweep, out: Out
) -> None:
    """`xs[i] = v`, `d[k] = v` and `p.name = v`."""
    active = sweep.is_active(stmt.value)
    base = ANY if not isinstance(stmt.base, Var) else sweep.kind(stmt.base.name)
    if stmt.place.prim == "call" or (stmt.place.prim == "index" and base.tag == "record"):
        raise unsupported(stmt.span, "what this assignment does is said by the object's class",
                          "call a method that assigns the attributes that are kept")  # fmt: skip
    if not active and not _held(stmt, sweep).differentiable:
        return
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
    taken = assign(out, sweep.names, here) if active else ZERO
    if not _fills_new(stmt, sweep):
        out.append(Store(here, "", ZERO))
    if active:
        accumulate(stmt.value.name, taken, state, sweep, out, lazy=True)  # type: ignore[union-attr]


def _fills_new(stmt: Store, sweep: Sweep) -> bool:
    """Whether this gives an object, made just before, a field that it did not have."""
    name = stmt.base.name if isinstance(stmt.base, Var) else ""
    made, sites = sweep.facts.definitions.get(name), sweep.facts.versions.sites
    new = isinstance(made, Assign) and isinstance(made.value, Op) and made.value.args == ()
    if not new or not made.value.prim.startswith("record:"):  # type: ignore[union-attr]
        return False
    begin, end = sites[id(made)], sites[id(stmt)]
    between = [
        s for s in walk(sweep.facts.function.body)
        if begin.position < sites[id(s)].position < end.position
        and name in sweep.facts.aliases.reached.get(id(s), ())
    ]  # fmt: skip
    others = all(isinstance(s, Store) and s.place.prim != stmt.place.prim for s in between)
    return begin.block == end.block and others


def _held(stmt: Store, sweep: Sweep) -> Kind:
    """The kind of what ever stands in the place of an attribute."""
    kind = sweep.kind(stmt.base.name) if isinstance(stmt.base, Var) else ANY
    name = stmt.place.prim.removeprefix("attribute:")
    return kind.items[kind.names.index(name)] if name in kind.names else ANY


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
