"""Calls of users' functions: `y = f(x, n)` becomes `y, y_dot = f_jvp(x, n, x_dot=x_dot)`."""

from __future__ import annotations

from dataclasses import replace

import gast

from adjoint.transform.analyses.cells import cells_reached
from adjoint.transform.derive.build import expression
from adjoint.transform.derive.calls import as_call, hidden
from adjoint.transform.derive.dynamic import dynamic_derivative, owner_of
from adjoint.transform.dynamic import ITSELF
from adjoint.transform.emit.names import describe
from adjoint.transform.forward.facts import Facts, Out, Pushforward, State
from adjoint.transform.forward.names import dot
from adjoint.transform.forward.shapes import named, tangent
from adjoint.transform.forward.zeros import zero
from adjoint.transform.ir.nodes import Assign, Atom, Effect, Op, Stmt, Unpack, Var
from adjoint.transform.ir.places import operand

CALL = "derived.vjp"
"""The meaning of such a call: it may write into what it is given."""


def pushed_call(
    stmt: Assign | Effect, op: Op, state: State, facts: Facts
) -> list[Stmt] | None:
    """A call, with that of its derivative; None where nothing active is given to it.

    Raises:
        UnsupportedSyntax: the call is of a form that is not differentiated.
        MissingRule: what is called has neither a rule nor source.
    """
    active = frozenset(a.name for a in op.args if isinstance(a, Var) and facts.is_active(a))
    if isinstance(op.callee, Var) and facts.is_active(op.callee):
        active |= {op.callee.name}
    target = stmt.target if isinstance(stmt, Assign) else None
    gives = target is not None and facts.is_active(target)
    reached = facts.reached.get(id(stmt), frozenset())
    sharing = bool(cells_reached(stmt, facts.kinds))
    if not sharing and (not active or not (gives or reached & active)):
        return None
    out: Out = []
    found = facts.differentiate(op, stmt, active)
    if found is None:
        called, has_result = _dynamic(op, stmt, active, state, facts, out), True
    else:
        called, has_result = _static(op, found, state, facts, out), found.has_result
    if target is None:
        return [*out, Effect(called, stmt.span)]
    if not has_result:
        out.append(Assign(target, called, stmt.span))
        if gives:
            held = dot(target.name, facts)
            out.append(Assign(held, named(out, zero(target, facts), facts)))
        return out
    if target.is_temporary and "." not in target.name:
        facts.named[target.name] = facts.names.temporary(describe(op))
    both = facts.names.temporary()
    held = dot(target.name, facts) if gives else Var(facts.names.fresh("_"))
    return [*out, Assign(both, called, stmt.span), Unpack((target, held), both, None, stmt.span)]


def _static(op: Op, found: Pushforward, state: State, facts: Facts, out: Out) -> Op:
    """The call of the emitted derivative; what the callee captures is passed by keyword."""
    args: list[Atom] = list(op.args)
    template = as_call(op)
    keywords = hidden(op, template)
    for parameter, keyword in zip(found.wrt, found.keywords, strict=True):
        keywords.append(gast.keyword(keyword, operand(len(args))))
        args.append(_of_parameter(parameter, op, found, state, facts, out))
    func = gast.Name(found.jvp, gast.Load(), None, None)
    node = gast.Call(func, template.args, [*template.keywords, *keywords])
    return replace(op, prim=CALL, args=tuple(args), template=node, callee=None,
                   roles=(*op.roles, *found.keywords))  # fmt: skip


def _of_parameter(
    parameter: str, op: Op, found: Pushforward, state: State, facts: Facts, out: Out
) -> Atom:
    """The tangent of what fills a parameter; of a starred one, in a tuple or dict."""
    filled = [
        (place, arg) for (name, place), arg in zip(found.arguments, op.args, strict=True)
        if name == parameter
    ]  # fmt: skip
    if len(filled) == 1 and filled[0][0] is None:
        return tangent(filled[0][1], state, facts, out)
    atoms: dict[str, Atom] = {}
    shown = []
    for i, (place, arg) in enumerate(filled):
        atoms[f"a{i}"] = tangent(arg, state, facts, out)
        shown.append(f"{place!r}: a{i}" if isinstance(place, str) else f"a{i}")
    by_name = isinstance(filled[0][0], str)
    inner = ", ".join(shown)
    text = f"{{{inner}}}" if by_name else f"({inner},)"
    return named(out, expression(text, atoms, "dict" if by_name else "tuple"), facts)


def _dynamic(
    op: Op, stmt: Stmt, active: frozenset[str], state: State, facts: Facts, out: Out
) -> Op:
    """`call_jvp(f, (0, "k"), (x_dot, k_dot))(x, k=k)`: found when it runs."""
    found = dynamic_derivative(op, stmt, active)
    by_label = {
        label: arg for (label, _), arg in zip(found.arguments, op.args, strict=True)
        if isinstance(arg, Var) and arg.name in active
    }  # fmt: skip
    args: list[Atom] = list(op.args)
    tangents = []
    for one in found.wrt:
        atom = op.callee if one == ITSELF else by_label[one]
        assert isinstance(atom, Var)
        tangents.append(operand(len(args)))
        args.append(tangent(atom, state, facts, out))
    template = op.template
    assert isinstance(template, gast.Call)
    wanted = gast.parse(found.vjp.removeprefix("call_vjp"), mode="eval").body
    call_jvp = gast.Name("call_jvp", gast.Load(), None, None)
    given = gast.Tuple(tangents, gast.Load())
    function = gast.Call(call_jvp, [template.func, wanted, given, *owner_of(op, wanted)], [])
    node = gast.Call(function, template.args, template.keywords)
    return replace(op, prim=CALL, args=tuple(args), template=node,
                   roles=(*op.roles, *("" for _ in tangents)))  # fmt: skip
