"""What is taken of iterators that a name holds (`cursors`): one element, all that are left."""

from __future__ import annotations

import itertools

import gast

from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Const,
    For,
    If,
    Keep,
    Op,
    Ref,
    Stmt,
    Var,
    While,
)  # fmt: skip
from adjoint.transform.ir.nodes import Each as Elements
from adjoint.transform.lower import assignments, control, expressions, statements, streams
from adjoint.transform.lower.scope import Cursor, Scope, resolve_path
from adjoint.transform.lower.templates import hole, name

_ONE = Const(1)


def begin(text: str, cursor: Cursor, scope: Scope, out: list[Stmt]) -> None:
    """`it = iter(xs)`: the list that it gives, and the position before its first element."""
    for held, node in cursor.first:
        out.append(Assign(held, expressions.rhs(node, scope, out), scope.span))
    if not cursor.kind:
        return
    value = expressions.rhs(cursor.source, scope, out)
    out.append(Assign(_held(text, scope), value, scope.span))
    if cursor.at is not None:
        out.append(Assign(cursor.at, Const(0), scope.span))


def _held(text: str, scope: Scope) -> Var:
    held = scope.names[text]
    assert isinstance(held, Var), "what holds an iterator is a local variable"
    return held


def cursor_of(node: gast.AST, scope: Scope) -> Cursor | None:
    """The iterator that a name holds, if it is followed from place to place."""
    found = scope.cursors.get(node.id) if isinstance(node, gast.Name) else None
    return found if found is not None and found.kind else None


def following(node: gast.Call, scope: Scope, out: list[Stmt]) -> Atom | None:
    """The value of `next(it)`, `next(it, default)`, `islice(it, n)`; None for any other call."""
    known = resolve_path(node.func, scope)
    if isinstance(known, Ref) and known.value is itertools.islice:
        return _some(node, scope, out)
    if not isinstance(known, Ref) or known.value is not next:
        return None
    if len(node.args) not in (1, 2) or node.keywords:
        return None
    cursor = cursor_of(node.args[0], scope)
    if cursor is None:
        return _first(node, scope, out) if _is_made_here(node.args[0], scope) else None
    held = _held(node.args[0].id, scope)
    if cursor.kind == "count":
        value = expressions.bind(held, scope, out)
        out.append(Augment(held, "+", _ONE, scope.span))
        return value
    default = expressions.operands(node.args[1:], scope, out)
    value = scope.temporary()
    body = _taken(value, held, cursor, scope)
    if cursor.kind == "cycle":
        out.extend(body)
        return value
    left = _is_left(held, cursor, 0, scope, out)
    if default:
        otherwise = (Assign(value, default[0], scope.span),)
        out.append(If(left, tuple(body), otherwise, scope.span))
        return value
    out.append(If(left, (), (_stop(scope),), scope.span))
    out.extend(body)
    return value


def _is_left(held: Var, cursor: Cursor, more: int, scope: Scope, out: list[Stmt]) -> Var:
    """`at < len(it)`: whether an element is left, and some more after it."""
    place = hole(0) if not more else gast.BinOp(hole(0), gast.Add(), gast.Constant(more, None))
    size = gast.Call(name("len"), [hole(1)], [])
    assert cursor.at is not None
    test = Op("look", (cursor.at, held), gast.Compare(place, [gast.Lt()], [size]))
    return expressions.bind(test, scope, out)


def _taken(value: Var, held: Var, cursor: Cursor, scope: Scope) -> list[Stmt]:
    """`value = it[at]`, `at += 1`."""
    assert cursor.at is not None
    out: list[Stmt] = []
    place: Atom = cursor.at
    if cursor.kind == "cycle":
        size = gast.Call(name("len"), [hole(1)], [])
        turn = Op("look", (cursor.at, held), gast.BinOp(hole(0), gast.Mod(), size))
        place = expressions.bind(turn, scope, out)
    item = Op("index", (held, place), gast.Subscript(hole(0), hole(1), gast.Load()))
    out.append(Assign(value, item, scope.span))
    out.append(Augment(cursor.at, "+", _ONE, scope.span))
    return out


def _stop(scope: Scope) -> Keep:
    return Keep(gast.Raise(name("StopIteration"), None), (), scope.span)


def _is_made_here(node: gast.AST, scope: Scope) -> bool:
    """Whether an iterator is made where its first element is asked for."""
    if isinstance(node, gast.GeneratorExp) or streams.stream(node, scope) is not None:
        return True
    known = resolve_path(node.func, scope) if isinstance(node, gast.Call) else None
    return isinstance(known, Ref) and known.value in (iter, reversed)


def _first(node: gast.Call, scope: Scope, out: list[Stmt]) -> Atom:
    """The first element: `for value in ...: break`, with an `else` for where there is none."""
    value = scope.fresh("first")
    inner = scope.with_names({value.name: value})
    source = node.args[0]
    if isinstance(source, gast.Call) and len(source.args) == 1 and not source.keywords:
        known = resolve_path(source.func, scope)
        source = source.args[0] if isinstance(known, Ref) and known.value is iter else source
    if len(node.args) == 2:
        store = name(value.name, gast.Store())
        otherwise: gast.AST = gast.Assign([store], node.args[1], None)
    else:
        otherwise = gast.Raise(name("StopIteration"), None)
    loop = gast.For(name(value.name, gast.Store()), source, [gast.Break()], [otherwise], None)
    for part in gast.walk(loop):
        if not hasattr(part, "lineno"):
            gast.copy_location(part, node)
    statements.statement(loop, inner, out)
    return value


