"""What stands inside the brackets of a subscript."""

from __future__ import annotations

from dataclasses import dataclass

import gast

from adjoint.transform.ir.nodes import Atom, Const, Op


@dataclass(frozen=True, slots=True)
class Part:
    """One component of a subscript: `at` (an index), `slice`, `none` (new axis) or `ellipsis`."""

    what: str
    at: Atom | None = None


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
    return tuple(_part(node, op) for node in nodes)


def _part(node: gast.AST, op: Op) -> Part:
    number = hole(node)
    if number is not None:
        atom = op.args[number]
        if isinstance(atom, Const) and atom.value is None:
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
