"""Cotangents while the reverse sweep is being written: how each is held, and how they are added to.

The state maps the name of a primal variable to its cotangent at the present point of the sweep; a
name that is absent has a cotangent of zero. Between two statements of the user's, the cotangent of
the user's variable `x` is held by the emitted variable `d_x`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import gast

from adjoint.transform.analyses.aliases import Aliases
from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.analyses.shapes import NUMBER, Shape, Shapes
from adjoint.transform.analyses.versions import Version, Versions
from adjoint.transform.derive.build import ZERO, Names, call, expression
from adjoint.transform.errors import UnsupportedSyntax
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Const,
    Effect,
    Function,
    Op,
    Ref,
    Rhs,
    Stmt,
    Unpack,
    Var,
)  # fmt: skip
from adjoint.transform.ir.places import index_parts
from adjoint.transform.passes.pipeline import ALL, Passes
from adjoint.transform.refusals import unsupported


@dataclass(frozen=True, slots=True)
class Cotangent:
    """How a cotangent is held.

    value: the atom that holds it, or the parts of a tuple one by one.
    owned: nobody else holds this array, and it has its full shape: it may be written in place.
    lazy: it may be the number zero, standing for zeros of the full shape.
    borrows: emitted variables whose array it is a view of.
    extent: `full`, the shape of the primal; `part`, perhaps a smaller one, to be broadcast to that;
      `number`, one number for all elements.
    like: where it is not full, a primal value of the full shape.
    masked: it has passed a `where`: where it is zero, what it is multiplied with may be infinite.
    """

    value: Atom | tuple[Cotangent | None, ...]
    owned: bool = False
    lazy: bool = False
    borrows: frozenset[str] = frozenset()
    extent: str = "full"
    like: Atom | None = None
    masked: bool = False


State = dict[str, Cotangent]


@dataclass(frozen=True, slots=True)
class Derivative:
    """How a call of a user's function is differentiated.

    vjp: the name of the function to call instead; it returns the value and a pullback.
    wrt: the callee's parameters whose cotangents the pullback returns, in order.
    written: those of its parameters whose cotangent it takes and changes in place, in order.
    arguments: for each argument of the call, the parameter that it fills (and the position within
      it, for a starred parameter).
    has_result: whether the pullback takes the cotangent of the result.
    """

    vjp: str
    wrt: tuple[str, ...]
    written: tuple[str, ...]
    arguments: tuple[tuple[str, int | str | None], ...]
    has_result: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known of the function being differentiated.

    device: whether arrays live on a device, where an element is a view.
    """

    function: Function
    kinds: Mapping[str, Kind]
    aliases: Aliases
    versions: Versions
    bindings: Versions
    shapes: Shapes
    active: frozenset[str]
    counters: Mapping[int, str]
    lengths: Mapping[int, str]
    old: Mapping[int, Var]
    definitions: Mapping[str, Stmt]
    differentiate_call: Callable[[Op, Stmt, frozenset[str], frozenset[str]], Derivative]
    device: bool = False


HERE = "&"
"""Ends the names of placeholders for the array that a variable holds where an adjoint is."""

FIRST_OWN = 1_000_000
"""Versions of higher numbers are of names that the sweep itself added: bound once, never again."""


