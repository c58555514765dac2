"""What callers must know of a function: what it writes into, and what its result may share."""

from __future__ import annotations

from adjoint.transform.analyses.kind import ANY
from adjoint.transform.ir.nodes import Augment, Return, Var, binds, walk
from adjoint.transform.world import Analysis


def written_parameters(analysis: Analysis) -> frozenset[str]:
    """The parameters whose arrays a function writes into."""
    reached = {n for names in analysis.aliases.reached.values() for n in names}
    return frozenset(p.name for p in analysis.function.params if p.name in reached)


def returned_family(analysis: Analysis) -> frozenset[str]:
    """The names with which the result may share memory, its own included."""
    last = analysis.function.body[-1]
    assert isinstance(last, Return)
    if not isinstance(last.value, Var):
        return frozenset()
    name = last.value.name
    return analysis.aliases.classes.get(name, frozenset()) | {name}


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
