"""Numbers that exceptions carry: no derivative can follow them to where they are caught.

What is raised may hold what is differentiated, for a message or a report. It must not be read from
the exception again as a number on which the result depends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import gast

from adjoint.transform.analyses.activity import active_names, varied_names
from adjoint.transform.analyses.aliases import Aliases
from adjoint.transform.analyses.kind import Kind
from adjoint.transform.ir.nodes import (
    CAUGHT,
    Assign,
    Effect,
    Function,
    Keep,
    Op,
    Stmt,
    Try,
    Var,
    binds,
    reads,
    walk,
)  # fmt: skip
from adjoint.transform.refusals import place_of, unsupported

Carries = Callable[[Op], bool]
"""Whether what a call raises may hold what it was given."""


def check_raised(
    fn: Function, kinds: Mapping[str, Kind], aliases: Aliases, inputs: Iterable[str],
    carries: Carries,
) -> None:  # fmt: skip
    """Refuse that a number is read from an exception that holds what is differentiated.

    Raises:
        UnsupportedSyntax: the result depends on such a number.
    """
    errors = {name for stmt in walk(fn.body) for name in _caught(stmt)}
    if not errors:
        return
    varied = varied_names(fn, kinds, aliases, inputs)
    if not any(_holds(stmt, varied, carries) for stmt in _attempted(fn)):
        return
    useful = active_names(fn, kinds, aliases, kinds, (p.name for p in fn.params))
    for stmt in walk(fn.body):
        op = stmt.value if isinstance(stmt, Assign) else None
        if not isinstance(op, Op) or not _is_part(op):
            continue
        read = {atom.name for atom in op.args if isinstance(atom, Var)}
        if read & errors and {var.name for var in binds(stmt)} & useful:
            raise unsupported(
                place_of(op, stmt.span),
                "a number is read here from an exception that may hold what is differentiated, "
                "which no derivative can follow",
                "keep the number in a variable, before this is raised",
            )  # fmt: skip


def holds_values(fn: Function) -> bool:
    """Whether a function itself may raise what holds a value of a variable."""
    return any(_is_made_of(stmt, None) for stmt in walk(fn.body))


def _attempted(fn: Function) -> list[Stmt]:
    return [s for t in walk(fn.body) if isinstance(t, Try) and t.catches for s in walk(t.body)]


def _holds(stmt: Stmt, varied: frozenset[str], carries: Carries) -> bool:
    """Whether what a statement raises may hold one of some values."""
    if _is_made_of(stmt, varied):
        return True
    op = stmt.value if isinstance(stmt, Assign | Effect) else None
    if not isinstance(op, Op) or not varied & {a.name for a in reads(stmt) if isinstance(a, Var)}:
        return False
    return carries(op)


def _is_made_of(stmt: Stmt, values: frozenset[str] | None) -> bool:
    """Whether a statement raises what is made of one of some values (None: of any)."""
    match stmt:
        case Keep(template=gast.Raise(), args=args):
            read = {atom.name for atom in args if isinstance(atom, Var)}
            return bool(read if values is None else read & values)
    return False


def _caught(stmt: Stmt) -> list[str]:
    """The names that a statement gives the exception that was caught."""
    if not isinstance(stmt, Try):
        return []
    held: set[str] = set()
    for inner in stmt.orelse:
        match inner:
            case Assign(target=target, value=Op(template=template)) if template is CAUGHT:
                held.add(target.name)
            case Assign(target=target, value=Op(prim="look", args=(Var(name=name),))) if (
                name in held
            ):
                held.add(target.name)
    return sorted(held)


def _is_part(op: Op) -> bool:
    return isinstance(op.template, gast.Attribute | gast.Subscript)
