"""Calls that call, somewhere inside, what is known only at run time.

What such a function writes is not seen when its caller is derived. Where the call is not
differentiated, it must be watched (see `derive.watched`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adjoint.transform.analysis import analyse
from adjoint.transform.callees import call_of
from adjoint.transform.derive.watched import is_given_numbers, is_open
from adjoint.transform.ir.nodes import Assign, Effect, Op, With, walk
from adjoint.transform.world import Analysis, World


def hides_calls(
    analysis: Analysis, world: World, visited: frozenset[Any] = frozenset()
) -> Callable[[Op], bool]:
    """Whether an operation calls a function that hides a call of an unknown one."""

    def hides(op: Op) -> bool:
        call = call_of(op, analysis.kinds, world.callees)
        if call is None or not is_given_numbers(op, analysis.kinds):
            return False
        key = (call.callee.key, call.kinds)
        return key not in visited and hidden_in(
            analyse(call.callee, call.kinds, world), world, visited | {key}
        )

    return hides


def hidden_in(analysis: Analysis, world: World, visited: frozenset[Any] = frozenset()) -> bool:
    """Whether a function calls an unknown one, in itself or in what it calls."""
    deeper = hides_calls(analysis, world, visited)
    for stmt in walk(analysis.function.body):
        match stmt:
            case Assign(value=Op() as op) | Effect(value=op) | With(context=op):
                if is_open(op, analysis.kinds) or deeper(op):
                    return True
    return False
