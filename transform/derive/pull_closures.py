"""The adjoint of making a closure: what it holds gets its part of the closure's cotangent."""

from __future__ import annotations

from adjoint.transform.derive.build import call
from adjoint.transform.derive.cotangents import Cotangent, Out, State, Sweep, accumulate, flat
from adjoint.transform.ir.nodes import Const, Op, Var


def pull_closure(op: Op, g: Cotangent, state: State, sweep: Sweep, out: Out) -> None:
    """`f = closure(code, k)`: `d_k = captured(d_f, "k")`."""
    held = flat(g, sweep, out)
    for role, arg in zip(op.roles, op.args, strict=True):
        if isinstance(arg, Var) and sweep.is_active(arg):
            part = call("captured", held, *(Const(name) for name in role.split(".")))
            accumulate(arg.name, part, state, sweep, out, lazy=True)
