"""Objects that are iterated over: what their class gives for that, as a list.

    for layer in net: ...            t = list(net)          (a call of `Net.__iter__`)
                              ->     for layer in t: ...

So the loop, the unpacking or the function that takes it all knows what it is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import FunctionType

import gast

from adjoint.transform.analyses.classes import method_of
from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.callees import Callees
from adjoint.transform.derive.build import Names, substitute, substitute_iter
from adjoint.transform.ir.names import names_used
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Block,
    Effect,
    For,
    Function,
    Op,
    Ref,
    Span,
    Stmt,
    Unpack,
    Var,
    blocks_of,
    iter_atoms,
    reads,
    walk,
)  # fmt: skip
from adjoint.transform.ir.rebuild import map_inside
from adjoint.transform.lower.exits import takes_all
from adjoint.transform.lower.iterators import as_list
from adjoint.transform.lower.listing import as_listing, is_generator, may_be_endless
from adjoint.transform.lower.templates import CALLEE, GIVEN, hole, name

_TAKE_ALL = (list, tuple, sum, sorted, max, min, set)


def open_iterables(
    fn: Function, kinds: Mapping[str, Kind], callees: Callees, names: Names
) -> Function:
    """The function, where objects whose class has an `__iter__` are lists before they are used."""
    streams = _streams(fn, kinds, callees)

    def block(stmts: Block) -> Block:
        found: list[Stmt] = []
        for stmt in stmts:
            inside = map_inside(stmt, block) if blocks_of(stmt) else stmt
            if id(stmt) in streams:
                found += _all_given(streams[id(stmt)])
            else:
                found += _opened(inside, kinds, callees, names)
        return tuple(found)

    if not streams and not any(method_of(kind.cls, "__iter__") for kind in kinds.values()):
        return fn
    body = block(fn.body)
    same = len(body) == len(fn.body) and names_used(body) == names_used(fn.body)
    return fn if same else replace(fn, body=body)


def _streams(
    fn: Function, kinds: Mapping[str, Kind], callees: Callees
) -> dict[int, Assign]:
    """The calls of methods that are generators, by identity, as calls that give a list.

    Their results are temporaries, of which somebody takes all elements.
    """
    found: dict[int, Assign] = {}
    users: dict[str, list[Stmt]] = {}
    for stmt in walk(fn.body):
        for atom in reads(stmt):
            if isinstance(atom, Var) and atom.is_temporary:
                users.setdefault(atom.name, []).append(stmt)
    for stmt in walk(fn.body):
        match stmt:
            case Assign(target=target, value=Op(callee=Ref(value=function) as callee) as op) if (
                is_generator(function) and len(users.get(target.name, ())) == 1
            ):
                (user,) = users[target.name]
                listing = as_listing(function, callees.read)
                endless = may_be_endless(callees.read(function).tree) and not _takes_all(user)
                if listing is not None and target in _iterated(user) and not endless:
                    called = replace(op, callee=replace(callee, value=listing))
                    found[id(stmt)] = replace(stmt, value=called)
    return found


def _takes_all(stmt: Stmt) -> bool:
    """Whether a statement goes on to the end of what it runs over."""
    return takes_all(stmt) if isinstance(stmt, For) else not isinstance(stmt, Unpack)


def _all_given(stmt: Assign) -> list[Stmt]:
    """`list(obj.walk())`, of a method that gives a list."""
    given = Var(f"{stmt.target.name}{GIVEN}")
    template = gast.Call(name(CALLEE), [hole(0)], [])
    listed = Op("call", (given,), template, ("",), Ref("list", list))
    return [replace(stmt, target=given), replace(stmt, value=listed)]


def _opened(
    stmt: Stmt, kinds: Mapping[str, Kind], callees: Callees, names: Names
) -> list[Stmt]:
    before: list[Stmt] = []
    lists: dict[Atom, Atom] = {}
    for atom in _iterated(stmt):
        method = _iterator_of(atom, kinds, callees)
        if method is None or (isinstance(stmt, For) and _mentions(stmt.body, atom)):
            continue
        made = names.temporary("items")
        before.append(Assign(made, _listed(atom, method, kinds), _span(stmt)))
        lists[atom] = made
    if not lists:
        return [stmt]

    def change(atom: Atom) -> Atom:
        return lists.get(atom, atom)

    if isinstance(stmt, For):
        return [*before, replace(stmt, iterable=substitute_iter(stmt.iterable, change))]
    return [*before, substitute(stmt, change)]


def _iterated(stmt: Stmt) -> list[Atom]:
    """What a statement takes all elements of."""
    op = stmt.value if isinstance(stmt, Assign | Effect) else None
    if isinstance(stmt, For):
        return list(iter_atoms(stmt.iterable))
    if isinstance(stmt, Unpack):
        return [stmt.value]
    if not isinstance(op, Op):
        return []
    if "*" in op.roles:
        return [a for a, role in zip(op.args, op.roles, strict=True) if role == "*"]
    if op.prim == "method:extend":
        return list(op.args[1:])
    if op.prim == "list.copy" or op.prim.startswith("elements:"):
        return list(op.args[:1])
    if isinstance(op.callee, Ref) and any(op.callee.value is known for known in _TAKE_ALL):
        return list(op.args[:1]) if len(op.roles) < 2 or op.roles[1] != "" else []
    return []


def _iterator_of(
    atom: Atom, kinds: Mapping[str, Kind], callees: Callees
) -> FunctionType | None:
    """The `__iter__` of an object, where it can be had as a list."""
    kind = kinds.get(atom.name, ANY) if isinstance(atom, Var) else ANY
    method = method_of(kind.cls, "__iter__")
    if method is not None and is_generator(method):
        return as_listing(method, callees.read)
    return method if method is not None and as_list(callees.read(method).tree) else None


def _mentions(body: Block, atom: Atom) -> bool:
    """Whether a loop's body might change what it runs over."""
    return isinstance(atom, Var) and atom.name in names_used(body)


def _listed(atom: Atom, method: FunctionType, kinds: Mapping[str, Kind]) -> Op:
    assert isinstance(atom, Var)
    cls = kinds[atom.name].cls
    template = gast.Call(name("list"), [hole(0)], [])
    return Op("call", (atom,), template, ("",), Ref(f"{cls.__name__}.__iter__", method))


def _span(stmt: Stmt) -> Span:
    return getattr(stmt, "span")  # type: ignore[no-any-return]  # noqa: B009
