"""Writes that are spelled as calls, as the stores that they are.

    np.add(a, b, out=c)        ->  t = np.add(a, b); c[...] = t
    a.sort()                   ->  t = np.sort(a); a[...] = t
    a.partition(k)             ->  t = np.partition(a, k); a[...] = t
    np.copyto(a, b)            ->  a[...] = b
    np.copyto(a, b, where=m)   ->  t = np.where(m, b, a); a[...] = t
    np.fill_diagonal(a, v)     ->  i = np.arange(min(a.shape)); a[i, i] = v
    np.put(a, i, v)            ->  a[i] = v              (an array `v` begins again at its end)
    np.place(a, mask, v)       ->  a[mask] = v
    a *= a                     ->  t = a.copy(); a *= t
    a **= v                    ->  t = a ** v; a[...] = t

Each is done only where it means the same for every shape and dtype that the kinds allow; what is
left as it is gets refused where a derivative passes.
"""

from __future__ import annotations

from dataclasses import replace

import gast
import numpy as np

from adjoint.transform.analyses.effects import out_argument
from adjoint.transform.analyses.kind import ANY, Kind, atom_kind
from adjoint.transform.analyses.operations import bind_roles, resolve_op, rule_of_name
from adjoint.transform.derive.array_operands import as_arrays
from adjoint.transform.derive.build import Names, expression
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Effect,
    Op,
    Ref,
    Span,
    Stmt,
    Store,
    Var,
)
from adjoint.transform.ir.places import hole, renumbered


def as_store(stmt: Stmt, kinds: dict[str, Kind], names: Names) -> tuple[Stmt, ...] | None:
    """The stores that a statement amounts to, or None where it is to stay as it is."""
    match stmt:
        case Augment(target=target, value=value, operator="+" | "-" | "*" | "/"):
            return _by_itself(stmt, kinds, names) if target == value else None
        case Augment():
            return _augmented(stmt, kinds, names)
        case Assign(target=target, value=Op(prim="call") as op):
            stores = _with_out(op, stmt.span, kinds, names)
            if stores is None:
                return None
            written = stores[-1]
            assert isinstance(written, Store)
            again = () if written.base == target else (Assign(target, written.base, stmt.span),)
            return (*stores, *again)
        case Effect(value=Op(prim="call") as op):
            return _with_out(op, stmt.span, kinds, names)
        case Effect(value=Op(prim="method:sort" | "method:partition") as op):
            return _sorted(op, stmt.span, kinds, names)
        case Effect(value=Op(prim="method:put", args=(Var() as target, at, value)) as op):
            plain = _holds_floats(target.name, kinds) and not _written_by_keyword(op)
            return _put(target, at, value, stmt.span, kinds, names) if plain else None
        case Effect(value=op):
            return _filled(op, stmt.span, kinds, names)
    return None


def _by_itself(stmt: Augment, kinds: dict[str, Kind], names: Names) -> tuple[Stmt, ...] | None:
    if kinds.get(stmt.target.name, ANY).tag != "array":
        return None
    old = names.temporary("old")
    kinds[old.name] = kinds[stmt.target.name]
    copied = replace(expression("a.copy()", {"a": stmt.target}, "method:copy"), roles=("self",))
    copied, _ = resolve_op(copied, kinds, lambda op, _: (op, ANY, {}))
    return Assign(old, copied, stmt.span), replace(stmt, value=old)


def _augmented(stmt: Augment, kinds: dict[str, Kind], names: Names) -> tuple[Stmt, ...] | None:
    """`a **= v`, with `a` an array of floats; of no axes, it may be a number."""
    if not _holds_floats(stmt.target.name, kinds) or kinds[stmt.target.name].ndim == 0:
        return None
    atoms = {"a": stmt.target, "b": stmt.value}
    plain = expression(f"a {stmt.operator} b", atoms, f"binary:{stmt.operator}")
    plain, kind = resolve_op(plain, kinds, lambda call, _: (call, ANY, {}))
    result = names.temporary(stmt.target.name)
    kinds[result.name] = kind or ANY
    return Assign(result, plain, stmt.span), Store(_whole(stmt.target), "", result, stmt.span)


