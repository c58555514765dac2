"""Aliases: which names may share memory, which writes reach which names, which names are views.

Flow sensitive, over pairs of names, so that buffers which change places (`u, new = new, u`) stay
known to be distinct. A pair is `same` (one is the other, or a view of it), or one `holds` the other
as a container does its elements (and theirs), or each `shares` elements with the other. Beside the
pairs, `views` says of what a name is certainly a view.

A write that reaches a name which lives on is accepted when both are views of one array, known
statically: the adjoint of a view is then the same view of the adjoint. Otherwise it is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from adjoint.transform.analyses.effects import Summaries, shared, written
from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.analyses.liveness import live_after, names_read
from adjoint.transform.analyses.permutations import permuting_stores
from adjoint.transform.analyses.views import View, item_of_op, view_of_op, views_of_loop
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Block,
    Const,
    Effect,
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
    walk,
)  # fmt: skip
from adjoint.transform.ir.places import index_parts
from adjoint.transform.refusals import unsupported

Relations = dict[str, dict[str, str]]
_INVERSE = {"same": "same", "holds": "held", "held": "holds", "shares": "shares"}


@dataclass(slots=True)
class State:
    """What is known at one point.

    relations: between names. views: of what a name is certainly a view. tuples: the elements of
    tuples whose display is known. rounds: for the target of a loop over several sequences, of what
    the parts of the tuple that it holds are views. apart: the lists and dicts whose elements
    certainly share no memory with each other.
    """

    relations: Relations = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    tuples: dict[str, tuple[object, ...]] = field(default_factory=dict)
    rounds: dict[str, tuple[View | None, ...]] = field(default_factory=dict)
    apart: frozenset[str] = frozenset()

    def copy(self) -> State:
        """The same facts, apart from these: what is learnt of one is not learnt of the other."""
        return State({k: dict(v) for k, v in self.relations.items()}, dict(self.views),
                     dict(self.tuples), dict(self.rounds), self.apart)  # fmt: skip

    def relate(self, a: str, b: str, how: str) -> None:
        """Note how `a` is related to `b`, and the inverse; two different ways make it `same`."""
        if a == b:
            return
        known = self.relations.get(a, {}).get(b)
        how = how if known in (None, how) else "same"
        self.relations.setdefault(a, {})[b] = how
        self.relations.setdefault(b, {})[a] = _INVERSE[how]

    def forget(self, name: str) -> None:
        """Drop all that is known of a name, which is about to be bound anew."""
        for other in self.relations.pop(name, {}):
            self.relations[other].pop(name, None)
        self.views.pop(name, None)
        self.tuples.pop(name, None)
        self.rounds.pop(name, None)
        self.apart -= {name}
        self.views = {v: view for v, view in self.views.items() if view.of != name}
        self.tuples = {t: e for t, e in self.tuples.items() if Var(name) not in e}

    def root(self, name: str) -> str:
        """The name at the end of the chain of views that starts at this one."""
        while name in self.views:
            name = self.views[name].of
        return name

    def alias_of(self, name: str) -> str:
        """The first name of the very array (no mere part of it) that a name holds."""
        while name in self.views and self.views[name].take is None:
            name = self.views[name].of
        return name


@dataclass(frozen=True, slots=True)
class Aliases:
    """Facts about shared memory.

    reached: for every statement that writes, the names whose contents it may change.
    classes: for every name, all names that ever may share memory with it, itself included.
    views: names that must be treated as views, each with what it is a view of. taken: how each is.
    returned: a name of the array that the function returns, the earliest that is known; of a tuple,
    those of its elements.
    """

    reached: Mapping[int, frozenset[str]]
    classes: Mapping[str, frozenset[str]]
    views: Mapping[str, str]
    taken: Mapping[str, View]
    returned: str | tuple[str, ...] | None

    @property
    def roots(self) -> Mapping[int, frozenset[str]]:
        """By the identity of a statement, the names of which it makes others views."""
        found: dict[int, frozenset[str]] = {}
        for view in self.taken.values():
            found[id(view.made)] = found.get(id(view.made), frozenset()) | {view.of}
        return found


@dataclass(frozen=True, slots=True)
class _World:
    kinds: Mapping[str, Kind]
    summaries: Summaries
    live: Mapping[int, frozenset[str]]
    assume_arrays: bool
    reached: dict[int, set[str]]
    pairs: set[tuple[str, str]]
    tracked: dict[str, View]
    reads_without_view: dict[str, Stmt]
    updates: Collection[int]
    permuting: Collection[int]
    takes: dict[str, dict[str, View]] = field(default_factory=dict)
    displays: dict[str, Stmt] = field(default_factory=dict)
    reads_of_whole: dict[str, Stmt] = field(default_factory=dict)


def aliases(
    fn: Function, kinds: Mapping[str, Kind], summaries: Summaries, assume_arrays: bool,
    updates: Collection[int] = (),
) -> Aliases:  # fmt: skip
    """Analyse a function; `updates` are the reads of what augmented stores update, by identity.

    Raises:
        UnsupportedSyntax: a write may change another name that is read later, and how the two are
            related cannot be decided.
    """
    seen = frozenset(p.name for p in fn.params if kinds.get(p.name, ANY).may_share)
    world = _World(
        kinds, summaries, live_after(fn, seen), assume_arrays, {}, set(), {}, {}, updates,
        permuting_stores(fn),
    )  # fmt: skip
    given = frozenset(
        p.name for p in fn.params if kinds.get(p.name, ANY).tag in ("list", "dict")
    )
    end = _block(fn.body, State(apart=given), world)
    _track_elements(world)
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
        {name: view.of for name, view in world.tracked.items()},
        world.tracked,
        _returned(fn, end),
    )


def _track_elements(world: _World) -> None:
    """Where what a tuple holds is written, all that is taken out of it is a view."""
    for name, stmt in world.reads_of_whole.items():
        if name in world.displays:
            raise unsupported(
                stmt.span,
                f"{_shown(name)} holds an array that is written in place, and is used as a whole",
                "use its elements one by one, or put a copy (`.copy()`) into it",
            )
    for display in world.displays:
        for name, view in world.takes.get(display, {}).items():
            if world.tracked.setdefault(name, view) != view:
                raise unsupported(
                    view.made.span,
                    f"{_shown(name)} is an array in more ways than one",
                    "give each a name of its own",
                )


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


def _block(block: Block, state: State, world: _World) -> State:
    for i, stmt in enumerate(block):
        _check_order(block[:i], stmt, world)
        state = _stmt(stmt, state, world)
    return state


def _check_order(before: Block, stmt: Stmt, world: _World) -> None:
    """In `a[i] += f(b)` Python reads `a[i]` before `f` runs, the IR after: `f` mustn't write it."""
    if isinstance(stmt, Store) and stmt.operator:
        base = stmt.base
    elif id(stmt) in world.updates and isinstance(stmt, Assign) and isinstance(stmt.value, Op):
        base = stmt.value.args[0]
    else:
        return
    for earlier in reversed(before):
        if getattr(earlier, "span", None) != stmt.span:
            return
        if isinstance(base, Var) and base.name in world.reached.get(id(earlier), ()):
            raise unsupported(
                stmt.span,
                f"what is called on the right changes {_shown(base.name)}, which is updated here",
                "call it first, in a statement of its own",
            )


