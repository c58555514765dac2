"""Expressions: one operation at a time, in Python's order of evaluation.

Every function here appends to `out` the statements that an expression needs and returns what stands
for its value.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TypeAlias

import gast

from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Const,
    Effect,
    If,
    Op,
    Ref,
    Rhs,
    Stmt,
    Var,
)
from adjoint.transform.lower import (
    calls,
    comprehensions,
    dispatched,
    displays,
    functions,
    getters,
    named_attributes,
    opened,
    rings,
    statements,
    taking,
)
from adjoint.transform.lower.purity import is_look, is_pure
from adjoint.transform.lower.reject import reject
from adjoint.transform.lower.scope import Opened, Scope, resolve, resolve_path
from adjoint.transform.lower.templates import constant, hole, look

Operand: TypeAlias = gast.AST | Atom  # an expression, or the value of one that was lowered before

OPERATORS = {
    gast.Add: "+", gast.Sub: "-", gast.Mult: "*", gast.Div: "/", gast.FloorDiv: "//",
    gast.Mod: "%", gast.Pow: "**", gast.MatMult: "@", gast.LShift: "<<", gast.RShift: ">>",
    gast.BitAnd: "&", gast.BitOr: "|", gast.BitXor: "^",
}  # fmt: skip
UNARY = {gast.USub: "-", gast.UAdd: "+", gast.Invert: "~", gast.Not: "not"}


def atom(node: Operand, scope: Scope, out: list[Stmt]) -> Atom:
    """The value of an expression, in a temporary if it takes an operation."""
    if isinstance(node, Atom):
        return node
    value = rhs(node, scope, out)
    return bind(value, scope, out) if isinstance(value, Op) else value


def bind(value: Rhs, scope: Scope, out: list[Stmt]) -> Var:
    """A new temporary for a value."""
    target = scope.temporary()
    out.append(Assign(target, value, scope.span))
    return target


def rhs(node: gast.AST, scope: Scope, out: list[Stmt]) -> Rhs:
    """The value of an expression: its last operation, or the atom that it is."""
    if isinstance(node, gast.Constant):
        return Const(node.value)
    if isinstance(node, gast.Name) and node.id in scope.cursors:
        cursor = scope.cursors[node.id]
        if cursor.kind:
            return taking.rest(node, cursor, scope, out)
        return rhs(cursor.source, scope, out)
    known = resolve_path(node, scope)
    if isinstance(known, Ref) and isinstance(known.value, Opened):
        raise opened.refuse_value(node, known.value, scope)
    if known is not None:
        return known
    if is_look(node, scope):
        return look(node, scope)
    lower = _handlers().get(type(node))
    if lower is None:
        raise reject(node, scope)
    value = lower(node, scope, out)
    if isinstance(value, Op) and not hasattr(value.template, "lineno"):
        gast.copy_location(value.template, node)  # for what is said of this operation
    return value


def truth(node: gast.AST, scope: Scope, out: list[Stmt]) -> Atom:
    """The value of a test, of which only the truth matters."""
    if isinstance(node, gast.Name | gast.Constant) or not is_pure(node, scope):
        return atom(node, scope, out)
    return bind(look(node, scope), scope, out)


def operands(nodes: Sequence[Operand], scope: Scope, out: list[Stmt]) -> list[Atom]:
    """Several operands, left to right; one that a later `:=` rebinds is taken beforehand."""
    atoms: list[Atom] = []
    for position, node in enumerate(nodes):
        value = atom(node, scope, out)
        rebound = isinstance(value, Var) and value.name in scope.walruses
        if rebound and any(_rebinds(later, scope) for later in nodes[position + 1 :]):
            value = bind(value, scope, out)
        atoms.append(value)
    return atoms


def _rebinds(node: Operand, scope: Scope) -> bool:
    """Whether an operand may bind a variable."""
    if isinstance(node, Atom):
        return False
    walrus = any(isinstance(inner, gast.NamedExpr) for inner in gast.walk(node))
    return walrus or bool(opened.rebound_by([node], scope.names))


def place(node: gast.Subscript | gast.Attribute, scope: Scope, out: list[Stmt]) -> Op:
    """`base[...]` or `base.name`, to be read or to be written."""
    if isinstance(node, gast.Attribute):
        base = atom(node.value, scope, out)
        attribute = scope.attribute(node.attr)
        template = gast.Attribute(hole(0), attribute, gast.Load())
        return Op(f"attribute:{attribute}", (base,), template)
    parts: list[gast.AST] = [node.value]
    inside = _holes_inside(node.slice, parts)
    atoms = operands(parts, scope, out)
    return Op("index", tuple(atoms), gast.Subscript(hole(0), inside, gast.Load()))


def _holes_inside(node: gast.AST | None, parts: list[gast.AST]) -> gast.AST | None:
    """The inside of brackets with holes for the operands, which are added to `parts`."""
    match node:
        case None:
            return None
        case gast.Tuple(elts=elements) if any(isinstance(e, gast.Starred) for e in elements):
            parts.append(node)  # `x[*i, k]` is `x[(*i, k)]`
            return hole(len(parts) - 1)
        case gast.Tuple(elts=elements):
            return gast.Tuple([_holes_inside(item, parts) for item in elements], gast.Load())
        case gast.Slice(lower=lower, upper=upper, step=step):
            return gast.Slice(*(_holes_inside(part, parts) for part in (lower, upper, step)))
    parts.append(node)
    return hole(len(parts) - 1)


def _subscript(node: gast.Subscript | gast.Attribute, scope: Scope, out: list[Stmt]) -> Rhs:
    return place(node, scope, out)


def _binary(node: gast.BinOp, scope: Scope, out: list[Stmt]) -> Rhs:
    atoms = operands([node.left, node.right], scope, out)
    template = gast.BinOp(hole(0), node.op, hole(1))
    return Op(f"binary:{OPERATORS[type(node.op)]}", tuple(atoms), template)


def _unary(node: gast.UnaryOp, scope: Scope, out: list[Stmt]) -> Rhs:
    negative = isinstance(node.op, gast.USub) and isinstance(node.operand, gast.Constant)
    if negative and (literal := constant(node.operand.value)) is not None:
        return literal
    if isinstance(node.op, gast.Not):
        value = truth(node.operand, scope, out)
        return Op("look", (value,), gast.UnaryOp(gast.Not(), hole(0)))
    value = atom(node.operand, scope, out)
    return Op(f"unary:{UNARY[type(node.op)]}", (value,), gast.UnaryOp(node.op, hole(0)))


def _compare(node: gast.Compare, scope: Scope, out: list[Stmt]) -> Rhs:
    return _chain(node.left, node.ops, node.comparators, scope, out)


def _chain(
    left: Operand, ops: list[gast.AST], rights: list[gast.AST], scope: Scope, out: list[Stmt]
) -> Rhs:
    """`a < b < c` is `a < b and b < c` with `b` evaluated once."""
    low, high = operands([left, rights[0]], scope, out)
    first = Op("look", (low, high), gast.Compare(hole(0), [ops[0]], [hole(1)]))
    if len(ops) == 1:
        return first
    held = bind(first, scope, out)
    target = scope.temporary()
    body: list[Stmt] = []
    body.append(Assign(target, _chain(high, ops[1:], rights[1:], scope, body), scope.span))
    out.append(If(held, tuple(body), (Assign(target, held, scope.span),), scope.span))
    return target


def _bool(node: gast.BoolOp, scope: Scope, out: list[Stmt]) -> Rhs:
    """`a and b` is `b if a else a` with `a` evaluated once."""
    first, *others = node.values
    value = atom(first, scope, out)
    if not others:
        return value
    rest = others[0] if len(others) == 1 else gast.BoolOp(node.op, others)
    if isinstance(value, Var) and value.name in scope.walruses:
        value = bind(value, scope, out)
    target = scope.temporary()
    more: list[Stmt] = []
    more.append(Assign(target, rhs(rest, scope, more), scope.span))
    same: list[Stmt] = [Assign(target, value, scope.span)]
    body, orelse = (more, same) if isinstance(node.op, gast.And) else (same, more)
    out.append(If(value, tuple(body), tuple(orelse), scope.span))
    return target


def _conditional(node: gast.IfExp, scope: Scope, out: list[Stmt]) -> Rhs:
    test = truth(node.test, scope, out)
    target = scope.temporary()
    branches: list[tuple[Stmt, ...]] = []
    for value in (node.body, node.orelse):
        branch: list[Stmt] = []
        branch.append(Assign(target, rhs(value, scope, branch), scope.span))
        branches.append(tuple(branch))
    out.append(If(test, branches[0], branches[1], scope.span))
    return target


def _call(node: gast.Call, scope: Scope, out: list[Stmt]) -> Rhs:
    function = opened.opened_call(node, scope)
    if function is not None:
        return opened.call(node, function, scope, out)
    held = node.func.value if isinstance(node.func, gast.Attribute) else None
    if isinstance(held, gast.Name) and held.id in scope.rings:
        return _ring_call(node, held.id, scope, out)
    rings.refuse_dropping(node, scope)
    taken = taking.following(node, scope, out)
    if taken is not None:
        return taken
    getter = getters.as_lambda(node, scope)
    if getter is not None:
        return functions.function_value(getter, scope, out)
    read = named_attributes.read_by_name(node, scope)
    if read is not None:
        return rhs(read, scope, out)
    return calls.call(*dispatched.sent_on(node, scope, out), out)


def _ring_call(node: gast.Call, text: str, scope: Scope, out: list[Stmt]) -> Rhs:
    """A method of a deque that is a list, and what it drops."""
    method, after = rings.changed(node, text, scope.rings[text])
    value = calls.call(method, scope, out) if isinstance(method, gast.Call) else Const(None)
    if not after:
        return value
    if isinstance(value, Op):
        out.append(Effect(value, scope.span))
    for stmt in after:
        statements.statement(stmt, scope, out)
    return Const(None)


def _walrus(node: gast.NamedExpr, scope: Scope, out: list[Stmt]) -> Rhs:
    target = resolve(node.target, scope)
    assert isinstance(target, Var), "what `:=` binds is a local variable"
    out.append(Assign(target, rhs(node.value, scope, out), scope.span))
    return target


@functools.cache
def _handlers() -> dict[type, Callable[..., Rhs]]:
    """What lowers each kind of node (made on first use, since these modules need each other)."""
    return {
        gast.Attribute: _subscript,
        gast.Subscript: _subscript,
        gast.BinOp: _binary,
        gast.UnaryOp: _unary,
        gast.Compare: _compare,
        gast.BoolOp: _bool,
        gast.IfExp: _conditional,
        gast.Tuple: displays.display,
        gast.List: displays.display,
        gast.Dict: displays.dictionary,
        gast.Set: displays.set_display,
        gast.SetComp: displays.set_of,
        gast.JoinedStr: displays.formatted,
        gast.NamedExpr: _walrus,
        gast.Call: _call,
        gast.Lambda: functions.function_value,
        gast.ListComp: comprehensions.comprehension,
        gast.DictComp: comprehensions.comprehension,
        gast.GeneratorExp: comprehensions.lone_generator,
    }
