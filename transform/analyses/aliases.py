"""Aliases: which names may share memory, which writes reach which names, which names are views.

Flow sensitive, over pairs of names, so that buffers which change places (`u, new = new, u`) stay
known to be distinct. A pair is `same` (one is the other, or a view of it), or one `holds` the other
as a container does its elements (and theirs), or each `shares` elements with the other. Beside the
pairs, `views` says of what a name is certainly a view.

A write that reaches a name which lives on is accepted when both are views of one array, known
statically: the adjoint of a view is then the same view of the adjoint. Otherwise all names that may
share the memory are `shadowed`: their cotangents are found by the memory, when the adjoint runs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from adjoint.transform.analyses.alias_elements import (
    element_taken,
    elements_after,
    elements_made,
    made_apart,
    may_be_item,
    note_item,
    unless_shared,
)  # fmt: skip
from adjoint.transform.analyses.alias_state import (
    State,
    World,
    is_array,
    may_share,
    meet,
    possible,
    relation,
    through,
)  # fmt: skip
from adjoint.transform.analyses.alias_writes import (
    check_order,
    check_writes,
    note_reads,
    track_elements,
)  # fmt: skip
from adjoint.transform.analyses.effects import RESULT, Summaries, shared, written
from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.analyses.liveness import live_after
from adjoint.transform.analyses.memory import shadowed_names
from adjoint.transform.analyses.permutations import permuting_stores
from adjoint.transform.analyses.views import View, item_of_op, view_of_op, views_of_loop
from adjoint.transform.errors import UnsupportedSyntax
from adjoint.transform.ir.nodes import (
    Assign,
    Augment,
    Block,
    Enumerate,
    For,
    Function,
    If,
    Op,
    Return,
    Stmt,
    Store,
    Unpack,
    Var,
    While,
    With,
    Zip,
    binds,
    iter_atoms,
)  # fmt: skip
from adjoint.transform.refusals import unsupported


@dataclass(frozen=True, slots=True)
class Aliases:
    """Facts about shared memory.

    reached: for every statement that writes, the names whose contents it may change. classes: for
    every name, all names that ever may share memory with it, itself included. views: names that
    must be treated as views, each with what it is a view of. taken: how each is. returned: a name
    of the array that the function returns, the earliest that is known; of a tuple, those of its
    elements. shadowed: names that share memory with one that is written in ways known only at run
    time; mixed: those of them that may be numbers, or hold some. changed: containers that are
    changed themselves. together: by call, pairs of its arguments that may share memory while one of
    them is written. deep: names of which what they hold may be written. left: how parameters are
    related when the function is done, with each other and with the result, of which the name is
    `return`. apart, disjoint: which of these containers are so then (see `State`).
    """

    reached: Mapping[int, frozenset[str]]
    classes: Mapping[str, frozenset[str]]
    views: Mapping[str, str]
    taken: Mapping[str, View]
    returned: str | tuple[str, ...] | None
    shadowed: frozenset[str]
    mixed: frozenset[str]
    changed: frozenset[str]
    together: Mapping[int, frozenset[tuple[int, int]]]
    deep: frozenset[str]
    left: Mapping[tuple[str, str], str]
    apart: frozenset[str]
    disjoint: frozenset[str]

    @property
    def roots(self) -> Mapping[int, frozenset[str]]:
        """By the identity of a statement, the names of which it makes others views."""
        found: dict[int, frozenset[str]] = {}
        for view in self.taken.values():
            found[id(view.made)] = found.get(id(view.made), frozenset()) | {view.of}
        return found


def aliases(
    fn: Function, kinds: Mapping[str, Kind], summaries: Summaries, assume_arrays: bool,
    updates: Collection[int] = (), together: Collection[tuple[str, str]] = (),
) -> Aliases:  # fmt: skip
    """Analyse a function.

    Args:
        fn: the function, prepared.
        kinds: the kinds of its names.
        summaries: what calls do.
        assume_arrays: whether what may be a number or an array is taken for an array.
        updates: the reads of what augmented stores update, by identity.
        together: pairs of parameters that may share memory; one with itself where the caller holds
            on to its array, whatever the name comes to hold.

    Raises:
        UnsupportedSyntax: a write may change another name that is read later, how the two are
            related cannot be decided, and what they hold has no memory of its own.
    """
    seen = frozenset(p.name for p in fn.params if kinds.get(p.name, ANY).may_share)
    world = World(
        kinds, summaries, live_after(fn, seen), assume_arrays, {}, set(), {}, {}, {}, updates,
        permuting_stores(fn),
    )  # fmt: skip
    given = frozenset(
        p.name for p in fn.params if kinds.get(p.name, ANY).tag in ("list", "dict", "record")
    )
    start = State(apart=given, disjoint=given)
    for a, b in together:
        if a == b:
            world.doubts[a] = made_anew(fn, a)
            if kinds.get(a, ANY).tag != "array" and not assume_arrays:
                raise world.doubts[a]
            continue
        start.relate(a, b, "same")
        world.pairs.add((a, b))
    end = _block(fn.body, start, world)
    track_elements(world)
    for name, view in world.tracked.items():
        others = [stmt for other, stmt in world.reads_as.get(name, ()) if other != view]
        bare = world.reads_without_view.get(name)
        for stmt in others if bare is None else [bare, *others]:
            world.doubts.setdefault(name, unsupported(
                stmt.span,
                f"`{name}` is a view of an array that is written, and is used where it is no "
                "longer certain of which part",
                "use the subscript itself here, or copy the part with `.copy()`",
            ))  # fmt: skip
    classes = _classes(world.pairs)
    shadowed, mixed = shadowed_names(fn, classes, world)
    by_memory = shadowed | mixed
    taken = {name: view for name, view in world.tracked.items() if name not in by_memory}
    return Aliases(
        {key: frozenset(names) for key, names in world.reached.items()},
        classes,
        {name: view.of for name, view in taken.items()},
        taken,
        _returned(fn, end),
        shadowed,
        mixed,
        frozenset(world.changed),
        {key: frozenset(pairs) for key, pairs in world.together.items()},
        frozenset(world.deep),
        _left(fn, end),
        _given_back(fn, end.apart),
        _given_back(fn, end.disjoint),
    )


def _result(fn: Function) -> str | None:
    last = fn.body[-1] if fn.body else None
    returns = isinstance(last, Return) and isinstance(last.value, Var)
    return last.value.name if returns else None  # type: ignore[union-attr]


def _given_back(fn: Function, names: frozenset[str]) -> frozenset[str]:
    """Those of some names that are parameters, or the result, by the names that callers use."""
    result = {"return"} if _result(fn) in names else frozenset()
    return (names & {p.name for p in fn.params}) | result


def _left(fn: Function, end: State) -> dict[tuple[str, str], str]:
    """How parameters are related at the end, with each other and with `return`."""
    names = {p.name: p.name for p in fn.params}
    if (result := _result(fn)) is not None and result not in names:
        names[result] = "return"
    return {
        (names[a], names[b]): how
        for a in names for b, how in end.relations.get(a, {}).items() if b in names
    }  # fmt: skip


def made_anew(fn: Function, parameter: str) -> UnsupportedSyntax:
    """The refusal of a parameter that is written into and whose name is given to another array."""
    return unsupported(
        fn.span, f"`{parameter}` is an argument that is written into, and is also made anew here",
        "give the new value a name of its own",
    )  # fmt: skip


def _returned(fn: Function, end: State) -> str | tuple[str, ...] | None:
    last = fn.body[-1] if fn.body else None
    if not isinstance(last, Return) or not isinstance(last.value, Var):
        return None
    elements = end.tuples.get(end.alias_of(last.value.name))
    if elements is None:
        return end.alias_of(last.value.name)
    return tuple(end.alias_of(e.name) if isinstance(e, Var) else "" for e in elements)


def _classes(pairs: set[tuple[str, str]]) -> dict[str, frozenset[str]]:
    groups: dict[str, set[str]] = {}
    for a, b in sorted(pairs):
        merged = groups.get(a, {a}) | groups.get(b, {b})
        for name in merged:
            groups[name] = merged
    return {name: frozenset(group) for name, group in groups.items()}


def _block(block: Block, state: State, world: World) -> State:
    for i, stmt in enumerate(block):
        check_order(block[:i], stmt, world)
        state = _stmt(stmt, state, world)
    return state


def _stmt(stmt: Stmt, state: State, world: World) -> State:
    note_reads(stmt, state, world)
    known = elements_after(stmt, state)
    check_writes(stmt, state, world)
    match stmt:
        case Assign(target=target, value=Op() as op):
            _bind_op(stmt, target.name, op, state, world)
        case Assign(target=target, value=Var(name=source)):
            _bind(target.name, [(source, "same")], state, world)
            if target.name != source and may_share(target.name, world):
                state.views[target.name] = View(source, stmt)
        case Assign(target=target):
            state.forget(target.name)
        case Unpack(targets=targets, value=value):
            _unpack(stmt, tuple(t.name for t in targets), value, state, world)
        case Store(value=value, place=place) if isinstance(place.args[0], Var):
            base = place.args[0].name
            if world.kinds.get(base, ANY).tag not in ("array", "numeric", "num"):
                if known is not None:
                    state.tuples[state.alias_of(base)] = known
                if isinstance(value, Var):
                    _hold(base, value.name, state, world)
        case If(body=body, orelse=orelse):
            return meet(_block(body, state.copy(), world), _block(orelse, state.copy(), world))
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
            return _block(body, state, world)
        case _:
            _grow(stmt, state, world)
            for bound in binds(stmt):
                if not isinstance(stmt, Augment):
                    state.forget(bound.name)
    return state


def _bind(name: str, sources: list[tuple[str, str]], state: State, world: World) -> None:
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


def _bind_op(stmt: Assign, name: str, op: Op, state: State, world: World) -> None:
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
        _bind(name, sources, state, world)
        note_item(name, item, state)
        return
    if element is not None:
        _bind(name, [(element, "same")], state, world)
        if element != name and may_share(name, world):
            state.views[name] = View(element, stmt)
            world.takes.setdefault(state.alias_of(op.args[0].name), {})[name] = state.views[name]  # type: ignore[union-attr]
        return
    view = view_of_op(
        stmt, op, world.kinds, world.summaries,
        lambda n: is_array(n, state, world), lambda n: state.alias_of(n) in state.views,
    )  # fmt: skip
    _bind(name, sources, state, world)
    if elements is not None and Var(name) not in elements:
        state.tuples[name] = elements
    state.apart |= {name} if apart else frozenset()
    state.disjoint |= {name} if disjoint else frozenset()
    if view is not None and view.of != name and may_share(name, world):
        state.views[name] = view


def _relate_arguments(op: Op, state: State, world: World) -> None:
    """Relate what a call left related: a container may hold now what it was given."""
    for i, j, how in world.summaries(op).left:
        if RESULT in (i, j):
            continue
        a, b = op.args[i], op.args[j]
        if not isinstance(a, Var) or not isinstance(b, Var) or a == b:
            continue
        if not world.kinds.get(a.name, ANY).is_container:
            continue  # what holds it is told
        if how == "holds":
            _hold(a.name, b.name, state, world)
        elif may_share(b.name, world):
            _relate(a.name, b.name, how, state, world)


def _unpack(
    stmt: Unpack, targets: tuple[str, ...], value: object, state: State, world: World
) -> None:
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
                _bind(target, [(source, alike)] if source else [], state, world)
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
    for target, view in zip(targets, state.rounds[source], strict=True):
        _bind(target, [(view.of, "same")] if view else [(source, "held")], state, world)
        if view is not None and may_share(target, world):
            note_item(target, view, state)


def _hold(container: str, element: str, state: State, world: World) -> None:
    if not may_share(element, world):
        return
    owners = [container] + [
        o for o, how in state.relations.get(container, {}).items() if how in ("same", "held")
    ]
    for owner in owners:
        for other, how in [(element, "holds"), *through(element, "holds", state)]:
            if other != owner and may_share(other, world):
                _relate(owner, other, how, state, world)


def _grow(stmt: Stmt, state: State, world: World) -> None:
    """`xs.append(v)` and its like: the receiver now holds the arguments."""
    op = getattr(stmt, "value", None)
    if isinstance(op, Op) and op.prim == "call":
        _relate_arguments(op, state, world)
    if isinstance(stmt, Augment) and isinstance(op, Var):
        if world.kinds.get(stmt.target.name, ANY).is_container:
            _hold(stmt.target.name, op.name, state, world)
    elif isinstance(op, Op) and op.prim.startswith("method:") and isinstance(op.args[0], Var):
        if written(stmt, world.kinds, world.summaries):
            for arg in op.args[1:]:
                if isinstance(arg, Var):
                    _hold(op.args[0].name, arg.name, state, world)


def _loop(
    stmt: Stmt, state: State, world: World, before: Block, body: Block,
    target: str | None, sources: list[tuple[str, str]],
) -> State:  # fmt: skip
    entry = state
    while True:
        inside = entry.copy()
        if target is not None:
            _bind(target, sources, inside, world)
            if isinstance(stmt, For):
                view, parts = views_of_loop(stmt.iterable, stmt, world.kinds)
                view = unless_shared(view, stmt, inside, world)
                parts = tuple(unless_shared(part, stmt, inside, world) for part in parts)
                if view is not None and view.of != target and may_share(target, world):
                    note_item(target, view, inside)
                if parts:
                    inside.rounds[target] = parts
        inside = _block(before, inside, world)
        inside = _block(body, inside, world)
        merged = meet(entry, inside)
        same_views = merged.views == entry.views and merged.apart == entry.apart
        same_views = same_views and merged.disjoint == entry.disjoint
        if merged.relations == entry.relations and same_views:
            return merged
        entry = merged
