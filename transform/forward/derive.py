"""From a function that was analysed to the function of forward mode, emitted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from adjoint.transform.analyses.activity import active_names
from adjoint.transform.analyses.liveness import live_after
from adjoint.transform.analyses.shapes import shapes
from adjoint.transform.analyses.versions import versions
from adjoint.transform.analysis import RESERVED, Together, analyse, hides_calls
from adjoint.transform.callees import Callee, ParameterKinds, call_of
from adjoint.transform.derive.build import Names
from adjoint.transform.derive.listed_iterators import listed_iterators
from adjoint.transform.derive.own_names import clear_names
from adjoint.transform.emit.module import to_text_and_places
from adjoint.transform.forward.facts import Facts, Pushforward
from adjoint.transform.forward.functions import Tangent, jvp, promised
from adjoint.transform.ir.names import names_of
from adjoint.transform.ir.nodes import Assign, Op, Stmt, Var, walk
from adjoint.transform.passes.polish import polished
from adjoint.transform.pipeline import add_primals, check_derivable
from adjoint.transform.summaries import written_parameters
from adjoint.transform.world import Analysis, Emitted, World


def derive_jvp(
    callee: Callee, wrt: tuple[str, ...], kinds: ParameterKinds, world: World,
    written: tuple[str, ...] = (), public: bool = True, together: Together = frozenset(),
) -> Emitted:  # fmt: skip
    """The function of forward mode, emitted but not yet loaded.

    Args:
        callee: the function.
        wrt: the parameters whose tangents it takes, where anything depends on them.
        kinds: the kinds of its parameters.
        world: what is known already.
        written: parameters that it writes into and whose tangents are read afterwards.
        public: whether users call it; it then returns a tangent whether or not it is zero.
        together: pairs of parameters that may share memory while one of them is written.
    """
    key = (callee.key, "jvp", wrt, kinds, written, public, together)
    if key in world.emitted:
        return world.emitted[key]
    analysis = analyse(callee, kinds, world, together)
    emitted = Emitted(Tangent(analysis.function, wrt), "", callee.origin, passes=world.passes)
    name = _name(callee, world)
    world.emitted[key] = emitted
    try:
        facts = _facts(callee, analysis, wrt, written, emitted, world)
        promise = promised(facts, wrt, name, public)
        emitted.adjoint = promise
        made = jvp(facts, promise, "dead code" in world.passes)
        numbers = _numbers(facts, world.device)
        derived = polished(made.function, analysis.function, facts.names, world.passes, numbers)
        derived = clear_names(listed_iterators(derived), RESERVED)
        emitted.adjoint = replace(made, function=derived)
        emitted.text, emitted.places = to_text_and_places(
            derived, world.passes, numbers, names_of(analysis.function)
        )
        add_primals(emitted, world)
    except BaseException:
        del world.emitted[key]
        raise
    return emitted


def _name(callee: Callee, world: World) -> str:
    plain = f"{callee.name}_jvp"
    taken = {e.adjoint.function.name for e in world.emitted.values()}
    names = Names(frozenset(taken))
    return names.fresh(plain)


def _facts(
    callee: Callee, analysis: Analysis, wrt: tuple[str, ...], written: tuple[str, ...],
    emitted: Emitted, world: World,
) -> Facts:  # fmt: skip
    function, aliases = analysis.function, analysis.aliases
    check_derivable(callee, analysis, {*wrt, *written}, world)
    found = versions(function, aliases.reached, aliases.roots)
    names = Names(analysis.names)
    inside = list(walk(function.body))
    made = {s.target.name: s for s in inside if isinstance(s, Assign) and isinstance(s.value, Op)}
    result = {function.result.name} if isinstance(function.result, Var) else set()
    prepared = analysis.prepared
    return Facts(
        function, analysis.kinds, found, shapes(function, analysis.kinds, found),
        active_names(function, analysis.kinds, aliases, {*wrt, *written}, written),
        aliases.classes, aliases.reached,
        _families((n for reached in aliases.reached.values() for n in reached), aliases.classes),
        _families(result, aliases.classes), live_after(function, frozenset(result)),
        prepared.old, made, frozenset({*prepared.counters.values(), *prepared.lengths.values()}),
        names,
        lambda op, stmt, active: _differentiate(op, stmt, active, analysis, emitted, world, names),
        partial(hides_calls, kinds=analysis.kinds, world=world),
        bool(world.complexes),
    )  # fmt: skip


def _families(names: Iterable[str], classes: Any) -> frozenset[str]:
    """Names with all that ever may share memory with them."""
    return frozenset(other for name in names for other in classes.get(name, {name}))


def _differentiate(
    op: Op, stmt: Stmt, active: frozenset[str], analysis: Analysis, emitted: Emitted,
    world: World, names: Names,
) -> Pushforward | None:  # fmt: skip
    call = call_of(op, analysis.kinds, world.callees)
    if call is None:
        return None
    together = call.together(analysis.aliases.together.get(id(stmt), frozenset()))
    called = analyse(call.callee, call.kinds, world, together)
    changed = written_parameters(called)
    wrt = call.filled_by(active)
    written = tuple(p for p in wrt if p in changed)
    derived = derive_jvp(call.callee, wrt, call.kinds, world, written, False, together)
    name = emitted.name_of(derived)
    if name is None:
        name = names.fresh(derived.adjoint.function.name)
        emitted.callees[name] = derived
    made = derived.adjoint
    assert isinstance(made, Tangent)
    return Pushforward(name, made.wrt, made.keywords, call.arguments, made.has_result)


def _numbers(facts: Facts, device: bool) -> frozenset[str]:
    """The variables that certainly hold numbers, and their tangents, which no write can change."""
    if device:
        return frozenset()
    plain = {name for name, kind in facts.kinds.items() if kind.is_number}
    return frozenset(plain | {held.name for n, held in facts.dots.items() if n in plain})
