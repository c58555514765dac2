"""The derived functions: gradient (one sweep forward, one back) and vjp (value and pullback)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import repeat

from adjoint.transform.analyses.aliases import Aliases
from adjoint.transform.analyses.complexes import may_make_complex
from adjoint.transform.analyses.kind import ANY
from adjoint.transform.derive.accumulate import accumulate
from adjoint.transform.derive.assemble import assemble, reusable
from adjoint.transform.derive.build import ZERO, call, expression
from adjoint.transform.derive.cotangents import Cotangent, State, bind_named, flat
from adjoint.transform.derive.reverse import reverse_block
from adjoint.transform.derive.shadows import (
    begin,
    is_by_memory,
    load,
    part_of_memory,
    settle,
    unload,
    unload_written,
)
from adjoint.transform.derive.sweep import Facts, Out, Sweep, assign
from adjoint.transform.ir.names import names_bound, names_read
from adjoint.transform.ir.nodes import (
    NOWHERE,
    Assign,
    Atom,
    Augment,
    Block,
    Comment,
    Const,
    Define,
    Effect,
    Function,
    Op,
    Param,
    Ref,
    Return,
    Stmt,
    Store,
    Var,
    binds,
    walk,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Adjoint:
    """A derived function, with what a caller must know of it.

    wrt: the parameters whose cotangents it gives, in order. written: the parameters whose
    cotangents the pullback takes and changes in place. has_result: whether it takes that of the
    result. by_memory: whether it takes cotangents by memory. idle: whether it does nothing.
    """

    function: Function
    wrt: tuple[str, ...]
    written: tuple[str, ...] = ()
    has_result: bool = True
    by_memory: bool = False
    idle: bool = False


def gradient(
    sweep: Sweep, wrt: tuple[str, ...], with_value: bool, finished: bool = False
) -> Adjoint:
    """`f_gradient(*args, d_out=1.0)`: the gradients, or the value and the gradients.

    One gradient is given bare, several as a tuple. `finished`: in the form that users get.
    """
    fn = sweep.facts.function
    result = fn.result
    sweep.find_fields(public=True)
    number = _is_number(result, sweep.facts) and not may_make_complex(fn.body)
    seed = Var(sweep.names.fresh("d_out"))
    state: State = {}
    if isinstance(result, Var) and sweep.is_active(result):
        state[result.name] = Cotangent(seed, lazy=not number)
    backward, gradients = _sweep_back(sweep, state, wrt)
    if finished:
        ending: Out = list(backward)
        gradients = tuple(map(_finish, wrt, gradients, repeat(sweep), repeat(ending)))
        backward = tuple(ending)
    forward: Block = fn.body[:-1]
    if not number:
        check = replace(call("require_scalar", result), prim="derived.check")
        forward = (*forward, Effect(check))
    wanted = [result] if with_value else []
    reserved = frozenset(a.name for a in wanted if isinstance(a, Var))
    swept = assemble(forward, backward, gradients, sweep, wanted, (), reserved)
    last: Out = []
    answer = swept.gradients[0] if len(wrt) == 1 else _tuple(swept.gradients, sweep, last)
    if with_value:
        answer = _tuple((result, answer), sweep, last)
    gap = (Comment(NOWHERE),) if swept.forward and swept.backward else ()
    block = (*swept.forward, *gap, *swept.backward, *last, Return(answer))
    name = f"{fn.name}_value_and_gradient" if with_value else f"{fn.name}_gradient"
    params = (*fn.params, Param(seed.name, "keyword-only", True, 1.0))
    return Adjoint(_derived(fn, name, params, block), wrt)


def vjp(
    sweep: Sweep, wrt: tuple[str, ...], written: tuple[str, ...], memory: frozenset[str],
    name: str, public: bool, positions: tuple[str, ...] | None = None,
) -> Adjoint:  # fmt: skip
    """`f_vjp(*args) -> (value, pullback)`; the pullback closes over what it needs.

    Args:
        sweep: the sweep to write into.
        wrt: parameters whose cotangents the pullback gives.
        written: parameters that the function writes into and whose later cotangent matters.
        memory: parameters (and `return`) whose cotangents the caller has by memory.
        name: the name of the derived function.
        public: whether users call it; the pullback then takes a cotangent whether or not anything
            depends on it, and gives a tuple however many `wrt` there are.
        positions: for a pullback as users get it, the parameters that it gives an entry for.
    """
    fn = sweep.facts.function
    sweep.find_fields(public)
    result = fn.result
    state: State = {}
    params: list[Param] = []
    first: Out = []
    active = isinstance(result, Var) and sweep.is_active(result)
    active = active and takes_result(sweep.facts.aliases, result, memory)
    if isinstance(result, Var) and active:
        seed = Var(sweep.names.fresh("d_out"))
        params.append(Param(seed.name))
        state[result.name] = Cotangent(seed)
    elif public:
        params.append(Param(sweep.names.fresh("d_out")))
    for parameter in written:
        target = sweep.d(parameter)
        params.append(Param(f"{_GIVEN}{parameter}"))
        if is_by_memory(parameter, sweep):
            load(parameter, target, sweep, first)
            continue
        pending = state.get(parameter)
        state[parameter] = Cotangent(target, owned=True)
        if pending is not None:
            accumulate(parameter, pending.value, state, sweep, first)  # type: ignore[arg-type]
    if memory:
        sweep.memory_given = True
        params.append(Param(sweep.shadows().name))
    returned = tuple(p for p in wrt if p not in written)
    if positions is not None and active:
        assert isinstance(result, Var)
        params[0] = Param(sweep.names.fresh("cotangent"))
        first.append(Assign(seed, _seed(Var(params[0].name), result, sweep)))
    backward, gradients = _sweep_back(sweep, state, returned, written, first, memory)
    if positions is not None:
        ending: Out = list(backward)
        made = map(_finish, wrt, gradients, repeat(sweep), repeat(ending))
        found = dict(zip(wrt, made, strict=True))
        gradients, backward = tuple(found.get(p, Const(None)) for p in positions), tuple(ending)
    backward, params = _in_place(backward, params, written, sweep)
    swept = assemble(fn.body[:-1], backward, gradients, sweep, [result], written)
    back, last = reusable(swept, sweep), Out()
    if len(returned) == 1 and not public:
        last.append(Return(swept.gradients[0]))
    elif returned or public:
        last.append(Return(_tuple(swept.gradients, sweep, last)))
    inner = (*back, *last) or (Return(Const(None)),)
    own = names_bound(inner) | {p.name for p in params}
    pullback = Function(
        "pullback", tuple(params), inner, captures=tuple(sorted(names_read(inner) - own))
    )
    both = sweep.names.temporary()
    target = Var(sweep.names.fresh("pullback"))
    block = (
        *swept.forward,
        Define(target, replace(pullback, name=target.name)),
        Assign(both, expression("(v, p)", {"v": result, "p": target}, "tuple")),
        Return(both),
    )
    derived = _derived(fn, name, fn.params, block)
    return Adjoint(derived, returned, written, active, bool(memory))


def takes_result(known: Aliases, result: Atom, memory: frozenset[str]) -> bool:
    """Whether a pullback takes the cotangent of the result, which may be found by memory.

    Of a number there is no memory, whatever the caller takes the result for.
    """
    return "return" not in memory or (isinstance(result, Var) and result.name not in known.shadowed)


def _seed(given: Var, result: Var, sweep: Sweep) -> Op | Var:
    """The cotangent of the result that users give to a pullback."""
    if sweep.facts.complexes is None and sweep.kind(result.name).is_number:
        return given
    return call("seeded", given, sweep.value(sweep.facts.versions.end[result.name]))


def _finish(name: str, given: Atom, sweep: Sweep, out: Out) -> Atom:
    """A cotangent with the structure and dtype of the parameter that it is of."""
    kind, real = sweep.kind(name), sweep.facts.complexes is None
    if real and kind.is_number:
        return given
    helper = "in_dtype" if real and kind.tag in ("array", "numeric") else "restructure"
    like = sweep.value(sweep.facts.versions.start[name])
    return assign(out, sweep.names, call(helper, given, like), f"d_{name}")


def _derived(fn: Function, name: str, params: tuple[Param, ...], block: Block) -> Function:
    plain = name.replace("<lambda>", "lambda_")
    ordered = tuple(sorted(params, key=lambda p: p.kind == "varkw"))  # `**kw` comes last
    return replace(fn, name=plain, params=ordered, body=block)


def _is_number(result: Atom, facts: Facts) -> bool:
    if isinstance(result, Const | Ref):
        return isinstance(result.value, int | float | complex)
    return facts.kinds.get(result.name, ANY).is_number


def _tuple(values: tuple[Atom, ...], sweep: Sweep, out: Out) -> Atom:
    holes = [f"a{i}" for i in range(len(values))]
    comma = "," if len(values) == 1 else ""
    text = f"({', '.join(holes)}{comma})"
    atoms = dict(zip(holes, values, strict=True))
    return assign(out, sweep.names, expression(text, atoms, "tuple"))


def _sweep_back(
    sweep: Sweep, state: State, wrt: tuple[str, ...], written: tuple[str, ...] = (),
    first: Out | None = None, memory: frozenset[str] = frozenset(),
) -> tuple[Block, tuple[Atom, ...]]:  # fmt: skip
    """Write the reverse sweep; returns it with the atoms that hold the cotangents of `wrt`.

    Of those in `memory` it is only that of the numbers among them.
    """
    out: Out = list(first or ())
    known = sweep.facts.aliases
    pending = [n for n in state if sweep.is_elsewhere(n) or n in known.mixed]
    for name in sorted(pending, key=known.views.__contains__):  # what is returned, or written
        accumulate(name, flat(state.pop(name), sweep, out), state, sweep, out)
    facts = sweep.facts
    out[:] = settle(tuple(out), facts.bindings.end, facts.identities.end, facts.versions.end, sweep)
    reverse_block(sweep.facts.function.body[:-1], state, sweep, out)
    bind_named(state, sweep, out)
    parameters = sweep.facts.versions.start
    given: list[Atom] = []
    shared = written and any(is_by_memory(name, sweep) for name in wrt)
    if shared:  # a written one keeps what it shares; no other may count it again
        unload_written(written, sweep, out)
    for name in wrt:
        if name in memory:
            given.append(flat(state[name], sweep, out) if name in state else ZERO)
            continue
        like = sweep.value(parameters[name])
        if sweep.is_shadowed(name) or name in known.mixed:
            value = unload(name, state, sweep, out)
            given.append(assign(out, sweep.names, call("own", value), f"d_{name}"))
            continue
        held = state.get(name)
        hint = f"d_{name}"
        if held is None:
            given.append(assign(out, sweep.names, call("zeros_like", like), hint))
            continue
        value = flat(held, sweep, out)
        if not sweep.kind(name).is_number:
            if held.lazy and held.extent == "full":
                value = assign(out, sweep.names, call("expand", value, like), hint)
            if not held.owned:
                value = assign(out, sweep.names, call("own", value), hint)
        given.append(value)
    for name in written:
        held, target = state.get(name), sweep.d(name)
        if is_by_memory(name, sweep):
            if not shared:
                out.append(Assign(target, part_of_memory(sweep.facts.bindings.start[name], sweep)))
            continue
        value = ZERO if held is None else flat(held, sweep, out)
        if value != target:
            out.append(Assign(target, value))
    return (*begin(sweep), *out), tuple(given)


_GIVEN = "given "


def _in_place(
    backward: Block, params: list[Param], written: tuple[str, ...], sweep: Sweep
) -> tuple[Block, list[Param]]:
    """Leave the cotangents of written parameters in the arrays in which they came."""
    bound = {
        v.name for s in walk(backward) if not isinstance(s, Augment) for v in binds(s)
    }
    before: list[Stmt] = []
    after: list[Stmt] = []
    renamed = list(params)
    for parameter in written:
        target = sweep.d(parameter)
        position = [p.name for p in params].index(f"{_GIVEN}{parameter}")
        renamed[position] = Param(target.name)
        if target.name in bound:
            given = Var(sweep.names.fresh(target.name))
            renamed[position] = Param(given.name)
            before.append(Assign(target, given))
            if sweep.kind(parameter).is_container:
                atoms: dict[str, Atom] = {"d": given, "new": target}
                after.append(Effect(expression("refill(d, new)", atoms, "derived.push")))
            else:
                after.append(Store(expression("d[...]", {"d": given}, "index"), "", target))
            sweep.links.append((target.name, given.name))
    return (*before, *backward, *after), renamed
