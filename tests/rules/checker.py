"""Holds one rule against finite differences and its two modes against each other."""

from __future__ import annotations

import ast
import builtins
import cmath
import importlib.util
import math
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from adjoint.runtime.helpers import HELPERS, unbroadcast
from adjoint.runtime.on_demand import scipy
from adjoint.runtime.rules import (
    RULES,
    Rule,
    bind,
    compiled,
    pullback_text,
    pushforward_text,
    rule_of,
)

STEP = 1e-6
HAS_SCIPY = importlib.util.find_spec("scipy") is not None
_SYMMETRIC = (
    "np.linalg.cholesky np.linalg.eigh np.linalg.eigvalsh scipy.linalg.cholesky "
    "scipy.linalg.cho_factor"
).split()


@dataclass(frozen=True)
class Case:
    """One call of a function that has a rule."""

    text: str
    rule: Rule
    function: Callable[..., Any]
    positional: tuple[Any, ...]
    keywords: Mapping[str, Any]

    def call(self, at: Mapping[Any, Any]) -> Any:
        """The result with some arguments replaced, by position or keyword."""
        positional = [at.get(i, x) for i, x in enumerate(self.positional)]
        return self.function(*positional, **{k: at.get(k, x) for k, x in self.keywords.items()})

    def value(self, place: int | str) -> Any:
        """The argument at a position or keyword."""
        return self.positional[place] if isinstance(place, int) else self.keywords[place]

    def parameters(self, at: Mapping[Any, Any] | None = None) -> tuple[list[Any], set[str]]:
        """All arguments in the rule's order, defaults included; and the parameters given."""
        bound = bind(self.rule, self.positional, self.keywords)
        values: list[Any] = []
        for p, default in self.rule.params.items():
            source = bound.get(p.lstrip("*"), ()) if p.startswith("*") else bound.get(p)
            if isinstance(source, tuple):
                values.extend(self.positional[i] for i in source)
            elif source is None:
                values.append(default)
            else:
                values.append((at or {}).get(source, self.value(source)))
        return values, set(bound)

    def active(self) -> Iterator[tuple[str, int | str, int]]:
        """The parameters to differentiate: name, place, and position in a starred one."""
        bound = bind(self.rule, self.positional, self.keywords)
        for p in self.rule.vjp:
            source = bound.get(p, ())
            places = source if isinstance(source, tuple) else (source,)
            for k, place in enumerate(places):
                if is_floating(self.value(place)):
                    yield p, place, k


def parse(text: str, values: Mapping[str, object]) -> list[Case]:
    """The calls in a text, several a line."""
    modules = {"np": np, "math": math, "scipy": scipy}
    scope: dict[str, Any] = {**modules, "slice": slice, **HELPERS, **values}
    cases = []
    for line in text.splitlines():
        for part in line.split("  "):
            if part and (HAS_SCIPY or not part.startswith("scipy.")):
                cases.append(_case(part, scope))
    return cases


def _case(text: str, scope: dict[str, Any]) -> Case:
    node = ast.parse(text, mode="eval").body
    assert isinstance(node, ast.Call), text
    name = ast.unparse(node.func)

    def value(tree: ast.expr) -> Any:
        return eval(ast.unparse(tree), scope)

    positional = tuple(value(a) for a in node.args)
    keywords = {str(k.arg): value(k.value) for k in node.keywords}
    function = function_named(name)
    rule = RULES.get(name) or rule_of(function)
    assert rule is not None, name
    return Case(text, rule, function, positional, keywords)


def function_named(name: str) -> Callable[..., Any]:
    """The function that a rule's name means; an attribute is a function of the array."""
    root, _, rest = name.partition(".")
    if name in HELPERS:
        return HELPERS[name]
    if not rest:
        found = getattr(builtins, name)
    elif root == "ndarray":
        found = np.ndarray.__dict__[rest]
        if not callable(found):
            return lambda array: getattr(array, rest)
    else:
        if root == "scipy":
            module = importlib.import_module(".".join(name.split(".")[:2]))
            rest = name.split(".", 2)[2]
        else:
            module = {"np": np, "math": math, "cmath": cmath, "operator": operator}[root]
        found = module
        for part in rest.split("."):
            found = getattr(found, part)
    return found


def leaves(x: Any) -> list[Any]:
    """The arrays and numbers of a nested value."""
    return [leaf for e in x for leaf in leaves(e)] if isinstance(x, (list, tuple)) else [x]


def is_floating(x: Any) -> bool:
    """Whether a value has floating-point leaves only."""
    return all(
        (isinstance(e, (float, complex)) or getattr(e, "dtype", np.dtype(int)).kind in "fc")
        for e in leaves(x)
    )


def mapped(function: Callable[..., Any], x: Any, *others: Any) -> Any:
    """A function applied to corresponding leaves."""
    if isinstance(x, (list, tuple)):
        return [mapped(function, e, *more) for e, *more in zip(x, *others, strict=True)]
    return function(x, *others)


