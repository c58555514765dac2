"""Derivatives that functions inside a function read: they become functions of their own.

    du = adjoint.gradient(u)                def du(t):
                                    ->          return adjoint.gradient(u)(t)
    def residual(t):                        def residual(t):
        return du(t) - t                        return du(t) - t

What `residual` reads of what is around it is then known, through `du` and `u`.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import replace
from types import FunctionType

import gast

from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Define,
    Function,
    Op,
    Param,
    Ref,
    Return,
    Stmt,
    Var,
    binds,
    reads,
    walk,
)  # fmt: skip
from adjoint.transform.ir.rebuild import replace_stmts
from adjoint.transform.lower.templates import CALLEE, hole, name
from adjoint.transform.ours import maker_of

Params = tuple[Param, ...]


def derivatives_as_functions(fn: Function) -> Function:
    """The function in which derivatives that others capture are local functions.

    >>> derivatives_as_functions(Function("f", (), ())).body
    ()
    """
    stmts = walk(fn.body)
    captured = {c for s in stmts if isinstance(s, Define) for c in s.function.captures}
    if not captured:
        return fn
    bound = [v.name for s in stmts for v in binds(s)] + [p.name for p in fn.params]
    known: dict[str, Params] = {}
    tuples: dict[str, Assign] = {}
    changes: dict[int, tuple[Stmt, ...]] = {}
    for stmt in stmts:
        if isinstance(stmt, Define) and bound.count(stmt.target.name) == 1:
            known[stmt.target.name] = stmt.function.params
        elif isinstance(stmt, Assign) and isinstance(stmt.value, Op):
            if stmt.value.prim in ("tuple", "list"):
                tuples[stmt.target.name] = stmt
            params = _parameters(stmt.value, known)
            if params is None or bound.count(stmt.target.name) != 1:
                continue
            known[stmt.target.name] = params
            if stmt.target.name in captured:
                made = _function(stmt, stmt.value, params, tuples)
                changes[id(stmt)] = (Define(stmt.target, made, stmt.span),)
    return replace(fn, body=replace_stmts(fn.body, changes)) if changes else fn


def _parameters(op: Op, known: Mapping[str, Params]) -> Params | None:
    """The parameters of the derivative that a call makes; None where it makes none, or unknown."""
    if op.prim != "call" or not isinstance(op.callee, Ref) or not op.args:
        return None
    if maker_of(op.callee.value) not in ("gradient", "value_and_gradient"):
        return None
    params = _parameters_of(op.args[0], known)
    if params is None or any(p.kind not in ("positional-only", "ordinary") for p in params):
        return None
    return None if any(isinstance(p.default, Var) for p in params) else params


def _parameters_of(atom: Atom, known: Mapping[str, Params]) -> Params | None:
    if isinstance(atom, Var):
        return known.get(atom.name)
    value = getattr(atom.value, "__wrapped__", atom.value)
    if not isinstance(value, FunctionType):
        return None
    ordinary = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return tuple(
        Param(
            p.name, "ordinary" if p.kind is ordinary else "other", p.default is not p.empty,
            p.default,
        )
        for p in inspect.signature(value, follow_wrapped=False).parameters.values()
    )


def _function(stmt: Assign, op: Op, params: Params, tuples: Mapping[str, Assign]) -> Function:
    """A function that calls the derivative."""
    target = stmt.target.name
    made, result = Var(f"%{target}.1"), Var(f"%{target}.2")
    first: list[Stmt] = [tuples[a.name] for a in op.args if isinstance(a, Var) and a.name in tuples]
    given = tuple(Var(p.name) for p in params)
    template = gast.Call(name(CALLEE), [hole(i) for i in range(len(given))], [])
    call = Op("call", given, template, ("",) * len(given), made)
    body = (
        *first, Assign(made, op, stmt.span), Assign(result, call, stmt.span),
        Return(result, stmt.span),
    )  # fmt: skip
    own = {v.name for s in body for v in binds(s)} | {p.name for p in params}
    read = {a.name for s in body for a in reads(s) if isinstance(a, Var)}
    plain = tuple(Param(p.name, "ordinary", p.has_default, p.default) for p in params)
    return Function(target, plain, body, stmt.span, captures=tuple(sorted(read - own)))

