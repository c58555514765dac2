"""Statements: assignments and everything else that is not control flow."""

from __future__ import annotations

import functools
from collections.abc import Callable

import gast
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Block,
    Break,
    Const,
    Continue,
    Effect,
    If,
    Keep,
    Op,
    Return,
    Rhs,
    Span,
    Stmt,
    Store,
    Unpack,
    Var,
)  # fmt: skip
from adjoint.transform.lower import control, expressions, functions
from adjoint.transform.lower.bindings import bound_names, targets, walrus_names
from adjoint.transform.lower.purity import is_pure
from adjoint.transform.lower.reject import reject
from adjoint.transform.lower.scope import Scope, resolve
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


def assign_to(target: gast.AST, value: Rhs, scope: Scope, out: list[Stmt]) -> None:
    """`target = value`, whatever kind of target it is."""
    match target:
        case gast.Name():
            out.append(Assign(_variable(target, scope), value, scope.span))
        case gast.Tuple(elts=elements) | gast.List(elts=elements):
            held = expressions.bind(value, scope, out) if isinstance(value, Op) else value
            _unpack(elements, held, scope, out)
        case gast.Subscript() | gast.Attribute():
            held = expressions.bind(value, scope, out) if isinstance(value, Op) else value
            place = expressions.place(target, scope, out)
            out.append(Store(place, "", held, scope.span))
        case _:
            raise reject(target, scope)


def _variable(node: gast.Name, scope: Scope) -> Var:
    target = resolve(node, scope)
    if not isinstance(target, Var):
        what = f"{node.id!r} is bound by an import as well"
        raise scope.refuse(node, what, "give one of them another name")
    return target


def _unpack(elements: list[gast.AST], value: Atom, scope: Scope, out: list[Stmt]) -> None:
    """`a, *b = value`; what is not a plain name is unpacked into temporaries first.

    Names may be bound directly as long as nothing that comes before them could tell.
    """
    plain = [item.value if isinstance(item, gast.Starred) else item for item in elements]
    star = next((i for i, item in enumerate(elements) if isinstance(item, gast.Starred)), None)
    names = [text for item in plain for text in targets(item)]
    only_names = len(set(names)) == len(names) and all(_is_pattern(item) for item in plain)
    direct: list[Var] = []
    later: list[tuple[gast.AST, Var]] = []
    for item in plain:
        if isinstance(item, gast.Name) and (only_names or not later):
            direct.append(_variable(item, scope))
        else:
            later.append((item, scope.temporary()))
            direct.append(later[-1][1])
    out.append(Unpack(tuple(direct), value, star, scope.span))
    for item, held in later:
        assign_to(item, held, scope, out)


def _is_pattern(node: gast.AST) -> bool:
    """Whether a target consists of names alone."""
    if isinstance(node, gast.Starred):
        return _is_pattern(node.value)
    if isinstance(node, gast.Tuple | gast.List):
        return all(_is_pattern(item) for item in node.elts)
    return isinstance(node, gast.Name)


def _assign(node: gast.Assign, scope: Scope, out: list[Stmt]) -> None:
    _assign_all(node.targets, node.value, scope, out)


def _annotated(node: gast.AnnAssign, scope: Scope, out: list[Stmt]) -> None:
    """The annotation says nothing that the adjoint needs; alone it is no statement at all."""
    if node.value is not None:
        _assign_all([node.target], node.value, scope, out)


def _assign_all(nodes: list[gast.AST], source: gast.AST, scope: Scope, out: list[Stmt]) -> None:
    """`a = b = value`: evaluated once, and before anything in the targets is bound."""
    value = expressions.rhs(source, scope, out)
    several = len(nodes) > 1
    if isinstance(value, Var):
        rebound = bound_names(nodes) if several else walrus_names(nodes)
        held = value.name in rebound
    else:
        held = several and isinstance(value, Op)
    if held:
        value = expressions.bind(value, scope, out)
    for node in nodes:
        assign_to(node, value, scope, out)


def _augmented(node: gast.AugAssign, scope: Scope, out: list[Stmt]) -> None:
    operator = expressions.OPERATORS[type(node.op)]
    if isinstance(node.target, gast.Name):
        target = _variable(node.target, scope)
        if target.name in bound_names([node.value]):
            what = "the value of an augmented assignment assigns its target"
            raise scope.refuse(node, what, "use two statements")
        value = expressions.atom(node.value, scope, out)
        out.append(Augment(target, operator, value, scope.span))
        return
    place = expressions.place(node.target, scope, out)
    if _may_write(node, scope):
        _augment_in_steps(place, operator, node.value, scope, out)
        return
    value = expressions.atom(node.value, scope, out)
    out.append(Store(place, operator, value, scope.span))


def _may_write(node: gast.AugAssign, scope: Scope) -> bool:
    """Whether the value of `base[...] += value` may write into `base`: it passes it to a call."""
    if is_pure(node.value, scope):
        return False
    base = node.target
    while isinstance(base, gast.Subscript | gast.Attribute):
        base = base.value
    if not isinstance(base, gast.Name):
        return True
    passed = [inner for inner in gast.walk(node.value) if isinstance(inner, gast.Call)]
    local = any(isinstance(call.func, gast.Name) and call.func.id in scope.local for call in passed)
    walrus = any(isinstance(inner, gast.NamedExpr) for inner in gast.walk(node.value))
    reads = (
        inner for call in passed if not is_pure(call, scope) for inner in gast.walk(call)
        if isinstance(inner, gast.Name)
    )  # fmt: skip
    return local or walrus or any(inner.id == base.id for inner in reads)


def _augment_in_steps(
    place: Op, operator: str, value: gast.AST, scope: Scope, out: list[Stmt]
) -> None:
    """`base[i] += f(base)`: Python reads `base[i]` before `f` runs, and stores afterwards."""
    held = []
    for operand in place.args:
        rebound = isinstance(operand, Var) and operand.name in scope.walruses
        held.append(expressions.bind(operand, scope, out) if rebound else operand)
    place = Op(place.prim, tuple(held), place.template)
    old = scope.unused("old")
    out.append(Assign(old, place, scope.span))
    out.append(Augment(old, operator, expressions.atom(value, scope, out), scope.span))
    out.append(Store(place, "", old, scope.span))


def _expression(node: gast.Expr, scope: Scope, out: list[Stmt]) -> None:
    if isinstance(node.value, gast.Constant):
        return  # a docstring, or `...`
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
        if not isinstance(target, gast.Name):
            instead = "build the list or array without it"
            raise scope.refuse(target, "`del` of anything but a name is not supported", instead)
        out.append(Keep(gast.Delete([hole(0)]), (_variable(target, scope),), scope.span))


def _import(node: gast.Import | gast.ImportFrom, scope: Scope, out: list[Stmt]) -> None:
    for alias in node.names:
        text = (alias.asname or alias.name).partition(".")[0]
        if isinstance(scope.names.get(text, Var(text)), Var):
            what = f"{text!r} is bound more than once"
            raise scope.refuse(node, what, "import it once, at module level")
    out.append(Keep(node, (), scope.span))


def _global(node: gast.Global | gast.Nonlocal, scope: Scope, out: list[Stmt]) -> None:
    word = type(node).__name__.lower()
    instead = "return the value, and assign it where the function is called"
    raise scope.refuse(node, f"`{word}` is not supported", instead)


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
        gast.Assign: _assign,
        gast.AnnAssign: _annotated,
        gast.AugAssign: _augmented,
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
        gast.If: control.if_,
        gast.For: control.for_,
        gast.While: control.while_,
        gast.With: control.with_,
    }
