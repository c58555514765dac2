"""Local functions: a nested function becomes one of its own, its captures become parameters.

What a nested function captures is read when it is called, so a call `f(x)` means `f(x, w=w)` with
the values that the captured variables have at that point. The call keeps its text; the captures are
further operands that are not printed. Only the derived call passes them. Defaults that are
variables are captured as well: in variables of their own, since they are read at the definition.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import FunctionType

import gast

from adjoint.transform.ir.names import names_bound, names_used
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
    blocks_of,
    walk,
)  # fmt: skip

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class LocalFunction:
    """A nested function, lifted: what it captures are keyword-only parameters at the end.

    captures: for each parameter that its calls need not give, the variable that fills it; defaults:
    those of them that calls may give, since the variable is a default.
    holds: what the running function holds, in a cell or as a default or through a function in a
    cell: under which names, and which of `captures` it is. cells: the variables around it that it
    reads when it is called, functions included. mutual: whether a function that it calls calls it.
    name: what its emitted forms are called after. origin: the Python function it is nested in.
    inner: the local functions that it defines itself.
    base: where it was given to another function, which knows it with other captures: the original.
    """

    function: Function
    captures: Mapping[str, str]
    defaults: frozenset[str]
    holds: Mapping[Path, str]
    cells: frozenset[str]
    mutual: bool
    name: str
    origin: FunctionType
    inner: dict[str, LocalFunction] = field(default_factory=dict)
    base: LocalFunction | None = None

    @property
    def original(self) -> LocalFunction:
        """The function itself, with its captures as they are where it was made."""
        return self.base or self


Locals = Mapping[str, LocalFunction]


def lift(
    fn: Function, origin: FunctionType, outer: Locals | None = None
) -> tuple[Function, dict[str, LocalFunction]]:
    """Resolve the calls of local functions in a function.

    Returns:
        The function in which such calls name a `LocalFunction`, and the local functions by name.
        A name that is bound more than once is left alone: which function it is is not known.
    """
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
    cells = _lifted(fn, defined, known, origin)
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


def _unhidden(defined: dict[str, Function], outer: Locals) -> dict[str, Function]:
    """The functions of which no own variable hides one that a function they call captures."""
    while True:
        captures = _captures(defined, outer)
        hiding = [
            name for name, fn in defined.items()
            if set(captures[name]) & ({p.name for p in fn.params} | names_bound(fn.body))
        ]
        if not hiding:
            return defined
        defined = {name: fn for name, fn in defined.items() if name not in hiding}


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
            found += define(stmt) if isinstance(stmt, Define) else (inside(stmt, block),)
        return tuple(found)

    return block(fn.body)


def _lifted(
    fn: Function, defined: Mapping[str, Function], known: Locals, origin: FunctionType
) -> dict[str, LocalFunction]:
    """The local functions that a function defines, their own calls not resolved yet."""
    captures = _captures(defined, known)
    cells: dict[str, LocalFunction] = {}
    for name, inner in defined.items():
        hidden = [Param(c, "keyword-only") for c in captures[name]]
        params = sorted((*_without_variables(inner), *hidden), key=lambda p: p.kind == "varkw")
        plain = inner.name if inner.name.isidentifier() else "lambda_"
        shell = replace(inner, name=f"{fn.name}_{plain}", params=tuple(params), captures=())
        defaults = _defaults(inner)
        filled = {c: c for c in captures[name]} | defaults
        held = _held(name, (name,), defined, known)
        roles = {variable: role for role, variable in filled.items()}
        holds = {path: roles[variable] for path, variable in held.holds.items()}
        cells[name] = LocalFunction(
            shell, filled, frozenset(defaults), holds, held.cells, held.mutual, shell.name, origin
        )
    return cells


def _without_variables(fn: Function) -> Iterator[Param]:
    """The parameters, without defaults that are variables: all calls give the value then."""
    optional = False
    for param in fn.params:
        if not param.has_default or not isinstance(param.default, Var):
            optional = optional or (param.has_default and param.kind != "keyword-only")
            yield param
        else:
            yield replace(param, has_default=optional, default=None)


def _defaults(fn: Function) -> dict[str, str]:
    """The parameters with a variable as default, and these."""
    return {
        p.name: p.default.name for p in fn.params if p.has_default and isinstance(p.default, Var)
    }


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
                    found[name] |= found[called] | set(_defaults(defined[called]).values())
                elif called in known:
                    found[name] |= set(known[called].captures.values())
        if sum(map(len, found.values())) == before:
            return {n: tuple(sorted(c)) for n, c in found.items()}


@dataclass(frozen=True, slots=True)
class _Held:
    """What a function holds when it runs: variables by path, and those that are in cells."""

    holds: dict[Path, str]
    cells: frozenset[str]
    mutual: bool


def _held(
    name: str, above: tuple[str, ...], defined: Mapping[str, Function], known: Locals
) -> _Held:
    """What a function holds; that it may hold itself adds nothing."""
    if name in known:
        local = known[name]
        paths = {path: local.captures[role] for path, role in local.holds.items()}
        return _Held(paths, local.cells, local.mutual)
    found: dict[Path, str] = {(p,): v for p, v in _defaults(defined[name]).items()}
    captured = defined[name].captures
    cells, mutual = frozenset(captured), False
    for one in captured:
        if one not in defined and one not in known:
            found[one,] = one
        elif one not in above:
            inside = _held(one, (*above, one), defined, known)
            found |= {(one, *path): variable for path, variable in inside.holds.items()}
            cells, mutual = cells | inside.cells, mutual or inside.mutual
        else:
            mutual = mutual or one != name
    return _Held(found, cells, mutual)


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
    printed = [
        gast.keyword(role, gast.Name(f"${first + i}", gast.Load(), None, None))
        for i, role in enumerate(captures)
    ]
    call = gast.Call(template.func, template.args, [*template.keywords, *printed])
    called = replace(op, template=call)
    return with_captures(called, Ref(local.name, local), captures)


def missing(op: Op, local: LocalFunction) -> dict[str, str] | None:
    """What a call does not give of what the function captures; None where that is not known."""
    if local.defaults and {"*", "**"} & set(op.roles):
        return None
    params = local.function.params
    positional = [p.name for p in params if p.kind in ("positional-only", "ordinary")]
    given = {*positional[: op.roles.count("")], *op.roles}
    return {role: variable for role, variable in local.captures.items() if role not in given}


def with_captures(op: Op, callee: Ref, captures: Mapping[str, str]) -> Op:
    """A call of a known function; `captures` gives for each parameter the variable passed."""
    hidden: tuple[Atom, ...] = tuple(Var(v) for v in captures.values())
    return replace(
        op, callee=callee, args=(*op.args, *hidden), roles=(*op.roles, *captures)
    )


def given_as(local: LocalFunction, parameter: str, taken: Collection[str]) -> LocalFunction:
    """A local function as a function knows it that gets it as an argument.

    What it captures comes in as further parameters, named after it and its own.
    """
    names: dict[str, str] = {}
    for role in local.captures:
        own = f"{parameter}_{role}"
        while own in taken or own in names.values():
            own += "_"
        names[role] = own
    return replace(local, captures=names, base=local.original)


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
        case With(context=context, body=body):
            return replace(stmt, context=change(context), body=block(body))
    return inside(stmt, block) if blocks_of(stmt) else stmt


def inside(stmt: Stmt, block: Callable[[Block], Block]) -> Stmt:
    """The statement with the blocks inside it changed."""
    match stmt:
        case If(body=body, orelse=orelse):
            return replace(stmt, body=block(body), orelse=block(orelse))
        case For(body=body):
            return replace(stmt, body=block(body))
        case While(before=before, body=body):
            return replace(stmt, before=block(before), body=block(body))
        case With(body=body):
            return replace(stmt, body=block(body))
    return stmt