@dataclass(slots=True)
class Sweep:
    """The reverse sweep being written.

    pinned: names whose arrays somebody else may write once the function has returned. passes: the
    names of the rewrites that are made.
    needs: primal values read by the sweep, by their placeholder name. replaced: primal statements
    that the forward sweep runs in another form. links: emitted names that are views of others.
    rounds: by loop, the emitted variable that counts its rounds. memory: the emitted variable that
    holds cotangents by memory, once it is needed.
    """

    facts: Facts
    names: Names
    pinned: frozenset[str] = frozenset()
    needs: dict[str, Version] = field(default_factory=dict)
    replaced: dict[int, tuple[Stmt, ...]] = field(default_factory=dict)
    links: list[tuple[str, str]] = field(default_factory=list)
    rounds: dict[int, Var] = field(default_factory=dict)
    cotangent_names: dict[str, str] = field(default_factory=dict)
    memory: Var | None = None
    numbers: int = FIRST_OWN
    passes: Passes = ALL

    def d(self, name: str) -> Var:
        """The emitted variable that holds the cotangent of a primal one."""
        if name not in self.cotangent_names:
            plain = "d" if name.startswith("%") else f"d_{name}"
            self.cotangent_names[name] = self.names.fresh(plain)
        return Var(self.cotangent_names[name])

    def kind(self, name: str) -> Kind:
        """The kind of a primal variable."""
        return self.facts.kinds.get(name, ANY)

    def primal(self, atom: Atom, env: Mapping[str, Version]) -> Atom:
        """A placeholder for the value that an atom has in `env`."""
        if not isinstance(atom, Var):
            return atom
        return self.value(env[atom.name])

    def value(self, version: Version) -> Var:
        """A placeholder for a version."""
        placeholder = f"{version.name}@{version.number}"
        self.needs[placeholder] = version
        return Var(placeholder)

    def here(self, name: str) -> Var:
        """A placeholder for the array that a name holds before the statement that is reversed.

        `settle` replaces it.
        """
        return Var(f"{name}{HERE}")

    def is_shadowed(self, name: str) -> bool:
        """Whether the cotangent of a variable is found by the memory that it holds."""
        return name in self.facts.aliases.shadowed

    def is_elsewhere(self, name: str) -> bool:
        """Whether the cotangent of a variable is part of one that is kept in another place."""
        return name in self.facts.aliases.views or self.is_shadowed(name)

    def may_be_elsewhere(self, name: str) -> bool:
        """Whether the cotangent of a variable may be elsewhere, if it holds no number."""
        mixed = name in self.facts.aliases.mixed and not self.kind(name).is_container
        return mixed or self.is_elsewhere(name)

    def shadows(self) -> Var:
        """The emitted variable that holds cotangents by memory."""
        if self.memory is None:
            self.memory = Var(self.names.fresh("shadows"))
        return self.memory

    def is_active(self, atom: Atom) -> bool:
        """Whether a derivative flows through an atom."""
        return isinstance(atom, Var) and atom.name in self.facts.active

    def shape(self, atom: Atom, env: Mapping[str, Version]) -> Shape | None:
        """The symbolic shape that an atom has in `env`."""
        if isinstance(atom, Const | Ref):
            return NUMBER if isinstance(atom.value, int | float) else None
        if self.kind(atom.name).is_number:
            return NUMBER
        version = env.get(atom.name)
        if version is None:
            return None
        return self.facts.shapes.get(version.number, frozenset({version.number}))

    def shape_of_value(self, atom: Atom) -> Shape | None:
        """The symbolic shape of what a placeholder stands for."""
        if not isinstance(atom, Var):
            return self.shape(atom, {})
        version = self.needs.get(atom.name)
        return None if version is None else self.shape(Var(version.name), {version.name: version})


Out = list[Stmt]


def assign(out: Out, names: Names, value: Rhs, hint: str = "") -> Atom:
    """Give a value a temporary (atoms stay as they are)."""
    if not isinstance(value, Op):
        return value
    target = names.temporary(hint)
    out.append(Assign(target, value))
    return target


def holder(sweep: Sweep, name: str) -> str:
    """The hint for temporaries that hold part of the cotangent of a variable."""
    return "d" if name.startswith("%") else f"d_{name}"


