"""What `dataclasses.replace`, `asdict` and `astuple` do with an object, as functions.

    replace(p, b=v)    ->    def replace_Point(obj, *, b):  return Point(obj.a, b)
    asdict(p)          ->    def asdict_Point(obj):  return {"a": obj.a, "b": obj.b}

They are written for a class, and for what its fields hold: a dataclass in a field becomes a dict
(or tuple) itself, and everything else is copied.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import gast

from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Const,
    Each,
    Effect,
    For,
    Function,
    Op,
    Param,
    Ref,
    Return,
    Span,
    Stmt,
    Var,
)
from adjoint.transform.ir.places import operand
from adjoint.transform.ir.rebuild import map_inside
from adjoint.transform.lower.generated import place_of_class
from adjoint.transform.lower.local_functions import LocalFunction
from adjoint.transform.lower.templates import CALLEE, hole, name

_KNOWN: dict[Any, LocalFunction] = {}

ITSELF, COPIED, TAKEN_APART, EACH = "itself", "copied", "taken apart", "each taken apart"
"""What becomes of a field's value; the last one of what a list holds."""


def replacing(cls: Any, given: tuple[str, ...]) -> LocalFunction | None:
    """`dataclasses.replace` of an object of a class, with some fields given.

    None where Python refuses it, or where a field is needed that the object does not keep.
    """
    fields = cls.__dataclass_fields__.values()
    taken = [field for field in dataclasses.fields(cls) if field.init]
    if any("INITVAR" in str(f._field_type) for f in fields) or set(given) - {f.name for f in taken}:
        return None

    def body(itself: Var) -> list[Stmt]:
        out: list[Stmt] = []
        values: list[Atom] = []
        for field in taken:
            known = field.name in given
            values.append(Var(field.name) if known else _read(itself, field.name, out))
        slots = [operand(i) for i in range(len(values))]
        roles = tuple(field.name if field.kw_only else "" for field in taken)
        call = gast.Call(
            name(CALLEE), [slot for slot, role in zip(slots, roles, strict=True) if not role],
            [gast.keyword(role, slot) for slot, role in zip(slots, roles, strict=True) if role],
        )  # fmt: skip
        made = Op("call", tuple(values), call, roles, Ref(cls.__name__, cls))
        return [*out, Assign(Var("made"), made)]

    return _function("replace", cls, given, body)


def taking_apart(function: Any, cls: Any, treatment: Mapping[str, str]) -> LocalFunction:
    """`dataclasses.asdict` or `astuple` of an object of a class.

    Args:
        function: which of them.
        cls: the class.
        treatment: what becomes of the value of each field.
    """

    def body(itself: Var) -> list[Stmt]:
        out: list[Stmt] = []
        values = []
        for field in dataclasses.fields(cls):
            value = _read(itself, field.name, out)
            values.append(_treated(value, treatment[field.name], function, out))
        if function is dataclasses.astuple:
            slots = [operand(i) for i in range(len(values))]
            made = Op("tuple", tuple(values), gast.Tuple(slots, gast.Load()))
        else:
            keys = [Const(field.name) for field in dataclasses.fields(cls)]
            pairs = [atom for pair in zip(keys, values, strict=True) for atom in pair]
            slots = [operand(i) for i in range(len(pairs))]
            made = Op("dict", tuple(pairs), gast.Dict(slots[::2], slots[1::2]))
        return [*out, Assign(Var("made"), made)]

    return _function(function.__name__, cls, tuple(treatment.values()), body)


def is_own_call(callee: Ref) -> bool:
    """Whether a function is one that these call, by its plain name: the module may not have it."""
    called = (copy.deepcopy, dataclasses.asdict, dataclasses.astuple)
    return any(callee.value is one and callee.text == one.__name__ for one in called)


def _read(itself: Var, field: str, out: list[Stmt]) -> Var:
    value = Var(f"%{field}")
    template = gast.Attribute(hole(0), field, gast.Load())
    out.append(Assign(value, Op(f"attribute:{field}", (itself,), template)))
    return value


def _treated(value: Var, how: str, function: Any, out: list[Stmt]) -> Var:
    """The variable that holds what becomes of a value."""
    if how == ITSELF:
        return value
    kept, call = Var(f"{value.name}.kept"), gast.Call(name(CALLEE), [hole(0)], [])
    if how != EACH:
        done = function if how == TAKEN_APART else copy.deepcopy
        out.append(Assign(kept, Op("call", (value,), call, ("",), Ref(done.__name__, done))))
        return kept
    item, apart = Var(f"{value.name}.item"), Var(f"{value.name}.apart")
    out.append(Assign(kept, Op("list", (), gast.List([], gast.Load()))))
    taken = Op("call", (item,), call, ("",), Ref(function.__name__, function))
    append = gast.Call(gast.Attribute(hole(0), "append", gast.Load()), [hole(1)], [])
    added = Op("method:append", (kept, apart), append, ("self", ""))
    out.append(For(item, Each(value), (Assign(apart, taken), Effect(added))))
    return kept


def _placed(stmt: Stmt, span: Span) -> Stmt:
    inside = map_inside(stmt, lambda block: tuple(_placed(one, span) for one in block))
    return dataclasses.replace(inside, span=span)


def _function(
    what: str, cls: Any, form: tuple[str, ...], body: Callable[[Var], list[Stmt]]
) -> LocalFunction:
    """A function of an object, made once for each form."""
    key = (what, cls, form)
    if key in _KNOWN:
        return _KNOWN[key]
    fields = {field.name for field in dataclasses.fields(cls)}
    itself = Var("obj" if "obj" not in fields else "obj_")
    words = form if what == "replace" else ()
    params = (Param(itself.name), *(Param(word, "keyword-only") for word in words))
    title, span = f"{what}_{cls.__name__}", place_of_class(cls)
    stmts = (*body(itself), Return(Var("made"), span))
    placed = tuple(_placed(stmt, span) for stmt in stmts)
    function = Function(title, params, placed, span, cls.__init__)
    _KNOWN[key] = LocalFunction(
        function, {}, frozenset(), {}, frozenset(), title, cls.__init__
    )
    return _KNOWN[key]
