"""What one operation means, given the kinds of its operands: the rule, container or look it is."""

from __future__ import annotations

import functools
import logging
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import gast
import numpy as np

from adjoint.runtime.cells import Cell
from adjoint.runtime.errors import MissingRule
from adjoint.runtime.rules import RULES, bind, rule_of, rule_of_method, rule_of_operator
from adjoint.runtime.rules.table import Rule
from adjoint.transform.analyses.cells import NEW, holds_cells
from adjoint.transform.analyses.classes import has_method
from adjoint.transform.analyses.container_calls import (
    container_call,
    known_container,
    replaced_fields,
)  # fmt: skip
from adjoint.transform.analyses.containers import display_kind, each_kind, method_kind
from adjoint.transform.analyses.dataclass_calls import dataclass_function
from adjoint.transform.analyses.kind import (
    ANY,
    CELL,
    INT,
    NONE,
    RANGE,
    SHARING,
    STR,
    Kind,
    atom_kind,
)  # fmt: skip
from adjoint.transform.analyses.objects import (
    CallKind,
    class_method,
    object_attribute,
    object_builtin,
    object_call,
    object_method,
    object_operator,
)  # fmt: skip
from adjoint.transform.analyses.remembered import remember
from adjoint.transform.analyses.result_kinds import (
    binary_kind,
    index_kind,
    look_kind,
    rule_kind,
    without_axes,
)  # fmt: skip
from adjoint.transform.ir.nodes import Atom, Op, Ref
from adjoint.transform.library import OF_SEQUENCES

# Calls that only look at their operands, or make something that carries no derivative.
LOOKS: frozenset[Any] = frozenset(
    {
        print, len, isinstance, issubclass, type, str, repr, id, hash, hasattr, callable, format,
        range, any, all, bool, int, ord, chr, dir, slice, np.shape, np.ndim, np.size, np.isscalar,
        math.isnan, math.isinf, math.isfinite, math.isclose, np.errstate, np.allclose,
        np.array_equal, np.may_share_memory, np.shares_memory, np.random.default_rng,
        np.iscomplexobj, remember,
    }
)  # fmt: skip
_LOOKING_MODULES = frozenset({"logging", "warnings", "time", "sys", "os", "gc", "tqdm"})
SHAPE_ATTRIBUTES = frozenset({"shape", "ndim", "size", "dtype", "itemsize", "nbytes", "flags"})
LIST_METHODS = frozenset({"append", "extend", "insert", "pop", "remove", "clear", "reverse"})
DICT_METHODS = frozenset({"get", "items", "keys", "values", "update", "setdefault"})


def resolve_op(
    op: Op, kinds: Mapping[str, Kind], call_kind: CallKind, device: bool = False
) -> tuple[Op, Kind | None]:
    """What an operation means and the kind of what it gives (None: not known yet)."""
    op, kind = _resolve_op(op, kinds, call_kind)
    if device and (op.prim == "index" or op.prim.startswith(("np.", "ndarray."))):
        known = [atom_kind(arg, kinds) for arg in op.args]
        if any(k is not None and k.tag in ("array", "numeric") for k in known):
            kind = without_axes(kind)
        elif kind is not None and kind.is_number and isinstance(op.template, gast.Call):
            kind = Kind("numeric", discrete=kind.discrete)
    if device and kind is not None and (op.prim == "list.copy" or op.prim.startswith("elements:")):
        kind = _perhaps_without_axes(kind)
    return op, kind


def _perhaps_without_axes(kind: Kind) -> Kind:
    """What stands on a device for a container whose numbers may be elements of arrays."""
    if kind.is_number and not kind.discrete:
        return Kind("numeric")
    return replace(kind, items=tuple(map(_perhaps_without_axes, kind.items)))


def _resolve_op(
    op: Op, kinds: Mapping[str, Kind], call_kind: CallKind
) -> tuple[Op, Kind | None]:
    args = tuple(atom_kind(arg, kinds) for arg in op.args)
    head, _, name = op.prim.partition(":")
    if head in ("binary", "unary", "index"):
        special = object_operator(op, args, kinds, call_kind)
        if special is not None:
            return special
    match head:
        case "binary":
            if any(k is not None and k.is_container for k in args):
                if name == "|" and all(k is not None and k.tag == "dict" for k in args):
                    op = replace(op, prim="dict", roles=("**", "**"))  # {**a, **b}
                    return op, display_kind(op, args)
                return op, binary_kind(name, args[0], args[1])
            rule = rule_of_operator(name)
            return _by_rule(op, rule, ("", ""), kinds), binary_kind(name, args[0], args[1])
        case "unary":
            if name == "not":
                return replace(op, prim="look"), INT
            return _by_rule(op, rule_of_operator(name + "u"), ("",), kinds), args[0]
        case "index":
            made = rule_of(op.args[0].value) if isinstance(op.args[0], Ref) else None
            if made is not None:
                return _by_rule(op, made, ("",) * len(op.args), kinds), ANY  # `np.r_[x, y]`
            return op, index_kind(op, args[0], kinds)
        case "attribute":
            return _attribute(op, name, args[0], kinds, call_kind)
        case "tuple" | "list" | "set" | "dict":
            return op, display_kind(op, args)
        case "list.copy" | "deep copy" | "elements" | "record":  # resolved in an earlier round
            return op, known_container(op, args)
        case "closure":  # holds what the function captures; see `transform.closures`
            return op, SHARING if any(k is not None and holds_cells(k) for k in args) else ANY
        case "cell":  # resolved in an earlier round
            return op, CELL if op.prim == NEW else ANY
        case "look":
            return op, look_kind(op, args)
        case "method":
            return _method(op, name, args, kinds, call_kind)
        case "call":
            return _call(op, args, kinds, call_kind)
        case "np.add.at" | "np.subtract.at":
            return op, NONE
        case _:  # resolved in an earlier round
            rule = rule_of_name(op.prim)
            return op, rule_kind(rule, op, args)


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


