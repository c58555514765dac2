"""Calls of the standard library of which the Python source is known (`transform.library`).

    total = functools.reduce(f, xs)        the callee becomes `library.reduce`, printed as it was
    for v in map(f, xs): ...               for v in list(map(f, xs)): ...

The source gives a list where Python gives an iterator. So such a call is taken only where what it
gives is consumed at once: by a function that does, by an assignment to several names, or by a loop,
which then runs over a list (`escapes` looks at what the loop changes).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Block,
    Define,
    Effect,
    Enumerate,
    For,
    Function,
    Iter,
    Op,
    Ref,
    Reversed,
    Stmt,
    Unpack,
    Var,
    Zip,
    reads,
    walk,
)  # fmt: skip
from adjoint.transform.ir.rebuild import map_inside
from adjoint.transform.library import KEPT, SOURCES, is_lazy, source_of
from adjoint.transform.lower.operators import as_operator
from adjoint.transform.lower.templates import GIVEN, listed

_CONSUMERS = (
    list, tuple, sum, sorted, max, min, any, all, set, frozenset, math.fsum, math.prod, math.dist,
)  # fmt: skip
_ITERATORS = (zip, enumerate, reversed, iter)
_KNOWN = frozenset(function for function, _ in SOURCES)


def with_sources(fn: Function) -> Function:
    """The function in which such calls reach the source."""
    uses: dict[str, list[Stmt]] = {}
    iterators: set[str] = set()
    for stmt in walk(fn.body):
        for atom in reads(stmt):
            if isinstance(atom, Var) and atom.is_temporary:
                uses.setdefault(atom.name, []).append(stmt)
        if isinstance(stmt, Assign) and isinstance(stmt.value, Op):
            callee = stmt.value.callee
            if isinstance(callee, Ref) and any(callee.value is one for one in _ITERATORS):
                iterators.add(stmt.target.name)
    return replace(fn, body=_block(fn.body, _Temporaries(uses, frozenset(iterators))))


@dataclass(frozen=True, slots=True)
class _Temporaries:
    """Where each temporary is read, and those that are iterators."""

    uses: Mapping[str, list[Stmt]]
    iterators: frozenset[str]


def _block(block: Block, known: _Temporaries) -> Block:
    out: list[Stmt] = []
    for stmt in block:
        out += _stmt(stmt, known)
    return tuple(out)


def _stmt(stmt: Stmt, known: _Temporaries) -> Iterator[Stmt]:
    match stmt:
        case Define(function=function):
            yield replace(stmt, function=with_sources(function))
        case Assign(value=Op() as op) if (operation := as_operator(op)) is not op:
            yield replace(stmt, value=operation)
        case Assign(target=target, value=Op() as op) if _is_kept(op, target, known):
            assert isinstance(op.callee, Ref)
            callee = replace(op.callee, value=KEPT[op.callee.value])
            yield replace(stmt, value=replace(op, callee=callee))
        case Assign(target=target, value=Op() as op) if (reached := _reached(op)) is not None:
            users = known.uses.get(target.name, []) if target.is_temporary else []
            if _lazy(op) and (len(users) != 1 or not _consumes(users[0], target)):
                yield stmt
                return
            args: list[Atom] = []
            for arg in reached.args:
                if isinstance(arg, Var) and arg.name in known.iterators:
                    held = Var(f"{arg.name}.listed")
                    yield Assign(held, listed(arg), stmt.span)
                    args.append(held)
                else:
                    args.append(arg)
            reached = replace(reached, args=tuple(args))
            if _lazy(op) and isinstance(users[0], For):
                given = Var(f"{target.name}{GIVEN}")
                yield Assign(given, reached, stmt.span)
                yield Assign(target, listed(given), stmt.span)
            else:
                yield replace(stmt, value=reached)
        case _:
            yield map_inside(stmt, lambda block: _block(block, known))


def _is_kept(op: Op, target: Var, known: _Temporaries) -> bool:
    """Whether this makes an iterator that is not taken apart at once: it may be, once or twice."""
    if op.prim != "call" or not isinstance(op.callee, Ref) or not isinstance(op.callee.value, type):
        return False
    if op.callee.value not in KEPT:
        return False
    users = known.uses.get(target.name, []) if target.is_temporary else []
    return len(users) != 1 or not (_consumes(users[0], target) or _passes_on(users[0], target))


def _passes_on(stmt: Stmt, target: Var) -> bool:
    """Whether a statement takes all elements, or makes of them an iterator that does."""
    op = stmt.value if isinstance(stmt, Assign | Effect) else None
    if not isinstance(op, Op) or op.prim != "call" or not isinstance(op.callee, Ref):
        return False
    role = op.roles[op.args.index(target)]
    return role == "*" or op.callee.value is dict or any(op.callee.value is one for one in KEPT)


def _lazy(op: Op) -> bool:
    return isinstance(op.callee, Ref) and is_lazy(op.callee.value)


def _reached(op: Op) -> Op | None:
    """The call with the source as its callee; None where that is not known."""
    if op.prim != "call" or not isinstance(op.callee, Ref):
        return None
    source = source_of(op.callee.value, op.roles)
    return None if source is None else replace(op, callee=replace(op.callee, value=source))


def _consumes(stmt: Stmt, target: Var) -> bool:
    """Whether a statement takes all that an iterator gives before anything else happens."""
    match stmt:
        case Unpack():
            return True
        case For(iterable=iterable):
            return not _reversed(iterable)
        case Assign(value=Op() as op) | Effect(value=op):
            if op.prim in ("list", "tuple", "set"):  # without roles, where nothing is starred
                return bool(op.roles) and op.roles[op.args.index(target)] == "*"
            known = op.callee.value if isinstance(op.callee, Ref) else None
            if op.prim != "call" or op.roles[op.args.index(target)] != "":
                return False
            return any(known is one for one in _CONSUMERS) or (
                _is_hashable(known) and known in _KNOWN
            )
    return False


def _is_hashable(value: object) -> bool:
    return getattr(type(value), "__hash__", None) is not None


def _reversed(iterable: Iter) -> bool:
    match iterable:
        case Reversed():
            return True
        case Enumerate(inner=inner):
            return _reversed(inner)
        case Zip(inners=inners):
            return any(map(_reversed, inners))
    return False
