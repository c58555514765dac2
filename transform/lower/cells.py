"""Variables that functions share, in cells: the text that says so.

    def f(x):                              def f(x):
        k = x[0]                               k_cell = Cell()
        fs = [lambda v: v * k]      ->         k_cell.value = x[0]
        k = x[1]                               fs = [lambda v: v * k_cell.value]
        return fs[0](x)                        k_cell.value = x[1]
                                               return fs[0](x)

A function that is used as a value reads such a variable when it is called, or binds it
(`nonlocal`). The tree is written anew, so that everything after it sees attributes of an object.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any

import gast

from adjoint.runtime.cells import Cell
from adjoint.transform.derive.own_names import PREFIX
from adjoint.transform.errors import UnsupportedSyntax
from adjoint.transform.ir.trees import children, copied, nodes
from adjoint.transform.lower.bindings import (
    COMPREHENSIONS,
    bound_names,
    identifiers,
    own_nodes,
    parameters,
    pattern_names,
    targets,
)  # fmt: skip
from adjoint.transform.lower.comprehension_cells import Once, comprehension_of
from adjoint.transform.lower.templates import name as name_of
from adjoint.transform.source import Source

Variable = tuple[int, str]
"""The line of the `def` whose variable it is, and its name."""


class NeedsCell(UnsupportedSyntax):
    """What is refused unless certain variables of a function, `origin`, are in cells."""

    variables: frozenset[Variable] = frozenset()
    origin: Any = None

    def plain(self) -> UnsupportedSyntax:
        """The refusal as users see it, where they cannot be in cells."""
        return UnsupportedSyntax(*self.args)


def unless_in_cells(
    refusal: UnsupportedSyntax, variables: Collection[Variable], origin: FunctionType
) -> NeedsCell:
    """The refusal of what is accepted once some variables of a function are in cells."""
    need = NeedsCell(*refusal.args)
    need.variables, need.origin = frozenset(variables), origin
    return need


def owner_of(tree: gast.AST, inner: gast.AST, name: str) -> Variable | None:
    """The variable that a name means in a function, which does not bind it; None for a global."""
    found = None
    for node in _around(tree, inner):
        if isinstance(node, gast.FunctionDef) and node is not inner and name in _own(node):
            found = node.lineno, name
    return found


def can_be_in_cell(tree: gast.AST, variable: Variable) -> bool:
    """Whether a variable is bound by assignments, loops and `with` alone, or a parameter.

    Or by a comprehension that its function evaluates once.
    """
    line, name = variable
    found = [
        node for node in nodes(tree) if isinstance(node, gast.FunctionDef) and node.lineno == line
    ]
    if len(found) != 1:
        return False
    if name not in _own(found[0]):
        return comprehension_of(found[0], name) is not None
    for node in own_nodes(found[0].body):
        match node:
            case gast.NamedExpr(target=gast.Name(id=text)) | gast.ExceptHandler(
                name=gast.Name(id=text)
            ):
                bound = {text}
            case gast.FunctionDef(name=text) | gast.ClassDef(name=text):
                bound = {text}
            case gast.alias():
                bound = {(node.asname or node.name).partition(".")[0]}
            case gast.Match():
                bound = set(pattern_names([node]))
            case gast.Delete():
                bound = set(bound_names([node]))
            case _:
                continue
        if name in bound:
            return False
    return True


def with_cells(
    source: Source, variables: Collection[Variable], known: Collection[str]
) -> Source:
    """The source of a function with some variables of it, and of those inside it, in cells.

    `known` are the names that it finds outside.
    """
    if not variables:
        return source
    taken = set(identifiers(source.tree))
    class_name = f"{PREFIX}Cell" if "Cell" in taken or "Cell" in known else "Cell"
    cells = {variable: _fresh(f"{variable[1]}_cell", taken) for variable in sorted(variables)}
    tree = _function(source.tree, {}, cells, class_name)
    return replace(source, tree=tree, given={**source.given, class_name: Cell})


def _fresh(text: str, taken: set[str]) -> str:
    while text in taken:
        text += "_"
    taken.add(text)
    return text


def _around(tree: gast.AST, inner: gast.AST) -> Iterator[gast.AST]:
    """The nodes from a tree down to one inside it."""
    if tree is inner:
        yield tree
        return
    for child in children(tree):
        path = list(_around(child, inner))
        if path:
            yield tree
            yield from path
            return


def _own(node: gast.FunctionDef | gast.Lambda) -> frozenset[str]:
    """The variables of a function itself."""
    body = [node.body] if isinstance(node, gast.Lambda) else node.body
    outside = {
        name for one in own_nodes(body) if isinstance(one, gast.Nonlocal | gast.Global)
        for name in one.names
    }  # fmt: skip
    return (bound_names(body) - outside) | {param.id for param in parameters(node.args)}


@dataclass(frozen=True, slots=True)
class _Inside:
    """What names mean where a tree is written anew, and which variables are in cells.

    once: comprehensions of which a variable is in a cell, with the names of both.
    """

    names: Mapping[str, str]
    cells: Mapping[Variable, str]
    class_name: str
    once: tuple[tuple[Once, str, str], ...] = ()


def _function(
    node: gast.AST, names: Mapping[str, str], cells: Mapping[Variable, str], class_name: str
) -> gast.AST:
    """A function: its own variables hide those around it; its cells are made first."""
    around = _Inside(names, cells, class_name)
    own = _own(node)
    made = {
        name: cells[node.lineno, name] for name in sorted(own)
        if isinstance(node, gast.FunctionDef) and (node.lineno, name) in cells
    }  # fmt: skip
    hidden = {name: cell for name, cell in names.items() if name not in own}
    once = _of_comprehensions(node, own, cells)
    inside = _Inside({**hidden, **made}, cells, class_name, once)
    new = copied(node)
    new.args = _arguments(node.args, around)
    if isinstance(node, gast.Lambda):
        new.body = _tree(node.body, inside)
        return new
    new.decorator_list = [_tree(one, around) for one in node.decorator_list]
    given = {param.id for param in parameters(node.args)}
    first = [_made(cell, name if name in given else None, class_name, node)
             for name, cell in made.items()]  # fmt: skip
    new.body = first + _statements(node.body, inside)
    return new


def _of_comprehensions(
    node: gast.AST, own: frozenset[str], cells: Mapping[Variable, str]
) -> tuple[tuple[Once, str, str], ...]:
    """The comprehensions of a function of which a variable is in a cell."""
    found = []
    for (line, name), cell in cells.items():
        if isinstance(node, gast.FunctionDef) and node.lineno == line and name not in own:
            once = comprehension_of(node, name)
            if once is not None:
                found.append((once, name, cell))
    return tuple(found)


def _statements(block: list[gast.AST], inside: _Inside) -> list[gast.AST]:
    """Statements, before each the cells that a comprehension in it needs."""
    new: list[gast.AST] = []
    for stmt in block:
        cells = [cell for one, _, cell in inside.once if one.statement is stmt]
        new += [_made(cell, None, inside.class_name, stmt) for cell in cells]
        new.append(_tree(stmt, inside))
    return new


def _arguments(arguments: gast.arguments, around: _Inside) -> gast.arguments:
    """The parameters, with the defaults as they are read around the function."""
    new = copied(arguments)
    new.defaults = [_tree(one, around) for one in arguments.defaults]
    new.kw_defaults = [one and _tree(one, around) for one in arguments.kw_defaults]
    return new


def _made(cell: str, parameter: str | None, class_name: str, node: gast.AST) -> gast.Assign:
    """`k_cell = Cell()`, or of a parameter: `k_cell = Cell(k)`."""
    given = [] if parameter is None else [_at(node, name_of(parameter))]
    call = _at(node, gast.Call(_at(node, name_of(class_name)), given, []))
    target = _at(node, gast.Name(cell, gast.Store(), None, None))
    return _at(node, gast.Assign([target], call, None))


def _at(node: gast.AST, new: gast.AST) -> gast.AST:
    """A new node in the place of another; of a function, on its first line."""
    located = gast.copy_location(new, node)
    if isinstance(node, gast.FunctionDef):
        located.end_lineno, located.end_col_offset = node.lineno, node.col_offset + len("def")
    return located


def _tree(node: gast.AST, inside: _Inside) -> gast.AST:
    match node:
        case gast.Name(id=name) if name in inside.names:
            return _place(node, inside.names[name], "value", node.ctx)
        case gast.FunctionDef() | gast.Lambda():
            return _function(node, inside.names, inside.cells, inside.class_name)
        case gast.AugAssign(target=gast.Name(id=name) as target) if name in inside.names:
            cell = inside.names[name]
            old = _place(target, cell, "plain", gast.Load())
            value = gast.copy_location(
                gast.BinOp(old, node.op, _tree(node.value, inside)), node
            )
            return gast.copy_location(
                gast.Assign([_place(target, cell, "value", gast.Store())], value, None), node
            )
        case gast.AnnAssign(target=gast.Name(id=name) as target) if name in inside.names:
            if node.value is None:
                return gast.copy_location(gast.Pass(), node)
            place = _place(target, inside.names[name], "value", gast.Store())
            return gast.copy_location(
                gast.Assign([place], _tree(node.value, inside), None), node
            )
        case gast.Nonlocal(names=names):
            left = [name for name in names if name not in inside.names]
            new = gast.Nonlocal(left) if left else gast.Pass()
            return gast.copy_location(new, node)
    if isinstance(node, COMPREHENSIONS):
        own = {text for part in node.generators for text in targets(part.target)}
        names = {name: cell for name, cell in inside.names.items() if name not in own}
        names |= {name: cell for one, name, cell in inside.once if one.comprehension is node}
        return _each(node, replace(inside, names=names))
    return _each(node, inside)


def _each(node: gast.AST, inside: _Inside) -> gast.AST:
    """A node with all that is inside it written anew."""
    change: Callable[[object], object] = lambda part: (  # noqa: E731
        _tree(part, inside) if isinstance(part, gast.AST) else part
    )
    new = copied(node)
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, list) and value and isinstance(value[0], gast.stmt):
            setattr(new, field, _statements(value, inside))
            continue
        setattr(new, field, [change(part) for part in value] if isinstance(value, list)
                else change(value))  # fmt: skip
    return new


def _place(node: gast.AST, cell: str, attribute: str, context: gast.AST) -> gast.Attribute:
    held = gast.copy_location(name_of(cell), node)
    return gast.copy_location(gast.Attribute(held, attribute, context), node)