def accumulate(
    name: str, value: Rhs, state: State, sweep: Sweep, out: Out,
    fresh: bool = False, lazy: bool = False, borrows: frozenset[str] = frozenset(),
    extent: str = "full", like: Atom | None = None,
) -> None:  # fmt: skip
    """Add a contribution to the cotangent of a variable.

    The first one is taken as it is; later ones are added in place where the array is owned. A
    smaller one (see `Cotangent.extent`) comes with a value that has the full shape.
    """
    hint = holder(sweep, name)
    kind = sweep.kind(name)
    writable = kind.ndim != 0  # arithmetic on arrays without axes gives numbers
    fresh, lazy = fresh and writable and extent == "full", lazy and extent == "full"
    mixed = name in sweep.facts.aliases.mixed
    if mixed or (kind.is_container and sweep.is_shadowed(name)):
        whole = replace(held_as(value, hint, sweep, out), extent=extent, like=like)
        value = _given_by_memory(name, flat(whole, sweep, out), state, sweep, out)
        if not mixed:
            return
        fresh, lazy, borrows, extent = False, True, frozenset(), "full"
    if sweep.is_elsewhere(name):
        buffer = ensure(name, state, sweep, out)
        atom = assign(out, sweep.names, value, hint)
        protect(buffer.name, name, state, sweep, out)
        if kind.is_container or kind.tag == "any":  # `+=` would join lists
            atoms = {"d": buffer, "g": atom}
            out.append(Effect(expression("add_into(d, g)", atoms, "derived.push")))
        else:
            out.append(Augment(buffer, "+", atom))
        return
    held = state.get(name)
    if held is None:
        atom = assign(out, sweep.names, value, hint)
        state[name] = Cotangent(atom, fresh, lazy, borrows, extent, like)
        return
    if isinstance(held.value, tuple) or kind.is_container or kind.tag in ("any", "function"):
        atom = assign(out, sweep.names, value, hint)
        if extent != "full":
            atom = flat(Cotangent(atom, extent=extent, like=like), sweep, out)
        total = call("accumulate", flat(held, sweep, out), atom)
        state[name] = Cotangent(assign(out, sweep.names, total, hint), False, True)
        return
    sign, value = _signed(value)
    atom = assign(out, sweep.names, value, hint)
    if held.owned and held.value == sweep.d(name):
        protect(sweep.d(name).name, name, state, sweep, out)
        out.append(Augment(sweep.d(name), sign, atom))
        return
    total = expression(f"a {sign} b", {"a": held.value, "b": atom})
    both = _sum_extent(held, lazy, extent)
    zero = both == "full" and held.lazy and lazy
    state[name] = Cotangent(
        assign(out, sweep.names, total, hint), writable and both == "full" and not zero, zero,
        extent=both, like=held.like or like,
    )  # fmt: skip


def held_as(value: Rhs, hint: str, sweep: Sweep, out: Out) -> Cotangent:
    """A contribution, given a temporary."""
    return Cotangent(assign(out, sweep.names, value, hint))


def _given_by_memory(name: str, value: Atom, state: State, sweep: Sweep, out: Out) -> Var:
    """Add to the cotangents of arrays, also in a container; what is left is for numbers."""
    check_unchanged(name, sweep)
    shadows = sweep.shadows()
    protect(shadows.name, None, state, sweep, out)
    left = sweep.names.temporary("d")
    atoms = {"s": shadows, "x": sweep.here(name), "g": value}
    out.append(Assign(left, expression("shadow_add(s, x, g)", atoms, "derived.pop")))
    return left


def check_unchanged(name: str, sweep: Sweep) -> None:
    """Raise where a container may hold other arrays by the time the adjoint asks for them."""
    if sweep.kind(name).is_container and name in sweep.facts.aliases.changed:
        raise _changed(name, sweep)


def _changed(name: str, sweep: Sweep) -> UnsupportedSyntax:
    what = "a container" if name.startswith("%") else f"`{name}`"
    return unsupported(
        sweep.facts.function.span,
        f"arrays that {what} holds are written in place under more than one name, and it is used "
        "as a whole and changed itself",
        "use its elements one by one, or put copies (`.copy()`) into it",
    )  # fmt: skip


def _by_memory(name: str, state: State, sweep: Sweep, out: Out) -> Var:
    """Let `d_y` be the part of the cotangents, by memory, that `y` is of the memory."""
    if sweep.kind(name).is_container:
        raise _changed(name, sweep)
    target, shadows = sweep.d(name), sweep.shadows()
    if name in sweep.facts.aliases.mixed:  # its own is for the case that it is a number
        target = Var(sweep.names.fresh(target.name))
    else:
        _unshare(target.name, name, state, sweep, out)
        state[name] = Cotangent(target, owned=True)
    out.append(Assign(target, call("shadow", shadows, sweep.here(name))))
    sweep.links.append((target.name, shadows.name))
    return target


def _sum_extent(held: Cotangent, lazy: bool, extent: str) -> str:
    """The extent of a sum: as full as its fuller operand (one that may be zero may be a number)."""
    if (held.extent == "full" and not held.lazy) or (extent == "full" and not lazy):
        return "full"
    return extent if held.extent == extent else "part"


def _signed(value: Rhs) -> tuple[str, Rhs]:
    """`-x` as ("-", x)."""
    if isinstance(value, Op) and isinstance(value.template, gast.UnaryOp):
        if isinstance(value.template.op, gast.USub):
            operand = value.template.operand
            if isinstance(operand, gast.Name) and operand.id == "$0" and len(value.args) == 1:
                return "-", value.args[0]
            return "-", replace(value, template=operand)
    return "+", value


