"""Prepare a resolved function for the reverse sweep: count rounds, read what a write scales.

`rounds` variables say how many rounds a loop made, where nothing else does. `a[i] *= v` needs what
stood at `a[i]`; it is read into a temporary just before, so that one element is kept, not the
array.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from adjoint.runtime.rules import RULES
from adjoint.transform.analyses.effects import MUTATORS
from adjoint.transform.analyses.kind import ANY, Kind, join_all
from adjoint.transform.analyses.operations import bind_roles
from adjoint.transform.derive.build import Names, expression, substitute_iter
from adjoint.transform.derive.dict_rounds import over_keys, simpler_changes
from adjoint.transform.derive.in_place import as_store
from adjoint.transform.derive.replaced import fields_written_out
from adjoint.transform.ir.names import names_bound
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Block,
    Break,
    Const,
    Each,
    Effect,
    Enumerate,
    For,
    Function,
    If,
    Items,
    Iter,
    Op,
    Range,
    Reversed,
    Stmt,
    Store,
    Var,
    While,
    With,
    iter_atoms,
    walk,
)  # fmt: skip
from adjoint.transform.ir.places import index_parts

_SCALES = ("*", "/")


@dataclass(slots=True)
class Prepared:
    """The prepared function, and what was added to it.

    That is, for each loop that has one, its counter or the name of its length; for each scaling
    store, the old value; and the reads of what an augmented store of another kind updates. Loops
    and stores are known by identity.
    """

    function: Function
    counters: dict[int, str] = field(default_factory=dict)
    lengths: dict[int, str] = field(default_factory=dict)
    old: dict[int, Var] = field(default_factory=dict)
    updates: set[int] = field(default_factory=set)


def prepare(fn: Function, kinds: dict[str, Kind], names: Names) -> Prepared:
    """Add counters and early reads; their kinds are entered into `kinds`."""
    prepared = Prepared(fn)
    prepared.function = replace(fn, body=_block(fn.body, kinds, names, prepared))
    return prepared


def _block(block: Block, kinds: dict[str, Kind], names: Names, prepared: Prepared) -> Block:
    return tuple(new for stmt in block for new in _stmt(stmt, kinds, names, prepared))


def _stmt(
    stmt: Stmt, kinds: dict[str, Kind], names: Names, prepared: Prepared
) -> tuple[Stmt, ...]:
    stores = as_store(stmt, kinds, names)
    if stores is not None:
        return stores
    for rewrite in (simpler_changes, fields_written_out):
        simpler = rewrite(stmt, kinds, names)
        if simpler is not None:
            return simpler
    match stmt:
        case If(body=body, orelse=orelse):
            return (replace(stmt, body=_block(body, kinds, names, prepared),
                            orelse=_block(orelse, kinds, names, prepared)),)  # fmt: skip
        case With(body=body):
            return (replace(stmt, body=_block(body, kinds, names, prepared)),)
        case For(body=body, iterable=iterable):
            held = _held(stmt, kinds, names)
            if held is not None:
                return (held[0], *_stmt(held[1], kinds, names, prepared))
            keyed = over_keys(stmt, kinds, names)
            if keyed is not None:
                return _stmt(keyed, kinds, names, prepared)
            new = replace(stmt, body=_block(body, kinds, names, prepared))
            if isinstance(iterable, Range) and not leaves(stmt.body):
                return (new,)
            fixed = all(_is_array(atom, kinds) for atom in iter_atoms(iterable))
            resized = not fixed and _resizes(stmt.body, kinds)
            measured = None if resized else _measured(iterable, kinds)
            if not leaves(stmt.body) and measured is not None:
                return _with_length(new, measured, kinds, names, prepared)
            return _counted(new, kinds, names, prepared)
        case While(body=body, before=before):
            loop = replace(stmt, body=_block(body, kinds, names, prepared),
                           before=_block(before, kinds, names, prepared))  # fmt: skip
            return _counted(loop, kinds, names, prepared)
        case Store(operator=operator, base=Var(name=base)) if operator and _held_array(stmt, kinds):
            return _augmented_item(stmt, kinds.get(base, ANY), kinds, names, prepared)
        case Store(operator=operator, base=Var(name=base)) if operator and operator not in "+-":
            return _scaled(stmt, kinds.get(base, ANY), kinds, names, prepared)
    return (stmt,)


def _held_array(stmt: Store, kinds: dict[str, Kind]) -> bool:
    """Whether what an augmented store finds may be an array that a container holds."""
    held = _held_kind(stmt, kinds)
    return held is not None and held.may_share


def _held_kind(stmt: Store, kinds: dict[str, Kind]) -> Kind | None:
    """The kind of what stands at a place of a container or object; None for one in an array."""
    assert isinstance(stmt.base, Var)
    base = kinds.get(stmt.base.name, ANY)
    if stmt.place.prim.startswith("attribute:"):
        name = stmt.place.prim.removeprefix("attribute:")
        return base.items[base.names.index(name)] if name in base.names else ANY
    if stmt.place.prim != "index":
        return None
    return join_all(base.items) if base.tag in ("list", "tuple", "dict") else None


def _augmented_item(
    stmt: Store, base: Kind, kinds: dict[str, Kind], names: Names, prepared: Prepared
) -> tuple[Stmt, ...]:
    """`xs[i] += v`  ->  `item = xs[i]`, `item += v`, `xs[i] = item`: what Python does.

    Where the item is certainly an array, the last of these changes nothing.
    """
    item = Var(names.fresh("item"))
    kinds[item.name] = _held_kind(stmt, kinds) or ANY
    read = Assign(item, stmt.place, stmt.span)
    prepared.updates.add(id(read))
    if kinds[item.name].tag == "array" and base.tag in ("list", "dict", "record"):
        return read, Augment(item, stmt.operator, stmt.value, stmt.span)
    return (
        read,
        Augment(item, stmt.operator, stmt.value, stmt.span),
        replace(stmt, operator="", value=item),
    )


def _held(stmt: For, kinds: dict[str, Kind], names: Names) -> tuple[Stmt, For] | None:
    """Give what a loop runs over a name of its own where the body rebinds the one it has."""
    for atom in iter_atoms(stmt.iterable):
        if isinstance(atom, Var) and atom.name in names_bound(stmt.body):
            own = Var(names.fresh(atom.name))
            kinds[own.name] = kinds.get(atom.name, ANY)

            def change(a: Atom, old: Var = atom, new: Var = own) -> Atom:
                return new if a == old else a

            iterable = substitute_iter(stmt.iterable, change)
            return Assign(own, atom, stmt.span), replace(stmt, iterable=iterable)
    return None


def _counted(
    stmt: For | While, kinds: dict[str, Kind], names: Names, prepared: Prepared
) -> tuple[Stmt, ...]:
    count = Var(names.fresh("rounds"))
    kinds[count.name] = Kind("num", discrete=True)
    step = Augment(count, "+", Const(1), stmt.span)
    new = replace(stmt, body=(step, *stmt.body))
    prepared.counters[id(new)] = count.name
    return Assign(count, Const(0), stmt.span), new


def _scaled(
    stmt: Store, base: Kind, kinds: dict[str, Kind], names: Names, prepared: Prepared
) -> tuple[Stmt, ...]:
    held = _held_kind(stmt, kinds)
    part = stmt.place.prim in ("np.real", "np.imag")
    if stmt.place.prim != "index" and held is None and not part:
        return (stmt,)
    old = names.temporary("old")
    kinds[old.name] = held or Kind("numeric")
    read = Assign(old, stmt.place, stmt.span)
    if not part and stmt.operator in _SCALES and not base.is_container:
        store = replace(stmt)
        prepared.old[id(store)] = old
        return read, store
    prepared.updates.add(id(read))
    new = names.temporary("new")
    kinds[new.name] = Kind("numeric")
    atoms = {"a": old, "b": stmt.value}
    ufuncs = {"**": "np.power", "//": "np.floor_divide", "%": "np.remainder", "@": "np.matmul",
              "*": "np.multiply", "/": "np.divide"}  # fmt: skip
    prim = ufuncs.get(stmt.operator, f"binary:{stmt.operator}")
    value = expression(f"a {stmt.operator} b", atoms, prim)
    if prim in RULES:
        value = replace(value, roles=bind_roles(RULES[prim], ("", "")) or ("", ""))
    return read, Assign(new, value, stmt.span), replace(stmt, operator="", value=new)


def leaves(body: Block) -> bool:
    """Whether a loop with this body may be left by `break`."""
    for stmt in body:
        if isinstance(stmt, Break):
            return True
        if isinstance(stmt, If) and (leaves(stmt.body) or leaves(stmt.orelse)):
            return True
        if isinstance(stmt, With) and leaves(stmt.body):
            return True
    return False


def _resizes(body: Block, kinds: dict[str, Kind]) -> bool:
    """Whether a body may change the length of a list, perhaps of the one the loop runs over."""
    for stmt in walk(body):
        match stmt:
            case Effect(value=op) | Assign(value=Op() as op):
                if op.prim.startswith("method:") and op.prim.removeprefix("method:") in MUTATORS:
                    return True
                if op.prim == "call" and any(_is_list(a, kinds) for a in op.args):
                    return True
            case Augment(target=target) if _is_list(target, kinds):
                return True
            case Store(place=place) if _is_list(place.args[0], kinds):
                if place.prim == "index" and index_parts(place)[0].what != "at":
                    return True
    return False


def _is_array(atom: Atom, kinds: dict[str, Kind]) -> bool:
    """Whether an atom is certainly nothing of which the length changes."""
    return not isinstance(atom, Var) or kinds.get(atom.name, ANY).tag in ("array", "numeric", "num")


def _is_list(atom: Atom, kinds: dict[str, Kind]) -> bool:
    return isinstance(atom, Var) and kinds.get(atom.name, ANY).tag in ("list", "any", "record")


def _measured(iterable: Iter, kinds: dict[str, Kind]) -> Op | None:
    """The number of rounds, where it is the length of something."""
    match iterable:
        case Range(args=args):
            holes = {f"a{i}": a for i, a in enumerate(args)}
            return expression(f"len(range({', '.join(holes)}))", holes, "look")
        case Each(value=Var(name=name)) | Items(value=Var(name=name)):
            if kinds.get(name, ANY).tag in ("array", "numeric", "list", "tuple", "dict"):
                return expression("len(x)", {"x": Var(name)}, "look")
        case Each(value=value):
            return expression("len(x)", {"x": value}, "look")
        case Enumerate(inner=inner) | Reversed(inner=inner):
            return _measured(inner, kinds)
    return None


def _with_length(
    stmt: For, length: Op, kinds: dict[str, Kind], names: Names, prepared: Prepared
) -> tuple[Stmt, ...]:
    steps = Var(names.fresh("steps"))
    kinds[steps.name] = Kind("num", discrete=True)
    prepared.lengths[id(stmt)] = steps.name
    return Assign(steps, length, stmt.span), stmt
