"""From a function that was analysed to its derived functions: the steps, in order.

escapes -> versions -> shapes -> activity -> reverse -> dead code -> storage -> loops -> emit
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import partial
from typing import Any

from adjoint.transform.analyses.activity import active_names
from adjoint.transform.analyses.attempts import check_attempts
from adjoint.transform.analyses.encoded import Follow, check_encoded
from adjoint.transform.analyses.kind import ANY
from adjoint.transform.analyses.memory import MEMORY, by_memory_in_call
from adjoint.transform.analyses.outside import Kept, check_outside, kept_parameters
from adjoint.transform.analyses.raised import Carries, check_raised, holds_values
from adjoint.transform.analyses.shapes import shapes
from adjoint.transform.analyses.unseen import check_unseen
from adjoint.transform.analyses.versions import bindings, identities, versions
from adjoint.transform.analysis import RESERVED, Together, analyse, hides_calls, summary_of
from adjoint.transform.callees import Call, Callee, ParameterKinds, call_of
from adjoint.transform.derive.build import Names
from adjoint.transform.derive.dynamic import dynamic_derivative
from adjoint.transform.derive.functions import Adjoint, gradient, takes_result, vjp
from adjoint.transform.derive.listed_iterators import listed_iterators
from adjoint.transform.derive.outside_values import keep_outside
from adjoint.transform.derive.own_names import clear_names
from adjoint.transform.derive.sweep import Derivative, Facts, Sweep
from adjoint.transform.derive.written import is_made_anew
from adjoint.transform.emit.module import to_text_and_places
from adjoint.transform.escapes import check_escapes
from adjoint.transform.foreign import shown_at
from adjoint.transform.ir.nodes import (
    Assign,
    Augment,
    Comment,
    Const,
    Define,
    Effect,
    Function,
    Op,
    Ref,
    Return,
    Stmt,
    Var,
    binds,
    reads,
    walk,
)  # fmt: skip
from adjoint.transform.lower.local_functions import LocalFunction
from adjoint.transform.own_callees import with_own_callees
from adjoint.transform.passes.polish import polished
from adjoint.transform.summaries import written_parameters
from adjoint.transform.world import Analysis, Emitted, World


def derive(
    callee: Callee, mode: str, wrt: tuple[str, ...], kinds: ParameterKinds, world: World,
    written: tuple[str, ...] = (), fragile: frozenset[str] | None = None,
    together: Together = frozenset(), finished: tuple[str, ...] | None = None,
) -> Emitted:  # fmt: skip
    """The derived function of a function, emitted but not yet loaded.

    Args:
        callee: the function.
        mode: `gradient`, `value_and_gradient` or `vjp`.
        wrt: the parameters with respect to which it is differentiated.
        kinds: the kinds of its parameters.
        world: what is known already.
        written: for a vjp, parameters written into whose later cotangent matters.
        fragile: for a vjp that another emitted function calls, the parameters (and `return`) whose
            arrays may be written before the pullback runs. None: users call it, and may write any.
        together: pairs of parameters that may share memory while one of them is written.
        finished: cotangents are given in the form that users get; a pullback gives an entry for
            each of these parameters.
    """
    key = (callee.key, mode, wrt, kinds, written, fragile, together, finished)
    if key in world.emitted:
        return world.emitted[key]
    analysis = analyse(callee, kinds, world, together)
    world.changed |= analysis.changed
    start = Adjoint(analysis.function, wrt, written)
    emitted = Emitted(start, "", callee.origin, passes=world.passes)
    name = _vjp_name(callee, world)
    world.emitted[key] = emitted
    try:
        memory = frozenset(p for p, other in together if other == MEMORY)
        emitted.adjoint = _promise(analysis, wrt, written, memory, name)
        sweep = _sweep(callee, analysis, wrt, written, memory, emitted, world)
        if mode == "vjp":
            sweep.pinned = _pinned(analysis, fragile)
            emitted.adjoint = vjp(
                sweep, wrt, written, memory, name, fragile is None, finished
            )
        else:
            emitted.adjoint = gradient(
                sweep, wrt, mode == "value_and_gradient", finished is not None
            )
        numbers = _numbers(sweep, emitted.adjoint.function)
        derived = with_own_callees(emitted.adjoint.function, emitted, sweep.names)
        if mode == "vjp":
            changed = None if world.later else world.changed
            derived = keep_outside(derived, callee.origin, sweep.names, changed)
        derived = polished(
            derived, sweep.facts.function, sweep.names, world.passes, numbers
        )
        derived = clear_names(listed_iterators(derived), RESERVED)
        emitted.adjoint = replace(emitted.adjoint, function=derived, idle=_is_idle(derived))
        emitted.text, emitted.places = to_text_and_places(derived, world.passes, numbers)
        add_primals(emitted, world)
    except BaseException:
        del world.emitted[key]
        raise
    return emitted


def _is_idle(derived: Function) -> bool:
    """Whether a derived function ends by giving a pullback that does nothing."""
    inner = [stmt.function.body for stmt in derived.body if isinstance(stmt, Define)]
    last = [stmt for stmt in inner[-1] if not isinstance(stmt, Comment)] if inner else [None]
    return all(isinstance(stmt, Return) and stmt.value == Const(None) for stmt in last)


def _numbers(sweep: Sweep, derived: Function) -> frozenset[str]:
    """The variables of a derived function that certainly hold numbers, which no write can change.

    A parameter that was added is the cotangent of a scalar. On a device all may be arrays without
    axes.
    """
    if sweep.facts.device:
        return frozenset()
    plain = {name for name, kind in sweep.facts.kinds.items() if kind.is_number}
    added = {p.name for p in derived.params} - {p.name for p in sweep.facts.function.params}
    return frozenset(plain | added | {d for n, d in sweep.cotangent_names.items() if n in plain})


def _pinned(analysis: Analysis, fragile: frozenset[str] | None) -> frozenset[str]:
    """The names whose arrays the caller may write once the function has returned."""
    value = analysis.function.result
    result = frozenset({value.name}) if isinstance(value, Var) else frozenset()
    if fragile is None:
        return result | {p.name for p in analysis.function.params}
    return (fragile - {"return"}) | (result if "return" in fragile else frozenset())


def _promise(
    analysis: Analysis, wrt: tuple[str, ...], written: tuple[str, ...], memory: frozenset[str],
    name: str,
) -> Adjoint:  # fmt: skip
    """What a recursive call may assume of the function that is being derived."""
    active = _active(analysis, wrt, written, memory)
    result = analysis.function.result
    has_result = isinstance(result, Var) and result.name in active
    has_result = has_result and takes_result(analysis.aliases, result, memory)
    returned = tuple(p for p in wrt if p not in written)
    function = replace(analysis.function, name=name)
    return Adjoint(function, returned, written, has_result, bool(memory))


def _active(
    analysis: Analysis, wrt: tuple[str, ...], written: tuple[str, ...], memory: frozenset[str]
) -> frozenset[str]:
    given = memory - {"return"}
    return active_names(
        analysis.function, analysis.kinds, analysis.aliases, {*wrt, *written, *given},
        {*written, *given},
    )  # fmt: skip


def _vjp_name(callee: Callee, world: World) -> str:
    plain = f"{callee.name}_vjp"
    taken = {e.adjoint.function.name for e in world.emitted.values()}
    name, count = plain, 0
    while name in taken:
        count += 1
        name = f"{plain}_{count}"
    return name


def check_derivable(
    callee: Callee, analysis: Analysis, inputs: Collection[str], world: World
) -> None:
    """Refuse what leads out of what a derivative can follow, in either mode."""
    function = analysis.function
    check_escapes(callee, analysis, inputs)
    check_unseen(function, analysis.kinds, analysis.aliases, inputs)
    check_outside(
        function, analysis.kinds, analysis.aliases, inputs,
        lambda op: summary_of(op, analysis.kinds, world), _kept(analysis, world, set()),
    )  # fmt: skip
    follow = _follow_texts(analysis, world, set())
    check_encoded(function, analysis.kinds, analysis.aliases, inputs, follow)
    carries = _carrying(analysis, world, set())
    check_raised(function, analysis.kinds, analysis.aliases, inputs, carries)


def _sweep(
    callee: Callee, analysis: Analysis, wrt: tuple[str, ...], written: tuple[str, ...],
    memory: frozenset[str], emitted: Emitted, world: World,
) -> Sweep:  # fmt: skip
    function, inputs = analysis.function, {*wrt, *written, *memory} - {"return"}
    check_derivable(callee, analysis, inputs, world)
    found = versions(function, analysis.aliases.reached, analysis.aliases.roots)
    check_attempts(function, analysis.aliases, found, analysis.unsettled)
    definitions: dict[str, Stmt] = {}
    for stmt in walk(function.body):
        if not isinstance(stmt, Augment):
            definitions |= {var.name: stmt for var in binds(stmt)}
    own = Names(analysis.names)
    facts = Facts(
        function, analysis.kinds, analysis.aliases, found,
        bindings(
            function, analysis.aliases.shadowed, analysis.aliases.mixed, analysis.aliases.changes
        ),
        identities(function, analysis.aliases.shadowed),
        shapes(function, analysis.kinds, found), _active(analysis, wrt, written, memory),
        analysis.prepared.counters, analysis.prepared.lengths, analysis.prepared.old, definitions,
        lambda op, stmt, active, fragile: _differentiate_call(
            op, stmt, active, fragile, analysis, emitted, world, own
        ),
        partial(hides_calls, kinds=analysis.kinds, world=world),
        analysis.changed,
        world.device,
        world.complexes,
    )  # fmt: skip
    return Sweep(facts, own, passes=world.passes)


def _kept(analysis: Analysis, world: World, visited: set[Any]) -> Kept:
    """Which arguments of a call are stored in what outlives it, by what the call reaches."""

    def kept(op: Op) -> Collection[int]:
        call = call_of(op, analysis.kinds, world.callees)
        if call is None or (key := (call.callee.key, call.kinds)) in visited:
            return ()
        called = analyse(call.callee, call.kinds, world)
        names = kept_parameters(
            called.function, called.kinds, called.aliases,
            lambda inner: summary_of(inner, called.kinds, world),
            _kept(called, world, visited | {key}),
        )  # fmt: skip
        return [i for i, (name, _) in enumerate(call.arguments) if name in names]

    return kept


def _follow_texts(analysis: Analysis, world: World, visited: set[Any]) -> Follow:
    """How texts that are made of what is differentiated are followed into what is called."""

    def follow(op: Op, texts: frozenset[str]) -> bool:
        call = call_of(op, analysis.kinds, world.callees)
        if call is None:
            return False
        given = call.filled_by(texts)
        key = (call.callee.key, call.kinds, given)
        if key not in visited:
            visited.add(key)
            called = analyse(call.callee, call.kinds, world)
            deeper = _follow_texts(called, world, visited)
            check_encoded(called.function, called.kinds, called.aliases, (), deeper, given)
        return True

    return follow


def _carrying(analysis: Analysis, world: World, visited: set[Any]) -> Carries:
    """Whether what a call raises may hold what it was given, by what the call reaches."""

    def carries(op: Op) -> bool:
        call = call_of(op, analysis.kinds, world.callees)
        if call is None:
            return op.prim == "call" and isinstance(op.callee, Var)
        if (key := (call.callee.key, call.kinds)) in visited:
            return False
        visited.add(key)
        called = analyse(call.callee, call.kinds, world)
        deeper = _carrying(called, world, visited)
        inner = [s.value for s in walk(called.function.body) if isinstance(s, Assign | Effect)]
        return holds_values(called.function) or any(deeper(o) for o in inner if isinstance(o, Op))

    return carries


def _differentiate_call(
    op: Op, stmt: Stmt, active: frozenset[str], fragile: frozenset[str], analysis: Analysis,
    emitted: Emitted, world: World, names: Names,
) -> Derivative:  # fmt: skip
    call = call_of(op, analysis.kinds, world.callees)
    if call is None:
        return dynamic_derivative(op, stmt, active)
    together = call.together(analysis.aliases.together.get(id(stmt), frozenset()))
    memory = _by_memory(call, stmt, analysis)
    together |= {(name, MEMORY) for name in memory}
    called = analyse(call.callee, call.kinds, world, together)
    changed = written_parameters(called)
    numbers = memory & called.aliases.mixed  # those that may be numbers, or hold some
    wrt = tuple(p for p in call.filled_by(active) if p not in memory - numbers)
    own = {p for p in numbers if called.kinds.get(p, ANY).is_container}
    written = tuple(p for p in wrt if p in changed and p not in memory - own)
    together |= {
        (p, p) for p in written
        if is_made_anew(p, called.function, called.kinds, world.assume_arrays)
    }  # fmt: skip
    exposed = frozenset(call.filled_by(fragile))
    exposed |= {"return"} if {v.name for v in binds(stmt)} & fragile else set()
    derived = shown_at(
        op, stmt.span, derive, call.callee, "vjp", wrt, call.kinds, world, written, exposed,
        together,
    )  # fmt: skip
    name = emitted.name_of(derived)
    if name is None and derived.adjoint.idle:
        name = derived.adjoint.function.name
    elif name is None:
        name = names.fresh(derived.adjoint.function.name)
        emitted.callees[name] = derived
    return Derivative(
        name, derived.adjoint.wrt, derived.adjoint.written, call.arguments,
        derived.adjoint.has_result, derived.adjoint.by_memory, derived.adjoint.idle,
    )  # fmt: skip


def _by_memory(call: Call, stmt: Stmt, analysis: Analysis) -> frozenset[str]:
    """The parameters of which a call has the cotangents by memory, and `return` if so."""
    known = analysis.aliases
    target = next(iter(binds(stmt)), None)
    given, result = by_memory_in_call(
        target, call.op.args, analysis.kinds, known.shadowed | known.mixed
    )
    names = frozenset(call.filled_by(given))
    return names | {"return"} if result else names


def add_primals(emitted: Emitted, world: World) -> None:
    """Emit the lifted local functions that a lifted function calls as they stand."""
    for stmt in walk(emitted.adjoint.function.body):
        for atom in reads(stmt):
            if isinstance(atom, Ref) and isinstance(atom.value, LocalFunction):
                local = atom.value
                if atom.text == local.name and atom.text not in emitted.callees:
                    emitted.callees[atom.text] = _primal(local, world)


def _primal(local: LocalFunction, world: World) -> Emitted:
    key = (id(local), "primal")
    if key not in world.emitted:
        made = Emitted(Adjoint(local.function, ()), "", local.origin)
        world.emitted[key] = made
        made.text, made.places = to_text_and_places(local.function, world.passes)
        add_primals(made, world)
    return world.emitted[key]
