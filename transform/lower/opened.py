"""Functions whose text stands in place of their calls: what they do cannot be said by a value.

    def add(v):                        for v in x:
        nonlocal total         ->          total = total + v * v
        total = total + v * v
    for v in x: add(v)

These are local functions that bind a variable around them, those that call such a function, and
generators (`generators`). Their own variables get names that nobody else has; what they read around
them they read where they run, as in Python. A `return` leaves the text, not the function around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import gast

from adjoint.transform.errors import UnsupportedSyntax
from adjoint.transform.ir.nodes import Assign, Atom, Ref, Stmt, Var
from adjoint.transform.lower import expressions, statements
from adjoint.transform.lower.bindings import (
    bound_names,
    free_identifiers,
    own_nodes,
    parameters,
    walrus_names,
)
from adjoint.transform.lower.cells import owner_of, unless_in_cells
from adjoint.transform.lower.cursors import cursors
from adjoint.transform.lower.exits import left_alone
from adjoint.transform.lower.rings import rings
from adjoint.transform.lower.scope import Opened, Scope, resolve_path


def is_generator(node: gast.AST) -> bool:
    """Whether a function yields."""
    return any(isinstance(inner, gast.Yield | gast.YieldFrom) for inner in own_nodes(node.body))


def opened_functions(body: list[gast.AST], scope: Scope) -> dict[str, Ref]:
    """The functions that a body defines and that are opened, by name."""
    defined = [node for node in own_nodes(body) if isinstance(node, gast.FunctionDef)]
    writes = {node.name: _rebound(node) for node in defined}
    while True:
        before = sum(map(len, writes.values()))
        for node in defined:
            for inner in own_nodes(node.body):
                if isinstance(inner, gast.Name) and inner.id in writes:
                    writes[node.name] |= writes[inner.id]
        if sum(map(len, writes.values())) == before:
            break
    found: dict[str, Ref] = {}
    for node in defined:
        generates = is_generator(node)
        if generates or writes[node.name]:
            if _bindings(body, node.name) > 1:
                what = f"{node.name!r} is bound more than once, and its calls cannot be opened"
                raise scope.refuse(node, what, "give each function a name of its own")
            opened = Opened(node, scope, frozenset(writes[node.name]), generates)
            found[node.name] = Ref(node.name, opened, local=True)
    return found


def _rebound(node: gast.FunctionDef) -> set[str]:
    """The variables around a function that it binds, or that a function inside it does."""
    found = {
        name for inner in own_nodes(node.body) if isinstance(inner, gast.Nonlocal)
        for name in inner.names
    }  # fmt: skip
    own = (bound_names(node.body) - found) | {param.id for param in parameters(node.args)}
    for inner in own_nodes(node.body):
        if isinstance(inner, gast.FunctionDef):
            found |= _rebound(inner) - own
    return found


def _bindings(body: list[gast.AST], name: str) -> int:
    return sum(
        (isinstance(node, gast.FunctionDef) and node.name == name)
        or (isinstance(node, gast.Name) and node.id == name and not isinstance(node.ctx, gast.Load))
        for node in own_nodes(body)
    )


def opened_call(node: gast.AST, scope: Scope) -> Opened | None:
    """The function that an expression calls, if that is one whose calls are opened."""
    known = resolve_path(node.func, scope) if isinstance(node, gast.Call) else None
    found = known.value if isinstance(known, Ref) else None
    return found if isinstance(found, Opened) else None


def rebound_by(nodes: list[gast.AST], names: Mapping[str, Atom]) -> frozenset[str]:
    """The variables that the calls of opened functions bind, in trees of any kind."""
    found: frozenset[str] = frozenset()
    for node in nodes:
        for inner in gast.walk(node):
            known = names.get(inner.func.id) if (
                isinstance(inner, gast.Call) and isinstance(inner.func, gast.Name)
            ) else None  # fmt: skip
            if isinstance(known, Ref) and isinstance(known.value, Opened):
                found |= known.value.writes
    return found


def refuse_value(node: gast.AST, opened: Opened, scope: Scope) -> Exception:
    """The refusal of such a function where it is not called in place."""
    if opened.generates:
        what = (
            f"the generator `{opened.node.name}` is followed where a `for`, a comprehension or a "
            "function such as sum() and list() takes all that a call of it gives"
        )
        return scope.refuse(node, what, "collect the values in a list")
    what = f"`{opened.node.name}` binds variables around it (`nonlocal`), and is not called here"
    return _unless_shared(
        scope.refuse(node, what, "call it by its name, or let it return the values"), opened, scope
    )


def _unless_shared(refusal: UnsupportedSyntax, opened: Opened, scope: Scope) -> UnsupportedSyntax:
    """The refusal to open a function that binds variables, which may be in cells instead."""
    tree = scope.source.tree
    if opened.generates:
        return refusal
    owners = [owner_of(tree, opened.node, name) for name in sorted(opened.writes)]
    known = [owner for owner in owners if owner is not None]
    if len(known) < len(owners):
        return refusal
    return unless_in_cells(refusal, known, scope.origin)


def call(node: gast.Call, opened: Opened, scope: Scope, out: list[Stmt]) -> Atom:
    """The text of a function in place of its call; its result is in a variable."""
    if opened.generates:
        raise refuse_value(node, opened, scope)
    inner = enter(node, opened, scope, out)
    result = scope.fresh("result")
    block = statements.block(opened.node.body, inner)
    out.extend(left_alone(block, lambda name: scope.fresh(name).name, result))
    return result


def enter(node: gast.Call, opened: Opened, scope: Scope, out: list[Stmt]) -> Scope:
    """The scope of a function's text in place of a call; its parameters are bound first."""
    name, definition = opened.node.name, opened.node
    if any(_is_same(definition, one) for one in scope.opening):
        what = f"`{name}` calls itself, and its calls are opened"
        refusal = scope.refuse(node, what, "return the values, or collect them in a list")
        raise _unless_shared(refusal, opened, scope)
    if definition.decorator_list:
        what = f"the calls of `{name}`, which is decorated, cannot be opened"
        raise _unless_shared(scope.refuse(node, what, "leave the decorator away"), opened, scope)
    own = bound_names(definition.body) - opened.writes
    params = [param.id for param in parameters(definition.args)]
    free = free_identifiers(definition)
    _check_reach(node, opened, free - own - set(params), scope)
    given = _arguments(node, opened, scope)
    atoms = expressions.operands(list(given.values()), scope, out)
    names: dict[str, Atom] = {}
    for param, atom in zip(given, atoms, strict=True):
        if param in own or not _is_settled(atom, opened, scope):
            names[param] = own_name = _own_name(param, definition, scope)
            out.append(Assign(own_name, atom, scope.span))
        else:
            names[param] = atom
    names |= {text: _own_name(text, definition, scope) for text in sorted(own - set(params))}
    around = replace(
        opened.scope, names={**opened.scope.names, **names}, local=own,
        free=scope.free | free | {v.name for v in names.values() if isinstance(v, Var)},
        used=scope.used, chosen=scope.chosen, temporaries=scope.temporaries,
        walruses=frozenset(v.name for text in walrus_names(definition.body)
                           if isinstance(v := names.get(text, Var(text)), Var)),
        definition=scope.definition, opening=(*scope.opening, definition),
        rebinds=scope.rebinds | opened.writes, yielded=None,
    )  # fmt: skip
    around.names.update(opened_functions(definition.body, around))  # type: ignore[attr-defined]
    known = {text: ring for text, ring in opened.scope.rings.items() if text not in around.local}
    outer = {text: one for text, one in opened.scope.cursors.items() if text not in around.local}
    return replace(
        around,
        walruses=around.walruses | rebound_by(definition.body, around.names),
        rings={**known, **rings(definition.body, around)},
        cursors={**outer, **cursors(definition.body, around)},
    )


