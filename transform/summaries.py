"""What callers must know of a function: what it writes into, and what its result may share."""

from __future__ import annotations

from adjoint.transform.analyses.effects import RESULT
from adjoint.transform.analyses.kind import ANY
from adjoint.transform.analyses.memory import may_hold
from adjoint.transform.ir.nodes import Augment, Var, binds, walk
from adjoint.transform.world import Analysis, Left


def written_parameters(analysis: Analysis) -> frozenset[str]:
    """The parameters whose arrays a function writes into."""
    reached = {n for names in analysis.aliases.reached.values() for n in names}
    return frozenset(p.name for p in analysis.function.params if p.name in reached)


def returned_family(analysis: Analysis) -> frozenset[str]:
    """The names with which the result may share memory, its own included."""
    result = analysis.function.result
    if not isinstance(result, Var):
        return frozenset()
    name = result.name
    return analysis.aliases.classes.get(name, frozenset()) | {name}


Places = frozenset[int]


def left_by(analysis: Analysis) -> Left:
    """What a function leaves behind, by the names of its parameters and `return`."""
    params = frozenset(p.name for p in analysis.function.params)
    names, found = params | {"return"}, analysis.aliases
    memory = (found.shadowed | found.mixed) & written_parameters(analysis)
    containers = frozenset(n for n in memory if may_hold(analysis.kinds.get(n, ANY)))
    return Left(
        found.deep & names, found.left, found.apart & names, found.disjoint & names, containers
    )


def left_behind(
    found: Left | None, names: list[str]
) -> tuple[Places, tuple[tuple[int, int, str], ...], Places, Places, Places]:
    """Which arguments are written deeply, how all are related then, which are apart and disjoint.

    And of which it must have the cotangents by memory.

    Of a recursive function of which nothing is known yet the best is assumed, and then, until it
    holds, what was found under the last assumption.
    """
    if found is None:
        every = frozenset((RESULT, *range(len(names))))
        return frozenset(), (), every, every, frozenset()
    places: dict[str, list[int]] = {"return": [RESULT]}
    for i, name in enumerate(names):
        places.setdefault(name, []).append(i)
    left = tuple(
        (i, j, how) for (a, b), how in found.left.items()
        for i in places.get(a, ()) for j in places.get(b, ())
    )  # fmt: skip

    def at(group: frozenset[str]) -> Places:
        return frozenset(i for name in group for i in places.get(name, ()))

    return at(found.deep), left, at(found.apart), at(found.disjoint), at(found.memory)


def returned_places(analysis: Analysis, names: list[str]) -> int | tuple[int, ...] | None:
    """Which arguments the result of a call certainly is, or is a tuple of."""
    bound = {
        v.name for s in walk(analysis.function.body) for v in binds(s)
        if not isinstance(s, Augment) or analysis.kinds.get(v.name, ANY).tag != "array"
    }  # fmt: skip
    found = analysis.aliases.returned
    parts = (found,) if isinstance(found, str) else found or ("",)
    if any(names.count(part) != 1 or part in bound for part in parts):
        return None
    return names.index(found) if isinstance(found, str) else tuple(map(names.index, parts))