def flat(held: Cotangent, sweep: Sweep, out: Out) -> Atom:
    """A cotangent as one atom of full shape: the parts of a tuple are put into a list."""
    if not isinstance(held.value, tuple):
        if held.extent == "full" or held.like is None:
            return held.value
        return assign(out, sweep.names, call("expand", held.value, held.like), "d")
    parts = [ZERO if p is None else flat(p, sweep, out) for p in held.value]
    names = [f"a{i}" for i in range(len(parts))]
    text = f"[{', '.join(names)}]"
    return assign(out, sweep.names, expression(text, dict(zip(names, parts, strict=True))))


def fill(name: str, state: State, sweep: Sweep, out: Out) -> None:
    """Give a cotangent its full shape, before a block in which it is changed."""
    held = state.get(name)
    if held is not None and held.extent != "full":
        state[name] = Cotangent(flat(held, sweep, out))


def ensure(
    name: str, state: State, sweep: Sweep, out: Out, like: Atom | None = None
) -> Var:
    """The emitted variable of a cotangent, as an array (or list) of its own, of full shape.

    `like` is a primal value with the shape and dtype that it has at this point.
    """
    target = sweep.d(name)
    held = state.get(name)
    if sweep.is_shadowed(name):
        return _by_memory(name, state, sweep, out) if held is None else target
    if name in sweep.facts.aliases.mixed and not sweep.kind(name).is_container:
        return _by_memory(name, state, sweep, out)
    if name in sweep.facts.aliases.views:
        if held is None:
            _view(name, state, sweep, out, like)
        return target
    if held is not None and held.owned and not held.lazy and not isinstance(held.value, tuple):
        if held.value != target:
            rebind(name, held.value, state, sweep, out)
            state[name] = replace(held, value=target)
        return target
    assert like is not None, name
    if held is None:
        _unshare(target.name, name, state, sweep, out)
        out.append(Assign(target, call("zeros_like", like)))
    else:
        value = held.value if isinstance(held.value, Var | Const) else flat(held, sweep, out)
        _unshare(target.name, name, state, sweep, out)
        out.append(Assign(target, call("buffer", value, like)))
    state[name] = Cotangent(target, owned=True)
    return target


def rebind(name: str, value: Atom, state: State, sweep: Sweep, out: Out) -> None:
    """Make a value the one that the emitted variable of a cotangent holds."""
    target = sweep.d(name)
    _unshare(target.name, name, state, sweep, out)
    out.append(Assign(target, value))


def _unshare(emitted: str, owner: str, state: State, sweep: Sweep, out: Out) -> None:
    """Before an emitted variable is rebound, move others' uses of it to a temporary."""
    for other, held in list(state.items()):
        if other != owner and held.value == Var(emitted):
            moved = sweep.names.temporary("d")
            out.append(Assign(moved, held.value))
            state[other] = replace(held, value=moved)


def _view(
    name: str, state: State, sweep: Sweep, out: Out, like: Atom | None = None
) -> None:
    """Make the cotangent of a view the same view of the cotangent."""
    view = sweep.facts.aliases.taken[name]
    root, stmt = view.of, view.made
    env = sweep.facts.versions.before[id(stmt)]
    if like is None or view.take is not None:  # else: another name of it, as long as it is now
        like = sweep.value(env[root]) if root in env else None
    base = ensure(root, state, sweep, out, like)
    target = sweep.d(name)
    taken: Rhs = base
    if isinstance(view.take, Op):
        position = view.take.args.index(Var(root))
        args = tuple(
            base if i == position else sweep.primal(a, env) for i, a in enumerate(view.take.args)
        )
        taken = replace(view.take, prim="derived.view", args=args)
        if view.item:
            key = args[1] if len(args) > 1 else _constant_key(view.take)
            taken = call("item_of", base, key, _as_bound(name, sweep))
    elif isinstance(view.take, int):
        taken = expression(f"d[{view.take}]", {"d": base}, "derived.view")
    elif view.take is not None:
        place = "k" if view.take == "element" else "-1 - k"
        text = f"item_of(d, {place}, like)" if view.item else f"d[{place}]"
        atoms: dict[str, Atom] = {"d": base, "k": sweep.rounds[id(stmt)]}
        if view.item:
            atoms["like"] = _as_bound(name, sweep)
        taken = expression(text, atoms, "derived.view")
    if not view.sure:
        taken = call("viewed", assign(out, sweep.names, taken), base)
        check = replace(call("viewed", Var(name), Var(root)), prim="derived.check")
        sweep.replaced[id(stmt)] = (stmt, Effect(check))
    out.append(Assign(target, taken))
    sweep.links.append((target.name, base.name))
    state[name] = Cotangent(target, owned=True)


