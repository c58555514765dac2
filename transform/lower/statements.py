"""Statements: what is neither an assignment nor control flow, and the table of them all."""

from __future__ import annotations

import functools
from collections.abc import Callable

import gast

from adjoint.transform.ir.nodes import (
    Block,
    Break,
    Const,
    Continue,
    Effect,
    If,
    Keep,
    Op,
    Ref,
    Return,
    Span,
    Stmt,
    Var,
)  # fmt: skip
from adjoint.transform.lower import (
    assignments,
    calls,
    contexts,
    control,
    expressions,
    functions,
    generators,
    match,
    tries,
)
from adjoint.transform.lower.getters import as_sorted
from adjoint.transform.lower.named_attributes import set_anyway, stored_by_name
from adjoint.transform.lower.purity import is_pure
from adjoint.transform.lower.reject import reject
from adjoint.transform.lower.scope import Scope
from adjoint.transform.lower.templates import Operands, hole, name, whole


def block(nodes: list[gast.AST], scope: Scope) -> Block:
    """The statements of a block."""
    out: list[Stmt] = []
    for node in nodes:
        statement(node, scope, out)
    return tuple(out)


def statement(node: gast.AST, scope: Scope, out: list[Stmt]) -> None:
    """One statement of the user's, as one or several of ours."""
    lower = _handlers().get(type(node))
    if lower is None:
        raise reject(node, scope)
    lower(node, scope.at(node), out)


def header_span(node: gast.AST, scope: Scope) -> Span:
    """The place of a compound statement's first line."""
    span = scope.source.span(node)
    text = scope.source.lines[span.line - 1].rstrip()
    return Span(span.file, span.line, span.column, span.line, len(text))


def _expression(node: gast.Expr, scope: Scope, out: list[Stmt]) -> None:
    if isinstance(node.value, gast.Constant):
        return  # a docstring, or `...`
    stored = stored_by_name(node.value, scope) or as_sorted(node.value, scope)
    if stored is not None:
        assignments.assign(stored, scope, out)
        return
    anyway = set_anyway(node.value, scope, out)
    if anyway is not None:
        out.append(anyway)
        return
    if isinstance(node.value, gast.Yield | gast.YieldFrom) and scope.yielded is not None:
        generators.give(node, scope, out)
        return
    value = expressions.rhs(node.value, scope, out)
    if isinstance(value, Op):
        out.append(Effect(value, scope.span))


def _return(node: gast.Return, scope: Scope, out: list[Stmt]) -> None:
    value = Const(None) if node.value is None else expressions.atom(node.value, scope, out)
    out.append(Return(value, scope.span))


def _assert(node: gast.Assert, scope: Scope, out: list[Stmt]) -> None:
    """The message is evaluated when the assertion fails, and only then."""
    if node.msg is None or is_pure(node.msg, scope):
        test = node.test
        found = Operands()
        if is_pure(test, scope):
            slot = whole(test, scope, found)
        else:
            slot = found.add(expressions.atom(test, scope, out))
        message = None if node.msg is None else whole(node.msg, scope, found)
        out.append(Keep(gast.Assert(slot, message), tuple(found.atoms), scope.span))
        return
    held = expressions.truth(node.test, scope, out)
    failed: list[Stmt] = []
    text = expressions.atom(node.msg, scope, failed)
    error = gast.Call(name("AssertionError"), [hole(0)], [])
    failed.append(Keep(gast.Raise(error, None), (text,), scope.span))
    out.append(If(held, (), tuple(failed), scope.span))


def _raise(node: gast.Raise, scope: Scope, out: list[Stmt]) -> None:
    """An exception made of pure operands stays as it was written."""
    found = Operands()
    parts: list[gast.AST | None] = []
    for part in (node.exc, node.cause):
        if part is None:
            parts.append(None)
        elif isinstance(part, gast.Call) and all(
            is_pure(inner, scope) for inner in gast.iter_child_nodes(part)
        ):
            parts.append(whole(part, scope, found))
        else:
            parts.append(found.add(expressions.atom(part, scope, out)))
    out.append(Keep(gast.Raise(*parts), tuple(found.atoms), scope.span))


