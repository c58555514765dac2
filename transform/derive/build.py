"""Building blocks of derived code: operations from text, and the substitution of atoms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

import gast

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
    If,
    Items,
    Iter,
    Keep,
    Op,
    Range,
    Ref,
    Return,
    Reversed,
    Rhs,
    Stmt,
    Store,
    Unpack,
    Var,
    While,
    With,
    Zip,
)  # fmt: skip
from adjoint.transform.ir.places import operand

DERIVED = "derived"


@cache
def _parsed(text: str, names: tuple[str, ...]) -> tuple[gast.AST, tuple[str, ...]]:
    """The expression of a text with `$k` for the names; and the names it reads, in that order."""
    tree = gast.parse(text, mode="eval").body
    used: list[str] = []

    class Holes(gast.NodeTransformer):  # type: ignore[misc]
        def visit_Name(self, node: gast.Name) -> gast.AST:
            if node.id not in names:
                return node
            if node.id not in used:
                used.append(node.id)
            return operand(used.index(node.id))

    return Holes().visit(tree), tuple(used)


def expression(text: str, atoms: Mapping[str, Atom], prim: str = DERIVED) -> Op:
    """An operation from Python text; the names in `atoms` become its operands.

    >>> op = expression("g * np.cos(x)", {"g": Var("d_y"), "x": Var("x")})
    >>> op.args
    (Var(name='d_y'), Var(name='x'))
    """
    template, used = _parsed(text, tuple(sorted(atoms)))
    return Op(prim, tuple(atoms[name] for name in used), template, ("",) * len(used))


def substitute_op(op: Op, change: Callable[[Atom], Atom]) -> Op:
    """The operation with every operand changed."""
    callee = None if op.callee is None else change(op.callee)
    return replace(op, args=tuple(change(a) for a in op.args), callee=callee)


def _rhs(value: Rhs, change: Callable[[Atom], Atom]) -> Rhs:
    return substitute_op(value, change) if isinstance(value, Op) else change(value)


def substitute_iter(iterable: Iter, change: Callable[[Atom], Atom]) -> Iter:
    """The iterable with every atom changed."""
    match iterable:
        case Range(args=args):
            return Range(tuple(change(a) for a in args))
        case Each(value=value):
            return Each(change(value))
        case Items(value=value, what=what):
            return Items(change(value), what)
        case Enumerate(inner=inner, start=start):
            return Enumerate(substitute_iter(inner, change), change(start))
        case Zip(inners=inners, strict=strict):
            return Zip(tuple(substitute_iter(i, change) for i in inners), strict)
        case Reversed(inner=inner):
            return Reversed(substitute_iter(inner, change))


def substitute(stmt: Stmt, change: Callable[[Atom], Atom]) -> Stmt:
    """The statement with every atom changed, those that it binds included."""

    def var(v: Var) -> Var:
        changed = change(v)
        assert isinstance(changed, Var)
        return changed

    def block(b: Block) -> Block:
        return tuple(substitute(s, change) for s in b)

    match stmt:
        case Assign(target=target, value=value):
            return replace(stmt, target=var(target), value=_rhs(value, change))
        case Unpack(targets=targets, value=value):
            return replace(stmt, targets=tuple(map(var, targets)), value=change(value))
        case Store(place=place, value=value):
            return replace(stmt, place=substitute_op(place, change), value=change(value))
        case Augment(target=target, value=value):
            return replace(stmt, target=var(target), value=change(value))
        case Effect(value=op):
            return replace(stmt, value=substitute_op(op, change))
        case Keep(args=args):
            return replace(stmt, args=tuple(change(a) for a in args))
        case If(test=test, body=body, orelse=orelse):
            return replace(stmt, test=change(test), body=block(body), orelse=block(orelse))
        case For(target=target, iterable=iterable, body=body):
            return replace(stmt, target=var(target), body=block(body),
                           iterable=substitute_iter(iterable, change))  # fmt: skip
        case While(before=before, test=test, body=body):
            return replace(stmt, before=block(before), test=change(test), body=block(body))
        case With(context=context, target=target, body=body):
            context = substitute_op(context, change)
            target = None if target is None else var(target)
            return replace(stmt, context=context, target=target, body=block(body))
        case Return(value=value):
            return replace(stmt, value=change(value))
        case Define(function=function):
            return replace(stmt, function=replace(function, body=block(function.body)))
    return stmt


class Names:
    """A supply of names that collide with nothing."""

    def __init__(self, taken: frozenset[str]) -> None:
        self._taken = set(taken)
        self._count = 0

    def fresh(self, wanted: str) -> str:
        """The name itself where it is free, else with the smallest suffix that makes it so."""
        name, suffix = wanted, 0
        while name in self._taken:
            suffix += 1
            name = f"{wanted}_{suffix}"
        self._taken.add(name)
        return name

    def reserve(self, name: str) -> None:
        """Take a name out of the supply."""
        self._taken.add(name)

    def temporary(self, hint: str = "") -> Var:
        """A temporary; the hint becomes its name if it has to be printed."""
        while True:
            self._count += 1
            name = f"%{hint}.{self._count}" if hint else f"%d{self._count}"
            if name not in self._taken:
                return Var(name)


ZERO = Const(0.0)


def call(name: str, *args: Atom) -> Op:
    """A call of a helper or of `np.something`, by name."""
    names = [f"a{i}" for i in range(len(args))]
    return expression(f"{name}({', '.join(names)})", dict(zip(names, args, strict=True)))


def is_literal(atom: Atom) -> bool:
    """Whether an atom is written as it is, whatever runs in between."""
    return isinstance(atom, Const | Ref)
