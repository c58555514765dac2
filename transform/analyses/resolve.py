"""Resolve every operation to what it means, given the kinds of what it is applied to.

`y += x` rebinds a number and writes into an array, `+` joins lists, `.sum()` may be anybody's. The
inference runs to a fixed point over the kinds of names; the result is the same function in which
operations carry the names of rules.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import gast
import numpy as np

from adjoint.runtime.errors import MissingRule
from adjoint.runtime.rules import RULES, bind, rule_of, rule_of_method, rule_of_operator
from adjoint.runtime.rules.table import Rule
from adjoint.transform.analyses.containers import (
    KEY,
    container_call,
    display_kind,
    each_kind,
    known_container,
    list_of,
    method_kind,
    shallow,
    told,
)  # fmt: skip
from adjoint.transform.analyses.kind import (
    ANY,
    FUNCTION,
    INT,
    NONE,
    NUM,
    NUMERIC,
    RANGE,
    STR,
    Kind,
    join,
    join_all,
    kind_of,
)  # fmt: skip
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Block,
    Const,
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
    Var,
    While,
    With,
    Zip,
)  # fmt: skip
from adjoint.transform.ir.places import index_parts

Kinds = dict[str, Kind]
CallKind = Callable[[Op, Mapping[str, Kind]], tuple[Op, "Kind | None", Mapping[str, Kind]]]

# Calls that only look at their operands, or make something that carries no derivative.
LOOKS: frozenset[Any] = frozenset(
    {
        print, len, isinstance, issubclass, type, str, repr, id, hash, hasattr, callable, format,
        range, any, all, bool, int, ord, chr, dir, slice, np.shape, np.ndim, np.size, np.isscalar,
        math.isnan, math.isinf, math.isfinite, math.isclose, np.errstate, np.allclose,
        np.array_equal, np.may_share_memory, np.shares_memory, np.random.default_rng,
        np.iscomplexobj,
    }
)  # fmt: skip
_LOOKING_MODULES = frozenset({"logging", "warnings", "time", "sys", "os", "gc", "tqdm"})
SHAPE_ATTRIBUTES = frozenset({"shape", "ndim", "size", "dtype", "itemsize", "nbytes", "flags"})
LIST_METHODS = frozenset({"append", "extend", "insert", "pop", "remove", "clear", "reverse"})
DICT_METHODS = frozenset({"get", "items", "keys", "values", "update", "setdefault"})
_REDUCTIONS = frozenset(
    "np." + n
    for n in "sum mean prod max min amax amin var std linalg.norm argmax argmin average".split()
)
_DISCRETE = frozenset(
    "np." + n
    for n in (
        "argmax argmin argsort isfinite isnan isinf equal not_equal less less_equal greater "
        "greater_equal logical_and logical_or logical_not logical_xor searchsorted nonzero "
        "count_nonzero any all bitwise_and bitwise_or"
    ).split()
)
_SHAPED = frozenset(
    "np." + n
    for n in "cumsum sort flip fliplr flipud roll copy zeros_like ones_like empty_like tril "
    "triu real imag conj linalg.inv linalg.cholesky ascontiguousarray".split()
) | {"ndarray.copy", "ndarray.astype"}


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
    while True:
        before = dict(kinds)
        _block(fn.body, kinds, call_kind, device)
        if kinds == before:
            break
    body = _block(fn.body, kinds, call_kind, device)
    return Resolved(replace(fn, body=body), kinds, kinds.get("return", NONE))


def atom_kind(atom: Atom | None, kinds: Mapping[str, Kind]) -> Kind | None:
    """The kind of an atom; None while nothing is known of a name yet."""
    match atom:
        case Var(name=name):
            return kinds.get(name)
        case Const(value=value):
            return kind_of(value)
        case Ref(value=value):
            kind = kind_of(value)
            return replace(kind, callee=value) if kind.tag == "function" else kind
    return ANY


def _note(kinds: Kinds, name: str, kind: Kind | None) -> None:
    if kind is not None:
        kinds[name] = shallow(join(kinds.get(name), kind))


def _block(block: Block, kinds: Kinds, call_kind: CallKind, device: bool) -> Block:
    return tuple(_told(_stmt(s, kinds, call_kind, device), kinds, call_kind) for s in block)


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


def _stmt(stmt: Stmt, kinds: Kinds, call_kind: CallKind, device: bool) -> Stmt:
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
                    part = _without_axes(part)
                _note(kinds, target.name, part)
        case Store(place=place):
            place, _ = resolve_op(place, kinds, call_kind, device)
            return replace(stmt, place=place)
        case Augment(target=target, value=value, operator=operator):
            _note(kinds, target.name, _binary_kind(
                operator, atom_kind(target, kinds), atom_kind(value, kinds), augmented=True
            ))  # fmt: skip
        case Effect(value=op):
            op, _ = resolve_op(op, kinds, call_kind, device)
            return replace(stmt, value=op)
        case If(body=body, orelse=orelse):
            return replace(
                stmt,
                body=_block(body, kinds, call_kind, device),
                orelse=_block(orelse, kinds, call_kind, device),
            )
        case For(target=target, iterable=iterable, body=body):
            _note(kinds, target.name, element_kind(iterable, kinds, device))
            return replace(stmt, body=_block(body, kinds, call_kind, device))
        case While(before=before, body=body):
            before = _block(before, kinds, call_kind, device)
            return replace(stmt, before=before, body=_block(body, kinds, call_kind, device))
        case With(context=op, target=target, body=body):
            op, kind = resolve_op(op, kinds, call_kind, device)
            if target is not None:
                _note(kinds, target.name, kind)
            return replace(stmt, context=op, body=_block(body, kinds, call_kind, device))
        case Return(value=value):
            _note(kinds, "return", atom_kind(value, kinds))
        case Define(target=target):
            kinds.setdefault(target.name, FUNCTION)
    return stmt


def resolve_op(
    op: Op, kinds: Mapping[str, Kind], call_kind: CallKind, device: bool = False
) -> tuple[Op, Kind | None]:
    """What an operation means and the kind of what it gives (None: not known yet)."""
    op, kind = _resolve_op(op, kinds, call_kind)
    if device and (op.prim == "index" or op.prim.startswith(("np.", "ndarray."))):
        known = [atom_kind(arg, kinds) for arg in op.args]
        if any(k is not None and k.tag in ("array", "numeric") for k in known):
            kind = _without_axes(kind)
        elif kind is not None and kind.is_number and isinstance(op.template, gast.Call):
            kind = Kind("numeric", discrete=kind.discrete)
    return op, kind


def _without_axes(kind: Kind | None) -> Kind | None:
    """What stands on a device for a number: an array without axes."""
    if kind is None or not kind.is_number:
        return kind
    return Kind("array", 0, discrete=kind.discrete)


def _resolve_op(
    op: Op, kinds: Mapping[str, Kind], call_kind: CallKind
) -> tuple[Op, Kind | None]:
    args = tuple(atom_kind(arg, kinds) for arg in op.args)
    head, _, name = op.prim.partition(":")
    match head:
        case "binary":
            if any(k is not None and k.is_container for k in args):
                return op, _binary_kind(name, args[0], args[1])
            rule = rule_of_operator(name)
            return _by_rule(op, rule, ("", ""), kinds), _binary_kind(name, args[0], args[1])
        case "unary":
            if name == "not":
                return replace(op, prim="look"), INT
            return _by_rule(op, rule_of_operator(name + "u"), ("",), kinds), args[0]
        case "index":
            return op, _index_kind(op, args[0], kinds)
        case "attribute":
            return _attribute(op, name, args[0], kinds)
        case "tuple" | "list" | "set" | "dict":
            return op, display_kind(op, args)
        case "list.copy" | "elements" | "record":  # resolved in an earlier round
            return op, known_container(op, args)
        case "look":
            return op, _look_kind(op, args)
        case "method":
            return _method(op, name, args, kinds)
        case "call":
            return _call(op, args, kinds, call_kind)
        case "np.add.at" | "np.subtract.at":
            return op, NONE
        case _:  # resolved in an earlier round
            rule = rule_of_name(op.prim)
            return op, _rule_kind(rule, op, args)


def _look_kind(op: Op, args: tuple[Kind | None, ...]) -> Kind | None:
    """The kind of an expression that only looks: comparisons of arrays are arrays."""
    if any(k is None for k in args):
        return None
    match op.template:
        case gast.Compare(ops=ops):
            if all(isinstance(o, gast.Is | gast.IsNot | gast.In | gast.NotIn) for o in ops):
                return INT
            known = tuple(k for k in args if k is not None)
            if all(k.is_number or k.tag in ("str", "none", "list", "tuple") for k in known):
                return INT
            return _elementwise(known, discrete=True)
        case gast.BoolOp() | gast.UnaryOp():
            return INT if all(k is not None and k.is_number for k in args) else _LOOKED
        case gast.JoinedStr():
            return STR
        case gast.Attribute(attr=name):
            return Kind("list", items=(INT,)) if name == "shape" else INT
        case gast.Call():
            function = op.callee.value if isinstance(op.callee, Ref) else None
            return INT if function in _NUMBERS else _LOOKED
    return _LOOKED


_LOOKED = Kind("any", discrete=True)
_NUMBERS = (len, int, bool, isinstance, issubclass, callable, hasattr, any, all, np.ndim, np.size)


def rule_of_name(name: str) -> Rule:
    """The rule with a canonical name."""
    return RULES[name]


def _by_rule(
    op: Op, rule: Rule | None, roles: tuple[str, ...], kinds: Mapping[str, Kind]
) -> Op:
    """The operation with its arguments bound to the rule's parameters; unbound ones stay a call."""
    bound = None if rule is None else bind_roles(rule, roles)
    if rule is None or bound is None:
        return op
    return replace(op, prim=rule.name, roles=bound)


