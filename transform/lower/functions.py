"""Functions: the outermost one, and those nested in it."""

from __future__ import annotations

import functools
import importlib
import itertools
import types
from dataclasses import replace
from typing import Any, TypeAlias

import gast

from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Block,
    Define,
    Function,
    Op,
    Param,
    Ref,
    Return,
    Rhs,
    Stmt,
    Var,
    binds,
    reads,
    walk,
)  # fmt: skip
from adjoint.transform.lower import expressions, statements
from adjoint.transform.lower.bindings import (
    bound_names,
    free_identifiers,
    identifiers,
    imported_only,
    own_nodes,
    parameters,
    walrus_names,
)
from adjoint.transform.lower.cells import NeedsCell, Variable, can_be_in_cell, with_cells
from adjoint.transform.lower.classes import made_classes
from adjoint.transform.lower.cursors import cursors
from adjoint.transform.lower.iterators import as_list, collecting
from adjoint.transform.lower.listing import is_listing
from adjoint.transform.lower.opened import opened_functions, rebound_by
from adjoint.transform.lower.reject import reject, reject_callee
from adjoint.transform.lower.rings import rings
from adjoint.transform.lower.scope import Opened, Scope, resolve_path
from adjoint.transform.lower.templates import CALLEE, hole, name
from adjoint.transform.source import Reader, Source, read_source

Definition: TypeAlias = gast.FunctionDef | gast.Lambda


def lower(
    fn: types.FunctionType, opened: tuple[str, ...] = (), read: Reader = read_source,
    cells: frozenset[Variable] = frozenset(),
) -> Function:  # fmt: skip
    """Translate a Python function to the intermediate representation.

    Args:
        fn: a function, lambda or method with source.
        opened: variables around it that become parameters, given by keyword.
        read: finds the source of a function.
        cells: variables that are in cells, beside those that have to be (`lower.cells`).

    Returns:
        The same function, one operation a statement. Nothing is assumed of what its arguments are;
        names from outside are resolved to what they are now.

    Raises:
        UnsupportedSyntax: a construct is not accepted; the error points at it.
        SourceNotFound: there is no source, or it is not that of `fn`.

    >>> from adjoint.transform.ir.show import show
    >>> import textwrap
    >>> print(show(lower(textwrap.dedent)).splitlines()[0])
    def dedent(text):
    """
    fn = getattr(fn, "__func__", fn)
    source = read(fn)
    listed = collecting(source.tree) if is_listing(fn) else as_list(source.tree)
    if listed is not None:
        source = replace(source, tree=listed)
    while True:
        try:
            return _lowered(fn, with_cells(source, cells, fn.__globals__), opened)
        except NeedsCell as need:
            more = need.variables - cells
            if not more or not all(can_be_in_cell(source.tree, one) for one in more):
                raise need.plain() from None
            cells |= more


def _lowered(fn: types.FunctionType, source: Source, opened: tuple[str, ...]) -> Function:
    known: dict[str, Atom] = {text: Ref(text, value) for text, value in source.given.items()}
    known |= {name: Var(name) for name in opened}
    tree = source.tree
    outside = Scope(
        source, fn, known, frozenset(), identifiers(tree),
        frozenset(), frozenset(), itertools.count(1), source.span(tree), tree,
    )  # fmt: skip
    if isinstance(tree, gast.AsyncFunctionDef):
        raise reject(tree, outside)
    defaults = _outer_defaults(fn)
    annotations = {name: _meant(said, fn) for name, said in fn.__annotations__.items()}
    params = tuple(
        replace(param, annotation=annotations.get(param.name), **defaults.get(param.name, {}))
        for param in _params(tree.args, {})
    )
    more = tuple(Param(name, "keyword-only") for name in opened)
    ordered = sorted((*params, *more), key=lambda param: param.kind == "varkw")
    return replace(_function(tree, tuple(ordered), outside), origin=fn, captures=())


def _meant(annotation: Any, fn: types.FunctionType) -> Any:
    """What an annotation that is a string (`from __future__ import annotations`) stands for.

    Names may be missing that are imported for type checkers alone; then the string remains.
    """
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, fn.__globals__)
    except Exception:  # whatever the expression raises: an annotation only makes a promise
        return annotation


def function_value(node: gast.Lambda, scope: Scope, out: list[Stmt]) -> Rhs:
    """A lambda: a function bound to a temporary."""
    target = scope.temporary()
    out.append(Define(target, _nested(node, scope, out), scope.span))
    return target


def define(node: gast.FunctionDef, scope: Scope, out: list[Stmt]) -> None:
    """A nested `def`; its decorators are evaluated first and called last, the lowest one first."""
    target = scope.names[node.name]
    if isinstance(target, Ref) and isinstance(target.value, Opened):
        return  # its text stands where it is called
    for decorator in node.decorator_list:
        known = resolve_path(decorator, scope)
        if isinstance(known, Ref) and (refusal := reject_callee(decorator, known.value, scope)):
            raise refusal
    decorators = expressions.operands(
        [one for one in node.decorator_list if not _only_names(one, scope)], scope, out
    )
    assert isinstance(target, Var), "what `def` binds is a local variable"
    function = _nested(node, scope, out)
    if not decorators:
        out.append(Define(target, function, scope.span))
        return
    value = scope.temporary()
    out.append(Define(value, function, scope.span))
    template = gast.Call(name(CALLEE), [hole(0)], [])
    for decorator in reversed(decorators[1:]):
        decorated = Op("call", (value,), template, ("",), decorator)
        value = expressions.bind(decorated, scope, out)
    out.append(Assign(target, Op("call", (value,), template, ("",), decorators[0]), scope.span))


