"""From a Python function to what is known of it: the steps before derivation, in order.

lower -> exits -> webs -> resolve -> open calls -> open tests -> bind before loops
-> prepare -> aliases
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import FunctionType
from typing import Any

from adjoint.runtime.helpers import HELPERS
from adjoint.transform.analyses.aliases import aliases
from adjoint.transform.analyses.effects import Summary
from adjoint.transform.analyses.kind import ANY, FUNCTION, Kind, anonymous
from adjoint.transform.analyses.outside_changes import ALL_OUTSIDE, Changed, changed_outside
from adjoint.transform.analyses.resolve import Resolved, resolve
from adjoint.transform.callees import Call, Callee, ParameterKinds, call_of, target_of
from adjoint.transform.closures import close, may_write
from adjoint.transform.derive.array_operands import array_operands
from adjoint.transform.derive.attempts import settle_attempts
from adjoint.transform.derive.build import Names
from adjoint.transform.derive.loop_tests import open_tests
from adjoint.transform.derive.outside_copies import copy_outside
from adjoint.transform.derive.prepare import prepare
from adjoint.transform.derive.unbound import bind_before_loops
from adjoint.transform.derive.waits import wait_once
from adjoint.transform.derive.watched import is_given_numbers, is_open
from adjoint.transform.derived import emitted_call
from adjoint.transform.foreign import shown_at
from adjoint.transform.ir.names import names_of, names_used
from adjoint.transform.ir.nodes import Function, Op, Ref, Var, operations, reads, walk
from adjoint.transform.iterables import open_iterables
from adjoint.transform.lower import lower, normalise_exits
from adjoint.transform.lower.local_functions import LocalFunction
from adjoint.transform.lower.webs import split_webs
from adjoint.transform.openings import Reach
from adjoint.transform.passes.inline import inline
from adjoint.transform.summaries import (
    left_behind,
    left_by,
    returned_family,
    returned_places,
    written_parameters,
)  # fmt: skip
from adjoint.transform.world import Analysis, World

RESERVED = frozenset({
    *HELPERS, "np", "math", "scipy", "Cell", "call_vjp", "call_jvp", "only_reads", "is_of_tangent"
})  # fmt: skip
"""Names that emitted text uses in a meaning of its own."""

Together = frozenset[tuple[str, str]]
"""Pairs of parameters that may share memory while one of them is written."""

Key = tuple[Any, ParameterKinds, Together]

_DEEPEST = 8
"""How many times calls are opened inside what was opened."""


def lowered_function(fn: FunctionType) -> Function:
    """A function in the IR, with plain exits."""
    return normalise_exits(lower(fn))


def analyse(
    callee: Callee, kinds: ParameterKinds, world: World, together: Together = frozenset()
) -> Analysis:
    """Analyse a function under given kinds; `together` are parameters that may share memory.

    A recursive function is analysed until what is assumed of its calls is what is found of it.
    """
    key = (callee.key, kinds, together)
    if key in world.analyses:
        return world.analyses[key]
    while True:
        world.running[key] = False
        try:
            analysis = _analyse_once(callee, kinds, world, together)
        finally:
            recursive = world.running.pop(key)
        found = (written_parameters(analysis), returned_family(analysis), left_by(analysis))
        stable = found == world.summaries.get(key) and world.returns.get(key) == analysis.returns
        world.summaries[key], world.returns[key] = found, analysis.returns
        if stable or not recursive:
            break
    if not any(world.running.values()):  # else it rests on what is only assumed of a caller
        world.analyses[key] = analysis
    return analysis


def _analyse_once(
    callee: Callee, kinds: ParameterKinds, world: World, together: Together
) -> Analysis:
    lowered = callee.function
    outside = _outside(lowered)
    names = Names(names_of(lowered) | outside)
    known = dict(kinds)
    for name, local in callee.locals.items():
        known[name] = replace(FUNCTION, callee=local)
    resolved = _resolve(split_webs(lowered, names, RESERVED), known, world)
    for _ in range(_DEEPEST):
        function = open_iterables(resolved.function, resolved.kinds, world.callees, names)
        if function is resolved.function:
            break
        resolved = _resolve(function, known, world)
    for _ in range(_DEEPEST):
        reach = Reach(callee, resolved, names, world.callees)
        opens = "inline" in world.passes
        function = inline(resolved.function, reach.of, names) if opens else resolved.function
        if function is resolved.function:
            break
        resolved = _resolve(function, known, world)
        outside |= _outside(function)
    function = close(
        resolved.function, resolved.kinds, callee.locals, world.callees, names,
        lambda local: _written_around(local, resolved.kinds, world),
    )  # fmt: skip
    if function is not resolved.function:
        resolved = _resolve(function, known, world)
    own = dict(resolved.kinds)
    function = resolved.function
    if world.device:
        function = wait_once(function, own, names)

    function = array_operands(function, own, names)

    def summary(op: Op) -> Summary:
        return summary_of(op, own, world)

    def inside(op: Op) -> Changed:
        return _changed_by(op, own, world)

    changed = changed_outside(function, own, summary, inside)
    function = copy_outside(function, own, names, changed, summary, inside)
    function, unsettled = settle_attempts(function, own, names, summary)
    function = bind_before_loops(open_tests(function, own, summary))
    prepared = prepare(function, own, names)
    found = aliases(
        prepared.function, own, summary, world.assume_arrays, prepared.updates, together
    )
    used = names_used(prepared.function.body) | {p.name for p in lowered.params}
    returns = anonymous(resolved.returns)
    opens = any(
        is_open(op, own) or hides_calls(op, own, world)
        for stmt in walk(prepared.function.body) for op in operations(stmt)
    )  # fmt: skip
    return Analysis(
        prepared.function, prepared, own, returns, found, used | outside, unsettled, changed, opens
    )  # fmt: skip


def hides_calls(op: Op, kinds: Mapping[str, Kind], world: World) -> bool:
    """Whether an operation calls a known function that calls one found when it runs.

    What that writes is not seen when the caller is derived.
    """
    call = call_of(op, kinds, world.callees)
    called = None if call is None else _known(call, world)
    return called is not None and called.opens and is_given_numbers(op, kinds)


def _changed_by(op: Op, kinds: Mapping[str, Kind], world: World) -> Changed:
    """What the function that an operation calls changes outside; of an unknown one, anything."""
    call = call_of(op, kinds, world.callees)
    if call is None:
        known = isinstance(op.callee, Ref) and target_of(op) is None
        return frozenset() if known else ALL_OUTSIDE
    called = _known(call, world)
    return frozenset() if called is None else called.changed


def _known(call: Call, world: World) -> Analysis | None:
    """The analysis of what is called; None while it is made: its own part is found there."""
    running = (call.callee.key, call.kinds, frozenset()) in world.running
    return None if running else analyse(call.callee, call.kinds, world)


def _written_around(
    local: LocalFunction, kinds: Mapping[str, Kind], world: World
) -> frozenset[str]:
    """What a local function writes into of what it captures, whatever it is called with."""
    if not may_write(local.function.body):
        return frozenset()
    callee = world.callees.of(local)
    given = {role: kinds.get(variable, ANY) for role, variable in local.captures.items()}
    parameters = tuple((p.name, given.get(p.name, ANY)) for p in callee.function.params)
    if (callee.key, parameters, frozenset()) in world.running:
        return frozenset()  # it is being analysed, and looked at where it was first used
    return written_parameters(analyse(callee, parameters, world)) & local.captures.keys()


def _outside(fn: Function) -> frozenset[str]:
    """Names that a function reaches outside itself, and those that emitted text uses."""
    found = {
        a.text.partition(".")[0] for s in walk(fn.body) for a in reads(s) if isinstance(a, Ref)
    }
    return frozenset(found | RESERVED | {"range", "reversed", "len", "zip", "list"})


def _resolve(fn: Function, kinds: Mapping[str, Kind], world: World) -> Resolved:
    def call_kind(
        op: Op, known: Mapping[str, Kind]
    ) -> tuple[Op, Kind | None, Mapping[str, Kind]]:
        op = shown_at(op, fn, emitted_call, op, known, world, fn.span)
        call = shown_at(op, fn, call_of, op, known, world.callees)
        if call is None:
            return op, ANY, {}
        key: Any = (call.callee.key, call.kinds, frozenset())
        if key in world.running:
            world.running[key] = True
            return call.op, world.returns.get(key), {}
        analysis = shown_at(op, fn, analyse, call.callee, call.kinds, world)
        filled = zip(call.arguments, call.op.args, strict=True)
        after = {
            arg.name: analysis.kinds[name]
            for (name, place), arg in filled
            if place is None and isinstance(arg, Var) and name in analysis.kinds
        }
        return call.op, analysis.returns, after

    return resolve(fn, dict(kinds), call_kind, world.device)


def summary_of(op: Op, kinds: Mapping[str, Kind], world: World) -> Summary:
    """What a call of a user's function writes into, and what its result may share memory with."""
    call = call_of(op, kinds, world.callees)
    if call is None:
        return Summary(known=not isinstance(op.callee, Ref) or target_of(op) is not None)
    key: Any = (call.callee.key, call.kinds, frozenset())
    analysis: Analysis | None = None
    if key in world.running:
        world.running[key] = True
        nothing = (frozenset[str](), frozenset[str](), None)
        written, returned, left = world.summaries.get(key, nothing)
    else:
        analysis = analyse(call.callee, call.kinds, world)
        written, returned = written_parameters(analysis), returned_family(analysis)
        left = left_by(analysis)
    names = [name for name, _ in call.arguments]
    return Summary(
        frozenset(i for i, name in enumerate(names) if name in written),
        frozenset(i for i, name in enumerate(names) if name in returned),
        None if analysis is None else returned_places(analysis, names),
        True,
        *left_behind(left, names),
    )
