"""The derived functions: gradient (one sweep forward, one back) and vjp (value and pullback)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from adjoint.transform.analyses.effects import is_rule
from adjoint.transform.analyses.kind import ANY
from adjoint.transform.derive.build import ZERO, call, expression, substitute
from adjoint.transform.derive.cotangents import (
    Cotangent,
    Facts,
    Out,
    State,
    Sweep,
    accumulate,
    assign,
    bind_named,
    flat,
)  # fmt: skip
from adjoint.transform.derive.reverse import reverse_block
from adjoint.transform.derive.storage import store
from adjoint.transform.derive.written import check_bound_once
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
    Keep,
    Op,
    Param,
    Ref,
    Return,
    Stmt,
    Store,
    Var,
    binds,
    reads,
    walk,
)  # fmt: skip
from adjoint.transform.passes.copies import fold_last, spread_names
from adjoint.transform.passes.dead_code import drop_dead
from adjoint.transform.passes.loops import iterate_saved
from adjoint.transform.passes.ownership import drop_copies


@dataclass(frozen=True, slots=True)
class Adjoint:
    """A derived function, with what a caller must know of it.

    wrt: the parameters whose cotangents it gives, in order. written: the parameters whose
    cotangents the pullback takes and changes in place. has_result: whether it takes that of the
    result.
    """

    function: Function
    wrt: tuple[str, ...]
    written: tuple[str, ...] = ()
    has_result: bool = True


def gradient(sweep: Sweep, wrt: tuple[str, ...], with_value: bool) -> Adjoint:
    """`f_gradient(*args, d_out=1.0)`: the gradients, or the value and the gradients.

    One gradient is given bare, several as a tuple.
    """
    fn = sweep.facts.function
    result = _result(fn)
    number = _is_number(result, sweep.facts) and not _mentions_complex(fn.body)
    seed = Var(sweep.names.fresh("d_out"))
    state: State = {}
    if isinstance(result, Var) and sweep.is_active(result):
        state[result.name] = Cotangent(seed, lazy=not number)
    backward, gradients = _sweep_back(sweep, state, wrt)
    forward: Block = fn.body[:-1]
    if not number:
        check = replace(call("require_scalar", result), prim="derived.check")
        forward = (*forward, Effect(check))
    wanted = [result] if with_value else []
    reserved = frozenset(a.name for a in wanted if isinstance(a, Var))
    swept = _assemble(forward, backward, gradients, sweep, wanted, (), reserved)
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
    sweep: Sweep, wrt: tuple[str, ...], written: tuple[str, ...], name: str, public: bool
) -> Adjoint:
    """`f_vjp(*args) -> (value, pullback)`; the pullback closes over what it needs.

    Args:
        sweep: the sweep to write into.
        wrt: parameters whose cotangents the pullback gives.
        written: parameters that the function writes into and whose later cotangent matters.
        name: the name of the derived function.
        public: whether users call it; the pullback then takes a cotangent whether or not anything
            depends on it, and gives a tuple however many `wrt` there are.
    """
    fn = sweep.facts.function
    result = _result(fn)
    state: State = {}
    params: list[Param] = []
    first: Out = []
    active = isinstance(result, Var) and sweep.is_active(result)
    if isinstance(result, Var) and active:
        seed = Var(sweep.names.fresh("d_out"))
        params.append(Param(seed.name))
        state[result.name] = Cotangent(seed)
    elif public:
        params.append(Param(sweep.names.fresh("d_out")))
    for parameter in written:
        check_bound_once(parameter, sweep)
        target = sweep.d(parameter)
        params.append(Param(f"{_GIVEN}{parameter}"))
        pending = state.get(parameter)
        state[parameter] = Cotangent(target, owned=True)
        if pending is not None:
            accumulate(parameter, pending.value, state, sweep, first)  # type: ignore[arg-type]
    returned = tuple(p for p in wrt if p not in written)
    backward, gradients = _sweep_back(sweep, state, returned, written, first)
    backward, params = _in_place(backward, params, written, sweep)
    swept = _assemble(fn.body[:-1], backward, gradients, sweep, [result], written)
    back, last = _reusable(swept, sweep), Out()
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
    return Adjoint(_derived(fn, name, fn.params, block), returned, written, active)


def _derived(fn: Function, name: str, params: tuple[Param, ...], block: Block) -> Function:
    plain = name.replace("<lambda>", "lambda_")
    ordered = tuple(sorted(params, key=lambda p: p.kind == "varkw"))  # `**kw` comes last
    return replace(fn, name=plain, params=ordered, body=block)


def _result(fn: Function) -> Atom:
    last = fn.body[-1]
    assert isinstance(last, Return)
    return last.value


def _mentions_complex(block: Block) -> bool:
    """Whether complex numbers are written out: a result that is a number may then be complex."""
    return any(
        isinstance(a, Const | Ref) and isinstance(a.value, complex)
        for s in walk(block)
        for a in reads(s)
    )


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
    first: Out | None = None,
) -> tuple[Block, tuple[Atom, ...]]:  # fmt: skip
    """Write the reverse sweep; returns it with the atoms that hold the cotangents of `wrt`."""
    out: Out = list(first or ())
    for name in [n for n in state if n in sweep.facts.aliases.views]:  # a view that is returned
        accumulate(name, flat(state.pop(name), sweep, out), state, sweep, out)
    reverse_block(sweep.facts.function.body[:-1], state, sweep, out)
    bind_named(state, sweep, out)
    parameters = sweep.facts.versions.start
    given: list[Atom] = []
    for name in wrt:
        like = sweep.value(parameters[name])
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
        value = ZERO if held is None else flat(held, sweep, out)
        if value != target:
            out.append(Assign(target, value))
    return tuple(out), tuple(given)


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


@dataclass(frozen=True, slots=True)
class _Swept:
    """The two sweeps, what holds the gradients, and the lists that the second one takes from."""

    forward: Block
    backward: Block
    gradients: tuple[Atom, ...]
    lists: tuple[str, ...]


def _assemble(
    forward: Block, backward: Block, gradients: tuple[Atom, ...], sweep: Sweep,
    wanted: list[Atom], written: tuple[str, ...] = (),
    reserved: frozenset[str] = frozenset(),
) -> _Swept:  # fmt: skip
    """Drop what is dead, decide where primal values come from, and join the two sweeps."""
    families = _families(sweep)
    needed = {a.name for a in gradients if isinstance(a, Var)}
    needed |= {sweep.d(name).name for name in written}
    alive = drop_dead(backward, needed, lambda _: False, families)
    marks = tuple(Return(g) for g in gradients)  # resolved together with the sweep
    stored = store(forward, (*alive, *marks), sweep, sweep.pinned, reserved)
    back = stored.backward[: len(stored.backward) - len(marks)]
    ends = stored.backward[len(back) :]
    answers = tuple(s.value for s in ends if isinstance(s, Return))
    read = set(names_read((*back, *ends))) | {a.name for a in wanted if isinstance(a, Var)}
    read |= {p.name for p in sweep.facts.function.params} & _written(sweep)
    front = drop_dead(stored.forward, read, _is_root, sweep.facts.aliases.classes)
    used = names_read(front)
    lists = tuple(name for name in stored.lists if name in used)
    back, answers = _polished(back, answers, {sweep.d(name).name for name in written}, sweep)
    begin = [Assign(Var(name), expression("[]", {}, "list")) for name in lists]
    back = iterate_saved(back, sweep.names)
    return _Swept((*begin, *front), back, answers, lists)


def _polished(
    back: Block, answers: tuple[Atom, ...], kept: set[str], sweep: Sweep
) -> tuple[Block, tuple[Atom, ...]]:
    """The reverse sweep without needless copies and names."""
    back, answers = drop_copies(back, answers)
    spread = spread_names((*back, *(Return(a) for a in answers)), kept)
    back = spread[: len(spread) - len(answers)]
    answers = tuple(s.value for s in spread[len(back) :] if isinstance(s, Return))
    return fold_last(back, answers, kept, sweep.names)


def _families(sweep: Sweep) -> dict[str, frozenset[str]]:
    """Emitted names that share an array."""
    found: dict[str, frozenset[str]] = {}
    for child, parent in sweep.links:
        merged = found.get(child, frozenset({child})) | found.get(parent, frozenset({parent}))
        for name in merged:
            found[name] = merged
    return found


def _written(sweep: Sweep) -> set[str]:
    return {n for reached in sweep.facts.aliases.reached.values() for n in reached}


def _reusable(swept: _Swept, sweep: Sweep) -> Block:
    """A reverse sweep that may run many times: it takes from copies of the lists."""
    restored = _restored(swept.backward)
    taken = sorted(name for name in swept.lists if name in restored)
    copies = {name: sweep.names.fresh(name.replace("saved", "stack", 1)) for name in taken}

    def change(atom: Atom) -> Atom:
        return Var(copies[atom.name]) if isinstance(atom, Var) and atom.name in copies else atom

    fresh = [
        Assign(Var(copy), expression("saved.copy()", {"saved": Var(name)}, "derived.copy"))
        for name, copy in copies.items()
    ]
    return (*fresh, *(substitute(stmt, change) for stmt in swept.backward))


def _restored(block: Block) -> set[str]:
    return {
        a.name
        for s in walk(block)
        if isinstance(s, Assign) and isinstance(s.value, Op) and s.value.prim == "derived.restore"
        for a in s.value.args
        if isinstance(a, Var)
    }


_QUIET = ("derived", "method:append", "method:extend", "method:insert", "method:pop")


def _is_root(stmt: Stmt) -> bool:
    """Statements of the primal that stay whatever is wanted: what raises, prints or calls."""
    match stmt:
        case Keep():
            return True
        case Effect(value=op):
            quiet = op.prim.startswith(_QUIET) or is_rule(op.prim)
            return op.prim == "derived.check" or not quiet
        case Assign(value=Op() as op):
            looks = ("method:pop", "method:copy", "method:get")
            return op.prim == "call" or (op.prim.startswith("method:") and op.prim not in looks)
    return False
