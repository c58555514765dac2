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
    NOWHERE,
    Assign,
    Block,
    Break,
    Const,
    Continue,
    Define,
    Enumerate,
    For,
    Function,
    If,
    Keep,
    Ref,
    Return,
    Reversed,
    Stmt,
    Try,
    Var,
    While,
    With,
    Zip,
    binds,
    blocks_of,
    reads,
    walk,
)  # fmt: skip

RETURN, BREAK, CONTINUE = "returned", "broke", "skipped"


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
    if falls(body) or RETURN not in ways_out(body):
        body = (*body, Return(Const(None), fn.span))
    names = _names(fn)
    last = body[-1]
    if isinstance(last, Return) and RETURN not in ways_out(body[:-1]):
        exits = _Exits(names, Var(""), Var(""))
        return replace(fn, body=(*_rewrite(body[:-1], exits), last))
    exits = _Exits(names, Var(names("result")), Var(names(RETURN)))
    span = next(stmt.span for stmt in walk(body) if isinstance(stmt, Return))
    return replace(fn, body=(*_rewrite(body, exits), Return(exits.result, span)))


def left_alone(block: Block, name: Callable[[str], str], result: Var | None = None) -> Block:
    """A block whose `return`s leave it alone; what stands after it runs in any case.

    Args:
        block: statements as `lower` makes them.
        name: makes a name that was never used.
        result: the variable that receives what is returned.
    """
    kinds = ways_out(block)
    if result is not None and falls(block):
        block = (*block, Return(Const(None), block[-1].span if block else NOWHERE))
    flag = Var(name(RETURN)) if RETURN in kinds else Var("")
    return _rewrite(_nested(block), _Exits(name, result or Var(""), flag))


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


def ways_out(block: Block) -> frozenset[str]:
    """The ways in which a block may be left early."""
    found: frozenset[str] = frozenset()
    for stmt in block:
        match stmt:
            case Return():
                found |= {RETURN}
            case Break():
                found |= {BREAK}
            case Continue():
                found |= {CONTINUE}
            case For(body=body, orelse=orelse) | While(body=body, orelse=orelse):
                found |= (ways_out(body) & {RETURN}) | ways_out(orelse)
            case If() | With():
                for inner in blocks_of(stmt):
                    found |= ways_out(inner)
    return found


def takes_all(loop: For) -> bool:
    """Whether a loop goes on to the end of what it runs over; `zip` may end before one of them."""
    inner = loop.iterable
    while isinstance(inner, Enumerate | Reversed):
        inner = inner.inner
    return not isinstance(inner, Zip) and not ways_out(loop.body)


def falls(block: Block) -> bool:
    """Whether control may reach the end of a block."""
    return all(map(_passes, block))


def _passes(stmt: Stmt) -> bool:
    """Whether control may go on after a statement."""
    match stmt:
        case Return() | Break() | Continue() | Keep(template=gast.Raise()):
            return False
        case With(body=body) | Try(body=body, catches=()):
            return falls(body)
        case If(body=body, orelse=orelse):
            return falls(body) or falls(orelse)
        case For(body=body, orelse=orelse):
            return BREAK in ways_out(body) or falls(orelse)
        case While(test=test, body=body, orelse=orelse):
            endless = isinstance(test, Const) and bool(test.value)
            return BREAK in ways_out(body) or (not endless and falls(orelse))
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
                setting = (Assign(exits.result, value, stmt.span),) if exits.result.name else ()
                flag = exits.flag(RETURN)
                raised = (Assign(flag, Const(True), stmt.span),) if flag else ()
                return (*before, *raised, *setting, *exits.on_return)
            case Break():
                return (*before, *_set(exits, BREAK, stmt), *exits.on_break)
            case Continue():
                return (*before, *_set(exits, CONTINUE, stmt))
            case Keep(template=gast.Raise()):
                return (*before, stmt)
    return block


def _needs_care(block: Block) -> bool:
    """Whether a block has exits, or loops whose exits are to be made plain."""
    return bool(ways_out(block)) or any(isinstance(stmt, For | While) for stmt in walk(block))


def _set(exits: _Exits, kind: str, stmt: Break | Continue) -> Block:
    flag = exits.flag(kind)
    return (Assign(flag, Const(True), stmt.span),) if flag else ()


