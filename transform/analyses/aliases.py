"""Aliases: which names may share memory, which writes reach which names, which names are views.

Flow sensitive, over pairs of names, so that buffers which change places (`u, new = new, u`) stay
known to be distinct. A pair is `same` (one is the other, or a view of it), or one `holds` the other
as a container does its elements. Beside the pairs, `views` says of what a name is certainly a view.

A write that reaches a name which lives on is accepted when both are views of one array, known
statically: the adjoint of a view is then the same view of the adjoint. Otherwise it is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adjoint.transform.analyses.effects import Summaries, is_rule, shared, written
from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.analyses.liveness import live_after, names_read
from adjoint.transform.analyses.resolve import rule_of_name
from adjoint.transform.ir.nodes import (
    Assign,
    Augment,
    Block,
    Each,
    For,
    Function,
    If,
    Items,
    Op,
    Stmt,
    Store,
    Unpack,
    Var,
    While,
    With,
    binds,
    iter_atoms,
)  # fmt: skip
from adjoint.transform.refusals import unsupported

Relations = dict[str, dict[str, str]]
_INVERSE = {"same": "same", "holds": "held", "held": "holds"}


@dataclass(slots=True)
class State:
    """What is known at one point.

    relations: between names. views: of what a name is certainly a view, and the statement that made
    it so (by identity). tuples: the elements of tuples just built.
    """

    relations: Relations = field(default_factory=dict)
    views: dict[str, tuple[str, int]] = field(default_factory=dict)
    tuples: dict[str, tuple[object, ...]] = field(default_factory=dict)

    def copy(self) -> State:
        return State({k: dict(v) for k, v in self.relations.items()}, dict(self.views),
                     dict(self.tuples))  # fmt: skip

    def relate(self, a: str, b: str, how: str) -> None:
        if a == b:
            return
        known = self.relations.get(a, {}).get(b)
        how = how if known in (None, how) else "same"
        self.relations.setdefault(a, {})[b] = how
        self.relations.setdefault(b, {})[a] = _INVERSE[how]

    def forget(self, name: str) -> None:
        for other in self.relations.pop(name, {}):
            self.relations[other].pop(name, None)
        self.views.pop(name, None)
        self.tuples.pop(name, None)
        self.views = {v: view for v, view in self.views.items() if view[0] != name}
        self.tuples = {t: e for t, e in self.tuples.items() if Var(name) not in e}

    def root(self, name: str) -> str:
        while name in self.views:
            name = self.views[name][0]
        return name


@dataclass(frozen=True, slots=True)
class Aliases:
    """Facts about shared memory.

    reached: for every statement that writes, the names whose contents it may change.
    classes: for every name, all names that ever may share memory with it, itself included.
    views: names that must be treated as views, each with what it is a view of.
    """

    reached: Mapping[int, frozenset[str]]
    classes: Mapping[str, frozenset[str]]
    views: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _World:
    kinds: Mapping[str, Kind]
    summaries: Summaries
    live: Mapping[int, frozenset[str]]
    assume_arrays: bool
    reached: dict[int, set[str]]
    pairs: set[tuple[str, str]]
    tracked: dict[str, tuple[str, int]]
    reads_without_view: dict[str, Stmt]


def aliases(
    fn: Function, kinds: Mapping[str, Kind], summaries: Summaries, assume_arrays: bool
) -> Aliases:
    """Analyse a function.

    Raises:
        UnsupportedSyntax: a write may change another name that is read later, and how the two are
            related cannot be decided.
    """
    world = _World(kinds, summaries, live_after(fn), assume_arrays, {}, set(), {}, {})
    _block(fn.body, State(), world)
    for name, stmt in world.reads_without_view.items():
        if name in world.tracked:
            raise unsupported(
                stmt.span,
                f"`{name}` is a view of an array that is written, and is used where it is no "
                "longer certain of which part",
                "use the subscript itself here, or copy the part with `.copy()`",
            )
    return Aliases(
        {key: frozenset(names) for key, names in world.reached.items()},
        _classes(world.pairs),
        {name: root for name, (root, _) in world.tracked.items()},
    )


def _classes(pairs: set[tuple[str, str]]) -> dict[str, frozenset[str]]:
    groups: dict[str, set[str]] = {}
    for a, b in sorted(pairs):
        merged = groups.get(a, {a}) | groups.get(b, {b})
        for name in merged:
            groups[name] = merged
    return {name: frozenset(group) for name, group in groups.items()}


def _block(block: Block, state: State, world: _World) -> State:
    for stmt in block:
        state = _stmt(stmt, state, world)
    return state


def _stmt(stmt: Stmt, state: State, world: _World) -> State:
    for name in names_read(stmt):
        if name not in state.views:
            world.reads_without_view.setdefault(name, stmt)
    _check_writes(stmt, state, world)
    match stmt:
        case Assign(target=target, value=Op() as op):
            _bind_op(stmt, target.name, op, state, world)
        case Assign(target=target, value=Var(name=source)):
            _bind(target.name, [(source, "same")], state, world)
            if target.name != source and _shares(target.name, world):
                state.views[target.name] = (source, id(stmt))
        case Assign(target=target):
            state.forget(target.name)
        case Unpack(targets=targets, value=value):
            _unpack(stmt, tuple(t.name for t in targets), value, state, world)
        case Store(value=Var(name=source), place=place) if isinstance(place.args[0], Var):
            base = place.args[0].name
            if world.kinds.get(base, ANY).tag not in ("array", "numeric", "num"):
                _hold(base, source, state, world)
        case If(body=body, orelse=orelse):
            return _meet(_block(body, state.copy(), world), _block(orelse, state.copy(), world))
        case For(target=target, iterable=iterable, body=body):
            sources = [
                (a.name, "same" if world.kinds.get(a.name, ANY).is_numeric else "held")
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


def _shares(name: str, world: _World) -> bool:
    return world.kinds.get(name, ANY).may_share


def _bind(name: str, sources: list[tuple[str, str]], state: State, world: _World) -> None:
    found: list[tuple[str, str]] = []
    for source, how in sources:
        if source != name:
            found.append((source, how))
        found += _through(source, how, state)
    state.forget(name)
    if _shares(name, world):
        for other, how in found:
            if other != name and _shares(other, world):
                state.relate(name, other, how)
                world.pairs.add((name, other))


def _through(source: str, how: str, state: State) -> list[tuple[str, str]]:
    """How a name that is `how` to `source` is related to what `source` is related to."""
    found = []
    for other, relation in state.relations.get(source, {}).items():
        if how == "same":
            found.append((other, relation))
        elif how == "holds":  # the new container holds source, hence what source is or holds
            if relation != "held":
                found.append((other, "holds"))
        elif relation == "holds":  # something that source holds: maybe this very element
            found.append((other, "same"))
        elif relation == "same":
            found.append((other, "held"))
    return found


def _bind_op(stmt: Stmt, name: str, op: Op, state: State, world: _World) -> None:
    sources = [(a.name, how) for a, how in shared(op, world.kinds, world.summaries)]
    elements = op.args if op.prim == "tuple" else None
    view = _certain_view(op, world)
    _bind(name, sources, state, world)
    if elements is not None:
        state.tuples[name] = elements
    if view is not None and view != name and _shares(name, world):
        state.views[name] = (view, id(stmt))


def _certain_view(op: Op, world: _World) -> str | None:
    """The name of which an operation's result is certainly a view."""
    if not op.args or not isinstance(op.args[0], Var):
        return None
    base = op.args[0].name
    kind = world.kinds.get(base, ANY)
    array = kind.tag == "array" or (kind.tag == "numeric" and world.assume_arrays)
    if not array:
        return None
    if op.prim == "index":
        return base if shared(op, world.kinds, world.summaries) else None
    if is_rule(op.prim) and rule_of_name(op.prim).memory == "view":
        return base
    return None


