"""Whether what is made of variables at one place would be the same at another."""

from __future__ import annotations

from collections.abc import Iterator

import gast

from adjoint.transform.analyses.effects import MUTATORS
from adjoint.transform.ir.trees import children
from adjoint.transform.lower.bindings import own_nodes, targets

_LOOPS = (gast.For, gast.While)


class Tree:
    """A body: all its nodes, what is around each, and which belong to it."""

    def __init__(self, body: list[gast.AST]) -> None:
        """Walks the body once."""
        self.around: dict[int, gast.AST] = {}
        self.nodes: list[gast.AST] = list(body)
        for node in self.nodes:
            for inner in children(node):
                self.around[id(inner)] = node
                self.nodes.append(inner)
        self.own = {id(node) for node in own_nodes(body)}

    def outer(self, node: gast.AST) -> Iterator[gast.AST]:
        """What is around a node, the innermost first."""
        while (found := self.around.get(id(node))) is not None:
            yield found
            node = found

    def loops(self, node: gast.AST) -> list[int]:
        """The loops that a node stands in, by identity."""
        return [id(one) for one in self.outer(node) if isinstance(one, _LOOPS)]

    def end(self, node: gast.AST, start: gast.AST) -> int:
        """The last line on which something may run before a node does, once `start` has."""
        known = self.loops(start)
        loops = [n for n in self.outer(node) if isinstance(n, _LOOPS) and id(n) not in known]
        return max(int(one.end_lineno) for one in (node, *loops))


def is_steady(made: gast.Assign, end: int, tree: Tree, plain: bool) -> bool:
    """Whether nothing that an iterator reads changes from where it is made to a line.

    plain: it gives what its argument holds; a name that it was reached by may be bound again.
    """
    inside = list(gast.walk(made))
    known = {id(inner) for inner in inside}
    own = {
        text for part in inside if isinstance(part, gast.comprehension)
        for text in targets(part.target)
    }  # fmt: skip
    read = {n.id for n in gast.walk(made.value) if isinstance(n, gast.Name)} - own
    called = {
        n.func.value.id for n in inside
        if isinstance(n, gast.Call) and isinstance(n.func, gast.Attribute)
        and isinstance(n.func.value, gast.Name)
    }  # fmt: skip
    for node in tree.nodes:
        if not made.lineno <= getattr(node, "lineno", 0) <= end or id(node) in known:
            continue
        match node:
            case gast.Name(id=text, ctx=gast.Store()) if text in read:
                rebound = isinstance(tree.around.get(id(node)), gast.AugAssign)
                if rebound or not plain:
                    return False
            case gast.Subscript(ctx=gast.Store()) | gast.Attribute(ctx=gast.Store()):
                if _root(node) in read:
                    return False
            case gast.Call(func=gast.Attribute(value=base, attr=method)) if _root(base) in read:
                if method in MUTATORS or _root(base) in called:
                    return False
            case gast.Expr(value=gast.Call(args=args)):
                if any(_root(item) in read for item in args):
                    return False
    return True


def _root(node: gast.AST) -> str | None:
    while isinstance(node, gast.Subscript | gast.Attribute | gast.Starred):
        node = node.value
    return node.id if isinstance(node, gast.Name) else None
