"""Open calls of small straight-line functions of numbers that stand inside loops.

    for _ in range(n):                      for _ in range(n):
        x = step(x, h)              ->          k = -x
                                                x_1 = x + h * k
                                                x = x_1

A call costs as much as a dozen operations on numbers, and its pullback as much again. Every name of
the callee is made new; a parameter that it never rebinds is replaced by the argument. Holds where
the callee has no branches, loops or writes, and where what it reads from outside is reached by the
same names, which nothing in the caller hides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from adjoint.transform.derive.build import Names, substitute
from adjoint.transform.ir.names import names_bound, names_of, names_used
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Block,
    For,
    Function,
    If,
    Op,
    Ref,
    Return,
    Stmt,
    Unpack,
    Var,
    While,
    With,
    reads,
)  # fmt: skip
from adjoint.transform.lower.webs import split_webs

_LARGEST = 100


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """A callee whose call may be opened: its function, and the atom that fills each parameter."""

    function: Function
    arguments: Mapping[str, Atom]


Reach = Callable[[Op], "Opening | None"]


def inline(fn: Function, reach: Reach, names: Names) -> Function:
    """The function with calls inside loops opened; those inside what is opened stay calls.

    Args:
        fn: the function.
        reach: says of a call which function it opens to, if any.
        names: a supply of names.
    """
    used = names_of(fn)
    body = _block(fn.body, False, reach, names, used)
    return fn if body is fn.body else replace(fn, body=body)


def is_straight(fn: Function) -> bool:
    """Whether a function is a short sequence of assignments that ends in a return."""
    if not fn.body or len(fn.body) > _LARGEST or fn.captures:
        return False
    *first, last = fn.body
    return isinstance(last, Return) and all(isinstance(s, Assign | Unpack | Augment) for s in first)


def outside_names(block: Block) -> frozenset[str]:
    """The names under which straight-line statements reach what is outside the function."""
    return frozenset(
        a.text.partition(".")[0] for s in block for a in reads(s) if isinstance(a, Ref)
    )


def _block(block: Block, inside: bool, reach: Reach, names: Names, used: frozenset[str]) -> Block:
    new: list[Stmt] = []
    for stmt in block:
        new += _stmt(stmt, inside, reach, names, used)
    same = len(new) == len(block) and all(a is b for a, b in zip(new, block, strict=True))
    return block if same else tuple(new)


def _stmt(
    stmt: Stmt, inside: bool, reach: Reach, names: Names, used: frozenset[str]
) -> tuple[Stmt, ...]:
    match stmt:
        case If(body=body, orelse=orelse):
            then = _block(body, inside, reach, names, used)
            other = _block(orelse, inside, reach, names, used)
            if then is not body or other is not orelse:
                return (replace(stmt, body=then, orelse=other),)
        case For(body=body) | While(body=body):
            opened = _block(body, True, reach, names, used)
            return (stmt if opened is body else replace(stmt, body=opened),)
        case With(body=body):
            opened = _block(body, inside, reach, names, used)
            return (stmt if opened is body else replace(stmt, body=opened),)
        case Assign(value=Op(prim="call") as op) if inside:
            opening = reach(op)
            if opening is not None and not outside_names(opening.function.body) & used:
                return _open(stmt, opening, names)
    return (stmt,)


def _open(stmt: Assign, opening: Opening, names: Names) -> tuple[Stmt, ...]:
    """The statements of a callee in place of its call."""
    written = names_used(opening.function.body) | opening.arguments.keys()
    body = split_webs(opening.function, Names(written)).body
    rebound = names_bound(body)
    renamed: dict[str, Atom] = {}
    first: list[Stmt] = []
    for parameter, atom in opening.arguments.items():
        if parameter in rebound:
            own = Var(names.fresh(parameter))
            first.append(Assign(own, atom, stmt.span))
            renamed[parameter] = own
        else:
            renamed[parameter] = atom
    for name in sorted(rebound - renamed.keys()):
        plain = name if name in written else name.rpartition("_")[0]
        renamed[name] = names.temporary() if name.startswith("%") else Var(names.fresh(plain))

    def change(atom: Atom) -> Atom:
        return renamed.get(atom.name, atom) if isinstance(atom, Var) else atom

    *inner, last = (substitute(s, change) for s in body)
    assert isinstance(last, Return)
    return (*first, *inner, Assign(stmt.target, last.value, stmt.span))
