"""Calls of derivatives: `adjoint.gradient(f)(x)`, `f.gradient(x)`, `adjoint.vjp(f, x)`.

    du = adjoint.gradient(u)        ->      du = adjoint.gradient(u)
    y = du(x)                               y = du(x)   (a call of a `Derivative` of `u`)

As with calls of local functions, what `u` captures becomes further operands that are not printed.
A derivative that is used as a value, too, is a closure: it holds the function that it is of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import FunctionType
from typing import Any

import gast

from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Const,
    Effect,
    Function,
    Op,
    Ref,
    Stmt,
    Var,
    With,
    binds,
    reads,
    walk,
)  # fmt: skip
from adjoint.transform.ir.places import hole, renumbered
from adjoint.transform.ir.rebuild import replace_stmts
from adjoint.transform.lower.local_functions import LocalFunction, missing, with_captures
from adjoint.transform.lower.templates import CALLEE, name
from adjoint.transform.ours import (
    ITSELF,
    MODES,
    Derivative,
    derivative_of,
    is_differentiable,
    maker_of,
    method_of_ours,
)  # fmt: skip

DERIVATIVE = "closure:derivative"
Known = Mapping[str, Any]


def name_derivatives(fn: Function, known: Known) -> Function:
    """The function in which calls of derivatives of known functions say so.

    Args:
        fn: the function, calls of local functions resolved.
        known: the functions that its variables certainly are: local ones, and those given to it.
    """
    stmts = [(stmt, op) for stmt in walk(fn.body) if (op := _operation(stmt)) is not None]
    if not any(_is_about_derivatives(op) for _, op in stmts):
        return fn
    counts: dict[str, int] = {}
    for var in (*(v for s in walk(fn.body) for v in binds(s)), *(Var(p.name) for p in fn.params)):
        counts[var.name] = counts.get(var.name, 0) + 1
    functions, literals, made = dict(known), dict[str, Any](), set[str]()
    for stmt, op in stmts:
        if isinstance(stmt, Assign) and counts[stmt.target.name] == 1:
            literals[stmt.target.name] = _literal(op)
            found = _made(op, functions, literals)
            if found is not None and stmt.target.name not in known:
                functions[stmt.target.name] = found
                made.add(stmt.target.name)
    changes: dict[int, tuple[Stmt, ...]] = {}
    for stmt, op in stmts:
        named = _named(op, functions, literals)
        if named is not op:
            changes[id(stmt)] = (_with(stmt, named),)
    fn = replace(fn, body=replace_stmts(fn.body, changes))
    used = {value for stmt in walk(fn.body) for value in _values(stmt)}
    changes = {}
    for stmt in walk(fn.body):
        if isinstance(stmt, Assign) and stmt.target.name in made - used:
            if isinstance(stmt.value, Op):  # only its calls matter, and they are known
                changes[id(stmt)] = (_with(stmt, replace(stmt.value, prim="look")),)
    return replace(fn, body=replace_stmts(fn.body, changes))


def _operation(stmt: Stmt) -> Op | None:
    match stmt:
        case Assign(value=Op() as op) | Effect(value=op) | With(context=op):
            return op
    return None


def _with(stmt: Stmt, op: Op) -> Stmt:
    if isinstance(stmt, With):
        return replace(stmt, context=op)
    assert isinstance(stmt, Assign | Effect)
    return replace(stmt, value=op)


def _is_about_derivatives(op: Op) -> bool:
    """Whether an operation makes or calls a derivative, as far as it says so itself."""
    if isinstance(op.callee, Ref):
        value = op.callee.value
        return maker_of(value) is not None or derivative_of(value) is not None
    return _of_ours(op, {}) is not None


def _of_ours(op: Op, functions: Known) -> Derivative | None:
    """Which derivative `f.gradient` is, or `f.gradient(x)` is a call of."""
    head, _, attribute = op.prim.partition(":")
    if head not in ("method", "attribute") or attribute not in MODES:
        return None
    owner = op.args[0]
    if isinstance(owner, Ref):
        return method_of_ours(owner.value, attribute)
    made = functions.get(owner.name) if isinstance(owner, Var) else None
    if not isinstance(made, Derivative) or made.mode != ITSELF:
        return None
    return Derivative(made.target, attribute, made.wrt)


def _maker(op: Op) -> str | None:
    """The mode of the derivative that a call makes of a function, or runs."""
    known = op.prim == "call" and isinstance(op.callee, Ref) and bool(op.args)
    return maker_of(op.callee.value) if known else None  # type: ignore[union-attr]


def _made(op: Op, functions: Known, literals: Known) -> Derivative | None:
    """The derivative that an operation gives, if it is of a known function."""
    if op.prim.startswith("attribute:"):
        return _of_ours(op, functions)
    mode = _maker(op)
    return None if mode in (None, "vjp") else _of(op, mode, functions, literals)


def _of(op: Op, mode: str, functions: Known, literals: Known) -> Derivative | None:
    """The derivative of the function that is the first argument."""
    target = _function(op.args[0], functions)
    wrt = _written_wrt(op, mode, literals)
    if target is None or wrt is None:
        return None
    if wrt == (None,) and is_differentiable(target):
        return Derivative(target, mode, target._asked.wrt)
    return Derivative(target, mode, wrt[0])


def _function(atom: Atom, functions: Known) -> Any:
    """The function that an atom certainly is."""
    if isinstance(atom, Var):
        return functions.get(atom.name)
    value = getattr(atom, "value", None)
    known = isinstance(value, FunctionType) or is_differentiable(value)
    return derivative_of(value) or (value if known else None)


def _written_wrt(op: Op, mode: str, literals: Known) -> tuple[Any] | None:
    """The `wrt` that is written in a call, None where it is left out; None where it is computed."""
    places = [i for i, role in enumerate(op.roles) if role == "wrt"]
    if mode != "vjp" and len(op.roles) > 1 and op.roles[1] == "":
        places.append(1)
    if not places:
        return (None,)
    atom = op.args[places[0]]
    value = literals.get(atom.name, ...) if isinstance(atom, Var) else getattr(atom, "value", ...)
    many = value if isinstance(value, tuple) else (value,)
    known = all(isinstance(one, str | int) and not isinstance(one, bool) for one in many)
    return (value,) if known or value is None else None


def _literal(op: Op) -> Any:
    """The value of a tuple or list of names and numbers; `...` of anything else."""
    if op.prim in ("tuple", "list") and all(isinstance(a, Const) for a in op.args):
        return tuple(a.value for a in op.args if isinstance(a, Const))
    return ...


def _named(op: Op, functions: Known, literals: Known) -> Op:
    """The operation, as a call of a derivative where it is one."""
    called = _of_ours(op, functions)
    if called is not None and op.prim.startswith("method:"):
        owner = op.args[0]
        text = f"{getattr(owner, 'text', getattr(owner, 'name', ''))}.{called.mode}"
        return _captured(_of_rest(op, {0}, Ref(text, called)), called)
    mode = _maker(op)
    if mode == "vjp":
        found = _of(op, mode, functions, literals)
        if found is None:
            return op
        dropped = {0, *(i for i, role in enumerate(op.roles) if role == "wrt")}
        assert isinstance(op.callee, Ref)
        return _captured(_of_rest(op, dropped, replace(op.callee, value=found)), found)
    if mode is not None:
        holds = ("()", *(role or "wrt" for role in op.roles[1:]))
        return replace(op, prim=DERIVATIVE, roles=holds)
    if op.prim != "call":
        return op
    if isinstance(op.callee, Ref) and (of_method := derivative_of(op.callee.value)) is not None:
        return _captured(replace(op, callee=replace(op.callee, value=of_method)), of_method)
    if isinstance(op.callee, Var) and isinstance(functions.get(op.callee.name), Derivative):
        found = functions[op.callee.name]
        return _captured(replace(op, callee=Ref(op.callee.name, found, local=True)), found)
    return op


def _captured(op: Op, derivative: Derivative) -> Op:
    """The call, with what the function captures as further operands."""
    root = derivative.root
    if not isinstance(root, LocalFunction):
        return op
    captures = missing(op, root)
    assert isinstance(op.callee, Ref)
    return op if captures is None else with_captures(op, op.callee, captures)


def _of_rest(op: Op, dropped: set[int], callee: Ref) -> Op:
    """A call of something else, with some of the operands."""
    stay = [i for i in range(len(op.args)) if i not in dropped]
    template = op.template
    assert isinstance(template, gast.Call)
    args = [a for a in template.args if hole(_bare(a)) not in dropped]
    keywords = [k for k in template.keywords if hole(k.value) not in dropped]
    func = gast.Call(name(CALLEE), args, keywords)
    return Op(
        "call", tuple(op.args[i] for i in stay),
        renumbered(func, {old: new for new, old in enumerate(stay)}),
        tuple(op.roles[i] for i in stay), callee,
    )  # fmt: skip


def _bare(argument: gast.AST) -> gast.AST:
    return argument.value if isinstance(argument, gast.Starred) else argument


def _values(stmt: Stmt) -> Iterator[str]:
    """The variables that a statement reads otherwise than by calling a known function."""
    op = _operation(stmt)
    atoms = reads(stmt) if op is None else op.args if isinstance(op.callee, Ref) else (
        *op.args, *(() if op.callee is None else (op.callee,))
    )  # fmt: skip
    return (atom.name for atom in atoms if isinstance(atom, Var))
