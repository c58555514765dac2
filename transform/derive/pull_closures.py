"""The adjoint of making a closure: what it holds gets its part of the closure's cotangent."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from adjoint.transform.analyses.versions import Version
from adjoint.transform.closures import PARTIAL
from adjoint.transform.derive.accumulate import accumulate
from adjoint.transform.derive.build import call
from adjoint.transform.derive.cotangents import Cotangent, State, flat
from adjoint.transform.derive.sweep import Out, Sweep, assign
from adjoint.transform.dynamic import ITSELF
from adjoint.transform.ir.nodes import Const, Op, Ref, Var

Env = Mapping[str, Version]


def pull_closure(
    target: Var, op: Op, g: Cotangent, env: Env, after: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """`f = closure(code, k)`: `d_k = captured(d_f, "k")`."""
    held = flat(g, sweep, out)
    if op.prim == PARTIAL and _may_be_partial(op, sweep):
        names = [Const(role) for role in op.roles if not role.isdigit() and role != ITSELF]
        inner, outer = sweep.primal(op.args[0], env), sweep.primal(target, after)
        held = assign(out, sweep.names, call("nested", held, outer, inner, *names), "d")
    for role, arg in zip(op.roles, op.args, strict=True):
        if isinstance(arg, Var) and sweep.is_active(arg):
            part = call("captured", held, *(Const(name) for name in role.split(".")))
            accumulate(arg.name, part, state, sweep, out, lazy=True)


def _may_be_partial(op: Op, sweep: Sweep) -> bool:
    """Whether what a partial function is of may be one itself, which Python joins with it."""
    inner = op.args[0]
    if isinstance(inner, Ref):
        return isinstance(inner.value, functools.partial)
    return isinstance(inner, Var) and sweep.kind(inner.name).callee is None
