"""The invariants of the intermediate representation, checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import gast

from adjoint.runtime.errors import AdjointError
from adjoint.transform.ir.nodes import (
    Atom,
    Block,
    Break,
    Continue,
    Define,
    For,
    Function,
    If,
    Keep,
    Mark,
    Op,
    Return,
    Stmt,
    Store,
    Try,
    Var,
    While,
    With,
    binds,
    blocks_of,
    operations,
    reads,
    walk,
)  # fmt: skip
from adjoint.transform.ir.show import hole_names


class MalformedIR(AdjointError):
    """An invariant of the intermediate representation does not hold: a mistake of ours."""


def verify(fn: Function, *, exits: bool = False) -> Function:
    """Check a function, and the functions nested in it.

    Args:
        fn: the function.
        exits: whether its exits have been normalised (`lower.normalise_exits`): one `Return`, at
            the end; no `Continue` and no loop with an `else`; a `Break` only where nothing follows.

    Returns:
        The function itself.

    Raises:
        MalformedIR: something is wrong; the message names the statement.
    """
    _operations(fn)
    _temporaries(fn.body, _Known(frozenset(), frozenset()), fn)
    _jumps(fn.body, in_loop=False, fn=fn)
    if exits:
        _exits(fn)
    for stmt in walk(fn.body):
        if isinstance(stmt, Define):
            verify(stmt.function, exits=exits)
    return fn


def _fail(fn: Function, stmt: Stmt | None, why: str) -> MalformedIR:
    where = ""
    if stmt is not None:
        line = "" if isinstance(stmt, Mark) else f" at line {stmt.span.line},"
        where = f"{line} in {type(stmt).__name__}"
    return MalformedIR(f"{fn.name}{where}: {why}")


def _operations(fn: Function) -> None:
    """Operands are atoms and fill the holes of their template; roles fit."""
    for stmt in walk(fn.body):
        for atom in reads(stmt):
            if not isinstance(atom, Atom):
                raise _fail(fn, stmt, f"{atom!r} is not an atom")
        for op in _ops(stmt):
            expected = {f"${i}" for i in range(len(op.args))}
            found = hole_names(op.template)
            if op.callee is not None:
                expected.add("$callee")
            if found != expected:
                raise _fail(fn, stmt, f"{op.prim}: holes {sorted(found)}, {len(op.args)} operands")
            if op.roles and len(op.roles) != len(op.args):
                raise _fail(fn, stmt, f"{op.prim}: {len(op.roles)} roles, {len(op.args)} operands")
            if (op.prim == "call") != (op.callee is not None):
                raise _fail(fn, stmt, f"{op.prim}: a call, and only a call, has a callee")
        if isinstance(stmt, Keep):
            expected = {f"${i}" for i in range(len(stmt.args))}
            if hole_names(stmt.template) != expected:
                raise _fail(fn, stmt, "the holes do not fit the operands")
        if isinstance(stmt, Store) and not stmt.place.args:
            raise _fail(fn, stmt, "a place needs a base")


def _ops(stmt: Stmt) -> Iterator[Op]:
    yield from operations(stmt)
    if isinstance(stmt, Store):
        yield stmt.place


@dataclass(frozen=True, slots=True)
class _Known:
    """Temporaries at a point: assigned on every path to it, and on some path to it."""

    surely: frozenset[str]
    possibly: frozenset[str]

    def assign(self, names: Iterable[str]) -> _Known:
        return _Known(self.surely | set(names), self.possibly | set(names))

    def assume(self, body: Block) -> _Known:
        """After a loop: its body may have run."""
        names = (var.name for stmt in walk(body) for var in binds(stmt) if var.is_temporary)
        return _Known(self.surely, self.possibly | set(names))


def _temporaries(block: Block, known: _Known | None, fn: Function) -> _Known | None:
    """Each is assigned at most once and before it is used on every path; `None`: no path."""
    for stmt in block:
        if known is None:
            return None  # nothing reaches this statement
        known = _after(stmt, known, fn)
    return known


def _after(stmt: Stmt, known: _Known, fn: Function) -> _Known | None:
    if isinstance(stmt, While):
        first = _temporaries(stmt.before, known, fn)
        if first is None:
            return None
        _read(stmt, first, fn)
        _temporaries(stmt.body, first, fn)
        first = first.assume(stmt.body)
        return _join(first, _temporaries(stmt.orelse, first, fn))
    _read(stmt, known, fn)
    targets = [var.name for var in binds(stmt) if var.is_temporary]
    twice = [name for name in targets if name in known.possibly]
    if twice:
        raise _fail(fn, stmt, f"{twice[0]} is assigned twice")
    match stmt:
        case Try(body=body, orelse=orelse, catches=()):
            after = _temporaries(body, known, fn)
            _temporaries(orelse, known.assume(body), fn)
            return after
        case If(body=body, orelse=orelse):
            return _join(_temporaries(body, known, fn), _temporaries(orelse, known, fn))
        case For(body=body, orelse=orelse):
            _temporaries(body, known.assign(targets), fn)
            ran = _Known(known.surely, known.possibly | set(targets)).assume(body)
            return _join(ran, _temporaries(orelse, ran, fn))
        case With(body=body):
            return _temporaries(body, known.assign(targets), fn)
        case Return() | Break() | Continue() | Keep(template=gast.Raise()):
            return None
    return known.assign(targets)


def _read(stmt: Stmt, known: _Known, fn: Function) -> None:
    for atom in reads(stmt):
        if isinstance(atom, Var) and atom.is_temporary and atom.name not in known.surely:
            raise _fail(fn, stmt, f"{atom.name} is read before it is assigned")


def _join(one: _Known | None, other: _Known | None) -> _Known | None:
    if one is None or other is None:
        return one or other
    return _Known(one.surely & other.surely, one.possibly | other.possibly)


def _jumps(block: Block, *, in_loop: bool, fn: Function) -> None:
    for stmt in block:
        if isinstance(stmt, Break | Continue) and not in_loop:
            raise _fail(fn, stmt, "there is no loop around it")
        match stmt:
            case For(body=body, orelse=orelse) | While(body=body, orelse=orelse):
                _jumps(body, in_loop=True, fn=fn)
                _jumps(orelse, in_loop=in_loop, fn=fn)
            case _:
                for inner in blocks_of(stmt):
                    _jumps(inner, in_loop=in_loop, fn=fn)


def _exits(fn: Function) -> None:
    if not fn.body or not isinstance(fn.body[-1], Return):
        raise _fail(fn, None, "the last statement is not a return")
    for stmt in walk(fn.body[:-1]):
        if isinstance(stmt, Return):
            raise _fail(fn, stmt, "a return before the end")
        if isinstance(stmt, Continue):
            raise _fail(fn, stmt, "a continue is left")
        if isinstance(stmt, For | While) and stmt.orelse:
            raise _fail(fn, stmt, "a loop with an else is left")
    _tails(fn.body, fn)


def _tails(block: Block, fn: Function) -> bool:
    """Whether a block may break out of the loop around it; then nothing follows where it does."""
    breaks = False
    for stmt in block:
        if breaks:
            raise _fail(fn, stmt, "it follows a break")
        match stmt:
            case Break():
                breaks = True
            case For(body=body) | While(body=body):
                _tails(body, fn)
            case _:
                breaks = any([_tails(inner, fn) for inner in blocks_of(stmt)])
    return breaks