def _delete(node: gast.Delete, scope: Scope, out: list[Stmt]) -> None:
    for target in node.targets:
        if isinstance(target, gast.Subscript):
            _delete_item(target, scope, out)
            continue
        if not isinstance(target, gast.Name):
            instead = "build the object without it"
            raise scope.refuse(target, "`del` of an attribute is not supported", instead)
        out.append(Keep(gast.Delete([hole(0)]), (assignments.variable(target, scope),), scope.span))


def _delete_item(target: gast.Subscript, scope: Scope, out: list[Stmt]) -> None:
    """`del xs[i]` as `xs.pop(i)`, `del xs[i:j]` as `xs[i:j] = []`."""
    if isinstance(target.slice, gast.Slice):
        place = gast.Subscript(target.value, target.slice, gast.Store())
        emptied = gast.Assign([place], gast.List([], gast.Load()), None)
        statement(gast.copy_location(emptied, target), scope, out)
        return
    pop = gast.Attribute(target.value, "pop", gast.Load())
    out.append(Effect(calls.call(gast.Call(pop, [target.slice], []), scope, out), scope.span))


def _import(node: gast.Import | gast.ImportFrom, scope: Scope, out: list[Stmt]) -> None:
    for alias in node.names:
        text = (alias.asname or alias.name).partition(".")[0]
        if isinstance(scope.names.get(text, Var(text)), Var):
            what = f"{text!r} is bound more than once"
            raise scope.refuse(node, what, "import it once, at module level")
    out.append(Keep(node, (), scope.span))


def _global(node: gast.Global | gast.Nonlocal, scope: Scope, out: list[Stmt]) -> None:
    """Names that are only read are found outside; those that are assigned would change there."""
    word = type(node).__name__.lower()
    outside = isinstance(node, gast.Nonlocal) and scope.rebinds.issuperset(node.names)
    if outside or not any(name in scope.names for name in node.names):
        return
    instead = "return the value, and assign it where the function is called"
    raise scope.refuse(node, f"`{word}` of what is assigned here is not supported", instead)


def _class(node: gast.ClassDef, scope: Scope, out: list[Stmt]) -> None:
    """A class that was made already; see `classes`."""
    if not isinstance(scope.names[node.name], Ref):
        raise scope.refuse(
            node,
            "a class inside a function that reads its variables, or changes itself, is not "
            "supported", "define it at module level, and give it what it reads",
        )  # fmt: skip


def _nothing(node: gast.AST, scope: Scope, out: list[Stmt]) -> None:
    """`pass`: a block may be empty."""


def _leave(kind: type[Break] | type[Continue]) -> Callable[..., None]:
    def lower(node: gast.AST, scope: Scope, out: list[Stmt]) -> None:
        out.append(kind(scope.span))

    return lower


@functools.cache
def _handlers() -> dict[type, Callable[..., None]]:
    """What lowers each kind of node (made on first use, since these modules need each other)."""
    return {
        gast.Assign: assignments.assign,
        gast.AnnAssign: assignments.annotated,
        gast.AugAssign: assignments.augmented,
        gast.Expr: _expression,
        gast.Return: _return,
        gast.Assert: _assert,
        gast.Raise: _raise,
        gast.Delete: _delete,
        gast.Import: _import,
        gast.ImportFrom: _import,
        gast.Global: _global,
        gast.Nonlocal: _global,
        gast.Pass: _nothing,
        gast.Break: _leave(Break),
        gast.Continue: _leave(Continue),
        gast.FunctionDef: functions.define,
        gast.ClassDef: _class,
        gast.If: control.if_,
        gast.For: control.for_,
        gast.While: control.while_,
        gast.With: contexts.with_,
        gast.Match: match.match,
        gast.Try: tries.try_,
    }
