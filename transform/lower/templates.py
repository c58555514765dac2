"""Templates: the user's expression for one operation, with holes where its operands go.

A hole is a `Name` in load context: `$0`, `$1`, ... for the operands and `$callee` for what is
called.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import gast

from adjoint.transform.ir.nodes import Atom, Const, Op, Ref, Var
from adjoint.transform.ir.places import operand
from adjoint.transform.lower.bindings import COMPREHENSIONS, targets
from adjoint.transform.lower.scope import Scope, resolve, resolve_path

CALLEE = "$callee"
GIVEN = ".given"
"""How the names of temporaries end that hold what an iterator would give to a loop."""


def name(text: str, ctx: gast.expr_context | None = None) -> gast.Name:
    """A `Name` node, to be read unless `ctx` says otherwise."""
    return gast.Name(text, ctx or gast.Load(), None, None)


def hole(position: int) -> gast.Name:
    """The place of operand number `position`."""
    return operand(position)


def holes(count: int, start: int = 0) -> list[gast.Name]:
    """The places of `count` operands."""
    return [hole(position) for position in range(start, start + count)]


def listed(value: Var) -> Op:
    """`list(value)`."""
    template = gast.Call(name(CALLEE), [hole(0)], [])
    return Op("call", (value,), template, ("",), Ref("list", list))


class Operands:
    """The operands of one operation, collected in the order of their holes."""

    def __init__(self) -> None:
        """No operands yet."""
        self.atoms: list[Atom] = []
        self.roles: list[str] = []

    def add(self, atom: Atom, role: str = "") -> gast.Name:
        """A hole of its own for an operand."""
        self.atoms.append(atom)
        self.roles.append(role)
        return hole(len(self.atoms) - 1)

    def share(self, atom: Atom) -> gast.Name:
        """The hole of an operand, the one it has already if it occurred before."""
        return hole(self.atoms.index(atom)) if atom in self.atoms else self.add(atom)


def whole(node: gast.AST, scope: Scope, operands: Operands) -> Any:
    """A copy of a pure expression (or statement) with a hole for each outside name that it reads.

    Names that a comprehension inside it binds stay as they are.
    """
    return _copy(node, scope, operands, frozenset())


def look(node: gast.AST, scope: Scope) -> Op:
    """The whole of a pure expression as one `look`."""
    operands = Operands()
    template = whole(node, scope, operands)
    return Op("look", tuple(operands.atoms), template)


def _copy(node: Any, scope: Scope, operands: Operands, bound: frozenset[str]) -> Any:
    if isinstance(node, list):
        return [_copy(item, scope, operands, bound) for item in node]
    if not isinstance(node, gast.AST):
        return node
    if isinstance(node, gast.Name):
        return name(node.id, node.ctx) if node.id in bound else operands.share(resolve(node, scope))
    if isinstance(node, gast.Attribute):
        if _root(node) not in bound and (known := resolve_path(node, scope)) is not None:
            return operands.share(known)
        value = _copy(node.value, scope, operands, bound)
        return gast.Attribute(value, scope.attribute(node.attr), node.ctx)
    if isinstance(node, COMPREHENSIONS):
        return _copy_comprehension(node, scope, operands, bound)
    fields = {field: _copy(value, scope, operands, bound) for field, value in _fields(node)}
    return type(node)(**fields)


def _copy_comprehension(
    node: Any, scope: Scope, operands: Operands, bound: frozenset[str]
) -> gast.AST:
    """A comprehension's names are bound from one generator on; its first iterable sees none."""
    generators = []
    for part in node.generators:
        iterable = _copy(part.iter, scope, operands, bound)
        bound = bound | frozenset(targets(part.target))
        target = _copy(part.target, scope, operands, bound)
        conditions = _copy(part.ifs, scope, operands, bound)
        generators.append(gast.comprehension(target, iterable, conditions, 0))
    fields = {
        field: _copy(value, scope, operands, bound)
        for field, value in _fields(node)
        if field != "generators"
    }
    return type(node)(generators=generators, **fields)


def _fields(node: gast.AST) -> Iterator[tuple[str, Any]]:
    for field in node._fields:
        yield field, getattr(node, field, None)


def _root(node: gast.AST) -> str | None:
    while isinstance(node, gast.Attribute):
        node = node.value
    return node.id if isinstance(node, gast.Name) else None


def operation(prim: str, template: gast.AST, atoms: Iterable[Atom]) -> Op:
    """An operation whose operands fill the holes of `template` in order."""
    return Op(prim, tuple(atoms), template)


def constant(value: Any) -> Const | None:
    """`-1` is one literal to us, though not to Python's grammar; `None` if it is not one."""
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return Const(-value) if plain else None
