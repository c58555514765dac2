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
from adjoint.transform.ir.nodes import Assign, Augment, Function, Op, Ref, Stmt, Store, Var, walk

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

    def note(stmt: Stmt) -> None:
        match stmt:
            case Assign(target=target, value=Op() as op) if _gives_class(op):
                found[target.name] = ALL_OUTSIDE
                return
            case Assign(target=target, value=Op(args=(base, *_)) as op):
                part = op.prim == "index" or op.prim.startswith(("attribute:", "method:"))
                fresh = op.prim == "method:copy" or not kinds.get(target.name, ANY).may_share
                if not part or fresh:
                    return
            case Assign(target=target, value=base):
                pass
            case _:
                return
        known = _of(base, found)
        if known:
            found[target.name] = found.get(target.name, frozenset()) | known

    while True:
        before = sum(map(len, found.values()))
        for stmt in walk(fn.body):
            note(stmt)
        if sum(map(len, found.values())) == before:
            return found


def _gives_class(op: Op) -> bool:
    """Whether an operation gives the class of an object: `type(x)`, `x.__class__`."""
    asked = isinstance(op.callee, Ref) and op.callee.value is type
    return asked or op.prim == "attribute:__class__"
