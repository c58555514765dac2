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

from adjoint.transform.analyses.alias_flow import follow
from adjoint.transform.analyses.alias_state import State, World, doubt
from adjoint.transform.analyses.alias_writes import track_elements
from adjoint.transform.analyses.effects import Summaries
from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.analyses.liveness import live_after
from adjoint.transform.analyses.memory import (
    MEMORY,
    check_deep_copies,
    shadowed_names,
    start_by_memory,
)  # fmt: skip
from adjoint.transform.analyses.permutations import permuting_stores
from adjoint.transform.analyses.views import View
from adjoint.transform.errors import UnsupportedSyntax
from adjoint.transform.ir.nodes import Function, Return, Var
from adjoint.transform.refusals import unsupported


@dataclass(frozen=True, slots=True)
class Aliases:
    """Facts about shared memory.

    reached: for every statement that writes, the names whose contents it may change. classes: for
    every name, all names that ever may share memory with it, itself included. views: names that
    must be treated as views, each with what it is a view of. taken: how each is. returned: a name
    of the array that the function returns, the earliest that is known; of a tuple, those of its
    elements. shadowed: names that share memory with one that is written in ways known only at run
    time; mixed: those of them that may be numbers, or hold some. changes: for every statement that
    writes, the containers that it may change themselves. together: by call, pairs of its arguments
    that may share memory while one of them is written. deep: names of which what they hold may be
    written. left: how parameters are related when the function is done, with each other and with
    the result, of which the name is `return`. apart, disjoint: which of these containers are so
    then (see `State`).
    """

    reached: Mapping[int, frozenset[str]]
    classes: Mapping[str, frozenset[str]]
    views: Mapping[str, str]
    taken: Mapping[str, View]
    returned: str | tuple[str, ...] | None
    shadowed: frozenset[str]
    mixed: frozenset[str]
    changes: Mapping[int, frozenset[str]]
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
            on to its array, whatever the name comes to hold; one with `MEMORY` where the caller has
            its cotangent by memory.

    Raises:
        UnsupportedSyntax: a write may change another name that is read later, how the two are
            related cannot be decided, and what they hold has no memory of its own.
    """
    seen = frozenset(p.name for p in fn.params if kinds.get(p.name, ANY).may_share)
    world = World(
        kinds, summaries, live_after(fn, seen), assume_arrays, {}, set(), {}, {}, {}, updates,
        permuting_stores(fn),
    )  # fmt: skip
    by_memory = frozenset(name for name, other in together if other == MEMORY)
    given = frozenset(
        p.name for p in fn.params if kinds.get(p.name, ANY).tag in ("list", "dict", "record")
    )
    start = State(apart=given - by_memory, disjoint=given - by_memory)
    start_by_memory(fn, by_memory, start, world)
    for a, b in together:
        if b == MEMORY:
            continue
        if a == b:
            world.doubts[a] = made_anew(fn, a)
            if kinds.get(a, ANY).tag != "array" and not assume_arrays:
                raise world.doubts[a]
            continue
        start.relate(a, b, "same")
        world.pairs.add((a, b))
    end = follow(fn.body, start, world)
    track_elements(world)
    for name, view in world.tracked.items():
        others = [stmt for other, stmt in world.reads_as.get(name, ()) if other != view]
        bare = world.reads_without_view.get(name)
        for stmt in others if bare is None else [bare, *others]:
            refusal = unsupported(
                stmt.span,
                f"`{name}` is a view of an array that is written, and is used where it is no "
                "longer certain of which part",
                "use the subscript itself here, or copy the part with `.copy()`",
            )
            doubt(name, refusal, world)
    classes = _classes(world.pairs)
    shadowed, mixed = shadowed_names(classes, world)
    known = shadowed | mixed
    check_deep_copies(fn, classes, known)
    reached = frozenset(name for names in world.reached.values() for name in names)
    taken = {
        name: view for name, view in world.tracked.items()
        if (name not in known or (name in mixed and _is_container(name, view, world)))
        and (name in reached or _is_no_number(name, view, world))
    }  # fmt: skip
    return Aliases(
        {key: frozenset(names) for key, names in world.reached.items()},
        classes,
        {name: view.of for name, view in taken.items()},
        taken,
        _returned(fn, end),
        shadowed,
        mixed,
        {key: frozenset(names) for key, names in world.changes.items()},
        {key: frozenset(pairs) for key, pairs in world.together.items()},
        frozenset(world.deep),
        _left(fn, end),
        _given_back(fn, end.apart),
        _given_back(fn, end.disjoint),
    )


def _is_no_number(name: str, view: View, world: World) -> bool:
    """Whether a name certainly holds what can be added to in place; else it is taken as a value."""
    return view.take is not None or world.kinds.get(name, ANY).tag not in ("num", "numeric", "any")


def _is_container(name: str, view: View, world: World) -> bool:
    """Whether a name is certainly one of a container, or of one that a container holds.

    The cotangents of the numbers in it are then found through that.
    """
    containers = all(world.kinds.get(n, ANY).is_container for n in (name, view.of))
    return containers and name not in world.uncertain


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
