"""Loops over the entries of a dict, as loops over its keys.

`for k, v in d.items(): ...` becomes `for k in d: v = d[k]; ...`, which says the same and leaves
nothing to be done but to read an entry. Nested ones (`enumerate(d.values())`) likewise: the element
is put together again at the start of each round. `d.setdefault(k, v)` becomes what it does.
"""

from __future__ import annotations

from dataclasses import replace

from adjoint.transform.analyses.containers import KEY
from adjoint.transform.analyses.kind import ANY, INT, Kind, join_all
from adjoint.transform.analyses.resolve import element_kind
from adjoint.transform.derive.build import Names, expression
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Const,
    Each,
    Effect,
    Enumerate,
    For,
    If,
    Items,
    Iter,
    Op,
    Reversed,
    Stmt,
    Store,
    Unpack,
    Var,
    Zip,
)  # fmt: skip


def over_keys(stmt: For, kinds: dict[str, Kind], names: Names) -> For | None:
    """The loop over keys that says the same; None where no dict's entries are run over."""
    if not _holds_entries(stmt.iterable, kinds):
        return None
    first = stmt.body[0] if stmt.body else None
    match stmt.iterable:
        case Items(value=value, what="keys"):
            return replace(stmt, iterable=Each(value))
        case Items(value=value, what="values"):
            key = Var(names.fresh("key"))
            kinds[key.name] = KEY
            read = Assign(stmt.target, _entry(value, key), stmt.span)
            return replace(stmt, target=key, iterable=Each(value), body=(read, *stmt.body))
        case Items(value=value) if isinstance(first, Unpack) and first.value == stmt.target:
            if len(first.targets) == 2 and first.star is None and first.targets[0] != first.targets[1]:  # noqa: E501
                key, entry = first.targets
                read = Assign(entry, _entry(value, key), stmt.span)
                body = (read, *stmt.body[1:])
                return replace(stmt, target=key, iterable=Each(value), body=body)
    whole = names.temporary("keys")
    before: list[Stmt] = []
    over, kind = _over(stmt.iterable, kinds)
    kinds[whole.name] = kind
    element = _rebuilt(stmt.iterable, whole, before, kinds, names, stmt)
    before.append(Assign(stmt.target, element, stmt.span))
    return replace(stmt, target=whole, iterable=over, body=(*before, *stmt.body))


def _entry(value: Atom, key: Atom) -> Op:
    return expression("d[k]", {"d": value, "k": key}, "index")


def _is_dict(value: Atom, kinds: dict[str, Kind]) -> bool:
    return isinstance(value, Var) and kinds.get(value.name, ANY).tag == "dict"


def _holds_entries(iterable: Iter, kinds: dict[str, Kind]) -> bool:
    match iterable:
        case Items(value=value):
            return _is_dict(value, kinds)
        case Enumerate(inner=inner) | Reversed(inner=inner):
            return _holds_entries(inner, kinds)
        case Zip(inners=inners):
            return any(_holds_entries(inner, kinds) for inner in inners)
    return False


def _over(iterable: Iter, kinds: dict[str, Kind]) -> tuple[Iter, Kind]:
    """The iterable with keys in place of entries, and the kind of its elements."""
    match iterable:
        case Items(value=value) if _is_dict(value, kinds):
            return Each(value), KEY
        case Reversed(inner=inner):
            over, kind = _over(inner, kinds)
            return Reversed(over), kind
        case Enumerate(inner=inner, start=start):
            over, kind = _over(inner, kinds)
            return Enumerate(over, start), Kind("tuple", items=(INT, kind))
        case Zip(inners=inners, strict=strict):
            pairs = [_over(inner, kinds) for inner in inners]
            return Zip(tuple(o for o, _ in pairs), strict), Kind(
                "tuple", items=tuple(k for _, k in pairs)
            )
    return iterable, element_kind(iterable, kinds, False) or ANY


def _rebuilt(
    iterable: Iter, given: Var, out: list[Stmt], kinds: dict[str, Kind], names: Names, loop: For
) -> Op | Var:
    """The element that the user's loop gives, from that of the loop over keys."""
    match iterable:
        case Reversed(inner=inner):
            return _rebuilt(inner, given, out, kinds, names, loop)
        case Items(value=value, what=what) if _is_dict(value, kinds):
            assert isinstance(value, Var)
            if what == "keys":
                return given
            read = _entry(value, given)
            if what == "values":
                return read
            item = names.temporary("entry")
            kinds[item.name] = join_all(kinds[value.name].items)
            out.append(Assign(item, read, loop.span))
            return expression("(k, v)", {"k": given, "v": item}, "tuple")
        case Enumerate() | Zip():
            inners = (None, iterable.inner) if isinstance(iterable, Enumerate) else iterable.inners
            return _rebuilt_tuple(inners, given, out, kinds, names, loop)
    return given


def _rebuilt_tuple(
    inners: tuple[Iter | None, ...], given: Var, out: list[Stmt], kinds: dict[str, Kind],
    names: Names, loop: For,
) -> Op:  # fmt: skip
    holes: dict[str, Atom] = {}
    targets = tuple(names.temporary("part") for _ in inners)
    out.append(Unpack(targets, given, None, loop.span))
    for i, (target, inner) in enumerate(zip(targets, inners, strict=True)):
        kinds[target.name] = kinds[given.name].items[i]
        value: Op | Var = target
        if inner is not None:
            value = _rebuilt(inner, target, out, kinds, names, loop)
        if isinstance(value, Op):
            made = names.temporary("part")
            kinds[made.name] = _made_kind(value, kinds)
            out.append(Assign(made, value, loop.span))
            value = made
        holes[f"a{i}"] = value
    return expression(f"({', '.join(holes)},)", holes, "tuple")


def _made_kind(op: Op, kinds: dict[str, Kind]) -> Kind:
    known = tuple(kinds.get(a.name, ANY) if isinstance(a, Var) else ANY for a in op.args)
    return Kind("tuple", items=known) if op.prim == "tuple" else join_all(known[0].items)


def simpler_changes(
    stmt: Stmt, kinds: dict[str, Kind], names: Names
) -> tuple[Stmt, ...] | None:
    """What changes a dict, as simpler changes.

    v = d.setdefault(k, w)   ->   if k not in d: d[k] = w
                                  v = d[k]
    d |= e                   ->   d.update(e)
    """
    op = getattr(stmt, "value", None)
    if isinstance(stmt, Augment) and stmt.operator == "|" and _is_dict(stmt.target, kinds):
        atoms = {"d": stmt.target, "e": stmt.value}
        update = replace(expression("d.update(e)", atoms, "method:update"), roles=("self", ""))
        return (Effect(update, stmt.span),)
    if not isinstance(stmt, Assign | Effect) or not isinstance(op, Op):
        return None
    if op.prim != "method:setdefault" or not _is_dict(op.args[0], kinds):
        return None
    base, key = op.args[:2]
    given = op.args[2] if len(op.args) > 2 else Const(None)
    new = Var(names.temporary("new").name)
    kinds[new.name] = INT
    test = Assign(new, expression("k not in d", {"k": key, "d": base}, "look"), stmt.span)
    store = Store(_entry(base, key), "", given, stmt.span)
    done: tuple[Stmt, ...] = (test, If(new, (store,), (), stmt.span))
    if isinstance(stmt, Effect):
        return done
    return (*done, Assign(stmt.target, _entry(base, key), stmt.span))
