"""What each line of the functions met does with derivatives, read off their analyses."""

from __future__ import annotations

import ast
import linecache
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import gast

from adjoint.runtime.rules import rule_of
from adjoint.transform.analyses.activity import (
    active_names,
    differentiable_operands,
    differentiable_reads,
    targets_of,
    varied_names,
)  # fmt: skip
from adjoint.transform.analyses.effects import is_rule
from adjoint.transform.analysis import analyse, hides_calls
from adjoint.transform.callees import target_of
from adjoint.transform.derive.dynamic import is_numeric_method, why_not
from adjoint.transform.derive.watched import Hides
from adjoint.transform.ir.nodes import (
    Augment,
    Break,
    Continue,
    Op,
    Ref,
    Return,
    Span,
    Stmt,
    Store,
    Var,
    operations,
    reads,
    walk,
)  # fmt: skip
from adjoint.transform.lower.expressions import OPERATORS, UNARY
from adjoint.transform.refusals import place_of
from adjoint.transform.world import Analysis, World

DIFFERENTIATES, KEPT, INACTIVE, REFUSED = "differentiates", "kept", "inactive", "refused"
LATE = "found when it runs"
_VIEW = f"a view or a copy, {LATE}"
STRENGTH = ("", INACTIVE, KEPT, DIFFERENTIATES, REFUSED)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a line does: one of the words above, and what its derivatives pass through.

    calls: the objects that it calls and that are, or may be, functions with source.
    """

    word: str
    through: tuple[str, ...] = ()
    calls: tuple[Any, ...] = ()


def marks_of(world: World) -> dict[tuple[str, int], Mark]:
    """The marks of all lines of the functions that were differentiated, by file and line."""
    found: dict[tuple[str, int], Mark] = {}
    for key in list(world.emitted):
        if key[1:] == ("primal",):
            continue
        callee_key, _, wrt, kinds, written, _, together, *_ = key
        analysis = analyse(world.callees.known[callee_key], kinds, world, together)
        hides = partial(hides_calls, kinds=analysis.kinds, world=world)
        for stmt, mark in _of_statements(analysis, {*wrt, *written}, written, hides):
            for line in range(stmt.span.line, stmt.span.end_line + 1):
                place = stmt.span.file, line
                found[place] = _joined(found.get(place, Mark("")), mark)
    return found


def _joined(one: Mark, other: Mark) -> Mark:
    return Mark(
        max(one.word, other.word, key=STRENGTH.index),
        tuple(dict.fromkeys((*one.through, *other.through))),
        tuple({id(c): c for c in (*one.calls, *other.calls)}.values()),
    )


def _of_statements(
    analysis: Analysis, inputs: set[str], outputs: Iterable[str], hides: Hides
) -> Iterator[tuple[Stmt, Mark]]:
    fn, kinds, aliases = analysis.function, analysis.kinds, analysis.aliases
    active = active_names(fn, kinds, aliases, inputs, outputs)
    varied = varied_names(fn, kinds, aliases, inputs)
    unsure = {id(view.made) for view in aliases.taken.values() if not view.sure}
    for stmt in walk(fn.body):
        if isinstance(stmt, Break | Continue):
            continue
        bound = targets_of(stmt, aliases)
        flows = differentiable_reads(stmt) & active
        if flows and (bound & active or isinstance(stmt, Return)):
            through = (*_through(stmt, flows), *([_VIEW] if id(stmt) in unsure else []))
            yield stmt, Mark(DIFFERENTIATES, through, tuple(_calls(stmt)))
        elif {a.name for a in reads(stmt) if isinstance(a, Var)} & varied:
            late = [
                _late(op, stmt) or _hidden(op, hides)
                for op in operations(stmt) if not is_rule(op.prim)
            ]  # fmt: skip
            yield stmt, Mark(KEPT, tuple(filter(None, late)), tuple(_calls(stmt)))
        else:
            yield stmt, Mark(INACTIVE, calls=tuple(_calls(stmt)))


def _late(op: Op, stmt: Stmt) -> str | None:
    """A call of which it is found out when it runs what it reaches; None if it is none."""
    head, _, name = op.prim.partition(":")
    if isinstance(op.callee, Var):
        return f"{_called(op.callee, op, stmt)}(), {LATE}"
    if isinstance(op.callee, Ref):
        known = target_of(op) is not None or rule_of(op.callee.value) is not None
        if known and not {"*", "**"}.intersection(op.roles):
            return None
        return None if why_not(op.callee.value) is not None else f"{op.callee.text}(), {LATE}"
    return f".{name}(), {LATE}" if head == "method" and not is_numeric_method(op) else None


def _hidden(op: Op, hides: Hides) -> str | None:
    """A call of a known function that calls one which is found when it runs."""
    hidden = isinstance(op.callee, Ref) and op.prim == "call" and hides(op)
    return f"{op.callee.text}() calls what is {LATE}" if hidden else None  # type: ignore[union-attr]


def _called(callee: Var, op: Op, stmt: Stmt) -> str:
    """What is called, as it is written."""
    name = callee.name.lstrip("%").partition(".")[0]
    try:
        tree = ast.parse(textwrap.dedent(_text(place_of(op, stmt.span))))
    except SyntaxError:  # the header of a compound statement
        return name
    calls = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    if not hasattr(op.template, "lineno"):  # it is not known which of them
        calls = [text for text in calls if text.rpartition(".")[2] == name]
    return calls[0] if calls else name


def _text(span: Span) -> str:
    """The source at a place."""
    lines = [linecache.getline(span.file, n) for n in range(span.line, span.end_line + 1)]
    lines[-1] = lines[-1][: span.end_column]
    lines[0] = lines[0][span.column :]
    return "".join(lines)


def _calls(stmt: Stmt) -> Iterator[Any]:
    for op in operations(stmt):
        if isinstance(op.callee, Ref):
            yield op.callee.value


def _through(stmt: Stmt, flows: frozenset[str]) -> Iterator[str]:
    """The rules and functions that a statement's derivative passes through, as they are written."""
    if isinstance(stmt, Store | Augment):
        target = "[...]" if isinstance(stmt, Store) and stmt.place.prim == "index" else ""
        yield f"{target} {stmt.operator}=".strip()
    for op in operations(stmt):
        if not flows & {a.name for a in differentiable_operands(op) if isinstance(a, Var)}:
            continue
        head, _, name = op.prim.partition(":")
        if isinstance(op.template, gast.BinOp):
            yield OPERATORS[type(op.template.op)]
        elif isinstance(op.template, gast.UnaryOp):
            yield UNARY[type(op.template.op)]
        elif is_rule(op.prim):
            yield op.prim
        elif op.prim == "index":
            yield "[...]"
        elif (late := _late(op, stmt)) is not None:
            yield late
        elif isinstance(op.callee, Ref):
            yield f"{op.callee.text}()"
        elif head == "attribute":
            yield f".{name}"
