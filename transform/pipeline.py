"""From a Python function to its derived functions: the steps, in order, and what is kept of them.

lower -> exits -> webs -> resolve -> prepare -> aliases -> versions -> activity -> shapes
-> reverse -> dead code -> storage -> loops -> emit -> load
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import FunctionType
from typing import Any

from adjoint.runtime.helpers import HELPERS
from adjoint.transform.analyses.activity import active_names, varied_names
from adjoint.transform.analyses.aliases import Aliases, aliases
from adjoint.transform.analyses.effects import Summary
from adjoint.transform.analyses.kind import (
    ANY,
    FUNCTION,
    NONE,
    NUMERIC,
    Kind,
    anonymous,
    kind_of,
    kind_of_annotation,
)
from adjoint.transform.analyses.resolve import Resolved, resolve
from adjoint.transform.analyses.shapes import shapes
from adjoint.transform.analyses.unseen import check_unseen
from adjoint.transform.analyses.versions import versions
from adjoint.transform.callees import Call, Callee, Callees, ParameterKinds, call_of, target_of
from adjoint.transform.derive.build import Names
from adjoint.transform.derive.cotangents import Derivative, Facts, Sweep
from adjoint.transform.derive.dynamic import dynamic_derivative
from adjoint.transform.derive.functions import Adjoint, gradient, vjp
from adjoint.transform.derive.own_names import clear_names
from adjoint.transform.derive.prepare import Prepared, prepare
from adjoint.transform.derive.waits import wait_once
from adjoint.transform.emit.module import to_text
from adjoint.transform.ir.names import names_used
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Const,
    Define,
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
from adjoint.transform.lower import lower, normalise_exits
from adjoint.transform.lower.lift import LocalFunction
from adjoint.transform.lower.webs import split_webs
from adjoint.transform.passes.inline import Opening, inline, is_straight, outside_names
from adjoint.transform.refusals import unsupported

RESERVED = frozenset({*HELPERS, "np", "math", "call_vjp"})
"""Names that emitted text uses in a meaning of its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """A function prepared for derivation, under given kinds of its parameters.

    opened: the functions whose calls were replaced by what they do.
    """

    function: Function
    prepared: Prepared
    kinds: Mapping[str, Kind]
    returns: Kind
    aliases: Aliases
    names: frozenset[str]
    opened: tuple[FunctionType, ...] = ()


@dataclass(slots=True)
class Emitted:
    """One emitted function: its IR, its text, and what is needed to call it.

    callees: the emitted functions that it calls, by the names under which it does. opened: the
    functions whose calls were replaced by what they do. loaded: the running functions, by the
    identity of the namespace that they work in.
    """

    adjoint: Adjoint
    text: str
    origin: FunctionType
    callees: dict[str, Emitted] = field(default_factory=dict)
    opened: tuple[FunctionType, ...] = ()
    loaded: dict[int, FunctionType] = field(default_factory=dict)

    def everything(self) -> list[Emitted]:
        """This function and all that it calls, callees first."""
        order: list[Emitted] = []
        visiting: list[Emitted] = []

        def visit(one: Emitted) -> None:
            if any(one is seen for seen in order + visiting):
                return
            visiting.append(one)
            for callee in one.callees.values():
                visit(callee)
            visiting.remove(one)
            order.append(one)

        visit(self)
        return order


@dataclass(slots=True)
class World:
    """What is known of all functions met: analyses and emissions, by function and kinds.

    running: functions being analysed, each with whether a call of it was met meanwhile (recursion).
    summaries: the parameters that a function writes, and those that its result may share memory
    with. returns: the kind of its result. assume_arrays: whether a name that may be a number or an
    array is taken to be an array, as in source that is shown without arguments. device: whether
    arrays live on a device, where their elements are views.
    """

    analyses: dict[Any, Analysis] = field(default_factory=dict)
    running: dict[Any, bool] = field(default_factory=dict)
    summaries: dict[Any, tuple[frozenset[str], frozenset[str]]] = field(default_factory=dict)
    returns: dict[Any, Kind] = field(default_factory=dict)
    emitted: dict[Any, Emitted] = field(default_factory=dict)
    callees: Callees = field(default_factory=Callees)
    assume_arrays: bool = False
    device: bool = False


def default_kinds(fn: Function, values: Mapping[str, Any] | None = None) -> ParameterKinds:
    """The kinds of parameters: of the values given, or what annotations and defaults promise."""
    found = []
    for param in fn.params:
        if values is not None and param.name in values:
            kind = kind_of(values[param.name])
        elif param.kind == "varargs":
            kind = Kind("list")
        elif param.kind == "varkw":
            kind = Kind("dict")
        else:
            promised = kind_of_annotation(param.annotation)
            default = kind_of(param.default) if param.has_default else None
            kind = promised or (default if default not in (None, NONE) else None) or NUMERIC
        found.append((param.name, kind))
    return tuple(found)


