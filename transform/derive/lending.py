"""Cotangents of containers whose arrays have theirs by memory, as a whole.

A function that writes into a container is given its cotangent and changes that. Of what is found by
memory it is put together before, and taken apart after:

    f(xs)       d = shadow_take(shadows, xs, d_xs);  f_pullback(d)
                d_xs = shadow_add(shadows, xs, d)
"""

from __future__ import annotations

from collections.abc import Mapping

from adjoint.transform.analyses.versions import Version
from adjoint.transform.derive.buffers import ensure
from adjoint.transform.derive.build import ZERO, expression
from adjoint.transform.derive.cotangents import Cotangent, State, flat, protect
from adjoint.transform.derive.memory import given_by_memory
from adjoint.transform.derive.sweep import Out, Sweep
from adjoint.transform.ir.nodes import Assign, Atom, Effect, Stmt, Var

Env = Mapping[str, Version]


def is_lent(name: str, sweep: Sweep) -> bool:
    """Whether a variable is a container that holds arrays with cotangents by memory."""
    known = sweep.facts.aliases
    return sweep.kind(name).is_container and name in known.shadowed | known.mixed


def lend(name: str, stmt: Stmt, after: Env, state: State, sweep: Sweep, out: Out) -> Var:
    """The cotangent of all that a container holds after a statement, which now is nowhere else."""
    own: Atom = ZERO
    if name in sweep.facts.aliases.views:
        own = ensure(name, state, sweep, out, sweep.value(after[name]))
    elif name in state:
        own = flat(state.pop(name), sweep, out)
    return whole(sweep.facts.bindings.after[id(stmt)][name], own, state, sweep, out)


def whole(version: Version, own: Atom, state: State, sweep: Sweep, out: Out) -> Var:
    """The cotangent of all that a container holds, taken from memory and of its own."""
    shadows = sweep.shadows()
    protect(shadows.name, None, state, sweep, out)
    atoms: dict[str, Atom] = {"s": shadows, "x": sweep.value(version), "g": own}
    taken = sweep.names.temporary("d")
    out.append(Assign(taken, expression("shadow_take(s, x, g)", atoms, "derived.pop")))
    return taken


def take_back(name: str, lent: Var, state: State, sweep: Sweep, out: Out) -> None:
    """Put the cotangent of what a container held before a statement where it belongs."""
    left = given_by_memory(name, lent, state, sweep, out)
    if name in sweep.facts.aliases.views:
        atoms: dict[str, Atom] = {"d": sweep.d(name), "new": left}
        out.append(Effect(expression("refill(d, new)", atoms, "derived.push")))
    elif not sweep.is_shadowed(name):
        state[name] = Cotangent(left, lazy=True)
