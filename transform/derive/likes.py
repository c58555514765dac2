"""Let what is at hand stand in for values of which only the shape or dtype is read.

`unbroadcast(g, log_p)` reads of `log_p` its shape and whether it is complex. Where `p` is needed
anyway and certainly has both in common with it, `unbroadcast(g, p)` says the same, and `log_p`
need not be kept, let alone computed. `count` reads the shape alone; there the broadcast of two
values may stand for a third.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import gast

from adjoint.transform.analyses.dtypes import Dtype, dtypes
from adjoint.transform.analyses.kind import ANY
from adjoint.transform.analyses.versions import Version
from adjoint.transform.derive.build import call, substitute
from adjoint.transform.derive.needs import dotted, needs_of
from adjoint.transform.derive.plan import around
from adjoint.transform.derive.sweep import Sweep
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Block,
    Effect,
    For,
    If,
    Op,
    Stmt,
    Store,
    Var,
    With,
    walk,
)  # fmt: skip
from adjoint.transform.ir.places import hole

_SHAPE_ALONE = frozenset({"count", "np.shape", "np.ndim", "np.size"})


@dataclass(frozen=True, slots=True)
class _Search:
    """The values that may stand in for others, best first; what is known of dtypes."""

    candidates: tuple[tuple[str, Version], ...]
    dtypes: dict[int, Dtype]
    sweep: Sweep


def represent(backward: Block, sweep: Sweep) -> Block:
    """The reverse sweep with stand-ins for what it reads of shapes and dtypes."""
    needs = needs_of(backward, sweep)
    free = {
        p for p in needs.shape_only
        if sweep.kind(needs.versions[p].name).tag in ("array", "numeric")
        and needs.versions[p].what != "parameter"
    }  # fmt: skip
    if not free:
        return backward
    at_hand = {
        p: v for p, v in needs.versions.items()
        if p not in needs.shape_only | needs.made and not v.is_binding
    }  # fmt: skip
    for name, version in sweep.facts.versions.start.items():
        if sweep.facts.versions.end.get(name) is version:
            at_hand.setdefault(sweep.value(version).name, version)
    order = sorted(at_hand.items(), key=lambda item: _preference(item[1]))
    facts = sweep.facts
    search = _Search(tuple(order), dtypes(facts.function, facts.kinds, facts.versions), sweep)
    typed = set(_read_with_dtype(backward))
    single: dict[str, str] = {}
    double: dict[str, tuple[str, str]] = {}
    for placeholder in sorted(free):
        version = needs.versions[placeholder]
        found = _stand_in(version, placeholder in typed, search)
        if found is not None:
            single[placeholder] = found
        elif placeholder not in typed:
            pair = _pair(version, search)
            if pair is not None:
                double[placeholder] = pair
    return _replaced(backward, single, double, sweep)


def _preference(version: Version) -> tuple[int, bool, int]:
    """What is outside loops first, then what the user has a name for, then what is oldest."""
    return version.depth, version.name.startswith("%"), version.number


def _stand_in(version: Version, typed: bool, search: _Search) -> str | None:
    """A value with the shape of another, and with its dtype where that is read."""
    shape = _shape(version, search.sweep)
    for placeholder, other in _near(version, search):
        if _shape(other, search.sweep) != shape:
            continue
        discrete = search.sweep.kind(other.name).discrete
        if not typed or (not discrete and _dtype(other, search) == _dtype(version, search)):
            return placeholder
    return None


def _pair(version: Version, search: _Search) -> tuple[str, str] | None:
    """Two values that are broadcast to the shape of another."""
    shape = _shape(version, search.sweep)
    parts = [
        (p, s) for p, other in _near(version, search) if (s := _shape(other, search.sweep)) <= shape
    ]
    for i, (first, one) in enumerate(parts):
        for second, two in parts[i + 1 :]:
            if one | two == shape:
                return first, second
    return None


def _near(version: Version, search: _Search) -> Iterator[tuple[str, Version]]:
    """The candidates that are at hand wherever a version is."""
    enclosing = set(around(version.block, search.sweep))
    for placeholder, other in search.candidates:
        kind = search.sweep.facts.kinds.get(other.name, ANY)
        if other.block in enclosing and other is not version and kind.tag in ("array", "numeric"):
            yield placeholder, other


def _shape(version: Version, sweep: Sweep) -> frozenset[int]:
    return sweep.facts.shapes.get(version.number, frozenset({version.number}))


def _dtype(version: Version, search: _Search) -> Dtype:
    return search.dtypes.get(version.number, frozenset({version.number}))


def _read_with_dtype(backward: Block) -> Iterator[str]:
    """The names of which some expression reads more than the shape."""
    for stmt in walk(backward):
        match stmt:
            case Assign(value=Op() as op) | Effect(value=op) | With(context=op) | Store(place=op):
                only = set(_holes(op.template, False))
                yield from (
                    a.name for i, a in enumerate(op.args) if isinstance(a, Var) and i in only
                )


def _holes(node: gast.AST, shape_alone: bool) -> Iterator[int]:
    """The numbers of the holes that stand anywhere but where the shape alone is read."""
    number = hole(node)
    if number is not None:
        if not shape_alone:
            yield number
        return
    if isinstance(node, gast.Call):
        alone = dotted(node.func) in _SHAPE_ALONE
        for position, arg in enumerate(node.args):
            yield from _holes(arg, alone and position == 0)
        for keyword in node.keywords:
            yield from _holes(keyword.value, False)
        yield from _holes(node.func, False)
        return
    alone = isinstance(node, gast.Attribute) and node.attr in ("shape", "ndim", "size")
    for child in gast.iter_child_nodes(node):
        yield from _holes(child, alone)


def _replaced(
    block: Block, single: dict[str, str], double: dict[str, tuple[str, str]], sweep: Sweep
) -> Block:
    def change(atom: Atom) -> Atom:
        if isinstance(atom, Var) and atom.name in single:
            return Var(single[atom.name])
        return atom

    new: list[Stmt] = []
    for stmt in block:
        match stmt:
            case If(body=body, orelse=orelse):
                new.append(replace(stmt, body=_replaced(body, single, double, sweep),
                                   orelse=_replaced(orelse, single, double, sweep)))  # fmt: skip
            case For(body=body):
                new.append(replace(stmt, body=_replaced(body, single, double, sweep)))
            case Assign(value=Op() as op) if any(getattr(a, "name", "") in double for a in op.args):
                made: dict[Atom, Atom] = {}
                for atom in op.args:
                    if isinstance(atom, Var) and atom.name in double:
                        both = sweep.names.temporary()
                        first, second = double[atom.name]
                        new.append(Assign(both, call("np.broadcast", Var(first), Var(second))))
                        made[atom] = both

                def both_changed(atom: Atom, made: dict[Atom, Atom] = made) -> Atom:
                    return made.get(atom, change(atom))

                new.append(substitute(stmt, both_changed))
            case _:
                new.append(substitute(stmt, change))
    return tuple(new)
