"""Generators: what consumes one stands where it yields.

    def squares(y):
        for v in y:                    for v in x:
            if v > 0:          ->          if v > 0:
                yield v * v                    w = v * v
    for w in squares(x):                       total = total + w
        total = total + w

Both run in turns, as in Python: the generator goes on where the consumer's round ends. A `break` of
the consumer leaves the generator; its `continue` leaves what stands at one `yield`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from types import FunctionType

import gast

from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Block,
    Break,
    Const,
    Continue,
    For,
    If,
    Op,
    Ref,
    Return,
    Rhs,
    Stmt,
    Var,
    While,
    With,
)  # fmt: skip
from adjoint.transform.lower import assignments, calls, expressions, opened, statements
from adjoint.transform.lower.bindings import own_nodes
from adjoint.transform.lower.exits import BREAK, CONTINUE, RETURN, falls, left_alone, ways_out
from adjoint.transform.lower.scope import Opened, Scope, resolve_path
from adjoint.transform.lower.templates import hole, holes, name
from adjoint.transform.source import read_source

Each = Callable[[Rhs, list[Stmt]], None]
"""Appends the statements of a round, given the element."""

_GENERATES = 0x20  # a flag of code objects


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """The call of a generator, with `enumerate(..., start)` and `islice(..., most)` around it."""

    call: gast.Call
    generator: Opened
    start: gast.AST | None = None
    most: gast.AST | None = None


def stream(node: gast.AST, scope: Scope) -> Stream | None:
    """The generator that an expression runs, if it is known."""
    if not isinstance(node, gast.Call):
        return None
    if calls.is_call_of(node, scope, "enumerate") and 1 <= len(node.args) + len(node.keywords) <= 2:
        inner = stream(node.args[0], scope) if node.args else None
        rest = [*node.args[1:], *(word.value for word in node.keywords)]
        start = rest[0] if rest else gast.Constant(0, None)
        return None if inner is None or inner.start else replace(inner, start=start)
    known = resolve_path(node.func, scope)
    if not isinstance(known, Ref):
        return None
    if known.value is itertools.islice and len(node.args) == 2:
        inner = stream(node.args[0], scope)
        return None if inner is None or inner.most else replace(inner, most=node.args[1])
    if isinstance(known.value, Opened):
        return Stream(node, known.value) if known.value.generates else None
    if isinstance(known.value, FunctionType) and known.value.__code__.co_flags & _GENERATES:
        return Stream(node, _outside(node, known.value, scope))
    return None


def _outside(node: gast.AST, function: FunctionType, scope: Scope) -> Opened:
    """A generator that is defined at the top of a module: that of the function which calls it."""
    source = read_source(function)
    around = replace(scope, source=source, origin=function, names={}, definition=source.tree)
    free = {inner.id for inner in own_nodes(source.tree.body) if isinstance(inner, gast.Name)}
    here, there = scope.origin.__globals__, function.__globals__
    if function.__closure__ or any(there[text] is not here.get(text) for text in free & set(there)):
        what = f"the generator `{function.__name__}` is defined elsewhere, among other names"
        raise scope.refuse(node, what, "let it return a list, or define it in this module")
    hidden = sorted(free & there.keys() & scope.names.keys())
    if hidden:
        what = f"`{function.__name__}` reads `{hidden[0]}`, which is another variable here"
        raise scope.refuse(node, what, "rename one of them")
    return Opened(source.tree, around, frozenset(), True)


def as_function(node: gast.GeneratorExp, scope: Scope) -> Stream:
    """A generator expression as a generator function that is called in place."""
    innermost: gast.AST = gast.Expr(gast.copy_location(gast.Yield(node.elt), node.elt))
    for part in reversed(node.generators):
        for test in reversed(part.ifs):
            guarded = gast.If(test, [gast.copy_location(innermost, node.elt)], [])
            innermost = gast.copy_location(guarded, test)
        body = [gast.copy_location(innermost, node.elt)]
        innermost = gast.copy_location(gast.For(part.target, part.iter, body, [], None), node)
    definition = gast.copy_location(gast.parse("def generator(): pass").body[0], node)
    definition.body = [innermost]
    called = gast.copy_location(gast.Call(name(definition.name), [], []), node)
    return Stream(called, Opened(definition, scope, frozenset(), True))


def rounds(node: gast.For, scope: Scope) -> Each:
    """What a loop does in each round."""

    def each(value: Rhs, out: list[Stmt]) -> None:
        assignments.assign_to(node.target, value, scope, out)
        out.extend(statements.block(node.body, scope))

    return each


def as_list(node: gast.AST, scope: Scope) -> gast.AST:
    """An expression that is consumed at once, as a list where it runs a generator."""
    if isinstance(node, gast.GeneratorExp):
        return gast.copy_location(gast.ListComp(node.elt, node.generators), node)
    if stream(node, scope) is None:
        return node
    return gast.copy_location(gast.ListComp(*_every(node)), node)


def as_expression(node: gast.AST, scope: Scope) -> gast.AST:
    """The same as a generator expression."""
    if stream(node, scope) is None:
        return node
    return gast.copy_location(gast.GeneratorExp(*_every(node)), node)


def _every(node: gast.AST) -> tuple[gast.AST, list[gast.AST]]:
    item, each = name("item"), gast.comprehension(name("item", gast.Store()), node, [], 0)
    return gast.copy_location(item, node), [each]


def run(
    found: Stream, each: Each, orelse: list[gast.AST], scope: Scope, out: list[Stmt]
) -> None:  # fmt: skip
    """The text of a generator with what its consumer does where it yields.

    Args:
        found: the generator.
        each: what is done in each round; lowered anew for each `yield`.
        orelse: what is done at the end, unless the consumer broke off.
        scope: where the consumer stands.
        out: receives the statements.
    """
    definition = found.generator.node
    _check(definition, found.generator.scope)
    inner = opened.enter(found.call, found.generator, scope, out)
    each, most = _counted(found, each, scope, out)
    trial: list[Stmt] = []
    known = set(scope.chosen)
    each(Const(None), trial)
    scope.chosen.intersection_update(known)
    kinds = ways_out(tuple(trial))
    ends = _ends(definition)
    returns = any(isinstance(node, gast.Return) for node in own_nodes(definition.body))
    ending = most is None and all(id(node) in ends for node in _yields(definition))
    apart = CONTINUE in kinds and not ending
    leaves = BREAK in kinds or returns or most is not None or apart
    way = _Way(
        scope.fresh("broke") if BREAK in kinds and (orelse or apart) else None,
        scope.fresh("left") if leaves and RETURN in kinds else None,
        scope.fresh("value") if leaves and RETURN in kinds else None,
    )
    for flag in filter(None, (way.broke, way.left)):
        out.append(Assign(flag, Const(False), scope.span))

    def name_of(base: str) -> str:
        return scope.fresh(base).name

    def yielded(node: gast.AST, value: Rhs, within: list[Stmt]) -> None:
        body: list[Stmt] = []
        each(value, body)
        block = tuple(body)
        if leaves:
            alone = CONTINUE in kinds and (id(node) not in ends or most is not None)
            block = tuple(_led_out(block, way, alone))
            if alone:
                block = left_alone(block, name_of)
                flags = filter(None, (way.broke, way.left))
                block = (*block, *(If(flag, (_OUT,), (), scope.span) for flag in flags))
        within.extend(block)
        if most is not None:
            _stop_at(most, scope, within)

    text = statements.block(definition.body, replace(inner, yielded=yielded))
    open_end = falls(text) or returns or BREAK in kinds
    block = left_alone(text, name_of) if leaves else text
    if most is not None:
        block = _unless_none(most, block, scope)
    out.extend(block)
    if way.left is not None and way.value is not None:
        leave = Return(way.value, scope.span)
        out.append(If(way.left, (leave,), (), scope.span) if open_end else leave)
    last = statements.block(orelse, scope)
    if way.broke is not None and last:
        out.append(If(way.broke, (), last, scope.span))
    else:
        out.extend(last)


_OUT = Return(Const(None))
"""Leaves the text of a generator."""


def give(node: gast.Expr, scope: Scope, out: list[Stmt]) -> None:
    """`yield value` and `yield from values` as statements."""
    assert scope.yielded is not None
    if isinstance(node.value, gast.YieldFrom):
        item = gast.copy_location(name(scope.fresh("item").name), node)
        inner = scope.with_names({item.id: Var(item.id)})
        again = gast.copy_location(gast.Expr(gast.Yield(item)), node)
        loop = gast.For(name(item.id, gast.Store()), node.value.value, [again], [], None)
        statements.statement(gast.copy_location(loop, node), inner, out)
        return
    value = node.value.value
    element = Const(None) if value is None else expressions.rhs(value, scope, out)
    scope.yielded(node, element, out)


@dataclass(frozen=True, slots=True)
class _Way:
    """How the consumer leaves: the flags of its `break` and `return`, and what it returns."""

    broke: Var | None
    left: Var | None
    value: Var | None


def _led_out(block: Block, way: _Way, alone: bool, inside: bool = False) -> Iterator[Stmt]:
    """A round of the consumer, of which each exit leaves the generator's text.

    Args:
        block: the round.
        way: the flags.
        alone: whether `continue` leaves what stands at the `yield`; it ends a round of the
            generator's loop otherwise.
        inside: whether this stands in a loop of the consumer's own.
    """
    for stmt in block:
        match stmt:
            case Return(value=value) if way.left is not None and way.value is not None:
                yield Assign(way.value, value, stmt.span)
                yield Assign(way.left, Const(True), stmt.span)
                yield replace(_OUT, span=stmt.span)
            case Break() if not inside:
                if way.broke is not None:
                    yield Assign(way.broke, Const(True), stmt.span)
                yield replace(_OUT, span=stmt.span)
            case Continue() if alone and not inside:
                yield replace(_OUT, span=stmt.span)
            case If(body=body, orelse=orelse):
                then = tuple(_led_out(body, way, alone, inside))
                yield replace(
                    stmt, body=then, orelse=tuple(_led_out(orelse, way, alone, inside))
                )
            case For(body=body, orelse=orelse) | While(body=body, orelse=orelse):
                rounds = tuple(_led_out(body, way, alone, True))
                yield replace(
                    stmt, body=rounds, orelse=tuple(_led_out(orelse, way, alone, inside))
                )
            case With(body=body):
                yield replace(stmt, body=tuple(_led_out(body, way, alone, inside)))
            case _:
                yield stmt


def _counted(
    found: Stream, each: Each, scope: Scope, out: list[Stmt]
) -> tuple[Each, tuple[Var, Atom] | None]:
    """What is done with an element and its number; the count of elements, and how many there are.

    The numbers are taken before the generator runs, as `enumerate` and `islice` do.
    """
    one = Const(1)
    if found.start is not None:
        index = scope.fresh("index")
        out.append(Assign(index, expressions.atom(found.start, scope, out), scope.span))
        plain = each

        def numbered(value: Rhs, body: list[Stmt]) -> None:
            held = expressions.bind(value, scope, body) if isinstance(value, Op) else value
            number = expressions.bind(index, scope, body)
            body.append(Augment(index, "+", one, scope.span))
            pair = Op("tuple", (number, held), gast.Tuple(holes(2), gast.Load()))
            plain(pair, body)

        each = numbered
    if found.most is None:
        return each, None
    count = scope.fresh("count")
    most = expressions.bind(expressions.atom(found.most, scope, out), scope, out)
    out.append(Assign(count, Const(0), scope.span))
    given = each

    def limited(value: Rhs, body: list[Stmt]) -> None:
        body.append(Augment(count, "+", one, scope.span))
        given(value, body)

    return limited, (count, most)


def _stop_at(most: tuple[Var, Atom], scope: Scope, out: list[Stmt]) -> None:
    """`if count >= most: leave`."""
    compare = gast.Compare(hole(0), [gast.GtE()], [hole(1)])
    enough = expressions.bind(Op("look", most, compare), scope, out)
    out.append(If(enough, (replace(_OUT, span=scope.span),), (), scope.span))


def _unless_none(most: tuple[Var, Atom], block: Block, scope: Scope) -> Block:
    """The block, if any element is wanted at all."""
    out: list[Stmt] = []
    compare = gast.Compare(hole(0), [gast.Gt()], [hole(1)])
    wanted = expressions.bind(Op("look", (most[1], Const(0)), compare), scope, out)
    return (*out, If(wanted, block, (), scope.span))


def _check(definition: gast.FunctionDef, scope: Scope) -> None:
    """A `try` or `with` of the generator's would hold for what its consumer does as well."""
    for node in own_nodes(definition.body):
        if isinstance(node, gast.Try | gast.With) and any(
            isinstance(inner, gast.Yield | gast.YieldFrom) for inner in gast.walk(node)
        ):
            what = "a `yield` inside `try` or `with` is not supported"
            raise scope.refuse(node, what, "yield after it")


def _yields(definition: gast.FunctionDef) -> list[gast.AST]:
    return [
        node for node in own_nodes(definition.body)
        if isinstance(node, gast.Expr) and isinstance(node.value, gast.Yield | gast.YieldFrom)
    ]  # fmt: skip


def _ends(definition: gast.FunctionDef) -> frozenset[int]:
    """The yields after which a round of the generator's innermost loop is over."""
    found: set[int] = set()

    def last(block: list[gast.AST]) -> None:
        if not block:
            return
        match block[-1]:
            case gast.Expr(value=gast.Yield()):
                found.add(id(block[-1]))
            case gast.If(body=body, orelse=orelse):
                last(body)
                last(orelse)

    for node in own_nodes(definition.body):
        if isinstance(node, gast.For | gast.While):
            last(node.body)
    return frozenset(found)


