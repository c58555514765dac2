"""The numbers that `enumerate` and `islice` keep of what a generator gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import gast

from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Block,
    Const,
    If,
    Op,
    Return,
    Rhs,
    Stmt,
    Var,
)
from adjoint.transform.lower import expressions
from adjoint.transform.lower.scope import Scope
from adjoint.transform.lower.streams import Stream
from adjoint.transform.lower.templates import hole, holes, name

Each = Callable[[Rhs, list[Stmt]], None]
"""Appends the statements of a round, given the element."""

OUT = Return(Const(None))
"""Leaves the text of a generator."""


def counted(
    found: Stream, each: Each, scope: Scope, out: list[Stmt]
) -> tuple[Each, tuple[Var, Atom] | None]:
    """What is done with an element and its number; the count of elements, and how many there are.

    The numbers are taken before the generator runs, as `enumerate` and `islice` do.
    """
    one = Const(1)
    ends: tuple[Var, Atom] | None = None
    if found.beside:
        each, ends = _beside(found, each, scope, out)
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
    if found.most is None or ends is not None:
        return each, ends
    count = scope.fresh("count")
    most = expressions.bind(expressions.atom(found.most, scope, out), scope, out)
    out.append(Assign(count, Const(0), scope.span))
    given = each

    def limited(value: Rhs, body: list[Stmt]) -> None:
        body.append(Augment(count, "+", one, scope.span))
        given(value, body)

    return limited, (count, most)


def _beside(
    found: Stream, each: Each, scope: Scope, out: list[Stmt]
) -> tuple[Each, tuple[Var, Atom]]:
    """`zip`: an element of each of the others at the position that the generator is at."""
    index = scope.fresh("index")
    lists: list[Var | None] = []
    for item in found.beside:
        held = None
        if item is not None:
            listed = gast.copy_location(gast.Call(name("list"), [item], []), item)
            held = expressions.bind(expressions.atom(listed, scope, out), scope, out)
        lists.append(held)
    others = tuple(held for held in lists if held is not None)
    sizes = [gast.Call(name("len"), [hole(position)], []) for position in range(len(others))]
    least = sizes[0] if len(sizes) == 1 else gast.Call(name("min"), sizes, [])
    most = expressions.bind(Op("look", others, least), scope, out)
    out.append(Assign(index, Const(0), scope.span))

    def together(value: Rhs, body: list[Stmt]) -> None:
        itself = expressions.bind(value, scope, body) if isinstance(value, Op) else value
        parts: list[Atom] = []
        for held in lists:
            if held is None:
                parts.append(itself)
                continue
            place = gast.Subscript(hole(0), hole(1), gast.Load())
            parts.append(expressions.bind(Op("index", (held, index), place), scope, body))
        body.append(Augment(index, "+", Const(1), scope.span))
        each(Op("tuple", tuple(parts), gast.Tuple(holes(len(parts)), gast.Load())), body)

    return together, (index, most)


def stop_at(most: tuple[Var, Atom], scope: Scope, out: list[Stmt]) -> None:
    """`if count >= most: leave`."""
    compare = gast.Compare(hole(0), [gast.GtE()], [hole(1)])
    enough = expressions.bind(Op("look", most, compare), scope, out)
    out.append(If(enough, (replace(OUT, span=scope.span),), (), scope.span))


def unless_none(most: tuple[Var, Atom], block: Block, scope: Scope) -> Block:
    """The block, if any element is wanted at all."""
    out: list[Stmt] = []
    compare = gast.Compare(hole(0), [gast.Gt()], [hole(1)])
    wanted = expressions.bind(Op("look", (most[1], Const(0)), compare), scope, out)
    return (*out, If(wanted, block, (), scope.span))
