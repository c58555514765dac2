"""Cotangents that are looked up by memory (see `shadows`): asking for them, and adding to them."""

from __future__ import annotations

from adjoint.transform.derive.build import ZERO, call, expression
from adjoint.transform.derive.cotangents import Cotangent, State, flat, protect, unshare
from adjoint.transform.derive.sweep import Out, Sweep
from adjoint.transform.ir.nodes import Assign, Atom, Var


def given_by_memory(name: str, value: Atom, state: State, sweep: Sweep, out: Out) -> Var:
    """Add to the cotangents of arrays, also in a container; what is left is for numbers."""
    shadows = sweep.shadows()
    protect(shadows.name, None, state, sweep, out)
    left = sweep.names.temporary("d")
    atoms = {"s": shadows, "x": sweep.here(name), "g": value}
    out.append(Assign(left, expression("shadow_add(s, x, g)", atoms, "derived.pop")))
    return left


def by_memory(
    name: str, state: State, sweep: Sweep, out: Out, like: Atom | None = None
) -> Var:
    """Let `d_y` be the part of the cotangents, by memory, that `y` is of the memory.

    Where nothing is known of `y`, and there is a value like it to make one of, its own if it is no
    array.
    """
    target, shadows = sweep.d(name), sweep.shadows()
    found = call("shadow", shadows, sweep.here(name))
    if name in sweep.facts.aliases.mixed:  # its own is for the case that it is a number
        if like is not None and sweep.kind(name).tag == "any":
            held = state.get(name)
            value = ZERO if held is None else flat(held, sweep, out)
            unshare(target.name, name, state, sweep, out)
            out.append(Assign(target, call("buffer", value, like)))
            state[name] = Cotangent(target, lazy=True)
            found = call("shadow_or", shadows, sweep.here(name), target)
        target = Var(sweep.names.fresh(target.name))
    else:
        unshare(target.name, name, state, sweep, out)
        state[name] = Cotangent(target, owned=True)
    out.append(Assign(target, found))
    sweep.links.append((target.name, shadows.name))
    return target
