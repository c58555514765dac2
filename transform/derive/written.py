"""What a pullback may take as the cotangent of an argument that its function writes into."""

from __future__ import annotations

from adjoint.transform.derive.cotangents import Sweep
from adjoint.transform.ir.nodes import NOWHERE, Augment, Var, binds, walk
from adjoint.transform.refusals import unsupported


def check_bound_once(parameter: str, sweep: Sweep) -> None:
    """Raise where a parameter that is written into is also made anew.

    The cotangent that comes in is that of the caller's array; it is taken for that of the variable,
    which must therefore hold this array to the end.
    """
    for stmt in walk(sweep.facts.function.body):
        rebinds = not isinstance(stmt, Augment) or sweep.kind(parameter).tag != "array"
        if rebinds and Var(parameter) in binds(stmt):
            raise unsupported(
                getattr(stmt, "span", NOWHERE),
                f"`{parameter}` is an argument that is written into, and is also made anew here",
                "give the new value a name of its own",
            )
