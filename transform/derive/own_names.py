"""Keep the names of helpers apart from the user's.

A parameter or a global of the user's may have the name of a helper (`count`, `own`). The helper
then goes by its name with an underscore before it.
"""

from __future__ import annotations

import copy
import sys
from dataclasses import replace

import gast

from adjoint.transform.ir.nodes import (
    Assign,
    Block,
    Define,
    Effect,
    Function,
    Op,
    Ref,
    Stmt,
    Store,
    With,
    binds,
    reads,
    walk,
)  # fmt: skip
from adjoint.transform.ir.rebuild import map_inside

PREFIX = "_"


def clear_names(fn: Function, ours: frozenset[str]) -> Function:
    """The function with those of our names changed that it uses in the user's meaning."""
    theirs = {p.name for p in fn.params}
    for stmt in walk(fn.body):
        refs = [a for a in reads(stmt) if isinstance(a, Ref)]
        theirs |= {_root(a) for a in refs if not a.local and not _is_ours(a)}
        theirs |= {variable.name for variable in binds(stmt)}  # what functions made here read
    clashing = theirs & ours
    return replace(fn, body=_block(fn.body, frozenset(clashing))) if clashing else fn


def _root(ref: Ref) -> str:
    return ref.text.partition(".")[0]


def _is_ours(ref: Ref) -> bool:
    """Whether `np`, `math` and `scipy` mean what we mean by them."""
    root, _, rest = ref.text.partition(".")
    module = {"np": "numpy", "math": "math", "scipy": "scipy"}.get(root, "")
    if module not in sys.modules:
        return False
    found: object = sys.modules[module]
    for part in rest.split(".") if rest else ():
        found = getattr(found, part, None)
    return found is ref.value


def _block(block: Block, clashing: frozenset[str]) -> Block:
    return tuple(_stmt(stmt, clashing) for stmt in block)


def _stmt(stmt: Stmt, clashing: frozenset[str]) -> Stmt:
    match stmt:
        case Assign(value=Op() as op) | Effect(value=op):
            return replace(stmt, value=_op(op, clashing))
        case Store(place=place):
            return replace(stmt, place=_op(place, clashing))
        case Define(function=function):
            return replace(stmt, function=replace(function, body=_block(function.body, clashing)))
        case With(context=context):
            stmt = replace(stmt, context=_op(context, clashing))
    return map_inside(stmt, lambda block: _block(block, clashing))


def _op(op: Op, clashing: frozenset[str]) -> Op:
    names = {n.id for n in gast.walk(op.template) if isinstance(n, gast.Name)}
    if not names & clashing:
        return op

    class Rename(gast.NodeTransformer):  # type: ignore[misc]
        def visit_Name(self, node: gast.Name) -> gast.AST:
            if node.id not in clashing:
                return node
            return gast.Name(PREFIX + node.id, node.ctx, None, None)

    return replace(op, template=Rename().visit(copy.deepcopy(op.template)))
