"""Assignments: of every kind of target, in the order in which Python binds them."""

from __future__ import annotations

import types

import gast

from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Op,
    Ref,
    Rhs,
    Stmt,
    Store,
    Unpack,
    Var,
)
from adjoint.transform.lower import expressions, rings, statements, streams, taking
from adjoint.transform.lower.bindings import (
    bound_names,
    identifiers,
    targets,
    walrus_names,
)
from adjoint.transform.lower.opened import rebound_by
from adjoint.transform.lower.purity import is_pure
from adjoint.transform.lower.reject import reject
from adjoint.transform.lower.scope import Scope, resolve


def assign_to(target: gast.AST, value: Rhs, scope: Scope, out: list[Stmt]) -> None:
    """`target = value`, whatever kind of target it is."""
    match target:
        case gast.Name():
            out.append(Assign(variable(target, scope), value, scope.span))
        case gast.Tuple(elts=elements) | gast.List(elts=elements):
            held = expressions.bind(value, scope, out) if isinstance(value, Op) else value
            _unpack(elements, held, scope, out)
        case gast.Subscript() | gast.Attribute():
            held = expressions.bind(value, scope, out) if isinstance(value, Op) else value
            place = _place_written(target, scope, out)
            out.append(Store(place, "", held, scope.span))
        case _:
            raise reject(target, scope)


def _place_written(
    node: gast.Subscript | gast.Attribute, scope: Scope, out: list[Stmt]
) -> Op:
    """The place of an element or attribute that is written."""
    place = expressions.place(node, scope, out)
    base = place.args[0]
    module = isinstance(base, Ref) and isinstance(base.value, types.ModuleType)
    if isinstance(node, gast.Attribute) and isinstance(base, Ref) and module:
        what = f"a variable of the module `{base.text}` is assigned here"
        raise scope.refuse(node, what, "keep it in a dict or an object, and change that")
    return place


def variable(node: gast.Name, scope: Scope) -> Var:
    """The local variable that a name binds."""
    target = resolve(node, scope)
    if not isinstance(target, Var):
        what = f"{node.id!r} is bound by an import as well"
        raise scope.refuse(node, what, "give one of them another name")
    return target


def _unpack(elements: list[gast.AST], value: Atom, scope: Scope, out: list[Stmt]) -> None:
    """`a, *b = value`; what is not a plain name is unpacked into temporaries first.

    Names may be bound directly as long as nothing that comes before them could tell.
    """
    plain = [item.value if isinstance(item, gast.Starred) else item for item in elements]
    star = next((i for i, item in enumerate(elements) if isinstance(item, gast.Starred)), None)
    names = [text for item in plain for text in targets(item)]
    only_names = len(set(names)) == len(names) and all(_is_pattern(item) for item in plain)
    direct: list[Var] = []
    later: list[tuple[gast.AST, Var]] = []
    for item in plain:
        if isinstance(item, gast.Name) and (only_names or not later):
            direct.append(variable(item, scope))
        else:
            later.append((item, scope.temporary()))
            direct.append(later[-1][1])
    out.append(Unpack(tuple(direct), value, star, scope.span))
    for item, held in later:
        assign_to(item, held, scope, out)


def _is_pattern(node: gast.AST) -> bool:
    """Whether a target consists of names alone."""
    if isinstance(node, gast.Starred):
        return _is_pattern(node.value)
    if isinstance(node, gast.Tuple | gast.List):
        return all(_is_pattern(item) for item in node.elts)
    return isinstance(node, gast.Name)


def assign(node: gast.Assign, scope: Scope, out: list[Stmt]) -> None:
    """`a = b = value`."""
    _assign_all(node.targets, node.value, scope, out)


def annotated(node: gast.AnnAssign, scope: Scope, out: list[Stmt]) -> None:
    """The annotation says nothing that the adjoint needs; alone it is no statement at all."""
    if node.value is not None:
        _assign_all([node.target], node.value, scope, out)


