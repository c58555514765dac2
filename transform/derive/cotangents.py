"""Cotangents while the reverse sweep is being written: how each is held, and who shares with whom.

The state maps the name of a primal variable to its cotangent at the present point of the sweep; a
name that is absent has a cotangent of zero. Between two statements of the user's, the cotangent of
the user's variable `x` is held by the emitted variable `d_x`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from adjoint.transform.derive.build import ZERO, Names, call, expression
from adjoint.transform.derive.sweep import Out, Sweep, assign
from adjoint.transform.ir.nodes import Assign, Atom, Op, Rhs, Unpack, Var


@dataclass(frozen=True, slots=True)
class Cotangent:
    """How a cotangent is held.

    value: the atom that holds it, or the parts of a tuple one by one.
    owned: nobody else holds this array, and it has its full shape: it may be written in place.
    lazy: it may be the number zero, standing for zeros of the full shape.
    borrows: emitted variables whose array it is a view of.
    extent: `full`, the shape of the primal; `part`, perhaps a smaller one, to be broadcast to that;
      `number`, one number for all elements.
    like: where it is not full, a primal value of the full shape.
    masked: it has passed a `where`: where it is zero, what it is multiplied with may be infinite.
    """

    value: Atom | tuple[Cotangent | None, ...]
    owned: bool = False
    lazy: bool = False
    borrows: frozenset[str] = frozenset()
    extent: str = "full"
    like: Atom | None = None
    masked: bool = False


State = dict[str, Cotangent]


def holder(sweep: Sweep, name: str) -> str:
    """The hint for temporaries that hold part of the cotangent of a variable."""
    return "d" if name.startswith("%") else f"d_{name}"


def held_as(value: Rhs, hint: str, sweep: Sweep, out: Out) -> Cotangent:
    """A contribution, given a temporary."""
    return Cotangent(assign(out, sweep.names, value, hint))


def flat(held: Cotangent, sweep: Sweep, out: Out) -> Atom:
    """A cotangent as one atom of full shape: the parts of a tuple are put into a list."""
    if not isinstance(held.value, tuple):
        if held.extent == "full" or held.like is None:
            return held.value
        return assign(out, sweep.names, call("expand", held.value, held.like), "d")
    parts = [ZERO if p is None else flat(p, sweep, out) for p in held.value]
    names = [f"a{i}" for i in range(len(parts))]
    text = f"[{', '.join(names)}]"
    return assign(out, sweep.names, expression(text, dict(zip(names, parts, strict=True))))


def fill(name: str, state: State, sweep: Sweep, out: Out) -> None:
    """Give a cotangent its full shape, before a block in which it is changed."""
    held = state.get(name)
    if held is not None and held.extent != "full":
        state[name] = Cotangent(flat(held, sweep, out))


def rebind(name: str, value: Atom, state: State, sweep: Sweep, out: Out) -> None:
    """Make a value the one that the emitted variable of a cotangent holds."""
    target = sweep.d(name)
    unshare(target.name, name, state, sweep, out)
    out.append(Assign(target, value))


def unshare(emitted: str, owner: str, state: State, sweep: Sweep, out: Out) -> None:
    """Before an emitted variable is rebound, move others' uses of it to a temporary."""
    for other, held in list(state.items()):
        if other != owner and held.value == Var(emitted):
            moved = sweep.names.temporary("d")
            out.append(Assign(moved, held.value))
            state[other] = replace(held, value=moved)


def forget_items(state: State, sweep: Sweep) -> None:
    """After each statement: arrays in lists are looked up anew, as they may have been replaced."""
    for name, view in sweep.facts.aliases.taken.items():
        if view.item:
            state.pop(name, None)


def forget_views_of(name: str, state: State, sweep: Sweep) -> None:
    """Where the cotangent of a container is made anew: what was taken out of it is taken again."""
    views = sweep.facts.aliases.views
    for view in [v for v in views if v in state]:
        root = view
        while root in views and root != name:
            root = views[root]
        if root == name != view:
            del state[view]


def protect(
    emitted: str, owner: str | None, state: State, sweep: Sweep, out: Out
) -> None:
    """Before an array is written in place, copy what pending cotangents still see of it."""
    family = _family(emitted, sweep.links)
    for other, held in list(state.items()):
        if other == owner or isinstance(held.value, tuple) or held.owned:
            continue
        shares = held.borrows & family or (
            isinstance(held.value, Var) and held.value.name in family
        )
        if shares:
            copied = assign(out, sweep.names, call("own", held.value), holder(sweep, other))
            state[other] = copied_from(held, copied)


def copied_from(held: Cotangent, copy: Atom) -> Cotangent:
    """A cotangent that has just been copied."""
    owned = not held.lazy and held.extent == "full"
    return replace(held, value=copy, owned=owned, borrows=frozenset())


def link(part: Atom, place: Op, sweep: Sweep) -> None:
    """Note that an emitted name holds a part of what another holds."""
    owner = place.args[0]
    if isinstance(part, Var) and isinstance(owner, Var):
        sweep.links.append((part.name, owner.name))


def _family(emitted: str, links: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The emitted variables that share an array with one."""
    family = {emitted}
    while True:
        more = {n for link in links for n in link if set(link) & family}
        if more <= family:
            return frozenset(family)
        family |= more


def bind_named(state: State, sweep: Sweep, out: Out) -> None:
    """Between two statements of the user's: let `d_x` hold the cotangent of `x`, for every `x`."""
    moves: list[tuple[Var, Atom]] = []
    forget_items(state, sweep)
    for name, held in list(state.items()):
        if name.startswith("%") or sweep.is_elsewhere(name):
            continue
        target = sweep.d(name)
        if isinstance(held.value, tuple):
            held = replace(held, value=flat(held, sweep, out), lazy=True, owned=False)  # noqa: PLW2901
        if held.value != target:
            moves.append((target, held.value))  # type: ignore[arg-type]
        state[name] = replace(held, value=target)
    for name, held in list(state.items()):  # temporaries must not see a rebound variable
        if name.startswith("%") and any(held.value == target for target, _ in moves):
            moved = sweep.names.temporary("d")
            out.append(Assign(moved, held.value))  # type: ignore[arg-type]
            state[name] = replace(held, value=moved)
    move(moves, sweep.names, out)


def move(moves: list[tuple[Var, Atom]], names: Names, out: Out) -> None:
    """Assign in parallel: one by one where an order exists, else as one tuple assignment."""
    pending = list(moves)
    while pending:
        free = [
            m for m in pending if not any(other[1] == m[0] for other in pending if other is not m)
        ]
        if not free:
            holes = [f"a{i}" for i in range(len(pending))]
            atoms = dict(zip(holes, (value for _, value in pending), strict=True))
            both = names.temporary()
            out.append(Assign(both, expression(f"({', '.join(holes)})", atoms, "tuple")))
            out.append(Unpack(tuple(target for target, _ in pending), both))
            return
        for target, value in free:
            out.append(Assign(target, value))
        pending = [m for m in pending if m not in free]
