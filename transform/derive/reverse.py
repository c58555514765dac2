"""The reverse sweep: the adjoints of a function's statements, last to first.

Structure is kept: an `If` becomes an `If` on the same condition, a loop becomes a loop over the
same rounds backwards. Primal values appear as placeholders (`x@7`, the seventh version); where
each comes from (a name, a saved list, a recomputation) is decided afterwards by `storage`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from adjoint.transform.analyses.activity import differentiable_reads
from adjoint.transform.analyses.liveness import exposed
from adjoint.transform.analyses.versions import Version
from adjoint.transform.derive.build import ZERO, call, expression
from adjoint.transform.derive.cotangents import (
    Cotangent,
    Out,
    State,
    Sweep,
    assign,
    bind_named,
    copied_from,
    ensure,
    fill,
    flat,
    link,
    rebind,
)  # fmt: skip
from adjoint.transform.derive.pull import pull
from adjoint.transform.ir.nodes import (
    NOWHERE,
    Assign,
    Atom,
    Augment,
    Block,
    Comment,
    Const,
    Each,
    Enumerate,
    For,
    If,
    Items,
    Iter,
    Mark,
    Op,
    Range,
    Reversed,
    Span,
    Stmt,
    Store,
    Unpack,
    Var,
    While,
    With,
    Zip,
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
            reverse_block(stmt.body, state, sweep, part)
        else:
            pull(stmt, state, sweep, part)
        if i == 0 or getattr(block[i - 1], "span", NOWHERE) != span:
            bind_named(state, sweep, part)
        if part and not isinstance(stmt, If | For | While | With) and span != current:
            out.append(Comment(span))
            current = span
        elif part:
            current = None if isinstance(stmt, If | For | While | With) else current
        out += part


# What a block touches


def _touched(block: Block, sweep: Sweep) -> frozenset[str]:
    """The active names whose cotangents the adjoint of a block reads or changes."""
    names: set[str] = set()
    for stmt in walk(block):
        names |= differentiable_reads(stmt)
        names |= {v.name for v in binds(stmt)}
        names |= sweep.facts.aliases.reached.get(id(stmt), frozenset())
    return frozenset(names & sweep.facts.active)


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
                names |= dict.fromkeys(v.name for v in _sequences(iterable))
        for name in sorted(sweep.facts.aliases.reached.get(id(stmt), ())):
            if not sweep.kind(name).is_number and not isinstance(stmt, Augment):
                names[name] = None
        if isinstance(stmt, Augment) and stmt.target.name in sweep.facts.aliases.views:
            names[stmt.target.name] = None
    for name in list(names):
        root = name
        while root in sweep.facts.aliases.views:
            root = sweep.facts.aliases.views[root]
            names[root] = None
    return [n for n in names if n in sweep.facts.active]


def _sequences(iterable: Iter) -> tuple[Var, ...]:
    match iterable:
        case Each(value=Var() as value) | Items(value=Var() as value):
            return (value,)
        case Enumerate(inner=inner) | Reversed(inner=inner):
            return _sequences(inner)
        case Zip(inners=inners):
            return tuple(v for inner in inners for v in _sequences(inner))
    return ()


def _matters(block: Block, state: State, sweep: Sweep) -> bool:
    """Whether any cotangent flows into a block from behind."""
    changed: set[str] = set()
    for stmt in walk(block):
        changed |= {v.name for v in binds(stmt)}
        changed |= sweep.facts.aliases.reached.get(id(stmt), frozenset())
        roots = [n for n in changed if n in sweep.facts.aliases.views]
        for name in roots:
            changed.add(sweep.facts.aliases.views[name])
    return any(name in state for name in changed)


def _materialise(
    block: Block, state: State, sweep: Sweep, out: Out, env: Mapping[str, Version]
) -> frozenset[str]:
    """Before a block is reversed: give every array that it writes parts of a buffer of its own."""
    open_names = exposed(block)
    ready = []
    for name in _buffers(block, sweep):
        if name in open_names and name in env:
            ensure(name, state, sweep, out, sweep.value(env[name]))
            ready.append(name)
    for name, held in list(state.items()):
        if held.borrows:
            copied = assign(out, sweep.names, call("own", held.value))  # type: ignore[arg-type]
            state[name] = copied_from(held, copied)
    return frozenset(ready)


# Branches


def _reverse_if(stmt: If, state: State, sweep: Sweep, out: Out) -> None:
    if not _matters((*stmt.body, *stmt.orelse), state, sweep):
        return
    env = {**sweep.facts.versions.before[id(stmt)], **sweep.facts.versions.after[id(stmt)]}
    both = (*stmt.body, *stmt.orelse)
    _materialise(both, state, sweep, out, _around(stmt, both, env, sweep))
    bind_named(state, sweep, out)
    sides: list[tuple[State, Out]] = []
    for slot, block in (("body", stmt.body), ("orelse", stmt.orelse)):
        side, part = dict(state), [Mark((id(stmt), slot))]
        reverse_block(block, side, sweep, part)  # type: ignore[arg-type]
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
    if not _matters(body, state, sweep):
        return
    after = versions.after[id(stmt)]
    env = _around(stmt, body, after, sweep)
    whole: Block = (stmt,)
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
            v.name for v in _sequences(stmt.iterable)
            if v.name in sweep.facts.active and v.name not in carried
        ]  # fmt: skip
    for name in carried:
        if name in state:
            continue
        if name in assigned or sweep.kind(name).is_container or name not in env:
            zero: Cotangent = Cotangent(sweep.d(name), lazy=True)
            rebind(name, ZERO, state, sweep, out)
            state[name] = zero
        else:
            ensure(name, state, sweep, out, sweep.value(env[name]))
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
        driver = _Driver(stmt, sweep)
        driver.elements(part)
        part.append(Mark((id(stmt), "body")))
        reverse_block(stmt.body, inside, sweep, part)
        driver.give(inside, part)
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
    driver.loop(tuple(part), out)


def _check_test(stmt: While, sweep: Sweep) -> None:
    for inner in walk(stmt.before):
        if {v.name for v in binds(inner)} & sweep.facts.active:
            raise unsupported(
                stmt.span,
                "the condition of this loop computes something that is differentiated",
                "write `while True:` with `if not ...: break`",
            )


class _Driver:
    """How the rounds of a loop are run through backwards."""

    def __init__(self, stmt: For | While, sweep: Sweep) -> None:
        self.stmt = stmt
        self.sweep = sweep
        versions = sweep.facts.versions
        self.env = versions.before.get(id(stmt), {})
        counter = sweep.facts.counters.get(id(stmt))
        self.count = None if counter is None else sweep.value(versions.after[id(stmt)][counter])
        self.index = sweep.rounds[id(stmt)] = Var(sweep.names.fresh("k"))

    def elements(self, part: Out) -> None:
        """Assign to the loop's variables what they held in this round."""
        if not isinstance(self.stmt, For) or self._is_range():
            return
        written = {
            n for s in walk(self.stmt.body)
            for n in self.sweep.facts.aliases.reached.get(id(s), ())
        }  # fmt: skip
        if written & {v.name for v in _sequences(self.stmt.iterable)}:
            return  # the elements change while the loop runs: they are saved as they came
        heads = self.sweep.facts.versions.heads[id(self.stmt)]
        target = self.stmt.target.name
        self._assign(self.stmt.iterable, target, heads[target], part)

    def _assign(self, iterable: Iter, name: str, version: Version, part: Out) -> None:
        first = self.stmt.body[0] if self.stmt.body else None
        parts = _tuple_of(iterable)
        position = 1 if self._counts(first) else 0
        first = self.stmt.body[position] if len(self.stmt.body) > position else None
        if parts is not None and isinstance(first, Unpack) and first.value == Var(name):
            if first.star is None and len(first.targets) == len(parts):
                after = self.sweep.facts.versions.after[id(first)]
                for target, inner in zip(first.targets, parts, strict=True):
                    self._leaf(inner, after[target.name], part)
        self._leaf(iterable, version, part)

    def _counts(self, first: Stmt | None) -> bool:
        counter = self.sweep.facts.counters.get(id(self.stmt))
        return isinstance(first, Augment) and first.target.name == counter

    def _leaf(self, iterable: Iter | _Position, version: Version, part: Out) -> None:
        value = self._element(iterable, part)
        if value is not None:
            part.append(Assign(self.sweep.value(version), value))

    def _element(self, iterable: Iter | _Position, part: Out) -> Op | Var | None:
        """The element of an iterable in round `k`."""
        sweep = self.sweep
        match iterable:
            case _Position(start=start):
                if start == Const(0):
                    return self.index
                return expression("start + k", {"k": self.index, "start": sweep.primal(start, self.env)})
            case Range(args=args):
                holes = {f"a{i}": sweep.primal(a, self.env) for i, a in enumerate(args)}
                text = f"range({', '.join(holes)})[k]"
                return expression(text, {**holes, "k": self.index})
            case Each(value=value):
                atoms = {"x": sweep.primal(value, self.env), "k": self.index}
                return expression("x[k]", atoms, "index")
            case Reversed(inner=Each(value=value)):
                atoms = {"x": sweep.primal(value, self.env), "k": self.index}
                return expression("x[-1 - k]", atoms, "index")
            case Reversed(inner=Range(args=args)):
                holes = {f"a{i}": sweep.primal(a, self.env) for i, a in enumerate(args)}
                text = f"range({', '.join(holes)})[-1 - k]"
                return expression(text, {**holes, "k": self.index})
            case Enumerate() | Zip():
                parts = _tuple_of(iterable) or ()
                atoms2 = {}
                for i, inner in enumerate(parts):
                    op = self._element(inner, part)
                    if op is None:
                        return None
                    atoms2[f"a{i}"] = assign(part, sweep.names, op)
                return expression(f"({', '.join(atoms2)},)", atoms2, "tuple")
        return None

    def give(self, inside: State, part: Out) -> None:
        """Add the cotangents of the loop's variables to those of what it runs over."""
        if not isinstance(self.stmt, For):
            return
        g = inside.pop(self.stmt.target.name, None)
        if g is not None and not self._is_range():
            self._distribute(self.stmt.iterable, g, inside, part)

    def _distribute(self, iterable: Iter | _Position, g: Cotangent, inside: State, part: Out) -> None:
        sweep = self.sweep
        parts = _tuple_of(iterable)
        if parts is not None:
            for i, inner in enumerate(parts):
                if isinstance(g.value, tuple):
                    held = g.value[i]
                else:
                    taken = expression(f"g[{i}]", {"g": g.value}, "index")
                    held = Cotangent(assign(part, sweep.names, taken), lazy=True)
                if held is not None:
                    self._distribute(inner, held, inside, part)
            return
        text = "d[k]"
        if isinstance(iterable, Reversed):
            iterable, text = iterable.inner, "d[-1 - k]"
        if not isinstance(iterable, Each) or not sweep.is_active(iterable.value):
            if isinstance(iterable, Each | Range | _Position):
                return
            raise unsupported(self.stmt.span, "what this loop runs over is not differentiated yet",
                              "loop over the positions, `for i in range(len(x))`")  # fmt: skip
        owner = iterable.value
        assert isinstance(owner, Var)
        if self.stmt.target.name in sweep.facts.aliases.views:
            return
        buffer = ensure(owner.name, inside, sweep, part, sweep.primal(owner, self.env))
        place = expression(text, {"d": buffer, "k": self.index}, "index")
        items = sweep.kind(owner.name).items
        nested = sweep.kind(owner.name).is_container and not (
            items and all(item.tag in ("num", "array", "numeric") for item in items)
        )
        self._add(place, g, nested, part)

    def _add(self, place: Op, g: Cotangent, nested: bool, part: Out) -> None:
        """Add to an element of the cotangent; `nested` where it may be a container itself."""
        names = self.sweep.names
        if isinstance(g.value, tuple):
            element = assign(part, names, place)
            link(element, place, self.sweep)
            for i, held in enumerate(g.value):
                if held is not None:
                    inner = expression(f"d[{i}]", {"d": element}, "index")
                    self._add(inner, held, isinstance(held.value, tuple), part)
        elif nested:
            total = call("accumulate", assign(part, names, place), flat(g, self.sweep, part))
            part.append(Store(place, "", assign(part, names, total)))
        else:
            part.append(Store(place, "+", flat(g, self.sweep, part)))

    def _is_range(self) -> bool:
        return isinstance(self.stmt, For) and isinstance(self.stmt.iterable, Range)

    def loop(self, body: Block, out: Out) -> None:
        """The reversed loop itself."""
        sweep, stmt = self.sweep, self.stmt
        if isinstance(stmt, For) and self._is_range():
            iterable = stmt.iterable
            assert isinstance(iterable, Range)
            heads = sweep.facts.versions.heads[id(stmt)]
            target = sweep.value(heads[stmt.target.name])
            args = tuple(sweep.primal(a, self.env) for a in iterable.args)
            backwards: Iter = Reversed(Range(args))
            if self.count is not None:
                holes = {f"a{i}": a for i, a in enumerate(args)}
                text = f"reversed(range({', '.join(holes)})[:count])"
                op = expression(text, {**holes, "count": self.count})
                backwards = Each(assign(out, sweep.names, op))
            out.append(For(target, backwards, body, (), stmt.span))
            return
        count: Atom | None = self.count
        if count is None:
            definition = sweep.facts.definitions[sweep.facts.lengths[id(stmt)]]
            made = sweep.facts.versions.after[id(definition)]
            count = sweep.value(made[sweep.facts.lengths[id(stmt)]])
        out.append(For(self.index, Reversed(Range((count,))), body, (), stmt.span))


@dataclass(frozen=True, slots=True)
class _Position:
    """The first component of what `enumerate` gives."""

    start: Atom


def _tuple_of(iterable: Iter | _Position) -> tuple[Iter | _Position, ...] | None:
    """The components of the tuples that an iterable gives, as iterables."""
    match iterable:
        case Enumerate(inner=inner, start=start):
            return (_Position(start), inner)
        case Zip(inners=inners):
            return inners
    return None
