"""Tangents in the full shape of their values."""

from __future__ import annotations

from adjoint.transform.derive.build import call, expression
from adjoint.transform.forward.facts import Facts, Out, State
from adjoint.transform.forward.names import dot
from adjoint.transform.forward.zeros import zero
from adjoint.transform.ir.nodes import Assign, Atom, Op, Rhs, Var


def named(out: Out, value: Rhs, facts: Facts, hint: str = "") -> Atom:
    """Give a value a temporary (atoms stay as they are)."""
    if not isinstance(value, Op):
        return value
    target = facts.names.temporary(hint)
    out.append(Assign(target, value))
    return target


def tangent(atom: Atom, state: State, facts: Facts, out: Out) -> Atom:
    """The tangent of an operand, in full shape: zeros where it is inactive."""
    if not isinstance(atom, Var) or atom.name not in facts.active:
        return named(out, zero(atom, facts), facts)
    if atom.is_temporary and atom.name in state:
        return named(out, _expanded(atom.name, dot(atom.name, facts), facts, out), facts)
    complete(atom.name, state, facts, out)
    return dot(atom.name, facts)


def complete(name: str, state: State, facts: Facts, out: Out) -> None:
    """Expand the tangent of a variable to the shape of its value, if it may be smaller."""
    if state.pop(name, None) is None:
        return
    held = dot(name, facts)
    source: Atom = held
    last = out[-1] if out else None
    if isinstance(last, Assign) and last.target == held:  # it is made here: at once in full shape
        out.pop()
        source = named(out, last.value, facts)
    out.append(Assign(held, _expanded(name, source, facts, out)))


def _expanded(name: str, source: Atom, facts: Facts, out: Out) -> Op:
    """A tangent in the shape of its value, to be written into where that may be."""
    expanded = call("expand", source, Var(name))
    if name in facts.written or name in facts.handed:
        return call("own", named(out, expanded, facts))
    return expanded


def _written_while_alive(name: str, facts: Facts) -> frozenset[str]:
    """The names that may be written into while a variable that is bound now is read.

    A temporary is never read in another round of a loop than that in which it is bound.
    """
    repeated = facts.in_loop and not name.startswith("%")
    return facts.written if repeated else facts.ahead


def owned(
    value: Rhs, name: str, sources: frozenset[str], state: State, facts: Facts, out: Out
) -> Rhs:
    """A tangent that shares no memory with those of the operands, as its value shares none.

    Args:
        value: the tangent, which may be that of an operand itself.
        name: the variable whose tangent it is.
        sources: the active operands.
        state: the tangents that may be smaller than their values.
        facts: what is known.
        out: receives statements.
    """
    kept = name in facts.written or name in facts.handed
    kept = kept or bool(sources & _written_while_alive(name, facts))
    if facts.kind(Var(name)).is_number or not kept:
        return value
    held = named(out, value, facts)
    if all(facts.kind(Var(source)).tag == "array" and source not in state for source in sources):
        return expression("d.copy()", {"d": held})
    return call("own", held)
