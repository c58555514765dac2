"""What is known of shared memory at one point of a function, and how it is carried along."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from adjoint.transform.analyses.effects import Summaries
from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.analyses.views import Part, View
from adjoint.transform.errors import UnsupportedSyntax
from adjoint.transform.ir.nodes import Op, Stmt, Var

Relations = dict[str, dict[str, str]]
_INVERSE = {"same": "same", "holds": "held", "held": "holds", "shares": "shares"}


@dataclass(slots=True)
class State:
    """What is known at one point.

    relations: between names. views: of what a name is certainly a view. tuples: the elements of
    tuples whose display is known. rounds: for the target of a loop over several sequences, what the
    parts of the tuple that it holds are. apart: containers whose
    elements are certainly different arrays, or containers. disjoint: those of which no two
    places share memory, however deep inside: trees.
    """

    relations: Relations = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    tuples: dict[str, tuple[object, ...]] = field(default_factory=dict)
    rounds: dict[str, tuple[Part, ...]] = field(default_factory=dict)
    apart: frozenset[str] = frozenset()
    disjoint: frozenset[str] = frozenset()

    def copy(self) -> State:
        """The same facts, apart from these: what is learnt of one is not learnt of the other."""
        return State({k: dict(v) for k, v in self.relations.items()}, dict(self.views),
                     dict(self.tuples), dict(self.rounds), self.apart, self.disjoint)  # fmt: skip

    def relate(self, a: str, b: str, how: str) -> None:
        """Note how `a` is related to `b`, and the inverse; two different ways make it `same`.

        What is held may share what it holds, too: that adds nothing.
        """
        if a == b:
            return
        known = self.relations.get(a, {}).get(b)
        if known not in (None, how):
            both = {known, how} - {"shares"}
            how = both.pop() if len(both) == 1 else "same"
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
        self.disjoint -= {name}
        self.views = {v: view for v, view in self.views.items() if view.of != name}
        self.tuples = {t: e for t, e in self.tuples.items() if Var(name) not in e}
        self.rounds = {t: parts for t, parts in self.rounds.items() if not _concerns(parts, name)}

    def stands_alone(self, name: str) -> bool:
        """Whether a name is no view, and none is a view of it."""
        viewed = any(view.of == name for view in self.views.values())
        return name not in self.views and name not in self.rounds and not viewed

    def hand_over(self, source: str, target: str) -> None:
        """Let a name hold, in place of one that is read no more, what that held."""
        if source in self.tuples:
            self.tuples[target] = self.tuples[source]
        self.apart |= {target} if source in self.apart else frozenset()
        self.disjoint |= {target} if source in self.disjoint else frozenset()

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


def _concerns(parts: tuple[Part, ...], name: str) -> bool:
    return any((part.of if isinstance(part, View) else part) == name for part in parts)


@dataclass(frozen=True, slots=True)
class World:
    """What is known of a whole function, and what is being found out about it.

    kinds, summaries, live: facts. assume_arrays: whether what may be a number is taken for arrays.
    reached, pairs, tracked: what becomes of them is in `Aliases`. reads_without_view: for names,
    the first statement that reads one while it is no certain view. reads_as: for names, as what
    views they are read. updates: reads of what an augmented store updates. permuting: stores that
    only move elements. doubts: names that are written while it is not certain which others share
    their memory, each with the refusal where nothing helps. changed: containers that are changed
    themselves, not only what they hold, and changes: by statement; lists: those that may hold other
    things in their places then; rearranged: those of these of which it is not certain which names
    they have; uncertain: names that are not certainly the views that they are tracked as. together:
    by call, pairs of its arguments that may share memory, one of them written. takes: for
    containers, the names that are elements of theirs. displays: containers whose elements are
    written; and reads_of_whole: containers that are read other than element by element. deep: names
    of which what they hold may be written, not only they
    themselves.
    """

    kinds: Mapping[str, Kind]
    summaries: Summaries
    live: Mapping[int, frozenset[str]]
    assume_arrays: bool
    reached: dict[int, set[str]]
    pairs: set[tuple[str, str]]
    tracked: dict[str, View]
    reads_without_view: dict[str, Stmt]
    reads_as: dict[str, list[tuple[View, Stmt]]]
    updates: Collection[int]
    permuting: Collection[int]
    doubts: dict[str, UnsupportedSyntax] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    changes: dict[int, set[str]] = field(default_factory=dict)
    lists: set[str] = field(default_factory=set)
    rearranged: set[str] = field(default_factory=set)
    uncertain: set[str] = field(default_factory=set)
    together: dict[int, set[tuple[int, int]]] = field(default_factory=dict)
    takes: dict[str, dict[str, View]] = field(default_factory=dict)
    displays: dict[str, Stmt] = field(default_factory=dict)
    reads_of_whole: dict[str, Stmt] = field(default_factory=dict)
    deep: set[str] = field(default_factory=set)


def doubt(
    name: str, refusal: UnsupportedSyntax, world: World, other: str | None = None
) -> None:
    """Note that it is not certain whether another name shares the memory of one that is written.

    Without another one, that it is not certain of what the name is a view.
    """
    world.doubts.setdefault(name, refusal)
    if other is None:
        world.uncertain.add(name)
    both = (name, name if other is None else other)
    if name in world.lists and all(may_contain(world.kinds.get(n, ANY)) for n in both):
        world.rearranged.add(name)


def may_contain(kind: Kind) -> bool:
    """Whether a value of a kind may be a list, dict or object."""
    return kind.tag not in ("num", "array", "numeric")


def may_share(name: str, world: World) -> bool:
    """Whether what a name holds can share memory at all."""
    return world.kinds.get(name, ANY).may_share


def is_array(name: str, state: State, world: World) -> bool:
    """Whether a name certainly holds an array (or is taken to, in source without arguments)."""
    kind = world.kinds.get(name, ANY)
    if kind.tag == "array" or is_whole_view(name, state):
        return True
    return kind.tag == "numeric" and world.assume_arrays


def is_whole_view(name: str, state: State) -> bool:
    """Whether a name holds an array because an operation gives another form or part of one."""
    view = state.views.get(state.alias_of(name))
    return view is not None and isinstance(view.take, Op)


def possible(how: str, a: Kind, b: Kind) -> str | None:
    """How a value of a kind can be related to another: no container is an array, or held by one."""
    if b.is_container and not a.is_container:
        inverse = possible(_INVERSE[how], b, a)
        return None if inverse is None else _INVERSE[inverse]
    if a.is_container and b.tag in ("array", "numeric"):
        return None if how == "held" else "holds"
    return how


def through(source: str, how: str, state: State) -> list[tuple[str, str]]:
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


def relation(a: str, b: str, state: State) -> str | None:
    """How one name is related to another; None where they certainly share nothing."""
    return "same" if a == b else state.relations.get(a, {}).get(b)


def meet(a: State, b: State) -> State:
    """What holds where two paths join: any relation of either, the views of both."""
    result = State(
        {},
        {v: r for v, r in a.views.items() if b.views.get(v) == r},
        {t: e for t, e in a.tuples.items() if b.tuples.get(t) == e},
        {t: e for t, e in a.rounds.items() if b.rounds.get(t) == e},
        a.apart & b.apart,
        a.disjoint & b.disjoint,
    )
    for side in (a, b):
        for name, others in side.relations.items():
            for other, how in others.items():
                result.relate(name, other, how)
    return result


def shown(name: str) -> str:
    """A name as messages show it: users know nothing of temporaries."""
    return "a part of an array" if name.startswith("%") else f"`{name}`"
