"""A `try` whose body may leave half of its work behind becomes one for each part of the work.

    try:                                completed = True
        y = x * x                       try:
        z = f(y)                 ->         y = x * x
    except ValueError:                  except ValueError:
        z = y                               completed = False
                                        if completed:
                                            try:
                                                z = f(y)
                                            except ValueError:
                                                completed = False
                                        if not completed:
                                            z = y

How far the body came is then a matter of branches and loops, which are reversed as they ran. An
exception is an exit like `break`: a loop that it leaves is left, what follows is skipped. Only what
is read where the exception was caught has to be told apart, and what is written into.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import gast

from adjoint.transform.analyses.attempts import half_done
from adjoint.transform.analyses.caught import read_if_caught
from adjoint.transform.analyses.effects import Summaries, shared, written
from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.analyses.liveness import Live, exposed, names_read
from adjoint.transform.derive.attempt_parts import Attempt, can_open, has_cut, leaves, parts_of
from adjoint.transform.derive.build import Names, substitute
from adjoint.transform.errors import UnsupportedSyntax
from adjoint.transform.ir.names import names_bound
from adjoint.transform.ir.nodes import (
    CAUGHT,
    Assign,
    Atom,
    Block,
    Break,
    Const,
    For,
    Function,
    If,
    Keep,
    Op,
    Stmt,
    Try,
    Unpack,
    Var,
    binds,
    walk,
)  # fmt: skip
from adjoint.transform.ir.rebuild import map_inside
from adjoint.transform.lower.templates import hole

_FLAG = Kind("num", discrete=True)


@dataclass(frozen=True, slots=True)
class _Work:
    """What is known of the function, and how new names are made.

    live: what is read where each `try` has caught, by its identity.
    touched: the names that a statement writes into. shared: those of which what it binds may be a
    part.
    refused: receives the refusals of what cannot be taken apart.
    """

    live: Mapping[int, Live]
    touched: Callable[[Stmt], frozenset[str]]
    shared: Callable[[Stmt], frozenset[str]]
    kinds: dict[str, Kind]
    names: Names
    refused: list[UnsupportedSyntax] = field(default_factory=list)

    def new(self, name: str, kind: Kind) -> Var:
        var = Var(self.names.fresh(name))
        self.kinds[var.name] = kind
        return var


def settle_attempts(
    fn: Function, kinds: dict[str, Kind], names: Names, summaries: Summaries
) -> tuple[Function, tuple[UnsupportedSyntax, ...]]:
    """The function, and the refusals of what cannot be taken apart, for when it is derived.

    The kinds of what is added to it are entered into `kinds`.
    """
    if not any(isinstance(stmt, Try) and stmt.catches for stmt in walk(fn.body)):
        return fn, ()

    def touched(stmt: Stmt) -> frozenset[str]:
        return written(stmt, kinds, summaries)

    def parts(stmt: Stmt) -> frozenset[str]:
        match stmt:
            case Assign(value=Op() as op):
                return frozenset(var.name for var, _ in shared(op, kinds, summaries))
            case Assign(value=Var(name=name)) | Unpack(value=Var(name=name)):
                return frozenset({name})
            case For():
                return names_read(stmt)
        return frozenset()

    work = _Work(read_if_caught(fn.body), touched, parts, kinds, names)
    body = _block(fn.body, None, work)
    return fn if body is fn.body else replace(fn, body=body), tuple(work.refused)


def _block(block: Block, around: Live | None, work: _Work) -> Block:
    """A block with its attempts settled; `around` is read where those around it have caught.

    None: the function cannot come to its end once they have.
    """
    new: list[Stmt] = []
    for stmt in block:
        if not isinstance(stmt, Try) or not stmt.catches:
            new.append(map_inside(stmt, lambda inner: _block(inner, around, work)))
            continue
        here = work.live.get(id(stmt))
        wanted = around if here is None else here if around is None else here | around
        body, orelse = _block(stmt.body, wanted, work), _block(stmt.orelse, around, work)
        same = body is stmt.body and orelse is stmt.orelse
        settled = stmt if same else replace(stmt, body=body, orelse=orelse)
        new += _settled(settled, wanted, around, work)
    same = len(new) == len(block) and all(a is b for a, b in zip(new, block, strict=True))
    return block if same else tuple(new)


def _settled(stmt: Try, wanted: Live | None, around: Live | None, work: _Work) -> Block:
    """The `try` as it stands where nothing is left behind; else one for each part."""
    if wanted is None:
        return (stmt,)
    outside = _outside(stmt.body, wanted, work)

    def matters(inner: Stmt) -> bool:
        bound = {var.name for var in binds(inner)}
        return bool(bound & wanted) or outside(work.touched(inner))

    def matters_around(inner: Stmt) -> bool:
        named = any(var.name in (around or ()) for var in binds(inner))
        return named or bool(work.touched(inner))

    body = _stripped(stmt.body, stmt.test)
    handled = around is not None and any(map(matters_around, walk(stmt.orelse)))
    if not (has_cut(body, matters) or handled):
        return (stmt,)
    if not can_open(body, matters):
        refusal = half_done(body, wanted)
        work.refused.extend(() if refusal is None else (refusal,))
        return (stmt,)
    first, *_ = stmt.orelse
    error = first.target if isinstance(first, Assign) and _is_caught(first) else None
    rest = stmt.orelse[1:] if error is not None else stmt.orelse
    rest = tuple(inner for inner in rest if not _is_note(inner, stmt.test, False))
    if error is None and _raises_again(rest):
        error = work.new("error", ANY)
    rest = _raised(rest, error)
    failed = Assign(stmt.test, Const(False), stmt.span)  # type: ignore[arg-type]
    handler: Block = (failed,)
    if error is not None:
        caught = work.new("caught", work.kinds.get(error.name, ANY))
        same = Op("look", (caught,), hole(0), ("",))
        taken = Assign(caught, Op("look", (), CAUGHT), stmt.span)
        handler = (taken, Assign(error, same, stmt.span), failed)
    attempt = Attempt(stmt, matters, handler)
    start = [Assign(attempt.ok(), Const(True), stmt.span)]
    after: Block = ()
    if leaves(body):
        left = work.new("broke", _FLAG)
        body = _flagged(body, left)
        start.append(Assign(left, Const(False), stmt.span))
        after = (If(left, (Break(stmt.span),), (), stmt.span),)
    parts = parts_of(body, attempt, ())
    if after or rest:
        parts = (*parts, If(attempt.ok(), after, rest, stmt.span))
    return _named((*start, *parts), work)


def _outside(body: Block, wanted: Live, work: _Work) -> Callable[[frozenset[str]], bool]:
    """Whether some of the names that a write reaches are wanted, or not made by the body alone."""
    bound = names_bound(body)
    given = set(wanted | exposed(body))
    while True:
        before = len(given)
        for stmt in walk(body):
            if any(name in given or name not in bound for name in work.shared(stmt)):
                given |= {var.name for var in binds(stmt)}
        if len(given) == before:
            return lambda names: any(name in given or name not in bound for name in names)


def _flagged(block: Block, left: Var) -> Block:
    """The block; instead of leaving the loop around it, it notes that it is to be left."""

    def one(stmt: Stmt) -> Stmt:
        match stmt:
            case Break(span=span):
                return Assign(left, Const(True), span)
            case If() if not isinstance(stmt, Try):
                return map_inside(stmt, lambda inner: _flagged(inner, left))
        return stmt

    return tuple(map(one, block))


def _stripped(block: Block, test: Atom) -> Block:
    """The body without the notes that it has come to its end."""

    def one(stmt: Stmt) -> Stmt:
        return map_inside(stmt, lambda inner: _stripped(inner, test))

    return tuple(one(stmt) for stmt in block if not _is_note(stmt, test, True))


def _is_note(stmt: Stmt, test: Atom, value: bool) -> bool:
    return isinstance(stmt, Assign) and stmt.target == test and stmt.value == Const(value)


# The error that was caught


def _is_caught(stmt: Assign) -> bool:
    return isinstance(stmt.value, Op) and stmt.value.template is CAUGHT


def _is_bare(stmt: Stmt) -> bool:
    match stmt:
        case Keep(template=gast.Raise(exc=None)):
            return True
    return False


def _raises_again(block: Block) -> bool:
    """Whether a handler raises what it has caught."""
    return _raised(block, Var("")) is not block


def _raised(block: Block, error: Var | None) -> Block:
    """The block that raises an error by its name, where it did by a bare `raise`."""

    def one(stmt: Stmt) -> Stmt:
        if _is_bare(stmt) and error is not None:
            return Keep(gast.Raise(hole(0), None), (error,), stmt.span)
        if isinstance(stmt, Try) and stmt.catches:
            body = _raised(stmt.body, error)
            return stmt if body is stmt.body else replace(stmt, body=body)
        return map_inside(stmt, lambda inner: _raised(inner, error))

    new = tuple(map(one, block))
    return block if all(a is b for a, b in zip(new, block, strict=True)) else new


def _named(block: Block, work: _Work) -> Block:
    """The block; temporaries that one part makes and another reads are variables."""
    attempts = [stmt for stmt in walk(block) if isinstance(stmt, Try)]
    shared: dict[str, Var] = {}
    for attempt in attempts:
        inside = {id(stmt) for stmt in walk(attempt.body)}
        made = {name for name in names_bound(attempt.body) if Var(name).is_temporary}
        for stmt in walk(block):
            if id(stmt) in inside:
                continue
            for name in sorted(made & names_read(stmt) - shared.keys()):
                shared[name] = work.new("held", work.kinds.get(name, ANY))
    if not shared:
        return block

    def change(atom: Atom) -> Atom:
        return shared.get(atom.name, atom) if isinstance(atom, Var) else atom

    return tuple(substitute(stmt, change) for stmt in block)

