"""Closures: a local function that is used as a value holds what it reads from around it.

    fs.append(lambda v: v * k)     ->     f = closure(lambda v: v * k, k);  fs.append(f)

Where a local function is called by name, or given to a function that calls it, the calls pass what
it captures. Everywhere else it becomes an operation `closure:NAME` of the function and of what it
holds, which is printed as the function itself: to the analyses it is a container. Its cotangent is
a dict of the cotangents of what it holds, by name, inside out:

    def f(v): return g(v) * k      ->     d_f = {"k": d_k, "g": {"w": d_w}}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import gast

from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.callees import Callees, call_of
from adjoint.transform.derive.build import Names, substitute
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Block,
    Define,
    Effect,
    Function,
    Op,
    Span,
    Stmt,
    Store,
    Var,
    blocks_of,
    walk,
)  # fmt: skip
from adjoint.transform.ir.places import renumbered
from adjoint.transform.ir.rebuild import map_inside
from adjoint.transform.lower.cells import unless_in_cells
from adjoint.transform.lower.derivatives import DERIVATIVE
from adjoint.transform.lower.local_functions import LocalFunction, Locals
from adjoint.transform.lower.templates import CALLEE, hole
from adjoint.transform.lower.templates import name as name_of
from adjoint.transform.refusals import unsupported
from adjoint.transform.shared_variables import refuse_early

CLOSURE = "closure:"
PARTIAL = f"{CLOSURE}partial"
_HOLDING = (PARTIAL, DERIVATIVE)


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What is known where closures are made."""

    kinds: Mapping[str, Kind]
    locals: Locals
    callees: Callees
    names: Names
    written: Callable[[LocalFunction], frozenset[str]]


def close(
    fn: Function, kinds: Mapping[str, Kind], local: Locals, callees: Callees, names: Names,
    written: Callable[[LocalFunction], frozenset[str]],
) -> Function:  # fmt: skip
    """The function in which local functions that are used as values are closures.

    Args:
        fn: the function, resolved.
        kinds: the kinds of its names.
        local: the local functions, by the names that they certainly have in it.
        callees: the functions met so far.
        names: a supply of names.
        written: what a local function captures and writes into.

    Raises:
        UnsupportedSyntax: one of them writes into what it holds.
    """
    refuse_early(fn, kinds)
    body = _block(fn.body, _Surroundings(kinds, local, callees, names, written))
    return fn if body is fn.body else replace(fn, body=body)


def _block(block: Block, known: _Surroundings) -> Block:
    new = [one for stmt in block for one in _stmt(stmt, known)]
    same = len(new) == len(block) and all(a is b for a, b in zip(new, block, strict=True))
    return block if same else tuple(new)


def _stmt(stmt: Stmt, known: _Surroundings) -> tuple[Stmt, ...]:
    if blocks_of(stmt):
        changed = map_inside(stmt, lambda block: _block(block, known))
        pairs = zip(blocks_of(changed), blocks_of(stmt), strict=True)
        return (stmt if all(a is b for a, b in pairs) else changed,)
    made: list[Stmt] = []
    span: Span = getattr(stmt, "span")  # noqa: B009
    match stmt:
        case Assign(target=target, value=Var(name=name)) if _local(Var(name), known) is not None:
            if _local(target, known) is _local(Var(name), known):
                return (stmt,)  # another name of a function that is known
            value = _closed(Var(name), span, known, made)
            return (*made, replace(stmt, value=value))
        case Assign(value=Op() as op) | Effect(value=op):
            called = _without_field(op, span, known, made)
            done = _operation(called, span, known, made)
            return (*made, stmt if done is op else replace(stmt, value=done))
        case Define():
            return (stmt,)

    def change(atom: Atom) -> Atom:
        return _closed(atom, span, known, made)

    changed = substitute(stmt, change)
    return (*made, changed) if made else (stmt,)


def _without_field(op: Op, span: Span, known: _Surroundings, made: list[Stmt]) -> Op:
    """`obj.f(x)` where `f` is a field, not a method: `f = obj.f`, `f(x)`.

    What an object keeps may hold the object itself: then the call stays one of the object's.
    """
    head, _, name = op.prim.partition(":")
    owner = op.args[0] if head == "method" else None
    base = known.kinds.get(owner.name, ANY) if isinstance(owner, Var) else ANY
    if base.tag not in ("record", "tuple") or name not in base.names:
        return op
    if base.tag == "record" and base.items[base.names.index(name)].tag == "any":
        return op
    template = op.template
    assert isinstance(template, gast.Call)
    function = known.names.temporary(name)
    taken = Op(f"attribute:{name}", op.args[:1], gast.Attribute(hole(0), name, gast.Load()), ("",))
    made.append(Assign(function, taken, span))
    called = gast.Call(name_of(CALLEE), template.args, template.keywords)
    shifted = renumbered(called, {i: i - 1 for i in range(1, len(op.args))})
    return Op("call", op.args[1:], shifted, op.roles[1:], function)


