"""Resolve every operation to what it means, given the kinds of what it is applied to.

`y += x` rebinds a number and writes into an array, `+` joins lists, `.sum()` may be anybody's. The
inference runs to a fixed point over the kinds of names; the result is the same function in which
operations carry the names of rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from adjoint.runtime.rules import rule_of
from adjoint.transform.analyses.container_flow import told
from adjoint.transform.analyses.containers import KEY, each_kind, list_of, shallow
from adjoint.transform.analyses.kind import (
    ANY,
    FUNCTION,
    INT,
    NONE,
    Kind,
    atom_kind,
    join,
    join_all,
)  # fmt: skip
from adjoint.transform.analyses.object_stores import object_store
from adjoint.transform.analyses.objects import CallKind, object_augment
from adjoint.transform.analyses.operations import resolve_op
from adjoint.transform.analyses.result_kinds import binary_kind, without_axes
from adjoint.transform.ir.names import names_used
from adjoint.transform.ir.nodes import (
    Assign,
    Augment,
    Block,
    Define,
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
    Ref,
    Return,
    Reversed,
    Stmt,
    Store,
    Unpack,
    While,
    With,
    Zip,
)  # fmt: skip

Kinds = dict[str, Kind]


@dataclass(frozen=True, slots=True)
class Resolved:
    """A function whose operations are resolved.

    kinds: the kind of every name. returns: the kind of its result.
    """

    function: Function
    kinds: Mapping[str, Kind]
    returns: Kind


def resolve(
    fn: Function, parameters: Mapping[str, Kind], call_kind: CallKind, device: bool = False
) -> Resolved:
    """Infer kinds and resolve operations.

    `call_kind` completes the call of a user's function, given the kinds known so far, and gives the
    kind of its result, and of the variables that it is given when it is done with them. `device`:
    arrays live on a device, where an element is an array without axes, and a view.
    """
    kinds: Kinds = dict(parameters)
    unused = "old"
    while unused in names_used(fn.body) | set(parameters):
        unused += "_"
    around = _Around(call_kind, device, unused)
    while True:
        before = dict(kinds)
        _block(fn.body, kinds, around)
        if kinds == before:
            break
    body = _block(fn.body, kinds, around)
    return Resolved(replace(fn, body=body), kinds, kinds.get("return", NONE))


def _note(kinds: Kinds, name: str, kind: Kind | None) -> None:
    if kind is not None:
        kinds[name] = shallow(join(kinds.get(name), kind))


@dataclass(frozen=True, slots=True)
class _Around:
    """What `resolve` was given for the whole function; `unused`: a name that it does not use."""

    call_kind: CallKind
    device: bool
    unused: str


def _block(block: Block, kinds: Kinds, around: _Around) -> Block:
    meant = (
        part for stmt in block
        for part in (_object_store(stmt, kinds, around.unused) or (stmt,))
    )  # fmt: skip
    return tuple(_told(_stmt(s, kinds, around), kinds, around.call_kind) for s in meant)


def _object_store(stmt: Stmt, kinds: Kinds, unused: str) -> Block | None:
    if isinstance(stmt, Augment):
        made = object_augment(stmt, kinds)
        return None if made is None else (made,)
    return object_store(stmt, kinds, unused) if isinstance(stmt, Store) else None


def _told(stmt: Stmt, kinds: Kinds, call_kind: CallKind) -> Stmt:
    """Note what a resolved statement tells of the containers that it changes or takes apart."""
    for name, kind in list(told(stmt, kinds)):
        _note(kinds, name, kind)
    op = getattr(stmt, "value", None)
    if isinstance(op, Op) and op.prim == "call" and isinstance(op.callee, Ref):
        if rule_of(op.callee.value) is None and all(atom_kind(a, kinds) for a in op.args):
            for name, kind in call_kind(op, kinds)[2].items():
                if kind.tag in ("list", "dict", "record") and kind.tag == kinds[name].tag:
                    _note(kinds, name, kind)
    return stmt


def _stmt(stmt: Stmt, kinds: Kinds, around: _Around) -> Stmt:
    call_kind, device = around.call_kind, around.device
    match stmt:
        case Assign(target=target, value=Op() as op):
            op, kind = resolve_op(op, kinds, call_kind, device)
            _note(kinds, target.name, kind)
            return replace(stmt, value=op)
        case Assign(target=target, value=value):
            assert not isinstance(value, Op)
            _note(kinds, target.name, atom_kind(value, kinds))
        case Unpack(targets=targets, value=value, star=star):
            source = atom_kind(value, kinds)
            for position, target in enumerate(targets):
                part = _part_kind(source, position, len(targets), star)
                if device and source is not None and not source.is_container:
                    part = without_axes(part)
                _note(kinds, target.name, part)
        case Store(place=place):
            place, _ = resolve_op(place, kinds, call_kind, device)
            return replace(stmt, place=place)
        case Augment(target=target, value=value, operator=operator):
            _note(kinds, target.name, binary_kind(
                operator, atom_kind(target, kinds), atom_kind(value, kinds), augmented=True
            ))  # fmt: skip
        case Effect(value=op):
            op, _ = resolve_op(op, kinds, call_kind, device)
            return replace(stmt, value=op)
        case If(body=body, orelse=orelse):
            return replace(
                stmt,
                body=_block(body, kinds, around),
                orelse=_block(orelse, kinds, around),
            )
        case For(target=target, iterable=iterable, body=body):
            _note(kinds, target.name, element_kind(iterable, kinds, device))
            return replace(stmt, body=_block(body, kinds, around))
        case While(before=before, body=body):
            before = _block(before, kinds, around)
            return replace(stmt, before=before, body=_block(body, kinds, around))
        case With(context=op, target=target, body=body):
            op, _ = resolve_op(op, kinds, call_kind, device)
            if target is not None:  # what `__enter__` gives, not the context
                _note(kinds, target.name, ANY)
            return replace(stmt, context=op, body=_block(body, kinds, around))
        case Return(value=value):
            _note(kinds, "return", atom_kind(value, kinds))
        case Define(target=target):
            kinds.setdefault(target.name, FUNCTION)
    return stmt


def _part_kind(source: Kind | None, position: int, count: int, star: int | None) -> Kind | None:
    if source is None:
        return None
    if source.tag in ("tuple", "record") and star is None and len(source.items) == count:
        return source.items[position]
    if star == position:
        return list_of(*source.items) if source.is_container else list_of(each_kind(source))
    return each_kind(source)


def element_kind(iterable: Iter, kinds: Kinds, device: bool) -> Kind | None:
    """The kind of what an iterable gives in each round; None while that is not known."""
    match iterable:
        case Range():
            return INT
        case Each(value=value):
            kind = atom_kind(value, kinds)
            if kind is None:
                return None
            each = each_kind(kind)
            return without_axes(each) if device and kind.tag == "array" else each
        case Enumerate(inner=inner):
            element = element_kind(inner, kinds, device)
            return None if element is None else Kind("tuple", items=(INT, element))
        case Zip(inners=inners):
            elements = [element_kind(inner, kinds, device) for inner in inners]
            known = tuple(e for e in elements if e is not None)
            return Kind("tuple", items=known) if len(known) == len(elements) else None
        case Reversed(inner=inner):
            return element_kind(inner, kinds, device)
        case Items(value=value, what=what):
            kind = atom_kind(value, kinds)
            if kind is None:
                return None
            element = join_all(kind.items) if kind.items else ANY
            return {"items": Kind("tuple", items=(KEY, element)), "values": element}.get(what, KEY)
