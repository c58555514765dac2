"""The reverse sweep: the adjoints of a function's statements, last to first.

Structure is kept: an `If` becomes an `If` on the same condition, a loop becomes a loop over the
same rounds backwards. Primal values appear as placeholders (`x@7`, the seventh version); where
each comes from (a name, a saved list, a recomputation) is decided afterwards by `storage`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from adjoint.transform.analyses.activity import differentiable_reads
from adjoint.transform.analyses.caught import always_raises
from adjoint.transform.analyses.cells import cells_reached
from adjoint.transform.analyses.liveness import exposed
from adjoint.transform.analyses.versions import TOP, Version
from adjoint.transform.derive.buffers import ensure
from adjoint.transform.derive.build import ZERO, call
from adjoint.transform.derive.cotangents import (
    Cotangent,
    State,
    bind_named,
    copied_from,
    fill,
    flat,
    rebind,
)  # fmt: skip
from adjoint.transform.derive.pull import pull
from adjoint.transform.derive.rounds import (
    elements,
    give,
    reversed_loop,
    rounds_of,
    sequences,
)  # fmt: skip
from adjoint.transform.derive.shadows import forget_shadows, settle, take_shadows
from adjoint.transform.derive.sweep import Out, Sweep, assign
from adjoint.transform.derive.unbound import may_be_unbound
from adjoint.transform.ir.names import names_bound, names_read
from adjoint.transform.ir.nodes import (
    NOWHERE,
    Assign,
    Augment,
    Block,
    Comment,
    For,
    If,
    Mark,
    Op,
    Ref,
    Span,
    Stmt,
    Try,
    Unpack,
    Var,
    While,
    With,
    binds,
    walk,
)  # fmt: skip
from adjoint.transform.refusals import unsupported


def reverse_block(block: Block, state: State, sweep: Sweep, out: Out) -> None:
    """Write the adjoint of a block, changing `state` from what holds after it to before it."""
    current: Span | None = None
    for i in range(len(block) - 1, -1, -1):
        stmt = block[i]
        span: Span = getattr(stmt, "span", NOWHERE)
        part: Out = []
        if isinstance(stmt, If):
            _reverse_if(stmt, state, sweep, part)
        elif isinstance(stmt, For | While):
            _reverse_loop(stmt, state, sweep, part)
        elif isinstance(stmt, With):
            _reverse_with(stmt, state, sweep, part)
        elif not take_shadows(stmt, state, sweep, part):
            pull(stmt, state, sweep, part)
        _forget_views_of(stmt, state, sweep)
        facts = sweep.facts
        bound, objects = facts.bindings.before[id(stmt)], facts.identities.before[id(stmt)]
        part = list(settle(tuple(part), bound, objects, facts.versions.before[id(stmt)], sweep))
        if i == 0 or getattr(block[i - 1], "span", NOWHERE) != span:
            bind_named(state, sweep, part)
        if part and not isinstance(stmt, If | For | While | With) and span != current:
            out.append(Comment(span))
            current = span
        elif part:
            current = None if isinstance(stmt, If | For | While | With) else current
        out += part


def _forget_views_of(stmt: Stmt, state: State, sweep: Sweep) -> None:
    """Before a name is bound it holds another array: what views it then has another cotangent."""
    if isinstance(stmt, Augment):
        return
    views, gone = sweep.facts.aliases.views, {v.name for v in binds(stmt)}
    for name in [n for n in views if n in state]:
        root = name
        while root in views and root not in gone:
            root = views[root]
        if root in gone and root != name:
            del state[name]


def _reverse_with(stmt: With, state: State, sweep: Sweep, out: Out) -> None:
    """The adjoint of a body; where it ran with `np.errstate`, its adjoint does too."""
    inner: Out = []
    reverse_block(stmt.body, state, sweep, inner)
    callee = stmt.context.callee
    if inner and isinstance(callee, Ref) and callee.value is np.errstate:
        env = sweep.facts.versions.before[id(stmt)]
        args = tuple(sweep.primal(a, env) for a in stmt.context.args)
        context = replace(stmt.context, args=args)
        out.append(With(context, None, tuple(inner), stmt.span))
    else:
        out += inner


# What a block touches


def _touched(block: Block, sweep: Sweep) -> frozenset[str]:
    """The active names whose cotangents the adjoint of a block reads or changes."""
    names: set[str] = set()
    for stmt in walk(block):
        names |= differentiable_reads(stmt)
        names |= {v.name for v in binds(stmt)}
        names |= sweep.facts.aliases.reached.get(id(stmt), frozenset())
    return frozenset(names & sweep.facts.active - sweep.facts.aliases.shadowed)


def _buffers(block: Block, sweep: Sweep) -> list[str]:
    """The active names of which the adjoint of a block writes parts, in place."""
    names: dict[str, None] = {}
    for stmt in walk(block):
        match stmt:
            case Assign(value=Op(prim="index", args=(Var(name=name), *_))):
                names[name] = None
            case Unpack(value=Var(name=name)) if sweep.kind(name).tag != "tuple":
                names[name] = None
            case For(iterable=iterable):
                names |= dict.fromkeys(v.name for v in sequences(iterable))
        for name in sorted(sweep.facts.aliases.reached.get(id(stmt), ())):
            if not sweep.kind(name).is_number and not isinstance(stmt, Augment):
                names[name] = None
        if isinstance(stmt, Augment) and stmt.target.name in sweep.facts.aliases.views:
            names[stmt.target.name] = None
        names |= dict.fromkeys(
            v.name for v in binds(stmt) if v.name in sweep.facts.aliases.views
        )  # what is read through a view is added to what it is a view of
    for name in list(names):
        root = name
        while root in sweep.facts.aliases.views:
            root = sweep.facts.aliases.views[root]
            names[root] = None
    known = sweep.facts.aliases
    by_memory = known.shadowed | {n for n in known.mixed if not sweep.kind(n).is_container}
    return [n for n in names if n in sweep.facts.active and n not in by_memory]


def _matters(block: Block, state: State, sweep: Sweep) -> bool:
    """Whether any cotangent flows into a block from behind."""
    changed: set[str] = set()
    for stmt in walk(block):
        changed |= {v.name for v in binds(stmt)}
        changed |= sweep.facts.aliases.reached.get(id(stmt), frozenset())
        roots = [n for n in changed if n in sweep.facts.aliases.views]
        for name in roots:
            changed.add(sweep.facts.aliases.views[name])
    known = sweep.facts.aliases
    active = sweep.facts.active & (known.shadowed | known.mixed)
    if any(name in state or name in active for name in changed):
        return True
    return any(cells_reached(stmt, sweep.facts.kinds) for stmt in walk(block))


def _materialise(
    block: Block, state: State, sweep: Sweep, out: Out, env: Mapping[str, Version]
) -> frozenset[str]:
    """Before a block is reversed: give every array that it writes parts of a buffer of its own."""
    open_names = exposed(block)
    bound = names_bound(block)
    views = sweep.facts.aliases.views
    ready = []
    buffers = _buffers(block, sweep)
    viewed = {views[name] for name in buffers if name in views}
    for name in sorted(buffers, key=lambda n: n not in views):  # a list may have grown under these
        if name in open_names and name in env and not may_be_unbound(env[name]):
            ensure(name, state, sweep, out, sweep.value(env[name]))
            ready.append(name)
        elif name in viewed and name not in bound | views.keys() | state.keys():
            made = sweep.facts.definitions.get(name)  # seen in the block through a view alone
            known = sweep.facts.versions.after[id(made)] if made else sweep.facts.versions.start
            if name in known and (made is None or _is_around(made, block, sweep)):
                ensure(name, state, sweep, out, sweep.value(_last_named(name, known, block, sweep)))
    for name, held in list(state.items()):
        if held.borrows:
            copied = assign(out, sweep.names, call("own", held.value))  # type: ignore[arg-type]
            state[name] = copied_from(held, copied)
    return frozenset(ready)


def _last_named(
    name: str, known: Mapping[str, Version], block: Block, sweep: Sweep
) -> Version:
    """What a variable held when it was last named before a block: it may have grown until then.

    What other names of it do later is undone in their cotangents, which come back to it there.
    """
    versions = sweep.facts.versions
    found, first = known[name], versions.sites[id(block[0])].position
    for stmt in walk(sweep.facts.function.body):
        if versions.sites[id(stmt)].position >= first or not _is_around(stmt, block, sweep):
            continue
        around = any(inner is block[0] for inner in walk((stmt,)))
        if name in names_read((stmt,)) and not around:
            found = versions.after[id(stmt)].get(name, found)
    return found


def _is_around(made: Stmt, block: Block, sweep: Sweep) -> bool:
    """Whether a statement stands in a block that encloses another, or in that block itself."""
    sites = sweep.facts.versions.sites
    inner = sites[id(block[0])].block
    while inner != TOP and inner != sites[id(made)].block:
        inner = sites[inner[0]].block
    return inner == sites[id(made)].block


# Branches


def _check_finally(stmt: Try, sweep: Sweep) -> None:
    for inner in walk(stmt.orelse):
        if sweep.facts.aliases.reached.get(id(inner), frozenset()) & sweep.facts.active:
            raise unsupported(
                stmt.span, "`finally` writes into something that is differentiated",
                "write into it after the `try`, or before",
            )  # fmt: skip


def _reverse_if(stmt: If, state: State, sweep: Sweep, out: Out) -> None:
    if isinstance(stmt, Try) and not stmt.catches:
        _check_finally(stmt, sweep)
        reverse_block(stmt.body, state, sweep, out)
        return
    for slot, block, other_block in (
        ("body", stmt.body, stmt.orelse), ("orelse", stmt.orelse, stmt.body)
    ):  # fmt: skip
        if always_raises(other_block):  # then this is what ran
            out.append(Mark((id(stmt), slot)))
            reverse_block(block, state, sweep, out)
            return
    if not _matters((*stmt.body, *stmt.orelse), state, sweep):
        return
    forget_shadows(state, sweep)
    env = {**sweep.facts.versions.before[id(stmt)], **sweep.facts.versions.after[id(stmt)]}
    both = (*stmt.body, *stmt.orelse)
    _materialise(both, state, sweep, out, _around(stmt, both, env, sweep))
    bind_named(state, sweep, out)
    sides: list[tuple[State, Out]] = []
    for slot, block in (("body", stmt.body), ("orelse", stmt.orelse)):
        side, part = dict(state), [Mark((id(stmt), slot))]
        reverse_block(block, side, sweep, part)  # type: ignore[arg-type]
        forget_shadows(side, sweep)
        bind_named(side, sweep, part)  # type: ignore[arg-type]
        sides.append((side, part))  # type: ignore[arg-type]
    (then, then_out), (other, other_out) = sides
    for name in sweep.facts.aliases.views:  # a view is taken again where it is needed
        if then.get(name) != other.get(name):
            then.pop(name, None)
            other.pop(name, None)
            state.pop(name, None)
    for name in dict.fromkeys([*then, *other]):
        a, b = then.get(name), other.get(name)
        if a == b and a is not None:
            state[name] = a
            continue
        state[name] = _join(name, then, other, then_out, other_out, sweep)
    for name in list(state):
        if name not in then and name not in other:
            del state[name]
    test = sweep.primal(stmt.test, sweep.facts.versions.before[id(stmt)])
    out.append(If(test, tuple(then_out), tuple(other_out), stmt.span))


def _around(
    stmt: Stmt, block: Block, env: Mapping[str, Version], sweep: Sweep
) -> dict[str, Version]:
    """Versions that hold just after a statement, for all names that its blocks mention."""
    found = dict(env)
    for inner in walk(block):
        for name, version in sweep.facts.versions.before.get(id(inner), {}).items():
            found.setdefault(name, version)
    return found


def _join(
    name: str, then: State, other: State, then_out: Out, other_out: Out, sweep: Sweep
) -> Cotangent:
    """Let one variable hold the cotangent after either branch."""
    target = sweep.d(name)
    merged = Cotangent(target, owned=True)
    for side, part in ((then, then_out), (other, other_out)):
        held = side.get(name)
        if held is None:
            rebind(name, ZERO, side, sweep, part)
            merged = replace(merged, owned=False, lazy=True)
            continue
        value = flat(held, sweep, part)
        if value != target:
            rebind(name, value, side, sweep, part)
        merged = replace(
            merged,
            owned=merged.owned and held.owned,
            lazy=merged.lazy or held.lazy or isinstance(held.value, tuple),
            borrows=merged.borrows | held.borrows,
        )
        side[name] = replace(held, value=target)
    return merged


# Loops


def _reverse_loop(stmt: For | While, state: State, sweep: Sweep, out: Out) -> None:
    versions = sweep.facts.versions
    if isinstance(stmt, While):
        _check_test(stmt, sweep)
    body = stmt.body
    whole: Block = (stmt,)
    if not _matters(whole, state, sweep):
        return
    forget_shadows(state, sweep)
    after = versions.after[id(stmt)]
    env = _around(stmt, body, after, sweep)
    ready = _materialise(whole, state, sweep, out, env)
    open_names = exposed(body)
    touched = _touched(whole, sweep)
    for name in sorted(touched & state.keys()):
        fill(name, state, sweep, out)
    bind_named(state, sweep, out)
    assigned = {v.name for s in walk(body) for v in binds(s) if not isinstance(s, Augment)}
    carried = [n for n in sorted(touched) if n in open_names or n in state]
    if isinstance(stmt, For):
        carried = [n for n in carried if n != stmt.target.name or n in state]
        carried += [
            v.name for v in sequences(stmt.iterable)
            if v.name in sweep.facts.active and v.name not in carried
            and not sweep.is_shadowed(v.name)
        ]  # fmt: skip
    taken = sweep.facts.aliases.taken  # elements are looked up anew, see `forget_items`
    carried = [n for n in carried if n not in taken or not taken[n].item]
    for name in carried:
        if name in state:
            continue
        loose = sweep.kind(name).is_container or name in sweep.facts.aliases.mixed
        stays = sweep.kind(name).tag == "array" and versions.end.get(name) is env.get(name)
        changes = name in assigned and not stays
        if changes or loose or name not in env or may_be_unbound(env[name]):
            zero: Cotangent = Cotangent(sweep.d(name), lazy=True)
            rebind(name, ZERO, state, sweep, out)
            state[name] = zero
        else:
            ensure(name, state, sweep, out, sweep.value(env[name]))
    for name in carried:
        held, target = state[name], sweep.d(name)
        if held.value != target:  # a temporary: those of the user's names are bound
            rebind(name, flat(held, sweep, out), state, sweep, out)
            state[name] = replace(held, value=target)
    _repeat(stmt, carried, ready, state, sweep, out)


def _repeat(
    stmt: For | While, carried: list[str], ready: frozenset[str],
    state: State, sweep: Sweep, out: Out,
) -> None:  # fmt: skip
    """Write the reversed loop, weakening what is assumed of the carried until it holds."""
    outside = {n: h for n, h in state.items() if n not in carried}
    flags = {n: state[n] for n in carried}
    heads = sweep.facts.versions.heads[id(stmt)]
    while True:
        inside: State = {**outside, **flags}
        part: Out = []
        rounds = rounds_of(stmt, sweep)
        elements(rounds, part)
        part.append(Mark((id(stmt), "body")))
        reverse_block(stmt.body, inside, sweep, part)
        forget_shadows(inside, sweep)
        give(rounds, inside, part)
        bind_named(inside, sweep, part)
        weaker = {}
        for name in carried:
            held = inside.get(name)
            if held is None:
                if name in ready and name in heads:
                    ensure(name, inside, sweep, part, sweep.value(heads[name]))
                    held = inside[name]
                else:
                    rebind(name, ZERO, inside, sweep, part)
                    held = Cotangent(sweep.d(name), lazy=True)
                    inside[name] = held
            value = flat(held, sweep, part)
            if value != sweep.d(name):
                rebind(name, value, inside, sweep, part)
            known = flags[name]
            weaker[name] = Cotangent(
                sweep.d(name),
                owned=known.owned and held.owned,
                lazy=known.lazy or held.lazy,
                borrows=known.borrows | held.borrows,
            )
        if weaker == flags:
            break
        flags = weaker
    state.clear()
    state.update({**outside, **flags})
    reversed_loop(rounds, tuple(part), out)


def _check_test(stmt: While, sweep: Sweep) -> None:
    for inner in walk(stmt.before):
        if {v.name for v in binds(inner)} & sweep.facts.active:
            raise unsupported(
                stmt.span,
                "the condition of this loop computes something that is differentiated",
                "write `while True:` with `if not ...: break`",
            )
