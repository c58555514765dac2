"""`try`: the path that was taken is what is differentiated.

One `except` catches whatever any of the handlers does, and a test inside finds the right one. What
follows `else` runs if the body came to its end. `finally` stays where it has effects alone; else it
stands twice, where the rest came to its end and where it was left.
"""

from __future__ import annotations

import gast

from adjoint.transform.analyses.effects import MUTATORS
from adjoint.transform.ir.names import names_bound
from adjoint.transform.ir.nodes import (
    CAUGHT,
    Assign,
    Atom,
    Augment,
    Block,
    Break,
    Const,
    Continue,
    Effect,
    If,
    Op,
    Ref,
    Return,
    Stmt,
    Store,
    Try,
    Var,
    binds,
    op_atoms,
    walk,
)  # fmt: skip
from adjoint.transform.lower import expressions, statements
from adjoint.transform.lower.exits import falls
from adjoint.transform.lower.finals import in_any_case, raised_again
from adjoint.transform.lower.scope import Scope, resolve_path
from adjoint.transform.lower.templates import hole, name


def try_(node: gast.Try, scope: Scope, out: list[Stmt]) -> None:
    """`try: ... except ...: ... else: ... finally: ...`."""
    scope = scope.at(node, node)
    scope = scope.with_span(statements.header_span(node, scope))
    if not node.finalbody:
        _handled(node, scope, out)
        return
    body: list[Stmt] = []
    if node.handlers:
        _handled(node, scope, body)
    else:
        body.extend(statements.block(node.body, scope))
    last = statements.block(node.finalbody, scope)
    if _has_effects_alone(last, body):
        out.append(Try(Const(True), tuple(body), last, scope.span))
        return
    again = statements.block(node.finalbody, scope)
    again = raised_again(again, scope) if falls(again) else again
    in_any_case(tuple(body), last, again, scope, out)


def _has_effects_alone(last: Block, body: list[Stmt]) -> bool:
    """Whether a block names nothing, leaves nothing and changes nothing that is differentiated."""
    made = names_bound(tuple(body))
    for stmt in walk(last):
        if isinstance(stmt, Return | Break | Continue | Store | Augment):
            return False
        if not all(var.is_temporary for var in binds(stmt)):
            return False
        if isinstance(stmt, Effect) and not _changes_nothing(stmt.value, made):
            return False
    return True


def _changes_nothing(op: Op, made: frozenset[str]) -> bool:
    """Whether an effect reaches nothing of the names `made`, nor the contents of an argument."""
    read = {atom.name for atom in op_atoms(op) if isinstance(atom, Var)}
    if op.prim.startswith("method:"):  # of a lock, a timer, a file
        return not made & read and op.prim.removeprefix("method:") not in MUTATORS
    return not read or (isinstance(op.callee, Ref) and op.callee.value is print)


def _handled(node: gast.Try, scope: Scope, out: list[Stmt]) -> None:
    completed = handled(statements.block(node.body, scope), node.handlers, scope, out)
    if node.orelse:
        out.append(If(completed, statements.block(node.orelse, scope), (), scope.span))


def handled(
    body: Block, handlers: list[gast.ExceptHandler], scope: Scope, out: list[Stmt]
) -> Var:
    """A block with handlers of what it raises; the variable that says if it came to its end."""
    completed = scope.fresh("completed")
    classes = [_classes(handler, scope) for handler in handlers]
    named = [scope.names[one.name.id] for one in handlers if one.name is not None]
    error: Var | None = None
    if len(handlers) > 1 or named:
        error = scope.fresh("error") if len(handlers) > 1 else _variable(named[0])
    orelse: list[Stmt] = []
    body = (*body, Assign(completed, Const(True), scope.span))
    if error is not None:
        orelse.append(Assign(error, Op("look", (), CAUGHT), scope.span))
    orelse.append(Assign(completed, Const(False), scope.span))
    orelse.extend(_handlers(handlers, classes, error, scope))
    catches = tuple(dict.fromkeys(known for group in classes for known in group))
    out.append(Try(completed, body, tuple(orelse), scope.span, catches))
    return completed


def _variable(atom: Atom) -> Var:
    assert isinstance(atom, Var), "what `except ... as` binds is a local variable"
    return atom


def _handlers(
    handlers: list[gast.ExceptHandler], classes: list[tuple[Ref, ...]], error: Var | None,
    scope: Scope,
) -> Block:  # fmt: skip
    """The first handler whose class fits; the last one is left over."""
    handler, *others = handlers
    body: list[Stmt] = []
    named = None if handler.name is None else _variable(scope.names[handler.name.id])
    if named is not None and error is not None and error != named:
        body.append(Assign(named, error, scope.span))
    body.extend(statements.block(handler.body, scope))
    if not others or error is None:
        return tuple(body)
    known = classes[0]
    slots: list[gast.AST] = [hole(1 + position) for position in range(len(known))]
    among = slots[0] if len(slots) == 1 else gast.Tuple(slots, gast.Load())
    test = gast.Call(name("isinstance"), [hole(0), among], [])
    out: list[Stmt] = []
    fits = expressions.bind(Op("look", (error, *known), test), scope, out)
    out.append(If(fits, tuple(body), _handlers(others, classes[1:], error, scope), scope.span))
    return tuple(out)


def _classes(handler: gast.ExceptHandler, scope: Scope) -> tuple[Ref, ...]:
    """The exceptions that a handler catches."""
    if handler.type is None:
        return (Ref("BaseException", BaseException),)
    nodes = handler.type.elts if isinstance(handler.type, gast.Tuple) else [handler.type]
    found = [resolve_path(node, scope) for node in nodes]
    for node, known in zip(nodes, found, strict=True):
        if not isinstance(known, Ref) or not isinstance(known.value, type):
            what = "which exceptions this catches is known only at run time"
            raise scope.refuse(node, what, "name the classes")
    return tuple(known for known in found if isinstance(known, Ref))
