"""The adjoint of calls of users' functions: call the callee's own vjp, keep its pullback."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import gast

from adjoint.transform.analyses.cells import cells_reached
from adjoint.transform.analyses.versions import Version
from adjoint.transform.derive.accumulate import accumulate
from adjoint.transform.derive.buffers import ensure
from adjoint.transform.derive.build import ZERO, call, expression
from adjoint.transform.derive.cotangents import Cotangent, State, flat, forget_views_of, protect
from adjoint.transform.derive.dynamic import dynamic_call
from adjoint.transform.derive.memory import by_memory_of
from adjoint.transform.derive.pull_common import moved
from adjoint.transform.derive.pull_elements import give_elements
from adjoint.transform.derive.spoiled import spoiled
from adjoint.transform.derive.sweep import Derivative, Out, Sweep, assign
from adjoint.transform.dynamic import ITSELF
from adjoint.transform.ir.nodes import Assign, Atom, Effect, Op, Ref, Stmt, Unpack, Var
from adjoint.transform.ir.places import hole, operand

Env = Mapping[str, Version]


def pull_call(
    stmt: Stmt, target: Var | None, op: Op, env: Env, after: Env,
    state: State, sweep: Sweep, out: Out,
) -> None:  # fmt: skip
    """Write the adjoint of `y = f(a, b)`: `d_a, d_b = f_pullback(d_y)`."""
    g = state.pop(target.name, None) if target is not None else None
    if g is not None and target in op.args:  # `y = f(y)`: d_y will be made anew
        g = moved(g, sweep, out)
    active = frozenset(a.name for a in op.args if isinstance(a, Var) and sweep.is_active(a))
    reached = sweep.facts.aliases.reached.get(id(stmt), frozenset())
    touched = [n for n in active & reached if n in state or sweep.may_be_elsewhere(n)]
    if isinstance(op.callee, Var) and sweep.is_active(op.callee):
        active |= {op.callee.name}
    sharing = bool(cells_reached(stmt, sweep.facts.kinds))
    shared = by_memory_of(target, op, sweep)
    if not sharing and (not active or (g is None and not touched and not any(shared))):
        return
    fragile = _fragile(target, op, env, after, sweep)
    derivative = sweep.facts.differentiate_call(op, stmt, active, fragile)
    if derivative.idle:
        return
    unread = target is None and derivative.has_result and not _is_dynamic(derivative)
    result = Var(sweep.names.fresh("unread" if unread else "_")) if target is None else target
    pullback = _run_vjp_instead(stmt, result, op, derivative, sweep)
    arguments: list[Atom] = []
    if unread:
        zeros = call("zeros_like", _bound_here(result.name, stmt, sweep))
        arguments.append(assign(out, sweep.names, zeros))
    elif derivative.has_result:
        arguments.append(_incoming(g, target, after, sweep, out))
    for parameter in derivative.written:
        name = _argument(parameter, op, derivative)
        buffer = ensure(name, state, sweep, out, sweep.primal(Var(name), after))
        protect(buffer.name, name, state, sweep, out)
        if sweep.kind(name).is_container:
            forget_views_of(name, state, sweep)
        arguments.append(buffer)
    if derivative.by_memory:
        protect(sweep.shadows().name, None, state, sweep, out)
        arguments.append(sweep.shadows())
    holes = [f"a{i}" for i in range(len(arguments))]
    atoms: dict[str, Atom] = dict(zip(holes, arguments, strict=True))
    atoms["pullback"] = pullback
    prim = "derived.cell" if sharing else "derived.pullback"
    given = expression(f"pullback({', '.join(holes)})", atoms, prim)
    if derivative.wrt:
        _give(given, op, derivative, env, state, sweep, out)
    else:
        out.append(Effect(given))


def _fragile(target: Var | None, op: Op, env: Env, after: Env, sweep: Sweep) -> frozenset[str]:
    """The names in a call whose arrays may be written after it, while its pullback waits."""
    found = {
        a.name
        for a in op.args
        if isinstance(a, Var) and spoiled(env[a.name], sweep.facts, sweep.pinned)
    }
    if target is not None and spoiled(after[target.name], sweep.facts, sweep.pinned):
        found.add(target.name)
    return frozenset(found)


def _incoming(
    g: Cotangent | None, target: Var | None, after: Env, sweep: Sweep, out: Out
) -> Atom:
    if g is None or target is None:
        like = None if target is None else after.get(target.name)
        if like is None:
            return ZERO
        return assign(out, sweep.names, call("zeros_like", sweep.value(like)))
    value = flat(g, sweep, out)
    if g.lazy and not sweep.kind(target.name).is_number:
        value = assign(out, sweep.names, call("expand", value, sweep.value(after[target.name])))
    return value


def _argument(parameter: str, op: Op, derivative: Derivative) -> str:
    for (filled, _), arg in zip(derivative.arguments, op.args, strict=True):
        if filled == parameter and isinstance(arg, Var):
            return arg.name
    raise AssertionError(parameter)


def _give(
    result: Op, op: Op, derivative: Derivative, env: Env, state: State, sweep: Sweep, out: Out
) -> None:
    """Hand what the pullback returns to the arguments of the call."""
    given = sweep.names.temporary("d")
    out.append(Assign(given, result))
    parts: dict[str, Var] = {derivative.wrt[0]: given}
    if len(derivative.wrt) > 1:
        taken = tuple(sweep.names.temporary(f"d_{p}") for p in derivative.wrt)
        out.append(Unpack(taken, given))
        parts = dict(zip(derivative.wrt, taken, strict=True))
    for (parameter, place), arg in zip(derivative.arguments, op.args, strict=True):
        if parameter not in parts or not sweep.is_active(arg):
            continue
        assert isinstance(arg, Var)
        part: Atom = parts[parameter]
        if parameter.startswith("*") and not parameter.startswith("**"):  # a list, of `*x`
            give_elements(arg, part, env, state, sweep, out)
            continue
        value: Atom | Op = part
        if place is not None:
            value = expression(f"d[{place!r}]", {"d": part}, "index")
        accumulate(arg.name, value, state, sweep, out, lazy=place is not None)
    if ITSELF in parts:
        assert isinstance(op.callee, Var)
        accumulate(op.callee.name, parts[ITSELF], state, sweep, out, lazy=True)


def _is_dynamic(derivative: Derivative) -> bool:
    """Whether what is called is known only when it runs."""
    return derivative.vjp.startswith("call_vjp(")


def _run_vjp_instead(
    stmt: Stmt, target: Var, op: Op, derivative: Derivative, sweep: Sweep
) -> Var:
    """In the forward sweep call the vjp; returns the placeholder of the pullback."""
    dynamic = _is_dynamic(derivative)
    plain = _called(op) if dynamic else derivative.vjp.removesuffix("_vjp")
    pullback = Var(sweep.names.fresh(f"{plain}_pullback"))
    both = sweep.names.temporary()
    node = dynamic_call(op, derivative.vjp) if dynamic else _static_call(op, derivative)
    called = op.callee if dynamic else None
    span = stmt.span
    sweep.replaced[id(stmt)] = (
        Assign(both, replace(op, prim="derived.vjp", template=node, callee=called), span),
        Unpack((target, pullback), both, None, span),
    )
    return _bound_here(pullback.name, stmt, sweep)


def _bound_here(name: str, stmt: Stmt, sweep: Sweep) -> Var:
    """A placeholder for what the forward sweep binds to a name of ours in place of a statement."""
    site = sweep.facts.versions.sites[id(stmt)]
    sweep.numbers += 1
    version = Version(
        sweep.numbers, name, "definition", site.block, stmt, site.depth, site.position
    )
    return sweep.value(version)


def _called(op: Op) -> str:
    """A name for the pullback of a function known only when it runs."""
    if op.prim.startswith("method:"):
        return op.prim.removeprefix("method:")
    text = op.callee.text if isinstance(op.callee, Ref) else getattr(op.callee, "name", "function")
    plain = str(text).rpartition(".")[2]
    return plain if plain.isidentifier() else "function"


def as_call(op: Op) -> gast.Call:
    """The call as that of a function: of a method or property, with the object as an argument."""
    template = op.template
    if not isinstance(template, gast.Call):
        holes = [operand(i) for i in range(len(op.args))]
        return gast.Call(template, holes, [])
    func = template.func
    itself = next((n for n in gast.walk(func) if hole(n) == 0), None)
    if itself is not None:
        return gast.Call(func, [itself, *template.args], template.keywords)
    return template


def _static_call(op: Op, derivative: Derivative) -> gast.AST:
    """The call of the emitted vjp: what the callee captures is passed by keyword."""
    template = as_call(op)
    func = gast.Name(derivative.vjp, gast.Load(), None, None)
    return gast.Call(func, template.args, [*template.keywords, *hidden(op, template)])


def hidden(op: Op, template: gast.AST) -> list[gast.keyword]:
    """The operands of a call that are not printed, by keyword: what a local function captures."""
    printed = {hole(node) for node in gast.walk(template)}
    return [
        gast.keyword(role, operand(i)) for i, role in enumerate(op.roles) if i not in printed
    ]
