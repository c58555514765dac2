"""What `__iter__` gives, as a list: those who take all of it cannot tell.

def __iter__(self):                     def __iter__(self):
return iter(self.layers)      ->        return self.layers

def __iter__(self):                     def __iter__(self):
yield self.x                  ->        items = []
yield self.y                            items.append(self.x)
items.append(self.y)
return items
"""

from __future__ import annotations

import gast

from adjoint.transform.ir.trees import copied, located
from adjoint.transform.lower.bindings import identifiers, own_nodes
from adjoint.transform.lower.templates import name

_ITEMS = "items"
_GRADIENTS = frozenset({"no_grad", "enable_grad", "set_grad_enabled"})


def as_list(tree: gast.AST) -> gast.FunctionDef | None:
    """The definition of an `__iter__` that gives a list; None where it is not as simple as that."""
    if not isinstance(tree, gast.FunctionDef) or tree.name != "__iter__":
        return None
    if any(isinstance(inner, gast.Yield | gast.YieldFrom) for inner in own_nodes(tree.body)):
        return collecting(tree)
    return _without_iter(tree)


def _without_iter(tree: gast.FunctionDef) -> gast.FunctionDef | None:
    *before, last = tree.body
    if any(isinstance(inner, gast.Return) for inner in own_nodes(before)):
        return None
    value = last.value if isinstance(last, gast.Return) else None
    match value:
        case gast.Call(func=gast.Name(id="iter"), args=[items], keywords=[]):
            pass
        case gast.GeneratorExp(elt=elt, generators=generators):
            items = gast.copy_location(gast.ListComp(elt, generators), value)
        case _:
            return None
    new = copied(tree)
    new.body = [*before, gast.copy_location(gast.Return(items), last)]
    return new


def collecting(tree: gast.AST) -> gast.FunctionDef | None:
    """A generator as a function that gives a list; None where a `yield` is no statement."""
    if not isinstance(tree, gast.FunctionDef) or tree.decorator_list:
        return None
    inside = own_nodes(tree.body)
    taken = {node.id for node in inside if isinstance(node, gast.Name)}
    items = _ITEMS
    while items in taken:
        items += "_"
    statements = [node for node in own_nodes(tree.body) if isinstance(node, gast.Expr)]
    given = {id(node.value) for node in statements}
    for node in own_nodes(tree.body):
        if isinstance(node, gast.Yield | gast.YieldFrom) and id(node) not in given:
            return None
        if isinstance(node, gast.Return) and node.value is not None:
            return None
        if isinstance(node, gast.FunctionDef | gast.Lambda):
            return None
        if isinstance(node, gast.With) and not _GRADIENTS.isdisjoint(identifiers(node)):
            return None  # it holds for the consumer, too
    first = gast.Assign([gast.Name(items, gast.Store(), None, None)],
                        gast.List([], gast.Load()), None)  # fmt: skip
    last = gast.Return(name(items))
    new = copied(tree)
    new.body = [located(first, tree.body[0]), *(_changed(node, items) for node in tree.body),
                located(last, tree.body[-1])]  # fmt: skip
    return new


def _changed(node: gast.AST, items: str) -> gast.AST:
    match node:
        case gast.Expr(value=gast.Yield(value=value)):
            return located(_added(items, "append", value or gast.Constant(None, None)), node)
        case gast.Expr(value=gast.YieldFrom(value=value)):
            item = f"{items}_item"
            added = located(_added(items, "append", name(item)), node)
            loop = gast.For(name(item, gast.Store()), value, [added], [], None)
            return located(loop, node)
        case gast.Return():
            return located(gast.Return(name(items)), node)
        case gast.If() | gast.For() | gast.While():
            new = copied(node)
            new.body = [_changed(inner, items) for inner in node.body]
            new.orelse = [_changed(inner, items) for inner in node.orelse]
            return new
        case gast.With():
            new = copied(node)
            new.body = [_changed(inner, items) for inner in node.body]
            return new
        case gast.Try():
            new = copied(node)
            for field in ("body", "orelse", "finalbody"):
                setattr(new, field, [_changed(inner, items) for inner in getattr(node, field)])
            new.handlers = [copied(handler) for handler in node.handlers]
            for handler in new.handlers:
                handler.body = [_changed(inner, items) for inner in handler.body]
            return new
    return node


def _added(items: str, method: str, value: gast.AST) -> gast.Expr:
    func = gast.Attribute(name(items), method, gast.Load())
    return gast.Expr(gast.Call(func, [value], []))