def _branch(stmt: If | With, rest: Block, exits: _Exits) -> Block:
    """A branch, and what follows it: moved into it if only one of its paths goes on."""
    kinds = frozenset().union(*map(ways_out, blocks_of(stmt)))
    if not rest or not _passes(stmt):
        return (_inside(stmt, exits),)
    if not kinds:
        return (_inside(stmt, exits), *_rewrite(rest, exits))
    attempt = isinstance(stmt, Try)  # what follows it is no part of it: nothing catches it
    if isinstance(stmt, If) and not attempt and not falls(stmt.body):
        return (_inside(replace(stmt, orelse=(*stmt.orelse, *rest)), exits),)
    if isinstance(stmt, If) and not attempt and not falls(stmt.orelse):
        return (_inside(replace(stmt, body=(*stmt.body, *rest)), exits),)
    return _flagged(stmt, rest, kinds, exits)


def _inside(stmt: If | With, exits: _Exits) -> Stmt:
    if isinstance(stmt, If):
        inner, orelse = stmt.body, _rewrite(stmt.orelse, exits)
        if not isinstance(stmt, Try) or not stmt.catches:
            return replace(stmt, body=_rewrite(inner, exits), orelse=orelse)
        *first, note = inner
        if not isinstance(note, Assign) or note.target != stmt.test:  # it was made plain before
            return replace(stmt, body=_rewrite(inner, exits), orelse=orelse)
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
        case With(body=inner) | Try(body=inner, catches=()) if BREAK in ways_out(body):
            return (*first, replace(last, body=_noted(inner, note)))
        case If(body=then, orelse=other) if BREAK in ways_out(body):
            return (*first, replace(last, body=_noted(then, note), orelse=_noted(other, note)))
    return (*body, note) if falls(body) else body


def _flagged(stmt: If | With, rest: Block, kinds: frozenset[str], exits: _Exits) -> Block:
    """A branch that leaves on some paths deep inside: flags say so, and guard what follows."""
    flags: dict[str, Var] = {}
    start: list[Stmt] = []
    for kind in (kind for kind in (RETURN, BREAK, CONTINUE) if kind in kinds):
        known = exits.flag(kind)
        flags[kind] = known or (exits.returned if kind == RETURN else Var(exits.name(kind)))
        if known is None and not (kind == RETURN and exits.ready):
            start.append(Assign(flags[kind], Const(False), stmt.span))
    within = replace(
        exits, flags=(*exits.flags, *flags.items()), on_break=(), on_return=(),
        ready=exits.ready or RETURN in kinds,
    )  # fmt: skip
    outside = replace(exits, ready=within.ready)
    after = _rewrite(rest, outside)
    leave = {RETURN: exits.on_return, BREAK: exits.on_break, CONTINUE: ()}
    for kind, flag in reversed(flags.items()):
        after = (If(flag, leave[kind], after, stmt.span),)
    return (*start, _inside(stmt, within), *after)


def _loop(stmt: For | While, rest: Block, exits: _Exits) -> Block:
    """A loop without `else`; what follows it runs unless the loop returned."""
    kinds = ways_out(stmt.body)
    start: list[Stmt] = []
    flags: dict[str, Var] = {}
    rest = (*stmt.orelse, *rest) if BREAK not in kinds else rest
    if stmt.orelse and BREAK in kinds:
        flags[BREAK] = Var(exits.name(BREAK))
        start.append(Assign(flags[BREAK], Const(False), stmt.span))
        rest = (If(flags[BREAK], (), stmt.orelse, stmt.span), *rest)
    always = RETURN in kinds and not _passes(replace(stmt, orelse=()))
    early = RETURN in kinds and not always
    known = exits.flag(RETURN)
    if (always and known) or (early and (rest or exits.on_return or known)):
        flags[RETURN] = exits.returned
        if not exits.ready:
            start.append(Assign(exits.returned, Const(False), stmt.span))
    inside = replace(
        exits, flags=tuple(flags.items()), on_break=(Break(stmt.span),),
        on_return=(Break(stmt.span),), ready=exits.ready or RETURN in flags,
    )  # fmt: skip
    loop = replace(stmt, body=_rewrite(stmt.body, inside), orelse=())
    if isinstance(loop, While):
        loop = replace(loop, before=_rewrite(loop.before, inside))
    after = exits.on_return if always else _rewrite(rest, replace(exits, ready=inside.ready))
    if early and (after or exits.on_return):
        after = (If(exits.returned, exits.on_return, after, stmt.span),)
    return (*start, loop, *after)
