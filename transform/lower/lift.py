"""Local functions: a nested function becomes one of its own, its captures become parameters.

What a nested function captures is read when it is called, so a call `f(x)` means `f(x, w=w)` with
the values that the captured variables have at that point. The call keeps its text; the captures are
further operands that are not printed. Only the derived call passes them. Defaults that are
variables are captured as well: in variables of their own, since they are read at the definition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import FunctionType

import gast

from adjoint.transform.ir.names import names_bound, names_used
from adjoint.transform.ir.nodes import (
    Assign,
    Block,
    Define,
    Function,
    Op,
    Param,
    Ref,
    Stmt,
    Var,
    binds,
    walk,
)
from adjoint.transform.ir.places import operand
from adjoint.transform.ir.rebuild import map_inside
from adjoint.transform.lower.captures import bound_after, captures_of, defaults_of, held_by
from adjoint.transform.lower.local_functions import LocalFunction, Locals, missing, with_captures
from adjoint.transform.lower.statements_inside import map_ops


def lift(
    fn: Function, origin: FunctionType, outer: Locals | None = None,
    again: Mapping[str, int] | None = None,
) -> tuple[Function, dict[str, LocalFunction]]:  # fmt: skip
    """Resolve the calls of local functions in a function.

    Args:
        fn: the function.
        origin: the Python function that it is, or is nested in.
        outer: the local functions of those around it.
        again: what it captures of those around it and may be bound again after it was made, each
            with the line of the function that it belongs to.

    Returns:
        The function in which such calls name a `LocalFunction`, and the local functions by name.
        A name that is bound more than once is left alone: which function it is is not known.
    """
    fn = replace(fn, body=_lambdas_named(fn.body, _bindings(fn)))
    fn = replace(fn, body=_with_own_names(fn))
    counts = _bindings(fn)
    defined = {
        s.target.name: s.function
        for s in walk(fn.body)
        if isinstance(s, Define) and counts[s.target.name] == 1
    }
    defined = _unhidden(defined, outer or {})
    known: dict[str, LocalFunction] = {
        n: f for n, f in (outer or {}).items() if n not in counts
    }
    cells = _lifted(fn, defined, known, origin, bound_after(fn), again or {})
    for stmt in walk(fn.body):  # another name of one
        if isinstance(stmt, Assign) and isinstance(stmt.value, Var):
            if stmt.value.name in cells and counts[stmt.target.name] == 1:
                cells[stmt.target.name] = cells[stmt.value.name]
    everything = {**known, **cells}
    for local in dict.fromkeys(cells.values()):
        body, nested = lift(local.function, origin, everything, {**local.around, **local.later})
        object.__setattr__(local, "function", body)
        local.inner.update(nested)
    lifted = _block(fn.body, lambda op: _resolved(op, cells, known))
    return replace(fn, body=lifted), everything


def _unhidden(defined: dict[str, Function], outer: Locals) -> dict[str, Function]:
    """The functions of which no own variable hides one that a function they call captures."""
    while True:
        captures = captures_of(defined, outer)
        hiding = [
            name for name, fn in defined.items()
            if set(captures[name]) & ({p.name for p in fn.params} | names_bound(fn.body))
        ]
        if not hiding:
            return defined
        defined = {name: fn for name, fn in defined.items() if name not in hiding}


def _lambdas_named(block: Block, counts: Mapping[str, int]) -> Block:
    """`%1 = lambda ...; f = %1` is a definition of `f`, which may call itself by that name."""
    found: list[Stmt] = []
    for stmt in block:
        before = found[-1] if found else None
        match stmt, before:
            case Assign(target=target, value=Var() as value), Define() if (
                before.target == value and value.is_temporary and counts[target.name] == 1
            ):
                found[-1] = replace(before, target=target)
            case _:
                found.append(map_inside(stmt, lambda inner: _lambdas_named(inner, counts)))
    return tuple(found)


def _bindings(fn: Function) -> dict[str, int]:
    """How many bindings each name has."""
    counts: dict[str, int] = {}
    for name in (*(v.name for s in walk(fn.body) for v in binds(s)), *(p.name for p in fn.params)):
        counts[name] = counts.get(name, 0) + 1
    return counts


def _with_own_names(fn: Function) -> Block:
    """The body, where every definition binds a name of its own, and so does each of its defaults.

    `def f` under an `if` and under its `else` become two functions, one of which is then `f`;
    `lambda v, k=k: v * k` becomes `k_default = k`, `lambda v, k=k_default: v * k`, unless `k` is
    never bound again.
    """
    counts = _bindings(fn)
    fixed = {p.name for p in fn.params if counts[p.name] == 1}
    taken = set(names_used(fn.body)) | set(counts)

    def fresh(wanted: str) -> str:
        name = wanted
        while name in taken:
            name += "_"
        taken.add(name)
        return name

    def define(stmt: Define) -> tuple[Stmt, ...]:
        function, out = stmt.function, []
        params: list[Param] = []
        for param in function.params:
            default = param.default
            if param.has_default and isinstance(default, Var) and default.name not in fixed:
                own = Var(fresh(f"{param.name}_default"))
                out.append(Assign(own, default, stmt.span))
                params.append(replace(param, default=own))
            else:
                params.append(param)
        made = replace(function, params=tuple(params))
        if counts[stmt.target.name] == 1:
            return (*out, replace(stmt, function=made))
        own = Var(fresh(f"{stmt.target.name}_here"))
        return (*out, Define(own, made, stmt.span), Assign(stmt.target, own, stmt.span))

    def block(stmts: Block) -> Block:
        found: list[Stmt] = []
        for stmt in stmts:
            found += define(stmt) if isinstance(stmt, Define) else (map_inside(stmt, block),)
        return tuple(found)

    return block(fn.body)


def _without_variables(fn: Function) -> Iterator[Param]:
    """The parameters, without defaults that are variables: all calls give the value then."""
    optional = False
    for param in fn.params:
        if not param.has_default or not isinstance(param.default, Var):
            optional = optional or (param.has_default and param.kind != "keyword-only")
            yield param
        else:
            yield replace(param, has_default=optional, default=None)


def _lifted(
    fn: Function, defined: Mapping[str, Function], known: Locals, origin: FunctionType,
    later: Mapping[str, frozenset[str]], inherited: Mapping[str, int],
) -> dict[str, LocalFunction]:  # fmt: skip
    """The local functions that a function defines, their own calls not resolved yet."""
    captures = captures_of(defined, known)
    cells: dict[str, LocalFunction] = {}
    for name, inner in defined.items():
        hidden = [Param(c, "keyword-only") for c in captures[name]]
        params = sorted((*_without_variables(inner), *hidden), key=lambda p: p.kind == "varkw")
        plain = inner.name if inner.name.isidentifier() else "lambda_"
        shell = replace(inner, name=f"{fn.name}_{plain}", params=tuple(params), captures=())
        defaults = defaults_of(inner)
        filled = {c: c for c in captures[name]} | defaults
        held = held_by(name, (name,), defined, known)
        roles = {variable: role for role, variable in filled.items()}
        holds = {path: roles[variable] for path, variable in held.holds.items()}
        read = set(captures[name])
        cells[name] = LocalFunction(
            shell, filled, frozenset(defaults), holds, held.cells, shell.name, origin,
            later={one: fn.span.line for one in sorted(read & later.get(name, frozenset()))},
            around={one: line for one, line in inherited.items() if one in read},
        )
    return cells


def _resolved(op: Op, own: Locals, outer: Locals) -> Op:
    """A call of a local function, with what it captures as further operands.

    Where the function is not defined in the text at hand (a lifted function calls one beside it),
    the call is printed with them, as a call of the lifted function.
    """
    if op.prim != "call" or not isinstance(op.callee, Var):
        return op
    name = op.callee.name
    local = own.get(name) or outer.get(name)
    captures = None if local is None else missing(op, local)
    if local is None or captures is None:
        return op
    if name in own:
        return with_captures(op, Ref(name, local, local=True), captures)
    if "**" in op.roles:
        return op
    first = len(op.args)
    template = op.template
    assert isinstance(template, gast.Call)
    printed = [gast.keyword(role, operand(first + i)) for i, role in enumerate(captures)]
    call = gast.Call(template.func, template.args, [*template.keywords, *printed])
    called = replace(op, template=call)
    return with_captures(called, Ref(local.name, local), captures)


def _block(block: Block, resolve: Callable[[Op], Op]) -> Block:
    return tuple(map_ops(stmt, resolve) for stmt in block)
