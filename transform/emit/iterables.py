"""Iterables of loops as expressions."""

from __future__ import annotations

from collections.abc import Callable

import gast

from adjoint.transform.emit.templates import name_tree
from adjoint.transform.ir.nodes import (
    Atom,
    Const,
    Each,
    Enumerate,
    Items,
    Iter,
    Range,
    Reversed,
    Zip,
)  # fmt: skip


def iterable_tree(iterable: Iter, tree: Callable[[Atom], gast.AST]) -> gast.AST:
    """The expression that a loop runs over; `tree` says how atoms are printed.

    >>> from adjoint.transform.emit.templates import atom_tree
    >>> from adjoint.transform.emit.unparse import unparse
    >>> from adjoint.transform.ir.nodes import Var
    >>> unparse(iterable_tree(Reversed(Enumerate(Each(Var("xs")))), atom_tree))
    'reversed(list(enumerate(xs)))'
    """
    match iterable:
        case Range(args=args):
            return _call("range", *map(tree, args))
        case Each(value=value):
            return tree(value)
        case Enumerate(inner=inner, start=start):
            rest = [] if start == Const(0) else [tree(start)]
            return _call("enumerate", iterable_tree(inner, tree), *rest)
        case Zip(inners=inners, strict=strict):
            call = _call("zip", *(iterable_tree(inner, tree) for inner in inners))
            if strict:
                call.keywords = [gast.keyword("strict", gast.Constant(True, None))]
            return call
        case Reversed(inner=inner):
            over = iterable_tree(inner, tree)
            if isinstance(inner, Enumerate | Zip):  # these cannot be read backwards
                over = _call("list", over)
            return _call("reversed", over)
        case Items(value=value, what=what):
            return gast.Call(gast.Attribute(tree(value), what, gast.Load()), [], [])


def _call(name: str, *args: gast.AST) -> gast.Call:
    return gast.Call(name_tree(name), list(args), [])
