"""Calls that make containers.

Operations get these meanings here, beside `tuple`, `list`, `dict` and `list.copy`:
`elements:zip`, `elements:transposed`, `elements:enumerate`, `elements:sorted`, `elements:reversed`
(lists of what others hold), `record:NAME` (a dataclass that was made; args: its fields, in order).
"""

from __future__ import annotations

import copy
import dataclasses
from dataclasses import replace
from typing import Any

import gast

from adjoint.transform.analyses.classes import copies_plainly, field_defaults, record_fields
from adjoint.transform.analyses.containers import each_kind, list_of
from adjoint.transform.analyses.kind import (
    INT,
    Kind,
    join_all,
    kind_of,
)  # fmt: skip
from adjoint.transform.ir.nodes import (
    Atom,
    Const,
    Op,
    Ref,
)  # fmt: skip
from adjoint.transform.ir.places import operand, renumbered


def container_call(
    op: Op, function: Any, args: tuple[Kind | None, ...]
) -> tuple[Op, Kind | None] | None:
    """What a call means that makes a container; None for every other call."""
    if function is zip and op.roles[:1] == ("*",) and set(op.roles[1:]) <= {"strict"}:
        return _transposed(op, args[0])
    plain = not {"*", "**"} & set(op.roles)
    if not plain:
        return None
    if function in (list, tuple) and len(args) <= 1:
        return _copied(op, args)
    if function in (copy.copy, copy.deepcopy) and len(args) == 1:
        return _duplicated(op, args[0], deep=function is copy.deepcopy)
    if function is dict:
        return _dict_call(op, args)
    if function is dataclasses.replace and args and op.roles[0] == "":
        return replaced_fields(op, args)
    if function is zip and set(op.roles) <= {"", "strict"} and args:
        op = replace(op, prim="elements:zip")
        zipped = [k for k, role in zip(args, op.roles, strict=True) if role == ""]
        if any(k is None for k in zipped):
            return op, None
        return op, list_of(Kind("tuple", items=tuple(each_kind(k) for k in zipped if k)))
    if function is enumerate and args:
        op = replace(op, prim=ENUMERATED)
        if args[0] is None:
            return op, None
        return op, list_of(Kind("tuple", items=(INT, each_kind(args[0]))))
    if function in (sorted, reversed) and args:
        if args[0] is not None and not args[0].differentiable:
            return replace(op, prim="look"), list_of(each_kind(args[0]))
        op = replace(op, prim=f"elements:{function.__name__}")
        return op, None if args[0] is None else list_of(each_kind(args[0]))
    return _record_call(op, function, args)


def _transposed(op: Op, rows: Kind | None) -> tuple[Op, Kind | None]:
    """`zip(*rows)`: the columns; of rows of known lengths a list for each place."""
    op = replace(op, prim=TRANSPOSED)
    if rows is None:
        return op, None
    row = each_kind(rows)
    if row.tag == "tuple" and rows.tag == "list":
        return op, Kind("tuple", items=tuple(map(list_of, row.items)))
    return op, list_of(list_of(each_kind(row)))


DEEP_COPY = "deep copy"
"""`copy.deepcopy(xs)` of what is no array: it shares nothing with `xs`."""
ENUMERATED = "elements:enumerate"
TRANSPOSED = "elements:transposed"
"""`zip(*rows)`: what the rows hold, by columns."""
REPLACE = "record:replace"
"""`replace(s, v=w)` of a dataclass, `p._replace(x=w)` of a named tuple."""
SOURCE = "source"
"""The role of an operand that is printed, but is no part of what is made."""


def replaced_fields(
    op: Op, args: tuple[Kind | None, ...]
) -> tuple[Op, Kind | None] | None:
    """A record like another one, but for some of its fields; None where it runs other code."""
    source, names = args[0], op.roles[1:]
    if source is None:
        return op, None
    plain = source.tag == "tuple" or record_fields(source.cls) == source.names
    if not plain or not source.names or not set(names) <= set(source.names):
        return None
    items = dict(zip(source.names, source.items, strict=True))
    for name, kind in zip(names, args[1:], strict=True):
        if kind is None:
            return op, None
        items[name] = kind
    return replace(op, prim=REPLACE), replace(source, items=tuple(items.values()))