def _attribute(
    op: Op, name: str, base: Kind | None, kinds: Mapping[str, Kind], call_kind: CallKind
) -> tuple[Op, Kind | None]:
    if base is None:
        return op, None
    if base == CELL and name in ("value", "plain"):
        return replace(op, prim=f"cell:{name}"), ANY
    if base.tag in ("record", "tuple") and name in base.names:
        return op, base.items[base.names.index(name)]
    if base.cls is not None:
        return object_attribute(op, name, base.cls, kinds, call_kind)
    if base.is_numeric and name in SHAPE_ATTRIBUTES:
        return replace(op, prim="look"), Kind("list", items=(INT,)) if name == "shape" else INT
    if base.tag in ("num", "array", "numeric"):
        rule = rule_of_method(name)
        if rule is not None:
            op = _by_rule(op, rule, ("self",), kinds)
            return op, rule_kind(rule, op, (base,))
    return op, ANY


def _method(
    op: Op, name: str, args: tuple[Kind | None, ...], kinds: Mapping[str, Kind],
    call_kind: CallKind,
) -> tuple[Op, Kind | None]:
    base = args[0]
    receiver = op.args[0]
    if isinstance(receiver, Ref) and name == "at" and receiver.value in (np.add, np.subtract):
        if op.roles == ("self", "", "", ""):
            return replace(op, prim=f"np.{receiver.value.__name__}.at"), NONE
    if isinstance(receiver, Ref) and isinstance(receiver.value, logging.Logger):
        return replace(op, prim="look"), NONE
    of_class = class_method(op, name, kinds, call_kind)
    if of_class is not None:
        return of_class
    if base is None:
        return op, None
    if base.is_numeric and not (base.tag == "any" and name in LIST_METHODS | DICT_METHODS):
        rule = rule_of_method(name)
        if rule is not None:
            bound = _by_rule(op, rule, op.roles, kinds)
            if base.tag != "any" or _could_be_array(receiver, bound, rule, args):
                return bound, rule_kind(rule, bound, args)
        return op, ANY
    if base.names and name == "_replace" and (found := replaced_fields(op, args)):
        return found
    if base.tag == "tuple" and has_method(base.cls, name):
        return object_method(op, name, base.cls, args, kinds, call_kind)
    if base.tag in ("list", "tuple", "dict"):
        return method_kind(op, name, base, args)
    if base.tag == "str":
        return replace(op, prim="look"), STR
    if base.cls is not None and (name not in base.names or op.callee is not None):
        return object_method(op, name, base.cls, args, kinds, call_kind)
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
        return object_call(op, atom_kind(op.callee, kinds), args, kinds, call_kind)
    function = op.callee.value
    if function is Cell:
        return replace(op, prim=NEW, roles=()), CELL
    if function is functools.partial and not {"*", "**"} & set(op.roles):
        held = ("()", *(str(i) for i in range(op.roles.count("") - 1)))
        roles = (*held, *(role for role in op.roles if role))
        return replace(op, prim="closure:partial", roles=roles), ANY
    if function is max or function is min:
        if any(k is None for k in args):
            return op, None
        compared = _of_sequences(function, op.roles, args)
        if compared is not None:
            return call_kind(replace(op, callee=Ref(op.callee.text, compared)), kinds)[:2]
    special = object_builtin(op, function, args, kinds, call_kind) or _builtin(op, function, args)
    if special is None and (known := dataclass_function(function, op.roles, args)) is not None:
        op = replace(op, callee=Ref(op.callee.text, known))
    if special is not None:
        return special
    rule = rule_of(function)
    if rule is not None:
        bound = _by_rule(op, rule, op.roles, kinds)
        return bound, rule_kind(rule, bound, args)
    if any(k is None for k in args):
        return op, None
    return call_kind(op, kinds)[:2]


def _of_sequences(
    function: Any, roles: tuple[str, ...], args: tuple[Kind | None, ...]
) -> Any:
    """The source of `max` or `min` of tuples, lists or objects; None of every other call."""
    if roles == ("",):
        args = tuple(None if k is None else each_kind(k) for k in args)
    if not any(k is not None and k.is_container for k in args):
        return None
    return OF_SEQUENCES.get((function, roles))


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
        return op, RANGE if function is range else look_kind(op, args)
    return container_call(op, function, args)
