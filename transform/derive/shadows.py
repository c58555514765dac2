"""Cotangents by memory: for names that share arrays in ways known only when the adjoint runs.

The cotangent of such a name is `shadow(shadows, y)`, the part of the cotangent of the memory that
`y` is of the memory. Reads add to it, writes take from it, whatever other names see that memory.

    y = x[1:]       nothing: the same memory
    y = f(x)        g = shadow_take(shadows, y), then the adjoint of `f`

Taking leaves zeros. So the second form is right, too, where `f` gives a view after all: what it
adds to the cotangent of `x` stands in the very places that were taken from.
"""

from __future__ import annotations

from collections.abc import Mapping

from adjoint.transform.analyses.activity import differentiable_operands
from adjoint.transform.analyses.container_calls import DEEP_COPY
from adjoint.transform.analyses.effects import is_rule
from adjoint.transform.analyses.kind import ANY, atom_kind
from adjoint.transform.analyses.memory import carried
from adjoint.transform.analyses.versions import Version
from adjoint.transform.analyses.views import is_basic_index
from adjoint.transform.derive.accumulate import accumulate
from adjoint.transform.derive.buffers import ensure
from adjoint.transform.derive.build import ZERO, call, expression, substitute
from adjoint.transform.derive.cotangents import Cotangent, State, flat, protect
from adjoint.transform.derive.memory import by_memory_of
from adjoint.transform.derive.sweep import HERE, ITSELF, NOW, Out, Sweep, assign
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Block,
    Effect,
    Op,
    Stmt,
    Store,
    Unpack,
    Var,
    binds,
)  # fmt: skip


def forget_shadows(state: State, sweep: Sweep) -> None:
    """Where control flow parts or joins: cotangents by memory are looked up anew."""
    for name in [n for n in state if sweep.is_shadowed(n)]:
        del state[name]


def take_shadows(stmt: Stmt, state: State, sweep: Sweep, out: Out) -> bool:
    """Before the adjoint of a statement: take the cotangents of what it makes by memory.

    Returns:
        Whether that is all: the statement only gives names to what has one, or to views.
    """
    targets = [] if isinstance(stmt, Augment) else [v.name for v in binds(stmt)]
    for name in targets:
        if sweep.is_shadowed(name):
            state.pop(name, None)
    match stmt:
        case Assign(target=Var(name=name) as made, value=Op() as op):
            if by_memory_of(made, op, sweep)[1]:
                return False
            if sweep.is_shadowed(name) and _makes_object(name, op, sweep):
                _pull_object(stmt, name, op, state, sweep, out)
                return True
            if not _makes(name, op, sweep):
                return sweep.is_shadowed(name)
            if any(map(sweep.is_active, differentiable_operands(op))):
                _take(stmt, name, state, sweep, out, _unknown_base(op, sweep))
            return False
        case Assign(target=Var(name=name)):
            return sweep.is_shadowed(name)
        case Unpack(value=Var(name=name)):
            if not sweep.kind(name).is_container:
                base = Var(name) if sweep.kind(name).tag == "any" else None
                for target in targets:
                    if _may_be_number(target, sweep):
                        _take(stmt, target, state, sweep, out, base)
            return all(map(sweep.is_shadowed, targets))
        case Augment(target=Var(name=name)) if _may_be_number(name, sweep):
            _take(stmt, name, state, sweep, out)
        case Store(base=Var(name=name)) if sweep.kind(name).tag == "record":
            return sweep.is_shadowed(name) and not _puts_number(stmt, sweep)
        case Store(base=Var(name=name)) | Augment(target=Var(name=name)):
            return _is_pure_container(name, sweep)
        case Effect(value=Op(args=(Var(name=name), *_)) as op) if op.prim.startswith("method:"):
            return _is_pure_container(name, sweep)
    return False


def _is_pure_container(name: str, sweep: Sweep) -> bool:
    return sweep.is_shadowed(name) and sweep.kind(name).is_container


def _may_be_number(name: str, sweep: Sweep) -> bool:
    return name in sweep.facts.aliases.mixed and not sweep.kind(name).is_container


