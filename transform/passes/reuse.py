"""Values that come back in the reverse sweep take the user's name again where it is free by then.

    d_x = 2 * d_out * x                     d_x = 2 * d_out * x
    for x_1 in reversed(saved_x):     ->    for x in reversed(saved_x):
        d_x = d_x * np.cos(x_1)                 d_x = d_x * np.cos(x)

Holds where neither name is live when the other is bound. Names that nested functions read, or that
a `try` binds, keep apart, and so does what is added to in place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from adjoint.transform.analyses.liveness import live_after
from adjoint.transform.derive.build import substitute
from adjoint.transform.ir.names import names_bound, names_read, names_used
from adjoint.transform.ir.nodes import (
    Atom,
    Augment,
    Block,
    Define,
    For,
    Function,
    Keep,
    Try,
    Var,
    binds,
    walk,
)  # fmt: skip

_NUMBERED = re.compile(r"(.+)_[0-9]+")


def reuse_names(fn: Function, primal: frozenset[str]) -> Function:
    """The function in which names that were numbered are the user's again.

    Args:
        fn: the function.
        primal: the names of the primal, which stay what they are.
    """
    body = fn.body
    own = names_bound(body) | {p.name for p in fn.params}
    for name in sorted(own - primal - {p.name for p in fn.params}):
        found = _NUMBERED.fullmatch(name)
        if found and found[1] in own & primal and not _meet(name, found[1], body):
            body = _renamed(body, name, found[1])
    return fn if body is fn.body else replace(fn, body=body)


def _renamed(block: Block, name: str, new: str) -> Block:
    def change(atom: Atom) -> Atom:
        return Var(new) if atom == Var(name) else atom

    return tuple(substitute(stmt, change) for stmt in block)


def _meet(name: str, other: str, block: Block) -> bool:
    """Whether one of two names may be needed where the other is bound."""
    pair = {name, other}
    if not pair.isdisjoint(_fixed(name, block)):
        return True
    live = live_after(Function("", (), block))
    for stmt in walk(block):
        for var in binds(stmt):
            if var.name not in pair:
                continue
            (rival,) = pair - {var.name}
            inside = names_read(stmt.body) | names_bound(stmt.body) if isinstance(stmt, For) else ()
            if rival in live[id(stmt)] or rival in inside:
                return True
    return False


def _fixed(name: str, block: Block) -> Iterator[str]:
    """The names that are read or bound where liveness does not see it, or written into."""
    for stmt in walk(block):
        match stmt:
            case Define(target=target, function=function):
                yield target.name  # it is printed under the function's own name
                yield from names_used(function.body)
            case Try():
                yield from names_bound((stmt,))
            case Keep(args=args):
                yield from (arg.name for arg in args if isinstance(arg, Var))
            case Augment(target=target) if target.name == name:
                yield name
