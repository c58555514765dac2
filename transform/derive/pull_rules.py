"""The adjoint of operations that have a rule."""

from __future__ import annotations

import re
from collections.abc import Mapping

import gast

from adjoint.runtime.helpers import HELPERS
from adjoint.runtime.rules import RULES, pullback_text
from adjoint.transform.analyses.versions import Version
from adjoint.transform.derive.build import call, expression
from adjoint.transform.derive.cotangents import (
    Cotangent,
    Out,
    State,
    Sweep,
    accumulate,
    assign,
    flat,
    holder,
)  # fmt: skip
from adjoint.transform.ir.nodes import (
    Atom,
    Const,
    Op,
    Stmt,
    Var,
)  # fmt: skip
from adjoint.transform.refusals import missing_rule

Env = Mapping[str, Version]
_MIN_POWER = 3


def pull_rule(
    stmt: Stmt, target: Var, op: Op, g: Cotangent, env: Env, after: Env,
    state: State, sweep: Sweep, out: Out,
) -> None:  # fmt: skip
    rule = RULES[op.prim]
    if rule.kind == "missing":
        raise missing_rule(stmt.span, rule.name, rule.why)
    incoming = flat(g, sweep, out)
    if g.lazy and rule.kind != "elementwise":
        like = sweep.value(after[target.name])
        incoming = assign(out, sweep.names, call("expand", incoming, like))
    atoms = {"ans": sweep.value(after[target.name])} if target.name in after else {}
    atoms |= {"g": incoming}  # type: ignore[dict-item]
    starred = [i for i, role in enumerate(op.roles) if role == rule.starred]
    for i, (role, arg) in enumerate(zip(op.roles, op.args, strict=True)):
        name = f"{role}_{starred.index(i)}" if i in starred else role
        atoms[name] = sweep.primal(arg, env)  # type: ignore[assignment]
    contributions: list[tuple[str, Op | Atom, bool]] = []
    for i, (role, arg) in enumerate(zip(op.roles, op.args, strict=True)):
        if role not in rule.differentiable or not sweep.is_active(arg):
            continue
        assert isinstance(arg, Var)
        text = _special(op, role) or pullback_text(rule, role, frozenset(op.roles))
        here = dict(atoms)
        if rule.starred is not None:
            text = _spread(text, rule.starred, len(starred))
        if i in starred:
            here["k"] = Const(starred.index(i))  # type: ignore[assignment]
        if rule.kind == "elementwise" and _may_broadcast(arg, target, env, after, sweep):
            text = f"unbroadcast({text}, {role})"
        if text == "g":
            contributions.append((arg.name, incoming, False))
            continue
        value = expression(text, here)
        if _special(op, role) == _SQUARE:  # x * x: both operands at once
            contributions.append((arg.name, value, True))
            break
        contributions.append((arg.name, value, is_fresh(value.template)))
    pending: list[tuple[str, Op | Atom, bool]] = [
        (name, value if len(contributions) == 1 or not isinstance(value, Op)
         else assign(out, sweep.names, value, holder(sweep, name)), fresh)
        for name, value, fresh in contributions
    ]  # fmt: skip
    for name, value, fresh in pending:
        lazy = g.lazy and rule.kind == "elementwise"
        if not fresh and len(pending) > 1 and g.borrows and isinstance(value, Var):
            value = assign(out, sweep.names, call("own", value))  # noqa: PLW2901
        handed_on = len(pending) == 1 and value == incoming and g.owned
        accumulate(
            name, value, state, sweep, out,
            fresh=(fresh and not lazy) or handed_on, lazy=lazy,
            borrows=frozenset() if fresh else g.borrows,
        )  # fmt: skip


_SQUARE = "2 * g * x"


def _special(op: Op, role: str) -> str | None:
    """Texts for arguments that are known: a square, a constant power, a constant factor."""
    if op.prim == "np.multiply" and len(op.args) == 2:  # noqa: PLR2004
        first, second = op.args
        if first == second and isinstance(first, Var):
            return _SQUARE.replace("x", op.roles[0])
        other = second if role == op.roles[0] else first
        if isinstance(other, Const):
            return f"{op.roles[1] if role == op.roles[0] else op.roles[0]} * g"
    if op.prim == "np.power" and role == op.roles[0] and isinstance(op.args[1], Const):
        exponent = op.args[1].value
        if type(exponent) is int and exponent == _MIN_POWER - 1:
            return _SQUARE.replace("x", op.roles[0])
        if type(exponent) is int and exponent >= _MIN_POWER:
            return f"{exponent} * g * {op.roles[0]} ** {exponent - 1}"
    if op.prim == "np.square":
        return _SQUARE.replace("x", op.roles[0])
    return None


def _spread(text: str, role: str, count: int) -> str:
    names = ", ".join(f"{role}_{i}" for i in range(count))
    if not count:
        text = re.sub(rf",\s*\*{role}\b", "", text)
    text = re.sub(rf"\*{role}\b", names, text)
    return re.sub(rf"\b{role}\b", f"({names},)" if count else "()", text)


def _may_broadcast(arg: Var, target: Var, env: Env, after: Env, sweep: Sweep) -> bool:
    """Whether the result may have another shape than one of its operands."""
    mine = sweep.shape(arg, env)
    return mine is None or mine != sweep.shape(target, after)


def is_fresh(template: gast.AST) -> bool:
    """Whether an expression gives an array that nothing else holds."""
    if isinstance(template, gast.BinOp | gast.UnaryOp):
        return True
    if not isinstance(template, gast.Call):
        return False
    name = gast.unparse(template.func).strip() if hasattr(gast, "unparse") else ""
    if name == "unbroadcast":
        return is_fresh(template.args[0])
    rule = RULES.get(name)
    if rule is not None:
        return rule.memory == "fresh"
    return name in HELPERS and name in _FRESH


_FRESH = frozenset({"own", "buffer", "zeros_like", "matmul_dx", "matmul_dy"})