def _as_bound(name: str, sweep: Sweep) -> Var:
    """What a variable holds just after it was bound."""
    stmt = sweep.facts.definitions[name]
    versions = sweep.facts.versions
    found = versions.heads[id(stmt)] if id(stmt) in versions.heads else versions.after[id(stmt)]
    return sweep.value(found[name])


def _constant_key(op: Op) -> Atom:
    """The key of a subscript in which it is written out."""
    if op.prim != "index":
        return Const(op.prim.removeprefix("attribute:"))
    part = index_parts(op)[0].at
    assert part is not None
    return part


def forget_items(state: State, sweep: Sweep) -> None:
    """After each statement: arrays in lists are looked up anew, as they may have been replaced."""
    for name, view in sweep.facts.aliases.taken.items():
        if view.item:
            state.pop(name, None)


def protect(
    emitted: str, owner: str | None, state: State, sweep: Sweep, out: Out
) -> None:
    """Before an array is written in place, copy what pending cotangents still see of it."""
    family = _family(emitted, sweep.links)
    for other, held in list(state.items()):
        if other == owner or isinstance(held.value, tuple) or held.owned:
            continue
        shares = held.borrows & family or (
            isinstance(held.value, Var) and held.value.name in family
        )
        if shares:
            copied = assign(out, sweep.names, call("own", held.value), holder(sweep, other))
            state[other] = copied_from(held, copied)


def copied_from(held: Cotangent, copy: Atom) -> Cotangent:
    """A cotangent that has just been copied."""
    owned = not held.lazy and held.extent == "full"
    return replace(held, value=copy, owned=owned, borrows=frozenset())


def link(part: Atom, place: Op, sweep: Sweep) -> None:
    """Note that an emitted name holds a part of what another holds."""
    owner = place.args[0]
    if isinstance(part, Var) and isinstance(owner, Var):
        sweep.links.append((part.name, owner.name))


def _family(emitted: str, links: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The emitted variables that share an array with one."""
    family = {emitted}
    while True:
        more = {n for link in links for n in link if set(link) & family}
        if more <= family:
            return frozenset(family)
        family |= more


def bind_named(state: State, sweep: Sweep, out: Out) -> None:
    """Between two statements of the user's: let `d_x` hold the cotangent of `x`, for every `x`."""
    moves: list[tuple[Var, Atom]] = []
    forget_items(state, sweep)
    for name, held in list(state.items()):
        if name.startswith("%") or sweep.is_elsewhere(name):
            continue
        target = sweep.d(name)
        if isinstance(held.value, tuple):
            held = replace(held, value=flat(held, sweep, out), lazy=True, owned=False)  # noqa: PLW2901
        if held.value != target:
            moves.append((target, held.value))  # type: ignore[arg-type]
        state[name] = replace(held, value=target)
    for name, held in list(state.items()):  # temporaries must not see a rebound variable
        if name.startswith("%") and any(held.value == target for target, _ in moves):
            moved = sweep.names.temporary("d")
            out.append(Assign(moved, held.value))  # type: ignore[arg-type]
            state[name] = replace(held, value=moved)
    move(moves, sweep.names, out)


def move(moves: list[tuple[Var, Atom]], names: Names, out: Out) -> None:
    """Assign in parallel: one by one where an order exists, else as one tuple assignment."""
    pending = list(moves)
    while pending:
        free = [
            m for m in pending if not any(other[1] == m[0] for other in pending if other is not m)
        ]
        if not free:
            holes = [f"a{i}" for i in range(len(pending))]
            atoms = dict(zip(holes, (value for _, value in pending), strict=True))
            both = names.temporary()
            out.append(Assign(both, expression(f"({', '.join(holes)})", atoms, "tuple")))
            out.append(Unpack(tuple(target for target, _ in pending), both))
            return
        for target, value in free:
            out.append(Assign(target, value))
        pending = [m for m in pending if m not in free]
