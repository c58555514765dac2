"""Control flow: branches and loops."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import replace
from types import FunctionType

import gast

from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Each,
    Enumerate,
    For,
    If,
    Items,
    Iter,
    Op,
    Range,
    Ref,
    Reversed,
    Stmt,
    Var,
    While,
    Zip,
)  # fmt: skip
from adjoint.transform.lower import (
    assignments,
    calls,
    comprehensions,
    expressions,
    generators,
    statements,
    streams,
    taking,
)
from adjoint.transform.lower.cursors import unfolded
from adjoint.transform.lower.scope import Scope, resolve_path
from adjoint.transform.lower.templates import CALLEE, GIVEN, hole, listed, name


def if_(node: gast.If, scope: Scope, out: list[Stmt]) -> None:
    """`if test: ... else: ...`; an `elif` is an `If` alone in the other block."""
    scope = scope.at(node, node.test)
    test = expressions.truth(node.test, scope, out)
    body = statements.block(node.body, scope)
    out.append(If(test, body, statements.block(node.orelse, scope), scope.span))


def while_(node: gast.While, scope: Scope, out: list[Stmt]) -> None:
    """What the test needs is evaluated anew each round."""
    scope = scope.at(node, node.test)
    before: list[Stmt] = []
    test = expressions.truth(node.test, scope, before)
    body = statements.block(node.body, scope)
    orelse = statements.block(node.orelse, scope)
    out.append(While(tuple(before), test, body, orelse, scope.span))


def for_(node: gast.For, scope: Scope, out: list[Stmt]) -> None:
    """`for target in iterable: ... else: ...`."""
    scope = scope.at(node, node.iter)
    source = unfolded(node.iter, scope)
    if source is not node.iter:
        renamed = gast.For(node.target, source, node.body, node.orelse, None)
        for_(gast.copy_location(renamed, node), scope, out)
        return
    if taking.loop(node, scope, out):
        return
    if isinstance(node.iter, gast.GeneratorExp):
        comprehensions.loop_over(node, scope, out)
        return
    found = streams.stream(node.iter, scope)
    if found is not None:
        generators.run(found, generators.rounds(node, scope), node.orelse, scope, out)
        return
    over = iterable(node.iter, scope, out)
    body: list[Stmt] = []
    target = loop_target(node.target, scope, body)
    body.extend(statements.block(node.body, scope))
    orelse = statements.block(node.orelse, scope)
    out.append(For(target, over, tuple(body), orelse, scope.span))


def loop_target(node: gast.AST, scope: Scope, body: list[Stmt]) -> Var:
    """The variable of a loop; a pattern is a temporary that the body begins by unpacking."""
    if isinstance(node, gast.Name):
        target = scope.names[node.id]
        if isinstance(target, Var):
            return target
    target = scope.temporary()
    assignments.assign_to(node, target, scope, body)
    return target


def iterable(node: gast.AST, scope: Scope, out: list[Stmt]) -> Iter:
    """What a loop runs over; the usual builtins are told apart from everything else."""
    node = unfolded(node, scope)
    method = _dictionary_method(node, scope)
    if method:
        return Items(expressions.atom(node.func.value, scope, out), method)
    callee = calls.is_call_of(node, scope, "range", "enumerate", "zip", "reversed")
    if callee is None or any(isinstance(item, gast.Starred) for item in node.args):
        return _each(node, scope, out)
    count, keywords = len(node.args), {word.arg: word.value for word in node.keywords}
    match callee:
        case "range" if not keywords and 1 <= count <= 3:
            return Range(tuple(expressions.operands(node.args, scope, out)))
        case "reversed" if not keywords and count == 1:
            return Reversed(iterable(node.args[0], scope, out))
        case "enumerate" if count in (1, 2) and keywords.keys() <= {"start"}:
            if count + len(keywords) <= 2:
                inner = iterable(node.args[0], scope, out)
                rest = [*node.args[1:], *keywords.values()]
                return Enumerate(inner, *expressions.operands(rest, scope, out))
        case "zip" if keywords.keys() <= {"strict"}:
            strict = keywords.get("strict", gast.Constant(False, None))
            if isinstance(strict, gast.Constant) and isinstance(strict.value, bool):
                inners = tuple(iterable(item, scope, out) for item in node.args)
                return Zip(inners, strict.value)
    return _each(node, scope, out)


def _each(node: gast.AST, scope: Scope, out: list[Stmt]) -> Each:
    """The elements of something; of what has no places (a set, the members of an enum), a list."""
    listing = streams.listing(node, scope)
    if listing is not None:
        return Each(_all_given(node, listing, scope, out))
    value = expressions.atom(node, scope, out)
    columns = calls.is_call_of(node, scope, "zip") is not None  # `zip(*rows)`
    if columns or (isinstance(value, Ref) and isinstance(value.value, type | Set | Iterator)):
        template = gast.Call(name(CALLEE), [hole(0)], [])
        value = expressions.bind(
            Op("call", (value,), template, ("",), Ref("list", list)), scope, out
        )
    return Each(value)


def _all_given(node: gast.Call, listing: FunctionType, scope: Scope, out: list[Stmt]) -> Atom:
    """`list(walk(tree))`: what such a generator gives, by the function that gives a list."""
    target = scope.temporary()
    given = Var(f"{target.name}{GIVEN}")
    called = calls.call(node, scope, out)
    assert isinstance(called.callee, Ref), "a generator that is known"
    callee = replace(called.callee, value=listing)
    out.append(Assign(given, replace(called, callee=callee), scope.span))
    out.append(Assign(target, listed(given), scope.span))
    return target


def _dictionary_method(node: gast.AST, scope: Scope) -> str | None:
    if not isinstance(node, gast.Call) or node.args or node.keywords:
        return None
    func = node.func
    if not isinstance(func, gast.Attribute) or resolve_path(func, scope) is not None:
        return None
    return func.attr if func.attr in ("items", "values", "keys") else None
