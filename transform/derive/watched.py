"""Calls of functions found at run time that are not differentiated must not write.

`f(i, x)` becomes `only_reads(f)(i, x)`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import gast

from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.callees import target_of
from adjoint.transform.ir.nodes import Block, Op, Var
from adjoint.transform.lower.statements_inside import map_ops

Hides = Callable[[Op], bool]
"""Whether a call is one of a known function that calls an unknown one."""


def is_open(op: Op, kinds: Mapping[str, Kind]) -> bool:
    """Whether a call may write into what nobody knows before it runs.

    A function that is given starred arguments is known, what it is given is not.
    """
    if op.prim != "call":
        return False
    starred = not {"*", "**"}.isdisjoint(op.roles) and target_of(op) is not None
    return starred or (isinstance(op.callee, Var) and is_given_numbers(op, kinds))


def is_given_numbers(op: Op, kinds: Mapping[str, Kind]) -> bool:
    """Whether an operation is given what may carry a derivative."""
    return any(isinstance(a, Var) and kinds.get(a.name, ANY).differentiable for a in op.args)


def watched(block: Block, kinds: Mapping[str, Kind], hides: Hides) -> Block:
    """The block in which such calls are watched."""

    def change(op: Op) -> Op:
        if not (is_open(op, kinds) or (op.prim == "call" and hides(op))):
            return op
        template = op.template
        assert isinstance(template, gast.Call)
        only_reads = gast.Name("only_reads", gast.Load(), None, None)
        called = gast.Call(only_reads, [template.func], [])
        return replace(op, template=gast.Call(called, template.args, template.keywords))

    return tuple(map_ops(stmt, change) for stmt in block)
