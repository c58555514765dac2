"""The adjoint of operations that have a rule."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import gast

from adjoint.runtime.rules import RULES, Rule, pullback_text, residuals
from adjoint.transform.analyses.shapes import Shape
from adjoint.transform.analyses.versions import Version
from adjoint.transform.derive.accumulate import accumulate
from adjoint.transform.derive.build import call, expression
from adjoint.transform.derive.contributions import Contribution, Incoming, Operand, is_fresh
from adjoint.transform.derive.cotangents import Cotangent, State, holder
from adjoint.transform.derive.needs import dotted, shape_operands
from adjoint.transform.derive.reductions import reduced
from adjoint.transform.derive.special_texts import SQUARE, special_text, spread
from adjoint.transform.derive.sweep import Out, Sweep, assign
from adjoint.transform.ir.nodes import (
    Atom,
    Const,
    Op,
    Stmt,
    Var,
)  # fmt: skip
from adjoint.transform.refusals import missing_rule, place_of

Env = Mapping[str, Version]


def pull_rule(
    stmt: Stmt, target: Var, op: Op, g: Cotangent, env: Env, after: Env,
    state: State, sweep: Sweep, out: Out,
) -> None:  # fmt: skip
    """Write the adjoint of an operation: what its rule gives, for every active operand."""
    rule = RULES[op.prim]
    if rule.kind == "missing":
        raise missing_rule(place_of(op, stmt.span), rule.name, rule.why)
    incoming = Incoming(g, target, rule, after, sweep, out)
    atoms: dict[str, Atom] = {}
    if target.name in after:
        atoms["ans"] = sweep.value(after[target.name])
    starred = [i for i, role in enumerate(op.roles) if role == rule.starred]
    named = [
        (f"{role}_{starred.index(i)}" if i in starred else role, role, arg)
        for i, (role, arg) in enumerate(zip(op.roles, op.args, strict=True))
    ]
    for name, _, arg in named:
        atoms[name] = sweep.primal(arg, env)
    given: list[tuple[Var, Contribution]] = []
    for i, (role, arg) in enumerate(zip(op.roles, op.args, strict=True)):
        if role not in rule.differentiable or not sweep.is_active(arg):
            continue
        if rule.flat_in_reals and sweep.is_real(arg):
            continue
        if role in rule.unwritten:
            raise missing_rule(place_of(op, stmt.span), rule.name, f"with respect to `{role}`")
        assert isinstance(arg, Var)
        square = special_text(op, role) == SQUARE
        text = special_text(op, role) or pullback_text(rule, role, frozenset(op.roles))
        if role in rule.reals and sweep.is_real(target):
            text = rule.reals[role]
        here = dict(atoms)
        if rule.starred is not None:
            text = spread(text, rule.starred, len(starred))
        if i in starred:
            here["k"] = Const(starred.index(i))
        if sweep.may_be_junk(arg) and rule.gives_real and rule.result == "array":
            text = re.sub(r"\bg\b", "g.real", text)
        elif rule.takes_real:
            read = residuals(rule, role, frozenset(op.roles))
            text = _of_real_parts(text, {n: a for n, r, a in named if r in read}, sweep)
        if g.masked and rule.kind == "elementwise" and text not in ("g", "-g"):
            text = f"np.where(g == 0, 0, {text})"
        operand = Operand(role, arg, here)
        made = (
            _elementwise(text, operand, incoming, target, env, after, sweep)
            if rule.kind == "elementwise"
            else reduced(op, operand, incoming, sweep) or _whole(text, operand, incoming)
        )
        if not sweep.same_field(arg, target) and (rule.takes_real or not rule.gives_real):
            made = _in_field(made, sweep.primal(arg, env), sweep, out)
        given.append((arg, made))
        if square:  # x * x: both operands at once
            break
    several = len(given) > 1
    pending: list[tuple[str, Contribution]] = []
    for arg, made in given:
        value = made.value
        if several:
            value = assign(out, sweep.names, value, holder(sweep, arg.name))
        if (several or sweep.kind(arg.name).is_container) and g.borrows and not made.fresh:
            held = assign(out, sweep.names, value, holder(sweep, arg.name))
            value = assign(out, sweep.names, call("own", held))  # before any is added to
        pending.append((arg.name, replace(made, value=value)))
    for name, made in pending:
        value = made.value
        handed_on = not several and value == g.value and g.owned
        first = name not in state
        accumulate(
            name, value, state, sweep, out, fresh=made.fresh or handed_on, lazy=made.lazy,
            borrows=frozenset() if made.fresh else g.borrows, extent=made.extent, like=made.like,
        )  # fmt: skip
        if first and name in state and (_selects(rule, op) or (
            g.masked and rule.kind == "elementwise"
        )):  # fmt: skip
            state[name] = replace(state[name], masked=True)


def _selects(rule: Rule, op: Op) -> bool:
    """Whether an operation leaves out elements that may be anything: `np.where`, `np.nansum`."""
    return rule.name == "np.where" or "where" in op.roles or rule.name.startswith("np.nan")


def _of_real_parts(text: str, read: Mapping[str, Atom], sweep: Sweep) -> str:
    """The text for a function that sees no more of its arguments than their real parts."""
    for name, arg in read.items():
        number = isinstance(arg, Var) and sweep.kind(arg.name).tag in ("num", "array", "numeric")
        if number and not sweep.is_real(arg):
            text = re.sub(rf"\b{name}\b", f"{name}.real", text)
    return text


def _in_field(made: Contribution, like: Atom, sweep: Sweep, out: Out) -> Contribution:
    """A contribution that is complex if its operand is, and real if that is real."""
    template = made.value.template if isinstance(made.value, Op) else None
    if isinstance(template, gast.Call) and dotted(template.func) in _FITTING:
        return made
    return replace(made, value=call("in_dtype", assign(out, sweep.names, made.value), like))


_FITTING = frozenset({"unbroadcast", "in_dtype", "cast_back", "sum_dx", "prod_dx"})
"""Helpers that give complex numbers for complex ones, real for real."""


def _whole(text: str, operand: Operand, incoming: Incoming) -> Contribution:
    """The contribution of a rule that takes a cotangent of full shape."""
    if text == "g":
        return Contribution(incoming.full(), False)
    value = expression(text, {**operand.atoms, "g": incoming.full()})
    return Contribution(value, is_fresh(value.template))


def _elementwise(
    text: str, operand: Operand, incoming: Incoming, target: Var, env: Env, after: Env,
    sweep: Sweep,
) -> Contribution:  # fmt: skip
    """The contribution of a rule of corresponding elements.

    A `g` that is smaller than the result may be used as it is where every axis over which the
    contribution is summed comes from the text's own operands. With S for the shapes of which a
    value is the broadcast, and `c` for what the text reads beside `g`: where S(c) and S(arg)
    together cover S(result). What comes out is full where S(c) covers S(arg).
    """
    mine, result = sweep.shape(operand.arg, env), sweep.shape(target, after)
    sums = mine is None or mine != result
    extent, g = incoming.extent, incoming.as_held()
    read = _shape_of_text(text, operand, target, env, after, sweep)
    covered = read is not None and mine is not None and mine <= read
    if extent != "full":
        known = (read or frozenset()) | (mine or frozenset())
        right = result is not None and result <= known and not _chooses(text)
        if not right or sweep.kind(operand.arg.name).is_container:
            g, extent = incoming.full(), "full"
        elif extent == "number" and read is not None and mine is not None and read <= mine:
            sums = False
    lazy = incoming.held.lazy and not (covered and text != "g" and not _chooses(text))
    if extent != "full":
        if covered:
            extent = "full"
        elif read:
            extent = "part"
    sums = sums or not sweep.same_field(operand.arg, target)
    whole = sweep.kind(target.name)
    total = sweep.same_field(operand.arg, target) and sweep.kind(operand.arg.name).is_number
    if sums and total and whole.tag == "array" and whole.ndim != 0:
        text = _total(text, operand, sweep)
    elif sums:
        text = f"unbroadcast({text}, {operand.role})"
    if text == "g":
        return Contribution(g, False, lazy, extent, operand.like)
    value = expression(text, {**operand.atoms, "g": g})
    fresh = is_fresh(value.template) and not lazy and extent == "full"
    return Contribution(value, fresh, lazy, extent, operand.like)


def _total(text: str, operand: Operand, sweep: Sweep) -> str:
    """The sum over all elements: by method, at half the cost, where the text surely is an array."""
    op = expression(text, {**operand.atoms, "g": _G})
    shaped = set(shape_operands(op))
    read = [a.name for a in op.args if isinstance(a, Var) and a not in shaped]
    known = [sweep.needs[name].name for name in read if name in sweep.needs]
    if any(sweep.kind(name).tag == "array" for name in known):
        return f"({text}).sum()"
    return f"np.sum({text})"


def _chooses(text: str) -> bool:
    """Whether a text may hold `g` itself beside literals, which then say the dtype of a number."""
    return "np.where(" in text


def _shape_of_text(
    text: str, operand: Operand, target: Var, env: Env, after: Env, sweep: Sweep
) -> Shape | None:
    """The shapes of what a text reads by value beside `g`; None where one is not known."""
    op = expression(text, {**operand.atoms, "g": _G})
    shaped = set(shape_operands(op))
    found: Shape = frozenset()
    for atom in op.args:
        if atom == _G or atom in shaped:
            continue
        part = sweep.shape_of_value(atom)
        if part is None:
            return None
        found |= part
    return found


_G = Var("g")