# Analysis


def analyse(callee: Callee, kinds: ParameterKinds, world: World) -> Analysis:
    """Analyse a function under given kinds.

    A recursive function is analysed until what is assumed of its calls is what is found of it.
    """
    key = (callee.key, kinds)
    if key in world.analyses:
        return world.analyses[key]
    while True:
        world.running[key] = False
        try:
            analysis = _analyse_once(callee, kinds, world)
        finally:
            recursive = world.running.pop(key)
        found = (written_parameters(analysis), _returned_family(analysis))
        stable = found == world.summaries.get(key) and world.returns.get(key) == analysis.returns
        world.summaries[key], world.returns[key] = found, analysis.returns
        if stable or not recursive:
            break
    if not any(world.running.values()):  # else it rests on what is only assumed of a caller
        world.analyses[key] = analysis
    return analysis


def _analyse_once(callee: Callee, kinds: ParameterKinds, world: World) -> Analysis:
    lowered = callee.function
    outside = _outside(lowered)
    names = Names(names_used(lowered.body) | {p.name for p in lowered.params} | outside)
    known = dict(kinds)
    for name, local in callee.locals.items():
        known[name] = replace(FUNCTION, callee=local)
    resolved = _resolve(split_webs(lowered, names, RESERVED), known, world)
    origins: list[FunctionType] = []
    for _ in range(_DEEPEST):
        reach = _Reach(callee, resolved, names, world, origins)
        function = inline(resolved.function, reach.of, names)
        if function is resolved.function:
            break
        resolved = _resolve(function, known, world)
        outside |= _outside(function)
    own = dict(resolved.kinds)
    function = resolved.function
    if world.device:
        function = wait_once(function, own, names)
    prepared = prepare(function, own, names)
    found = aliases(
        prepared.function, own, lambda op: _summary(op, own, world), world.assume_arrays,
        prepared.updates,
    )  # fmt: skip
    used = names_used(prepared.function.body) | {p.name for p in lowered.params}
    returns = anonymous(resolved.returns)
    return Analysis(
        prepared.function, prepared, own, returns, found, used | outside, tuple(origins)
    )


_DEEPEST = 8
"""How many times calls are opened inside what was opened."""


@dataclass(frozen=True, slots=True)
class _Reach:
    """Which calls may be opened; `origins` receives the functions that they reach."""

    caller: Callee
    resolved: Resolved
    names: Names
    world: World
    origins: list[FunctionType]

    def of(self, op: Op) -> Opening | None:
        """The function that a call opens to: small, straight, of numbers, beside the caller."""
        call = call_of(op, self.resolved.kinds, self.world.callees)
        if call is None or not isinstance(call.op.callee, Ref) or call.op.callee.local:
            return None
        callee, origin = call.callee, self.caller.origin
        beside = callee.origin.__globals__ is origin.__globals__
        if not beside or callee.origin.__closure__ or callee.locals:
            return None
        if callee.key == self.caller.key:
            return None
        if not is_straight(callee.function) or any(k.tag != "num" for _, k in call.kinds):
            return None
        given: dict[str, Atom] = {
            name: arg
            for (name, place), arg in zip(call.arguments, call.op.args, strict=True)
            if place is None
        }
        for param in callee.function.params:
            if param.name not in given:
                if param.kind not in ("ordinary", "keyword-only") or not param.has_default:
                    return None
                given[param.name] = Const(param.default)
        self.origins.append(callee.origin)
        for name in outside_names(callee.function.body):
            self.names.reserve(name)
        return Opening(callee.function, given)


def lowered_function(fn: FunctionType) -> Function:
    """A function in the IR, with plain exits."""
    return normalise_exits(lower(fn))


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
        call = call_of(op, known, world.callees)
        if call is None:
            return op, ANY, {}
        key = (call.callee.key, call.kinds)
        if key in world.running:
            world.running[key] = True
            return call.op, world.returns.get(key), {}
        analysis = analyse(call.callee, call.kinds, world)
        filled = zip(call.arguments, call.op.args, strict=True)
        after = {
            arg.name: analysis.kinds[name]
            for (name, place), arg in filled
            if place is None and isinstance(arg, Var) and name in analysis.kinds
        }
        return call.op, analysis.returns, after

    return resolve(fn, dict(kinds), call_kind, world.device)