def _stmt(stmt: Stmt, state: State, world: _World) -> State:
    _note_reads(stmt, state, world)
    known = _elements_after(stmt, state)
    _check_writes(stmt, state, world)
    match stmt:
        case Assign(target=target, value=Op() as op):
            _bind_op(stmt, target.name, op, state, world)
        case Assign(target=target, value=Var(name=source)):
            _bind(target.name, [(source, "same")], state, world)
            if target.name != source and _shares(target.name, world):
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
            return _meet(_block(body, state.copy(), world), _block(orelse, state.copy(), world))
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
            found.append((other, "shares" if relation in ("held", "shares") else "holds"))
        elif how == "shares":  # the new container holds what source holds, and is not source
            found.append((other, "holds" if relation == "holds" else "shares"))
        elif relation == "holds":  # something that source holds: maybe this very element
            found.append((other, "same"))
        else:  # another name of source, what holds it, or what holds the same
            found.append((other, "held"))
    return found


def _bind_op(stmt: Assign, name: str, op: Op, state: State, world: _World) -> None:
    sources = [(a.name, how) for a, how in shared(op, world.kinds, world.summaries)]
    if op.prim == "list.copy":  # of an array it holds the rows
        sources = [
            (source, "holds" if _is_array(source, state, world) else how) for source, how in sources
        ]
    elements = _elements(op, state, world)
    element = _element_taken(op, state, world)
    apart = op.prim in ("list", "dict") and _all_fresh(op.args, op, state, world)
    item = item_of_op(stmt, op, world.kinds)
    if item is not None and _may_be_item(item, stmt, state, world):
        _bind(name, sources, state, world)
        state.views[name] = item
        return
    if element is not None:
        _bind(name, [(element, "same")], state, world)
        if element != name and _shares(name, world):
            state.views[name] = View(element, stmt)
            world.takes.setdefault(state.alias_of(op.args[0].name), {})[name] = state.views[name]  # type: ignore[union-attr]
        return
    view = view_of_op(
        stmt, op, world.kinds, world.summaries,
        lambda n: _is_array(n, state, world), lambda n: state.alias_of(n) in state.views,
    )  # fmt: skip
    _bind(name, sources, state, world)
    if elements is not None and Var(name) not in elements:
        state.tuples[name] = elements
    if apart:
        state.apart |= {name}
    if view is not None and view.of != name and _shares(name, world):
        state.views[name] = view