def _is_same(one: gast.AST, other: gast.AST) -> bool:
    """Whether two trees are of one definition: a source may have been read twice."""
    return one is other or (one.name == other.name and one.lineno == other.lineno)


def _is_settled(atom: Atom, opened: Opened, scope: Scope) -> bool:
    """Whether an argument stays what it is while the text runs, and may stand for the parameter.

    A generator runs in turns with its consumer, who may bind any variable that it has.
    """
    if not isinstance(atom, Var) or atom.is_temporary:
        return True
    changing = scope.local | scope.walruses if opened.generates else opened.writes
    return not scope.opening and atom.name not in changing


def _own_name(text: str, definition: gast.FunctionDef, scope: Scope) -> Var:
    """The name of a variable of the opened function: its own one, if nobody else has it."""
    inside = any(inner is definition for inner in gast.walk(scope.definition))
    if inside and text not in scope.chosen:
        if _count(scope.source.tree, text) == _count(definition, text):
            scope.chosen.add(text)
            return Var(text)
    return scope.fresh(text)


def _count(node: gast.AST, text: str) -> int:
    return sum(isinstance(inner, gast.Name) and inner.id == text for inner in gast.walk(node))


def _check_reach(
    node: gast.Call, opened: Opened, free: frozenset[str], scope: Scope
) -> None:  # fmt: skip
    """What the text reads outside must be reached by the same names where it stands.

    Raises:
        UnsupportedSyntax: a name there stands for something else.
    """
    here = scope.definition
    if here is opened.scope.definition:
        return
    body = [here.body] if isinstance(here, gast.Lambda) else here.body
    hiding = bound_names(body) | {param.id for param in parameters(here.args)}
    if opened.writes:
        what = f"`{opened.node.name}` binds variables around it, and is called in another function"
        refusal = scope.refuse(node, what, "call it where these variables are")
        raise _unless_shared(refusal, opened, scope)
    if hidden := sorted(free & hiding):
        what = f"`{opened.node.name}` reads `{hidden[0]}`, which is another variable here"
        raise scope.refuse(node, what, "rename one of them")


