"""The adjoint of writing into parts of arrays."""

from __future__ import annotations

from dataclasses import replace

import gast

from adjoint.transform.derive.accumulate import accumulate
from adjoint.transform.derive.buffers import ensure
from adjoint.transform.derive.build import ZERO, expression
from adjoint.transform.derive.contributions import Env
from adjoint.transform.derive.cotangents import State, holder, link, protect
from adjoint.transform.derive.pull_items import pull_item_store
from adjoint.transform.derive.pull_parts import cotangent_place, is_basic, subscript
from adjoint.transform.derive.sweep import Out, Sweep, assign
from adjoint.transform.ir.nodes import Atom, Op, Store, Var
from adjoint.transform.ir.places import index_parts
from adjoint.transform.refusals import unsupported


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
                          "assign it as a number is: `a = ...`")  # fmt: skip
    buffer = ensure(base.name, state, sweep, out, sweep.primal(base, after))
    if place.prim in _PARTS:
        _pull_part_store(stmt, buffer, env, state, sweep, out)
        return
    if place.prim != "index":
        pull_item_store(stmt, replace(place, args=(buffer,), roles=()), state, sweep, out)
        return
    here = cotangent_place(place, buffer, env, sweep)
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
            link(part, taken, sweep)
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


_PARTS = {"np.real": "d.real", "np.imag": "-d.imag"}
"""The parts of a complex number, and their cotangents: `Re(g * i dy)` is `-Im(g) dy`."""


def _pull_part_store(
    stmt: Store, buffer: Var, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """`z.real = v`, `z.imag += v`: of a complex `v` too, the real part counts."""
    place = replace(stmt.place, args=(buffer,))
    sign = "-" if stmt.operator == "-" else ""
    value = stmt.value
    given: Atom | None = None
    if sweep.is_active(value):
        assert isinstance(value, Var)
        part = _PARTS[place.prim] if stmt.operator else f"({_PARTS[place.prim]}).copy()"
        atoms = {"d": buffer, "v": sweep.primal(value, env)}
        text = f"unbroadcast({sign}({part}), v)"
        if isinstance(stmt.base, Var) and sweep.kind(stmt.base.name).may_cut_off:
            text, atoms["a"] = f"cast_back({text}, v, a)", sweep.primal(stmt.base, env)
        taken = expression(text, atoms)
        given = assign(out, sweep.names, taken, holder(sweep, value.name))
        if stmt.operator:
            link(given, taken, sweep)
    if not stmt.operator:
        assert isinstance(stmt.base, Var)
        protect(buffer.name, stmt.base.name, state, sweep, out)
        out.append(Store(place, "", ZERO))
    if given is not None:
        assert isinstance(value, Var)
        accumulate(value.name, given, state, sweep, out, fresh=not stmt.operator,
                   borrows=frozenset({buffer.name}) if stmt.operator else frozenset())


def _gather(place: Op, buffer: Var, env: Env, sweep: Sweep) -> Op:
    """`gather_stored(d_a, index)`: where an index repeats, only the last store counts."""
    scatter = subscript(place, buffer, env, sweep)
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
    same = (number or same) and sweep.same_field(stmt.base, value)
    text = f"{sign}g" if same else f"unbroadcast({sign}g, x)"
    atoms = {"g": g, "x": sweep.primal(value, env)}
    if isinstance(stmt.base, Var) and sweep.kind(stmt.base.name).may_cut_off:
        text = f"cast_back({text}, x, a)"  # nothing flows through whole numbers
        atoms["a"] = sweep.primal(stmt.base, env)
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
        text = f"unbroadcast({text}, v)"
        if isinstance(stmt.base, Var) and sweep.kind(stmt.base.name).may_cut_off:
            text, atoms["a"] = f"cast_back({text}, v, a)", sweep.primal(stmt.base, env)
        contribution: Op | Atom = expression(text, atoms)
        reached = sweep.facts.aliases.reached.get(id(stmt), frozenset())
        if sweep.is_elsewhere(value.name) or value.name in reached:  # this is not scaled itself
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