def bind_roles(rule: Rule, roles: tuple[str, ...]) -> tuple[str, ...] | None:
    """The parameter of a rule that each argument fills, or None where it takes no such argument.

    >>> from adjoint.runtime.rules import RULES
    >>> bind_roles(RULES["np.sum"], ("", "axis"))
    ('a', 'axis')
    """
    if "*" in roles or "**" in roles:
        return None
    positions = [i for i, role in enumerate(roles) if role in ("", "self")]
    try:
        bound = bind(rule, len(positions), [role for role in roles if role not in ("", "self")])
    except MissingRule:
        return None
    filled = list(roles)
    for parameter, source in bound.items():
        for position in source if isinstance(source, tuple) else (source,):
            if isinstance(position, int):
                filled[positions[position]] = parameter
    return tuple(filled)


def _binary_kind(
    symbol: str, a: Kind | None, b: Kind | None, augmented: bool = False
) -> Kind | None:
    if a is None or b is None:
        return a or b
    if symbol == "*" and a.is_container != b.is_container:
        container = a if a.is_container else b
        return Kind("list", items=(join_all(container.items),) if container.items else ())
    if a.is_container or b.is_container:
        if a.is_numeric and not augmented:  # array + list
            return NUMERIC
        return join(a, b)
    if a.tag == "str" or b.tag == "str":
        return STR
    if symbol == "@":
        return _matmul_kind(a, b)
    if augmented and a.tag == "array":
        return a
    return _elementwise((a, b), discrete=symbol != "/")


