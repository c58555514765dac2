"""Canonical forms of subscripts: two parts with the same form keep the same part of an axis.

What a part leaves of an axis of length n depends on its bounds alone. With constant bounds and step
1 there are four forms (l, k >= 0), each with its length for every n, short axes included:

    all              n                          x[:], x[0:], x[::-1]
    trim, k          max(0, n - k)              x[k:], x[:-k], x[1:1-k]
    between, l, k    min(k, n) - min(l, n)      x[l:k], x[-k:-l] (for l <= k)
    mixed, l, k      else                       x[-l:k]
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from enum import Enum

import gast

from adjoint.transform.ir.nodes import Atom, Const, Op
from adjoint.transform.ir.places import hole

KeyOf = Callable[[Atom], "Hashable | None"]


class Varies(Enum):
    """A bound that is not constant."""

    VARIES = "varies"


VARIES = Varies.VARIES
ALL = ("all",)
AT = ("at",)
NEW = ("new",)
ELLIPSIS = ("ellipsis",)


def slice_form(lower: Atom | None, upper: Atom | None, step: Atom | None, key: KeyOf) -> Hashable:
    """The form of `lower:upper:step`, or None where a bound has no key.

    >>> bounds = lambda *b: slice_form(*(Const(x) for x in b), lambda atom: atom)
    >>> bounds(1, -1, None) == bounds(2, None, None) == bounds(None, -2, 1)
    True
    >>> bounds(0, 2, None) == bounds(-2, None, None), bounds(1, 3, 1) == bounds(-3, -1, 1)
    (True, True)
    """
    start, stop, stride = _constant(lower), _constant(upper), _constant(step)
    if start is not VARIES and stop is not VARIES:
        if stride in (None, 1):
            return _form(start or 0, stop)
        if stride == -1 and start is None and stop is None:
            return ALL
    keys = tuple(key(Const(None) if atom is None else atom) for atom in (lower, upper, step))
    return None if None in keys else ("slice", *keys)


def _constant(atom: Atom | None) -> int | Varies | None:
    """The value of a bound, if it is a constant."""
    value = atom.value if isinstance(atom, Const) else VARIES
    if atom is None or value is None:
        return None
    return value if type(value) is int else VARIES


def _form(start: int, stop: int | None) -> Hashable:
    """The form of `start:stop`.

    Lengths are `max(0, b - a)` with a the start and b the stop as Python clips them to 0...n:
    a bound i >= 0 becomes min(i, n), a bound -i becomes max(n - i, 0) = n - min(i, n).
    """
    if stop is None:
        return _trim(start) if start >= 0 else _between(0, -start)
    if start >= 0 and stop >= 0:
        return _between(start, stop)
    if start >= 0:
        return _trim(start - stop)  # clipped or not, n - k < l leaves nothing
    if stop < 0:
        return _between(-stop, -start)
    return ("mixed", -start, stop)


def _trim(count: int) -> Hashable:
    return ("trim", count) if count else ALL


def _between(low: int, high: int) -> Hashable:
    return ("between", low, high) if low < high else ("between", 0, 0)


def subscript_form(
    op: Op, key: KeyOf, is_integer: Callable[[Atom], bool]
) -> tuple[Hashable, ...] | None:
    """The forms of the parts of an `index` operation, trailing whole axes left out.

    Args:
        op: the operation.
        key: a key for the value of an atom, None where there is none.
        is_integer: whether an atom is one integer, which takes an axis away whatever it is.

    Returns:
        The forms, or None where a part has none. Empty: the whole array.
    """
    assert isinstance(op.template, gast.Subscript)
    inner = op.template.slice
    forms: list[Hashable] = []
    for node in inner.elts if isinstance(inner, gast.Tuple) else [inner]:
        form = _part(node, op, key, is_integer)
        if form is None:
            return None
        forms.append(form)
    if all(form in (ALL, ELLIPSIS) for form in forms):
        return ()
    if forms[-1] == ELLIPSIS:
        forms.pop()
    if ELLIPSIS not in forms:
        while forms and forms[-1] == ALL:
            forms.pop()
    return tuple(forms)


def _part(node: gast.AST, op: Op, key: KeyOf, is_integer: Callable[[Atom], bool]) -> Hashable:
    if isinstance(node, gast.Slice):
        given = (node.lower, node.upper, node.step)
        lower, upper, step = (None if bound is None else _atom(bound, op) for bound in given)
        found = (lower, upper, step)
        if any(b is not None and p is None for b, p in zip(given, found, strict=True)):
            return None
        return slice_form(lower, upper, step, key)
    atom = _atom(node, op)
    if atom is None:
        return None
    if isinstance(atom, Const):
        if atom.value is None:
            return NEW
        if atom.value is Ellipsis:
            return ELLIPSIS
        return AT if type(atom.value) is int else None
    if is_integer(atom):
        return AT
    value = key(atom)
    return None if value is None else ("values", value)


def _atom(node: gast.AST, op: Op) -> Atom | None:
    """The operand that a node inside the brackets stands for."""
    number = hole(node)
    if number is not None:
        return op.args[number]
    if isinstance(node, gast.Constant):
        return Const(node.value)
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub):
        if isinstance(node.operand, gast.Constant) and type(node.operand.value) is int:
            return Const(-node.operand.value)
    return None