def _summary(op: Op, kinds: Mapping[str, Kind], world: World) -> Summary:
    """What a call of a user's function writes into, and what its result may share memory with."""
    call = call_of(op, kinds, world.callees)
    if call is None:
        return Summary(known=not isinstance(op.callee, Ref) or target_of(op) is not None)
    key = (call.callee.key, call.kinds)
    if key in world.running:
        world.running[key] = True
        written, returned = world.summaries.get(key, (frozenset(), frozenset()))
    else:
        analysis = analyse(call.callee, call.kinds, world)
        written, returned = written_parameters(analysis), _returned_family(analysis)
    names = [name for name, _ in call.arguments]
    return Summary(
        frozenset(i for i, name in enumerate(names) if name in written),
        frozenset(i for i, name in enumerate(names) if name in returned),
        None if key in world.running else _returned_places(analysis, names),
        known=True,
    )


def _returned_places(
    analysis: Analysis, names: list[str]
) -> int | tuple[int, ...] | None:
    """Which arguments the result of a call certainly is, or is a tuple of."""
    bound = {
        v.name for s in walk(analysis.function.body) for v in binds(s)
        if not isinstance(s, Augment) or analysis.kinds.get(v.name, ANY).tag != "array"
    }  # fmt: skip
    found = analysis.aliases.returned
    parts = (found,) if isinstance(found, str) else found or ("",)
    if any(names.count(part) != 1 or part in bound for part in parts):
        return None
    return names.index(found) if isinstance(found, str) else tuple(map(names.index, parts))


def written_parameters(analysis: Analysis) -> frozenset[str]:
    """The parameters whose arrays a function writes into."""
    reached = {n for names in analysis.aliases.reached.values() for n in names}
    return frozenset(p.name for p in analysis.function.params if p.name in reached)


def _returned_family(analysis: Analysis) -> frozenset[str]:
    last = analysis.function.body[-1]
    assert isinstance(last, Return)
    if not isinstance(last.value, Var):
        return frozenset()
    name = last.value.name
    return analysis.aliases.classes.get(name, frozenset()) | {name}


# Derivation


