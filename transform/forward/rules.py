"""The tangent of operations that have a rule: the sum of what each active operand gives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from adjoint.runtime.rules import RULES, pushforward_text
from adjoint.runtime.rules.table import Rule
from adjoint.transform.analyses.shapes import NUMBER, Shape
from adjoint.transform.analyses.versions import Version
from adjoint.transform.derive.build import DERIVED, call, expression
from adjoint.transform.derive.contributions import is_fresh
from adjoint.transform.derive.needs import shape_operands
from adjoint.transform.derive.special_texts import special_text, spread
from adjoint.transform.forward.facts import Facts, Out, State
from adjoint.transform.forward.names import dot
from adjoint.transform.forward.shapes import named, owned, tangent
from adjoint.transform.forward.zeros import zeros_made
from adjoint.transform.ir.nodes import Assign, Atom, Const, Op, Ref, Rhs, Var, binds, walk
from adjoint.transform.refusals import missing_rule, place_of

Env = Mapping[str, Version]

ANS = Var("%ans")
"""Stands for the value of an operation until it is known what holds it."""

_LINEAR = frozenset({
    "np.concatenate", "np.stack", "np.vstack", "np.hstack", "np.column_stack", "np.dstack",
    "np.block", "np.real", "np.imag", "ndarray.conj", "ndarray.reshape", "ndarray.transpose",
    "ndarray.T", "np.split", "np.array_split", "np.vsplit", "np.hsplit", "np.dsplit", "np.unstack",
    "ndarray.tolist", "operator.getitem",
})  # fmt: skip
"""Rules whose two modes are written out, and whose tangent still is the operation itself."""

_CONVERSIONS = frozenset({
    "np.array", "np.asarray", "np.asanyarray", "np.asfortranarray", "np.ascontiguousarray",
    "ndarray.astype",
})  # fmt: skip
_FLOATS = (float, np.float64, np.float32)
"""In these a tangent is what it is; in whole numbers it would be cut off."""


@dataclass(slots=True)
class _Sum:
    """The terms of a tangent, each with its sign, and the shape of their sum as far as known.

    fresh: whether no term is the tangent of an operand itself, or a view of it.
    """

    terms: list[tuple[str, Rhs]]
    shape: Shape | None
    fresh: bool = True


def rule_tangent(
    stmt: Assign, op: Op, env: Env, after: Env, state: State, facts: Facts, out: Out
) -> Rhs:
    """The tangent of an operation that has a rule; notes in `state` where it may be smaller.

    Raises:
        MissingRule: an active operand has no derivative.
    """
    rule, target = RULES[op.prim], stmt.target
    if rule.kind == "missing" and any(map(facts.is_active, op.args)):
        raise missing_rule(place_of(op, stmt.span), rule.name, rule.why)
    places = [
        i for i, (role, arg) in enumerate(zip(op.roles, op.args, strict=True))
        if role in rule.differentiable and facts.is_active(arg)
        and not (rule.flat_in_reals and not facts.complexes)
    ]  # fmt: skip
    if not places:
        return zeros_made(op, ANS, facts)
    for i in places:
        if op.roles[i] in rule.unwritten:
            why = f"with respect to `{op.roles[i]}`"
            raise missing_rule(place_of(op, stmt.span), rule.name, why)
    if rule.name == "np.where" and len(places) > 1:
        return _chosen(op, places, state, facts, out)
    found = _Sum([], NUMBER)
    elementwise = rule.kind == "elementwise"
    for i in places:
        if _is_mirrored(rule, op.roles[i], op):
            args = list(op.args)
            args[i] = tangent(op.args[i], state, facts, out)
            found.terms.append(("", replace(op, args=tuple(args))))
            found.shape = None
            found.fresh &= not rule.may_share(op.roles)
            continue
        held: Atom = dot(held_name(op, i), facts)
        own = state.get(held_name(op, i), facts.shape(op.args[i], env)) if elementwise else None
        if not elementwise:
            held = tangent(op.args[i], state, facts, out)
        sign, value, single = _term(op, i, rule, held, facts)
        found.fresh &= isinstance(value, Op) and is_fresh(value.template)
        read = _read_shape(value, op, target, env, after, facts)
        known = None if own is None or read is None else own | read
        found.shape = None if known is None or found.shape is None else found.shape | known
        found.terms.append((sign, value))
        if single:
            break
    total = _total(found.terms, rule.result == "array", facts, out)
    fresh = found.fresh or len(found.terms) > 1
    shares = rule.may_share(op.roles)
    if not fresh and not shares:
        sources = frozenset(held_name(op, i) for i in places)
        total = owned(total, target.name, sources, state, facts, out)
    if elementwise:
        _note_shape(op, target, found.shape, env, after, state, facts)
    if shares and isinstance(total, Op):
        total = _same_memory(op, places[0], total, target, facts, out)
    return total


def held_name(op: Op, place: int) -> str:
    """The name of an active operand."""
    arg = op.args[place]
    assert isinstance(arg, Var)
    return arg.name


def _is_mirrored(rule: Rule, role: str, op: Op) -> bool:
    """Whether the tangent is the operation itself, as the user wrote it, of the tangent."""
    if rule.kind in ("linear", "multilinear") or rule.name in _LINEAR:
        # A sum that starts at a number is not linear, nor is one in whole numbers.
        return not {"initial", "dtype"} & set(op.roles)
    if rule.name in _CONVERSIONS:
        return all(isinstance(a, Ref) and a.value in _FLOATS for a in op.args[1:])
    return rule.name == "np.choose" and role in rule.sequences


def _term(
    op: Op, place: int, rule: Rule, held: Atom, facts: Facts
) -> tuple[str, Rhs, bool]:
    """What one operand gives, with its sign; True where it is what all operands give at once."""
    square = rule.name == "np.multiply" and op.args[0] == op.args[1]
    if rule.name == "np.multiply" and _is_scaled_square(op, facts):
        x_dot = dot(held_name(op, 1), facts)
        return "", expression("2 * t * g", {"t": op.args[0], "g": x_dot}), True
    if rule.name == "np.multiply" and not square:
        args = tuple(held if i == place else arg for i, arg in enumerate(op.args))
        return "", replace(op, prim=DERIVED, args=args, roles=("",) * len(args)), False
    text = _text(op, place, rule)
    if rule.name.startswith("math.") and _is_element(op.args[place], facts):
        text = re.sub(r"\bg\b", "float(g)", text)
    sign = "-" if text.startswith("-") and _is_product(text) else ""
    text = text.removeprefix(sign)
    if text == "g":
        return sign, held, square
    return sign, expression(text, {**_atoms(op, rule, place), "g": held}), square


def _is_element(atom: Atom, facts: Facts) -> bool:
    """Whether a number is an element of an array.

    Functions of `math` give Python's own numbers, whatever they are given, and so do their
    tangents: NumPy's numbers are slow.
    """
    made = facts.made.get(atom.name) if isinstance(atom, Var) else None
    if made is None or not isinstance(made.value, Op) or made.value.prim != "index":
        return False
    return not facts.kind(made.value.args[0]).is_container


def _is_scaled_square(op: Op, facts: Facts) -> bool:
    """Whether a product is `c * x * x`, of a constant: its derivative is `2 * (c * x)`."""
    first, second = op.args
    made = facts.made.get(first.name) if isinstance(first, Var) and first.is_temporary else None
    if made is None or not isinstance(made.value, Op) or not isinstance(second, Var):
        return False
    scaled = made.value.prim == "np.multiply" and isinstance(made.value.args[0], Const)
    return scaled and made.value.args[1:] == (second,) and _is_bound_once(second, facts)


def _is_bound_once(var: Var, facts: Facts) -> bool:
    bound = sum(var in binds(stmt) for stmt in walk(facts.function.body))
    given = any(param.name == var.name for param in facts.function.params)
    return bound + given == 1


def _text(op: Op, place: int, rule: Rule) -> str:
    """The expression of one operand's part."""
    role = op.roles[place]
    special = special_text(op, role)
    if special is not None:
        return re.sub(r"^(\d+) \* g \* (.+)$", r"\1 * \2 * g", special)
    text = pushforward_text(rule, role, frozenset(op.roles))
    if rule.starred is not None:
        count = sum(r == rule.starred for r in op.roles)
        text = spread(text, rule.starred, count)
    return text


