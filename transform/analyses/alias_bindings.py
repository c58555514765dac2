"""What a binding makes of aliases: to what the bound names are related from then on."""

from __future__ import annotations

from adjoint.transform.analyses.alias_elements import (
    element_taken,
    elements_made,
    made_apart,
    may_be_item,
    note_item,
)  # fmt: skip
from adjoint.transform.analyses.alias_state import (
    State,
    World,
    is_array,
    may_share,
    possible,
    relation,
    through,
)  # fmt: skip
from adjoint.transform.analyses.cells import holds_cells
from adjoint.transform.analyses.effects import RESULT, shared, written
from adjoint.transform.analyses.kind import ANY, CELL
from adjoint.transform.analyses.views import SOME, View, item_of_op, view_of_op
from adjoint.transform.ir.nodes import Assign, Augment, Op, Stmt, Unpack, Var


def bind(name: str, sources: list[tuple[str, str]], state: State, world: World) -> None:
    """Bind a name to something that is related to each source as is said with it."""
    found: list[tuple[str, str]] = []
    for source, how in sources:
        if source != name:
            found.append((source, how))
        found += through(source, how, state)
    state.forget(name)
    if may_share(name, world):
        for other, how in found:
            if other != name and may_share(other, world):
                _relate(name, other, how, state, world)


def _relate(a: str, b: str, how: str, state: State, world: World) -> None:
    likely = possible(how, world.kinds.get(a, ANY), world.kinds.get(b, ANY))
    if likely is not None:
        state.relate(a, b, likely)
        world.pairs.add((a, b))


def bind_op(stmt: Assign, name: str, op: Op, state: State, world: World) -> None:
    """Bind a name to what an operation gives."""
    sources = [(a.name, how) for a, how in shared(op, world.kinds, world.summaries)]
    if op.prim == "list.copy":  # of an array it holds the rows
        sources = [
            (source, "holds" if is_array(source, state, world) else how) for source, how in sources
        ]
    if op.prim == "call":
        _relate_arguments(op, state, world)
    elements = elements_made(op, state, world)
    element = element_taken(op, state, world)
    apart = made_apart(op, state, world, inside=False)
    disjoint = made_apart(op, state, world, inside=True)
    item = item_of_op(stmt, op, world.kinds)
    if item is not None and may_be_item(item, stmt, state, world):
        bind(name, sources, state, world)
        note_item(name, item, state)
        return
    if element is not None:
        bind(name, [(element, "same")], state, world)
        if element != name and may_share(name, world):
            state.views[name] = View(element, stmt)
            world.takes.setdefault(state.alias_of(op.args[0].name), {})[name] = state.views[name]  # type: ignore[union-attr]
        return
    view = view_of_op(
        stmt, op, world.kinds, world.summaries,
        lambda n: is_array(n, state, world), lambda n: state.alias_of(n) in state.views,
    )  # fmt: skip
    bind(name, sources, state, world)
    if elements is not None and Var(name) not in elements:
        state.tuples[name] = elements
    state.apart |= {name} if apart else frozenset()
    state.disjoint |= {name} if disjoint else frozenset()
    if view is not None and view.of != name and may_share(name, world):
        state.views[name] = view


def _relate_arguments(op: Op, state: State, world: World) -> None:
    """Relate what a call left related: a container may hold now what it was given."""
    if isinstance(op.callee, Var) and holds_cells(world.kinds.get(op.callee.name, ANY)):
        for arg in op.args:
            if isinstance(arg, Var):
                hold(op.callee.name, arg.name, state, world)
    for i, j, how in world.summaries(op).left:
        if RESULT in (i, j):
            continue
        a, b = op.args[i], op.args[j]
        if not isinstance(a, Var) or not isinstance(b, Var) or a == b:
            continue
        if not world.kinds.get(a.name, ANY).is_container and world.kinds.get(a.name) != CELL:
            continue  # what holds it is told
        if how == "holds":
            hold(a.name, b.name, state, world)
        elif may_share(b.name, world):
            _relate(a.name, b.name, how, state, world)


def unpack(
    stmt: Unpack, targets: tuple[str, ...], value: object, state: State, world: World
) -> None:
    """Bind names to the parts of a tuple, of a list, or to the rows of an array."""
    source = value.name if isinstance(value, Var) else None
    if source in state.rounds and len(state.rounds[source]) == len(targets):
        _unpack_round(targets, source, state, world)
        return
    elements = state.tuples.get(state.alias_of(source)) if source is not None else None
    if elements is None or len(elements) != len(targets):
        kind = world.kinds.get(source or "", ANY)
        alike = "held" if kind.is_container else "same"
        for i, target in enumerate(targets):
            if target != source:
                bind(target, [(source, alike)] if source else [], state, world)
                is_row = source and kind.tag == "array" and stmt.star is None
                if source and is_row and may_share(target, world):
                    state.views[target] = View(source, stmt, i)
        if source in targets:
            state.forget(source)
        return
    old = state.copy()
    takes = {t: e.name for t, e in zip(targets, elements, strict=True) if isinstance(e, Var)}
    for target in targets:
        state.forget(target)
    for target, taken in takes.items():
        if not may_share(target, world):
            continue
        for other, other_taken in takes.items():
            if other != target and (how := relation(taken, other_taken, old)):
                state.relate(target, other, how)
                world.pairs.add((target, other))
        for other in [taken, *old.relations.get(taken, {})]:
            if other not in targets and (how := relation(taken, other, old)):
                state.relate(target, other, how)
                world.pairs.add((target, other))
        if taken not in targets and taken != target:
            state.views[target] = View(taken, stmt)
            if source is not None:
                world.takes.setdefault(old.alias_of(source), {})[target] = state.views[target]
    world.pairs.update(takes.items())


def _unpack_round(
    targets: tuple[str, ...], source: str, state: State, world: World
) -> None:
    """The parts of what a loop over several sequences gives in one round."""
    for target, part in zip(targets, state.rounds[source], strict=True):
        if isinstance(part, View):
            held = world.kinds.get(part.of, ANY).is_container
            bind(target, [(part.of, "held" if held else "same")], state, world)
            if may_share(target, world):
                note_item(target, part, state)
            continue
        found = [(source, "held")] if part == SOME else []
        if part:
            numeric = world.kinds.get(part, ANY).is_numeric
            found = [(part, "same")] if numeric else []
            found += [] if world.kinds.get(part, ANY).tag == "array" else [(part, "held")]
        bind(target, found, state, world)


def hold(container: str, element: str, state: State, world: World) -> None:
    """Note that a container, by all its names, now holds something more."""
    if not may_share(element, world):
        return
    owners = [container] + [
        o for o, how in state.relations.get(container, {}).items() if how in ("same", "held")
    ]
    for owner in owners:
        for other, how in [(element, "holds"), *through(element, "holds", state)]:
            if other != owner and may_share(other, world):
                _relate(owner, other, how, state, world)


def grow(stmt: Stmt, state: State, world: World) -> None:
    """`xs.append(v)` and its like: the receiver now holds the arguments."""
    op = getattr(stmt, "value", None)
    if isinstance(op, Op) and op.prim == "call":
        _relate_arguments(op, state, world)
    if isinstance(stmt, Augment) and isinstance(op, Var):
        if world.kinds.get(stmt.target.name, ANY).is_container:
            hold(stmt.target.name, op.name, state, world)
    elif isinstance(op, Op) and op.prim.startswith("method:") and isinstance(op.args[0], Var):
        if written(stmt, world.kinds, world.summaries):
            for arg in op.args[1:]:
                if isinstance(arg, Var):
                    hold(op.args[0].name, arg.name, state, world)
