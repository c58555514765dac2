"""What becomes known of the elements of a container, through whatever name.

A container may be changed through any name: `row = grid[0]`, then `row[1] = x`, tells of the
elements of `grid`. So what becomes known of an element is told to what holds it as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from adjoint.transform.analyses.classes import getter_of
from adjoint.transform.analyses.container_calls import DEEP_COPY, TRANSPOSED
from adjoint.transform.analyses.containers import each_kind
from adjoint.transform.analyses.kind import (
    ANY,
    Kind,
    atom_kind,
    join_all,
)  # fmt: skip
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Const,
    Each,
    Effect,
    Enumerate,
    For,
    Iter,
    Op,
    Reversed,
    Stmt,
    Store,
    Unpack,
    Var,
    Zip,
)  # fmt: skip
from adjoint.transform.ir.places import index_parts

_SIZED = frozenset({"list", "tuple", "dict", "record"})


def told(stmt: Stmt, kinds: Mapping[str, Kind]) -> Iterator[tuple[str, Kind]]:
    """What a statement tells of the containers that it changes or takes apart."""
    match stmt:
        case Store(value=value, place=place, operator=operator) if isinstance(place.args[0], Var):
            held = _element(kinds.get(place.args[0].name), place) if operator else None
            if held is None or held.tag != "array":  # `xs[i] *= 2` leaves an array the array it is
                yield from _stored(place, value, kinds)
        case Effect(value=op) | Assign(value=Op() as op) if op.prim.startswith("method:"):
            yield from _grown(op, kinds)
    match stmt:
        case Assign(target=target, value=Var() as source):
            yield from _back(source, kinds.get(target.name), kinds)
        case Assign(target=target, value=Op() as op):
            yield from _op_back(op, kinds.get(target.name), kinds)
        case Unpack(targets=targets, value=Var() as source, star=None):
            for i, target in enumerate(targets):
                yield from _into(source, i, kinds.get(target.name), kinds)
        case For(target=target, iterable=iterable):
            yield from _loop_back(iterable, kinds.get(target.name), kinds)


def _stored(place: Op, value: Atom, kinds: Mapping[str, Kind]) -> Iterator[tuple[str, Kind]]:
    base = place.args[0]
    owner, inner = kinds.get(base.name), atom_kind(value, kinds)  # type: ignore[union-attr]
    if owner is None or inner is None or not isinstance(base, Var):
        return
    if place.prim == "index":
        if owner.tag not in ("list", "dict"):
            return
        whole = index_parts(place)[0].what != "at"
        inner = each_kind(inner) if whole else inner
        yield base.name, Kind(owner.tag, items=(inner,))
    else:
        name = place.prim.removeprefix("attribute:")
        if owner.tag == "record" and getter_of(owner.cls, name) is None:
            yield base.name, replace(owner, items=(inner,), names=(name,))
    yield from _back(value, _element(kinds.get(base.name), place), kinds)


def _grown(op: Op, kinds: Mapping[str, Kind]) -> Iterator[tuple[str, Kind]]:
    base, name = op.args[0], op.prim.removeprefix("method:")
    owner = atom_kind(base, kinds)
    if not isinstance(base, Var) or owner is None or owner.tag not in ("list", "dict"):
        return
    given = [atom_kind(a, kinds) for a in op.args[1:]]
    last = given[-1] if given else None
    if last is None:
        return
    if name in ("append", "insert") or (name == "setdefault" and len(given) > 1):
        yield base.name, Kind(owner.tag, items=(last,))
        yield from _back(op.args[-1], _element(kinds.get(base.name), None), kinds)
    elif name == "extend":
        yield base.name, Kind("list", items=(each_kind(last),))
    elif name == "update":
        for kind, role in zip(given, op.roles[1:], strict=True):
            if kind is not None and role == "" and kind.tag == "dict":
                yield base.name, kind
            else:
                yield base.name, Kind("dict", items=(ANY if role == "" else kind or ANY,))


def _back(source: Atom, kind: Kind | None, kinds: Mapping[str, Kind]) -> Iterator[tuple[str, Kind]]:
    """Another name of a container knows of it what this one does."""
    if kind is None or not isinstance(source, Var) or kind.tag not in _SIZED or not kind.items:
        return
    known = kinds.get(source.name)
    if known is None or known.tag != kind.tag or known == kind:
        return
    if kind.tag in ("list", "dict") or (len(known.items), known.names) == (
        len(kind.items), kind.names
    ):  # fmt: skip
        yield source.name, kind


def _into(
    base: Atom, position: int | None, kind: Kind | None, kinds: Mapping[str, Kind]
) -> Iterator[tuple[str, Kind]]:
    """A container that was taken out of another one is an element of that."""
    if kind is None or not isinstance(base, Var) or kind.tag not in _SIZED:
        return
    owner = kinds.get(base.name)
    if owner is None or not owner.items:
        return
    if owner.tag in ("list", "dict"):
        if owner.items[0].tag == kind.tag:
            yield base.name, Kind(owner.tag, items=(kind,))
    elif owner.tag in ("tuple", "record") and position is not None:
        if position < len(owner.items) and owner.items[position].tag == kind.tag:
            yield base.name, _at(owner, position, kind)


def _at(owner: Kind, position: int, kind: Kind) -> Kind:
    items = (*owner.items[:position], kind, *owner.items[position + 1 :])
    return replace(owner, items=items)


def _element(owner: Kind | None, place: Op | None) -> Kind | None:
    if owner is None or not owner.items:
        return None
    if place is not None and place.prim != "index":
        name = place.prim.removeprefix("attribute:")
        return owner.items[owner.names.index(name)] if name in owner.names else None
    return join_all(owner.items)


def _op_back(op: Op, kind: Kind | None, kinds: Mapping[str, Kind]) -> Iterator[tuple[str, Kind]]:
    if kind is None or kind.tag not in _SIZED:
        return
    base = op.args[0] if op.args else None
    head, _, name = op.prim.partition(":")
    if op.prim == "index" and base is not None:
        part = index_parts(op)[0]
        if part.what != "at":
            for item in kind.items:
                yield from _into(base, None, item, kinds)
            return
        constant = part.at.value if isinstance(part.at, Const) else None
        owner = atom_kind(base, kinds)
        if type(constant) is int and owner is not None and owner.tag == "tuple" and constant < 0:
            constant += len(owner.items)
        yield from _into(base, constant if type(constant) is int else None, kind, kinds)
    elif head == "attribute" and base is not None:
        owner = atom_kind(base, kinds)
        if owner is not None and name in owner.names:
            yield from _into(base, owner.names.index(name), kind, kinds)
    elif head in ("tuple", "record") and "*" not in op.roles:
        for arg, item in zip(op.args, kind.items, strict=False):
            yield from _back(arg, item, kinds)
    elif head in ("list", "dict", "set") and kind.items:
        for arg in op.args:
            yield from _back(arg, kind.items[0], kinds)
    elif op.prim == TRANSPOSED:
        return
    elif head in ("list.copy", DEEP_COPY, "elements", "binary", "method") or op.prim == "call":
        for arg in op.args:
            for item in kind.items:
                yield from _into(arg, None, item, kinds)
            if head in ("method",) or op.prim == "call":
                yield from _back(arg, kind, kinds)
                yield from _into(arg, None, kind, kinds)


def _loop_back(
    iterable: Iter, kind: Kind | None, kinds: Mapping[str, Kind]
) -> Iterator[tuple[str, Kind]]:
    if kind is None:
        return
    match iterable:
        case Each(value=value):
            yield from _into(value, None, kind, kinds)
        case Reversed(inner=inner):
            yield from _loop_back(inner, kind, kinds)
        case Enumerate(inner=inner) if len(kind.items) == 2:
            yield from _loop_back(inner, kind.items[1], kinds)
        case Zip(inners=inners) if len(kind.items) == len(inners):
            for inner, item in zip(inners, kind.items, strict=True):
                yield from _loop_back(inner, item, kinds)