def random_like(x: Any, random: np.random.Generator) -> Any:
    """Random numbers in the structure, shapes and dtypes of a value."""

    def one(e: Any) -> Any:
        numbers = random.uniform(-1, 1, np.shape(e))
        if np.iscomplexobj(e):
            numbers = numbers + 1j * random.uniform(-1, 1, np.shape(e))
        if isinstance(e, (float, int, complex)) and not isinstance(e, np.generic):
            return np.asarray(numbers).item()
        return (
            np.asarray(numbers, e.dtype)[()]
            if isinstance(e, np.generic)
            else numbers.astype(e.dtype)
        )

    return mapped(one, x)


def moved(x: Any, step: Any) -> Any:
    """`x + step`, an array without axes remaining one."""
    return np.asarray(x + step) if isinstance(x, np.ndarray) else x + step


def inner(x: Any, y: Any) -> float:
    """The pairing of a cotangent and a tangent: the real part, without a conjugate."""
    pairs = zip(leaves(x), leaves(y), strict=True)
    return float(sum(np.sum(np.asarray(a) * b) for a, b in pairs).real)


def pull(
    case: Case, rule: Rule, p: str, k: int, ans: Any, cotangent: Any, space: Any = np
) -> Any:
    """The cotangent of one argument, as a reader of the table finds it."""
    values, _ = case.parameters()
    run = compiled(rule, p, np=space)
    d = run(cotangent, ans, *_in_order(rule, values), **_more(case, rule, p, k))
    place = next(place for q, place, i in case.active() if (q, i) == (p, k))
    return unbroadcast(d, case.value(place)) if rule.kind == "elementwise" else d


def push(case: Case, rule: Rule, p: str, k: int, ans: Any, tangent: Any) -> Any:
    """The result's tangent."""
    values, _ = case.parameters()
    run = compiled(rule, p, "jvp")
    return run(tangent, ans, *_in_order(rule, values), **_more(case, rule, p, k))


def _more(case: Case, rule: Rule, p: str, k: int) -> dict[str, Any]:
    """The position in a starred parameter, and the parameters that come after it."""
    if rule.starred is None:
        return {}
    names = list(rule.params)
    after = names[names.index(f"*{rule.starred}") + 1 :]
    given = {name: case.keywords[name] for name in after if name in case.keywords}
    return {**given, "k": k} if p == rule.starred else given


def _in_order(rule: Rule, values: list[Any]) -> list[Any]:
    """The values of parameters before and in the starred one; later ones keep their defaults."""
    if rule.starred is None:
        return values
    names = list(rule.params)
    after = len(names) - names.index(f"*{rule.starred}") - 1
    return values[: len(values) - after] if after else values


def reads_a_half(case: Case, p: str) -> bool:
    """Whether a matrix is taken to be symmetric, and only one half of it is read."""
    return p == "a" and (case.rule.name in _SYMMETRIC or "assume_a" in case.keywords)


def check(case: Case, rule: Rule | None = None) -> None:
    """Checks every derivative of a call.

    Raises:
        AssertionError: a derivative is wrong; the message names the call and the parameter.
    """
    rule = rule or case.rule
    random = np.random.default_rng(3)
    ans = case.call({})
    for p, place, k in case.active():
        where = f"{case.text}, {p}"
        x = case.value(place)
        tangent = random_like(x, random)
        if reads_a_half(case, p):
            tangent = tangent + np.conjugate(np.swapaxes(tangent, -1, -2))
        cotangent = random_like(ans, random)
        ends = [
            case.call({place: mapped(lambda e, t, h=h: moved(e, h * t), x, tangent)})
            for h in (STEP, -STEP)
        ]
        difference = mapped(lambda a, b: (1.0 * np.asarray(a) - b) / (2 * STEP), *ends)
        along = push(case, rule, p, k, ans, tangent)
        for got, want in zip(leaves(along), leaves(difference), strict=True):
            np.testing.assert_allclose(
                np.broadcast_to(got, np.shape(want)),
                want,
                rtol=2e-5,
                atol=1e-7,
                err_msg=f"jvp of {where}",
            )
        d = pull(case, rule, p, k, ans, cotangent)
        for got, primal in zip(leaves(d), leaves(x), strict=True):
            assert np.shape(got) == np.shape(primal), f"vjp of {where}: shape {np.shape(got)}"
            assert np.iscomplexobj(primal) or not np.iscomplexobj(got), f"vjp of {where}: complex"
        np.testing.assert_allclose(
            inner(d, tangent),
            inner(cotangent, difference),
            rtol=2e-5,
            atol=1e-6,
            err_msg=f"vjp of {where}",
        )


def short_forms(case: Case) -> Iterator[tuple[Any, Any]]:
    """For each derivative, its value from the line as written and from the shortened text."""
    random = np.random.default_rng(4)
    ans = case.call({})
    values, given = case.parameters()
    names = [p.lstrip("*") for p in case.rule.params]
    if case.rule.starred is not None:
        return
    arguments = dict(zip(names, values, strict=True))
    scope = {"np": np, "math": math, "scipy": scipy, **HELPERS, "ans": ans, **arguments}
    for p, place, _ in case.active():
        for text, whole, like in (
            (pullback_text(case.rule, p, given), compiled(case.rule, p), ans),
            (
                pushforward_text(case.rule, p, given),
                compiled(case.rule, p, "jvp"),
                case.value(place),
            ),
        ):
            g = random_like(like, random)
            yield whole(g, ans, *values), eval(text, {**scope, "g": g})
