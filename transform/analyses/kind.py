"""Kinds: what a name holds, as far as the meaning of operators depends on it.

A kind says number, array (and of how many axes), list, tuple, dict and so on. Shapes and values are
never part of it. Kinds form a lattice by `join`; `NUMERIC` is "a number or an array", `ANY` the
top.
"""

from __future__ import annotations

import enum
import inspect
import numbers
import types
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from adjoint.runtime.cells import Cell, holds_cells
from adjoint.runtime.helpers.structures import fields_of
from adjoint.transform.analyses.classes import keeps_fields
from adjoint.transform.ir.nodes import Atom, Const, Ref, Var


@dataclass(frozen=True, slots=True)
class Kind:
    """What a name holds.

    tag: `num`, `array`, `numeric`, `list`, `tuple`, `dict`, `record`, `str`, `none`, `function`,
      `range`, `error`, `cell` (a variable that functions share), `any`.
    ndim: number of axes of an array, where it is known.
    items: element kinds: each of a tuple, the joined one of a list or dict, the fields of a record.
    discrete: integers, truth values and what has no derivative for another reason.
    names: the field names of a record or of a named tuple; `bool` marks truth values.
    callee: of a function, which one it is, where that is known.
    cls: of an object whose attributes are its fields, and of a named tuple, its class.
    undecided: whether an array may turn out to hold whole numbers when it is there: what is stored
      into it is cut off then, and no derivative flows through it.
    """

    tag: str
    ndim: int | None = None
    items: tuple[Kind, ...] = ()
    discrete: bool = False
    names: tuple[str, ...] = ()
    callee: Any = None
    cls: Any = None
    undecided: bool = False

    @property
    def is_numeric(self) -> bool:
        """Whether arithmetic on it is array arithmetic."""
        return self.tag in ("num", "array", "numeric", "any")

    @property
    def is_number(self) -> bool:
        """Whether it is certainly a number, which no write can change."""
        return self.tag == "num"

    @property
    def is_position(self) -> bool:
        """Whether it certainly stands for one place as an index: a truth value is a mask."""
        return self.tag == "num" and "bool" not in self.names

    @property
    def may_share(self) -> bool:
        """Whether two names of this kind can share memory that one of them writes."""
        if self.tag == "tuple" and self.items:
            return any(item.may_share for item in self.items)
        return self.tag not in ("num", "str", "none", "function", "range")

    @property
    def may_cut_off(self) -> bool:
        """Whether what is stored into it may be made a whole number, for all that is known."""
        return self.undecided or self.tag == "any"

    @property
    def is_container(self) -> bool:
        """Whether it holds other values, each with a cotangent of its own."""
        return self.tag in ("list", "tuple", "dict", "record")

    @property
    def differentiable(self) -> bool:
        """Whether it can carry a derivative at all."""
        if self.tag in ("str", "none", "function", "range", "cell") or self.discrete:
            return False
        if self.is_container and self.items:
            return any(item.differentiable for item in self.items)
        return True

    def __str__(self) -> str:
        inner = f"[{', '.join(map(str, self.items))}]" if self.items else ""
        axes = "" if self.ndim is None or self.tag != "array" else str(self.ndim)
        return f"{'int ' if self.discrete else ''}{self.tag}{axes}{inner}"


NUM = Kind("num")
INT = Kind("num", discrete=True)
ARRAY = Kind("array")
NUMERIC = Kind("numeric")
STR = Kind("str")
NONE = Kind("none")
FUNCTION = Kind("function")
BOOL = Kind("num", discrete=True, names=("bool",))
"""A truth value: a number, but as an index a mask."""

RANGE = Kind("range", discrete=True)
ANY = Kind("any")
ERROR = Kind("error", discrete=True)
CONSTANT = Kind("any", discrete=True)
"""A member of an enum: it may have methods, and carries no derivative."""

CELL = Kind("cell")
SHARING = Kind("any", names=("cells",))
"""A function that holds cells; or anything else that may be one."""

DEEPEST = 4


def may_lack_axes(kind: Kind) -> bool:
    """Whether a value may turn out to be a number: arithmetic without axes gives those."""
    return kind.tag in ("numeric", "any") or (kind.tag == "array" and not kind.ndim)


def join(a: Kind | None, b: Kind | None) -> Kind:
    """The least kind that covers both; `None` is "nothing known yet".

    >>> str(join(INT, NUM)), str(join(NUM, Kind("array", 2)))
    ('num', 'numeric')
    """
    if a is None or a == b:
        assert b is not None
        return b
    if b is None:
        return a
    if SHARING in (a, b):
        return SHARING
    discrete = a.discrete and b.discrete
    undecided = a.undecided or b.undecided or (
        a.discrete != b.discrete and "num" not in (a.tag, b.tag) and a.is_numeric and b.is_numeric
    )
    if a.tag == b.tag == "function":
        return FUNCTION
    if a.tag == b.tag:
        ndim = a.ndim if a.ndim == b.ndim else None
        if a.tag == "tuple" and len(a.items) != len(b.items):
            return Kind("list", items=(join_all(a.items + b.items),))
        if a.tag == "record":
            return _joined_record(a, b)
        if not a.items or not b.items:
            items = a.items or b.items
        else:
            items = tuple(join(x, y) for x, y in zip(a.items, b.items, strict=True))
        names = a.names if a.names == b.names else ()
        cls = a.cls if a.cls is b.cls else None
        return Kind(a.tag, ndim, items, discrete, names, cls=cls, undecided=undecided)
    if a.is_numeric and b.is_numeric and "any" not in (a.tag, b.tag):
        return Kind("numeric", discrete=discrete, undecided=undecided)
    if {a.tag, b.tag} == {"list", "tuple"}:
        return Kind("list", items=(join_all(a.items + b.items),) if a.items + b.items else ())
    return ANY


