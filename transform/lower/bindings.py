"""Which names a function binds, read off its tree."""

from __future__ import annotations

from collections.abc import Iterator

import gast

from adjoint.transform.ir.trees import children
from adjoint.transform.ir.trees import nodes as tree_nodes

Comprehension = gast.ListComp | gast.SetComp | gast.DictComp | gast.GeneratorExp
COMPREHENSIONS = (gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)
FUNCTIONS = (gast.FunctionDef, gast.AsyncFunctionDef, gast.Lambda)


def parameters(arguments: gast.arguments) -> list[gast.Name]:
    """The parameters of a function, in order."""
    star = [arguments.vararg] if arguments.vararg else []
    double_star = [arguments.kwarg] if arguments.kwarg else []
    positional = [*arguments.posonlyargs, *arguments.args]
    return [*positional, *star, *arguments.kwonlyargs, *double_star]


def own_nodes(nodes: list[gast.AST]) -> Iterator[gast.AST]:
    """The nodes of a function's body that belong to it, not to a function nested in it.

    The decorators and defaults of a nested function belong to the function around it, and so do the
    decorators and bases of a class.
    """
    pending = nodes[::-1]
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, FUNCTIONS):
            defaults = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
            inner = [*getattr(node, "decorator_list", []), *defaults]
        elif isinstance(node, gast.ClassDef):
            inner = [*node.decorator_list, *node.bases, *node.keywords]
        else:
            inner = children(node)
        pending += inner[::-1]


def targets(node: gast.AST) -> Iterator[str]:
    """The names in an assignment target."""
    for inner in tree_nodes(node):
        if isinstance(inner, gast.Name) and isinstance(inner.ctx, gast.Store):
            yield inner.id


def pattern_names(nodes: list[gast.AST]) -> Iterator[str]:
    """The names that the patterns of `match` bind, in trees of any kind."""
    for node in nodes:
        for inner in tree_nodes(node):
            named = isinstance(inner, gast.MatchAs | gast.MatchStar)
            text = inner.name if named else getattr(inner, "rest", None)
            if text is not None:
                yield text


def bound_names(nodes: list[gast.AST]) -> frozenset[str]:
    """The names that a body binds: its local variables, parameters aside."""
    names: set[str] = set()
    of_comprehensions: set[int] = set()
    for node in own_nodes(nodes):
        if isinstance(node, gast.comprehension):
            of_comprehensions.update(id(inner) for inner in tree_nodes(node.target))
        elif isinstance(node, gast.FunctionDef | gast.AsyncFunctionDef | gast.ClassDef):
            names.add(node.name)
        elif isinstance(node, gast.alias):
            names.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, gast.match_case):
            names.update(pattern_names([node.pattern]))
    for node in own_nodes(nodes):
        stored = isinstance(node, gast.Name) and isinstance(node.ctx, gast.Store | gast.Del)
        if stored and id(node) not in of_comprehensions:
            names.add(node.id)
    return frozenset(names)


def imported_only(nodes: list[gast.AST], bound: frozenset[str]) -> frozenset[str]:
    """Of the names bound, those that nothing but one `import` statement binds."""
    if not any(isinstance(node, gast.alias) for node in own_nodes(nodes)):
        return frozenset()
    count = dict.fromkeys(bound, 0)
    imported = set()
    for name in pattern_names(nodes):
        count[name] = count.get(name, 0) + 1
    for node in own_nodes(nodes):
        if isinstance(node, gast.alias):
            name = (node.asname or node.name).partition(".")[0]
            imported.add(name)
            count[name] = count.get(name, 0) + 1
        elif isinstance(node, gast.Name) and isinstance(node.ctx, gast.Store | gast.Del):
            count[node.id] = count.get(node.id, 0) + 1
        elif isinstance(node, gast.FunctionDef):
            count[node.name] = count.get(node.name, 0) + 1
    return frozenset(name for name in imported if count[name] == 1)


def walrus_names(nodes: list[gast.AST]) -> frozenset[str]:
    """The names that `:=` binds in a body."""
    found = (node.target.id for node in own_nodes(nodes) if isinstance(node, gast.NamedExpr))
    return frozenset(found)


def identifiers(node: gast.AST) -> frozenset[str]:
    """Every identifier that occurs in a tree as a variable, parameter or function."""
    names = set(pattern_names([node]))
    for inner in tree_nodes(node):
        match inner:
            case gast.Name(id=name) | gast.FunctionDef(name=name):
                names.add(name)
            case gast.alias(name=name, asname=other):
                names.add((other or name).partition(".")[0])
    return frozenset(names)


def free_identifiers(node: gast.AST) -> frozenset[str]:
    """The identifiers that occur somewhere outside a comprehension that binds them."""
    if isinstance(node, gast.Name):
        return frozenset({node.id})
    inner: frozenset[str] = frozenset()
    if not isinstance(node, COMPREHENSIONS):
        for child in children(node):
            inner |= free_identifiers(child)
        return inner | ({node.name} if isinstance(node, gast.FunctionDef) else frozenset())
    bound = frozenset(name for part in node.generators for name in targets(part.target))
    for child in children(node):
        inner |= free_identifiers(child)
    return (inner - bound) | free_identifiers(node.generators[0].iter)
