"""Iterators that a name holds, where all that is done with them is known.

    it = iter(xs)                           it = list(xs)
                                            at = 0
    first = next(it)                        if at >= len(it):
                                                raise StopIteration
                                   ->       first = it[at]
                                            at += 1
    for x in it: ...                        for x in it[at:]: ...

One that is consumed in a single place is nothing but a name for what stands there:

    squares = (x * x for x in xs)
    total = sum(squares)           ->       total = sum(x * x for x in xs)

Holds where the name is bound once, and where nobody can tell that its elements are made before they
are asked for: what they are made of is neither bound again nor written into. A generator expression
that is consumed in one place is evaluated there anyway, all but what its first loop runs over.
"""

from __future__ import annotations

import itertools
import math
from types import FunctionType
from typing import Any

import gast

from adjoint.transform.ir.nodes import Ref, Var
from adjoint.transform.ir.trees import located
from adjoint.transform.library import is_lazy
from adjoint.transform.lower.bindings import own_nodes
from adjoint.transform.lower.listing import is_generator
from adjoint.transform.lower.scope import Cursor, Opened, Scope, resolve_path
from adjoint.transform.lower.steady import Tree, is_steady
from adjoint.transform.lower.templates import name
from adjoint.transform.source import read_source

_TAKE_ALL = (list, tuple, sum, sorted, max, min, set, frozenset, dict, math.fsum, math.prod)
_LISTED = (zip, enumerate, reversed)
_ENDLESS = (itertools.count, itertools.cycle, itertools.repeat)


def cursors(body: list[gast.AST], scope: Scope) -> dict[str, Cursor]:
    """The names of a body that hold iterators which are followed."""
    made = {
        node.targets[0].id: node for node in own_nodes(body)
        if isinstance(node, gast.Assign) and len(node.targets) == 1
        and isinstance(node.targets[0], gast.Name) and _is_iterator(node.value, scope)
    }  # fmt: skip
    if not made:
        return {}
    tree = Tree(body)
    found: dict[str, Cursor] = {}
    for text, node in made.items():
        cursor = _cursor(text, node, tree, scope)
        if cursor is not None:
            found[text] = cursor
    return found


# What gives an iterator


def _callee(node: gast.AST, scope: Scope) -> Any:
    known = resolve_path(node.func, scope) if isinstance(node, gast.Call) else None
    return known.value if isinstance(known, Ref) else None


def _is_iterator(node: gast.AST, scope: Scope) -> bool:
    if isinstance(node, gast.GeneratorExp):
        return True
    callee = _callee(node, scope)
    if callee is iter:
        return len(node.args) == 1 and not node.keywords
    return (
        is_lazy(callee) or _is_one(callee, (*_LISTED, *_ENDLESS))
        or _generator(callee) is not None
    )  # fmt: skip


def _is_one(value: Any, among: tuple[Any, ...]) -> bool:
    return any(value is one for one in among)


def _generator(callee: Any) -> gast.AST | None:
    """The definition of a generator function."""
    if isinstance(callee, Opened):
        return callee.node if callee.generates else None
    if isinstance(callee, FunctionType) and is_generator(callee):
        return read_source(callee).tree
    return None


def ends(node: gast.AST, scope: Scope) -> bool:
    """Whether an iterator certainly ends, so that a list can be made of it."""
    for inner in gast.walk(node):
        callee = _callee(inner, scope)
        if _is_one(callee, _ENDLESS):
            return False
        definition = _generator(callee)
        if definition is not None:
            parts = list(own_nodes(definition.body))
            if any(isinstance(part, gast.While) for part in parts):
                return False
            if any(isinstance(part, gast.Call) and _generator(_callee(part, scope)) is not None
                   for part in parts):  # fmt: skip
                return False
    return True


