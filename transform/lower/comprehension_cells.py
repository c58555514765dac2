"""Variables of comprehensions that functions read which are made there: where their cells are made.

    fs = [lambda v: v * c for c in x]    ->    c_cell = Cell()
                                               fs = [lambda v: v * c_cell.value
                                                     for c_cell.value in x]

Each time that a comprehension runs, its variables are new ones. So one is followed that its
function evaluates once: it stands in no loop, and in no other comprehension.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import gast

from adjoint.transform.ir.trees import children
from adjoint.transform.lower.bindings import COMPREHENSIONS, FUNCTIONS, own_nodes, targets


@dataclass(frozen=True, slots=True, eq=False)
class Once:
    """A comprehension that a function evaluates at most once, in a statement of it."""

    statement: gast.AST
    comprehension: gast.AST


def comprehension_of(function: gast.FunctionDef, name: str) -> Once | None:
    """The comprehension that binds a variable, if nothing else in a function binds that name."""
    found = [one for one in _all(function.body) if name in _bound(one.comprehension)]
    stores = [
        node for node in own_nodes(function.body)
        if isinstance(node, gast.Name) and node.id == name and isinstance(node.ctx, gast.Store)
    ]  # fmt: skip
    return found[0] if len(found) == 1 and len(stores) == 1 else None


def _bound(comprehension: gast.AST) -> set[str]:
    return {text for part in comprehension.generators for text in targets(part.target)}


def _all(block: list[gast.AST]) -> Iterator[Once]:
    for stmt in block:
        yield from _inside(stmt, stmt)


def _inside(node: gast.AST, stmt: gast.AST) -> Iterator[Once]:
    if isinstance(node, FUNCTIONS):
        return
    if isinstance(node, COMPREHENSIONS):
        yield Once(stmt, node)
        yield from _inside(node.generators[0].iter, stmt)  # the rest of it runs again and again
        return
    again = children(node) if isinstance(node, gast.While) else []
    if isinstance(node, gast.For):
        again = node.body
    for child in children(node):
        if not any(child is one for one in again):
            yield from _inside(child, child if isinstance(child, gast.stmt) else stmt)
