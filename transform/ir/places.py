"""The places of operands in templates, and what stands inside the brackets of a subscript."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass

import gast

from adjoint.transform.ir.nodes import Atom, Const, Op, Ref


@dataclass(frozen=True, slots=True)
class Part:
    """One component of a subscript.

    what: `at` (an index), `slice`, `none` (new axis), `ellipsis`, or `whole` (all there is in
      `x[()]`).
    """

    what: str
    at: Atom | None = None


def operand(number: int) -> gast.Name:
    """The place of operand number `number` in a template."""
    return gast.Name(f"${number}", gast.Load(), None, None)


def hole(node: gast.AST) -> int | None:
    """The number of the hole that a node of a template is, or None."""
    if isinstance(node, gast.Name) and node.id.startswith("$") and node.id[1:].isdigit():
        return int(node.id[1:])
    return None


def index_parts(op: Op) -> tuple[Part, ...]:
    """The components of an `index` operation, left to right."""
    template = op.template
    assert isinstance(template, gast.Subscript), gast.dump(template)
    inner = template.slice
    nodes = inner.elts if isinstance(inner, gast.Tuple) else [inner]
    return tuple(_part(node, op) for node in nodes) or (Part("whole"),)


def _part(node: gast.AST, op: Op) -> Part:
    number = hole(node)
    if number is not None:
        atom = op.args[number]
        if isinstance(atom, Const | Ref) and atom.value is None:  # `np.newaxis`
            return Part("none")
        if isinstance(atom, Const) and atom.value is Ellipsis:
            return Part("ellipsis")
        return Part("at", atom)
    if isinstance(node, gast.Slice):
        return Part("slice")
    if isinstance(node, gast.Constant):
        if node.value is None:
            return Part("none")
        if node.value is Ellipsis:
            return Part("ellipsis")
        return Part("at", Const(node.value))
    if isinstance(node, gast.UnaryOp) and isinstance(node.operand, gast.Constant):
        return Part("at", Const(-node.operand.value))
    raise AssertionError(f"not a component of a subscript: {gast.dump(node)}")


def renumbered(template: gast.AST, places: Mapping[int, int]) -> gast.AST:
    """A template whose operands stand in other places."""
    class Holes(gast.NodeTransformer):  # type: ignore[misc]
        def visit_Name(self, node: gast.Name) -> gast.AST:
            number = hole(node)
            return node if number is None else gast.Name(
                f"${places[number]}", node.ctx, None, None
            )  # fmt: skip

    return Holes().visit(copy.deepcopy(template))
