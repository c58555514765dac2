"""The statements of a block, each with that of its tangent."""

from __future__ import annotations

from dataclasses import replace

import gast

from adjoint.transform.analyses.caught import always_raises
from adjoint.transform.analyses.effects import WRITERS, is_rule
from adjoint.transform.analyses.liveness import exposed
from adjoint.transform.derive.build import call
from adjoint.transform.derive.pull_cells import is_of_cell
from adjoint.transform.derive.pull_common import refuse, rule_of_callee
from adjoint.transform.emit.places import OfTangent
from adjoint.transform.forward.assign import assigned
from adjoint.transform.forward.calls import pushed_call
from adjoint.transform.forward.cells import pushed_cell
from adjoint.transform.forward.conditionals import in_two
from adjoint.transform.forward.containers import DISPLAYS, change, container_tangent
from adjoint.transform.forward.facts import Facts, Out, State, is_added
from adjoint.transform.forward.loops import rounds
from adjoint.transform.forward.names import dot
from adjoint.transform.forward.rules import ANS, rule_tangent
from adjoint.transform.forward.shapes import complete, named, tangent
from adjoint.transform.forward.stores import augment, store, together
from adjoint.transform.forward.zeros import zero, zeros_made
from adjoint.transform.ir.names import names_bound
from adjoint.transform.ir.nodes import (
    CAUGHT,
    NOWHERE,
    Assign,
    Augment,
    Block,
    Break,
    Effect,
    For,
    If,
    Keep,
    Op,
    Rhs,
    Span,
    Stmt,
    Store,
    Try,
    Unpack,
    Var,
    While,
    With,
    walk,
)  # fmt: skip
from adjoint.transform.refusals import missing_rule, place_of, unsupported


def push(block: Block, state: State, facts: Facts) -> Block:
    """A block with its tangents, changing `state` from what holds before it to after it."""
    out: Out = []
    ahead = _written_after(block, facts)
    for stmt, written in zip(block, ahead, strict=True):
        if is_added(stmt, facts):
            continue
        facts = facts if written == facts.ahead else replace(facts, ahead=written)
        out += (_placed(new, stmt) for new in _stmt(stmt, state, facts))
    return tuple(out)


def _placed(new: Stmt, stmt: Stmt) -> Stmt:
    """A statement of a tangent, at the place of the statement that it goes with."""
    return new if new is stmt or new.span != NOWHERE else replace(new, span=_of_tangent(stmt.span))


def _of_tangent(span: Span) -> Span:
    return OfTangent(span.file, span.line, span.column, span.end_line, span.end_column)


def _written_after(block: Block, facts: Facts) -> list[frozenset[str]]:
    """For each statement, the names that may be written into after it, in and after its block."""
    found = [facts.ahead]
    for stmt in reversed(block[1:]):
        reached = {n for inner in walk((stmt,)) for n in facts.reached.get(id(inner), ())}
        families = {other for name in reached for other in facts.classes.get(name, {name})}
        found.append(found[-1] | families)
    return found[::-1] if block else []


def _stmt(stmt: Stmt, state: State, facts: Facts) -> list[Stmt]:
    env = facts.versions.before.get(id(stmt), {})
    after = facts.versions.after.get(id(stmt), {})
    if is_of_cell(stmt):
        return pushed_cell(stmt, state, facts)
    match stmt:
        case Assign():
            return _assign(stmt, state, facts)
        case Unpack():
            return _unpack(stmt, state, facts)
        case Store():
            return store(stmt, state, facts)
        case Augment():
            return augment(stmt, env, after, state, facts)
        case Effect(value=op):
            return _effect(stmt, op, state, facts)
        case Try():
            return _try(stmt, state, facts)
        case If():
            return _if(stmt, state, facts)
        case For() | While():
            return _loop(stmt, state, facts)
        case With(body=body, target=target):
            if facts.is_active(target):
                raise unsupported(stmt.span, "what this context gives depends on what is "
                                  "differentiated", "compute it before the `with`")  # fmt: skip
            return [replace(stmt, body=push(body, state, facts))]
    return [stmt]


