"""The derived function: value and tangent, from one sweep."""

from __future__ import annotations

from dataclasses import dataclass, replace

from adjoint.transform.derive.build import expression, substitute
from adjoint.transform.derive.functions import Adjoint
from adjoint.transform.derive.watched import watched
from adjoint.transform.dynamic import ITSELF
from adjoint.transform.emit.purity import is_pure
from adjoint.transform.forward.block import push
from adjoint.transform.forward.facts import Facts, Out, State
from adjoint.transform.forward.names import dot
from adjoint.transform.forward.shapes import named, tangent
from adjoint.transform.forward.zeros import zero
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Block,
    Keep,
    Op,
    Param,
    Return,
    Stmt,
    Var,
    walk,
)  # fmt: skip
from adjoint.transform.passes.dead_code import drop_dead


@dataclass(frozen=True, slots=True)
class Tangent(Adjoint):
    """A derived function of forward mode.

    wrt: the parameters whose tangents it takes; keywords: under which keywords. written: those
    of them into whose tangents it may write. has_result: whether it returns the tangent of the
    result beside the result.
    """

    keywords: tuple[str, ...] = ()


def promised(facts: Facts, wrt: tuple[str, ...], name: str, public: bool) -> Tangent:
    """What a caller may assume of the function before it is derived."""
    taken = tuple(p for p in wrt if p in facts.active)
    keywords = tuple(dot(p, facts).name for p in taken)
    written = tuple(p for p in taken if p in facts.written)
    has_result = public or facts.is_active(facts.function.result)
    function = replace(facts.function, name=name)
    return Tangent(
        function, taken, written=written, has_result=has_result, keywords=keywords
    )


def jvp(facts: Facts, promise: Tangent, optional: bool) -> Tangent:
    """`f_jvp(*args, x_dot) -> (value, tangent)`.

    Args:
        facts: what is known of the function.
        promise: what its callers assume of it.
        optional: whether dead statements are dropped.
    """
    fn, state = facts.function, State()
    begin: Out = []
    for param in fn.params:
        if param.name in facts.active and param.name not in promise.wrt:
            value = named(begin, zero(Var(param.name), facts), facts)
            begin.append(Assign(dot(param.name, facts), value))
    body = list(push(fn.body[:-1], state, facts))
    answer = _answer(fn.result, state, facts, promise.has_result, body)
    block: Block = (*begin, *body)
    if optional:
        wanted = {answer.name} if isinstance(answer, Var) else set()
        wanted |= set(promise.keywords)  # what is written into these, the caller sees
        block = _alive(block, wanted, facts)
    block = tuple(substitute(stmt, lambda atom: _renamed(atom, facts)) for stmt in block)
    block = watched(block, facts.kinds, facts.hides)
    taken = tuple(Param(keyword, "keyword-only") for keyword in promise.keywords)
    params = tuple(sorted((*fn.params, *taken), key=lambda p: p.kind == "varkw"))
    name = promise.function.name.replace("<lambda>", "lambda_")
    derived = replace(fn, name=name, params=params, body=(*block, Return(_renamed(answer, facts))))
    return replace(promise, function=derived)


def _renamed(atom: Atom, facts: Facts) -> Atom:
    return facts.named.get(atom.name, atom) if isinstance(atom, Var) else atom


def _answer(result: Atom, state: State, facts: Facts, both: bool, out: Out) -> Atom:
    """What the function returns."""
    if not both:
        return result
    given = tangent(result, state, facts, out)
    return named(out, expression("(v, t)", {"v": result, "t": given}, "tuple"), facts)


def _alive(block: Block, wanted: set[str], facts: Facts) -> Block:
    """The block without tangents that nobody reads, and without what was added for reverse mode.

    The user's own statements stay, and what raises again the error of a tangent.
    """
    primal = {id(stmt) for stmt in walk(facts.function.body)}

    def stays(stmt: Stmt) -> bool:
        return isinstance(stmt, Keep) or (id(stmt) in primal and not _is_idle(stmt))

    held = {name: var.name for name, var in facts.dots.items()}
    shared = {
        own: frozenset(held[other] for other in facts.classes.get(name, ()) if other in held)
        for name, own in held.items()
    }
    return drop_dead(block, wanted, stays, shared)


def _is_idle(stmt: Stmt) -> bool:
    """Whether a statement does nothing but give a temporary a value."""
    match stmt:
        case Assign(target=target, value=Op() as op) if target.is_temporary:
            makes_derivative = op.prim == "look" and ITSELF in op.roles
            return makes_derivative or is_pure(op)
    return False


