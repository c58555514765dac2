"""From a Python function to its derived functions: the steps, in order, and what is kept of them.

    lower -> exits -> webs -> resolve -> prepare -> aliases -> versions -> activity -> shapes
          -> reverse -> dead code -> storage -> loops -> emit -> load
"""

from __future__ import annotations

import threading
import types
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import FunctionType, ModuleType
from typing import Any

import numpy

from adjoint.runtime import home
from adjoint.runtime.helpers import HELPERS
from adjoint.runtime.rules import rule_of
from adjoint.transform.analyses.activity import active_names
from adjoint.transform.analyses.aliases import Aliases, aliases
from adjoint.transform.analyses.effects import Summary
from adjoint.transform.analyses.kind import ANY, FUNCTION, NONE, NUMERIC, Kind, kind_of, kind_of_annotation
from adjoint.transform.analyses.resolve import Resolved, resolve
from adjoint.transform.analyses.shapes import shapes
from adjoint.transform.analyses.versions import versions
from adjoint.transform.derive.build import Names
from adjoint.transform.derive.cotangents import Derivative, Facts, Sweep
from adjoint.transform.derive.functions import Adjoint, gradient, vjp
from adjoint.transform.derive.prepare import Prepared, prepare
from adjoint.transform.emit.load import load
from adjoint.transform.emit.module import to_text
from adjoint.transform.ir.names import names_used
from adjoint.transform.ir.nodes import (
    Augment, Function, Op, Ref, Return, Stmt, Var, binds, reads, walk,
)  # fmt: skip
from adjoint.transform.lower import lower, normalise_exits
from adjoint.transform.lower.webs import split_webs
from adjoint.transform.refusals import missing_rule

ParameterKinds = tuple[tuple[str, Kind], ...]
_lock = threading.RLock()


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """A function prepared for derivation, under given kinds of its parameters."""

    function: Function
    prepared: Prepared
    kinds: Mapping[str, Kind]
    returns: Kind
    aliases: Aliases
    names: frozenset[str]


@dataclass(slots=True)
class Emitted:
    """One emitted function: its IR, its text, and what is needed to call it."""

    adjoint: Adjoint
    text: str
    origin: FunctionType
    callees: dict[str, Emitted] = field(default_factory=dict)
    loaded: dict[int, FunctionType] = field(default_factory=dict)

    def everything(self) -> list[Emitted]:
        """This function and all that it calls, callees first."""
        order: list[Emitted] = []

        def visit(one: Emitted) -> None:
            if any(one is seen for seen in order + visiting):
                return
            visiting.append(one)
            for callee in one.callees.values():
                visit(callee)
            visiting.remove(one)
            order.append(one)

        visiting: list[Emitted] = []
        visit(self)
        return order


@dataclass(slots=True)
class World:
    """What is known of all functions met: analyses and emissions, by function and kinds.

    running: functions being analysed, each with whether a call of it was met meanwhile (recursion).
    summaries: the parameters that a function writes, and those that its result may share memory
    with. returns: the kind of its result.
    """

    analyses: dict[Any, Analysis] = field(default_factory=dict)
    running: dict[Any, bool] = field(default_factory=dict)
    summaries: dict[Any, tuple[frozenset[str], frozenset[str]]] = field(default_factory=dict)
    returns: dict[Any, Kind] = field(default_factory=dict)
    emitted: dict[Any, Emitted] = field(default_factory=dict)
    assume_arrays: bool = False


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


def analyse(fn: FunctionType, kinds: ParameterKinds, world: World) -> Analysis:
    """Lower and analyse a function under given kinds.

    A recursive function is analysed until what is assumed of its calls is what is found of it.
    """
    key = (fn.__code__, id(fn), kinds, world.assume_arrays)
    if key in world.analyses:
        return world.analyses[key]
    while True:
        world.running[key] = False
        try:
            analysis = _analyse_once(fn, kinds, world)
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


def _analyse_once(fn: FunctionType, kinds: ParameterKinds, world: World) -> Analysis:
    lowered = lowered_function(fn)
    names = Names(names_used(lowered.body) | {p.name for p in lowered.params} | _outside(lowered))
    resolved = _resolve(split_webs(lowered, names), kinds, world)
    own = dict(resolved.kinds)
    prepared = prepare(resolved.function, own, names)
    found = aliases(
        prepared.function, own, lambda op: _summary(op, own, world), world.assume_arrays
    )
    used = names_used(prepared.function.body) | {p.name for p in lowered.params}
    return Analysis(
        prepared.function, prepared, own, resolved.returns, found, used | _outside(lowered)
    )


def lowered_function(fn: FunctionType) -> Function:
    """A function in the IR, with plain exits."""
    return normalise_exits(lower(fn))


def _outside(fn: Function) -> frozenset[str]:
    """Names that a function reaches outside itself, and those that emitted text uses."""
    found = {
        a.text.partition(".")[0] for s in walk(fn.body) for a in reads(s) if isinstance(a, Ref)
    }
    return frozenset(found | set(HELPERS) | {"np", "range", "reversed", "len", "zip", "list"})