def _assign_all(nodes: list[gast.AST], source: gast.AST, scope: Scope, out: list[Stmt]) -> None:
    """`a = b = value`: evaluated once, and before anything in the targets is bound."""
    if _are_apart(nodes, source):
        for target, part in zip(nodes[0].elts, source.elts, strict=True):
            _assign_all([target], part, scope, out)
        return
    cursor = scope.cursors.get(nodes[0].id) if isinstance(nodes[0], gast.Name) else None
    if cursor is not None:
        taking.begin(nodes[0].id, cursor, scope, out)
        return
    if any(isinstance(node, gast.Tuple | gast.List) for node in nodes[:1]):
        source = streams.as_list(source, scope)
    ring = scope.rings.get(nodes[0].id) if isinstance(nodes[0], gast.Name) else None
    if ring is not None and (listed := rings.made_as_list(source, scope)) is not None:
        assign_to(nodes[0], expressions.rhs(listed, scope, out), scope, out)
        if (drops := rings.trimmed(nodes[0].id, ring, source)) is not None and source.args:
            statements.statement(drops, scope, out)
        return
    value = expressions.rhs(source, scope, out)
    several = len(nodes) > 1
    if isinstance(value, Var):
        rebound = bound_names(nodes) if several else walrus_names(nodes)
        rebound |= rebound_by(nodes, scope.names)
        held = value.name in rebound
    else:
        held = several and isinstance(value, Op)
    if held:
        value = expressions.bind(value, scope, out)
    for node in nodes:
        assign_to(node, value, scope, out)


def _are_apart(nodes: list[gast.AST], source: gast.AST) -> bool:
    """Whether this is `a, b = u, []`, where no target occurs in a value: two assignments.

    Several values at once stay a tuple, unless one of them is a list or dict that is made here: it
    is to be known by its name.
    """
    pattern = nodes[0]
    if len(nodes) > 1 or not isinstance(pattern, gast.Tuple) or not isinstance(source, gast.Tuple):
        return False
    targets = {target.id for target in pattern.elts if isinstance(target, gast.Name)}
    plain = not any(isinstance(value, gast.Starred) for value in source.elts)
    if not plain or not len(targets) == len(pattern.elts) == len(source.elts):
        return False
    made = any(isinstance(value, gast.List | gast.Dict) for value in source.elts)
    later = [inner for value in source.elts[1:] for inner in gast.walk(value)]
    calls = any(isinstance(inner, gast.Call) for inner in later)  # it might read a target
    return made and not calls and targets.isdisjoint(identifiers(source))


def augmented(node: gast.AugAssign, scope: Scope, out: list[Stmt]) -> None:
    """`target += value`: the target's place is found before the value is evaluated."""
    operator = expressions.OPERATORS[type(node.op)]
    if isinstance(node.target, gast.Name):
        target = variable(node.target, scope)
        rebound = rebound_by([node.value], scope.names) | bound_names([node.value])
        if target.name in rebound:
            what = "the value of an augmented assignment assigns its target"
            raise scope.refuse(node, what, "use two statements")
        value = expressions.atom(node.value, scope, out)
        out.append(Augment(target, operator, value, scope.span))
        return
    place = _place_written(node.target, scope, out)
    if _may_write(node, scope):
        _augment_in_steps(place, operator, node.value, scope, out)
        return
    value = expressions.atom(node.value, scope, out)
    out.append(Store(place, operator, value, scope.span))


def _may_write(node: gast.AugAssign, scope: Scope) -> bool:
    """Whether the value of `base[...] += value` may write into `base`: it passes it to a call."""
    if is_pure(node.value, scope):
        return False
    base = node.target
    while isinstance(base, gast.Subscript | gast.Attribute):
        base = base.value
    if not isinstance(base, gast.Name):
        return True
    passed = [inner for inner in gast.walk(node.value) if isinstance(inner, gast.Call)]
    local = any(isinstance(call.func, gast.Name) and call.func.id in scope.local for call in passed)
    walrus = any(isinstance(inner, gast.NamedExpr) for inner in gast.walk(node.value))
    reads = (
        inner for call in passed if not is_pure(call, scope) for inner in gast.walk(call)
        if isinstance(inner, gast.Name)
    )  # fmt: skip
    return local or walrus or any(inner.id == base.id for inner in reads)


def _augment_in_steps(
    place: Op, operator: str, value: gast.AST, scope: Scope, out: list[Stmt]
) -> None:
    """`base[i] += f(base)`: Python reads `base[i]` before `f` runs, and stores afterwards."""
    held = []
    for operand in place.args:
        rebound = isinstance(operand, Var) and operand.name in scope.walruses
        held.append(expressions.bind(operand, scope, out) if rebound else operand)
    place = Op(place.prim, tuple(held), place.template)
    old = scope.unused("old")
    out.append(Assign(old, place, scope.span))
    out.append(Augment(old, operator, expressions.atom(value, scope, out), scope.span))
    out.append(Store(place, "", old, scope.span))