def _arguments(node: gast.Call, opened: Opened, scope: Scope) -> dict[str, gast.AST]:
    """What fills each parameter, in the order of evaluation."""
    definition = opened.node
    arguments = definition.args
    starred = any(isinstance(item, gast.Starred) for item in node.args)
    if starred or any(word.arg is None for word in node.keywords) or (
        arguments.vararg or arguments.kwarg
    ):  # fmt: skip
        what = f"the call of `{definition.name}` is opened, which takes no starred arguments"
        raise _unless_shared(scope.refuse(node, what, "name the arguments"), opened, scope)
    positional = [param.id for param in (*arguments.posonlyargs, *arguments.args)]
    by_name = [param.id for param in (*arguments.args, *arguments.kwonlyargs)]
    given = dict(zip(positional, node.args, strict=False))
    words = {word.arg: word.value for word in node.keywords}
    every = [*positional, *(param.id for param in arguments.kwonlyargs)]
    fits = len(node.args) <= len(positional) and not given.keys() & words.keys()
    defaults = _defaults(opened, scope)
    if not fits or words.keys() - by_name or set(every) - {*given, *words, *defaults}:
        what = f"the arguments of `{definition.name}` do not fit its parameters"
        raise scope.refuse(node, what, "give each parameter once")
    rest = {name: value for name, value in defaults.items() if name not in {*given, *words}}
    return {**given, **words, **rest}


def _defaults(opened: Opened, scope: Scope) -> dict[str, gast.AST]:
    """The defaults, which are literals: others are evaluated where the function is defined."""
    definition = opened.node
    arguments = definition.args
    positional = [*arguments.posonlyargs, *arguments.args]
    last = positional[len(positional) - len(arguments.defaults) :]
    pairs = [*zip(last, arguments.defaults, strict=True)]
    pairs += [
        (param, value) for param, value in zip(arguments.kwonlyargs, arguments.kw_defaults,
                                               strict=True) if value is not None
    ]  # fmt: skip
    for _, value in pairs:
        if not isinstance(value, gast.Constant):
            what = f"`{definition.name}` is opened, and has a default that is not a literal"
            refusal = scope.refuse(value, what, "give the argument in each call")
            raise _unless_shared(refusal, opened, scope)
    return {param.id: value for param, value in pairs}