def _joined_record(a: Kind, b: Kind) -> Kind:
    """Objects of one class: a field that only one of them has may have been assigned since."""
    if a.cls is not b.cls or (a.cls is None and a.names != b.names):
        return ANY
    fields = dict(zip(a.names, a.items, strict=True))
    for name, item in zip(b.names, b.items, strict=True):
        fields[name] = join(fields.get(name), item)
    items = tuple(fields.values())
    return Kind("record", items=items, names=tuple(fields), cls=a.cls)


def anonymous(kind: Kind) -> Kind:
    """The kind without which function it is: what a call returns is made anew each time."""
    items = tuple(anonymous(item) for item in kind.items)
    return replace(kind, items=items, callee=None)


def join_all(kinds: tuple[Kind, ...]) -> Kind:
    """The join of several kinds; `ANY` of none."""
    if kinds and all(kind is kinds[0] for kind in kinds):
        return kinds[0]
    result: Kind | None = None
    for kind in kinds:
        result = join(result, kind)
    return result or ANY


_OF_TYPE = {float: NUM, int: INT, bool: BOOL, str: STR, type(None): NONE}
"""The usual case, decided at once: lists may be long."""


def kind_of(value: Any, deepest: int = DEEPEST) -> Kind:
    """The kind of a value that a function is called with, or that it finds outside.

    Of objects within objects beyond `deepest` nothing is known: they may hold one another.

    >>> str(kind_of([1.0, 2.0])), str(kind_of(np.ones((2, 3)))), str(kind_of(3))
    ('list[num]', 'array2', 'int num')
    """
    if type(value) in _OF_TYPE:
        return _OF_TYPE[type(value)]
    if isinstance(value, bool | np.bool_):
        return BOOL
    if isinstance(value, numbers.Integral):
        return INT
    if isinstance(value, numbers.Number):
        return NUM
    if value is None:
        return NONE
    if isinstance(value, str | bytes):
        return STR
    if isinstance(value, enum.Enum):
        return CONSTANT
    if hasattr(value, "dtype") and hasattr(value, "ndim") and not isinstance(value, type):
        return Kind("array", value.ndim, discrete=value.dtype.kind not in "fcO")
    if isinstance(value, tuple | list):
        items = tuple(kind_of(part, deepest) for part in value)
        if isinstance(value, tuple):
            names = tuple(getattr(value, "_fields", ()))
            return Kind("tuple", items=items, names=names, cls=type(value) if names else None)
        return Kind("list", items=(join_all(items),) if items else ())
    if isinstance(value, dict):
        items = tuple(kind_of(part, deepest) for part in value.values())
        return Kind("dict", items=(join_all(items),) if items else ())
    if isinstance(value, range):
        return RANGE
    if isinstance(value, Cell):
        return CELL
    if holds_cells(value):
        return SHARING
    fields = fields_of(value)
    if inspect.ismodule(value) or (callable(value) and not fields):
        return FUNCTION
    cls: Any = type(value)
    if deepest == 0 or not keeps_fields(cls):
        return ANY
    items = tuple(
        ANY if _may_hold(part) else kind_of(part, deepest - 1) for part in fields.values()
    )
    return Kind("record", items=items, names=tuple(fields), cls=cls)


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


_BY_NAME = {
    "float": NUM, "int": INT, "bool": INT, "complex": NUM, "str": STR, "list": Kind("list"),
    "dict": Kind("dict"), "tuple": Kind("list"), "ndarray": ARRAY, "Callable": FUNCTION,
    "None": NONE,
}  # fmt: skip


def _may_hold(value: Any) -> bool:
    """Whether a function that an object keeps may hold something, the object itself for one."""
    if isinstance(value, types.MethodType):
        return True
    return isinstance(value, types.FunctionType) and value.__closure__ is not None


def kind_of_annotation(annotation: Any) -> Kind | None:
    """The kind that an annotation promises, or None where it promises nothing we know."""
    if annotation is None or annotation is inspect.Parameter.empty:
        return None
    if isinstance(annotation, str):
        head = annotation.split("[")[0].split(".")[-1].strip()
        return _BY_NAME.get(head)
    origin = getattr(annotation, "__origin__", None)
    arguments: tuple[Any, ...] = getattr(annotation, "__args__", ())
    if origin is tuple and arguments and Ellipsis not in arguments:
        return Kind("tuple", items=tuple(kind_of_annotation(a) or ANY for a in arguments))
    if origin in (list, tuple) and arguments:
        return Kind("list", items=(kind_of_annotation(arguments[0]) or ANY,))
    if origin is dict and len(arguments) > 1:
        return Kind("dict", items=(kind_of_annotation(arguments[1]) or ANY,))
    target = origin if isinstance(origin, type) else annotation
    return _BY_NAME.get(getattr(target, "__name__", ""))