def _matmul_kind(a: Kind, b: Kind) -> Kind:
    if a.ndim is None or b.ndim is None or a.tag != "array" or b.tag != "array":
        return NUMERIC
    if a.ndim == 1 and b.ndim == 1:
        return NUM
    if a.ndim == 1 or b.ndim == 1:
        return Kind("array", max(a.ndim, b.ndim) - 1)
    return Kind("array", max(a.ndim, b.ndim))


def _elementwise(args: tuple[Kind | None, ...], discrete: bool) -> Kind | None:
    known = tuple(k for k in args if k is not None)
    if not known:
        return None
    discrete = discrete and all(k.discrete for k in known)
    if all(k.tag == "num" for k in known):
        return INT if discrete else NUM
    arrays = [k for k in known if k.tag == "array"]
    if len(arrays) + sum(k.tag == "num" for k in known) == len(known):
        axes = [k.ndim for k in arrays]
        ndim = None if None in axes else max(axes)  # type: ignore[type-var]
        return Kind("array", ndim, discrete=discrete)
    if arrays and all(k.tag in ("num", "array", "numeric") for k in known):
        return Kind("array", None, discrete=discrete)
    return Kind("numeric", discrete=discrete)


def _index_kind(op: Op, base: Kind | None, kinds: Mapping[str, Kind]) -> Kind | None:
    if base is None:
        return None
    parts = index_parts(op)
    if base.tag in ("tuple", "list", "dict", "record"):
        part = parts[0]
        if part.what == "slice":
            return Kind("list", items=(join_all(base.items),) if base.items else ())
        if base.tag in ("tuple", "record") and isinstance(part.at, Const):
            position = part.at.value
            if isinstance(position, int) and -len(base.items) <= position < len(base.items):
                return base.items[position]
        return join_all(base.items) if base.items else ANY
    if base.tag == "str":
        return STR
    if base.tag == "range":
        return INT
    if base.tag != "array":
        return ANY if base.tag == "any" else Kind("numeric", discrete=base.discrete)
    numbers = [p for p in parts if p.what == "at"]
    known = [atom_kind(p.at, kinds) for p in numbers]
    if base.ndim is None or any(k is None or k.tag != "num" for k in known):
        return Kind("numeric", discrete=base.discrete)
    ndim = base.ndim - len(numbers) + sum(p.what == "none" for p in parts)
    if ndim <= 0 and not any(p.what == "ellipsis" for p in parts):
        return INT if base.discrete else NUM
    return Kind("array", max(ndim, 0), discrete=base.discrete)


