"""What is known of the elements of containers: which they are, and that nobody else has them."""

from __future__ import annotations

from adjoint.transform.analyses.alias_state import State, World, may_share
from adjoint.transform.analyses.liveness import names_read
from adjoint.transform.analyses.views import View
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Const,
    Effect,
    For,
    Op,
    Stmt,
    Store,
    Var,
    binds,
    walk,
)  # fmt: skip
from adjoint.transform.ir.places import index_parts


def elements_made(op: Op, state: State, world: World) -> tuple[Atom, ...] | None:
    """The elements of a tuple or list that an operation makes, where they are known."""
    if op.prim in ("tuple", "list") and "*" not in op.roles:
        return op.args
    if op.prim == "call":
        positions = world.summaries(op).result
        if isinstance(positions, tuple):
            return tuple(op.args[i] for i in positions)
    return None


def element_taken(op: Op, state: State, world: World) -> str | None:
    """The name of the element in `pair[1]`, where it is known what `pair` was built of."""
    if not op.args or not isinstance(op.args[0], Var):
        return None
    elements = state.tuples.get(state.alias_of(op.args[0].name))
    at = _constant_place(op, elements)
    if elements is None or at is None:
        return None
    element = elements[at]
    return element.name if isinstance(element, Var) and may_share(element.name, world) else None


def elements_after(stmt: Stmt, state: State) -> tuple[object, ...] | None:
    """The elements of a list after `xs[1] = v`, where they were known before."""
    if not isinstance(stmt, Store) or stmt.operator or not isinstance(stmt.base, Var):
        return None
    elements = state.tuples.get(state.alias_of(stmt.base.name))
    at = _constant_place(stmt.place, elements)
    if elements is None or at is None:
        return None
    return (*elements[:at], stmt.value, *elements[at + 1 :])


def _constant_place(op: Op, elements: tuple[object, ...] | None) -> int | None:
    """The place that a subscript names among elements that are known."""
    if op.prim != "index" or elements is None or len(op.args) > 2:
        return None
    parts = index_parts(op)
    if len(parts) != 1 or not isinstance(parts[0].at, Const):
        return None
    at = parts[0].at.value
    if type(at) is not int or not -len(elements) <= at < len(elements):
        return None
    return at % len(elements)


def all_fresh(
    atoms: tuple[Atom, ...], op: Op | None, state: State, world: World
) -> bool:
    """Whether values share no memory with anything else that has a name, nor with each other."""
    shared_names = [a.name for a in atoms if isinstance(a, Var) and may_share(a.name, world)]
    if op is not None and any(role in ("*", "**") for role in op.roles):
        return False
    if len(set(shared_names)) < len(shared_names):
        return False
    return not any(
        may_share(other, world) for n in shared_names for other in state.relations.get(n, {})
    )


def may_be_item(item: View, stmt: Stmt, state: State, world: World) -> bool:
    """Whether an array in a list or dict can be reached through that alone from here on."""
    container = state.alias_of(item.of)
    if container not in state.apart or container in world.displays:
        return False
    live = world.live[id(stmt)]
    if isinstance(stmt, For):
        live = live.union(*(names_read(inner) for inner in walk(stmt.body)))
    live -= {v.name for v in binds(stmt)}
    held = {
        n for n, how in state.relations.get(item.of, {}).items()
        if how == "holds" and state.root(n) != state.root(container)
    }  # fmt: skip
    return not held & live


def unless_shared(view: View | None, stmt: For, state: State, world: World) -> View | None:
    """A view of an element of what a loop runs over, unless it may be reached in other ways."""
    if view is None or not view.item or may_be_item(view, stmt, state, world):
        return view
    return None


def still_apart(stmt: Stmt, state: State, world: World) -> bool:
    """Whether the elements of a container share nothing after a statement that changes it."""
    match stmt:
        case Store(value=value):
            return all_fresh((value,), None, state, world)
        case Effect(value=Op(prim="method:append" | "method:pop" | "method:clear") as op):
            return all_fresh(op.args[1:], op, state, world)
        case Assign(value=Op(prim="method:pop")):
            return True
    return False
