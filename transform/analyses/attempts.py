"""`try`: whether it matters how far a body came before an exception left it.

The adjoint of a `try` is that of its body, if it came to its end, or that of a handler. What the
body did before the exception must then have no effect on the handler, nor on what follows: a name
that is read there may be assigned by the last thing in the body that can raise, not before.
"""

from __future__ import annotations

from collections.abc import Iterator

from adjoint.runtime.errors import MissingRule, NotDifferentiable
from adjoint.transform.analyses.aliases import Aliases
from adjoint.transform.analyses.caught import always_raises, is_quiet, read_if_caught
from adjoint.transform.analyses.liveness import Live, names_read
from adjoint.transform.analyses.versions import Versions
from adjoint.transform.errors import SourceNotFound, UnsupportedSyntax
from adjoint.transform.ir.nodes import (
    Assign,
    Block,
    Effect,
    For,
    Function,
    Op,
    Ref,
    Stmt,
    Store,
    Try,
    Var,
    While,
    binds,
    blocks_of,
    walk,
)  # fmt: skip
from adjoint.transform.refusals import unsupported

_INSTEAD = "do it in a function that is called in the `try`, or after it"
_OURS = (MissingRule, NotDifferentiable, SourceNotFound, UnsupportedSyntax)


def check_attempts(
    fn: Function, aliases: Aliases, found: Versions, unsettled: tuple[UnsupportedSyntax, ...]
) -> None:
    """Refuse a `try` whose body may leave half of its work behind; `unsettled`: what is known so.

    Raises:
        UnsupportedSyntax: there is such a body, or a handler that would catch our own errors.
    """
    if unsettled:
        raise unsettled[0]
    attempts = [stmt for stmt in walk(fn.body) if isinstance(stmt, Try) and stmt.catches]
    goes_on = read_if_caught(fn.body) if attempts else {}
    for attempt in attempts:
        if id(attempt) in goes_on:
            inside = {var.name for stmt in walk(attempt.body) for var in binds(stmt)}
            for stmt, last in steps_of(attempt.body):
                _check_step(stmt, last, inside, aliases)
            _check_handler(attempt, inside, found)
        if not always_raises(attempt.orelse):
            _check_classes(attempt)


def half_done(body: Block, wanted: Live) -> UnsupportedSyntax | None:
    """The refusal of a body that names one of `wanted` before something that may raise, if any."""
    for stmt, last in steps_of(body):
        for var in binds(stmt):
            if var.name in wanted and not last:
                what = f"`{var.name}` is assigned in this `try`, which may raise later, and read"
                return unsupported(stmt.span, f"{what} then", _INSTEAD)
    return None


def _check_step(stmt: Stmt, last: bool, inside: set[str], aliases: Aliases) -> None:
    changed = sorted(aliases.reached.get(id(stmt), frozenset()) - inside)
    op = stmt.value if isinstance(stmt, Assign | Effect) else None
    calls = isinstance(op, Op) and op.prim == "call"
    if changed and (calls or not last):
        what = f"`{changed[0]}` is changed in this `try`, which may raise later"
        raise unsupported(stmt.span, what, _INSTEAD)


def _check_handler(attempt: Try, inside: set[str], found: Versions) -> None:
    """What only the body binds is unbound where the body was left: Python raises there, or may."""
    for stmt in walk(attempt.orelse):
        if any(blocks_of(stmt)):
            continue
        names = sorted((names_read(stmt) & inside) - found.before[id(stmt)].keys())
        if names:
            what = f"`{names[0]}` is bound in the `try` alone, and read where that has raised"
            raise unsupported(stmt.span, what, f"give `{names[0]}` a value before the `try`")


def steps_of(block: Block, last: bool = True) -> Iterator[tuple[Stmt, bool]]:
    """The statements of a body, each with whether nothing after it can raise."""
    read = {id(stmt.value) for stmt in block if isinstance(stmt, Assign)}

    def quiet(stmt: Stmt) -> bool:
        """A store to a place that was just read cannot raise either."""
        return is_quiet(stmt) or (isinstance(stmt, Store) and id(stmt.place) in read)

    for position, stmt in enumerate(block):
        ends = last and all(map(quiet, block[position + 1 :]))
        yield stmt, ends and not isinstance(stmt, For | While)
        for inner in blocks_of(stmt):
            yield from steps_of(inner, ends and not isinstance(stmt, For | While))


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
