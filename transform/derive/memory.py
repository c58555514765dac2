"""Cotangents that are looked up by memory (see `shadows`): asking for them, and adding to them."""

from __future__ import annotations

from adjoint.transform.analyses.memory import by_memory_in_call
from adjoint.transform.callees import target_of
from adjoint.transform.derive.build import ZERO, call, expression
from adjoint.transform.derive.cotangents import Cotangent, State, flat, protect, unshare
from adjoint.transform.derive.sweep import Out, Sweep
from adjoint.transform.ir.nodes import Assign, Atom, Op, Var


def given_by_memory(name: str, value: Atom, state: State, sweep: Sweep, out: Out) -> Var:
    """Add to the cotangents of arrays, also in a container; what is left is for numbers."""
    shadows = sweep.shadows()
    protect(shadows.name, None, state, sweep, out)
    left = sweep.names.temporary("d")
    atoms = {"s": shadows, "x": sweep.here(name), "g": value}
    out.append(Assign(left, expression("shadow_add(s, x, g)", atoms, "derived.pop")))
    return left


def by_memory_of(
    target: Var | None, op: Op, sweep: Sweep
) -> tuple[frozenset[str], bool]:
    """The arguments that a call is given by memory, and whether its result is, too."""
    if target_of(op) is None or "*" in op.roles or "**" in op.roles:
        return frozenset(), False
    known = sweep.facts.aliases
    return by_memory_in_call(target, op.args, sweep.facts.kinds, known.shadowed | known.mixed)


def by_memory(
    name: str, state: State, sweep: Sweep, out: Out, like: Atom | None = None
) -> Var:
    """Let `d_y` be the part of the cotangents, by memory, that `y` is of the memory.

    That of an object is the cotangent of the numbers in its fields. Where nothing is known of `y`,
    and there is a value like it to make one of, its own if it is no array.
    """
    target, shadows = sweep.d(name), sweep.shadows()
    is_object = sweep.kind(name).tag == "record"
    found = call("shadow", shadows, sweep.itself(name) if is_object else sweep.here(name))
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