def derive(
    callee: Callee, mode: str, wrt: tuple[str, ...], kinds: ParameterKinds, world: World,
    written: tuple[str, ...] = (), fragile: frozenset[str] | None = None,
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
    """
    key = (callee.key, mode, wrt, kinds, written, fragile)
    if key in world.emitted:
        return world.emitted[key]
    analysis = analyse(callee, kinds, world)
    emitted = Emitted(
        Adjoint(analysis.function, wrt, written), "", callee.origin, opened=analysis.opened
    )
    name = _vjp_name(callee, world)
    world.emitted[key] = emitted
    try:
        emitted.adjoint = _promise(analysis, wrt, written, name)
        sweep = _sweep(callee, analysis, wrt, written, emitted, world)
        if mode == "vjp":
            sweep.pinned = _pinned(analysis, fragile)
            emitted.adjoint = vjp(sweep, wrt, written, name, fragile is None)
        else:
            emitted.adjoint = gradient(sweep, wrt, mode == "value_and_gradient")
        derived = clear_names(emitted.adjoint.function, RESERVED)
        emitted.adjoint = replace(emitted.adjoint, function=derived)
        emitted.text = to_text(derived)
        _add_primals(emitted, world)
    except BaseException:
        del world.emitted[key]
        raise
    return emitted


def _pinned(analysis: Analysis, fragile: frozenset[str] | None) -> frozenset[str]:
    """The names whose arrays the caller may write once the function has returned."""
    last = analysis.function.body[-1]
    assert isinstance(last, Return)
    result = frozenset({last.value.name}) if isinstance(last.value, Var) else frozenset()
    if fragile is None:
        return result | {p.name for p in analysis.function.params}
    return (fragile - {"return"}) | (result if "return" in fragile else frozenset())


def _promise(
    analysis: Analysis, wrt: tuple[str, ...], written: tuple[str, ...], name: str
) -> Adjoint:
    """What a recursive call may assume of the function that is being derived."""
    active = _active(analysis, wrt, written)
    last = analysis.function.body[-1]
    assert isinstance(last, Return)
    has_result = isinstance(last.value, Var) and last.value.name in active
    returned = tuple(p for p in wrt if p not in written)
    return Adjoint(replace(analysis.function, name=name), returned, written, has_result)


def _active(
    analysis: Analysis, wrt: tuple[str, ...], written: tuple[str, ...]
) -> frozenset[str]:
    return active_names(
        analysis.function, analysis.kinds, analysis.aliases, {*wrt, *written}, written
    )


def _vjp_name(callee: Callee, world: World) -> str:
    plain = f"{callee.name}_vjp"
    taken = {e.adjoint.function.name for e in world.emitted.values()}
    name, count = plain, 0
    while name in taken:
        count += 1
        name = f"{plain}_{count}"
    return name


def _sweep(
    callee: Callee, analysis: Analysis, wrt: tuple[str, ...], written: tuple[str, ...],
    emitted: Emitted, world: World,
) -> Sweep:  # fmt: skip
    function = analysis.function
    _check_escapes(callee, analysis, {*wrt, *written}, world)
    check_unseen(function, analysis.kinds, analysis.aliases, {*wrt, *written})
    found = versions(function, analysis.aliases.reached, analysis.aliases.roots)
    definitions: dict[str, Stmt] = {}
    for stmt in walk(function.body):
        if not isinstance(stmt, Augment):
            definitions |= {var.name: stmt for var in binds(stmt)}
    own = Names(analysis.names)
    facts = Facts(
        function, analysis.kinds, analysis.aliases, found,
        shapes(function, analysis.kinds, found), _active(analysis, wrt, written),
        analysis.prepared.counters, analysis.prepared.lengths, analysis.prepared.old, definitions,
        lambda op, stmt, active, fragile: _differentiate_call(
            op, stmt, active, fragile, analysis, emitted, world, own
        ),
        world.device,
    )  # fmt: skip
    return Sweep(facts, own)


def _check_escapes(callee: Callee, analysis: Analysis, inputs: set[str], world: World) -> None:
    """A local function that depends on what is differentiated must not be called unseen."""
    fn = analysis.function
    defined: dict[str, set[str]] = {}  # what each local function reads from around it
    for stmt in walk(fn.body):
        if isinstance(stmt, Define):
            captured = {a.name for a in reads(stmt) if isinstance(a, Var)}
            defined.setdefault(stmt.target.name, set()).update(captured)
    if not defined:
        return
    for stmt in walk(fn.body):  # another name of a function that is known is no escape
        if isinstance(stmt, Assign) and isinstance(stmt.value, Var):
            if stmt.value.name in defined and stmt.target.name in callee.locals:
                defined[stmt.target.name] = defined[stmt.value.name]
    varied = varied_names(fn, analysis.kinds, analysis.aliases, inputs)
    for stmt in walk(fn.body):
        op = getattr(stmt, "value", None)
        call = call_of(op, analysis.kinds, world.callees) if isinstance(op, Op) else None
        for atom in reads(stmt):
            if not isinstance(atom, Var) or atom.name not in defined or isinstance(stmt, Define):
                continue
            if isinstance(stmt, Assign) and stmt.target.name in defined:
                continue
            local = callee.locals.get(atom.name)
            seen = call is not None and local is not None
            if not seen and (defined[atom.name] | set(local.captures if local else ())) & varied:
                raise unsupported(
                    getattr(stmt, "span"),  # noqa: B009
                    f"`{atom.name.lstrip('%')}` reads variables that are differentiated, and is "
                    "called where it is not known which function it is",
                    "pass what it reads as arguments",
                )


def _differentiate_call(
    op: Op, stmt: Stmt, active: frozenset[str], fragile: frozenset[str], analysis: Analysis,
    emitted: Emitted, world: World, names: Names,
) -> Derivative:  # fmt: skip
    call = call_of(op, analysis.kinds, world.callees)
    if call is None:
        return dynamic_derivative(op, stmt, active)
    changed = written_parameters(analyse(call.callee, call.kinds, world))
    wrt = _parameters(call, active)
    written = tuple(p for p in wrt if p in changed)
    exposed = frozenset(_parameters(call, fragile))
    exposed |= {"return"} if {v.name for v in binds(stmt)} & fragile else set()
    derived = derive(call.callee, "vjp", wrt, call.kinds, world, written, exposed)
    name = next((n for n, other in emitted.callees.items() if other is derived), None)
    if name is None:
        name = names.fresh(derived.adjoint.function.name)
        emitted.callees[name] = derived
    return Derivative(
        name, derived.adjoint.wrt, derived.adjoint.written, call.arguments,
        derived.adjoint.has_result,
    )  # fmt: skip


def _parameters(call: Call, names: frozenset[str]) -> tuple[str, ...]:
    """The parameters filled by some of the variables in a call."""
    pairs = zip(call.arguments, call.op.args, strict=True)
    return tuple(dict.fromkeys(
        name for (name, _), a in pairs if isinstance(a, Var) and a.name in names
    ))  # fmt: skip


def _add_primals(emitted: Emitted, world: World) -> None:
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
        made.text = to_text(local.function)
        _add_primals(made, world)
    return world.emitted[key]
