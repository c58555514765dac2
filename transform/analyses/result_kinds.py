"""The kinds of what operations give, for operators, subscripts, looks and the rules of NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import gast
import numpy as np

from adjoint.runtime.helpers import STRUCTURED
from adjoint.runtime.rules.table import Rule
from adjoint.transform.analyses.forms import TUPLES
from adjoint.transform.analyses.kind import (
    ANY,
    ARRAY,
    BOOL,
    ERROR,
    INT,
    NUM,
    NUMERIC,
    STR,
    Kind,
    atom_kind,
    join,
    join_all,
)  # fmt: skip
from adjoint.transform.analyses.ranks import result_kind
from adjoint.transform.analyses.whole import is_whole, may_be_whole
from adjoint.transform.ir.nodes import CAUGHT, Const, Op, Ref
from adjoint.transform.ir.places import index_parts

_REDUCTIONS = frozenset(
    "np." + n
    for n in "sum mean prod max min amax amin var std linalg.norm argmax argmin average".split()
)
_PARTS = frozenset({"np.split", "np.array_split", "np.hsplit", "np.vsplit", "np.dsplit"})
_DISCRETE = frozenset(
    "np." + n
    for n in (
        "argmax argmin argsort isfinite isnan isinf equal not_equal less less_equal greater "
        "greater_equal logical_and logical_or logical_not logical_xor searchsorted nonzero "
        "count_nonzero any all bitwise_and bitwise_or"
    ).split()
)


def look_kind(op: Op, args: tuple[Kind | None, ...]) -> Kind | None:
    """The kind of an expression that only looks: comparisons of arrays are arrays."""
    if any(k is None for k in args):
        return None
    if op.template is CAUGHT:
        return ERROR
    match op.template:
        case gast.Compare(left=left, ops=ops, comparators=others):
            if all(isinstance(o, gast.Is | gast.IsNot | gast.In | gast.NotIn) for o in ops):
                return BOOL
            known = tuple(k for k in args if k is not None)
            inner = [node for side in (left, *others) for node in gast.walk(side)]
            if any(isinstance(n, gast.Subscript) for n in inner):
                if any(k.is_container for k in known):
                    return _LOOKED
            if all(k.is_number or k.tag in ("str", "none", "list", "tuple") for k in known):
                return BOOL
            found = _elementwise(known, discrete=False)
            if found is None:
                return None
            other = any(isinstance(n, _OTHER_AXES) for n in inner)
            return replace(found, ndim=None if other else found.ndim, discrete=True)
        case gast.BoolOp() | gast.UnaryOp():
            return BOOL if all(k is not None and k.is_number for k in args) else _LOOKED
        case gast.JoinedStr():
            return STR
        case gast.Attribute(attr=name):
            return Kind("list", items=(INT,)) if name == "shape" else INT
        case gast.Call():
            function = op.callee.value if isinstance(op.callee, Ref) else None
            if function in _TEXTS:
                return STR
            return INT if function in _NUMBERS else _LOOKED
    return _LOOKED


_OTHER_AXES = (gast.Subscript, gast.Attribute, gast.Call)
"""What is part of an operand, or made of it, may have fewer axes than the operand, or more."""
_LOOKED = Kind("any", discrete=True)
_TEXTS = (str, repr, ascii, format)
_NUMBERS = (len, int, bool, isinstance, issubclass, callable, hasattr, any, all, np.ndim, np.size)


def binary_kind(
    symbol: str, a: Kind | None, b: Kind | None, augmented: bool = False
) -> Kind | None:
    """The kind of `a <symbol> b`, or of `a` after `a <symbol>= b`."""
    if a is None or b is None:
        return a or b
    if augmented and a.tag == "array":
        return a
    if not augmented and {a.tag, b.tag} & {"list", "tuple"} and "array" in (a.tag, b.tag):
        return ARRAY  # NumPy takes the list for an array
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
    undecided = discrete and all(k.discrete or k.undecided for k in known)
    discrete = discrete and all(k.discrete for k in known)
    undecided = undecided and not discrete
    if all(k.tag == "num" for k in known):
        return INT if discrete else NUM
    arrays = [k for k in known if k.tag == "array"]
    if len(arrays) + sum(k.tag == "num" for k in known) == len(known):
        axes = [k.ndim for k in arrays]
        ndim = None if None in axes else max(axes)  # type: ignore[type-var]
        return Kind("array", ndim, discrete=discrete, undecided=undecided)
    if arrays and all(k.tag in ("num", "array", "numeric") for k in known):
        return Kind("array", None, discrete=discrete, undecided=undecided)
    return Kind("numeric", discrete=discrete, undecided=undecided)


def index_kind(op: Op, base: Kind | None, kinds: Mapping[str, Kind]) -> Kind | None:
    """The kind of `base[...]`."""
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
        return ANY if base.tag == "any" else replace(base, tag="numeric", names=())
    numbers = [p for p in parts if p.what == "at"]
    known = [atom_kind(p.at, kinds) for p in numbers]
    if any(k is not None and _gathers(k) for k in known):
        return replace(base, ndim=None)
    if base.ndim is None or any(k is None or not k.is_position for k in known):
        return replace(base, tag="numeric", ndim=None)
    ndim = base.ndim - len(numbers) + sum(p.what == "none" for p in parts)
    if ndim <= 0 and not any(p.what == "ellipsis" for p in parts):
        return INT if base.discrete else NUM
    return replace(base, ndim=max(ndim, 0))


def _gathers(index: Kind) -> bool:
    """Whether an index certainly is a list or array with axes: what it takes is an array."""
    return index.tag == "list" or (index.tag == "array" and bool(index.ndim))


def rule_kind(rule: Rule, op: Op, args: tuple[Kind | None, ...]) -> Kind | None:
    """The kind of what a function with a rule gives."""
    kind = _rule_kind(rule, op, args)
    if kind is None or kind.tag not in ("num", "array", "numeric") or kind.discrete:
        return kind
    if is_whole(op, args):
        return replace(kind, discrete=True)
    undecided = kind.tag != "num" and may_be_whole(op, args)
    return replace(kind, undecided=undecided) if undecided != kind.undecided else kind


def _rule_kind(rule: Rule, op: Op, args: tuple[Kind | None, ...]) -> Kind | None:
    if any(k is None for k in args):
        return None
    known = [k for k in args if k is not None]
    if rule.name in ("stop_gradient", "adjoint.stop_gradient", "adjoint.on_cotangent"):
        return known[0]
    if (whole := STRUCTURED.get(rule.name)) is not None and known[whole].is_container:
        same = rule.name in ("restructure", "snapshot")
        return known[whole] if same else _of_cotangent(known[whole])
    if rule.name in ("np.array2string", "np.array_str", "np.array_repr"):
        return STR
    if _gives_several(rule, op):
        return Kind("list", items=(_part_of_several(rule, op, known),))
    number = rule.name.startswith("math.") and rule.name != "math.prod"
    if number or rule.name in ("float", "builtins.float"):
        return INT if rule.kind == "zero" else NUM
    discrete = rule.name in _DISCRETE
    if rule.name in _REDUCTIONS:
        return _reduction_kind(op, known[0], discrete)
    if rule.name == "np.matmul":
        return _matmul_kind(known[0], known[1])
    if rule.kind == "elementwise" or discrete or rule.name in ("np.floor", "np.sign", "np.abs"):
        kind = _elementwise(tuple(known), discrete=False)
        return replace(kind, discrete=discrete) if kind is not None else None
    if rule.name == "np.where" and len(known) > 1:
        return _elementwise(tuple(known), discrete=False)
    return result_kind(op, tuple(known))


def _of_cotangent(kind: Kind) -> Kind:
    """The kind of a cotangent: of a tuple it is a list, which can be written into."""
    items = tuple(map(_of_cotangent, kind.items))
    match kind.tag:
        case "tuple" | "list":
            return Kind("list", items=(join_all(items),) if items else ())
        case "dict":
            return Kind("dict", items=items)
        case "num" | "array" | "numeric":
            return replace(kind, discrete=False, undecided=False)
    return ANY


def _gives_several(rule: Rule, op: Op) -> bool:
    """Whether a function gives a tuple or list of arrays."""
    match rule.name:
        case "np.unique":
            return any(role.startswith("return_") for role in op.roles) or len(op.args) > 1
        case "np.where":
            return len(op.args) == 1
        case "np.indices" | "np.load":
            return False
    return rule.result != "array" or rule.name in TUPLES


def _part_of_several(rule: Rule, op: Op, known: list[Kind]) -> Kind:
    """What covers all parts of such a result."""
    if rule.name in ("np.nonzero", "np.where"):
        return Kind("array", 1, discrete=True)
    if rule.name in ("math.modf", "math.frexp"):
        return NUM
    if rule.name in ("divmod", "np.divmod", "np.modf", "np.frexp"):
        return _elementwise(tuple(known), discrete=False) or NUMERIC
    if rule.name in _PARTS:
        return known[0] if known[0].tag == "array" else ARRAY
    return Kind("numeric", discrete=rule.name in TUPLES and rule.name != "np.unique")


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


def without_axes(kind: Kind | None) -> Kind | None:
    """What stands on a device for a number: an array without axes."""
    if kind is None or not kind.is_number:
        return kind
    return Kind("array", 0, discrete=kind.discrete)
