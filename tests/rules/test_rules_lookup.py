"""A rule is found under every name of its function, and refuses arguments that it does not know."""

from __future__ import annotations

import builtins
import math
import operator
import types

import numpy as np
import pytest

from adjoint.runtime import home
from adjoint.runtime.errors import MissingRule
from adjoint.runtime.rules import (
    RULES,
    bind,
    elementwise,
    pullback_text,
    rule_of,
    rule_of_method,
    rule_of_operator,
)


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (np.tanh, "np.tanh"),
        (np.amax, "np.max"),
        (np.true_divide, "np.divide"),
        (np.asin, "np.arcsin"),
        (np.concat, "np.concatenate"),
        (np.pow, "np.power"),
        (np.linalg.norm, "np.linalg.norm"),
        (np.ndarray.sum, None),
        (math.tanh, "math.tanh"),
        (operator.matmul, "np.matmul"),
        (builtins.abs, "np.absolute"),
        (builtins.pow, "np.power"),
        (builtins.max, "max"),
        (builtins.float, "float"),
        (builtins.round, "round"),
        (np.float32, "np.float32"),
        (np.random.default_rng(0).normal, "np.random.normal"),
        (np.random.default_rng(0).standard_normal, "np.random.standard_normal"),
        (types.ModuleType("anything"), None),
        ({}, None),
    ],
)
def test_functions(function: object, name: str | None) -> None:
    rule = rule_of(function)
    assert (rule and rule.name) == name


def test_operators() -> None:
    symbols = "+ - * / // % ** @ -u +u ~u < <= > >= == != & | ^ << >> []".split()
    kinds = {symbol: rule_of_operator(symbol).kind for symbol in symbols}
    assert kinds["@"] == "multilinear"
    assert kinds["<"] == kinds["//"] == "zero"


def test_methods_and_attributes() -> None:
    names = "sum mean reshape transpose T dot copy astype clip ravel real item max".split()
    assert all(rule_of_method(name) is not None for name in names)
    assert rule_of_method("forward") is None


def test_scipy_is_found_once_it_is_imported() -> None:
    special = pytest.importorskip("scipy.special")
    assert rule_of(special.expit) is RULES["scipy.special.expit"]
    assert rule_of(special.psi) is RULES["scipy.special.digamma"]


@pytest.mark.parametrize(
    ("name", "positional", "keywords", "bound"),
    [
        ("np.sum", 2, [], {"a": 0, "axis": 1}),
        ("np.sum", 1, ["keepdims"], {"a": 0, "keepdims": "keepdims"}),
        ("np.sum", 0, ["a"], {"a": "a"}),
        ("np.tanh", 1, [], {"x": 0}),
        (
            "np.einsum",
            3,
            ["optimize"],
            {"subscripts": 0, "operands": (1, 2), "optimize": "optimize"},
        ),
        ("ndarray.reshape", 3, [], {"a": 0, "lengths": (1, 2)}),
        ("np.zeros", 1, ["dtype"], {"args": (0,), "dtype": "dtype"}),
    ],
)
def test_arguments_find_their_parameters(
    name: str, positional: int, keywords: list[str], bound: dict[str, object]
) -> None:
    assert bind(RULES[name], positional, keywords) == bound


@pytest.mark.parametrize(
    ("name", "positional", "keywords", "message"),
    [
        ("np.sum", 1, ["out"], "np.sum: the argument `out` has no rule yet"),
        ("np.tanh", 1, ["out"], "np.tanh: the argument `out` has no rule yet"),
        ("np.sum", 4, [], "np.sum: at most 3 positional arguments have a rule, and 4 are given"),
        ("np.sum", 1, ["a"], "np.sum: the argument `a` is given twice"),
        ("np.add", 1, [], "np.add: the argument `y` is not given"),
    ],
)
def test_unknown_arguments_are_refused_by_name(
    name: str, positional: int, keywords: list[str], message: str
) -> None:
    with pytest.raises(MissingRule) as caught:
        bind(RULES[name], positional, keywords)
    assert str(caught.value) == message


def test_a_missing_rule_says_why() -> None:
    with pytest.raises(MissingRule, match=r"np.polydiv has no derivative rule"):
        pullback_text(RULES["np.polydiv"], "u")


def test_a_derivative_that_is_not_written_is_refused_and_not_taken_for_zero() -> None:
    rule = RULES["np.linalg.norm"]
    assert "ord" in rule.differentiable
    with pytest.raises(MissingRule, match="has no derivative with respect to `ord`"):
        pullback_text(rule, "ord")


def test_a_rule_for_a_parameter_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no parameter"):
        elementwise("np.tanh(x)", y="g")


def test_functions_of_another_home_share_the_rules() -> None:
    namespace = types.ModuleType("elsewhere")
    namespace.tanh = lambda x: x  # type: ignore[attr-defined]
    namespace.linalg = types.SimpleNamespace(norm=lambda x: x)  # type: ignore[attr-defined]
    array_type = type("ElsewhereArray", (), {})
    home.register_home(array_type, namespace)
    try:
        assert rule_of(namespace.tanh) is RULES["np.tanh"]
        assert rule_of(namespace.linalg.norm) is RULES["np.linalg.norm"]
        assert rule_of(home.bind_helpers(namespace)["unbroadcast"]) is RULES["unbroadcast"]
    finally:
        home.forget_home(array_type)