def _with_out(
    op: Op, span: Span, kinds: dict[str, Kind], names: Names
) -> tuple[Stmt, ...] | None:
    """`np.add(a, b, out=c)`, with `c` an array of floats."""
    place = out_argument(op)
    if place is None or not isinstance(op.callee, Ref):
        return None
    target = op.args[place]
    if not isinstance(target, Var) or not _holds_floats(target.name, kinds):
        return None
    plain, kind = resolve_op(_without(op, place), kinds, lambda call, _: (call, ANY, {}))
    if plain.prim == "call" or kind is None:
        return None
    result = names.temporary("out")
    kinds[result.name] = kind
    arrays, plain = as_arrays(plain, kinds, names)
    made = (Assign(array, value, span) for array, value in arrays)
    return *made, Assign(result, plain, span), Store(_whole(target), "", result, span)


def _without(op: Op, place: int) -> Op:
    """A call without one of its arguments."""
    template = op.template
    assert isinstance(template, gast.Call)
    keep = [i for i in range(len(op.args)) if i != place]
    node = gast.Call(
        template.func,
        [a for a in template.args if hole(a) != place],
        [k for k in template.keywords if hole(k.value) != place],
    )
    return replace(
        op, args=tuple(op.args[i] for i in keep), roles=tuple(op.roles[i] for i in keep),
        template=renumbered(node, {old: new for new, old in enumerate(keep)}),
    )  # fmt: skip


_ORDERS = {"method:sort": ("np.sort", "axis"), "method:partition": ("np.partition", "kth", "axis")}
"""The functions that put in order a copy of what a method does in place, and their parameters."""


def _sorted(op: Op, span: Span, kinds: dict[str, Kind], names: Names) -> tuple[Stmt, ...] | None:
    """`a.sort(axis)`, `a.partition(kth, axis)`."""
    target = op.args[0]
    function, *parameters = _ORDERS[op.prim]
    if not isinstance(target, Var) or kinds.get(target.name, ANY).discrete:
        return None
    if kinds.get(target.name, ANY).tag not in ("array", "numeric"):  # a number cannot be sorted
        return None
    filled = [role or place for role, place in zip(op.roles[1:], parameters, strict=False)]
    if len(filled) < len(op.args) - 1 or set(filled) != set(parameters[: len(filled)]):
        return None
    atoms: dict[str, Atom] = {"a": target, **dict(zip(filled, op.args[1:], strict=True))}
    given = ", ".join(["a", *(name for name in parameters if name in filled)])
    ordered = _rule_op(f"{function}({given})", atoms, function)
    result = names.temporary("ordered")
    kinds[result.name] = kinds[target.name]
    return Assign(result, ordered, span), Store(_whole(target), "", result, span)


def _filled(op: Op, span: Span, kinds: dict[str, Kind], names: Names) -> tuple[Stmt, ...] | None:
    """Functions that write into their first argument."""
    if not op.args or not isinstance(op.args[0], Var) or not isinstance(op.callee, Ref):
        return None
    target, function = op.args[0], op.callee.value
    if not _holds_floats(target.name, kinds) or any(role in ("*", "**") for role in op.roles):
        return None
    given = len(op.args)
    if function is np.copyto and op.roles[2:] == ("where",):
        result = names.temporary(target.name)
        kinds[result.name] = kinds[target.name]
        atoms = {"m": op.args[2], "b": op.args[1], "a": target}
        either = _rule_op("np.where(m, b, a)", atoms, "np.where")
        return Assign(result, either, span), Store(_whole(target), "", result, span)
    if _written_by_keyword(op):
        return None
    if function is np.copyto and given == 2:
        return (Store(_whole(target), "", op.args[1], span),)
    if function is np.fill_diagonal and given == 2 and kinds[target.name].ndim == 2:
        places = names.temporary("i")
        kinds[places.name] = Kind("array", 1, discrete=True)
        along = expression("np.arange(min(a.shape))", {"a": target}, "look")
        value, repeated = _again("i", places, op.args[1], target, span, kinds, names)
        diagonal = expression("a[i, i]", {"a": target, "i": places}, "index")
        return Assign(places, along, span), *repeated, Store(diagonal, "", value, span)
    if function is np.put and given == 3:
        return _put(target, op.args[1], op.args[2], span, kinds, names)
    if function in (np.place, np.putmask) and given == 3:
        chosen, found = _mask(op.args[1], target, span, kinds, names)
        order = "np.arange(np.count_nonzero(i))"
        if function is np.putmask:  # a value for each element, whether or not it is put in
            order = "np.arange(a.size).reshape(a.shape)[i]"
        value, repeated = _again(order, chosen, op.args[2], target, span, kinds, names)
        place = expression("a[i]", {"a": target, "i": chosen}, "index")
        return (*found, *repeated, Store(place, "", value, span))
    return None


