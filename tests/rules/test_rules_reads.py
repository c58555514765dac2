"""What the table says of each rule besides its derivative is true."""

from __future__ import annotations

import math

import numpy as np
import pytest

from adjoint.runtime.helpers import HELPERS, spec
from adjoint.runtime.on_demand import scipy
from adjoint.runtime.rules import (
    RULES,
    compiled,
    pullback_text,
    residuals,
    shape_residuals,
)

from .checker import Case, leaves, parse, random_like
from .samples import SAMPLES, VALUES

ALL_CASES = parse(SAMPLES, VALUES)
CASES = [case for case in ALL_CASES if case.rule.starred is None]
_each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.text)


@_each
def test_a_pullback_reads_no_more_than_it_says(case: Case) -> None:
    """Names it does not read are absent; of those it reads the shape of, only the shape is kept."""
    values, given = case.parameters()
    ans = case.call({})
    everything = {"ans": ans, **dict(zip(case.rule.params, values, strict=True))}
    for p, _, _ in case.active():
        g = random_like(ans, np.random.default_rng(5))
        kept = {name: everything[name] for name in residuals(case.rule, p, given)}
        shapes = {name: spec(everything[name]) for name in shape_residuals(case.rule, p, given)}
        scope = {"np": np, "math": math, "scipy": scipy, **HELPERS, **kept, **shapes, "g": g}
        got = eval(pullback_text(case.rule, p, given), scope)
        want = compiled(case.rule, p)(g, ans, *values)
        for a, b in zip(leaves(got), leaves(want), strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("case", ALL_CASES, ids=lambda case: case.text)

def test_results_share_memory_as_the_rule_says(case: Case) -> None:
    values, _ = case.parameters()
    results = [r for r in leaves(case.call({})) if isinstance(r, np.ndarray) and r.size]
    arguments = [v for v in leaves(values) if isinstance(v, np.ndarray)]
    for result in results:
        shared = any(np.shares_memory(result, argument) for argument in arguments)
        if case.rule.memory == "fresh":
            assert not shared
            assert result.flags.writeable
        elif case.rule.memory == "view":
            assert np.shares_memory(result, arguments[0])


@pytest.mark.parametrize(
    ("name", "param", "values", "shapes"),
    [
        ("np.exp", "x", {"ans"}, set()),
        ("np.multiply", "x", {"y"}, set()),
        ("np.add", "x", set(), set()),
        ("np.sum", "a", set(), {"a"}),
        ("np.matmul", "x", {"y"}, {"x"}),
        ("np.concatenate", "arrays", set(), {"arrays"}),
        ("np.max", "a", {"a", "ans"}, set()),
    ],
)
def test_residuals(name: str, param: str, values: set[str], shapes: set[str]) -> None:
    given = {param}
    assert residuals(RULES[name], param, given) == values
    assert shape_residuals(RULES[name], param, given) == shapes


@_each
def test_the_kind_of_the_result_is_as_the_rule_says(case: Case) -> None:
    result = case.call({})
    if case.rule.name in HELPERS:
        return
    if case.rule.result == "array":
        assert not isinstance(result, (list, tuple))
    else:
        assert isinstance(result, {"list": list, "tuple": tuple}[case.rule.result])