def _makes(name: str, op: Op, sweep: Sweep) -> bool:
    """Whether an operation may make arrays that are found by memory, and no mere names or views."""
    known, (head, _, _) = sweep.facts.aliases, op.prim.partition(":")
    if name not in known.shadowed | known.mixed or name in known.views:
        return False
    if head in ("tuple", "list", "dict", "record", "closure"):
        return False
    if sweep.kind(name).is_container:
        return op.prim in ("call", DEEP_COPY) or is_rule(op.prim)
    if head in ("index", "attribute"):
        base = op.args[0]
        if isinstance(base, Var) and sweep.kind(base.name).is_container:
            return False
        return name in known.mixed or not is_basic_index(op, sweep.facts.kinds)
    return op.prim not in ("method:pop", "method:get", "method:setdefault")


def _makes_object(name: str, op: Op, sweep: Sweep) -> bool:
    """Whether an operation makes an object, whose numbers have their cotangents with it."""
    made = op.prim.startswith("record:") or op.prim == "list.copy"
    return made and sweep.kind(name).tag == "record"


def _pull_object(
    stmt: Stmt, name: str, op: Op, state: State, sweep: Sweep, out: Out
) -> None:
    """The adjoint of making an object: its numbers go to what they come from."""
    itself = sweep.value(sweep.facts.identities.after[id(stmt)][name])
    made = call("shadow", sweep.shadows(), itself)
    if op.prim == "list.copy":
        atoms: dict[str, Atom] = {
            "d": ensure(op.args[0].name, state, sweep, out),  # type: ignore[union-attr]
            "g": assign(out, sweep.names, made),
        }
        out.append(Effect(expression("add_into(d, g)", atoms, "derived.push")))
        return
    given = zip(sweep.kind(name).names, op.args, strict=False)
    active = [(n, arg.name) for n, arg in given if isinstance(arg, Var) and sweep.is_active(arg)]
    numbers = [(n, name) for n, name in active if "number" in carried(sweep.kind(name))]
    own = assign(out, sweep.names, made) if numbers else ZERO
    for field, arg in numbers:
        accumulate(arg, expression(f"d.{field}", {"d": own}), state, sweep, out, lazy=True)


def _puts_number(stmt: Store, sweep: Sweep) -> bool:
    """Whether a number may stand in the field of an object that is stored into, then or before."""
    kind, name = sweep.kind(stmt.base.name), stmt.place.prim.removeprefix("attribute:")  # type: ignore[union-attr]
    field = kind.items[kind.names.index(name)] if name in kind.names else ANY
    given = atom_kind(stmt.value, sweep.facts.kinds) or ANY
    return "number" in carried(field) | carried(given)


def _unknown_base(op: Op, sweep: Sweep) -> Var | None:
    """What a part is taken of, if nothing is known of that."""
    base = op.args[0] if op.prim.partition(":")[0] in ("index", "attribute") else None
    return base if isinstance(base, Var) and sweep.kind(base.name).tag == "any" else None


def _take(
    stmt: Stmt, name: str, state: State, sweep: Sweep, out: Out, base: Var | None = None
) -> None:
    """Take the cotangent of what a name comes to hold, which may be a part of `base`."""
    shadows, made = sweep.shadows(), sweep.facts.bindings.after[id(stmt)][name]
    protect(shadows.name, None, state, sweep, out)
    atoms: dict[str, Atom] = {"s": shadows, "x": sweep.value(made)}
    text = "shadow_take(s, x)"
    held = state.pop(name, None)
    if held is not None or name in sweep.facts.aliases.mixed:
        text = "shadow_take(s, x, g)"
        atoms["g"] = ZERO if held is None else flat(held, sweep, out)
    if base is not None:
        text = "shadow_item(s, base, x, g)"
        atoms["base"] = sweep.here(base.name)
    if isinstance(stmt, Augment) and sweep.kind(name).tag == "any":
        text = "shadow_changed(s, x, g)"
    hint = "d" if name.startswith("%") else f"d_{name}"
    taken = sweep.names.temporary(hint)
    out.append(Assign(taken, expression(text, atoms, "derived.pop")))
    mixed = name in sweep.facts.aliases.mixed
    state[name] = Cotangent(taken, owned=sweep.kind(name).tag == "array", lazy=mixed)


