"""Local functions: a nested function becomes one of its own, its captures become parameters.

What a nested function captures is read when it is called, so a call `f(x)` means `f(x, w=w)` with
the values that the captured variables have at that point. The call keeps its text; the captures are
further operands that are not printed. Only the derived call passes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import FunctionType

import gast

from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Block,
    Define,
    Effect,
    For,
    Function,
    If,
    Op,
    Param,
    Ref,
    Stmt,
    Var,
    While,
    With,
    binds,
    walk,
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class LocalFunction:
    """A nested function, lifted: `captures` are keyword-only parameters at the end.

    name: what its emitted forms are called after. origin: the Python function it is nested in.
    inner: the local functions that it defines itself.
    """

    function: Function
    captures: tuple[str, ...]
    name: str
    origin: FunctionType
    inner: dict[str, LocalFunction] = field(default_factory=dict)


Locals = Mapping[str, LocalFunction]


def lift(
    fn: Function, origin: FunctionType, outer: Locals | None = None
) -> tuple[Function, dict[str, LocalFunction]]:
    """Resolve the calls of local functions in a function.

    Returns:
        The function in which such calls name a `LocalFunction`, and the local functions by name.
        A name that is bound more than once is left alone: which function it is is not known.
    """
    counts: dict[str, int] = {}
    for stmt in walk(fn.body):
        for var in binds(stmt):
            counts[var.name] = counts.get(var.name, 0) + 1
    for param in fn.params:
        counts[param.name] = counts.get(param.name, 0) + 1
    defined = {
        s.target.name: s.function
        for s in walk(fn.body)
        if isinstance(s, Define) and counts[s.target.name] == 1 and not _has_defaults(s.function)
    }
    known: dict[str, LocalFunction] = {
        n: f for n, f in (outer or {}).items() if n not in counts
    }
    captures = _captures(defined, known)
    cells: dict[str, LocalFunction] = {}
    for name, inner in defined.items():
        hidden = tuple(Param(c, "keyword-only") for c in captures[name])
        params = (*(p for p in inner.params if p.kind != "varkw"), *hidden,
                  *(p for p in inner.params if p.kind == "varkw"))  # fmt: skip
        plain = inner.name if inner.name.isidentifier() else "lambda_"
        shell = replace(inner, name=f"{fn.name}_{plain}", params=params, captures=())
        cells[name] = LocalFunction(shell, captures[name], shell.name, origin)
    for stmt in walk(fn.body):  # `f = lambda ...` gives a temporary its name
        if isinstance(stmt, Assign) and isinstance(stmt.value, Var):
            if stmt.value.name in cells and counts[stmt.target.name] == 1:
                cells[stmt.target.name] = cells[stmt.value.name]
    everything = {**known, **cells}
    for local in dict.fromkeys(cells.values()):
        body, nested = lift(local.function, origin, everything)
        object.__setattr__(local, "function", body)
        local.inner.update(nested)
    lifted = _block(fn.body, lambda op: _resolved(op, cells, known))
    return replace(fn, body=lifted), everything


def _has_defaults(fn: Function) -> bool:
    return any(p.has_default and isinstance(p.default, Var) for p in fn.params)


def _captures(
    defined: Mapping[str, Function], known: Locals
) -> dict[str, tuple[str, ...]]:
    """The variables that each local function reads from outside, through others that it calls."""
    functions = set(defined) | set(known)
    found = {n: {c for c in f.captures if c not in functions} for n, f in defined.items()}
    while True:
        before = sum(map(len, found.values()))
        for name, fn in defined.items():
            for called in fn.captures:
                if called in found:
                    found[name] |= found[called]
                elif called in known:
                    found[name] |= set(known[called].captures)
        if sum(map(len, found.values())) == before:
            return {n: tuple(sorted(c)) for n, c in found.items()}


def _resolved(op: Op, own: Locals, outer: Locals) -> Op:
    """A call of a local function, with what it captures as further operands.

    Where the function is not defined in the text at hand (a lifted function calls one beside it),
    the call is printed with them, as a call of the lifted function.
    """
    if op.prim != "call" or not isinstance(op.callee, Var):
        return op
    name = op.callee.name
    if name in own:
        ref = Ref(name, own[name], local=True)
        return with_captures(op, ref, {c: c for c in own[name].captures})
    if name not in outer or "**" in op.roles:
        return op
    local = outer[name]
    first = len(op.args)
    template = op.template
    assert isinstance(template, gast.Call)
    printed = [
        gast.keyword(c, gast.Name(f"${first + i}", gast.Load(), None, None))
        for i, c in enumerate(local.captures)
    ]
    call = gast.Call(template.func, template.args, [*template.keywords, *printed])
    called = replace(op, template=call)
    return with_captures(called, Ref(local.name, local), {c: c for c in local.captures})


def with_captures(op: Op, callee: Ref, captures: Mapping[str, str]) -> Op:
    """A call of a known function; `captures` gives for each parameter the variable passed."""
    hidden: tuple[Atom, ...] = tuple(Var(v) for v in captures.values())
    return replace(
        op, callee=callee, args=(*op.args, *hidden), roles=(*op.roles, *captures)
    )


def _block(block: Block, resolve: Callable[[Op], Op]) -> Block:
    return tuple(map_ops(stmt, resolve) for stmt in block)


def map_ops(stmt: Stmt, change: Callable[[Op], Op]) -> Stmt:
    """The statement with every operation changed, in the blocks inside it too."""

    def block(inner: Block) -> Block:
        return tuple(map_ops(s, change) for s in inner)

    match stmt:
        case Assign(value=Op() as op):
            return replace(stmt, value=change(op))
        case Effect(value=op):
            return replace(stmt, value=change(op))
        case If(body=body, orelse=orelse):
            return replace(stmt, body=block(body), orelse=block(orelse))
        case For(body=body):
            return replace(stmt, body=block(body))
        case While(before=before, body=body):
            return replace(stmt, before=block(before), body=block(body))
        case With(context=context, body=body):
            return replace(stmt, context=change(context), body=block(body))
    return stmt
