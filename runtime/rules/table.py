"""Derivative rules: one readable line per primitive, one table for every reader.

A rule's right-hand sides are expressions in Python, linear in the incoming derivative `g`. In
scope are `g`, `ans` (the primitive's result), its parameters, `np` (NumPy, or CuPy where the arrays
live there), `math` and the helpers of `adjoint.runtime.helpers`. The emitter splices these
expressions into the text that it writes; eager tensors call them compiled. The kind of a rule gives
the other mode:

    elementwise  the partial is the same in both modes; readers add `unbroadcast` (VJP)
    linear       the JVP is the primitive itself applied to the tangent; the VJP is written
    multilinear  likewise, one operand at a time
    general      both are written
    zero         piecewise constant: the derivative is zero wherever there is one
    missing      known, but without a rule: raises, by name

What a right-hand side may assume: `g` has the shape of `ans` (`elementwise` rules also take a
smaller one), and the cotangent of a real value is real. Where `ans` is a list or a tuple, `g` is a
list. Lists of arrays (`np.stack([a, b])`) have lists as cotangents, where the rule names such
`sequences`; any other function that is handed a list is read as if it were wrapped in `np.array`.

Complex numbers. Inside, the cotangent `g` of a complex value `z` is the one for which a real result
changes by `Re(g * dz)`, without a conjugate. A holomorphic function's line is then the same for
real and complex arrays and real code pays nothing; only the few functions that are not holomorphic
(`abs`, `conj`, `real`, `norm`, ...) conjugate. Users see PyTorch's convention, the conjugate of
this: `restructure` conjugates what leaves, and a complex cotangent is conjugated as it enters.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

REQUIRED = inspect.Parameter.empty


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table.

    name: canonical name, as it is written: `np.tanh`, `math.gamma`.
    params: parameter names in order, each with its default (`REQUIRED` where there is none); a
      parameter written `*xs` takes the remaining positional arguments, one written `**kw` the
      remaining keywords.
    vjp, jvp: for each differentiable parameter (a starred one without its star), the expression of
      its cotangent (of the result's tangent). For a starred parameter the expression may use `k`,
      the position within it. A parameter without an expression has no derivative (`axis`).
    plain: VJPs that read better where every optional argument is left at its default.
    memory: `fresh` (the result is a new array), `view` (it shares memory with the first argument),
      `maybe` (it may).
    operator: the symbol that means the same: `+`, `@`, unary `-u`.
    aliases: other names of the same function: `operator.add`, `abs` (a builtin).
    methods: names of array methods (or attributes) that mean the same, the array coming first.
    keyword_only: parameters that are accepted by keyword only.
    sequences: parameters that are sequences of arrays; their cotangents are lists.
    gives_complex: whether it makes complex numbers of real ones.
    gives_real: whether it makes real numbers of complex ones. takes_real: whether it sees no more
      than the real part of a complex number.
    reals: VJPs that read better where all numbers are real.
    flat_in_reals: whether its derivative is zero but for complex numbers.
    unwritten: parameters with a derivative that nobody has written: a derivative that flows there
      is refused. All other parameters without an expression are flat (`axis`, a condition).
    result: `array` (or number), `list` (of arrays or numbers) or `tuple`.
    """

    name: str
    params: Mapping[str, object]
    kind: str
    vjp: Mapping[str, str] = field(default_factory=dict)
    jvp: Mapping[str, str] = field(default_factory=dict)
    plain: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    memory: str = "fresh"
    operator: str = ""
    aliases: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    keyword_only: frozenset[str] = frozenset()
    result: str = "array"
    sequences: tuple[str, ...] = ()
    unwritten: tuple[str, ...] = ()
    gives_complex: bool = False
    gives_real: bool = False
    takes_real: bool = False
    reals: Mapping[str, str] = field(default_factory=dict)
    flat_in_reals: bool = False

    @property
    def starred(self) -> str | None:
        """The name (without its star) of the parameter that takes the remaining positions."""
        return next((p[1:] for p in self.params if re.match(r"\*\w", p)), None)

    @property
    def differentiable(self) -> frozenset[str]:
        """The parameters that have a derivative, written or not."""
        return frozenset((*self.vjp, *self.unwritten))

    def may_share(self, given: Collection[str]) -> bool:
        """Whether a call that passes these parameters may give memory of its arguments.

        What copies unless it is told otherwise gives none: `np.array(x)`, `x.astype(t)`.
        """
        copies = self.params.get("copy") is True and "copy" not in given
        return self.memory != "fresh" and not copies


def elementwise(signature: str, /, *, also: Mapping[str, object] | None = None, **vjp: str) -> Rule:
    """A function of corresponding elements, whose partial serves both modes.

    Args:
        signature: the call as it is written, defaults included.
        also: further fields of the `Rule`: `aliases`, `operator`, `methods`, `memory`, and a `jvp`
            of its own where complex numbers want one.
        vjp: for each differentiable parameter, the expression of its cotangent.

    >>> elementwise("np.tanh(x)", x="g * (1 - ans * ans)").vjp
    {'x': 'g * (1 - ans * ans)'}
    """
    return _rule(signature, "elementwise", vjp, vjp, also)


