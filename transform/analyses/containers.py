"""Kinds of lists, tuples, dicts and records: what builds them, what changes them, what flows back.

A container may be changed through any name: `row = grid[0]`, then `row[1] = x`, tells of the
elements of `grid`. So what becomes known of an element is told to what holds it as well.

Operations get these meanings here, beside `tuple`, `list`, `dict` and `list.copy`:
`elements:zip`, `elements:sorted`, `elements:reversed` (lists of what others hold), `record:NAME`
(a dataclass that was made; args: its fields, in order).
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import gast

from adjoint.transform.analyses.kind import (
    ANY,
    INT,
    NONE,
    NUM,
    STR,
    Kind,
    atom_kind,
    join,
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
    Ref,
    Reversed,
    Stmt,
    Store,
    Unpack,
    Var,
    Zip,
)  # fmt: skip
from adjoint.transform.ir.places import hole, index_parts

KEY = Kind("any", discrete=True)
"""The kind of the keys of a dict."""

_SIZED = frozenset({"list", "tuple", "dict", "record"})
_DEEPEST = 4


def list_of(*items: Kind) -> Kind:
    """A list of elements of these kinds; of none, where nothing is known of them."""
    return Kind("list", items=(join_all(items),) if items else ())


def each_kind(source: Kind) -> Kind:
    """The kind of what iteration over something gives."""
    if source.tag == "array":
        if source.ndim is None:
            return Kind("numeric", discrete=source.discrete)
        if source.ndim <= 1:
            return INT if source.discrete else NUM
        return Kind("array", source.ndim - 1, discrete=source.discrete)
    if source.tag in ("list", "tuple"):
        return join_all(source.items) if source.items else ANY
    if source.tag == "range":
        return INT
    if source.tag == "dict":
        return KEY
    if source.tag == "str":
        return STR
    return Kind("numeric", discrete=source.discrete) if source.tag == "numeric" else ANY


def shallow(kind: Kind, depth: int = _DEEPEST) -> Kind:
    """The kind without what is nested too deeply: a list that grows around itself has an end."""
    if not kind.items:
        return kind
    if depth == 0:
        return ANY if kind.differentiable else replace(kind, items=())
    return replace(kind, items=tuple(shallow(item, depth - 1) for item in kind.items))


# Displays


def display_kind(op: Op, args: tuple[Kind | None, ...]) -> Kind | None:
    """The kind of a tuple, list, set or dict that is written out."""
    if op.prim == "dict":
        return _dict_kind(op, args)
    known = tuple(k for k in args if k is not None)
    if op.prim == "tuple" and "*" not in op.roles:
        fields = record_fields(op.callee.value) if isinstance(op.callee, Ref) else None
        made = Kind("tuple", items=known, names=fields or ())
        return made if len(known) == len(args) else None
    if op.prim == "tuple" and len(known) < len(args):
        return None
    starred = op.roles or ("",) * len(args)
    pairs = [(k, role) for k, role in zip(args, starred, strict=True) if k is not None]
    return list_of(*(each_kind(k) if role == "*" else k for k, role in pairs))


def _dict_kind(op: Op, args: tuple[Kind | None, ...]) -> Kind:
    found: list[Kind] = []
    for value, other in entries(op):
        kind = args[value]
        if kind is None:
            continue
        if other and kind.tag != "dict":
            found.append(ANY)
        elif other:
            found += kind.items
        else:
            found.append(kind)
    return Kind("dict", items=(join_all(tuple(found)),) if found else ())


def entries(op: Op) -> Iterator[tuple[int, bool]]:
    """The places of a dict display's values among its operands; True for those of `**other`."""
    place = 0
    while place < len(op.args):
        other = bool(op.roles) and op.roles[place] == "**"
        yield (place, True) if other else (place + 1, False)
        place += 1 if other else 2


# Calls


def container_call(
    op: Op, function: Any, args: tuple[Kind | None, ...]
) -> tuple[Op, Kind | None] | None:
    """What a call means that makes a container; None for every other call."""
    plain = not {"*", "**"} & set(op.roles)
    if not plain:
        return None
    if function in (list, tuple) and len(args) <= 1:
        return _copied(op, args)
    if function is dict:
        return _dict_call(op, args)
    if function is zip and set(op.roles) <= {"", "strict"} and args:
        op = replace(op, prim="elements:zip")
        zipped = [k for k, role in zip(args, op.roles, strict=True) if role == ""]
        if any(k is None for k in zipped):
            return op, None
        return op, list_of(Kind("tuple", items=tuple(each_kind(k) for k in zipped if k)))
    if function in (sorted, reversed) and args:
        if args[0] is not None and not args[0].differentiable:
            return replace(op, prim="look"), list_of(each_kind(args[0]))
        op = replace(op, prim=f"elements:{function.__name__}")
        return op, None if args[0] is None else list_of(each_kind(args[0]))
    return _record_call(op, function, args)


def known_container(op: Op, args: tuple[Kind | None, ...]) -> Kind | None:
    """The kind of what an operation makes that `container_call` has resolved before."""
    assert isinstance(op.callee, Ref)
    if not op.prim.startswith("record:"):
        found = container_call(op, op.callee.value, args)
        return None if found is None else found[1]
    known = tuple(k for k in args if k is not None)
    names = record_fields(op.callee.value) or ()
    return Kind("record", items=known, names=names) if len(known) == len(args) else None


