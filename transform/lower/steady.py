"""Whether what is made of variables at one place would be the same at another."""

from __future__ import annotations

from collections.abc import Iterator

import gast

from adjoint.transform.analyses.effects import MUTATORS
from adjoint.transform.ir.trees import children
from adjoint.transform.lower.bindings import COMPREHENSIONS, own_nodes, targets
from adjoint.transform.lower.purity import is_pure_callee
from adjoint.transform.lower.scope import Scope, resolve_path

_LOOPS = (gast.For, gast.While)
_NEW = frozenset(
    "len int float bool str sum max min abs range round type isinstance next mean std prod dot "
    "norm copy item exp log sqrt sin cos tanh zeros ones zeros_like ones_like arange linspace"
    .split()
)
"""Functions and methods that hand on nothing of what they are given."""
_READERS = frozenset("iter next map filter print isinstance list".split())



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
        """The loops that a node stands in, by identity; those of comprehensions too."""
        around = [node, *self.outer(node)]
        return [
            id(one) for i, one in enumerate(around[1:], 1)
            if isinstance(one, _LOOPS)
            or (isinstance(one, COMPREHENSIONS) and not _is_outermost(one, around[:i]))
        ]  # fmt: skip

    def inside_comprehension(self, node: gast.AST) -> bool:
        """Whether a node is evaluated for each round of a comprehension."""
        repeated = self.loops(node)
        return any(
            id(one) in repeated for one in self.outer(node) if isinstance(one, COMPREHENSIONS)
        )

    def end(self, node: gast.AST, start: gast.AST) -> int:
        """The last line on which something may run before a node does, once `start` has."""
        known = self.loops(start)
        loops = [n for n in self.outer(node) if isinstance(n, _LOOPS) and id(n) not in known]
        return max(int(one.end_lineno) for one in (node, *loops))


def _is_outermost(node: gast.AST, inside: list[gast.AST]) -> bool:
    """Whether what stands in a comprehension is evaluated once: what its first loop runs over."""
    first = node.generators[0]
    return len(inside) > 1 and inside[-1] is first and inside[-2] is first.iter


def is_steady(made: gast.Assign, end: int, tree: Tree, plain: bool, scope: Scope) -> bool:
    """Whether nothing that an iterator reads changes from where it is made to a line.

    plain: it gives what its argument holds; a name that it was reached by may be bound again.
    """
    inside = list(gast.walk(made))
    known = {id(inner) for inner in inside}
    read = _read(made, tree)
    same = _same(read, made, tree)
    called = {
        n.func.value.id for n in inside
        if isinstance(n, gast.Call) and isinstance(n.func, gast.Attribute)
        and isinstance(n.func.value, gast.Name) and resolve_path(n.func, scope) is None
    }  # fmt: skip
    for node in tree.nodes:
        if not made.lineno <= getattr(node, "lineno", 0) <= end or id(node) in known:
            continue
        match node:
            case gast.Name(id=text, ctx=gast.Store()) if text in read and not plain:
                return False
            case gast.AugAssign(target=target) if _root(target) in same:
                return False
            case gast.Subscript(ctx=gast.Store()) | gast.Attribute(ctx=gast.Store()):
                if _root(node) in same:
                    return False
            case gast.Call(func=func, args=args):
                base = _root(func) if isinstance(func, gast.Attribute) else None
                if base in called or (base in same and func.attr in MUTATORS):
                    return False
                given = any(_root(item) in same for item in args)
                if given and not _only_reads(node, scope):
                    return False
    return True


def _read(made: gast.Assign, tree: Tree) -> set[str]:
    """The names that an iterator reads, those in the functions that it calls included."""
    own = {
        text for part in gast.walk(made) if isinstance(part, gast.comprehension)
        for text in targets(part.target)
    }  # fmt: skip
    read = {n.id for n in gast.walk(made.value) if isinstance(n, gast.Name)} - own
    while True:
        before = len(read)
        for node in tree.nodes:
            match node:
                case gast.FunctionDef(name=text) if text in read:
                    read |= {n.id for n in gast.walk(node) if isinstance(n, gast.Name)}
                case gast.Assign(targets=[gast.Name(id=text)], value=gast.Lambda() as value):
                    if text in read:
                        read |= {n.id for n in gast.walk(value) if isinstance(n, gast.Name)}
        if len(read) == before:
            return read


def _same(read: set[str], made: gast.Assign, tree: Tree) -> set[str]:
    """The names that may reach what an iterator reads: its other names, its parts, its holders."""
    same = set(read)
    while True:
        before = len(same)
        for node in tree.nodes:
            match node:
                case gast.Assign(targets=bound, value=value) if node is not made:
                    names = {text for target in bound for text in targets(target)}
                case gast.For(target=target, iter=value):
                    names = set(targets(target))
                case _:
                    continue
            roots = set(_roots(value))
            if names & same or roots & same:
                same |= names | roots
        if len(same) == before:
            return same


def _roots(node: gast.AST) -> Iterator[str]:
    """The names whose contents an expression may hand on."""
    match node:
        case gast.Name(id=text):
            yield text
        case gast.Subscript(value=value) | gast.Attribute(value=value) | gast.Starred(value=value):
            yield from _roots(value)
        case gast.Call(func=func, args=args):
            told = func.id if isinstance(func, gast.Name) else getattr(func, "attr", "")
            if told not in _NEW:
                parts = [*args, func.value] if isinstance(func, gast.Attribute) else args
                for part in parts:
                    yield from _roots(part)
        case gast.Tuple(elts=parts) | gast.List(elts=parts) | gast.BoolOp(values=parts):
            for part in parts:
                yield from _roots(part)
        case gast.IfExp(body=body, orelse=orelse):
            yield from _roots(body)
            yield from _roots(orelse)


def _only_reads(call: gast.Call, scope: Scope) -> bool:
    """Whether a call changes nothing that it is given."""
    func = call.func
    if isinstance(func, gast.Name) and func.id in _READERS:
        return True
    return is_pure_callee(call, scope, frozenset())


def _root(node: gast.AST) -> str | None:
    while isinstance(node, gast.Subscript | gast.Attribute | gast.Starred):
        node = node.value
    return node.id if isinstance(node, gast.Name) else None
