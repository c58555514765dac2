"""Comprehensions: a list or a dict that a loop builds.

Their variables are their own. They keep the user's names where nothing else in the function has
them, and get a new one otherwise.
"""

from __future__ import annotations

from dataclasses import replace

import gast

from adjoint.transform.errors import UnsupportedSyntax
from adjoint.transform.ir.nodes import Break, Effect, For, If, Iter, Op, Rhs, Stmt, Store, Var
from adjoint.transform.lower import control, expressions
from adjoint.transform.lower.bindings import targets
from adjoint.transform.lower.scope import Scope
from adjoint.transform.lower.templates import hole, holes


def comprehension(node: gast.ListComp | gast.DictComp, scope: Scope, out: list[Stmt]) -> Rhs:
    """A list or dict comprehension, anywhere in an expression."""
    return build(node, scope, out)


def lone_generator(node: gast.GeneratorExp, scope: Scope, out: list[Stmt]) -> Rhs:
    """A generator that no known function consumes."""
    raise refuse_generator(node, scope)


def refuse_generator(node: gast.GeneratorExp, scope: Scope) -> UnsupportedSyntax:
    """Such a generator runs when its consumer pleases: interleaved with it, or not at all."""
    what = "a generator expression is not supported except as the sole argument of sum() and such"
    return scope.refuse(node, what, "write a list comprehension")


def build(
    node: gast.ListComp | gast.DictComp | gast.GeneratorExp,
    scope: Scope,
    out: list[Stmt],
    stop: bool | None = None,
) -> Var:
    """The loops that build a comprehension's list or dict.

    Args:
        node: the comprehension, or a generator that is consumed at once.
        scope: where it stands.
        out: receives the statements.
        stop: the truth value of an element after which no more are wanted (`any` and `all`).

    Returns:
        The temporary that holds the list or dict.
    """
    if stop is not None and len(node.generators) > 1:
        what = "any() and all() of a generator with two `for`s are not supported"
        raise scope.refuse(node, what, "write the loops out")
    empty = gast.Dict([], []) if isinstance(node, gast.DictComp) else gast.List([], gast.Load())
    prim = "dict" if isinstance(node, gast.DictComp) else "list"
    target = expressions.bind(Op(prim, (), empty), scope, out)
    _generator(node, 0, target, stop, scope, out)
    return target


def _generator(
    node: gast.AST, depth: int, target: Var, stop: bool | None, scope: Scope, out: list[Stmt]
) -> None:
    """The `for` number `depth` of a comprehension, with everything inside it."""
    if depth == len(node.generators):
        _element(node, target, stop, scope, out)
        return
    part = node.generators[depth]
    if part.is_async:
        what = "an asynchronous comprehension is not supported"
        raise scope.refuse(node, what, "collect the items first")
    iterable = control.iterable(part.iter, scope, out)
    inner = _bind_targets(node, depth, scope)
    _loop(node, depth, iterable, target, stop, inner, out)


def _loop(
    node: gast.AST, depth: int, iterable: Iter, target: Var, stop: bool | None, scope: Scope,
    out: list[Stmt],
) -> None:  # fmt: skip
    part = node.generators[depth]
    body: list[Stmt] = []
    variable = control.loop_target(part.target, scope, body)
    block = body
    tests = []
    for condition in part.ifs:
        tests.append((expressions.truth(condition, scope, block), block))
        block = []
    _generator(node, depth + 1, target, stop, scope, block)
    for test, around in reversed(tests):
        around.append(If(test, tuple(block), (), scope.span))
        block = around
    out.append(For(variable, iterable, tuple(body), (), scope.span))


def _element(
    node: gast.AST, target: Var, stop: bool | None, scope: Scope, out: list[Stmt]
) -> None:
    if isinstance(node, gast.DictComp):
        key, value = expressions.operands([node.key, node.value], scope, out)
        place = Op("index", (target, key), gast.Subscript(hole(0), hole(1), gast.Load()))
        out.append(Store(place, "", value, scope.span))
        return
    value = expressions.atom(node.elt, scope, out)
    func = gast.Attribute(hole(0), "append", gast.Load())
    append = Op("method:append", (target, value), gast.Call(func, holes(1, 1), []), ("self", ""))
    out.append(Effect(append, scope.span))
    if stop is not None:
        leave: tuple[Stmt, ...] = (Break(scope.span),)
        out.append(If(value, leave if stop else (), () if stop else leave, scope.span))


def _bind_targets(node: gast.AST, depth: int, scope: Scope) -> Scope:
    """The scope inside a comprehension's `for`: its variables under names that are free."""
    names: dict[str, Var] = {}
    taken = set(scope.free)
    for name in targets(node.generators[depth].target):
        text, number = name, 0
        while text in taken:
            number += 1
            text = f"{name}_{number}"
            if text in scope.used:
                taken.add(text)
        names[name] = Var(text)
    inner = scope.with_names(names)
    return replace(inner, free=scope.free | {variable.name for variable in names.values()})