def _copied(op: Op, args: tuple[Kind | None, ...]) -> tuple[Op, Kind | None]:
    op = replace(op, prim="list.copy")
    if not args:
        return op, Kind("list")
    if args[0] is None:
        return op, None
    if args[0].tag in ("dict", "str", "range"):
        return replace(op, prim="look"), list_of(each_kind(args[0]))
    known = args[0].tag not in ("list", "tuple") or args[0].items
    return op, list_of(each_kind(args[0])) if known else Kind("list")


def _dict_call(op: Op, args: tuple[Kind | None, ...]) -> tuple[Op, Kind | None] | None:
    """`dict()`, `dict(a=x, b=y)` and `dict(other)`."""
    if not args:
        return replace(op, prim="dict", args=(), roles=()), Kind("dict")
    if "" not in op.roles:
        count = len(args)
        shown = gast.Dict(
            [gast.Name(f"${2 * i}", gast.Load(), None, None) for i in range(count)],
            [gast.Name(f"${2 * i + 1}", gast.Load(), None, None) for i in range(count)],
        )
        both = zip(op.roles, op.args, strict=True)
        atoms = tuple(a for role, arg in both for a in (Const(role), arg))
        made = replace(op, prim="dict", args=atoms, roles=(), template=shown, callee=None)
        known = tuple(k for k in args if k is not None)
        return made, Kind("dict", items=(join_all(known),)) if len(known) == count else None
    if len(args) == 1 and args[0] is not None and args[0].tag == "dict":
        return replace(op, prim="list.copy"), args[0]
    return None


def renumbered(template: gast.AST, places: Mapping[int, int]) -> gast.AST:
    """A template whose operands stand in other places."""
    class Holes(gast.NodeTransformer):  # type: ignore[misc]
        def visit_Name(self, node: gast.Name) -> gast.AST:
            number = hole(node)
            return node if number is None else gast.Name(
                f"${places[number]}", node.ctx, None, None
            )  # fmt: skip

    return Holes().visit(copy.deepcopy(template))


def _record_call(
    op: Op, function: Any, args: tuple[Kind | None, ...]
) -> tuple[Op, Kind | None] | None:
    """`Point(x, y)`: a named tuple or dataclass whose fields are what was given."""
    names = record_fields(function)
    if names is None:
        return None
    positional = [i for i, role in enumerate(op.roles) if role == ""]
    filled = dict(zip(names, positional, strict=False))
    filled |= {role: i for i, role in enumerate(op.roles) if role}
    if len(positional) > len(names) or set(filled) != set(names):
        return None
    order = [filled[name] for name in names]
    template = renumbered(op.template, {old: new for new, old in enumerate(order)})
    tag = "tuple" if issubclass(function, tuple) else "record"
    made = replace(
        op, prim="tuple" if tag == "tuple" else f"record:{function.__name__}", template=template,
        args=tuple(op.args[i] for i in order), roles=(),
    )  # fmt: skip
    known = tuple(k for k in (args[i] for i in order) if k is not None)
    return made, Kind(tag, items=known, names=names) if len(known) == len(args) else None


def record_fields(function: Any) -> tuple[str, ...] | None:
    """The fields of a named tuple's or dataclass's class that does nothing but keep them."""
    if not isinstance(function, type):
        return None
    if issubclass(function, tuple) and hasattr(function, "_fields"):
        plain = function.__bases__ == (tuple,) and function.__init__ is tuple.__init__
        return tuple(function._fields) if plain else None
    if not dataclasses.is_dataclass(function) or hasattr(function, "__post_init__"):
        return None
    code = getattr(function.__init__, "__code__", None)
    if code is None or code.co_filename != "<string>":  # written by `dataclass`, not by a person
        return None
    fields = dataclasses.fields(function)
    if any(not f.init or isinstance(getattr(function, f.name, None), property) for f in fields):
        return None
    return tuple(f.name for f in fields)


# Methods


def method_kind(
    op: Op, name: str, base: Kind, args: tuple[Kind | None, ...]
) -> tuple[Op, Kind | None]:
    """What a method of a list, tuple or dict means."""
    element = join_all(base.items) if base.items else None
    if name in ("index", "count", "keys"):
        return replace(op, prim="look"), list_of(KEY) if name == "keys" else INT
    if base.tag == "dict":
        default = args[2] if len(args) > 2 else None
        match name:
            case "get" | "setdefault" | "pop":
                found = element if default is None or default == NONE else join(element, default)
                return op, found
            case "values":
                return op, list_of(*base.items)
            case "items":
                return op, list_of(Kind("tuple", items=(KEY, element or ANY)))
            case "copy":
                return op, base
        return op, NONE if name in ("update", "clear") else ANY
    changes = ("append", "extend", "insert", "remove", "clear", "reverse", "sort")
    if base.tag == "list" and name in changes:
        return op, NONE
    return op, {"pop": element, "copy": base}.get(name, ANY)


# What becomes known of a container, through whatever name


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
        if owner.tag == "record" and name in owner.names:
            yield base.name, _at(owner, owner.names.index(name), inner)
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
    elif head in ("list.copy", "elements", "binary", "method") or op.prim == "call":
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

