"""The text of a rule: what the emitter splices, and what it reads.

All functions here are of text to text; the emitter and the eager runtime both go through them.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Collection, Iterator, Mapping
from functools import cache

from ..errors import MissingRule
from ..helpers import HELPERS, SHAPE_ONLY
from .table import REQUIRED, Rule

# What NumPy's functions read of their first argument is its shape or dtype and no more.
_SHAPE_FUNCTIONS = frozenset(
    "np.shape np.ndim np.size np.zeros_like np.ones_like np.empty_like".split()
)
_SHAPE_ATTRIBUTES = frozenset("shape ndim size dtype".split())


def pullback_text(
    rule: Rule,
    param: str,
    given: Collection[str] | None = None,
    literals: Mapping[str, object] | None = None,
) -> str:
    """The expression of the cotangent of one parameter.

    Args:
        rule: a line of the table.
        param: the parameter (a starred one without its star).
        given: the parameters that the call passes. The others are replaced by their defaults, and
            arguments that say no more than a default are left out. `None`: the line as written.
        literals: arguments that are written as literals in the call, to be worked out in the text.

    >>> from .lookup import RULES
    >>> pullback_text(RULES["np.power"], "x", {"x", "y"}, {"y": 3})
    'g * 3 * x ** 2'
    >>> pullback_text(RULES["np.sum"], "a"), pullback_text(RULES["np.sum"], "a", {"a"})
    ('unreduce(g, a, axis, keepdims, dtype, where)', 'unreduce(g, a)')
    """
    _require(rule, param)
    if given is not None and param in rule.plain and _is_plain(rule, given):
        return rule.plain[param]
    return _specialised(rule, rule.vjp[param], given, literals)


def pushforward_text(
    rule: Rule,
    param: str,
    given: Collection[str] | None = None,
    literals: Mapping[str, object] | None = None,
) -> str:
    """The expression of the result's tangent, `g` being the tangent of one parameter.

    >>> from .lookup import RULES
    >>> pushforward_text(RULES["np.sum"], "a", {"a", "axis"})
    'np.sum(g, axis=axis)'
    """
    _require(rule, param)
    if given is not None and rule.kind == "elementwise" and _is_plain(rule, given):
        return rule.plain.get(param) or _specialised(rule, rule.jvp[param], given, literals)
    return _specialised(rule, rule.jvp[param], given, literals)


def residuals(rule: Rule, param: str, given: Collection[str] | None = None) -> frozenset[str]:
    """The parameters (and `ans`) whose values the VJP of one parameter reads.

    >>> from .lookup import RULES
    >>> sorted(residuals(RULES["np.exp"], "x")), sorted(residuals(RULES["np.multiply"], "x"))
    (['ans'], ['y'])
    """
    return _reads(rule, pullback_text(rule, param, given))[0]


def shape_residuals(rule: Rule, param: str, given: Collection[str] | None = None) -> frozenset[str]:
    """The parameters (and `ans`) of which the VJP reads the shape or dtype and nothing more.

    >>> from .lookup import RULES
    >>> sorted(shape_residuals(RULES["np.sum"], "a"))
    ['a']
    """
    return _reads(rule, pullback_text(rule, param, given))[1]


def names_of(text: str) -> frozenset[str]:
    """The functions that an expression calls, dotted.

    >>> sorted(names_of("g * np.cos(x) + divide_or_zero(x, y)"))
    ['divide_or_zero', 'np.cos']
    """
    calls = (node for node in ast.walk(parse(text)) if isinstance(node, ast.Call))
    return frozenset(ast.unparse(call.func) for call in calls)


@cache
def parse(text: str) -> ast.expr:
    """The tree of an expression (shared: not to be changed)."""
    return ast.parse(text, mode="eval").body


def _require(rule: Rule, param: str) -> None:
    if rule.kind == "missing":
        raise MissingRule(f"{rule.name} has no derivative rule: {rule.why}")
    if param not in rule.vjp:
        raise MissingRule(f"{rule.name} has no derivative with respect to `{param}`")


def _optional(rule: Rule) -> frozenset[str]:
    return frozenset(p for p, default in rule.params.items() if default is not REQUIRED)


def _is_plain(rule: Rule, given: Collection[str]) -> bool:
    return not _optional(rule) & set(given)


@cache
def _specialise(text: str, known: tuple[tuple[str, str], ...], passed: frozenset[str]) -> str:
    if not known and not passed:
        return text
    values = {name: parse(value) for name, value in known}
    return ast.unparse(_Specialise(values, passed).visit(ast.parse(text, mode="eval")))


def _specialised(
    rule: Rule,
    text: str,
    given: Collection[str] | None,
    literals: Mapping[str, object] | None,
) -> str:
    if given is None and not literals:
        return text
    passed = frozenset(given or ()) & _optional(rule)
    left_out = sorted(_optional(rule) - passed) if given is not None else []
    known = {p: rule.params[p] for p in left_out} | dict(literals or {})
    return _specialise(text, tuple((p, repr(value)) for p, value in known.items()), passed)


class _Specialise(ast.NodeTransformer):
    """Puts values in place of names, and leaves out what then says nothing.

    An argument that repeats its callee's default is dropped, arithmetic of literals is worked out,
    and `x ** 1` is `x` (a right-hand side writes into nothing, so the two may be one array). Of
    `a if where is True else b` a call without `where` has the first, and one with it the second.
    """

    def __init__(self, values: Mapping[str, ast.expr], passed: frozenset[str]) -> None:
        self.values = values
        self.passed = passed

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        match node.test:
            case ast.Compare(left=ast.Name(id=name), ops=[ast.Is()]) if name in self.passed:
                return self.visit(node.orelse)  # type: ignore[no-any-return]
            case ast.Compare(left=ast.Name(id=name), ops=[ast.Is()]) if name in self.values:
                return self.visit(node.body)  # type: ignore[no-any-return]
        self.generic_visit(node)
        return node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.values.get(node.id, node)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        return _worked_out(node, [node.left, *node.comparators])

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=1)):
                return left
            case _:
                return _worked_out(node, [node.left, node.right])

    def visit_Call(self, node: ast.Call) -> ast.Call:
        call = ast.Call(
            node.func,
            [self.visit(a) for a in node.args],
            [ast.keyword(k.arg, self.visit(k.value)) for k in node.keywords],
        )
        return _without_defaults(call)


def _worked_out(node: ast.expr, operands: list[ast.expr]) -> ast.expr:
    """The value of an expression of numbers, if that is what it is."""
    if not all(_is_number(operand) for operand in operands):
        return node
    return parse(repr(eval(ast.unparse(node), {"__builtins__": {}})))


def _is_number(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        return _is_number(node.operand)
    return isinstance(node, ast.Constant) and isinstance(node.value, (int, float))


def _without_defaults(call: ast.Call) -> ast.Call:
    params = signature_of(ast.unparse(call.func))
    if params is None or any(isinstance(a, ast.Starred) for a in call.args):
        return call
    args, names = list(call.args), list(params)
    while args and len(args) <= len(names) and _says(args[-1], params[names[len(args) - 1]]):
        args.pop()
    kept = [k for k in call.keywords if k.arg is None or not _says(k.value, params.get(k.arg))]
    return ast.Call(call.func, args, kept)


def _says(node: ast.expr, default: object) -> bool:
    return default is not REQUIRED and ast.unparse(node) == repr(default)


def signature_of(name: str) -> Mapping[str, object] | None:
    """The parameters, with defaults, of a helper or of a function with a rule."""
    if name in HELPERS:
        return {p.name: p.default for p in inspect.signature(HELPERS[name]).parameters.values()}
    from .lookup import RULES  # noqa: PLC0415  (the table is checked against this module's text)

    return RULES[name].params if name in RULES else None


@cache
def _uses(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The names of which an expression reads values, and those of which it reads shapes."""
    found = list(_walk(parse(text)))
    values = frozenset(name for name, only_shape in found if not only_shape)
    return values, frozenset(name for name, only_shape in found if only_shape) - values


def _reads(rule: Rule, text: str) -> tuple[frozenset[str], frozenset[str]]:
    scope = {p.lstrip("*") for p in rule.params} | {"ans"}
    values, shapes = _uses(text)
    return values & scope, shapes & scope


def _walk(node: ast.AST, only_shape: bool = False) -> Iterator[tuple[str, bool]]:
    match node:
        case ast.Name(id=name):
            yield name, only_shape
        case ast.Attribute(value=value, attr=attribute):
            yield from _walk(value, only_shape or attribute in _SHAPE_ATTRIBUTES)
        case ast.Call(func=func, args=args, keywords=keywords):
            name = ast.unparse(func)
            shapes = (0,) if name in _SHAPE_FUNCTIONS else SHAPE_ONLY.get(name, ())
            for i, argument in enumerate(args):
                yield from _walk(argument, only_shape or i in shapes)
            for keyword in keywords:
                yield from _walk(keyword.value, only_shape)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _walk(child, only_shape)
