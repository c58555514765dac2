"""Emitted code that looks at every cotangent that it assigns; its lines stay what they are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from adjoint.runtime.places import Places, statements

WATCH = "__watch__"
_ORIGINS = "__origins__"
_VALUE = "__value__"
_COTANGENT = re.compile(r"d(_\w+)?$")


def watched(tree: ast.Module, places: Places) -> ast.Module:
    """The tree of an emitted function, with a look at each cotangent after it is assigned.

    Args:
        tree: the tree; it is changed.
        places: where its statements come from.
    """
    every = statements(tree.body)
    adjoint = {
        id(stmt) for stmt, place in zip(every, places, strict=True) if place and place.adjoint
    }
    (function,) = tree.body
    assert isinstance(function, ast.FunctionDef)
    begin = _begin(function, []) if any(id(stmt) in adjoint for stmt in _own(function.body)) else []
    function.body = [*begin, *_block(function.body, adjoint, False)]
    return ast.fix_missing_locations(tree)


def _own(block: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a block without those of functions inside it."""
    for stmt in block:
        if not isinstance(stmt, ast.FunctionDef):
            yield stmt
            for name in ("body", "orelse", "finalbody"):
                yield from _own(getattr(stmt, name, ()))
            for handler in getattr(stmt, "handlers", ()):
                yield from _own(handler.body)


def _block(block: Sequence[ast.stmt], adjoint: set[int], inside: bool) -> list[ast.stmt]:
    """The statements of a block; those after the first one of an adjoint belong to it as well."""
    made: list[ast.stmt] = []
    for stmt in block:
        inside = inside or id(stmt) in adjoint
        if isinstance(stmt, ast.FunctionDef):
            if inside or any(id(inner) in adjoint for inner in statements(stmt.body)):
                body = _block(stmt.body, adjoint, True)
                stmt.body = [*_begin(stmt, [arg.arg for arg in stmt.args.args]), *body]
            made.append(stmt)
            continue
        for name in ("body", "orelse", "finalbody"):
            if getattr(stmt, name, None):
                setattr(stmt, name, _block(getattr(stmt, name), adjoint, inside))
        for handler in getattr(stmt, "handlers", ()):
            handler.body = _block(handler.body, adjoint, inside)
        made += _looked_at(stmt) if inside else [stmt]
    return made


def _begin(function: ast.FunctionDef, seeds: Sequence[str]) -> list[ast.stmt]:
    call = _call("begin", _dict(seeds))
    return [ast.copy_location(ast.Assign([_name(_ORIGINS, ast.Store())], call), function.body[0])]


def _looked_at(stmt: ast.stmt) -> list[ast.stmt]:
    """A statement of an adjoint, and a look at what it assigns."""
    match stmt:
        case ast.Return(value=ast.expr() as value):
            kept = ast.Assign([_name(_VALUE, ast.Store())], value)
            parts = [
                _tuple([part, _names(_names_in(origin))])
                for part, origin in _parts(value, _name(_VALUE))
            ]
            call = _call("returned", _name(_VALUE), _tuple(parts))
            made: list[ast.stmt] = [kept, ast.Return(call)]
        case ast.Assign(targets=targets, value=value):
            made = [stmt, _look([p for t in targets for p in _places(t)], _names_in(value))]
        case ast.AugAssign(target=target, value=value):
            made = [stmt, _look(list(_places(target)), [*_names_in(target), *_names_in(value)])]
        case ast.Expr(value=ast.Call(func=func, args=args)):  # it may write into its arguments
            first = func.value if isinstance(func, ast.Attribute) else None
            changed = [e for e in (first, *args[:1]) if isinstance(e, ast.Name)]
            names = _names_in(stmt)
            made = [stmt, _look([(e.id, e) for e in changed if e.id in names], names)]
        case _:
            made = [stmt]
    return [ast.copy_location(new, stmt) for new in made]


def _look(assigned: list[tuple[str, ast.expr]], read: Sequence[str]) -> ast.stmt:
    keys: list[ast.expr | None] = [ast.Constant(name) for name, _ in assigned]
    values = [value for _, value in assigned]
    whole = [name for name, value in assigned if isinstance(value, ast.Name)]
    return ast.Expr(_call("look", ast.Dict(keys, values), _names(whole), _names(read)))


def _places(target: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """The cotangents that a target assigns: the variable, and how what was assigned is read."""
    match target:
        case ast.Name(id=name) if _COTANGENT.match(name):
            yield name, _name(name)
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            for element in elements:
                yield from _places(element)
        case ast.Starred(value=value):
            yield from _places(value)
        case ast.Subscript(value=value) | ast.Attribute(value=value):
            names = _names_in(value)
            if names:
                yield names[0], ast.parse(ast.unparse(target), mode="eval").body


def _parts(value: ast.expr, read: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """The parts of what is returned: how each is read of it, and what it is made of."""
    if not isinstance(value, ast.Tuple):
        yield read, value
        return
    for i, element in enumerate(value.elts):
        yield from _parts(element, ast.Subscript(read, ast.Constant(i), ast.Load()))


def _names_in(tree: ast.AST) -> list[str]:
    """The cotangents that are read, or written, in a tree."""
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    return [name for name in dict.fromkeys(names) if _COTANGENT.match(name)]


def _name(name: str, use: ast.expr_context | None = None) -> ast.Name:
    return ast.Name(name, use or ast.Load())


def _dict(names: Sequence[str]) -> ast.Dict:
    return ast.Dict([ast.Constant(name) for name in names], [_name(name) for name in names])


def _names(names: Sequence[str]) -> ast.expr:
    return _tuple([ast.Constant(name) for name in names])


def _tuple(parts: Sequence[ast.expr]) -> ast.expr:
    return ast.Tuple(list(parts), ast.Load())


def _call(what: str, *arguments: ast.expr) -> ast.Call:
    origins = [] if what == "begin" else [_name(_ORIGINS)]
    function = ast.Attribute(_name(WATCH), what, ast.Load())
    return ast.Call(function, [*origins, *arguments], [])