def _attribute(
    op: Op, name: str, base: Kind | None, kinds: Mapping[str, Kind]
) -> tuple[Op, Kind | None]:
    if base is None:
        return op, None
    if base.tag in ("record", "tuple") and name in base.names:
        return op, base.items[base.names.index(name)]
    if base.is_numeric and name in SHAPE_ATTRIBUTES:
        return replace(op, prim="look"), Kind("list", items=(INT,)) if name == "shape" else INT
    if base.tag in ("num", "array", "numeric"):
        rule = rule_of_method(name)
        if rule is not None:
            op = _by_rule(op, rule, ("self",), kinds)
            return op, _rule_kind(rule, op, (base,))
    return op, ANY


def _method(
    op: Op, name: str, args: tuple[Kind | None, ...], kinds: Mapping[str, Kind]
) -> tuple[Op, Kind | None]:
    base = args[0]
    receiver = op.args[0]
    if isinstance(receiver, Ref) and name == "at" and receiver.value in (np.add, np.subtract):
        if op.roles == ("self", "", "", ""):
            return replace(op, prim=f"np.{receiver.value.__name__}.at"), NONE
    if isinstance(receiver, Ref) and isinstance(receiver.value, logging.Logger):
        return replace(op, prim="look"), NONE
    if base is None:
        return op, None
    if base.is_numeric and not (base.tag == "any" and name in LIST_METHODS | DICT_METHODS):
        rule = rule_of_method(name)
        if rule is not None:
            bound = _by_rule(op, rule, op.roles, kinds)
            if base.tag != "any" or _could_be_array(receiver, bound, rule, args):
                return bound, _rule_kind(rule, bound, args)
        return op, ANY
    if base.tag in ("list", "tuple", "dict"):
        return method_kind(op, name, base, args)
    if base.tag == "str":
        return replace(op, prim="look"), STR
    return op, ANY


