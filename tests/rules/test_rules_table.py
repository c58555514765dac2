"""Every line of the table, held against finite differences."""

from __future__ import annotations

import ast
import inspect
import textwrap
import warnings

import numpy as np
import pytest

from adjoint.runtime.helpers import ALL, HELPERS
from adjoint.runtime.rules import (
    RULES,
    Rule,
    elementwise,
    pullback_text,
    pushforward_text,
    rule_of,
)
from adjoint.runtime.rules.text import names_of

from .checker import (
    HAS_SCIPY,
    Case,
    check,
    function_named,
    is_floating,
    leaves,
    mapped,
    parse,
    pull,
    random_like,
    short_forms,
)
from .samples import COMPLEX_SAMPLES, COMPLEX_VALUES, SAMPLES, VALUES

CASES = parse(SAMPLES, VALUES)
COMPLEX_CASES = parse(COMPLEX_SAMPLES, COMPLEX_VALUES)

# Whole numbers and casts: the primal is not a smooth function of them to be differenced.
# `viewed` raises unless its arguments share memory, which samples of numbers cannot say.
WITHOUT_SAMPLES = {"viewed", "adjoint.on_cotangent"} | {
    f"np.{name}" for name in ("float16", "float32", "complex64", "complex128")
} | {f"random.{name}" for name in ("gauss", "normalvariate", "expovariate")}

# What second derivatives still lack, and why.
PENDING = {
    "hooked": "a function of the user's is called with arrays; asking for it raises",
    "einsum_exchanged": "the third derivative of `np.einsum`; asking for it raises",
    "einsum_dx_along": "likewise",
    "einsum_at_along": "likewise",
    "sinc_bend": "the third derivative of `np.sinc`; asking for it raises",
}

_each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.text)


@_each
def test_both_modes_agree_with_finite_differences(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("case", COMPLEX_CASES, ids=lambda case: case.text)
def test_complex_numbers(case: Case) -> None:
    check(case)


@_each
def test_the_shortened_text_says_the_same(case: Case) -> None:
    for whole, short in short_forms(case):
        for a, b in zip(leaves(whole), leaves(short), strict=True):
            np.testing.assert_array_equal(a, b)


@_each
def test_float32_stays_float32(case: Case) -> None:
    def single(x: object) -> object:
        return x.astype(np.float32) if getattr(x, "dtype", None) == np.float64 else x

    cast = Case(
        case.text,
        case.rule,
        case.function,
        tuple(mapped(single, x) if is_floating(x) else x for x in case.positional),
        {k: mapped(single, x) if is_floating(x) else x for k, x in case.keywords.items()},
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "logm result may be inaccurate")  # in float32 it says so
        ans = cast.call({})
    if any(getattr(leaf, "dtype", None) == np.float64 for leaf in leaves(ans)):
        pytest.skip("the function itself gives float64 here")
    for p, place, k in cast.active():
        d = pull(cast, cast.rule, p, k, ans, random_like(ans, np.random.default_rng(1)))
        for got, x in zip(leaves(d), leaves(cast.value(place)), strict=True):
            if hasattr(x, "dtype"):
                # A Python float is weak: it does not promote what it meets.
                assert type(got) is float or got.dtype == np.float32


@pytest.mark.skipif(not HAS_SCIPY, reason="SciPy is not installed")
def test_every_rule_has_samples() -> None:
    tried = {case.rule.name for case in (*CASES, *COMPLEX_CASES)}
    assert {r.name for r in RULES.values() if r.vjp} - tried == WITHOUT_SAMPLES


def test_a_planted_error_is_caught() -> None:
    wrong = elementwise("np.tanh(x)", x="g * (1 - ans)")
    case = next(c for c in CASES if c.rule.name == "np.tanh")
    with pytest.raises(AssertionError):
        check(case, wrong)


def test_a_planted_error_in_one_mode_is_caught() -> None:
    right = RULES["np.max"]
    case = next(c for c in CASES if c.text == "np.max(m, axis=0)")
    for vjp, jvp in (
        ({"a": f"2 * ({right.vjp['a']})"}, right.jvp),
        (right.vjp, {"a": "np.max(g, axis=axis)"}),
    ):
        with pytest.raises(AssertionError):
            check(case, Rule(right.name, right.params, "general", vjp, jvp))


def _calls_of_helper(name: str) -> set[str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(ALL[name])))
    return {ast.unparse(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}


def test_right_hand_sides_call_only_what_differentiates() -> None:
    """Every function that a derivative calls has a rule, or is a helper made of such functions."""
    unknown: dict[str, set[str]] = {}
    queue = {
        (name, f"{rule.name}.{p}")
        for rule in RULES.values()
        for p in rule.vjp
        for text in (pullback_text(rule, p), pushforward_text(rule, p))
        for name in names_of(text)
    }
    seen = set()
    while queue:
        name, origin = queue.pop()
        if name in seen:
            continue
        seen.add(name)
        public = name.startswith(("np.", "math.", "cmath.", "scipy."))
        rule = RULES.get(name) or (rule_of(function_named(name)) if public else None)
        if rule is not None:
            if rule.kind == "missing":
                unknown.setdefault(name, set()).add(origin)
        elif name in ALL:
            queue |= {(n, name) for n in _calls_of_helper(name)}
        elif public:
            unknown.setdefault(name, set()).add(origin)
    assert set(unknown) == set(PENDING), unknown


def test_what_a_right_hand_side_calls_exists() -> None:
    for rule in RULES.values():
        for text in (*rule.vjp.values(), *rule.jvp.values(), *rule.plain.values()):
            for name in names_of(text):
                assert name in RULES or name in HELPERS or name == "g.tolist", (rule.name, name)
