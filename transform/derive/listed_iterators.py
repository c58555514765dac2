"""Iterators that are taken from more than once, as lists.

    z = zip(x, y); s = sorted(z)    ->    z = list(zip(x, y)); s = sorted(z)

where the adjoint (or the tangent) reads `z` again.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import gast

from adjoint.transform.analyses.container_calls import ENUMERATED, TRANSPOSED
from adjoint.transform.analyses.effects import is_rule
from adjoint.transform.derive.build import DERIVED
from adjoint.transform.ir.nodes import Assign, Block, Function, Op, Stmt, Unpack, Var, reads
from adjoint.transform.ir.places import hole
from adjoint.transform.ir.rebuild import everything, inner_blocks, replace_stmts
from adjoint.transform.ir.trees import nodes

_ITERATORS = frozenset({"elements:zip", ENUMERATED, TRANSPOSED, "elements:reversed"})


def listed_iterators(fn: Function) -> Function:
    """The function with lists in place of the iterators that are not simply taken from once."""
    readers: dict[str, list[Stmt]] = defaultdict(list)
    for stmt in everything(fn.body):
        for name in {atom.name for atom in reads(stmt) if isinstance(atom, Var)}:
            readers[name].append(stmt)
    changes = {
        id(stmt): (replace(stmt, value=_as_list(stmt.value)),)
        for block in _blocks(fn.body)
        for stmt in block
        if isinstance(stmt, Assign) and isinstance(stmt.value, Op)
        and stmt.value.prim in _ITERATORS
        and not _taken_once(readers[stmt.target.name], block)
    }  # fmt: skip
    body = replace_stmts(fn.body, changes)
    return fn if body is fn.body else replace(fn, body=body)


def _blocks(block: Block) -> list[Block]:
    """A block, the blocks inside it and those of the functions defined there."""
    return [block, *(b for stmt in block for inner in inner_blocks(stmt) for b in _blocks(inner))]


def _taken_once(readers: list[Stmt], block: Block) -> bool:
    """Whether one statement, of the same block, takes the elements and keeps no iterator."""
    if len(readers) != 1 or not any(stmt is readers[0] for stmt in block):
        return False
    value = readers[0].value if isinstance(readers[0], Assign) else None
    return isinstance(readers[0], Unpack) or (isinstance(value, Op) and _takes_all(value))


def _takes_all(op: Op) -> bool:
    """Whether an operation takes the elements of its operands, and keeps no iterator."""
    shown = [place for node in nodes(op.template) if (place := hole(node)) is not None]
    if op.prim.startswith(DERIVED) or len(shown) != len(set(shown)):
        return False
    taking = op.prim.startswith("elements:") or op.prim in ("list.copy", "look")
    return taking or "*" in op.roles or is_rule(op.prim)


def _as_list(op: Op) -> Op:
    """`list(...)` of what an operation gives."""
    name = gast.Name("list", gast.Load(), None, None)
    return replace(op, template=gast.Call(name, [op.template], []))
