"""What attributes and methods of an object mean, given its class.

A method is a function that is called with the object, and so is what computes a property:

    p.step(h)   ->   a call of `Particle.step`, of `p` and `h`
    p.energy    ->   a call of what computes it, of `p`

The text stays as it is; only where a derivative passes, the derived function is called instead.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import FunctionType
from typing import Any

import gast

from adjoint.transform.analyses.classes import base_with, getter_of, method_of
from adjoint.transform.analyses.kind import ANY, NONE, Kind, atom_kind, kind_of
from adjoint.transform.analyses.remembered import cached_reader
from adjoint.transform.ir.nodes import Assign, Augment, Op, Ref, Stmt
from adjoint.transform.ir.places import index_parts, operand, renumbered
from adjoint.transform.ours import is_differentiable

CallKind = Callable[[Op, Mapping[str, Kind]], tuple[Op, "Kind | None", Mapping[str, Kind]]]
"""Completes a user's call: the call, the kind of its result, what it tells of variables given."""


def object_attribute(
    op: Op, name: str, cls: type, kinds: Mapping[str, Kind], call_kind: CallKind
) -> tuple[Op, Kind | None]:
    """What reading an attribute means that the object is not known to keep (yet)."""
    getter = getter_of(cls, name) or cached_reader(cls, name)
    if getter is not None:
        called = replace(op, prim="call", roles=("",), callee=Ref(f"{cls.__name__}.{name}", getter))
        return call_kind(called, kinds)[:2]
    found = inspect.getattr_static(cls, name, None)
    if method_of(cls, name) is not None or is_differentiable(found):  # it holds the object
        return replace(op, prim=f"closure:{name}", roles=("self",)), ANY
    if name == "__dict__":
        return op, ANY
    if found is None or inspect.isdatadescriptor(found):  # of a slot, before it is filled
        return op, None
    return op, ANY if hasattr(found, "__get__") else kind_of(found)


def object_method(
    op: Op, name: str, cls: type, args: tuple[Kind | None, ...], kinds: Mapping[str, Kind],
    call_kind: CallKind,
) -> tuple[Op, Kind | None]:  # fmt: skip
    """What calling a method means; what is no plain function is found when it runs."""
    above = op.callee.value if isinstance(op.callee, Ref) else None
    cls = cls if above is None else base_with(name, cls, above)
    method = method_of(cls, name)
    if cls is object and name == "__init__":
        return replace(op, prim="look"), NONE
    if method is None or "*" in op.roles or "**" in op.roles:
        return op, ANY
    roles = tuple("" if role == "self" else role for role in op.roles)
    called = replace(op, prim="call", roles=roles, callee=Ref(f"{cls.__name__}.{name}", method))
    if any(kind is None for kind in args):
        return called, None
    return call_kind(called, kinds)[:2]


def class_method(op: Op, name: str, kinds: Mapping[str, Kind], call_kind: CallKind) -> (
    tuple[Op, Kind | None] | None
):  # fmt: skip
    """What calling a class method of a known class means; None of every other method."""
    owner = op.args[0]
    if not isinstance(owner, Ref) or not isinstance(owner.value, type) or owner.local:
        return None
    found = inspect.getattr_static(owner.value, name, None)
    function = found.__func__ if isinstance(found, classmethod) else None
    if not isinstance(function, FunctionType) or {"*", "**"} & set(op.roles):
        return None
    roles = tuple("" if role == "self" else role for role in op.roles)
    callee = Ref(f"{owner.value.__name__}.{name}", function)
    called = replace(op, prim="call", roles=roles, callee=callee)
    if any(atom_kind(arg, kinds) is None for arg in op.args):
        return called, None
    return call_kind(called, kinds)[:2]


def object_call(
    op: Op, kind: Kind | None, args: tuple[Kind | None, ...], kinds: Mapping[str, Kind],
    call_kind: CallKind,
) -> tuple[Op, Kind | None]:  # fmt: skip
    """What calling a value means: where it is an object, a call of its `__call__`."""
    if kind is None or method_of(kind.cls, "__call__") is None or {"*", "**"} & set(op.roles):
        return op, ANY
    assert op.callee is not None
    assert isinstance(op.template, gast.Call)
    moved = renumbered(op.template, {i: i + 1 for i in range(len(op.args))})
    template = gast.Call(gast.Name("$0", gast.Load(), None, None), moved.args, moved.keywords)
    called = replace(op, args=(op.callee, *op.args), roles=("self", *op.roles), template=template)
    return object_method(
        replace(called, callee=None), "__call__", kind.cls, (kind, *args), kinds, call_kind
    )


