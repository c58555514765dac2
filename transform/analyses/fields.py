"""Which names hold real numbers, and which complex ones, in functions where there may be both.

The cotangent of a real value is real, that of a complex value complex. Where an operation takes
one and gives the other, its rule says so only if it must: these facts tell where.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Any

import numpy as np

from adjoint.runtime.rules import RULES
from adjoint.transform.analyses.effects import is_rule
from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Const,
    Each,
    For,
    Function,
    Op,
    Ref,
    Var,
    binds,
    walk,
)  # fmt: skip

Field = str
REAL, COMPLEX, EITHER = "real", "complex", "either"
_NUMBERS = (bool, int, float, complex)
_FLAT = frozenset({"np.zeros", "np.ones", "np.empty", "np.eye", "np.identity", "np.tri"})
"""Makers of arrays that hold real numbers unless they are told otherwise."""
_POWERS = frozenset({"np.power", "math.pow"})


def field_of(value: Any) -> Field:
    """The field of a value: a list or an object may hold both."""
    if hasattr(value, "dtype") and hasattr(value, "ndim") and not isinstance(value, type):
        kind = value.dtype.kind
        return COMPLEX if kind == "c" else REAL if kind in "fiub" else EITHER
    if isinstance(value, _NUMBERS):
        return COMPLEX if isinstance(value, complex) else REAL
    return EITHER


def fields(fn: Function, kinds: Mapping[str, Kind], given: Mapping[str, Field]) -> dict[str, Field]:
    """The field of every name that has one; what is not listed may be of either.

    Args:
        fn: the function.
        kinds: what its names hold.
        given: the fields of its parameters, as far as they are known.
    """
    found = {param.name: given.get(param.name, EITHER) for param in fn.params}
    before: dict[str, Field] = {}
    while before != found:
        before = dict(found)
        for name, field in _bound(fn, kinds, found):
            found[name] = _joined(found.get(name), field) or EITHER
    return {name: field for name, field in found.items() if field != EITHER}


def _bound(
    fn: Function, kinds: Mapping[str, Kind], found: Mapping[str, Field]
) -> Iterator[tuple[str, Field]]:
    """What each statement binds, where it is known by now what that is made of."""
    for stmt in walk(fn.body):
        match stmt:
            case Assign(target=target, value=value) if isinstance(value, Op):
                made = {target.name: _of_op(value, target, kinds, found)}
            case Assign(target=target, value=Var() | Const() | Ref() as atom):
                made = {target.name: _of(atom, kinds, found)}
            case Augment(target=target, value=value):
                both = [_of(a, kinds, found) for a in (target, value)]
                made = {target.name: EITHER if stmt.operator == "**" else _promoted(both)}
            case For(iterable=Each(value=Var() as over), target=Var(name=name)):
                made = {name: _of(over, kinds, found) if _is_numeric(over, kinds) else EITHER}
            case _:
                made = {var.name: EITHER for var in binds(stmt)}
        for name, found_here in made.items():
            field = REAL if kinds.get(name, ANY).discrete else found_here
            if field is not None:
                yield name, field


def _of(atom: Atom, kinds: Mapping[str, Kind], found: Mapping[str, Field]) -> Field | None:
    match atom:
        case Var(name=name):
            return REAL if kinds.get(name, ANY).discrete else found.get(name)
        case Const(value=value) if isinstance(value, _NUMBERS):
            return field_of(value)
        case Ref(value=value, text=text) if text.startswith(("np.", "numpy.", "math.")):
            return field_of(value)
    return EITHER


def _of_op(
    op: Op, target: Var, kinds: Mapping[str, Kind], found: Mapping[str, Field]
) -> Field | None:
    """The field of what an operation gives; None while nothing is known of its operands."""
    if op.prim == "index":
        return _of(op.args[0], kinds, found) if _is_numeric(op.args[0], kinds) else EITHER
    if not is_rule(op.prim):
        return EITHER
    rule = RULES[op.prim]
    if rule.gives_real or (op.prim in _FLAT and not any(map(_may_be_dtype, op.args))):
        return REAL
    if "dtype" in op.roles:
        given = op.args[op.roles.index("dtype")]
        return _of_dtype(given.value) if isinstance(given, Const | Ref) else EITHER
    if rule.gives_complex:
        return COMPLEX
    if rule.result != "array" or rule.kind in ("zero", "missing"):
        return EITHER
    operands = [
        EITHER if role in rule.sequences and not _is_numeric(arg, kinds) else _of(arg, kinds, found)
        for arg, role in zip(op.args, op.roles, strict=True)
        if role in rule.differentiable
    ]
    field = _promoted(operands) if operands else EITHER
    if op.prim in _POWERS and field == REAL and not _is_whole(op.args[-1]):
        if kinds.get(target.name, ANY).tag != "array":
            return EITHER  # a power of a negative number of Python is complex
    return field


def _is_numeric(atom: Atom, kinds: Mapping[str, Kind]) -> bool:
    """Whether an atom is certainly a number or an array."""
    return isinstance(atom, Var) and kinds.get(atom.name, ANY).tag in ("num", "array", "numeric")


def _is_whole(atom: Atom) -> bool:
    return isinstance(atom, Const) and isinstance(atom.value, int)


def _may_be_dtype(atom: Atom) -> bool:
    if isinstance(atom, Const | Ref):
        return not isinstance(atom.value, int | tuple)
    return False


def _of_dtype(dtype: object) -> Field:
    try:
        return COMPLEX if np.dtype(dtype).kind == "c" else REAL  # type: ignore[call-overload]
    except TypeError:
        return EITHER


def _joined(a: Field | None, b: Field | None) -> Field | None:
    """What holds where either does; None is nothing known yet."""
    if a is None or a == b:
        return b
    return a if b is None else EITHER


def _promoted(operands: list[Field | None]) -> Field | None:
    """What an operation on numbers gives: complex ones where any is complex."""
    known = [field for field in operands if field is not None]
    if COMPLEX in known:
        return COMPLEX
    if len(known) < len(operands):
        return None
    return reduce(_joined, known, None) or EITHER