def known_container(op: Op, args: tuple[Kind | None, ...]) -> Kind | None:
    """The kind of what an operation makes that `container_call` has resolved before."""
    if op.prim == REPLACE:
        found = replaced_fields(op, args)
        return None if found is None else found[1]
    assert isinstance(op.callee, Ref)
    if not op.prim.startswith("record:"):
        found = container_call(op, op.callee.value, args)
        return None if found is None else found[1]
    known = tuple(k for k in args if k is not None)
    names = (record_fields(op.callee.value) or ())[: len(args)]  # `object.__new__` fills none
    made = Kind("record", items=known, names=names, cls=op.callee.value)
    return made if len(known) == len(args) else None


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


def _duplicated(op: Op, kind: Kind | None, deep: bool) -> tuple[Op, Kind | None] | None:
    """`copy.copy(x)` and `copy.deepcopy(x)`; None of what they do not simply copy."""
    if kind is None:
        return op, None
    if kind.tag in ("num", "array", "numeric"):
        return replace(op, prim="np.positive", roles=("x",)), kind
    if not _is_copied(kind, deep) or (kind.tag == "tuple" and not deep):
        return None
    return replace(op, prim=DEEP_COPY if deep else "list.copy"), kind


def _is_copied(kind: Kind, deep: bool) -> bool:
    """Whether a copy holds what is copied; with `deep`, copies of that."""
    if kind.tag == "any":
        return False
    if kind.tag == "record" and (kind.cls is None or not copies_plainly(kind.cls)):
        return False
    return not deep or all(_is_copied(item, deep) for item in kind.items)


def _dict_call(op: Op, args: tuple[Kind | None, ...]) -> tuple[Op, Kind | None] | None:
    """`dict()`, `dict(a=x, b=y)` and `dict(other)`."""
    if not args:
        return replace(op, prim="dict", args=(), roles=()), Kind("dict")
    if "" not in op.roles:
        count = len(args)
        shown = gast.Dict(
            [operand(2 * i) for i in range(count)],
            [operand(2 * i + 1) for i in range(count)],
        )
        both = zip(op.roles, op.args, strict=True)
        atoms = tuple(a for role, arg in both for a in (Const(role), arg))
        made = replace(op, prim="dict", args=atoms, roles=(), template=shown, callee=None)
        known = tuple(k for k in args if k is not None)
        return made, Kind("dict", items=(join_all(known),)) if len(known) == count else None
    if len(args) == 1 and args[0] is not None and args[0].tag == "dict":
        return replace(op, prim="list.copy"), args[0]
    return None


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
    is_tuple = issubclass(function, tuple)
    defaults = function._field_defaults if is_tuple else field_defaults(function)
    if len(positional) > len(names) or not set(filled) <= set(names):
        return None
    if any(name not in filled and name not in defaults for name in names):
        return None
    operands: list[Atom] = list(op.args)  # what is left out is an operand that is not printed
    for name in names:
        if name not in filled:
            filled[name] = len(operands)
            operands.append(Ref(f"{function.__name__}.{name}", defaults[name]))
            args = (*args, kind_of(defaults[name]))
    order = [filled[name] for name in names]
    template = renumbered(op.template, {old: new for new, old in enumerate(order)})
    tag = "tuple" if is_tuple else "record"
    made = replace(
        op, prim="tuple" if tag == "tuple" else f"record:{function.__name__}", template=template,
        args=tuple(operands[i] for i in order), roles=(),
    )  # fmt: skip
    known = tuple(k for k in (args[i] for i in order) if k is not None)
    kind = Kind(tag, items=known, names=names, cls=function) if len(known) == len(args) else None
    return made, kind
