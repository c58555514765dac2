"""Kinds of lists, tuples, dicts and records: of their elements, displays and methods."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from adjoint.transform.analyses.classes import record_fields
from adjoint.transform.analyses.kind import (
    ANY,
    INT,
    NONE,
    NUM,
    STR,
    Kind,
    join,
    join_all,
)  # fmt: skip
from adjoint.transform.ir.nodes import (
    Op,
    Ref,
)  # fmt: skip

KEY = Kind("any", discrete=True)
"""The kind of the keys of a dict."""

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
        return replace(source, ndim=source.ndim - 1)
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


def display_kind(op: Op, args: tuple[Kind | None, ...]) -> Kind | None:
    """The kind of a tuple, list, set or dict that is written out."""
    if op.prim == "dict":
        return _dict_kind(op, args)
    known = tuple(k for k in args if k is not None)
    if op.prim == "tuple" and "*" not in op.roles:
        fields = record_fields(op.callee.value) if isinstance(op.callee, Ref) else None
        cls = op.callee.value if fields and isinstance(op.callee, Ref) else None
        made = Kind("tuple", items=known, names=fields or (), cls=cls)
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