def linear(signature: str, /, *, also: Mapping[str, object] | None = None, **vjp: str) -> Rule:
    """A function that is linear in its one differentiable parameter.

    >>> linear("np.flip(m, axis=None)", m="np.flip(g, axis)").jvp
    {'m': 'np.flip(g, axis=axis)'}
    """
    rule = _rule(signature, "linear", vjp, {}, also)
    return _rule(signature, "linear", vjp, {p: _call(rule, p) for p in vjp}, also)


def multilinear(signature: str, /, *, also: Mapping[str, object] | None = None, **vjp: str) -> Rule:
    """A function that is linear in each differentiable parameter, the others held.

    >>> multilinear("np.vecdot(a, b)", a="g * b", b="g * a").jvp
    {'a': 'np.vecdot(g, b)', 'b': 'np.vecdot(a, g)'}
    """
    rule = _rule(signature, "multilinear", vjp, {}, also)
    return _rule(signature, "multilinear", vjp, {p: _call(rule, p) for p in vjp}, also)


def general(
    signature: str,
    /,
    *,
    vjp: Mapping[str, str],
    jvp: Mapping[str, str],
    also: Mapping[str, object] | None = None,
) -> Rule:
    """A function whose two modes are written out.

    >>> general("np.real(val)", vjp={"val": "g"}, jvp={"val": "np.real(g)"}).kind
    'general'
    """
    return _rule(signature, "general", vjp, jvp, also)


def zero(signatures: str, /, *, also: Mapping[str, object] | None = None) -> tuple[Rule, ...]:
    """Functions that are piecewise constant; a bare name accepts any arguments.

    >>> [rule.name for rule in zero("np.floor(x) np.argmax")]
    ['np.floor', 'np.argmax']
    """
    return tuple(_rule(s, "zero", {}, {}, also) for s in _split(signatures))


def missing(
    signatures: str, /, *, why: str, also: Mapping[str, object] | None = None
) -> tuple[Rule, ...]:
    """Functions that have a derivative and no rule: asking for it raises, by name.

    >>> missing("np.fft.irfft", why="the Hermitian weights")[0].why
    'the Hermitian weights'
    """
    return tuple(
        _rule(s, "missing", {}, {}, {**(also or {}), "why": why}) for s in _split(signatures)
    )


def collect(*lines: Rule | tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Lines of the table, flattened."""
    return tuple(r for line in lines for r in ((line,) if isinstance(line, Rule) else line))


def by_name(rules: Iterable[Rule]) -> dict[str, Rule]:
    """Rules by canonical name.

    Raises:
        ValueError: a name has two lines.
    """
    table: dict[str, Rule] = {}
    for rule in rules:
        if rule.name in table:
            raise ValueError(f"two rules for {rule.name}")
        table[rule.name] = rule
    return table


def _split(signatures: str) -> list[str]:
    """`np.floor(x) np.argmax` -> [`np.floor(x)`, `np.argmax`]."""
    return re.findall(r"[\w.]+(?:\([^()]*\))?", signatures)


def _rule(
    signature: str,
    kind: str,
    vjp: Mapping[str, str],
    jvp: Mapping[str, str],
    also: Mapping[str, object] | None,
) -> Rule:
    name, _, rest = signature.partition("(")
    params, keyword_only = parameters(rest.removesuffix(")") if rest else "*args, **kwargs")
    known = {p.lstrip("*") for p in params}
    if unknown := {*vjp, *jvp, *(also or {}).get("unwritten", ())} - known:  # type: ignore[misc]
        raise ValueError(f"{name} has no parameter {sorted(unknown)}")
    if set(vjp) != set(jvp) and kind == "general":
        raise ValueError(f"{name}: a derivative in one mode only")
    fields: dict[str, Any] = {"vjp": dict(vjp), "jvp": dict(jvp), **(also or {})}
    return Rule(name, params, kind, keyword_only=keyword_only, **fields)


def parameters(text: str) -> tuple[dict[str, object], frozenset[str]]:
    """The parameters of a signature with their defaults, and which are keyword-only.

    >>> parameters("a, axis=None, *, ddof=0")
    ({'a': <class 'inspect._empty'>, 'axis': None, 'ddof': 0}, frozenset({'ddof'}))
    """
    definition = ast.parse(f"def f({text}): pass").body[0]
    assert isinstance(definition, ast.FunctionDef)
    args = definition.args
    positional = [*args.posonlyargs, *args.args]
    given = [ast.literal_eval(default) for default in args.defaults]
    defaults = [REQUIRED] * (len(positional) - len(given)) + given
    params: dict[str, object] = {a.arg: d for a, d in zip(positional, defaults, strict=True)}
    if args.vararg:
        params[f"*{args.vararg.arg}"] = REQUIRED
    for a, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        params[a.arg] = REQUIRED if default is None else ast.literal_eval(default)
    if args.kwarg:
        params[f"**{args.kwarg.arg}"] = REQUIRED
    return params, frozenset(a.arg for a in args.kwonlyargs)


def _call(rule: Rule, param: str) -> str:
    """The primitive itself, applied to the tangent `g` of one parameter."""
    arguments = []
    for p, default in rule.params.items():
        value = "g" if p == param else p
        by_position = p.startswith("*") or (default is REQUIRED and p not in rule.keyword_only)
        arguments.append(value if by_position else f"{p}={value}")
    if rule.operator and len(arguments) == 2:
        return f"{arguments[0]} {rule.operator} {arguments[1]}"
    return f"{rule.name}({', '.join(arguments)})"
