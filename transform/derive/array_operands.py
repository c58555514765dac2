"""Lists where NumPy takes an array: `np.sum([a, b])` is read as `np.sum(np.array([a, b]))`.

The rules speak of arrays; the adjoint of `np.array` takes the cotangent apart again.
"""

from __future__ import annotations

from dataclasses import replace

from adjoint.runtime.rules import RULES
from adjoint.transform.analyses.kind import ANY, ARRAY, Kind
from adjoint.transform.derive.build import Names, expression
from adjoint.transform.ir.nodes import (
    Assign,
    Augment,
    Block,
    Effect,
    Function,
    Op,
    Stmt,
    Store,
    Var,
)  # fmt: skip
from adjoint.transform.ir.rebuild import map_inside


def array_operands(fn: Function, kinds: dict[str, Kind], names: Names) -> Function:
    """The same function; what rules of arrays are given is an array. New kinds are entered."""
    return replace(fn, body=_block(fn.body, kinds, names))


def _block(block: Block, kinds: dict[str, Kind], names: Names) -> Block:
    return tuple(new for stmt in block for new in _stmt(stmt, kinds, names))


def _stmt(stmt: Stmt, kinds: dict[str, Kind], names: Names) -> tuple[Stmt, ...]:
    match stmt:
        case Assign(value=Op() as op) | Effect(value=op):
            wrapped, changed = as_arrays(op, kinds, names)
            made = (Assign(target, value, stmt.span) for target, value in wrapped)
            return (*made, replace(stmt, value=changed)) if wrapped else (stmt,)
        case Store(place=Op(prim="index", args=(Var(name=base), *_)), value=Var() as value):
            return _stored(stmt, base, value, kinds, names)
        case Augment(target=Var(name=base), value=Var() as value):
            return _stored(stmt, base, value, kinds, names)
    return (map_inside(stmt, lambda block: _block(block, kinds, names)),)


def _stored(
    stmt: Store | Augment, base: str, value: Var, kinds: dict[str, Kind], names: Names
) -> tuple[Stmt, ...]:
    """`a[i] = [u, v]`: what is written into an array is one."""
    if kinds.get(base, ANY).tag != "array" or not _is_list(value, kinds):
        return (stmt,)
    array, made = _as_array(value, kinds, names)
    return Assign(array, made, stmt.span), replace(stmt, value=array)


def _is_list(value: Var, kinds: dict[str, Kind]) -> bool:
    kind = kinds.get(value.name, ANY)
    return kind.tag in ("list", "tuple") and kind.differentiable


def _as_array(value: Var, kinds: dict[str, Kind], names: Names) -> tuple[Var, Op]:
    array = names.temporary("array")
    kinds[array.name] = ARRAY
    made = expression("np.array(x)", {"x": value}, "np.array")
    return array, replace(made, roles=("object",))


def as_arrays(
    op: Op, kinds: dict[str, Kind], names: Names
) -> tuple[list[tuple[Var, Op]], Op]:
    """The arrays made of the lists that an operation with a rule is given, and it on them."""
    if not op.prim.startswith("np.") or op.prim not in RULES:
        return [], op
    rule = RULES[op.prim]
    wrapped: list[tuple[Var, Op]] = []
    args = list(op.args)
    for position, (arg, role) in enumerate(zip(op.args, op.roles, strict=True)):
        if not isinstance(arg, Var) or role not in rule.differentiable or role in rule.sequences:
            continue
        if not _is_list(arg, kinds):
            continue
        array, made = _as_array(arg, kinds, names)
        args[position] = array
        wrapped.append((array, made))
    return wrapped, replace(op, args=tuple(args))
