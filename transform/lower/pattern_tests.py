"""What has to hold for a pattern of `match` to match: a test that only looks."""

from __future__ import annotations

import builtins
from collections.abc import Iterator

import gast

from adjoint.runtime.helpers import HELPERS
from adjoint.transform.ir.nodes import Op, Ref, Var
from adjoint.transform.lower.scope import Scope, resolve_path
from adjoint.transform.lower.templates import Operands, hole, whole

_ITSELF = (bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple)
"""The classes whose one positional pattern is given the subject itself."""


def pattern_test(pattern: gast.pattern, subject: Var, scope: Scope) -> Op | None:
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
            for position, inner in positions(patterns):
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
            for attribute, inner in attributes(node, scope):
                if attribute is None:
                    yield from _tests(inner, part, operands, scope)
                    continue
                text = gast.Constant(attribute, None)
                if not _has(node, attribute, scope):
                    yield gast.Call(_builtin(hasattr, operands), [part, text], [])
                item = gast.Attribute(part, attribute, gast.Load())
                yield from _tests(inner, item, operands, scope)


def positions(patterns: list[gast.pattern]) -> Iterator[tuple[int, gast.pattern]]:
    """The elements that patterns stand for, those after a starred one counted from the end."""
    offset = 0
    for position, inner in enumerate(patterns):
        if isinstance(inner, gast.MatchStar):
            offset = len(patterns)
        else:
            yield position - offset, inner


def attributes(
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
