"""`try`: whether it matters how far a body came before an exception left it.

The adjoint of a `try` is that of its body, if it came to its end, or that of a handler. What the
body did before the exception must then have no effect on the handler, nor on what follows: a name
that is read there may be assigned by the last thing in the body that can raise, not before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from adjoint.runtime.errors import MissingRule, NotDifferentiable
from adjoint.transform.analyses.aliases import Aliases
from adjoint.transform.analyses.liveness import Live, live_after, names_read
from adjoint.transform.analyses.versions import Versions
from adjoint.transform.errors import SourceNotFound, UnsupportedSyntax
from adjoint.transform.ir.nodes import (
    Assign,
    Block,
    Break,
    Effect,
    For,
    Function,
    If,
    Op,
    Ref,
    Stmt,
    Try,
    Var,
    While,
    With,
    binds,
    blocks_of,
    walk,
)  # fmt: skip
from adjoint.transform.refusals import unsupported

_OURS = (MissingRule, NotDifferentiable, SourceNotFound, UnsupportedSyntax)


def check_attempts(fn: Function, aliases: Aliases, found: Versions) -> None:
    """Refuse a `try` whose body may leave half of its work behind.

    Raises:
        UnsupportedSyntax: there is such a body, or a handler that would catch our own errors.
    """
    for attempt in walk(fn.body):
        if not isinstance(attempt, Try) or not attempt.catches:
            continue
        wanted = _wanted(fn, attempt, found)
        inside = {var.name for stmt in walk(attempt.body) for var in binds(stmt)}
        for stmt, last in _steps(attempt.body, True):
            _check_step(stmt, last, wanted, inside, aliases)
        _check_handler(attempt, inside, found)
        _check_classes(attempt)


def _wanted(fn: Function, attempt: Try, found: Versions) -> Live:
    """The names that are read once an exception was caught."""
    live = live_after(replace(fn, body=_if_caught(fn.body, attempt, found)))
    first, *_ = attempt.orelse
    return (live[id(first)] - {var.name for var in binds(first)}) | names_read(first)


def _if_caught(block: Block, attempt: Try, found: Versions) -> Block:
    """The block without what runs only if the body of an attempt came to its end."""
    return tuple(_stmt_if_caught(stmt, attempt, found) for stmt in block)


def _stmt_if_caught(stmt: Stmt, attempt: Try, found: Versions) -> Stmt:
    if stmt is attempt:
        return stmt
    match stmt:
        case If(test=Var(name=name), body=body, orelse=orelse):
            same = stmt.test == attempt.test and not isinstance(stmt, Try)
            read = found.before[id(stmt)].get(name)
            if same and read is found.after[id(attempt)].get(name):
                body = ()
            body, orelse = _if_caught(body, attempt, found), _if_caught(orelse, attempt, found)
            return replace(stmt, body=body, orelse=orelse)
        case If(body=body, orelse=orelse):
            body, orelse = _if_caught(body, attempt, found), _if_caught(orelse, attempt, found)
            return replace(stmt, body=body, orelse=orelse)
        case For(body=body) | While(body=body) | With(body=body):
            return replace(stmt, body=_if_caught(body, attempt, found))
    return stmt


def _check_step(
    stmt: Stmt, last: bool, wanted: Live, inside: set[str], aliases: Aliases
) -> None:
    instead = "do it in a function that is called in the `try`, or after it"
    for var in binds(stmt):
        if var.name in wanted and not last:
            what = f"`{var.name}` is assigned in this `try`, which may raise later, and read then"
            raise unsupported(stmt.span, what, instead)
    changed = sorted(aliases.reached.get(id(stmt), frozenset()) - inside)
    op = stmt.value if isinstance(stmt, Assign | Effect) else None
    calls = isinstance(op, Op) and op.prim == "call"
    if changed and (calls or not last):
        what = f"`{changed[0]}` is changed in this `try`, which may raise later"
        raise unsupported(stmt.span, what, instead)


def _check_handler(attempt: Try, inside: set[str], found: Versions) -> None:
    """What only the body binds is unbound where the body was left: Python raises there, or may."""
    for stmt in walk(attempt.orelse):
        if any(blocks_of(stmt)):
            continue
        names = sorted((names_read(stmt) & inside) - found.before[id(stmt)].keys())
        if names:
            what = f"`{names[0]}` is bound in the `try` alone, and read where that has raised"
            raise unsupported(stmt.span, what, f"give `{names[0]}` a value before the `try`")


def _steps(block: Block, last: bool) -> Iterator[tuple[Stmt, bool]]:
    """The statements of a body, each with whether nothing after it can raise."""
    for position, stmt in enumerate(block):
        ends = last and all(map(_is_quiet, block[position + 1 :]))
        yield stmt, ends and not isinstance(stmt, For | While)
        for inner in blocks_of(stmt):
            yield from _steps(inner, ends and not isinstance(stmt, For | While))


def _is_quiet(stmt: Stmt) -> bool:
    """Whether a statement cannot raise."""
    if isinstance(stmt, If) and not isinstance(stmt, Try):
        return all(map(_is_quiet, (*stmt.body, *stmt.orelse)))
    return isinstance(stmt, Break) or (
        isinstance(stmt, Assign) and not isinstance(stmt.value, Op)
    )


def _check_classes(attempt: Try) -> None:
    """A call that is resolved at run time may fail with an error of ours."""
    broad = [
        known.text
        for known in attempt.catches
        if isinstance(known, Ref) and any(issubclass(error, known.value) for error in _OURS)
    ]
    for stmt in walk(attempt.body):
        op = stmt.value if isinstance(stmt, Assign | Effect) else None
        if broad and isinstance(op, Op) and isinstance(op.callee, Var):
            what = f"`except {broad[0]}` would catch what keeps this call from being differentiated"
            raise unsupported(stmt.span, what, "name the exceptions that are meant")
