"""Aliases along the statements: branches meet, loops go round until nothing new is found."""

from __future__ import annotations

from adjoint.transform.analyses.alias_bindings import bind, bind_op, grow, hold, unpack
from adjoint.transform.analyses.alias_elements import elements_after, note_item, unless_shared
from adjoint.transform.analyses.alias_state import State, World, may_share, meet
from adjoint.transform.analyses.alias_writes import check_order, check_writes, note_reads
from adjoint.transform.analyses.kind import ANY
from adjoint.transform.analyses.liveness import names_read
from adjoint.transform.analyses.views import SOME, Part, View, views_of_loop
from adjoint.transform.ir.nodes import (
    Assign,
    Augment,
    Block,
    Enumerate,
    For,
    If,
    Op,
    Stmt,
    Store,
    Unpack,
    Var,
    While,
    With,
    Zip,
    binds,
    iter_atoms,
    walk,
)  # fmt: skip


def follow(block: Block, state: State, world: World) -> State:
    """What is known after a block, of what is known before it; all that it does is noted."""
    for i, stmt in enumerate(block):
        check_order(block[:i], stmt, world)
        state = _stmt(stmt, state, world)
    return state


def _stmt(stmt: Stmt, state: State, world: World) -> State:
    note_reads(stmt, state, world)
    known = elements_after(stmt, state, world)
    check_writes(stmt, state, world)
    match stmt:
        case Assign(target=target, value=Op() as op):
            bind_op(stmt, target.name, op, state, world)
        case Assign(target=target, value=Var(name=source) as value):
            bind(target.name, [(source, "same")], state, world)
            dead = value.is_temporary and source not in world.live[id(stmt)]
            if dead and state.stands_alone(source):
                state.hand_over(source, target.name)
            elif target.name != source and may_share(target.name, world):
                state.views[target.name] = View(source, stmt)
        case Assign(target=target):
            state.forget(target.name)
        case Unpack(targets=targets, value=value):
            unpack(stmt, tuple(t.name for t in targets), value, state, world)
        case Store(value=value, place=place) if isinstance(place.args[0], Var):
            base = place.args[0].name
            if world.kinds.get(base, ANY).tag not in ("array", "numeric", "num"):
                if known is not None:
                    state.tuples[state.alias_of(base)] = known
                if isinstance(value, Var):
                    hold(base, value.name, state, world)
        case If(body=body, orelse=orelse):
            return meet(follow(body, state.copy(), world), follow(orelse, state.copy(), world))
        case For(target=target, iterable=iterable, body=body):
            parts = isinstance(iterable, Enumerate | Zip)  # the target is a tuple of elements
            whole, element = ("holds", "shares") if parts else ("same", "held")
            sources = [
                (a.name, whole if world.kinds.get(a.name, ANY).is_numeric else element)
                for a in iter_atoms(iterable)
                if isinstance(a, Var)
            ]
            return _loop(stmt, state, world, (), body, target.name, sources)
        case While(before=before, body=body):
            return _loop(stmt, state, world, before, body, None, [])
        case With(body=body, target=target):
            if target is not None:
                state.forget(target.name)
            return follow(body, state, world)
        case _:
            grow(stmt, state, world)
            for bound in binds(stmt):
                if not isinstance(stmt, Augment):
                    state.forget(bound.name)
    return state


def _taken_apart(target: str, parts: tuple[Part, ...], body: Block) -> bool:
    """Whether the tuples of a loop are unpacked at once, not seen otherwise, and known in parts."""
    first = next((i for i, stmt in enumerate(body) if not isinstance(stmt, Augment)), 0)
    at_once = body[first] if body else None
    if not parts or SOME in parts or not isinstance(at_once, Unpack):
        return False
    readers = [stmt for stmt in walk(body) if target in names_read(stmt)]
    return readers == [at_once] and at_once.star is None and len(at_once.targets) == len(parts)


def _loop(
    stmt: Stmt, state: State, world: World, before: Block, body: Block,
    target: str | None, sources: list[tuple[str, str]],
) -> State:  # fmt: skip
    entry = state
    while True:
        inside = entry.copy()
        if target is not None:
            assert isinstance(stmt, For)
            view, parts = views_of_loop(stmt.iterable, stmt, world.kinds)
            bind(target, [] if _taken_apart(target, parts, body) else sources, inside, world)
            whole = unless_shared(view, stmt, inside, world)
            parts = tuple(unless_shared(part, stmt, inside, world) for part in parts)
            if isinstance(whole, View) and whole.of != target and may_share(target, world):
                note_item(target, whole, inside)
            if parts:
                inside.rounds[target] = parts
        inside = follow(before, inside, world)
        inside = follow(body, inside, world)
        merged = meet(entry, inside)
        same_views = merged.views == entry.views and merged.apart == entry.apart
        same_views = same_views and merged.disjoint == entry.disjoint
        if merged.relations == entry.relations and same_views:
            return merged
        entry = merged