def _atoms(op: Op, rule: Rule, place: int) -> dict[str, Atom]:
    """What an expression may name beside `g`."""
    atoms: dict[str, Atom] = {"ans": ANS}
    starred = [i for i, role in enumerate(op.roles) if role == rule.starred]
    for i, (role, arg) in enumerate(zip(op.roles, op.args, strict=True)):
        atoms[f"{role}_{starred.index(i)}" if i in starred else role] = arg
    if place in starred:
        atoms["k"] = Const(starred.index(place))
    return atoms


def _is_product(text: str) -> bool:
    """Whether a text without its leading sign is minus itself: `-g * x`, and no `-g + x`."""
    template = expression(text, {}).template
    kind = type(getattr(template, "op", None)).__name__
    return kind in ("USub", "Mult", "Div", "MatMult")


def _chosen(op: Op, places: list[int], state: State, facts: Facts, out: Out) -> Op:
    """`np.where(c, x, y)` of two active operands: of the tangents, the same are chosen."""
    args = list(op.args)
    for i in places:
        args[i] = tangent(op.args[i], state, facts, out)
    return replace(op, args=tuple(args))


def _read_shape(
    value: Rhs, op: Op, target: Var, env: Env, after: Env, facts: Facts
) -> Shape | None:
    """The shapes of what a term reads by value beside the tangents of operands."""
    if not isinstance(value, Op):
        return NUMBER
    tangents = {facts.dots.get(a.name) for a in op.args if isinstance(a, Var)}
    shaped = set(shape_operands(value))
    found: Shape = NUMBER
    for atom in value.args:
        if atom in tangents or atom in shaped:
            continue
        part = facts.shape(target, after) if atom == ANS else facts.shape(atom, env)
        if part is None:
            return None
        found |= part
    return found