def _only_names(decorator: gast.AST, scope: Scope) -> bool:
    """Whether a decorator is `functools.wraps(...)`: it copies a name and a docstring."""
    if not isinstance(decorator, gast.Call):
        return False
    known = resolve_path(decorator.func, scope)
    return isinstance(known, Ref) and known.value is functools.wraps


def _nested(node: Definition, scope: Scope, out: list[Stmt]) -> Function:
    """A nested function. Its defaults are atoms, evaluated where it is defined."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    with_default = positional[len(positional) - len(arguments.defaults) :]
    pairs = list(zip(with_default, arguments.defaults, strict=True))
    pairs += [
        (param, default)
        for param, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is not None
    ]
    values = expressions.operands([default for _, default in pairs], scope, out)
    defaults = {param.id: value for (param, _), value in zip(pairs, values, strict=True)}
    return _function(node, _params(arguments, defaults), scope)


def _function(node: Definition, params: tuple[Param, ...], outer: Scope) -> Function:
    body = [node.body] if isinstance(node, gast.Lambda) else node.body
    bound = bound_names(body)
    local = bound | {param.id for param in parameters(node.args)}
    names: dict[str, Atom] = {**outer.names, **{text: Var(text) for text in local}}
    scope = replace(
        outer,
        names=names,
        local=bound,
        free=free_identifiers(node),
        walruses=walrus_names(body),
        span=outer.source.span(node),
        definition=node,
        yielded=None,
    )
    names.update(_imports(body, bound, scope))
    names.update(made_classes(body, scope))
    names.update(opened_functions(body, scope))
    known = {text: ring for text, ring in outer.rings.items() if text not in local}
    scope = replace(
        scope,
        walruses=scope.walruses | rebound_by(body, names),
        rings={**known, **rings(body, scope)},
        cursors=cursors(body, scope),
    )
    if isinstance(node, gast.Lambda):
        statements_: list[Stmt] = []
        here = scope.at(node.body)
        value = expressions.atom(node.body, here, statements_)
        statements_.append(Return(value, here.span))
        block: Block = tuple(statements_)
        title, span = "<lambda>", scope.span
    else:
        block = statements.block(node.body, scope)
        title, span = node.name, statements.header_span(node, scope)
    return Function(title, params, block, span, captures=_captures(params, block, local))


def _captures(params: tuple[Param, ...], body: Block, local: frozenset[str]) -> tuple[str, ...]:
    """The variables that a body reads and neither it nor its signature binds."""
    read = {atom.name for stmt in walk(body) for atom in reads(stmt) if isinstance(atom, Var)}
    for stmt in walk(body):
        if isinstance(stmt, Define):
            defaults = (param.default for param in stmt.function.params)
            read |= {atom.name for atom in defaults if isinstance(atom, Var)}
    bound = {variable.name for stmt in walk(body) for variable in binds(stmt)}
    return tuple(sorted(read - bound - local - {param.name for param in params}))


def _params(arguments: gast.arguments, defaults: dict[str, Atom]) -> tuple[Param, ...]:
    kinds = [
        ("positional-only", arguments.posonlyargs),
        ("ordinary", arguments.args),
        ("varargs", [arguments.vararg] if arguments.vararg else []),
        ("keyword-only", arguments.kwonlyargs),
        ("varkw", [arguments.kwarg] if arguments.kwarg else []),
    ]
    return tuple(
        Param(param.id, kind, param.id in defaults, defaults.get(param.id))
        for kind, params in kinds
        for param in params
    )


def _outer_defaults(fn: types.FunctionType) -> dict[str, dict[str, Any]]:
    """The defaults of a function that exists, by parameter."""
    code = fn.__code__
    names = code.co_varnames[: code.co_argcount]
    values = fn.__defaults__ or ()
    pairs = dict(zip(names[len(names) - len(values) :], values, strict=True))
    pairs.update(fn.__kwdefaults__ or {})
    return {key: {"has_default": True, "default": value} for key, value in pairs.items()}


def _imports(body: list[gast.AST], bound: frozenset[str], scope: Scope) -> dict[str, Ref]:
    """What the `import` statements of a body bind, found now."""
    found: dict[str, Ref] = {}
    once = imported_only(body, bound)
    for node in own_nodes(body):
        if not isinstance(node, gast.Import | gast.ImportFrom):
            continue
        for alias in node.names:
            text = (alias.asname or alias.name).partition(".")[0]
            if text in once:
                found[text] = Ref(text, _import(node, alias, scope))
    return found


def _import(node: gast.Import | gast.ImportFrom, alias: gast.alias, scope: Scope) -> Any:
    try:
        if isinstance(node, gast.Import):
            module = importlib.import_module(alias.name)
            root = alias.name.partition(".")[0]
            return module if alias.asname else importlib.import_module(root)
        package = scope.origin.__globals__.get("__package__")
        path = "." * (node.level or 0) + (node.module or "")
        module = importlib.import_module(path, package)
        if hasattr(module, alias.name):
            return getattr(module, alias.name)
        return importlib.import_module(f"{module.__name__}.{alias.name}")
    except ImportError as error:
        raise scope.refuse(node, f"this import fails: {error}") from error