def is_by_memory(name: str, sweep: Sweep) -> bool:
    """Whether the cotangent of a variable is found by memory, if it holds an array."""
    return not sweep.kind(name).is_container and (
        sweep.is_shadowed(name) or name in sweep.facts.aliases.mixed
    )


def part_of_memory(version: Version, sweep: Sweep) -> Op:
    """The cotangent, by memory, of the array that a name held at a known point."""
    atoms: dict[str, Atom] = {"s": sweep.shadows(), "x": sweep.value(version)}
    return expression("shadow(s, x)", atoms)


def load(name: str, given: Var, sweep: Sweep, out: Out) -> None:
    """Take over the cotangent of a parameter that is written into, as the caller has it."""
    part = sweep.names.temporary("d")
    out.append(Assign(part, part_of_memory(sweep.facts.bindings.start[name], sweep)))
    sweep.links.append((part.name, sweep.shadows().name))
    out.append(Store(expression("d[...]", {"d": part}, "index"), "", given))


def unload(name: str, state: State, sweep: Sweep, out: Out) -> Atom:
    """The cotangent of a parameter when the reverse sweep is over."""
    version = sweep.facts.bindings.start[name]
    if name in sweep.facts.aliases.mixed:
        held = state.get(name)
        like = sweep.value(sweep.facts.versions.start[name])
        rest = assign(out, sweep.names, call("zeros_like", like)) if held is None else (
            flat(held, sweep, out)
        )
        parts: dict[str, Atom] = {"s": sweep.shadows(), "x": sweep.value(version), "g": rest}
        taken = expression("shadow_take(s, x, g)", parts, "derived.pop")
        return assign(out, sweep.names, taken, f"d_{name}")
    if not sweep.kind(name).is_container:
        return assign(out, sweep.names, part_of_memory(version, sweep), f"d_{name}")
    atoms: dict[str, Atom] = {"s": sweep.shadows(), "x": sweep.value(version)}
    taken = expression("shadow_take(s, x)", atoms, "derived.pop")
    return assign(out, sweep.names, taken, f"d_{name}")


def unload_written(written: tuple[str, ...], sweep: Sweep, out: Out) -> None:
    """Take the cotangents of parameters that are written into, each as if it were the only one.

    Two of them may be one array, as may one and a parameter that is only read: all are looked at
    before any is taken away.
    """
    names = [name for name in written if is_by_memory(name, sweep)]
    for name in names:
        part = assign(out, sweep.names, part_of_memory(sweep.facts.bindings.start[name], sweep))
        out.append(Assign(sweep.d(name), call("own", part)))
    for name in names:
        version = sweep.facts.bindings.start[name]
        atoms: dict[str, Atom] = {"s": sweep.shadows(), "x": sweep.value(version)}
        out.append(Effect(expression("shadow_take(s, x)", atoms, "derived.pop")))


def begin(sweep: Sweep) -> Block:
    """Where the reverse sweep begins, no memory has a cotangent."""
    if sweep.memory is None or sweep.memory_given:
        return ()
    return (Assign(sweep.memory, expression("{}", {}, "dict")),)


def settle(
    block: Block, bound: Mapping[str, Version], objects: Mapping[str, Version],
    env: Mapping[str, Version], sweep: Sweep,
) -> Block:  # fmt: skip
    """Say what is meant by each placeholder for what a variable holds at this point.

    Args:
        block: the adjoint of a statement.
        bound: how the names were bound last, which says which arrays they hold.
        objects: the same, which says which objects they are names of.
        env: the versions of the names, which writes change, too.
        sweep: the sweep.
    """

    def change(atom: Atom) -> Atom:
        match atom:
            case Var(name=name) if name.endswith(NOW):
                return sweep.value(env[name.removesuffix(NOW)])
            case Var(name=name) if name.endswith(ITSELF):
                return sweep.value(objects[name.removesuffix(ITSELF)])
            case Var(name=name) if name.endswith(HERE):
                return sweep.value(bound[name.removesuffix(HERE)])
        return atom

    return tuple(substitute(stmt, change) for stmt in block) if sweep.settles else block