def _note_shape(
    op: Op, target: Var, found: Shape | None, env: Env, after: Env, state: State, facts: Facts
) -> None:
    """Note that a tangent may be smaller than its value, which is broadcast from all operands."""
    operands = [facts.shape(arg, env) for arg in op.args]
    every = [shape for shape in operands if shape is not None]
    for whole in (facts.shape(target, after), frozenset().union(*every)):
        if whole == NUMBER or (whole is not None and found is not None and whole <= found):
            if len(every) == len(operands) or whole is facts.shape(target, after):
                return
    state[target.name] = found or NUMBER


def _total(terms: list[tuple[str, Rhs]], numeric: bool, facts: Facts, out: Out) -> Rhs:
    """The sum of the terms, one without a sign first; of lists and tuples, part by part."""
    ordered = sorted(terms, key=lambda term: term[0])
    sign, first = ordered[0]
    if len(ordered) == 1 and not sign:
        return first
    if not numeric:
        parts = [named(out, term, facts) for _, term in terms]
        total: Rhs = parts[0]
        for part in parts[1:]:
            total = call("accumulate", named(out, total, facts), part)
        return total
    text, atoms = f"{sign}t0", {"t0": named(out, first, facts)}
    for i, (sign, term) in enumerate(ordered[1:], 1):
        text += f" {sign or '+'} t{i}"
        atoms[f"t{i}"] = named(out, term, facts)
    return expression(text, atoms)


def _same_memory(
    op: Op, place: int, total: Op, target: Var, facts: Facts, out: Out
) -> Rhs:
    """A view of a tangent, checked where it matters that it is one if and only if the value is."""
    source = op.args[place]
    assert isinstance(source, Var)
    if target.name not in facts.written and source.name not in facts.written:
        return total
    if RULES[op.prim].memory == "view" or facts.kind(target).is_number:
        return total
    held = named(out, total, facts)
    atoms = {"d": held, "w": dot(source.name, facts), "p": ANS, "x": source}
    return expression("alike_tangent(d, w, p, x)", atoms)