# Simple statements


def _assign(stmt: Assign, state: State, facts: Facts) -> list[Stmt]:
    op, target = stmt.value, stmt.target
    out: Out = []
    if isinstance(op, Op):
        changed = change(stmt, op, state, facts)
        if changed is not None:
            return changed
        if _is_call(op):
            called = pushed_call(stmt, op, state, facts)
            if called is not None:
                return called
    if not facts.is_active(target):
        return [stmt]
    state.pop(target.name, None)
    if not isinstance(op, Op):
        return assigned(stmt, tangent(op, state, facts, out), out, facts)
    value = _of_op(stmt, op, state, facts, out)
    return assigned(stmt, value, out, facts)


def _of_op(stmt: Assign, op: Op, state: State, facts: Facts, out: Out) -> Rhs:
    env = facts.versions.before.get(id(stmt), {})
    after = facts.versions.after.get(id(stmt), {})
    callee = (op.callee,) if op.callee is not None else ()
    made = op.prim in DISPLAYS or op.prim.startswith("record:")
    active = any(map(facts.is_active, (*op.args, *callee))) and op.prim != "look"
    if not active and not made:
        return zeros_made(op, ANS, facts)
    if is_rule(op.prim):
        return rule_tangent(stmt, op, env, after, state, facts, out)
    found = container_tangent(stmt, op, state, facts, out)
    if found is None:
        refuse(stmt, op)
        raise AssertionError(op.prim)
    return found


def _is_call(op: Op) -> bool:
    """Whether an operation calls a user's function, or what is known only when it runs."""
    if op.prim == "call":
        return rule_of_callee(op) is None or "*" in op.roles
    head, _, name = op.prim.partition(":")
    return head == "method" and name not in ("copy", "get", "values", "items")


def _unpack(stmt: Unpack, state: State, facts: Facts) -> list[Stmt]:
    """`a, b = v`, and the same of the tangent of `v`."""
    targets = [t for t in stmt.targets if facts.is_active(t)]
    for target in targets:
        state.pop(target.name, None)
    if not targets:
        return [stmt]
    if not facts.is_active(stmt.value):
        out: Out = []
        zeros = [Assign(dot(t.name, facts), named(out, zero(t, facts), facts)) for t in targets]
        return [stmt, *out, *zeros]
    out = []
    given = tangent(stmt.value, state, facts, out)
    unread = Var("_")
    held = tuple(dot(t.name, facts) if facts.is_active(t) else unread for t in stmt.targets)
    if unread in held:
        name = Var(facts.names.fresh("_"))
        held = tuple(name if v == unread else v for v in held)
    return [*out, stmt, replace(stmt, targets=held, value=given)]


def _effect(stmt: Effect, op: Op, state: State, facts: Facts) -> list[Stmt]:
    if op.prim in ("np.add.at", "np.subtract.at"):
        return _scattered(stmt, op, state, facts)
    changed = change(stmt, op, state, facts)
    if changed is not None:
        return changed
    if _is_call(op):
        return pushed_call(stmt, op, state, facts) or [stmt]
    active = any(map(facts.is_active, op.args))
    if active and op.prim in WRITERS:
        raise missing_rule(place_of(op, stmt.span), op.prim)
    if active and op.prim != "look" and not is_rule(op.prim):
        refuse(stmt, op)
    return [stmt]


def _scattered(stmt: Effect, op: Op, state: State, facts: Facts) -> list[Stmt]:
    """`np.add.at(a, i, v)`: the same of the tangents."""
    _, base, index, value = op.args
    if not facts.is_active(base) or not facts.is_active(value):
        return [stmt]
    out: Out = []
    given = tangent(value, state, facts, out)
    held = tangent(base, state, facts, out)
    mirrored = replace(op, args=(op.args[0], held, index, given))
    return [*out, *together(replace(stmt, value=mirrored), stmt, facts)]


# Control flow