def _unpack(
    stmt: Stmt, targets: tuple[str, ...], value: object, state: State, world: _World
) -> None:
    source = value.name if isinstance(value, Var) else None
    elements = state.tuples.get(source) if source is not None else None
    if elements is None or len(elements) != len(targets):
        how = "held" if world.kinds.get(source or "", ANY).is_container else "same"
        for target in targets:
            if target != source:
                _bind(target, [(source, how)] if source else [], state, world)
        return
    old = state.copy()
    takes = {t: e.name for t, e in zip(targets, elements, strict=True) if isinstance(e, Var)}
    for target in targets:
        state.forget(target)
    for target, taken in takes.items():
        if not _shares(target, world):
            continue
        for other, other_taken in takes.items():
            if other != target and (how := _relation(taken, other_taken, old)):
                state.relate(target, other, how)
                world.pairs.add((target, other))
        for other in [taken, *old.relations.get(taken, {})]:
            if other not in targets and (how := _relation(taken, other, old)):
                state.relate(target, other, how)
                world.pairs.add((target, other))
        if taken not in targets and taken != target:
            state.views[target] = (taken, id(stmt))
    for target in takes:
        world.pairs.add((target, takes[target]))


def _relation(a: str, b: str, state: State) -> str | None:
    return "same" if a == b else state.relations.get(a, {}).get(b)


def _hold(container: str, element: str, state: State, world: _World) -> None:
    if not _shares(element, world):
        return
    owners = [container] + [
        o for o, how in state.relations.get(container, {}).items() if how in ("same", "held")
    ]
    for owner in owners:
        for other, how in [(element, "holds"), *_through(element, "holds", state)]:
            if other != owner and _shares(other, world):
                state.relate(owner, other, how)
                world.pairs.add((owner, other))