def _put(
    target: Var, at: Atom, value: Atom, span: Span, kinds: dict[str, Kind], names: Names
) -> tuple[Stmt, ...]:
    """`np.put(a, at, value)`."""
    before: tuple[Stmt, ...] = ()
    if not _number(value, kinds):
        listed = names.temporary("at")
        kinds[listed.name] = Kind("array", 1, discrete=True)
        before = (Assign(listed, expression("np.ravel(i) + 0", {"i": at}, "look"), span),)
        at = listed
    chosen, found = _positions(at, target, span, kinds, names)
    value, repeated = _again("np.arange(len(i))", at, value, target, span, kinds, names)
    place = expression("a[i]", {"a": target, "i": chosen}, "index")
    return (*before, *found, *repeated, Store(place, "", value, span))


def _again(
    order: str, index: Atom, value: Atom, target: Var, span: Span, kinds: dict[str, Kind],
    names: Names,
) -> tuple[Atom, tuple[Stmt, ...]]:  # fmt: skip
    """The values that are put in, in this order, of an array that begins again at its end.

    A number is taken as it is. An empty array is an error where any value is put in.
    """
    if _number(value, kinds):
        return value, ()
    places, flat = names.temporary("order"), names.temporary("flat")
    values = names.temporary("values")
    kinds[places.name] = Kind("array", 1, discrete=True)
    kinds[values.name] = kinds[flat.name] = Kind("array", 1)
    atoms: dict[str, Atom] = {"a": target, "i": index, "v": value}
    counted = expression(f"{order} % np.size(v)", atoms, "look")
    taken = expression("v[k]", {"v": flat, "k": places}, "index")
    return values, (
        Assign(places, counted, span),
        Assign(flat, _rule_op("np.ravel(v)", {"v": value}, "np.ravel"), span),
        Assign(values, taken, span),
    )


def _positions(
    given: Atom, target: Var, span: Span, kinds: dict[str, Kind], names: Names
) -> tuple[Atom, tuple[Stmt, ...]]:
    """The index that `np.put` means by some positions, and the statement that finds it.

    Positions count all elements in order, whatever the axes; truth values are taken for 0 and 1.
    """
    kind = atom_kind(given, kinds) or ANY
    counts = kind.is_position or (
        kind.tag == "list" and bool(kind.items) and all(k.is_position for k in kind.items)
    )
    one_axis = kinds[target.name].ndim == 1
    if counts and one_axis:
        return given, ()
    text = "i" if counts else "np.add(i, 0)"
    if not one_axis:
        text = f"np.unravel_index(np.arange(a.size)[{text}], a.shape)"
    places = names.temporary("places")
    kinds[places.name] = Kind("array" if one_axis else "tuple", discrete=True)
    found = expression(text, {"a": target, "i": given}, "look")
    return places, (Assign(places, found, span),)


def _mask(
    given: Atom, target: Var, span: Span, kinds: dict[str, Kind], names: Names
) -> tuple[Atom, tuple[Stmt, ...]]:
    """A mask, of which `np.place` takes the truth, and the statement that finds it."""
    truth = names.temporary("mask")
    kinds[truth.name] = Kind("array", kinds[target.name].ndim, discrete=True)
    found = expression("np.asarray(mask, bool)", {"mask": given}, "look")
    return truth, (Assign(truth, found, span),)


def _written_by_keyword(op: Op) -> bool:
    """Whether a call gives anything by keyword, so that its places are not its positions."""
    return isinstance(op.template, gast.Call) and bool(op.template.keywords)


def _number(atom: Atom, kinds: dict[str, Kind]) -> bool:
    """Whether an atom is a number, which on a device is an array without axes."""
    kind = atom_kind(atom, kinds)
    return kind is not None and (kind.is_number or kind.ndim == 0)


def _holds_floats(name: str, kinds: dict[str, Kind]) -> bool:
    """Whether a name holds an array that a store casts to as the call itself would."""
    kind = kinds.get(name, ANY)
    return kind.tag == "array" and not kind.discrete


def _whole(target: Var) -> Op:
    return expression("a[...]", {"a": target}, "index")


def _rule_op(text: str, atoms: dict[str, Atom], prim: str) -> Op:
    op = expression(text, atoms, prim)
    rule = rule_of_name(prim)
    return replace(op, roles=bind_roles(rule, op.roles) or op.roles)
