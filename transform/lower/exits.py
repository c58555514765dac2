"""Exits made plain: one `return` at the end, no `continue`, nothing after a `break`.

Where one branch of an `if` leaves and the other goes on, what follows moves into the other branch:

    if c: A; break          if c: A; break
    B                  ->   else: B

Only where that is not enough (the exit stands deeper, or in a loop that ends in two ways) a flag
says what happened: `returned`, `broke`, `skipped`. A flag is assigned on every path to where it is
read, and `result` on every path to the end.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import gast

from adjoint.transform.ir.nodes import (
    Assign,
    Block,
    Break,
    Const,
    Continue,
    Define,
    For,
    Function,
    If,
    Keep,
    Ref,
    Return,
    Stmt,
    Try,
    Var,
    While,
    With,
    binds,
    blocks_of,
    reads,
    walk,
)  # fmt: skip

_RETURN, _BREAK, _CONTINUE = "returned", "broke", "skipped"


@dataclass(frozen=True, slots=True, eq=False)
class _Exits:
    """What the exits of a block turn into. The block stands where nothing follows it.

    name: makes a name for a flag. result: the variable of the result.
    flags: the flags that are in use for a kind of exit; leaving then means setting it.
    returned: the flag of early returns. ready: whether it has a value already.
    on_break, on_return: what leaves once the flags (and the result) are set.
    """

    name: Callable[[str], str]
    result: Var
    returned: Var
    ready: bool = False
    flags: tuple[tuple[str, Var], ...] = ()
    on_break: Block = ()
    on_return: Block = ()

    def flag(self, kind: str) -> Var | None:
        return dict(self.flags).get(kind)


def normalise_exits(fn: Function) -> Function:
    """Give a function one exit, and its loops the simplest exits there are.

    Args:
        fn: a function as `lower` returns it.

    Returns:
        An equal function with exactly one `Return`, the last statement; without `Continue`; whose
        loops have no `else`; in which no statement follows one that may `Break`.
    """
    body = _nested(fn.body)
    if _falls(body) or _RETURN not in _kinds(body):
        body = (*body, Return(Const(None), fn.span))
    names = _names(fn)
    last = body[-1]
    if isinstance(last, Return) and _RETURN not in _kinds(body[:-1]):
        exits = _Exits(names, Var(""), Var(""))
        return replace(fn, body=(*_rewrite(body[:-1], exits), last))
    exits = _Exits(names, Var(names("result")), Var(names(_RETURN)))
    span = next(stmt.span for stmt in walk(body) if isinstance(stmt, Return))
    return replace(fn, body=(*_rewrite(body, exits), Return(exits.result, span)))


def _nested(block: Block) -> Block:
    """The same block, with the exits of the functions defined in it made plain."""

    def one(stmt: Stmt) -> Stmt:
        match stmt:
            case Define(function=function):
                return replace(stmt, function=normalise_exits(function))
            case If(body=body, orelse=orelse) | For(body=body, orelse=orelse):
                return replace(stmt, body=_nested(body), orelse=_nested(orelse))
            case While(before=before, body=body, orelse=orelse):
                before, body, orelse = _nested(before), _nested(body), _nested(orelse)
                return replace(stmt, before=before, body=body, orelse=orelse)
            case With(body=body):
                return replace(stmt, body=_nested(body))
        return stmt

    return tuple(one(stmt) for stmt in block)


def _names(fn: Function) -> Callable[[str], str]:
    """Makes names that occur neither in a function nor in those nested in it."""
    taken = set(_taken(fn))

    def name(base: str) -> str:
        numbered = (f"{base}_{number}" for number in itertools.count(1))
        text = next(text for text in itertools.chain([base], numbered) if text not in taken)
        taken.add(text)
        return text

    return name


def _taken(fn: Function) -> Iterator[str]:
    yield from (param.name for param in fn.params)
    yield from fn.captures
    for stmt in walk(fn.body):
        yield from (variable.name for variable in binds(stmt))
        for atom in reads(stmt):
            if isinstance(atom, Var):
                yield atom.name
            elif isinstance(atom, Ref):
                yield atom.text.partition(".")[0]
        if isinstance(stmt, Define):
            yield from _taken(stmt.function)


def _kinds(block: Block) -> frozenset[str]:
    """The ways in which a block may be left early."""
    found: frozenset[str] = frozenset()
    for stmt in block:
        match stmt:
            case Return():
                found |= {_RETURN}
            case Break():
                found |= {_BREAK}
            case Continue():
                found |= {_CONTINUE}
            case For(body=body, orelse=orelse) | While(body=body, orelse=orelse):
                found |= (_kinds(body) & {_RETURN}) | _kinds(orelse)
            case If() | With():
                for inner in blocks_of(stmt):
                    found |= _kinds(inner)
    return found


def _falls(block: Block) -> bool:
    """Whether control may reach the end of a block."""
    return all(map(_passes, block))


def _passes(stmt: Stmt) -> bool:
    """Whether control may go on after a statement."""
    match stmt:
        case Return() | Break() | Continue() | Keep(template=gast.Raise()):
            return False
        case With(body=body) | Try(body=body, catches=()):
            return _falls(body)
        case If(body=body, orelse=orelse):
            return _falls(body) or _falls(orelse)
        case For(body=body, orelse=orelse):
            return _BREAK in _kinds(body) or _falls(orelse)
        case While(test=test, body=body, orelse=orelse):
            endless = isinstance(test, Const) and bool(test.value)
            return _BREAK in _kinds(body) or (not endless and _falls(orelse))
    return True


def _rewrite(block: Block, exits: _Exits) -> Block:
    """The block with plain exits; nothing follows it where it stands."""
    for position, stmt in enumerate(block):
        before, rest = block[:position], block[position + 1 :]
        match stmt:
            case For() | While():
                return (*before, *_loop(stmt, rest, exits))
            case Try():
                return (*before, *_branch(stmt, rest, exits))
            case If() | With() if any(map(_needs_care, blocks_of(stmt))):
                return (*before, *_branch(stmt, rest, exits))
            case Return(value=value):
                setting = Assign(exits.result, value, stmt.span)
                flag = exits.flag(_RETURN)
                raised = (Assign(flag, Const(True), stmt.span),) if flag else ()
                return (*before, *raised, setting, *exits.on_return)
            case Break():
                return (*before, *_set(exits, _BREAK, stmt), *exits.on_break)
            case Continue():
                return (*before, *_set(exits, _CONTINUE, stmt))
            case Keep(template=gast.Raise()):
                return (*before, stmt)
    return block


def _needs_care(block: Block) -> bool:
    """Whether a block has exits, or loops whose exits are to be made plain."""
    return bool(_kinds(block)) or any(isinstance(stmt, For | While) for stmt in walk(block))


def _set(exits: _Exits, kind: str, stmt: Break | Continue) -> Block:
    flag = exits.flag(kind)
    return (Assign(flag, Const(True), stmt.span),) if flag else ()


def _branch(stmt: If | With, rest: Block, exits: _Exits) -> Block:
    """A branch, and what follows it: moved into it if only one of its paths goes on."""
    kinds = frozenset().union(*map(_kinds, blocks_of(stmt)))
    if not rest or not _passes(stmt):
        return (_inside(stmt, exits),)
    if not kinds:
        return (_inside(stmt, exits), *_rewrite(rest, exits))
    attempt = isinstance(stmt, Try)  # what follows it is no part of it: nothing catches it
    if isinstance(stmt, If) and not attempt and not _falls(stmt.body):
        return (_inside(replace(stmt, orelse=(*stmt.orelse, *rest)), exits),)
    if isinstance(stmt, If) and not attempt and not _falls(stmt.orelse):
        return (_inside(replace(stmt, body=(*stmt.body, *rest)), exits),)
    return _flagged(stmt, rest, kinds, exits)


def _inside(stmt: If | With, exits: _Exits) -> Stmt:
    if isinstance(stmt, If):
        inner, orelse = stmt.body, _rewrite(stmt.orelse, exits)
        if not isinstance(stmt, Try) or not stmt.catches:
            return replace(stmt, body=_rewrite(inner, exits), orelse=orelse)
        *first, note = inner
        assert isinstance(note, Assign), "a body that is tried ends by noting that it has ended"
        return replace(stmt, body=_noted(_rewrite(tuple(first), exits), note), orelse=orelse)
    return replace(stmt, body=_rewrite(stmt.body, exits))


def _noted(body: Block, note: Assign) -> Block:
    """The body of a `try` that notes, wherever it ends, that it has come to its end."""
    if not body:
        return (note,)
    *first, last = body
    match last:
        case Break():
            return (*first, note, last)
        case With(body=inner) | Try(body=inner, catches=()) if _BREAK in _kinds(body):
            return (*first, replace(last, body=_noted(inner, note)))
        case If(body=then, orelse=other) if _BREAK in _kinds(body):
            return (*first, replace(last, body=_noted(then, note), orelse=_noted(other, note)))
    return (*body, note) if _falls(body) else body


def _flagged(stmt: If | With, rest: Block, kinds: frozenset[str], exits: _Exits) -> Block:
    """A branch that leaves on some paths deep inside: flags say so, and guard what follows."""
    flags: dict[str, Var] = {}
    start: list[Stmt] = []
    for kind in (kind for kind in (_RETURN, _BREAK, _CONTINUE) if kind in kinds):
        known = exits.flag(kind)
        flags[kind] = known or (exits.returned if kind == _RETURN else Var(exits.name(kind)))
        if known is None and not (kind == _RETURN and exits.ready):
            start.append(Assign(flags[kind], Const(False), stmt.span))
    within = replace(
        exits, flags=(*exits.flags, *flags.items()), on_break=(), on_return=(),
        ready=exits.ready or _RETURN in kinds,
    )  # fmt: skip
    outside = replace(exits, ready=within.ready)
    after = _rewrite(rest, outside)
    leave = {_RETURN: exits.on_return, _BREAK: exits.on_break, _CONTINUE: ()}
    for kind, flag in reversed(flags.items()):
        after = (If(flag, leave[kind], after, stmt.span),)
    return (*start, _inside(stmt, within), *after)


def _loop(stmt: For | While, rest: Block, exits: _Exits) -> Block:
    """A loop without `else`; what follows it runs unless the loop returned."""
    kinds = _kinds(stmt.body)
    start: list[Stmt] = []
    flags: dict[str, Var] = {}
    rest = (*stmt.orelse, *rest) if _BREAK not in kinds else rest
    if stmt.orelse and _BREAK in kinds:
        flags[_BREAK] = Var(exits.name(_BREAK))
        start.append(Assign(flags[_BREAK], Const(False), stmt.span))
        rest = (If(flags[_BREAK], (), stmt.orelse, stmt.span), *rest)
    always = _RETURN in kinds and not _passes(replace(stmt, orelse=()))
    early = _RETURN in kinds and not always
    known = exits.flag(_RETURN)
    if (always and known) or (early and (rest or exits.on_return or known)):
        flags[_RETURN] = exits.returned
        if not exits.ready:
            start.append(Assign(exits.returned, Const(False), stmt.span))
    inside = replace(
        exits, flags=tuple(flags.items()), on_break=(Break(stmt.span),),
        on_return=(Break(stmt.span),), ready=exits.ready or _RETURN in flags,
    )  # fmt: skip
    loop = replace(stmt, body=_rewrite(stmt.body, inside), orelse=())
    if isinstance(loop, While):
        loop = replace(loop, before=_rewrite(loop.before, inside))
    after = exits.on_return if always else _rewrite(rest, replace(exits, ready=inside.ready))
    if early and (after or exits.on_return):
        after = (If(exits.returned, exits.on_return, after, stmt.span),)
    return (*start, loop, *after)