def _listed(node: gast.AST, scope: Scope) -> gast.AST:
    """A list of all that an iterator gives."""
    if isinstance(node, gast.GeneratorExp):
        return gast.copy_location(gast.ListComp(node.elt, node.generators), node)
    callee = _callee(node, scope)
    if callee is iter or is_lazy(callee):
        items = node.args[0] if callee is iter else node
        return located(gast.Call(name("list"), [items], []), node)
    item, target = name("item"), name("item", gast.Store())
    return located(gast.ListComp(item, [gast.comprehension(target, node, [], 0)]), node)


# What is done with it


def _cursor(text: str, node: gast.Assign, tree: Tree, scope: Scope) -> Cursor | None:
    """How a name is followed that is bound to an iterator; None if it is not."""
    mentions = [n for n in tree.nodes if isinstance(n, gast.Name) and n.id == text]
    loads = [n for n in mentions if isinstance(n.ctx, gast.Load)]
    if len(mentions) != len(loads) + 1 or not all(id(n) in tree.own for n in loads):
        return None
    if not loads:
        return _late(node, scope)
    if any(load.lineno < node.lineno for load in loads):
        return None
    end = max(tree.end(load, node) for load in loads)
    if len(loads) == 1 and _takes(loads[0], tree, scope) and _follows(loads[0], node, tree):
        alone = node.value.args[0] if _callee(node.value, scope) is iter else node.value
        if is_steady(node, end, tree, False, scope):
            return Cursor(alone)
        return _late(node, scope)
    if not all(_is_followed(load, text, tree, scope) for load in loads):
        return None
    if any(tree.inside_comprehension(load) for load in loads):
        return None
    callee = _callee(node.value, scope)
    nexts = all(_is_next(load, tree, scope) for load in loads)
    if callee is itertools.count and nexts and len(node.value.args) <= 1:
        start = node.value.args[0] if node.value.args else gast.Constant(0, None)
        return None if node.value.keywords else Cursor(start, None, "count")
    if callee is itertools.cycle and nexts and len(node.value.args) == 1:
        listed = located(gast.Call(name("list"), node.value.args, []), node)
        steady = is_steady(node, end, tree, True, scope)
        return Cursor(listed, scope.fresh("at"), "cycle") if steady else None
    plain = callee is iter
    if not ends(node.value, scope) or not is_steady(node, end, tree, plain, scope):
        return None
    if not plain and not _is_quiet(node.value, scope):
        return None
    return Cursor(_listed(node.value, scope), scope.fresh("at"), "list")


def _late(made: gast.Assign, scope: Scope) -> Cursor | None:
    """An iterator made of variables that change before it is consumed, in one place.

    Python evaluates what the first loop of a generator expression runs over at once, and everything
    else when it is consumed; it evaluates the arguments of `zip` and such at once.
    """
    node = made.value
    if isinstance(node, gast.GeneratorExp):
        outermost, *inner = node.generators
        held = _held([outermost.iter], scope)
        if held is None:
            return None
        target, tests = outermost.target, outermost.ifs
        begin = gast.comprehension(target, name(held[0][0].name), tests, 0)
        late = gast.GeneratorExp(node.elt, [begin, *inner])
    elif _is_one(_callee(node, scope), (zip, enumerate, map, filter)):
        functions = [item for item in node.args if isinstance(item, gast.Lambda)]
        held = _held([item for item in node.args if item not in functions], scope)
        if held is None or not all(isinstance(word.value, gast.Constant) for word in node.keywords):
            return None
        named = [name(var.name) for var, _ in held]
        late = gast.Call(node.func, [*functions, *named], node.keywords)
    else:
        return None
    return Cursor(located(late, node), None, "", held)


def _held(nodes: list[gast.AST], scope: Scope) -> tuple[tuple[Var, gast.AST], ...] | None:
    """Expressions, by the new variables that hold them; None if one is an iterator itself."""
    inside = [inner for node in nodes for inner in gast.walk(node)]
    named = {inner.id for inner in inside if isinstance(inner, gast.Name)}
    if named & scope.cursors.keys() or any(_is_iterator(node, scope) for node in nodes):
        return None
    held = tuple((scope.fresh("items"), node) for node in nodes)
    for var, _ in held:
        scope.names[var.name] = var  # type: ignore[index]
    return held


