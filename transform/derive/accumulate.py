"""Add contributions to cotangents."""

from __future__ import annotations

from dataclasses import replace

import gast

from adjoint.transform.derive.buffers import ensure
from adjoint.transform.derive.build import call, expression
from adjoint.transform.derive.cotangents import (
    Cotangent,
    State,
    flat,
    forget_views_of,
    held_as,
    holder,
    protect,
)  # fmt: skip
from adjoint.transform.derive.memory import given_by_memory
from adjoint.transform.derive.sweep import Out, Sweep, assign
from adjoint.transform.ir.nodes import Atom, Augment, Effect, Op, Rhs


def accumulate(
    name: str, value: Rhs, state: State, sweep: Sweep, out: Out,
    fresh: bool = False, lazy: bool = False, borrows: frozenset[str] = frozenset(),
    extent: str = "full", like: Atom | None = None,
) -> None:  # fmt: skip
    """Add a contribution to the cotangent of a variable.

    The first one is taken as it is; later ones are added in place where the array is owned. A
    smaller one (see `Cotangent.extent`) comes with a value that has the full shape.
    """
    hint = holder(sweep, name)
    kind = sweep.kind(name)
    writable = kind.ndim != 0  # arithmetic on arrays without axes gives numbers
    fresh, lazy = fresh and writable and extent == "full", lazy and extent == "full"
    mixed = name in sweep.facts.aliases.mixed
    if mixed or (kind.is_container and sweep.is_shadowed(name)):
        whole = replace(held_as(value, hint, sweep, out), extent=extent, like=like)
        value = given_by_memory(name, flat(whole, sweep, out), state, sweep, out)
        if not mixed:
            return
        fresh, lazy, borrows, extent = False, True, frozenset(), "full"
    if sweep.is_elsewhere(name):
        like = sweep.now(name) if kind.is_container and not sweep.is_shadowed(name) else None
        buffer = ensure(name, state, sweep, out, like)
        atom = assign(out, sweep.names, value, hint)
        protect(buffer.name, name, state, sweep, out)
        if kind.is_container or kind.tag == "any":  # `+=` would join lists
            atoms = {"d": buffer, "g": atom}
            out.append(Effect(expression("add_into(d, g)", atoms, "derived.push")))
        else:
            out.append(Augment(buffer, "+", atom))
        return
    held = state.get(name)
    if held is None:
        atom = assign(out, sweep.names, value, hint)
        state[name] = Cotangent(atom, fresh, lazy, borrows, extent, like)
        return
    if isinstance(held.value, tuple) or kind.is_container or kind.tag in ("any", "function"):
        atom = assign(out, sweep.names, value, hint)
        if extent != "full":
            atom = flat(Cotangent(atom, extent=extent, like=like), sweep, out)
        total = call("accumulate", flat(held, sweep, out), atom)
        forget_views_of(name, state, sweep)
        state[name] = Cotangent(assign(out, sweep.names, total, hint), False, True)
        return
    sign, value = _signed(value)
    atom = assign(out, sweep.names, value, hint)
    if held.owned and held.value == sweep.d(name):
        protect(sweep.d(name).name, name, state, sweep, out)
        out.append(Augment(sweep.d(name), sign, atom))
        return
    total = expression(f"a {sign} b", {"a": held.value, "b": atom})
    both = _sum_extent(held, lazy, extent)
    zero = both == "full" and held.lazy and lazy
    state[name] = Cotangent(
        assign(out, sweep.names, total, hint), writable and both == "full" and not zero, zero,
        extent=both, like=held.like or like,
    )  # fmt: skip


def _sum_extent(held: Cotangent, lazy: bool, extent: str) -> str:
    """The extent of a sum: as full as its fuller operand (one that may be zero may be a number)."""
    if (held.extent == "full" and not held.lazy) or (extent == "full" and not lazy):
        return "full"
    return extent if held.extent == extent else "part"


def _signed(value: Rhs) -> tuple[str, Rhs]:
    """`-x` as ("-", x)."""
    if isinstance(value, Op) and isinstance(value.template, gast.UnaryOp):
        if isinstance(value.template.op, gast.USub):
            operand = value.template.operand
            if isinstance(operand, gast.Name) and operand.id == "$0" and len(value.args) == 1:
                return "-", value.args[0]
            return "-", replace(value, template=operand)
    return "+", value