def _is_array(name: str, state: State, world: _World) -> bool:
    """Whether a name certainly holds an array (or is taken to, in source without arguments)."""
    kind = world.kinds.get(name, ANY)
    if kind.tag == "array" or _is_whole_view(name, state):
        return True
    return kind.tag == "numeric" and world.assume_arrays


def _elements(op: Op, state: State, world: _World) -> tuple[Atom, ...] | None:
    """The elements of a tuple or list that an operation makes, where they are known."""
    if op.prim in ("tuple", "list") and "*" not in op.roles:
        return op.args
    if op.prim == "call":
        positions = world.summaries(op).result
        if isinstance(positions, tuple):
            return tuple(op.args[i] for i in positions)
    return None


def _element_taken(op: Op, state: State, world: _World) -> str | None:
    """The name of the element in `pair[1]`, where it is known what `pair` was built of."""
    if not op.args or not isinstance(op.args[0], Var):
        return None
    elements = state.tuples.get(state.alias_of(op.args[0].name))
    at = _constant_place(op, elements)
    if elements is None or at is None:
        return None
    element = elements[at]
    return element.name if isinstance(element, Var) and _shares(element.name, world) else None


def _elements_after(stmt: Stmt, state: State) -> tuple[object, ...] | None:
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


def _all_fresh(
    atoms: tuple[Atom, ...], op: Op | None, state: State, world: _World
) -> bool:
    """Whether values share no memory with anything else that has a name, nor with each other."""
    shared_names = [a.name for a in atoms if isinstance(a, Var) and _shares(a.name, world)]
    if op is not None and any(role in ("*", "**") for role in op.roles):
        return False
    if len(set(shared_names)) < len(shared_names):
        return False
    return not any(
        _shares(other, world) for n in shared_names for other in state.relations.get(n, {})
    )


def _may_be_item(item: View, stmt: Stmt, state: State, world: _World) -> bool:
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


def _or_none(view: View | None, stmt: For, state: State, world: _World) -> View | None:
    """A view of an element of what a loop runs over, unless it may be reached in other ways."""
    if view is None or not view.item or _may_be_item(view, stmt, state, world):
        return view
    return None


def _still_apart(stmt: Stmt, state: State, world: _World) -> bool:
    """Whether the elements of a container share nothing after a statement that changes it."""
    match stmt:
        case Store(value=value):
            return _all_fresh((value,), None, state, world)
        case Effect(value=Op(prim="method:append" | "method:pop" | "method:clear") as op):
            return _all_fresh(op.args[1:], op, state, world)
        case Assign(value=Op(prim="method:pop")):
            return True
    return False


def _note_reads(stmt: Stmt, state: State, world: _World) -> None:
    """Note what is read other than as the view, or the known elements, that it certainly is."""
    for name in names_read(stmt):
        if name not in state.views:
            world.reads_without_view.setdefault(name, stmt)
    value = getattr(stmt, "value", None)
    if isinstance(stmt, Assign) and isinstance(value, Op):
        item = item_of_op(stmt, value, world.kinds)
        as_item = item is not None and _may_be_item(item, stmt, state, world)
        if _element_taken(value, state, world) is not None and not as_item:
            return
    if isinstance(stmt, Unpack) and isinstance(value, Var) and stmt.star is None:
        elements = state.tuples.get(state.alias_of(value.name))
        if elements is not None and len(elements) == len(stmt.targets):
            return
    if isinstance(stmt, Assign) and isinstance(value, Var):
        return  # another name of the container: what is read through it is noted
    if _elements_after(stmt, state) is not None and Var(stmt.base.name) != value:  # type: ignore[union-attr]
        return
    for name in names_read(stmt):
        if world.kinds.get(name, ANY).is_container:
            world.reads_of_whole.setdefault(state.alias_of(name), stmt)