def _resolve(fn: Function, kinds: ParameterKinds, world: World) -> Resolved:
    def call_kind(op: Op, args: tuple[Kind, ...]) -> Kind | None:
        callee = user_function(op)
        if callee is None:
            return ANY
        try:
            bound = bind_call(callee, op, dict(enumerate(args)))
        except TypeError:
            return ANY
        wanted = tuple(
            (p.name, bound.kinds.get(p.name, NUMERIC)) for p in lowered_function(callee).params
        )
        key = (callee.__code__, id(callee), wanted, world.assume_arrays)
        if key in world.running:
            world.running[key] = True
            return world.returns.get(key)
        return analyse(callee, wanted, world).returns

    return resolve(fn, dict(kinds), call_kind)


@dataclass(frozen=True, slots=True)
class BoundCall:
    """Which parameter each argument of a call fills, and the kinds that parameters get."""

    arguments: tuple[tuple[str, int | str | None], ...]
    kinds: Mapping[str, Kind]


def bind_call(fn: FunctionType, op: Op, kinds: Mapping[int, Kind]) -> BoundCall:
    """Bind the arguments of a call to a user's function to its parameters."""
    params = lowered_function(fn).params
    positional = [p.name for p in params if p.kind in ("positional-only", "ordinary")]
    star = next((p.name for p in params if p.kind == "varargs"), None)
    double = next((p.name for p in params if p.kind == "varkw"), None)
    by_keyword = {p.name for p in params if p.kind in ("ordinary", "keyword-only")}
    filled: list[tuple[str, int | str | None]] = []
    found: dict[str, Kind] = {}
    count = 0
    for i, role in enumerate(op.roles):
        if role in ("*", "**"):
            raise TypeError("starred")
        kind = kinds.get(i, NUMERIC)
        if role == "" and count < len(positional):
            filled.append((positional[count], None))
            found[positional[count]] = kind
        elif role == "" and star is not None:
            filled.append((star, count - len(positional)))
            found[star] = Kind("list", items=(kind,)) if star not in found else Kind("list")
        elif role in by_keyword:
            filled.append((role, None))
            found[role] = kind
        elif role and double is not None:
            filled.append((double, role))
            found[double] = Kind("dict", items=(kind,)) if double not in found else Kind("dict")
        else:
            raise TypeError(f"{fn.__name__}() got too many arguments")
        count += role == ""
    for p in params:
        if p.name not in found:
            if p.kind == "varargs":
                found[p.name] = Kind("list")
            elif p.kind == "varkw":
                found[p.name] = Kind("dict")
            elif p.has_default:
                found[p.name] = kind_of(p.default)
    return BoundCall(tuple(filled), found)


def user_function(op: Op) -> FunctionType | None:
    """The Python function that an operation calls, if it is known and has source."""
    if op.prim != "call" or not isinstance(op.callee, Ref):
        return None
    value = op.callee.value
    value = getattr(value, "__wrapped__", value) if not isinstance(value, FunctionType) else value
    if not isinstance(value, FunctionType) or rule_of(value) is not None:
        return None
    return None if (value.__module__ or "").partition(".")[0] in _WITH_RULES_ONLY else value


_WITH_RULES_ONLY = frozenset({"numpy", "scipy", "cupy", "math"})


def _summary(op: Op, kinds: Mapping[str, Kind], world: World) -> Summary:
    """What a call of a user's function writes into, and what its result may share memory with."""
    callee = user_function(op)
    if callee is None:
        return Summary()
    atom_kinds = _argument_kinds(op, kinds)
    try:
        bound = bind_call(callee, op, atom_kinds)
    except TypeError:
        return Summary(writes=frozenset(range(len(op.args))))
    params = lowered_function(callee).params
    wanted = tuple((p.name, bound.kinds.get(p.name, NUMERIC)) for p in params)
    key = (callee.__code__, id(callee), wanted, world.assume_arrays)
    if key in world.running:
        world.running[key] = True
        written, returned = world.summaries.get(key, (frozenset(), frozenset()))
    else:
        analysis = analyse(callee, wanted, world)
        written, returned = written_parameters(analysis), _returned_family(analysis)
    arguments = [name for name, _ in bound.arguments]
    return Summary(
        frozenset(i for i, name in enumerate(arguments) if name in written),
        frozenset(i for i, name in enumerate(arguments) if name in returned),
        known=True,
    )


