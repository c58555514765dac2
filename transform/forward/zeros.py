"""Tangents of zero: of what does not depend on what is differentiated."""

from __future__ import annotations

from adjoint.transform.analyses.kind import Kind, kind_of
from adjoint.transform.derive.build import ZERO, call
from adjoint.transform.forward.facts import Facts
from adjoint.transform.ir.nodes import Atom, Const, Op, Var

NOTHING = Const(None)
_CREATORS = frozenset({"np.zeros", "np.zeros_like"})


def zero(atom: Atom, facts: Facts) -> Op | Atom:
    """The tangent of a value that has none: zeros in its structure."""
    kind = facts.kind(atom) if isinstance(atom, Var) else kind_of(atom.value)
    known = zero_of_kind(kind)
    return call("zero_tangent", atom) if known is None else known


def zero_of_kind(kind: Kind) -> Atom | None:
    """The tangent of zero that all values of a kind have; None where it depends on the value."""
    if kind.is_number:
        return ZERO
    if kind.tag in ("str", "none", "function"):
        return NOTHING
    return None


def zeros_made(op: Op, value: Atom, facts: Facts) -> Op | Atom:
    """The tangent of what an operation makes that has none: `np.zeros(n)` is its own."""
    if op.prim in _CREATORS and "dtype" not in op.roles:
        return op
    return zero(value, facts)
