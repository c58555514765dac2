"""Take refused statements out of a function: those around them stay as they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import gast

from adjoint.transform.explain.stand_ins import (
    NAME,
    Known,
    Place,
    Unknown,
    bind,
    first_bindings,
    place_of,
    stand_in,
)  # fmt: skip
from adjoint.transform.ir.trees import located
from adjoint.transform.lower.bindings import bound_names, parameters, pattern_names, targets
from adjoint.transform.source import Source


@dataclass(frozen=True, slots=True)
class Cut:
    """A statement or lambda that is taken out: its file, and where it begins in lines and bytes.

    whole: whether all of it goes, and not only the header of a compound statement.
    """

    file: str
    place: Place
    whole: bool = False


def without(source: Source, cuts: Iterable[Cut]) -> Source:
    """The source of a function in which stand-ins take the places of some of its statements."""
    here: dict[Place, bool] = {}
    for cut in cuts:
        if cut.file == source.file:
            here[cut.place] = here.get(cut.place, False) or cut.whole
    if not here:
        return source
    tree = source.tree
    known = first_bindings(tree)
    if isinstance(tree, gast.Lambda):
        _cut_lambdas(tree, here, known)
    elif place_of(tree) in here:
        given = [located(gast.Name(p.id, gast.Load(), None, None), tree)
                 for p in parameters(tree.args)]  # fmt: skip
        body = [located(gast.Return(stand_in(given, _after(tree), known)), tree)]
        plain = gast.FunctionDef(tree.name, tree.args, body, [], None, None, [])
        tree = gast.copy_location(plain, tree)
    else:
        tree.body = _block(tree.body, here, known, _own(tree))
    return replace(source, tree=tree, given={NAME: Unknown()})


def _after(tree: gast.AST) -> gast.AST:
    """The first statement of a function: by then the parameters have values."""
    return tree.body[0]


def _own(function: gast.AST) -> frozenset[str]:
    """The variables of a function itself: those of one around it are not bound in it."""
    return bound_names(function.body) | {p.id for p in parameters(function.args)}


def _block(
    nodes: list[gast.AST], here: Mapping[Place, bool], known: Known, own: frozenset[str]
) -> list[gast.AST]:
    found: list[gast.AST] = []
    for node in nodes:
        if here.get(place_of(node)):
            found += [located(new, node) for new in _whole(node, known, own)]
            continue
        inner = _own(node) if isinstance(node, gast.FunctionDef) else own
        for part in (node, *getattr(node, "handlers", ()), *getattr(node, "cases", ())):
            for field in ("body", "orelse", "finalbody"):
                if isinstance(getattr(part, field, None), list):
                    setattr(part, field, _block(getattr(part, field), here, known, inner))
        _cut_lambdas(node, here, known)
        if place_of(node) in here:
            found += [located(new, node) for new in _header(node, known, own)]
        else:
            found.append(node)
    return found


def _cut_lambdas(node: gast.AST, here: Mapping[Place, bool], known: Known) -> None:
    for inner in gast.walk(node):
        if isinstance(inner, gast.Lambda) and place_of(inner) in here:
            own = {p.id: (0, 0) for p in parameters(inner.args)}
            inner.body = located(stand_in([inner.body], inner, {**known, **own}), inner)


def _header(node: gast.AST, known: Known, own: frozenset[str]) -> list[gast.AST]:
    """What stands for a simple statement, or for a compound one whose header is taken out."""
    match node:
        case gast.For() | gast.AsyncFor():
            items = stand_in([node.iter], node, known)
            return [gast.For(node.target, items, node.body, node.orelse, None)]
        case gast.While():
            return [gast.While(stand_in([node.test], node, known), node.body, node.orelse)]
        case gast.If():
            return [gast.If(stand_in([node.test], node, known), node.body, node.orelse)]
        case gast.With() | gast.AsyncWith():
            named = [n for i in node.items if i.optional_vars for n in targets(i.optional_vars)]
            contexts = [item.context_expr for item in node.items]
            return [*bind(named, contexts, node, known), *node.body]
        case gast.Try() | gast.TryStar():
            return _try(node, known)
        case gast.Match():
            rest: list[gast.AST] = []
            for case in reversed(node.cases):
                bound = bind(pattern_names([case.pattern]), [node.subject], node, known)
                test = stand_in([node.subject], node, known)
                rest = [gast.If(test, [*bound, *case.body], rest)]
            return rest
        case gast.Global() | gast.Nonlocal():
            return []
        case gast.Import() | gast.ImportFrom():
            names = [(one.asname or one.name).partition(".")[0] for one in node.names]
            return bind(names, [], node, known)
        case gast.Assign(targets=[gast.Attribute() as target]):
            return [gast.Assign([target], stand_in([node.value], node, known), None)]
        case _:
            return _whole(node, known, own)


def _try(node: gast.AST, known: Known) -> list[gast.AST]:
    """Either the body runs, or one of the handlers does."""
    test = stand_in([], node, known)
    caught: list[gast.AST] = []
    for handler in reversed(node.handlers):
        names = [handler.name.id] if handler.name else []
        inside = [*bind(names, [], node, known), *handler.body]
        caught = [gast.If(stand_in([], node, known), inside, caught)] if caught else inside
    return [gast.If(test, [*node.body, *node.orelse], caught), *node.finalbody]


def _whole(node: gast.AST, known: Known, own: frozenset[str]) -> list[gast.AST]:
    """What stands for all of a statement: what it binds and writes into, and that it may leave."""
    if isinstance(node, gast.Return):
        return [gast.Return(stand_in([node], node, known))]
    if isinstance(node, gast.FunctionDef | gast.AsyncFunctionDef | gast.ClassDef):
        return bind([node.name], [node], node, known)
    inside = list(gast.walk(node))
    stores = [n for n in inside if isinstance(getattr(n, "ctx", None), gast.Store)]
    names = [*targets(node), *pattern_names([node]), *map(_root, stores)]
    names += [n.name for n in inside if isinstance(n, gast.FunctionDef | gast.ClassDef)]
    out = bind([name for name in names if name in own], [node], node, known)
    if any(isinstance(inner, gast.Return) for inner in inside):
        leave = gast.Return(stand_in([node], node, known))
        out.append(gast.If(stand_in([node], node, known), [leave], []))
    return out


def _root(node: gast.AST) -> str:
    """The variable of which an element is stored; none where an attribute is."""
    while isinstance(node, gast.Subscript | gast.Starred):
        node = node.value
    return node.id if isinstance(node, gast.Name) else ""