def _operation(op: Op, span: Span, known: _Surroundings, made: list[Stmt]) -> Op:
    """The operation, with closures for the functions that are neither called nor specialised on."""
    if op.prim == "look" or (op.prim.startswith(CLOSURE) and op.prim not in _HOLDING):
        return op
    followed = followed_functions(op, known.kinds, known.callees)
    args = tuple(
        arg if i in followed else _closed(arg, span, known, made) for i, arg in enumerate(op.args)
    )
    callee = None if op.callee is None else _closed(op.callee, span, known, made)
    same = callee is op.callee and all(a is b for a, b in zip(args, op.args, strict=True))
    return op if same else replace(op, args=args, callee=callee)


def followed_functions(op: Op, kinds: Mapping[str, Kind], callees: Callees) -> frozenset[int]:
    """The positions of arguments that are functions which the callee is known to call."""
    call = call_of(op, kinds, callees)
    if call is None:
        return frozenset()
    left = [
        (role, arg, place is None and name in call.callee.locals)
        for (name, place), role, arg in zip(
            call.arguments, call.op.roles, call.op.args, strict=True
        )
    ]
    found = set()
    for i, (role, arg) in enumerate(zip(op.roles, op.args, strict=True)):
        same = next((one for one in left if one[:2] == (role, arg)), None)
        if same is not None:
            left.remove(same)
            found |= {i} if same[2] else set()
    return frozenset(found)


def _local(atom: Atom, known: _Surroundings) -> LocalFunction | None:
    """The local function that an atom certainly is."""
    return known.locals.get(atom.name) if isinstance(atom, Var) else None


def _closed(atom: Atom, span: Span, known: _Surroundings, made: list[Stmt]) -> Atom:
    """An atom; where it is a function that holds something, the closure of it."""
    local = _local(atom, known)
    if local is None or not local.holds:
        return atom
    assert isinstance(atom, Var)
    name = atom.name.partition(".")[0].lstrip("%")
    again = {**local.around, **(local.original.later if local.base else {})}
    if again:
        read = min(again)
        refusal = unsupported(
            span, f"the function used as a value here reads `{read}` when it is called, and "
            f"`{read}` may be bound again by then",
            f"let it keep the value, as in `lambda v, {read}={read}: ...`",
        )  # fmt: skip
        raise unless_in_cells(refusal, [(at, one) for one, at in again.items()], local.origin)
    written = sorted(known.written(local))
    if written:
        raise unsupported(
            span, f"the function used as a value here writes into `{written[0]}`, which stands "
            "outside it", "call it by its name, or let it return what it computes",
        )  # fmt: skip
    held = held_by(local, known.locals)
    atoms = tuple(map(Var, held.values()))
    value = Op(f"{CLOSURE}{local.name}", atoms, name_of(CALLEE), tuple(held), atom)
    target = known.names.temporary(name if name.isidentifier() else "function")
    made.append(Assign(target, value, span))
    return target


def held_by(local: LocalFunction, known: Locals) -> dict[str, str]:
    """The variables that a function holds, by their paths in it, dotted."""
    found: dict[str, str] = {}
    for path, role in local.holds.items():
        variable, dotted = local.captures[role], ".".join(path)
        if variable in known:
            inner = held_by(known[variable], known)
            found |= {f"{dotted}.{below}": name for below, name in inner.items()}
        else:
            found[dotted] = variable
    return found


def cells_of(local: LocalFunction, known: Locals) -> frozenset[str]:
    """The variables that a function reads when it is called, also through functions it holds."""
    inner = [known[variable] for variable in local.captures.values() if variable in known]
    return local.cells.union(*(cells_of(one, known) for one in inner))


def may_write(block: Block) -> bool:
    """Whether there is any statement in a block that may write into something."""
    return any(
        isinstance(stmt, Store | Augment | Effect | Define)
        or (isinstance(stmt, Assign) and _calls(stmt.value))
        for stmt in walk(block)
    )


def _calls(value: object) -> bool:
    return isinstance(value, Op) and (value.prim == "call" or value.prim.startswith("method:"))
