"""What a function changes of what it finds outside: in global lists, dicts, arrays, objects.

    def tick():                         `COUNT["n"]` is not, when the adjoint runs, what it was
        COUNT["n"] += 1                 when the function read it: it must be kept.

Nothing is known of functions that are found when the program runs: they may change anything, but
an array that they are not given is taken to stay as it is.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping

import numpy as np

from adjoint.transform.analyses.effects import MUTATORS, Summaries, place_written
from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.ir.nodes import (
    Assign,
    Augment,
    Function,
    Op,
    Ref,
    Rhs,
    Stmt,
    Store,
    Var,
    walk,
)

Changed = frozenset[int]
"""The identities of values outside that are changed; `ANYTHING` among them says: perhaps all."""

ANYTHING = 0
ALL_OUTSIDE: Changed = frozenset({ANYTHING})
_FIXED = (int, float, complex, str, bytes, bool, type(None), range, slice)
_RARELY = (
    np.ndarray, np.ufunc, type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType,
)  # fmt: skip
"""What an unknown function is taken not to change."""


def may_change(value: object, changed: Changed) -> bool:
    """Whether a value outside may be changed while the function runs."""
    if not changed or isinstance(value, _FIXED):
        return False
    return id(value) in changed or (ANYTHING in changed and not isinstance(value, _RARELY))


def changed_outside(
    fn: Function, kinds: Mapping[str, Kind], summaries: Summaries,
    inside: Callable[[Op], Changed],
) -> Changed:  # fmt: skip
    """What a function changes outside, itself or by what it calls.

    Args:
        fn: the function.
        kinds: the kinds of its names.
        summaries: what calls do to their arguments.
        inside: what the function that an operation calls changes.
    """
    roots = roots_outside(fn, kinds)
    found: set[int] = set()
    for stmt in walk(fn.body):
        found |= changed_here(stmt, kinds, roots)
        op = getattr(stmt, "value", None)
        if isinstance(op, Op) and op.prim == "call":
            found |= inside(op)
            for i in summaries(op).writes:
                found |= _of(op.args[i], roots)
    return frozenset(found)


Roots = Mapping[str, Changed]
"""For names that may hold a part of what is outside: of which values."""


def changed_here(stmt: Stmt, kinds: Mapping[str, Kind], roots: Roots) -> Changed:
    """What a statement changes outside by itself, not by what it calls."""
    op = getattr(stmt, "value", None)
    if isinstance(stmt, Store):
        return _of(stmt.base, roots)
    if isinstance(stmt, Augment) and not kinds.get(stmt.target.name, ANY).is_number:
        return _of(stmt.target, roots)
    if not isinstance(op, Op):
        return frozenset()
    place = place_written(op)
    if place is not None:
        return _of(op.args[place], roots)
    if op.prim.startswith("method:"):
        mutates = op.prim.removeprefix("method:") in MUTATORS or not isinstance(stmt, Assign)
        return _of(op.args[0], roots) if mutates else frozenset()
    return frozenset()


def _of(atom: object, roots: Roots) -> Changed:
    """Of which values outside an operand may be a part, or the whole."""
    if isinstance(atom, Var):
        return roots.get(atom.name, frozenset())
    return frozenset({id(atom.value)}) if _is_root(atom) else frozenset()  # type: ignore[attr-defined]


def _is_root(atom: object) -> bool:
    return isinstance(atom, Ref) and not atom.local and not isinstance(atom.value, _FIXED)


def roots_outside(fn: Function, kinds: Mapping[str, Kind]) -> Roots:
    """Which names of a function may hold a part of what is outside."""
    found: dict[str, Changed] = {}

    while True:
        before = sum(map(len, found.values()))
        for stmt in walk(fn.body):
            flow = handed_on(stmt, kinds)
            if isinstance(stmt, Assign) and isinstance(stmt.value, Op) and _gives_class(stmt.value):
                found[stmt.target.name] = ALL_OUTSIDE
            elif flow is not None and not _is_flat_copy(stmt, kinds):
                name, base = flow
                if known := _of(base, found):
                    found[name] = found.get(name, frozenset()) | known
        if sum(map(len, found.values())) == before:
            return found


def handed_on(stmt: Stmt, kinds: Mapping[str, Kind]) -> tuple[str, Rhs] | None:
    """The name to which a statement gives something, or what may be a part of it, and that."""
    match stmt:
        case Assign(target=target, value=Op(args=(base, *_)) as op):
            part = op.prim == "index" or op.prim.startswith(("attribute:", "method:"))
            return (target.name, base) if part and kinds.get(target.name, ANY).may_share else None
        case Assign(target=target, value=value):
            return target.name, value
    return None


def _is_flat_copy(stmt: Stmt, kinds: Mapping[str, Kind]) -> bool:
    """Whether a statement copies a list or dict of numbers: nothing of the original is in it."""
    if not (isinstance(stmt, Assign) and isinstance(stmt.value, Op)):
        return False
    kind = kinds.get(stmt.target.name, ANY)
    flat = bool(kind.items) and not any(item.may_share for item in kind.items)
    return stmt.value.prim == "method:copy" and kind.tag in ("list", "dict") and flat


def _gives_class(op: Op) -> bool:
    """Whether an operation gives the class of an object: `type(x)`, `x.__class__`."""
    asked = isinstance(op.callee, Ref) and op.callee.value is type
    return asked or op.prim == "attribute:__class__"
