"""Calls of functions found at run time that are not differentiated must not write.

`f(i, x)` becomes `only_reads(f)(i, x)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import gast

from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.callees import target_of
from adjoint.transform.ir.nodes import Block, Op, Var
from adjoint.transform.lower.statements_inside import map_ops


def watched(block: Block, kinds: Mapping[str, Kind]) -> Block:
    """The block in which such calls are watched.

    A function that is given starred arguments is known, what it is given is not.
    """

    def change(op: Op) -> Op:
        starred = not {"*", "**"}.isdisjoint(op.roles) and target_of(op) is not None
        if op.prim != "call" or not (isinstance(op.callee, Var) or starred):
            return op
        if not starred and not any(
            isinstance(a, Var) and kinds.get(a.name, ANY).differentiable for a in op.args
        ):
            return op
        template = op.template
        assert isinstance(template, gast.Call)
        only_reads = gast.Name("only_reads", gast.Load(), None, None)
        called = gast.Call(only_reads, [template.func], [])
        return replace(op, template=gast.Call(called, template.args, template.keywords))

    return tuple(map_ops(stmt, change) for stmt in block)
