"""Functions that hand their starred parameters on to what they call, for one form of call.

    def scaled(self, *args, **kw):                 def scaled(self, args_0, *, k):
        return super().value(*args, **kw)    ->        return super().value(args_0, k=k)

Which parameters of what is called the arguments fill is known then, and so is what it changes.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace

import gast

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
    Stmt,
    Var,
    reads,
    walk,
)
from adjoint.transform.ir.places import hole, operand, renumbered
from adjoint.transform.lower.statements_inside import map_ops

_POSITIONAL = ("positional-only", "ordinary")


def forwards(fn: Function) -> tuple[str | None, str | None]:
    """The starred and the double-starred parameter that a function hands on, each if it does.

    What is called is a method, or known. The parameter is not bound anew, and a dict is used for
    nothing else (but `k = kw.pop("k", 1.0)`, on every way), so that what is in it is known.
    """
    starred = {p.kind: p.name for p in fn.params if p.kind in ("varargs", "varkw")}
    if not starred:
        return None, None
    star, double = starred.get("varargs"), starred.get("varkw")
    handed: dict[str, int] = {}
    for stmt in walk(fn.body):
        op = getattr(stmt, "value", None)
        if isinstance(op, Op) and (op.prim.startswith("method:") or isinstance(op.callee, Ref)):
            for atom, role in zip(op.args, op.roles, strict=bool(op.roles)):
                if isinstance(atom, Var) and role in ("*", "**"):
                    handed[atom.name] = handed.get(atom.name, 0) + 1
    bound = names_bound(fn.body)
    inside = any(isinstance(stmt, Define) for stmt in walk(fn.body))
    read = [a.name for stmt in walk(fn.body) for a in reads(stmt) if isinstance(a, Var)]
    if star in bound or star not in handed or inside:
        star = None
    if double is None or double in bound or inside or double not in handed:
        return star, None
    known = handed[double] + sum(_taken(stmt, double) is not None for stmt in fn.body)
    return star, double if read.count(double) == known else None


def _taken(stmt: Stmt, double: str) -> tuple[Var, str, Atom | None] | None:
    """The parts of `target = double.pop(word, default)`; None of other statements."""
    match stmt:
        case Assign(target, Op("method:pop", (Var(base), Const(str(word)), *default))) if (
            base == double
        ):
            return target, word, default[0] if default else None
    return None


def for_one_form(fn: Function, count: int, keywords: tuple[str, ...]) -> Function | None:
    """The function for calls that give its starred parameters `count` values and some keywords.

    None where a keyword is the name of a variable of the function, or one that is taken is missing.
    """
    star, double = forwards(fn)
    taken = set(names_of(fn))
    if double is not None and taken & set(keywords):
        return None
    taken |= set(keywords)
    values: list[str] = []
    for position in range(count if star is not None else 0):
        name = f"{star}_{position}"
        while name in taken:
            name += "_"
        taken.add(name)
        values.append(name)
    given = {star: tuple(Var(name) for name in values)} if star is not None else {}
    words: dict[str, Atom] = {name: Var(name) for name in keywords}
    body: Block = ()
    for stmt in fn.body:
        taking = None if double is None else _taken(stmt, double)
        if taking is None:
            named = {} if double is None else {double: dict(words)}
            body = (*body, map_ops(stmt, functools.partial(_spread, given=given, named=named)))
            continue
        target, word, default = taking
        value = words.pop(word, default)
        if value is None:
            return None
        body = (*body, Assign(target, value, stmt.span))
    read = {a for stmt in walk(body) for a in reads(stmt)}
    if star is not None and Var(star) in read:
        template = gast.Tuple([operand(i) for i in range(len(values))], gast.Load())
        listed = Op("tuple", given[star], template)
        body = (Assign(Var(star), listed, fn.span), *body)
    params = tuple(_parameters(fn, star, double, values, keywords))
    return replace(fn, params=params, body=body)


def _parameters(
    fn: Function, star: str | None, double: str | None, values: list[str],
    keywords: tuple[str, ...],
) -> list[Param]:  # fmt: skip
    """The parameters; those before a value that is given by position are given as well."""
    found: list[Param] = []
    for param in fn.params:
        if param.name == star:
            found += [Param(name) for name in values]
        elif param.name == double:
            found += [Param(name, "keyword-only") for name in keywords]
        elif values and param.kind in _POSITIONAL:
            found.append(replace(param, has_default=False, default=None))
        else:
            found.append(param)
    return sorted(found, key=lambda param: param.kind == "varkw")


def _spread(
    op: Op, given: Mapping[str, tuple[Atom, ...]], named: Mapping[str, Mapping[str, Atom]]
) -> Op:
    """A call with what starred operands stand for, each an operand of its own."""
    if not isinstance(op.template, gast.Call) or not {"*", "**"} & set(op.roles):
        return op
    args: list[Atom] = []
    roles: list[str] = []
    stays: dict[int, int] = {}
    spread: dict[int, list[gast.AST]] = {}
    for old, (atom, role) in enumerate(zip(op.args, op.roles, strict=True)):
        name = atom.name if isinstance(atom, Var) else ""
        parts = [(role, atom)]
        if role == "*" and name in given:
            parts = [("", part) for part in given[name]]
            spread[old] = [operand(len(args) + i) for i in range(len(parts))]
        elif role == "**" and name in named:
            parts = [*named[name].items()]
            spread[old] = [
                gast.keyword(word, operand(len(args) + i)) for i, (word, _) in enumerate(parts)
            ]
        else:
            stays[old] = len(args)
        args += [part for _, part in parts]
        roles += [role for role, _ in parts]

    def placed(slots: list[gast.AST]) -> list[gast.AST]:
        found: list[gast.AST] = []
        for slot in slots:
            number = hole(slot.value) if isinstance(slot, gast.Starred | gast.keyword) else None
            if number is not None and number in spread:
                found += spread[number]
            else:
                found.append(renumbered(slot, stays))
        return found

    call = op.template
    template = gast.Call(renumbered(call.func, stays), placed(call.args), placed(call.keywords))
    return replace(op, args=tuple(args), roles=tuple(roles), template=template)