def _is_next(load: gast.Name, tree: Tree, scope: Scope) -> bool:
    call = tree.around[id(load)]
    return (
        _callee(call, scope) is next and len(call.args) in (1, 2) and call.args[0] is load
        and not call.keywords
    )  # fmt: skip


def _takes(load: gast.Name, tree: Tree, scope: Scope) -> bool:
    """Whether a place takes elements of an iterator, one after another, until it is done."""
    match tree.around.get(id(load)):
        case gast.For(iter=value) | gast.comprehension(iter=value) | gast.Starred(value=value):
            return value is load
        case gast.Assign(targets=[gast.Tuple() | gast.List()], value=value):
            return value is load
        case gast.Call(args=args) as call:
            callee = _callee(call, scope)
            if is_lazy(callee) or _is_one(callee, (zip, enumerate)):
                return load in args and _takes_call(call, tree, scope)
            return _is_one(callee, (*_TAKE_ALL, any, all)) and args[0] is load
    return False


def _takes_call(call: gast.Call, tree: Tree, scope: Scope) -> bool:
    """Whether the iterator that a call gives is taken where it is made."""
    match tree.around.get(id(call)):
        case gast.For(iter=value) | gast.comprehension(iter=value):
            return value is call
        case gast.Call(args=args) as outer:
            return _is_one(_callee(outer, scope), _TAKE_ALL) and args[0] is call
    return False


def _follows(load: gast.Name, made: gast.Assign, tree: Tree) -> bool:
    """Whether an iterator is taken as often as it is made."""
    return tree.loops(load) == tree.loops(made) or (
        isinstance(tree.around[id(load)], gast.For)
        and tree.loops(tree.around[id(load)]) == tree.loops(made)
        and tree.around[id(load)].iter is load
    )


def _is_followed(load: gast.Name, text: str, tree: Tree, scope: Scope) -> bool:
    """Whether a place takes one element, or all that are left."""
    if _is_next(load, tree, scope):
        return True
    match tree.around[id(load)]:
        case gast.For(iter=value):
            return value is load
        case gast.Starred():
            return True
        case gast.Assign(targets=[gast.Tuple() | gast.List()], value=value):
            return value is load
        case gast.comprehension(iter=value) as part:
            within = tree.around[id(part)]
            whole = isinstance(within, gast.ListComp) or _is_taken(within, tree, scope)
            return value is load and whole and within.generators[0] is part
        case gast.Call(args=args) as call:
            callee = _callee(call, scope)
            if callee is zip:
                return _is_pairs(call, text) and isinstance(tree.around[id(call)], gast.For)
            if callee is itertools.islice:
                return len(args) == 2 and args[0] is load and _is_taken(call, tree, scope)
            return _is_one(callee, _TAKE_ALL) and args[0] is load
    return False


def _is_taken(node: gast.AST, tree: Tree, scope: Scope) -> bool:
    """Whether a function takes all that an expression gives."""
    call = tree.around.get(id(node))
    return call is not None and _is_one(_callee(call, scope), _TAKE_ALL) and call.args[0] is node


def _is_pairs(call: gast.Call, text: str) -> bool:
    """Whether this is `zip(it, it)`."""
    return not call.keywords and all(
        isinstance(item, gast.Name) and item.id == text for item in call.args
    )


def _is_quiet(node: gast.AST, scope: Scope) -> bool:
    """Whether making the elements earlier is not seen: nothing is done for its effect."""
    for inner in gast.walk(node):
        definition = _generator(_callee(inner, scope))
        if definition is None:
            continue
        for part in own_nodes(definition.body):
            effect = isinstance(part, gast.Expr) and isinstance(part.value, gast.Call)
            if effect or isinstance(part, gast.Nonlocal | gast.Global):
                return False
    return True


def unfolded(node: gast.AST, scope: Scope) -> gast.AST:
    """An expression; the iterator that it names, where that is taken in one place."""
    cursor = scope.cursors.get(node.id) if isinstance(node, gast.Name) else None
    return node if cursor is None or cursor.kind else cursor.source
