"""Which expressions run a generator that is known, and what stands around it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from types import FunctionType

import gast

from adjoint.transform.ir.nodes import Ref
from adjoint.transform.lower import calls
from adjoint.transform.lower.bindings import own_nodes
from adjoint.transform.lower.cursors import ends, unfolded
from adjoint.transform.lower.listing import as_listing, is_generator, may_be_endless, needs_list
from adjoint.transform.lower.scope import Opened, Scope, resolve_path
from adjoint.transform.lower.templates import name
from adjoint.transform.source import read_source


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """The call of a generator, with `enumerate(..., start)` and `islice(..., most)` around it.

    beside: what `zip` takes elements of together with it; None stands for the generator.
    """

    call: gast.Call
    generator: Opened
    beside: tuple[gast.AST | None, ...] = ()
    start: gast.AST | None = None
    most: gast.AST | None = None


def stream(node: gast.AST, scope: Scope) -> Stream | None:
    """The generator that an expression runs, if it is known."""
    node = unfolded(node, scope)
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
    if known.value is zip and not node.keywords:
        return _zipped(node, scope)
    if isinstance(known.value, Opened):
        return Stream(node, known.value) if known.value.generates else None
    if is_generator(known.value) and not needs_list(read_source(known.value).tree):
        return Stream(node, outside(node, known.value, scope))
    return None


def listing(node: gast.AST, scope: Scope) -> FunctionType | None:
    """What gives all elements of a generator that is called, where it cannot be opened."""
    known = resolve_path(node.func, scope) if isinstance(node, gast.Call) else None
    function = known.value if isinstance(known, Ref) else None
    if not isinstance(function, FunctionType) or not is_generator(function):
        return None
    tree = read_source(function).tree
    return as_listing(function) if needs_list(tree) and not may_be_endless(tree) else None


def _zipped(node: gast.Call, scope: Scope) -> Stream | None:
    """A generator beside what is no generator, and ends."""
    found = [stream(item, scope) for item in node.args]
    running = [one for one in found if one is not None]
    if len(running) != 1 or running[0].start or running[0].most or running[0].beside:
        return None
    pairs = zip(node.args, found, strict=True)
    beside = tuple(item if one is None else None for item, one in pairs)
    if not all(item is None or ends(item, scope) for item in beside):
        return None
    return replace(running[0], beside=beside)


def outside(node: gast.AST, function: FunctionType, scope: Scope) -> Opened:
    """A generator that is defined at the top of a module: that of the function which calls it."""
    found = obstacle(function, scope)
    if found is not None:
        raise scope.refuse(node, *found)
    source = read_source(function)
    around = replace(scope, source=source, origin=function, names={}, definition=source.tree)
    return Opened(source.tree, around, frozenset(), True)


def obstacle(function: FunctionType, scope: Scope) -> tuple[str, str] | None:
    """Why a function's text would not mean the same here, and what to do about it."""
    tree = read_source(function).tree
    free = {inner.id for inner in own_nodes(tree.body) if isinstance(inner, gast.Name)}
    here, there = scope.origin.__globals__, function.__globals__
    if function.__closure__ or any(there[text] is not here.get(text) for text in free & set(there)):
        what = f"the generator `{function.__name__}` is defined elsewhere, among other names"
        return what, "let it return a list, or define it in this module"
    hidden = sorted(free & there.keys() & scope.names.keys())
    if hidden:
        what = f"`{function.__name__}` reads `{hidden[0]}`, which is another variable here"
        return what, "rename one of them"
    return None


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


def as_list(node: gast.AST, scope: Scope) -> gast.AST:
    """An expression that is consumed at once, as a list where it runs a generator."""
    if isinstance(node, gast.GeneratorExp):
        return gast.copy_location(gast.ListComp(node.elt, node.generators), node)
    if stream(node, scope) is None and listing(node, scope) is None:
        return node
    return gast.copy_location(gast.ListComp(*_every(node)), node)


def as_expression(node: gast.AST, scope: Scope) -> gast.AST:
    """The same as a generator expression."""
    if stream(node, scope) is None and listing(node, scope) is None:
        return node
    return gast.copy_location(gast.GeneratorExp(*_every(node)), node)


def _every(node: gast.AST) -> tuple[gast.AST, list[gast.AST]]:
    item, each = name("item"), gast.comprehension(name("item", gast.Store()), node, [], 0)
    return gast.copy_location(item, node), [each]