def rest(node: gast.Name, cursor: Cursor, scope: Scope, out: list[Stmt]) -> Var:
    """`it[at:]`, after which nothing is left."""
    held = _held(node.id, scope)
    assert cursor.at is not None
    part = gast.Subscript(hole(0), gast.Slice(hole(1), None, None), gast.Load())
    value = expressions.bind(Op("index", (held, cursor.at), part), scope, out)
    size = Op("look", (held,), gast.Call(name("len"), [hole(0)], []))
    out.append(Assign(cursor.at, size, scope.span))
    return value


def _some(node: gast.Call, scope: Scope, out: list[Stmt]) -> Var | None:
    """`islice(it, n)`: `it[at:at + n]`."""
    cursor = cursor_of(node.args[0], scope) if len(node.args) == 2 else None
    if cursor is None or cursor.kind != "list" or cursor.at is None:
        return None
    count = expressions.atom(node.args[1], scope, out)
    to = gast.BinOp(hole(1), gast.Add(), hole(2))
    part = gast.Subscript(hole(0), gast.Slice(hole(1), to, None), gast.Load())
    held = _held(node.args[0].id, scope)
    value = expressions.bind(Op("index", (held, cursor.at, count), part), scope, out)
    size = Op("look", (value,), gast.Call(name("len"), [hole(0)], []))
    out.append(Augment(cursor.at, "+", expressions.bind(size, scope, out), scope.span))
    return value


def loop(node: gast.For, scope: Scope, out: list[Stmt]) -> bool:
    """`for x in it` and `for x, y in zip(it, it)`; says whether this is one."""
    text, several = _over(node.iter, scope)
    if text is None:
        return False
    cursor, held = scope.cursors[text], _held(text, scope)
    if several == 1 and not _asks(node.body, text):
        _loop_over_rest(node, text, cursor, scope, out)
        return True
    before: list[Stmt] = []
    left = _is_left(held, cursor, several - 1, scope, before)
    body: list[Stmt] = []
    values = [scope.temporary() for _ in range(several)]
    for value in values:
        body.extend(_taken(value, held, cursor, scope))
    if several == 1:
        assignments.assign_to(node.target, values[0], scope, body)
    else:
        template = gast.Tuple([hole(position) for position in range(several)], gast.Load())
        assignments.assign_to(node.target, Op("tuple", tuple(values), template), scope, body)
    body.extend(statements.block(node.body, scope))
    orelse: list[Stmt] = []
    if several > 1:  # of an incomplete group, what there was is lost
        rest(name(text), cursor, scope, orelse)
    orelse.extend(statements.block(node.orelse, scope))
    out.append(While(tuple(before), left, tuple(body), tuple(orelse), scope.span))
    return True


def _over(node: gast.AST, scope: Scope) -> tuple[str | None, int]:
    """The name of the iterator that a loop runs over, and how many elements it takes a round."""
    if (cursor := cursor_of(node, scope)) is not None:
        return (node.id, 1) if cursor.kind == "list" else (None, 0)
    known = resolve_path(node.func, scope) if isinstance(node, gast.Call) else None
    if isinstance(known, Ref) and known.value is zip and node.args and not node.keywords:
        first = node.args[0]
        same = all(isinstance(item, gast.Name) and item.id == getattr(first, "id", None)
                   for item in node.args)  # fmt: skip
        if same and cursor_of(first, scope) is not None:
            return first.id, len(node.args)
    return None, 0


def _asks(body: list[gast.AST], text: str) -> bool:
    return any(isinstance(inner, gast.Name) and inner.id == text
               for part in body for inner in gast.walk(part))  # fmt: skip


def _loop_over_rest(
    node: gast.For, text: str, cursor: Cursor, scope: Scope, out: list[Stmt]
) -> None:
    """`for x in it[at:]`; where it may be left early, each round moves the position."""
    leaves = any(isinstance(inner, gast.Break | gast.Return | gast.Raise | gast.Try)
                 for part in [scope.definition] for inner in gast.walk(part))  # fmt: skip
    held = _held(text, scope)
    body: list[Stmt] = []
    assert cursor.at is not None
    part = gast.Subscript(hole(0), gast.Slice(hole(1), None, None), gast.Load())
    over = expressions.bind(Op("index", (held, cursor.at), part), scope, out)
    if leaves:
        body.append(Augment(cursor.at, "+", _ONE, scope.span))
    else:
        size = Op("look", (held,), gast.Call(name("len"), [hole(0)], []))
        out.append(Assign(cursor.at, size, scope.span))
    target = control.loop_target(node.target, scope, body)
    body.extend(statements.block(node.body, scope))
    orelse = statements.block(node.orelse, scope)
    out.append(For(target, Elements(over), tuple(body), orelse, scope.span))