def _could_be_array(
    receiver: Atom, bound: Op, rule: Rule, args: tuple[Kind | None, ...]
) -> bool:
    """Whether a receiver of unknown kind may be taken for an array whose method has a rule.

    An object of the user's may have a method of the same name: it is not taken for an array where
    it is known to be none, nor where it is given what an array's method takes no derivative of.
    """
    if isinstance(receiver, Ref) or bound.prim.startswith("method:"):
        return False
    return all(
        role in rule.differentiable or kind is None or kind.discrete or not kind.differentiable
        for role, kind in zip(bound.roles, args, strict=True)
    )


def _call(
    op: Op, args: tuple[Kind | None, ...], kinds: Mapping[str, Kind], call_kind: CallKind
) -> tuple[Op, Kind | None]:
    if not isinstance(op.callee, Ref):
        return op, ANY
    function = op.callee.value
    special = _builtin(op, function, args)
    if special is not None:
        return special
    rule = rule_of(function)
    if rule is not None:
        bound = _by_rule(op, rule, op.roles, kinds)
        return bound, _rule_kind(rule, bound, args)
    if any(k is None for k in args):
        return op, None
    return call_kind(op, kinds)[:2]


def _builtin(
    op: Op, function: Any, args: tuple[Kind | None, ...]
) -> tuple[Op, Kind | None] | None:
    """Builtins whose kind depends on containers, and calls that only look."""
    try:
        looks = function in LOOKS
    except TypeError:
        looks = False
    module = (getattr(function, "__module__", None) or "").partition(".")[0]
    if looks or module in _LOOKING_MODULES:
        op = replace(op, prim="look")
        return op, RANGE if function is range else _look_kind(op, args)
    return container_call(op, function, args)


def _rule_kind(rule: Rule, op: Op, args: tuple[Kind | None, ...]) -> Kind | None:
    if any(k is None for k in args):
        return None
    known = [k for k in args if k is not None]
    if rule.name.startswith("math.") or rule.name in ("float", "builtins.float"):
        return INT if rule.kind == "zero" else NUM
    discrete = rule.name in _DISCRETE
    if rule.name in _REDUCTIONS:
        return _reduction_kind(op, known[0], discrete)
    if rule.name == "np.matmul" or (rule.name == "np.dot" and len(known) == 2):
        return _matmul_kind(known[0], known[1])
    if rule.kind == "elementwise" or discrete or rule.name in ("np.floor", "np.sign", "np.abs"):
        kind = _elementwise(tuple(known), discrete=False)
        return replace(kind, discrete=discrete) if kind is not None else None
    if rule.name in _SHAPED and known:
        return known[0] if known[0].tag in ("array", "num") else NUMERIC
    if rule.name in ("np.zeros", "np.ones", "np.empty", "np.full"):
        shape = known[0]
        if shape.tag == "num":
            return Kind("array", 1)
        return Kind("array", len(shape.items) if shape.tag == "tuple" else None)
    if rule.name in ("np.arange", "np.linspace"):
        return Kind("array", 1)
    if rule.name == "np.eye":
        return Kind("array", 2)
    if rule.name == "np.outer":
        return Kind("array", 2)
    if rule.name == "np.where" and len(known) > 1:
        return _elementwise(tuple(known), discrete=False)
    if rule.kind == "zero" and rule.name not in ("np.empty", "np.identity"):
        return NUMERIC
    return NUMERIC


def _reduction_kind(op: Op, base: Kind, discrete: bool) -> Kind:
    given = dict(zip(op.roles, op.args, strict=True))
    axis, keep = given.get("axis"), given.get("keepdims")
    kept = keep is not None and not (isinstance(keep, Const) and not keep.value)
    if (axis is None or (isinstance(axis, Const) and axis.value is None)) and not kept:
        return INT if discrete else NUM
    if base.tag == "array" and base.ndim is not None:
        if kept:
            return Kind("array", base.ndim, discrete=discrete)
        if isinstance(axis, Const) and isinstance(axis.value, int):
            return Kind("array", base.ndim - 1, discrete=discrete) if base.ndim > 1 else NUM
    return Kind("numeric", discrete=discrete)


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
            return _without_axes(each) if device and kind.tag == "array" else each
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