def _try(stmt: Try, state: State, facts: Facts) -> list[Stmt]:
    """Both blocks, with tangents of full shape throughout: the body may stop anywhere."""
    before: Out = []
    for name in list(state):
        complete(name, state, facts, before)
    inside = replace(facts, in_try=True)
    body = _completed(stmt.body, {}, inside)
    handler = _completed(stmt.orelse, {}, facts)
    added = len(walk(body)) > len(walk(stmt.body))
    if added and stmt.catches and not always_raises(stmt.orelse):
        handler = _passing_on(handler, stmt.span, facts)
    return [*before, replace(stmt, body=body, orelse=handler)]


def _passing_on(handler: Block, span: Span, facts: Facts) -> Block:
    """A handler that first raises again what a tangent has raised: it is none of its affair."""
    match handler:
        case (Assign(target=error, value=Op(template=template)), *rest) if template is CAUGHT:
            pass
        case rest:
            error = Var(facts.names.fresh("error"))
    caught = Assign(error, Op("look", (), CAUGHT), span)
    test = facts.names.temporary()
    asked = replace(call("is_of_tangent", error), prim="look")
    again = Keep(gast.Raise(None, None), (), span)
    return (caught, Assign(test, asked, span), If(test, (again,), (), span), *rest)


def _completed(block: Block, state: State, facts: Facts) -> Block:
    """A block, at the end of which all tangents have the shapes of their values."""
    out: Out = []
    for stmt in block:
        out += push((stmt,), state, facts)
        for name in list(state):
            complete(name, state, facts, out)
    return tuple(out)


def _if(stmt: If, state: State, facts: Facts) -> list[Stmt]:
    """Both branches; where they leave tangents of different shapes, these are expanded."""
    then, other = dict(state), dict(state)
    body, orelse = push(stmt.body, then, facts), push(stmt.orelse, other, facts)
    alive = facts.alive.get(id(stmt), frozenset())
    sides = []
    for block, side, opposite in ((body, then, other), (orelse, other, then)):
        out = list(block)
        for name in [n for n in side if n in alive and side[n] != opposite.get(n)]:
            complete(name, side, facts, out)
        sides.append(_before_leaving(block, out))
    state.clear()
    state.update({n: s for n, s in then.items() if other.get(n) == s and n in alive})
    return in_two(replace(stmt, body=sides[0], orelse=sides[1]), stmt, facts)


def _before_leaving(block: Block, out: Out) -> Block:
    """What was added at the end of a block, before the `break` that ends it."""
    if block and isinstance(block[-1], Break):
        return (*block[:-1], *out[len(block) :], block[-1])
    return tuple(out)


def _loop(stmt: For | While, state: State, facts: Facts) -> list[Stmt]:
    """The body is written once, with tangents that have the shapes of their values throughout."""
    before: Out = []
    inner = (*stmt.before, *stmt.body) if isinstance(stmt, While) else stmt.body
    bound = names_bound(inner) | ({stmt.target.name} if isinstance(stmt, For) else set())
    for name in [n for n in state if n in bound]:
        complete(name, state, facts, before)
    kept = facts.alive.get(id(stmt), frozenset()) | exposed(inner)
    inside = dict(state)
    facts = replace(facts, in_loop=True)
    if isinstance(stmt, While):
        head = push(stmt.before, inside, facts)
        body = _settled(push(stmt.body, inside, facts), inside, state, kept, facts)
        return [*before, replace(stmt, before=head, body=body)]
    found = rounds(stmt, inside, facts, before)
    body = _settled(push(found.body, inside, facts), inside, state, kept, facts)
    whole = (*found.begin, *found.whole, *body)
    return [*before, replace(stmt, target=found.target, iterable=found.iterable, body=whole)]


def _settled(
    block: Block, inside: State, around: State, kept: frozenset[str], facts: Facts
) -> Block:
    """The body of a loop, at the end of which what is read later has its full shape."""
    out = list(block)
    for name in [n for n in inside if n not in around]:
        if name in kept:
            complete(name, inside, facts, out)
    return _before_leaving(block, out)