def _unpack(
    stmt: Unpack, targets: tuple[str, ...], value: object, state: State, world: _World
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
                if source and kind.tag == "array" and stmt.star is None and _shares(target, world):
                    state.views[target] = View(source, stmt, i)
        if source in targets:
            state.forget(source)
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
            state.views[target] = View(taken, stmt)
            if source is not None:
                world.takes.setdefault(old.alias_of(source), {})[target] = state.views[target]
    world.pairs.update(takes.items())


def _unpack_round(
    targets: tuple[str, ...], source: str, state: State, world: _World
) -> None:
    """The parts of what a loop over several sequences gives in one round."""
    for target, view in zip(targets, state.rounds[source], strict=True):
        _bind(target, [(view.of, "same")] if view else [(source, "held")], state, world)
        if view is not None and _shares(target, world):
            state.views[target] = view


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
            if isinstance(stmt, For):
                view, parts = views_of_loop(stmt.iterable, stmt, world.kinds)
                view = _or_none(view, stmt, inside, world)
                parts = tuple(_or_none(part, stmt, inside, world) for part in parts)
                if view is not None and view.of != target and _shares(target, world):
                    inside.views[target] = view
                if parts:
                    inside.rounds[target] = parts
        inside = _block(before, inside, world)
        inside = _block(body, inside, world)
        merged = _meet(entry, inside)
        same_views = merged.views == entry.views and merged.apart == entry.apart
        if merged.relations == entry.relations and same_views:
            return merged
        entry = merged


def _meet(a: State, b: State) -> State:
    """What holds where two paths join: any relation of either, the views of both."""
    result = State(
        {},
        {v: r for v, r in a.views.items() if b.views.get(v) == r},
        {t: e for t, e in a.tuples.items() if b.tuples.get(t) == e},
        {t: e for t, e in a.rounds.items() if b.rounds.get(t) == e},
        a.apart & b.apart,
    )
    for side in (a, b):
        for name, others in side.relations.items():
            for other, how in others.items():
                result.relate(name, other, how)
    return result


def _check_writes(stmt: Stmt, state: State, world: _World) -> None:
    names = written(stmt, world.kinds, world.summaries)
    live = world.live[id(stmt)]
    if not isinstance(stmt, Augment):
        live -= {v.name for v in binds(stmt)}  # what they held is gone
    op = getattr(stmt, "value", None)
    calls = isinstance(op, Op) and op.prim == "call"
    if isinstance(op, Op) and calls and names:
        _check_arguments(stmt, op, names, state, world)
    for name in names:
        kind = world.kinds.get(name, ANY)
        reached = world.reached.setdefault(id(stmt), set())
        reached.add(name)
        if kind.is_container:
            related = state.relations.get(name, {})
            family = {name, *(n for n, how in related.items() if how != "shares")}
            for container in family:
                state.tuples.pop(container, None)
            state.views = {
                v: view for v, view in state.views.items() if not (view.item and view.of in family)
            }
            if id(stmt) not in world.permuting and not _still_apart(stmt, state, world):
                state.apart -= family
        # a function may write what its argument holds
        deep = kind.is_container and calls
        for other, how in state.relations.get(name, {}).items():
            if (how in ("holds", "shares") and not deep) or not _shares(other, world):
                continue
            reached.add(other)
            if other not in live:
                continue  # what it held before is all that anybody will see of it
            if how == "held" and _track_held(stmt, name, other, state, world):
                _track(stmt, name, state, world)
            elif state.root(other) == state.root(name) and how in ("same", "held"):
                _track(stmt, other, state, world)
                _track(stmt, name, state, world)
            else:
                _refuse(stmt, name, other, how)
        _track(stmt, name, state, world)
        doubtful = kind.tag in ("numeric", "any") and not _is_whole_view(name, state)
        if doubtful and not world.assume_arrays and isinstance(stmt, Augment):
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
        name = state.views[name].of


def _track_held(stmt: Stmt, name: str, container: str, state: State, world: _World) -> bool:
    """Track the elements of a tuple in which what is written stands; False where none is known."""
    display = state.alias_of(container)
    elements = state.tuples.get(display)
    if elements is None:
        return False
    found = [
        e.name for e in elements
        if isinstance(e, Var) and (e.name == name or name in state.relations.get(e.name, {}))
    ]  # fmt: skip
    if not found or any(state.root(e) != state.root(name) for e in found):
        return False
    for element in found:
        _track(stmt, element, state, world)
    world.displays.setdefault(display, stmt)
    return True


def _is_whole_view(name: str, state: State) -> bool:
    """Whether a name holds an array because it is one in another form (transposed, say)."""
    view = state.views.get(state.alias_of(name))
    return view is not None and isinstance(view.take, Op) and view.take.prim != "index"


def _refuse(stmt: Stmt, name: str, other: str, how: str) -> None:
    shown, known = _shown(name), _shown(other)
    if how == "held":
        what = f"this changes {shown} in place while {known}, which is read later, may hold it"
    else:
        what = (
            f"this changes {shown} in place, and {known}, which is read later, "
            "may share its memory"
        )
    raise unsupported(stmt.span, what, "take a copy (`.copy()`) where the second name is made")


def _shown(name: str) -> str:
    return "a part of an array" if name.startswith("%") else f"`{name}`"