def _argument_kinds(op: Op, kinds: Mapping[str, Kind]) -> dict[int, Kind]:
    return {
        i: kinds.get(a.name, ANY) if isinstance(a, Var) else kind_of(a.value)
        for i, a in enumerate(op.args)
    }


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
    fn: FunctionType, mode: str, wrt: tuple[str, ...], kinds: ParameterKinds, world: World,
    written: tuple[str, ...] = (), fragile: frozenset[str] | None = None,
) -> Emitted:  # fmt: skip
    """The derived function of a Python function, emitted but not yet loaded.

    Args:
        fn: the function.
        mode: `gradient`, `value_and_gradient` or `vjp`.
        wrt: the parameters with respect to which it is differentiated.
        kinds: the kinds of its parameters.
        world: what is known already.
        written: for a vjp, parameters written into whose later cotangent matters.
        fragile: for a vjp that another emitted function calls, the parameters (and `return`) whose
            arrays may be written before the pullback runs. None: users call it, and may write any.
    """
    key = (fn.__code__, id(fn), mode, wrt, kinds, written, fragile, world.assume_arrays)
    if key in world.emitted:
        return world.emitted[key]
    analysis = analyse(fn, kinds, world)
    emitted = Emitted(Adjoint(analysis.function, wrt, written), "", fn)
    world.emitted[key] = emitted
    try:
        name = _vjp_name(fn, world, key)
        emitted.adjoint = _promise(analysis, wrt, written, name)
        sweep = _sweep(fn, analysis, wrt, written, emitted, world)
        if mode == "vjp":
            sweep.pinned = _pinned(analysis, fragile)
            emitted.adjoint = vjp(sweep, wrt, written, name, fragile is None)
        else:
            emitted.adjoint = gradient(sweep, wrt, mode == "value_and_gradient")
        emitted.text = to_text(emitted.adjoint.function)
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


def _vjp_name(fn: FunctionType, world: World, key: Any) -> str:
    plain = fn.__name__.replace("<lambda>", "lambda_")
    same = [
        e for k, e in world.emitted.items()
        if k != key and k[2] == "vjp" and e.origin.__name__ == fn.__name__
    ]  # fmt: skip
    return f"{plain}_vjp" + (f"_{len(same)}" if same else "")


def _sweep(
    fn: FunctionType, analysis: Analysis, wrt: tuple[str, ...], written: tuple[str, ...],
    emitted: Emitted, world: World,
) -> Sweep:  # fmt: skip
    function = analysis.function
    found = versions(function, analysis.aliases.reached)
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
    )  # fmt: skip
    return Sweep(facts, own)


def _differentiate_call(
    op: Op, stmt: Stmt, active: frozenset[str], fragile: frozenset[str], analysis: Analysis,
    emitted: Emitted, world: World, names: Names,
) -> Derivative:  # fmt: skip
    callee = user_function(op)
    if callee is None:
        text = op.callee.text if isinstance(op.callee, Ref) else "this function"
        raise missing_rule(getattr(stmt, "span"), text)  # noqa: B009
    bound = bind_call(callee, op, _argument_kinds(op, analysis.kinds))
    params = lowered_function(callee).params
    kinds = tuple((p.name, bound.kinds.get(p.name, NUMERIC)) for p in params)
    inner = analyse(callee, kinds, world)
    changed = written_parameters(inner)
    wrt = tuple(dict.fromkeys(
        name for (name, _), a in zip(bound.arguments, op.args, strict=True)
        if isinstance(a, Var) and a.name in active
    ))  # fmt: skip
    written = tuple(p for p in wrt if p in changed)
    exposed = {
        name for (name, _), a in zip(bound.arguments, op.args, strict=True)
        if isinstance(a, Var) and a.name in fragile
    }  # fmt: skip
    targets = {v.name for v in binds(stmt)}
    exposed |= {"return"} if targets & fragile else set()
    derived = derive(callee, "vjp", wrt, kinds, world, written, frozenset(exposed))
    name = names.fresh(derived.adjoint.function.name)
    for known, other in emitted.callees.items():
        if other is derived:
            name = known
    emitted.callees[name] = derived
    return Derivative(
        name, derived.adjoint.wrt, derived.adjoint.written, bound.arguments,
        derived.adjoint.has_result,
    )  # fmt: skip


# Loading


def function_of(emitted: Emitted, namespace: ModuleType = numpy) -> FunctionType:
    """The emitted function, ready to run on the arrays of a namespace."""
    with _lock:
        known = emitted.loaded.get(id(namespace))
        if known is not None:
            return known
        pending: dict[int, tuple[Emitted, types.CellType]] = {}
        made = _load(emitted, namespace, pending)
        return made


def _load(
    emitted: Emitted, namespace: ModuleType, pending: dict[int, tuple[Emitted, types.CellType]]
) -> FunctionType:
    cells: dict[str, Any] = {"np": namespace, **home.bind_helpers(namespace)}
    origin = emitted.origin
    cells |= dict(zip(origin.__code__.co_freevars, origin.__closure__ or (), strict=True))
    if namespace is not numpy:
        for stmt in walk(emitted.adjoint.function.body):
            for atom in reads(stmt):
                if isinstance(atom, Ref):
                    root = atom.text.partition(".")[0]
                    value = origin.__globals__.get(root)
                    moved = home.counterpart(value, namespace)
                    if moved is not value:
                        cells[root] = moved
    own = types.CellType()
    pending[id(emitted)] = (emitted, own)
    for name, callee in emitted.callees.items():
        if id(callee) in pending:
            cells[name] = pending[id(callee)][1]
        else:
            cells[name] = callee.loaded.get(id(namespace)) or _load(callee, namespace, pending)
    made = load(emitted.adjoint.function, origin.__globals__, cells, text=emitted.text)
    own.cell_contents = made
    emitted.loaded[id(namespace)] = made
    return made


__all__ = ["FUNCTION", "World", "analyse", "default_kinds", "derive", "function_of"]
