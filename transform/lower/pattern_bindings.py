"""What a pattern of `match` names, once it matches: assignments of parts of the subject."""

from __future__ import annotations

from dataclasses import dataclass

import gast

from adjoint.transform.ir.nodes import Assign, Atom, Const, If, Op, Ref, Rhs, Stmt, Unpack, Var
from adjoint.transform.lower import expressions
from adjoint.transform.lower.bindings import pattern_names
from adjoint.transform.lower.pattern_tests import attributes, pattern_test, positions
from adjoint.transform.lower.scope import Scope
from adjoint.transform.lower.templates import CALLEE, hole, name


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a subject: how it is reached from what it is part of, which is `whole`.

    step: the operation, with the whole as its first operand; `None` for the subject itself.
    """

    step: Op | None = None
    whole: Place | None = None


def bind_names(
    node: gast.pattern, place: Place, subject: Var, scope: Scope, out: list[Stmt]
) -> None:
    """The assignments of a pattern, once it matches."""
    match node:
        case gast.MatchAs(pattern=inner, name=text):
            if inner is not None:
                bind_names(inner, place, subject, scope, out)
            if text is not None:
                out.append(Assign(Var(text), _value(place, subject, scope, out), scope.span))
        case gast.MatchOr(patterns=patterns):
            _bind_either(patterns, place, subject, scope, out)
        case gast.MatchSequence(patterns=patterns):
            _bind_elements(patterns, place, subject, scope, out)
        case gast.MatchMapping():
            _bind_entries(node, place, subject, scope, out)
        case gast.MatchClass():
            for attribute, inner in attributes(node, scope):
                if attribute is None:
                    bind_names(inner, place, subject, scope, out)
                    continue
                template = gast.Attribute(hole(0), attribute, gast.Load())
                step = Op(f"attribute:{attribute}", (subject,), template)
                bind_names(inner, Place(step, place), subject, scope, out)


def _value(place: Place, subject: Var, scope: Scope, out: list[Stmt]) -> Rhs:
    """What stands at a place: an operation on the place around it."""
    if place.step is None or place.whole is None:
        return subject
    around = _value(place.whole, subject, scope, out)
    if isinstance(around, Op):
        around = expressions.bind(around, scope, out)
    return Op(place.step.prim, (around, *place.step.args[1:]), place.step.template)


def _item(subject: Var, key: Atom) -> Op:
    return Op("index", (subject, key), gast.Subscript(hole(0), hole(1), gast.Load()))


def _bind_elements(
    patterns: list[gast.pattern], place: Place, subject: Var, scope: Scope, out: list[Stmt]
) -> None:
    """`a, b = whole` where the elements have names alone; else one element after another."""
    names = [_plain_name(inner) for inner in patterns]
    if names and all(names) and len(set(names)) == len(names):
        around = _value(place, subject, scope, out)
        held = expressions.bind(around, scope, out) if isinstance(around, Op) else around
        stars = [i for i, inner in enumerate(patterns) if isinstance(inner, gast.MatchStar)]
        variables = tuple(Var(text) for text in names if text)
        out.append(Unpack(variables, held, stars[0] if stars else None, scope.span))
        return
    for position, inner in positions(patterns):
        bind_names(inner, Place(_item(subject, Const(position)), place), subject, scope, out)
    for position, inner in enumerate(patterns):
        if isinstance(inner, gast.MatchStar) and inner.name is not None:
            after = position + 1 - len(patterns)
            bounds = [gast.Constant(position, None) if position else None,
                      gast.Constant(after, None) if after else None]  # fmt: skip
            template = gast.Subscript(hole(0), gast.Slice(*bounds, None), gast.Load())
            taken = _value(Place(Op("index", (subject,), template), place), subject, scope, out)
            part = expressions.bind(taken, scope, out)
            call = gast.Call(name(CALLEE), [hole(0)], [])
            made = Op("call", (part,), call, ("",), Ref("list", list))
            out.append(Assign(Var(inner.name), made, scope.span))


def _plain_name(node: gast.pattern) -> str | None:
    """The name that a pattern gives to whatever it is held against, if it does nothing else."""
    match node:
        case gast.MatchAs(pattern=None, name=text) | gast.MatchStar(name=text):
            return text  # type: ignore[no-any-return]
    return None


def _bind_entries(
    node: gast.MatchMapping, place: Place, subject: Var, scope: Scope, out: list[Stmt]
) -> None:
    keys = expressions.operands(node.keys, scope, out)
    for key, inner in zip(keys, node.patterns, strict=True):
        bind_names(inner, Place(_item(subject, key), place), subject, scope, out)
    if node.rest is not None:
        _bind_rest(node, place, subject, scope, out)


def _bind_rest(
    node: gast.MatchMapping, place: Place, subject: Var, scope: Scope, out: list[Stmt]
) -> None:
    """`{'a': u, **rest}`: `rest = {key: value for key, value in subject.items() if key != 'a'}`."""
    if not all(isinstance(key, gast.Constant) for key in node.keys):
        what = "`**` in a pattern whose keys are no literals is not supported"
        raise scope.refuse(node, what, "take the entries that are needed by their keys")
    held = expressions.bind(_value(place, subject, scope, out), scope, out)
    items = gast.Call(gast.Attribute(name(held.name), "items", gast.Load()), [], [])
    others = [
        gast.Compare(name("key"), [gast.NotEq()], [gast.Constant(key.value, None)])
        for key in node.keys
    ]
    pair = gast.Tuple([name("key", gast.Store()), name("value", gast.Store())], gast.Store())
    each = gast.comprehension(pair, items, others, 0)
    rest = gast.DictComp(name("key"), name("value"), [each])
    inner = scope.with_names({held.name: held})
    value = expressions.rhs(gast.copy_location(rest, node), inner, out)
    out.append(Assign(Var(node.rest), value, scope.span))


def _bind_either(
    patterns: list[gast.pattern], place: Place, subject: Var, scope: Scope, out: list[Stmt]
) -> None:
    """Alternatives name the same variables; which of them matches is asked again."""
    first, *others = patterns
    if not list(pattern_names([first])):
        return
    named: list[Stmt] = []
    bind_names(first, place, subject, scope, named)
    whole_ = _value(place, subject, scope, out)
    held = expressions.bind(whole_, scope, out)
    test = pattern_test(first, held, scope)
    if test is None or not others:
        out.extend(named)
        return
    fits = expressions.bind(test, scope, out)
    rest: list[Stmt] = []
    _bind_either(others, place, subject, scope, rest)
    out.append(If(fits, tuple(named), tuple(rest), scope.span))
