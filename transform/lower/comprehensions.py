"""Comprehensions: a list or a dict that a loop builds.

Their variables are their own. They keep the user's names where nothing else in the function has
them, and get a new one otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import gast

from adjoint.transform.errors import UnsupportedSyntax
from adjoint.transform.ir.nodes import Atom, Break, Effect, For, If, Op, Rhs, Stmt, Store, Var
from adjoint.transform.lower import (
    assignments,
    control,
    expressions,
    generators,
    statements,
    streams,
)
from adjoint.transform.lower.bindings import targets
from adjoint.transform.lower.cursors import unfolded
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


def loop_over(node: gast.For, scope: Scope, out: list[Stmt]) -> None:
    """`for target in (element for ... if ...)`: each element is made when its round begins.

    With two `for`s inside, it is a generator function that is called in place.
    """
    generator = node.iter
    if any(part.is_async for part in generator.generators):
        what = "an asynchronous generator is not supported"
        raise scope.refuse(generator, what, "collect the items first")
    (part, *more) = generator.generators
    if more or streams.stream(part.iter, scope) is not None:
        found = streams.as_function(generator, scope)
        generators.run(found, generators.rounds(node, scope), node.orelse, scope, out)
        return
    iterable = control.iterable(part.iter, scope, out)
    inner = _bind_targets(generator, 0, scope)
    body: list[Stmt] = []
    variable = control.loop_target(part.target, inner, body)
    innermost = body
    tests: list[tuple[Atom, list[Stmt]]] = []
    for condition in part.ifs:
        tests.append((expressions.truth(condition, inner, innermost), innermost))
        innermost = []
    element = expressions.rhs(generator.elt, inner, innermost)
    assignments.assign_to(node.target, element, scope, innermost)
    innermost.extend(statements.block(node.body, scope))
    for test, around in reversed(tests):
        around.append(If(test, tuple(innermost), (), scope.span))
        innermost = around
    orelse = statements.block(node.orelse, scope)
    out.append(For(variable, iterable, tuple(body), orelse, scope.span))


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
    _generator(_Job(node, target, stop), 0, scope, out)
    return target


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """A comprehension, the temporary that receives its elements, and what ends it early."""

    node: gast.AST
    target: Var
    stop: bool | None


def _generator(job: _Job, depth: int, scope: Scope, out: list[Stmt]) -> None:
    """The `for` number `depth` of a comprehension, with everything inside it."""
    if depth == len(job.node.generators):
        _element(job, scope, out)
        return
    part = job.node.generators[depth]
    if part.is_async:
        what = "an asynchronous comprehension is not supported"
        raise scope.refuse(job.node, what, "collect the items first")
    items = unfolded(part.iter, scope)
    within = isinstance(items, gast.GeneratorExp)
    found = streams.as_function(items, scope) if within else streams.stream(items, scope)
    inner = _bind_targets(job.node, depth, scope)
    if found is not None:

        def each(value: Rhs, round_: list[Stmt]) -> None:
            assignments.assign_to(part.target, value, inner, round_)
            _conditions(job, depth, part.ifs, inner, round_)

        generators.run(found, each, [], inner, out)
        return
    iterable = control.iterable(part.iter, scope, out)
    body: list[Stmt] = []
    variable = control.loop_target(part.target, inner, body)
    _conditions(job, depth, part.ifs, inner, body)
    out.append(For(variable, iterable, tuple(body), (), scope.span))


def _conditions(
    job: _Job, depth: int, conditions: list[gast.AST], scope: Scope, out: list[Stmt]
) -> None:
    """The `if`s of a `for`, one inside the other, and what they guard."""
    if not conditions:
        _generator(job, depth + 1, scope, out)
        return
    test = expressions.truth(conditions[0], scope, out)
    body: list[Stmt] = []
    _conditions(job, depth, conditions[1:], scope, body)
    out.append(If(test, tuple(body), (), scope.span))


def _element(job: _Job, scope: Scope, out: list[Stmt]) -> None:
    node, target = job.node, job.target
    if isinstance(node, gast.DictComp):
        key, value = expressions.operands([node.key, node.value], scope, out)
        place = Op("index", (target, key), gast.Subscript(hole(0), hole(1), gast.Load()))
        out.append(Store(place, "", value, scope.span))
        return
    value = expressions.atom(node.elt, scope, out)
    func = gast.Attribute(hole(0), "append", gast.Load())
    append = Op("method:append", (target, value), gast.Call(func, holes(1, 1), []), ("self", ""))
    out.append(Effect(append, scope.span))
    if job.stop is not None:
        leave: tuple[Stmt, ...] = (Break(scope.span),)
        body, orelse = (leave, ()) if job.stop else ((), leave)
        out.append(If(value, body, orelse, scope.span))


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