def _grow(stmt: Stmt, state: State, world: _World) -> None:
    """`xs.append(v)` and its like: the receiver now holds the arguments."""
    op = getattr(stmt, "value", None)
    if isinstance(stmt, Augment) and isinstance(op, Var):
        if world.kinds.get(stmt.target.name, ANY).is_container:
            _hold(stmt.target.name, op.name, state, world)
    elif isinstance(op, Op) and op.prim.startswith("method:") and isinstance(op.args[0], Var):
        if written(stmt, world.kinds, world.summaries):
            for arg in op.args[1:]:
                if isinstance(arg, Var):
                    _hold(op.args[0].name, arg.name, state, world)


def _loop(
    stmt: Stmt, state: State, world: _World, before: Block, body: Block,
    target: str | None, sources: list[tuple[str, str]],
) -> State:  # fmt: skip
    entry = state
    while True:
        inside = entry.copy()
        if target is not None:
            _bind(target, sources, inside, world)
            iterable = stmt.iterable if isinstance(stmt, For) else None
            if isinstance(iterable, Each) and isinstance(iterable.value, Var):
                if world.kinds.get(iterable.value.name, ANY).tag == "array":
                    inside.views[target] = (iterable.value.name, id(stmt))
            if isinstance(iterable, Items):
                inside.views.pop(target, None)
        inside = _block(before, inside, world)
        inside = _block(body, inside, world)
        merged = _meet(entry, inside)
        if merged.relations == entry.relations and merged.views == entry.views:
            return merged
        entry = merged


def _meet(a: State, b: State) -> State:
    """What holds where two paths join: any relation of either, the views of both."""
    result = State(
        {},
        {v: r for v, r in a.views.items() if b.views.get(v) == r},
        {t: e for t, e in a.tuples.items() if b.tuples.get(t) == e},
    )
    for side in (a, b):
        for name, others in side.relations.items():
            for other, how in others.items():
                result.relate(name, other, how)
    return result


def _check_writes(stmt: Stmt, state: State, world: _World) -> None:
    names = written(stmt, world.kinds, world.summaries)
    live = world.live[id(stmt)]
    op = getattr(stmt, "value", None)
    if isinstance(op, Op) and op.prim == "call" and names:
        _check_arguments(stmt, op, names, state, world)
    for name in names:
        kind = world.kinds.get(name, ANY)
        reached = world.reached.setdefault(id(stmt), set())
        reached.add(name)
        for other, how in state.relations.get(name, {}).items():
            if how == "holds" or not _shares(other, world):
                continue
            reached.add(other)
            if other not in live:
                continue  # what it held before is all that anybody will see of it
            if state.root(other) == state.root(name) and how == "same":
                _track(stmt, other, state, world)
                _track(stmt, name, state, world)
            else:
                _refuse(stmt, name, other, how)
        _track(stmt, name, state, world)
        if kind.tag in ("numeric", "any") and not world.assume_arrays and isinstance(stmt, Augment):
            others = {o for o, h in state.relations.get(name, {}).items() if h != "holds"}
            if others & live:
                raise unsupported(
                    stmt.span,
                    f"whether `{name}` is a number or an array is not known here, and "
                    f"`{min(others & live)}` may be the same array",
                    f"write `{name} = {name} + ...`, or `{name}[...] += ...`",
                )


def _check_arguments(
    stmt: Stmt, op: Op, names: frozenset[str], state: State, world: _World
) -> None:
    """A function that writes into one argument must not get the same array as another one."""
    given = [a.name for a in op.args if isinstance(a, Var) and _shares(a.name, world)]
    for i, name in enumerate(given):
        related = state.relations.get(name, {})
        for j, other in enumerate(given):
            if i != j and name in names and (other == name or other in related):
                raise unsupported(
                    stmt.span,
                    f"the function called writes into {_shown(name)}, and another of its arguments "
                    "may be the same array",
                    "pass a copy (`.copy()`)",
                )


def _track(stmt: Stmt, name: str, state: State, world: _World) -> None:
    """From now on treat a name as the view that it certainly is."""
    while name in state.views:
        known = world.tracked.setdefault(name, state.views[name])
        if known != state.views[name]:
            raise unsupported(
                stmt.span,
                f"this writes into `{name}`, which is a view of an array in more ways than one",
                "give each view a name of its own, or write to the array itself",
            )
        name = state.views[name][0]


def _refuse(stmt: Stmt, name: str, other: str, how: str) -> None:
    shown, known = _shown(name), _shown(other)
    if how == "held":
        what = f"this changes {shown} in place while {known}, which is read later, may hold it"
    else:
        what = f"this changes {shown} in place, and {known}, which is read later, may share its memory"
    raise unsupported(stmt.span, what, "take a copy (`.copy()`) where the second name is made")


def _shown(name: str) -> str:
    return "a part of an array" if name.startswith("%") else f"`{name}`"
