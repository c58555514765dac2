"""`match`: each case is a test, which only looks, and the assignments of what it names.

match pair:                      if is_sequence(pair) and len(pair) == 2:
case (a, b) if a > 0: A          a, b = pair
case _: B                        hit = a > 0 ...
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from dataclasses import dataclass

import gast

from adjoint.runtime.helpers import HELPERS
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Const,
    If,
    Op,
    Ref,
    Rhs,
    Stmt,
    Unpack,
    Var,
)  # fmt: skip
from adjoint.transform.lower import expressions, statements
from adjoint.transform.lower.bindings import pattern_names
from adjoint.transform.lower.scope import Scope, resolve_path
from adjoint.transform.lower.templates import Operands, hole, name, whole

_ITSELF = (bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple)
"""The classes whose one positional pattern is given the subject itself."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A part of a subject: how it is reached from what it is part of, which is `whole`.

    step: the operation, with the whole as its first operand; `None` for the subject itself.
    """

    step: Op | None = None
    whole: _Place | None = None


def match(node: gast.Match, scope: Scope, out: list[Stmt]) -> None:
    """The cases one after another; the subject is evaluated once."""
    scope = scope.at(node, node.subject)
    subject = expressions.atom(node.subject, scope, out)
    rebound = frozenset(pattern_names([case.pattern for case in node.cases])) | scope.walruses
    if not isinstance(subject, Var) or subject.name in rebound:
        held = scope.unused("subject")
        out.append(Assign(held, subject, scope.span))
        subject = held
    _cases(node.cases, subject, scope, out)


def _cases(cases: list[gast.match_case], subject: Var, scope: Scope, out: list[Stmt]) -> None:
    if not cases:
        return
    case, *others = cases
    scope = scope.at(case.pattern, case.guard)
    test = _test(case.pattern, subject, scope)
    named: list[Stmt] = []
    _bind(case.pattern, _Place(), subject, scope, named)
    if case.guard is not None:
        guard = expressions.atom(case.guard, scope, named)
        if test is None:
            out.extend(named)
            hit = guard
        else:
            hit = scope.temporary()
            fits = expressions.bind(test, scope, out)
            both = (*named, Assign(hit, guard, scope.span))
            out.append(If(fits, both, (Assign(hit, Const(False), scope.span),), scope.span))
        named = []
    elif test is None:
        out.extend((*named, *statements.block(case.body, scope)))
        return
    else:
        hit = expressions.bind(test, scope, out)
    rest: list[Stmt] = []
    _cases(others, subject, scope, rest)
    body = (*named, *statements.block(case.body, scope))
    out.append(If(hit, body, tuple(rest), scope.span))


# Tests


def _test(pattern: gast.pattern, subject: Var, scope: Scope) -> Op | None:
    """What has to hold for a pattern to match; `None` where it always does."""
    operands = Operands()
    operands.share(subject)
    tests = list(_tests(pattern, hole(0), operands, scope))
    return Op("look", tuple(operands.atoms), _all(tests)) if tests else None


def _all(tests: list[gast.AST]) -> gast.AST:
    return tests[0] if len(tests) == 1 else gast.BoolOp(gast.And(), tests)


def _tests(
    node: gast.pattern, part: gast.AST, operands: Operands, scope: Scope
) -> Iterator[gast.AST]:
    """The tests of a pattern, in order; `part` is the text of what it is held against."""
    match node:
        case gast.MatchValue(value=value):
            yield gast.Compare(part, [gast.Eq()], [whole(value, scope, operands)])
        case gast.MatchSingleton(value=value):
            yield gast.Compare(part, [gast.Is()], [gast.Constant(value, None)])
        case gast.MatchAs(pattern=inner) if inner is not None:
            yield from _tests(inner, part, operands, scope)
        case gast.MatchOr(patterns=patterns):
            either = [list(_tests(inner, part, operands, scope)) for inner in patterns]
            if all(either):
                yield gast.BoolOp(gast.Or(), [_all(tests) for tests in either])
        case gast.MatchSequence(patterns=patterns):
            star = any(isinstance(inner, gast.MatchStar) for inner in patterns)
            count = gast.Constant(len(patterns) - star, None)
            length = gast.Call(_builtin(len, operands), [part], [])
            yield gast.Call(_helper("is_sequence", operands), [part], [])
            if not star or count.value:
                yield gast.Compare(length, [gast.GtE() if star else gast.Eq()], [count])
            for position, inner in _positions(patterns):
                item = gast.Subscript(part, gast.Constant(position, None), gast.Load())
                yield from _tests(inner, item, operands, scope)
        case gast.MatchMapping(keys=keys, patterns=patterns):
            yield gast.Call(_helper("is_mapping", operands), [part], [])
            for key, inner in zip(keys, patterns, strict=True):
                text = whole(key, scope, operands)
                yield gast.Compare(text, [gast.In()], [part])
                yield from _tests(inner, gast.Subscript(part, text, gast.Load()), operands, scope)
        case gast.MatchClass(cls=cls):
            known = whole(cls, scope, operands)
            yield gast.Call(_builtin(isinstance, operands), [part, known], [])
            for attribute, inner in _attributes(node, scope):
                if attribute is None:
                    yield from _tests(inner, part, operands, scope)
                    continue
                text = gast.Constant(attribute, None)
                if not _has(node, attribute, scope):
                    yield gast.Call(_builtin(hasattr, operands), [part, text], [])
                item = gast.Attribute(part, attribute, gast.Load())
                yield from _tests(inner, item, operands, scope)


def _positions(patterns: list[gast.pattern]) -> Iterator[tuple[int, gast.pattern]]:
    """The elements that patterns stand for, those after a starred one counted from the end."""
    offset = 0
    for position, inner in enumerate(patterns):
        if isinstance(inner, gast.MatchStar):
            offset = len(patterns)
        else:
            yield position - offset, inner


def _attributes(
    node: gast.MatchClass, scope: Scope
) -> Iterator[tuple[str | None, gast.pattern]]:
    """The attributes that a class pattern looks at; `None` for the subject itself."""
    if node.patterns:
        known = resolve_path(node.cls, scope)
        cls = known.value if isinstance(known, Ref) else None
        names = (None,) if cls in _ITSELF else getattr(cls, "__match_args__", ())
        if len(names) < len(node.patterns):
            what = "which attributes these patterns stand for is not known"
            raise scope.refuse(node, what, "name them: `Class(attribute=pattern)`")
        yield from zip(names, node.patterns, strict=False)
    for attribute, inner in zip(node.kwd_attrs, node.kwd_patterns, strict=True):
        yield scope.attribute(attribute), inner


def _has(node: gast.MatchClass, attribute: str, scope: Scope) -> bool:
    """Whether all objects of a class have an attribute: it is a field."""
    known = resolve_path(node.cls, scope)
    cls = known.value if isinstance(known, Ref) else None
    fields = getattr(cls, "__dataclass_fields__", getattr(cls, "_fields", ()))
    return attribute in fields


def _builtin(function: object, operands: Operands) -> gast.Name:
    text = function.__name__  # type: ignore[attr-defined]
    return operands.share(Ref(text, getattr(builtins, text)))


def _helper(text: str, operands: Operands) -> gast.Name:
    return operands.share(Ref(text, HELPERS[text]))


# What patterns name


def _bind(
    node: gast.pattern, place: _Place, subject: Var, scope: Scope, out: list[Stmt]
) -> None:
    """The assignments of a pattern, once it matches."""
    match node:
        case gast.MatchAs(pattern=inner, name=text):
            if inner is not None:
                _bind(inner, place, subject, scope, out)
            if text is not None:
                out.append(Assign(Var(text), _value(place, subject, scope, out), scope.span))
        case gast.MatchOr(patterns=patterns):
            _bind_either(patterns, place, subject, scope, out)
        case gast.MatchSequence(patterns=patterns):
            _bind_elements(patterns, place, subject, scope, out)
        case gast.MatchMapping():
            _bind_entries(node, place, subject, scope, out)
        case gast.MatchClass():
            for attribute, inner in _attributes(node, scope):
                if attribute is None:
                    _bind(inner, place, subject, scope, out)
                    continue
                template = gast.Attribute(hole(0), attribute, gast.Load())
                step = Op(f"attribute:{attribute}", (subject,), template)
                _bind(inner, _Place(step, place), subject, scope, out)


def _value(place: _Place, subject: Var, scope: Scope, out: list[Stmt]) -> Rhs:
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
    patterns: list[gast.pattern], place: _Place, subject: Var, scope: Scope, out: list[Stmt]
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
    for position, inner in _positions(patterns):
        _bind(inner, _Place(_item(subject, Const(position)), place), subject, scope, out)
    for position, inner in enumerate(patterns):
        if isinstance(inner, gast.MatchStar) and inner.name is not None:
            after = position + 1 - len(patterns)
            bounds = [gast.Constant(position, None) if position else None,
                      gast.Constant(after, None) if after else None]  # fmt: skip
            template = gast.Subscript(hole(0), gast.Slice(*bounds, None), gast.Load())
            taken = _value(_Place(Op("index", (subject,), template), place), subject, scope, out)
            part = expressions.bind(taken, scope, out)
            call = gast.Call(name("$callee"), [hole(0)], [])
            made = Op("call", (part,), call, ("",), Ref("list", list))
            out.append(Assign(Var(inner.name), made, scope.span))


def _plain_name(node: gast.pattern) -> str | None:
    """The name that a pattern gives to whatever it is held against, if it does nothing else."""
    match node:
        case gast.MatchAs(pattern=None, name=text) | gast.MatchStar(name=text):
            return text  # type: ignore[no-any-return]
    return None


def _bind_entries(
    node: gast.MatchMapping, place: _Place, subject: Var, scope: Scope, out: list[Stmt]
) -> None:
    keys = expressions.operands(node.keys, scope, out)
    for key, inner in zip(keys, node.patterns, strict=True):
        _bind(inner, _Place(_item(subject, key), place), subject, scope, out)
    if node.rest is not None:
        what = "`**` in a pattern is not supported"
        raise scope.refuse(node, what, "take the entries that are needed by their keys")


def _bind_either(
    patterns: list[gast.pattern], place: _Place, subject: Var, scope: Scope, out: list[Stmt]
) -> None:
    """Alternatives name the same variables; which of them matches is asked again."""
    first, *others = patterns
    if not list(pattern_names([first])):
        return
    named: list[Stmt] = []
    _bind(first, place, subject, scope, named)
    whole_ = _value(place, subject, scope, out)
    held = expressions.bind(whole_, scope, out)
    test = _test(first, held, scope)
    if test is None or not others:
        out.extend(named)
        return
    fits = expressions.bind(test, scope, out)
    rest: list[Stmt] = []
    _bind_either(others, place, subject, scope, rest)
    out.append(If(fits, tuple(named), tuple(rest), scope.span))

