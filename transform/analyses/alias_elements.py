"""What is known of the elements of containers: which they are, and that nobody else has them."""

from __future__ import annotations

from adjoint.transform.analyses.alias_state import State, World, may_share
from adjoint.transform.analyses.classes import record_fields
from adjoint.transform.analyses.container_calls import DEEP_COPY, REPLACE, SOURCE
from adjoint.transform.analyses.effects import RESULT
from adjoint.transform.analyses.kind import ANY, join_all
from adjoint.transform.analyses.liveness import names_read
from adjoint.transform.analyses.views import Part, View
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
    """The elements of a tuple, list or record that an operation makes, where they are known."""
    if op.prim in ("tuple", "list") and "*" not in op.roles:
        return op.args[:-1] if SOURCE in op.roles else op.args
    if op.prim.startswith("record:") and op.prim != REPLACE:
        return op.args
    if op.prim == "call":
        positions = world.summaries(op).result
        if isinstance(positions, tuple):
            return tuple(op.args[i] for i in positions)
    return None


def element_taken(op: Op, state: State, world: World) -> str | None:
    """The name of the element in `pair[1]`, where it is known what `pair` was built of."""
    element = _known_element(op, state, world)
    return element.name if isinstance(element, Var) and may_share(element.name, world) else None


def takes_element(stmt: Assign, op: Op, state: State, world: World) -> bool:
    """Whether a name is given an element that is known: one that is shared, or a number."""
    if element_taken(op, state, world) is not None:
        return True
    known = _known_element(op, state, world) is not None
    return known and not may_share(stmt.target.name, world)


def _known_element(op: Op, state: State, world: World) -> object:
    if not op.args or not isinstance(op.args[0], Var):
        return None
    elements = state.tuples.get(state.alias_of(op.args[0].name))
    at = _constant_place(op, elements, world)
    return None if elements is None or at is None else elements[at]


def elements_after(stmt: Stmt, state: State, world: World) -> tuple[object, ...] | None:
    """The elements of a list after `xs[1] = v`, where they were known before."""
    if not isinstance(stmt, Store) or stmt.operator or not isinstance(stmt.base, Var):
        return None
    elements = state.tuples.get(state.alias_of(stmt.base.name))
    at = _constant_place(stmt.place, elements, world)
    if elements is None or at is None:
        return None
    return (*elements[:at], stmt.value, *elements[at + 1 :])


def _constant_place(op: Op, elements: tuple[object, ...] | None, world: World) -> int | None:
    """The place that a subscript or attribute names among elements that are known."""
    base, (head, _, name) = op.args[0] if op.args else None, op.prim.partition(":")
    if head == "attribute" and elements is not None and isinstance(base, Var):
        fields = record_fields(world.kinds.get(base.name, ANY).cls) or ()
        return fields.index(name) if name in fields[: len(elements)] else None
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
    atoms: tuple[Atom, ...], op: Op | None, state: State, world: World, inside: bool = True
) -> bool:
    """Whether values share no memory with anything else that has a name, nor with each other.

    Without `inside`, what containers hold may well be shared, only they themselves not.
    """
    shared_names = [a.name for a in atoms if isinstance(a, Var) and may_share(a.name, world)]
    if op is not None and any(role in ("*", "**") for role in op.roles):
        return False
    if len(set(shared_names)) < len(shared_names):
        return False
    if inside and not all(_is_tree(n, state, world) for n in shared_names):
        return False
    return not any(
        may_share(other, world) and not _only_inside(n, how, world, inside)
        for n in shared_names for other, how in state.relations.get(n, {}).items()
    )


def _is_tree(name: str, state: State, world: World) -> bool:
    """Whether a value is no container, or one of which no two places share anything."""
    kind = world.kinds.get(name, ANY)
    return state.alias_of(name) in state.disjoint if kind.is_container else kind.tag != "any"


def _only_inside(name: str, how: str, world: World, inside: bool) -> bool:
    """Whether what a container is related by is what it holds, so that it is nobody else's."""
    innocent = how == "holds" or (how == "shares" and not inside)
    return innocent and world.kinds.get(name, ANY).is_container


def made_apart(op: Op, state: State, world: World, inside: bool) -> bool:
    """Whether an operation makes a container whose elements are apart (`inside`: disjoint)."""
    if op.prim in ("list", "dict") or op.prim.startswith("record:"):
        return all_fresh(op.args, op, state, world, inside)
    if op.prim == DEEP_COPY:  # what stands twice in the one stands twice in the other
        source = op.args[0]
        so = state.disjoint if inside else state.apart
        return isinstance(source, Var) and state.alias_of(source.name) in so
    if op.prim != "call":
        return False
    summary = world.summaries(op)
    known = RESULT in (summary.disjoint if inside else summary.apart)
    return known and all_fresh(op.args, op, state, world, inside)


def note_item(name: str, item: View, state: State) -> None:
    """Note a view of an element: of a container that is a tree it is a tree as well."""
    disjoint = state.alias_of(item.of) in state.disjoint
    state.views[name] = item
    if disjoint:
        state.apart |= {name}
        state.disjoint |= {name}


def may_be_item(item: View, stmt: Stmt, state: State, world: World) -> bool:
    """Whether an array in a list or dict can be reached through that alone from here on."""
    container = state.alias_of(item.of)
    if container not in state.apart or container in world.displays:
        return False
    live = world.live[id(stmt)]
    if isinstance(stmt, For):
        live = live.union(*(names_read(inner) for inner in walk(stmt.body)))
    live -= {v.name for v in binds(stmt)}
    kind = world.kinds.get(next(iter(binds(stmt))).name, ANY)
    if isinstance(stmt, For):  # perhaps over several, so that its target is a tuple
        kind = join_all(world.kinds.get(item.of, ANY).items)
    held = {
        n for n, how in state.relations.get(item.of, {}).items()
        if how == "holds" and state.root(n) != state.root(container)
        and (world.kinds.get(n, ANY).tag in (kind.tag, "any") or not kind.is_container)
    }  # fmt: skip
    return not held & live


def unless_shared(part: Part, stmt: For, state: State, world: World) -> Part:
    """A view of an element of what a loop runs over, unless it may be reached in other ways."""
    if not isinstance(part, View) or not part.item or may_be_item(part, stmt, state, world):
        return part
    return part.of


def still_apart(stmt: Stmt, name: str, state: State, world: World, inside: bool) -> bool:
    """Whether the elements of a container are apart after a statement that changes it."""
    match stmt:
        case Store(value=value):
            return all_fresh((value,), None, state, world, inside)
        case Effect(value=Op(prim="method:append" | "method:pop" | "method:clear") as op):
            return all_fresh(op.args[1:], op, state, world, inside)
        case Assign(value=Op(prim="method:pop")):
            return True
        case Assign(value=Op(prim="call") as op) | Effect(value=Op(prim="call") as op):
            return _left_apart(op, name, state, world, inside)
    return False


def _left_apart(op: Op, name: str, state: State, world: World, inside: bool) -> bool:
    """Whether a call leaves a container that it is given apart, with what it may have put in."""
    summary = world.summaries(op)
    place = op.args.index(Var(name))
    put = tuple(op.args[j] for i, j, _ in summary.left if i == place and j != RESULT)
    known = place in (summary.disjoint if inside else summary.apart)
    return known and op.args.count(Var(name)) == 1 and all_fresh(put, None, state, world, inside)
