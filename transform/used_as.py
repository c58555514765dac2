"""What a parameter is, by how it is used.

It decides which source is shown where no arguments are given; that source must be able to run:
arrays have no `.items()`, and no elements named by strings.

    for name, v in p.items(): ...       p is a dict
    p["w"]                              p is a dict
    for W, b in layers: ...             layers is taken to be a list, if that is all

What is emitted for a list of pairs also runs for an array with two columns.
"""

from __future__ import annotations

from adjoint.transform.analyses.kind import NUMERIC, Kind
from adjoint.transform.callees import ParameterKinds
from adjoint.transform.ir.names import names_bound
from adjoint.transform.ir.nodes import (
    Assign,
    Const,
    Each,
    Effect,
    Enumerate,
    For,
    Function,
    Items,
    Iter,
    Op,
    Reversed,
    Stmt,
    Store,
    Unpack,
    Var,
    Zip,
    reads,
    walk,
)  # fmt: skip

_OF_DICTS = frozenset({"items", "values", "keys", "get", "setdefault", "update"})


def as_used(fn: Function, kinds: ParameterKinds) -> ParameterKinds:
    """The kinds of parameters, of which those that nothing else is known of are read off the body.

    Args:
        fn: the function, as it was lowered.
        kinds: what annotations and defaults say; `NUMERIC` where they say nothing.
    """
    bound = names_bound(fn.body)
    return tuple(
        (name, _kind(name, fn) if kind == NUMERIC and name not in bound else kind)
        for name, kind in kinds
    )


def _kind(name: str, fn: Function) -> Kind:
    uses = [stmt for stmt in walk(fn.body) if any(_is(atom, name) for atom in reads(stmt))]
    if any(_as_dict(stmt, name) for stmt in uses):
        return Kind("dict")
    if uses and all(_as_pairs(stmt, name) for stmt in uses):
        return Kind("list")
    return NUMERIC


def _is(atom: object, name: str) -> bool:
    return isinstance(atom, Var) and atom.name == name


def _as_dict(stmt: Stmt, name: str) -> bool:
    """Whether a statement does with a variable what only a dict lets be done with it."""
    match stmt:
        case For(iterable=iterable):
            return any(isinstance(one, Items) and _is(one.value, name) for one in _leaves(iterable))
        case Assign(value=Op() as op) | Effect(value=op) | Store(place=op):
            if not op.args or not _is(op.args[0], name):
                return False
            head, _, method = op.prim.partition(":")
            if head == "method":
                return method in _OF_DICTS
            key = op.args[1] if head == "index" and len(op.args) > 1 else None
            return isinstance(key, Const) and isinstance(key.value, str)
    return False


def _as_pairs(stmt: Stmt, name: str) -> bool:
    """Whether a statement loops over a variable and takes each of its elements apart at once."""
    match stmt:
        case For(target=target, iterable=Each(value=value), body=[Unpack(value=taken), *_]):
            return _is(value, name) and taken == target
    return False


def _leaves(iterable: Iter) -> list[Iter]:
    match iterable:
        case Enumerate(inner=inner) | Reversed(inner=inner):
            return _leaves(inner)
        case Zip(inners=inners):
            return [leaf for inner in inners for leaf in _leaves(inner)]
    return [iterable]