def object_operator(
    op: Op, args: tuple[Kind | None, ...], kinds: Mapping[str, Kind], call_kind: CallKind
) -> tuple[Op, Kind | None] | None:
    """What an operator or subscript means of an object whose class says so; None of all others."""
    for place, kind in enumerate(args):
        name = _SPECIAL.get(op.prim, "")
        name = f"__r{name[2:]}" if place else name
        if kind is None or (op.prim == "index" and (place or not _is_plain_index(op))):
            continue
        method = method_of(kind.cls, name)
        if method is not None:
            order = (place, *(i for i in range(len(args)) if i != place))
            template = renumbered(op.template, {old: new for new, old in enumerate(order)})
            called = replace(
                op, prim="method:", args=tuple(op.args[i] for i in order), template=template,
                roles=("self", *("" for _ in order[1:])),
            )  # fmt: skip
            given = tuple(args[i] for i in order)
            return object_method(called, name, kind.cls, given, kinds, call_kind)
    return None


def _is_plain_index(op: Op) -> bool:
    parts = index_parts(op)
    return len(parts) == 1 and parts[0].what == "at"


_SPECIAL = {
    "binary:+": "__add__", "binary:-": "__sub__", "binary:*": "__mul__", "binary:/": "__truediv__",
    "binary:@": "__matmul__", "binary:**": "__pow__", "binary:%": "__mod__",
    "binary://": "__floordiv__", "binary:&": "__and__", "binary:|": "__or__",
    "binary:^": "__xor__", "binary:<<": "__lshift__", "binary:>>": "__rshift__",
    "unary:-": "__neg__", "unary:+": "__pos__", "unary:~": "__invert__", "index": "__getitem__",
}  # fmt: skip
_BUILTINS: dict[Any, str] = {
    abs: "__abs__", float: "__float__", complex: "__complex__", round: "__round__",
    divmod: "__divmod__", math.floor: "__floor__", math.ceil: "__ceil__", math.trunc: "__trunc__",
    next: "__next__",
}  # fmt: skip


def object_builtin(
    op: Op, function: Any, args: tuple[Kind | None, ...], kinds: Mapping[str, Kind],
    call_kind: CallKind,
) -> tuple[Op, Kind | None] | None:  # fmt: skip
    """What a builtin means of an object whose class says so; None of all others."""
    try:
        name = _BUILTINS.get(function)
    except TypeError:  # it has no hash
        return None
    if name is None or not args or args[0] is None or op.roles != ("",) * len(args):
        return None
    with_default = function is next and len(args) > 1
    if method_of(args[0].cls, name) is None or with_default:
        return None
    called = replace(op, prim="method:", roles=("self", *op.roles[1:]), callee=None)
    return object_method(called, name, args[0].cls, args, kinds, call_kind)


def object_augment(stmt: Augment, kinds: Mapping[str, Kind]) -> Stmt | None:
    """What `p += v` means where one of them is an object: `p = p.__iadd__(v)`, or `p = p + v`."""
    target, prim = stmt.target, f"binary:{stmt.operator}"
    mine, other = atom_kind(target, kinds), atom_kind(stmt.value, kinds)
    name = _SPECIAL.get(prim, "")
    in_place = f"__i{name[2:]}"
    args = (target, stmt.value)
    if mine is not None and method_of(mine.cls, in_place) is not None:
        func = gast.Attribute(operand(0), in_place, gast.Load())
        call = gast.Call(func, [operand(1)], [])
        op = Op(f"method:{in_place}", args, call, ("self", ""))
        return Assign(target, op, stmt.span)
    special = mine is not None and method_of(mine.cls, name) is not None
    reflected = other is not None and method_of(other.cls, f"__r{name[2:]}") is not None
    if not special and not reflected:
        return None
    operator = gast.parse(f"a {stmt.operator} b", mode="eval").body.op
    return Assign(target, Op(prim, args, gast.BinOp(operand(0), operator, operand(1))), stmt.span)
