"""Guards: what was found outside a function when it was differentiated must still be so.

A name that is rebound later must not go on silently meaning the old function. Each emission carries
the outside names that it was derived under; they are compared when it is used.
"""

from __future__ import annotations

import builtins
import types
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from adjoint.transform.analyses.kind import Kind, kind_of
from adjoint.transform.ir.nodes import Block, Define, Ref, reads, walk
from adjoint.transform.pipeline import Emitted, lowered_function

_MISSING = object()


@dataclass(frozen=True, slots=True)
class Guard:
    """One outside name: where it is looked up, and the object (or the kind of value) it had."""

    where: dict[str, Any] | types.CellType
    name: str
    value: Any
    kind: Kind | None


def guards_of(emitted: Emitted) -> tuple[Guard, ...]:
    """The guards of an emission and of everything that it calls."""
    found: dict[tuple[int, str], Guard] = {}
    for one in emitted.everything():
        for origin in (one.origin, *one.opened):
            for guard in _of_function(origin):
                found.setdefault((id(guard.where), guard.name), guard)
    return tuple(found.values())


def _of_function(fn: FunctionType) -> list[Guard]:
    roots = {text.partition(".")[0] for text in _outside(lowered_function(fn).body)}
    cells = dict(zip(fn.__code__.co_freevars, fn.__closure__ or (), strict=True))
    found = []
    for name in sorted(roots):
        if name in cells:
            where: Any = cells[name]
        elif name in fn.__globals__:
            where = fn.__globals__
        elif hasattr(builtins, name):
            continue
        else:
            continue
        value = _now(where, name)
        fixed = callable(value) or isinstance(value, types.ModuleType)
        found.append(Guard(where, name, value if fixed else None, None if fixed else kind_of(value)))
    return found


def _outside(block: Block) -> set[str]:
    texts = {a.text for s in walk(block) for a in reads(s) if isinstance(a, Ref)}
    for stmt in walk(block):
        if isinstance(stmt, Define):
            texts |= _outside(stmt.function.body)
    return texts


def _now(where: Any, name: str) -> Any:
    if isinstance(where, types.CellType):
        try:
            return where.cell_contents
        except ValueError:
            return _MISSING
    return where.get(name, _MISSING)


def holds(guards: tuple[Guard, ...]) -> bool:
    """Whether everything outside is as it was."""
    for guard in guards:
        value = _now(guard.where, guard.name)
        if guard.kind is None:
            if value is not guard.value:
                return False
        elif kind_of(value) != guard.kind:
            return False
    return True
