"""Emitted functions, to be derived again, with the vjps that they call opened.

    y, g_pullback = g_vjp(x)            s = np.sin(x)
    d_x = g_pullback(2 * y)     ->      y = s * s
                                        d = 2 * y
                                        d_x = d * 2 * s * np.cos(x)

A pullback is a function that holds what the forward sweep kept. Where it is made once and called
once its statements stand in both places themselves: what is derived again is then one function
without functions as values. Every name of what is opened is made new. Calls inside loops and
branches stay calls, and so does what reads something from outside that cannot be reached by the
same name.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any

from adjoint.runtime.helpers import HELPERS
from adjoint.transform.derive.build import Names, substitute
from adjoint.transform.ir.names import names_bound, names_of
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Block,
    Const,
    Define,
    Function,
    Op,
    Param,
    Ref,
    Return,
    Stmt,
    Unpack,
    Var,
    binds,
    reads,
    walk,
)  # fmt: skip
from adjoint.transform.ir.rebuild import everything

Lowered = Callable[[FunctionType], Function]
_LARGEST = 600


def is_emitted(fn: FunctionType) -> bool:
    """Whether a function is one that was emitted."""
    return fn.__code__.co_filename.startswith("<adjoint:")


def open_pullbacks(fn: Function, origin: FunctionType, lowered: Lowered) -> Function:
    """The function with the vjps that it calls opened, and their pullbacks.

    Args:
        fn: an emitted function, as it was lowered.
        origin: the running function.
        lowered: gives the IR of another emitted function.
    """
    names = Names(_taken(fn))
    opened: set[str] = set()
    body = _with_vjps(fn, origin, lowered, names, opened, (origin,))
    if not opened:
        return fn
    while (found := _called_once(body, opened)) is not None:
        body = _opened_call(body, *found, names)
    return replace(fn, body=body)


def _taken(fn: Function) -> frozenset[str]:
    outside = {
        a.text.partition(".")[0] for s in everything(fn.body) for a in reads(s)
        if isinstance(a, Ref)
    }  # fmt: skip
    return frozenset(names_of(fn) | outside)


def _with_vjps(
    fn: Function, origin: FunctionType, lowered: Lowered, names: Names, opened: set[str],
    around: tuple[FunctionType, ...],
) -> Block:  # fmt: skip
    """The body of a function, with the vjps that it calls in place of their calls."""
    counts = _counts(fn)
    new: list[Stmt] = []
    body = list(fn.body)
    while body:
        stmt = body.pop(0)
        call = _vjp_call(stmt, body[0] if body else None)
        if call is None or any(call.function is one for one in around):
            new.append(stmt)
            continue
        callee = lowered(call.function)
        inner = _with_vjps(callee, call.function, lowered, names, opened, (*around, call.function))
        callee = replace(callee, body=inner)
        arguments = _arguments(callee, call.op)
        pair = _pair(callee)
        reached = all(_is_reached(ref, call.function, origin) for ref in _outside(callee.body))
        small = len(walk(callee.body)) + len(walk(fn.body)) < _LARGEST
        if arguments is None or pair is None or not reached or not small:
            new.append(stmt)
            continue
        body.pop(0)
        new += _open(callee, call, arguments, pair, names, counts)
        opened |= {v.name for s in new for v in binds(s) if isinstance(s, Define)}
    return tuple(new)


@dataclass(frozen=True, slots=True)
class _VjpCall:
    """`value, pullback = f_vjp(...)`."""

    function: FunctionType
    op: Op
    value: Var
    pullback: Var
    stmt: Assign


def _vjp_call(stmt: Stmt, after: Stmt | None) -> _VjpCall | None:
    match stmt, after:
        case (
            Assign(
                target=both, value=Op(prim="call", callee=Ref(value=FunctionType() as fn)) as op
            ),
            Unpack(targets=(value, pullback), value=Var() as taken, star=None),
        ) if taken == both and is_emitted(fn) and not {"*", "**"} & set(op.roles):
            assert isinstance(stmt, Assign)
            return _VjpCall(fn, op, value, pullback, stmt)
    return None


def _arguments(callee: Function, op: Op) -> dict[str, Atom] | None:
    """The atom that fills each parameter; None where that is not plain."""
    ordinary = [p.name for p in callee.params if p.kind in ("positional-only", "ordinary")]
    given: dict[str, Atom] = {}
    if op.roles.count("") > len(ordinary):
        return None
    places = iter(ordinary)
    for role, atom in zip(op.roles, op.args, strict=True):
        given[role or next(places)] = atom
    for param in callee.params:
        if param.kind in ("varargs", "varkw"):
            return None
        if param.name not in given:
            if not param.has_default or isinstance(param.default, Var):
                return None
            default = param.default
            if not isinstance(default, Const | Ref | int | float | str | None):
                return None
            given[param.name] = default if isinstance(default, Const | Ref) else Const(default)
    return given


def _pair(callee: Function) -> tuple[Atom, Var] | None:
    """The value and the pullback that a vjp returns."""
    match callee.body[-2:]:
        case (Assign(target=both, value=Op(prim="tuple", args=(value, Var() as pullback))),
              Return(value=Var() as result)) if result == both:  # fmt: skip
            made = [s for s in callee.body if isinstance(s, Define) and s.target == pullback]
            return (value, pullback) if len(made) == 1 else None
    return None


def _open(
    callee: Function, call: _VjpCall, arguments: Mapping[str, Atom], pair: tuple[Atom, Var],
    names: Names, counts: Mapping[str, int],
) -> list[Stmt]:  # fmt: skip
    """The statements of a vjp in place of its call."""
    value, pullback = pair
    body = callee.body[:-2]
    bound = names_bound(body)
    renamed: dict[str, Atom] = {}
    first: list[Stmt] = []
    for parameter, atom in arguments.items():
        fixed = not isinstance(atom, Var) or counts.get(atom.name, 0) == 1
        if parameter in bound or not fixed:
            own = Var(names.fresh(parameter))
            first.append(Assign(own, atom, call.stmt.span))
            renamed[parameter] = own
        else:
            renamed[parameter] = atom
    renamed |= _fresh(bound - renamed.keys() - {pullback.name}, names)
    renamed[pullback.name] = call.pullback
    inner = [_renamed(stmt, renamed, names) for stmt in body]
    value = renamed.get(value.name, value) if isinstance(value, Var) else value
    return [*first, *inner, Assign(call.value, value, call.stmt.span)]


def _called_once(block: Block, opened: set[str]) -> tuple[Define, Assign] | None:
    """A function of those opened that is called once, and nowhere else used, with that call."""
    everywhere = list(everything(block))
    for stmt in block:
        if not isinstance(stmt, Define) or stmt.target.name not in opened:
            continue
        name = stmt.target
        users = [s for s in everywhere if name in reads(s)]
        if len(users) != 1 or users[0] not in block:
            continue
        use = users[0]
        match use:
            case Assign(value=Op(prim="call", callee=Var() as callee) as op) if (
                callee == name and name not in op.args and set(op.roles) <= {""}
                and isinstance(stmt.function.body[-1], Return)
                and len(op.args) == len(stmt.function.params)
            ):  # fmt: skip
                return stmt, use
    return None


def _opened_call(block: Block, define: Define, use: Assign, names: Names) -> Block:
    """The block with the statements of a function in place of its only call."""
    function, op = define.function, use.value
    assert isinstance(op, Op)
    *body, last = function.body
    assert isinstance(last, Return)
    own = {p.name for p in function.params} | names_bound(function.body)
    renamed = _fresh(own, names)
    given: list[Stmt] = []
    rebound = names_bound(tuple(body))
    for param, atom in zip(function.params, op.args, strict=True):
        if param.name not in rebound:
            renamed[param.name] = atom
        else:
            given.append(Assign(_var(renamed[param.name]), atom, use.span))
    inner = [_renamed(stmt, renamed, names) for stmt in body]
    value = renamed.get(last.value.name, last.value) if isinstance(last.value, Var) else last.value
    new: list[Stmt] = []
    for stmt in block:
        if stmt is use:
            new += [*given, *inner, Assign(use.target, value, use.span)]
        elif stmt is not define:
            new.append(stmt)
    return tuple(new)


def _fresh(bound: frozenset[str] | set[str], names: Names) -> dict[str, Atom]:
    """A new variable for each name."""
    return {
        name: names.temporary() if name.startswith("%") else Var(names.fresh(name))
        for name in sorted(bound)
    }


def _var(atom: Atom) -> Var:
    assert isinstance(atom, Var)
    return atom


def _renamed(stmt: Stmt, renamed: Mapping[str, Atom], names: Names) -> Stmt:
    """A statement with its variables renamed, those that a function made in it captures too."""

    def change(atom: Atom) -> Atom:
        return renamed.get(atom.name, atom) if isinstance(atom, Var) else atom

    if isinstance(stmt, Define):
        function = stmt.function
        own = {p.name for p in function.params} | names_bound(function.body)
        inside = {**renamed, **_fresh(own, names)}  # what it captures may have its own names
        params = tuple(_param(p, inside) for p in function.params)
        body = tuple(_renamed(s, inside, names) for s in function.body)
        captured = (inside.get(n, Var(n)) for n in function.captures)
        captures = tuple(sorted({c.name for c in captured if isinstance(c, Var)}))
        target = _var(change(stmt.target))
        made = replace(function, name=target.name, params=params, body=body, captures=captures)
        return replace(stmt, target=target, function=made)
    return substitute(stmt, change)


def _param(param: Param, renamed: Mapping[str, Atom]) -> Param:
    new = renamed.get(param.name)
    return replace(param, name=new.name) if isinstance(new, Var) else param


def _counts(fn: Function) -> dict[str, int]:
    counts: dict[str, int] = {p.name: 1 for p in fn.params}
    for stmt in walk(fn.body):
        for var in binds(stmt):
            counts[var.name] = counts.get(var.name, 0) + 1
    return counts


def _outside(block: Block) -> Iterator[Ref]:
    return (a for s in everything(block) for a in reads(s) if isinstance(a, Ref) and not a.local)


def _is_reached(ref: Ref, there: FunctionType, here: FunctionType) -> bool:
    """Whether what one function reads from outside is reached by the same name in another."""
    if isinstance(ref.value, FunctionType) and is_emitted(ref.value):
        return True
    root = ref.text.partition(".")[0]
    found, meant = _meaning(root, here), _meaning(root, there)
    ours = root in HELPERS or root in ("np", "math", "scipy")
    return found is meant or (found is _NOTHING and ours)


_NOTHING = object()


def _meaning(name: str, fn: FunctionType) -> Any:
    for own, cell in zip(fn.__code__.co_freevars, fn.__closure__ or (), strict=True):
        if own == name:
            return cell.cell_contents
    return fn.__globals__.get(name, getattr(builtins, name, _NOTHING))
