"""Cotangents that are looked up by memory (see `shadows`): asking for them, and adding to them."""

from __future__ import annotations

from adjoint.transform.derive.build import call, expression
from adjoint.transform.derive.cotangents import Cotangent, State, protect, unshare
from adjoint.transform.derive.sweep import Out, Sweep
from adjoint.transform.errors import UnsupportedSyntax
from adjoint.transform.ir.nodes import Assign, Atom, Var
from adjoint.transform.refusals import unsupported


def given_by_memory(name: str, value: Atom, state: State, sweep: Sweep, out: Out) -> Var:
    """Add to the cotangents of arrays, also in a container; what is left is for numbers."""
    check_unchanged(name, sweep)
    shadows = sweep.shadows()
    protect(shadows.name, None, state, sweep, out)
    left = sweep.names.temporary("d")
    atoms = {"s": shadows, "x": sweep.here(name), "g": value}
    out.append(Assign(left, expression("shadow_add(s, x, g)", atoms, "derived.pop")))
    return left


def check_unchanged(name: str, sweep: Sweep) -> None:
    """Raise where a container may hold other arrays by the time the adjoint asks for them."""
    if sweep.kind(name).is_container and name in sweep.facts.aliases.changed:
        raise _changed(name, sweep)


def _changed(name: str, sweep: Sweep) -> UnsupportedSyntax:
    what = "a container" if name.startswith("%") else f"`{name}`"
    return unsupported(
        sweep.facts.function.span,
        f"arrays that {what} holds are written in place under more than one name, and it is used "
        "as a whole and changed itself",
        "use its elements one by one, or put copies (`.copy()`) into it",
    )  # fmt: skip


def by_memory(name: str, state: State, sweep: Sweep, out: Out) -> Var:
    """Let `d_y` be the part of the cotangents, by memory, that `y` is of the memory."""
    if sweep.kind(name).is_container:
        raise _changed(name, sweep)
    target, shadows = sweep.d(name), sweep.shadows()
    if name in sweep.facts.aliases.mixed:  # its own is for the case that it is a number
        target = Var(sweep.names.fresh(target.name))
    else:
        unshare(target.name, name, state, sweep, out)
        state[name] = Cotangent(target, owned=True)
    out.append(Assign(target, call("shadow", shadows, sweep.here(name))))
    sweep.links.append((target.name, shadows.name))
    return target
