"""Finding the line of the table for a function, an operator or a method."""

from __future__ import annotations

import builtins
import importlib
import random
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from types import ModuleType

import numpy as np

from .. import home
from . import (
    constant,
    derivatives,
    elementwise,
    linalg,
    reductions,
    scalars,
    scientific,
    shapes,
    signals,
    special,
    ufuncs,
)
from .table import Rule, by_name, collect

RULES: Mapping[str, Rule] = by_name(
    collect(
        elementwise.RULES,
        reductions.RULES,
        shapes.RULES,
        linalg.RULES,
        signals.RULES,
        scalars.RULES,
        constant.RULES,
        special.RULES,
        scientific.RULES,
        ufuncs.RULES,
        derivatives.RULES,
    )
)
"""Every line of the table, by canonical name."""

_OPERATORS = {rule.operator: rule for rule in RULES.values() if rule.operator}
_METHODS = {method: rule for rule in RULES.values() for method in rule.methods}
_PARTS_OF_SCIPY = ("scipy.special", "scipy.linalg", "scipy.signal", "scipy.ndimage")
_RANDOM_SOURCES = (np.random.Generator, np.random.RandomState)


def rule_of(function: object) -> Rule | None:
    """The rule of a function, whatever name it was reached by.

    >>> import math, operator
    >>> [rule_of(f).name for f in (np.tanh, np.amax, operator.add, abs, math.sin)]
    ['np.tanh', 'np.max', 'np.add', 'np.absolute', 'math.sin']
    """
    entry = _by_identity().get(id(function))
    if entry is not None and entry[0] is function:
        return entry[1]
    for namespace in home.namespaces():
        entry = _of_namespace(namespace).get(id(function))
        if entry is not None and entry[0] is function:
            return entry[1]
    for part in _PARTS_OF_SCIPY:
        module = sys.modules.get(part)
        entry = None if module is None else _of_scipy(module).get(id(function))
        if entry is not None and entry[0] is function:
            return entry[1]
    source = getattr(function, "__self__", None)
    if type(source).__module__.startswith("scipy.stats."):
        return _of_distribution(source, getattr(function, "__name__", ""))
    if isinstance(source, np.ufunc):
        return RULES.get(f"np.{source.__name__}.{getattr(function, '__name__', '')}")
    if isinstance(source, _RANDOM_SOURCES):
        return RULES.get(f"np.random.{getattr(function, '__name__', '')}")
    if isinstance(source, random.Random):
        return RULES.get(f"random.{getattr(function, '__name__', '')}")
    return None


def has_ruled_methods(value: object) -> bool:
    """Whether a value is one of a library's whose methods may have rules of their own.

    >>> has_ruled_methods(np.add), has_ruled_methods(np.ones(3))
    (True, False)
    """
    return isinstance(value, np.ufunc) or type(value).__module__.startswith("scipy.stats.")


def rule_of_operator(symbol: str) -> Rule:
    """The rule of an operator: `+`, `@`, `<`, unary `-u`, subscript `[]`.

    >>> rule_of_operator("@").name, rule_of_operator("-u").name
    ('np.matmul', 'np.negative')
    """
    return _OPERATORS[symbol]


def rule_of_method(name: str) -> Rule | None:
    """The rule of an array's method or attribute; the array fills the first parameter.

    >>> rule_of_method("sum").name, rule_of_method("T").name
    ('np.sum', 'ndarray.T')
    """
    return _METHODS.get(name)


_Index = Mapping[int, tuple[object, Rule]]


def _index(pairs: Iterator[tuple[object, Rule]]) -> _Index:
    return {id(function): (function, rule) for function, rule in pairs if function is not None}


@cache
def _by_identity() -> _Index:
    """Functions of NumPy, the standard library and this package."""
    from ..helpers import HELPERS  # noqa: PLC0415  (only the functions, and only once)

    return _index(
        (found, rule)
        for rule in RULES.values()
        for name in (rule.name, *rule.aliases)
        for found in (_find(name), HELPERS.get(name))
    )


@cache
def _of_namespace(namespace: ModuleType) -> _Index:
    """The same functions of another home of arrays, and the helpers bound to it."""
    helpers = home.bind_helpers(namespace)
    return _index(
        (found, rule)
        for rule in RULES.values()
        for name in (rule.name, *rule.aliases)
        for found in (
            _reach(namespace, name.removeprefix("np.")) if name.startswith("np.") else None,
            helpers.get(name),
        )
    )


def _of_distribution(source: object, method: str) -> Rule | None:
    """The rule of a method of a distribution: `scipy.stats.norm.logpdf`."""
    name = getattr(source, "name", "") or type(source).__name__.removesuffix("_gen")
    known = getattr(sys.modules["scipy.stats"], name, None)
    return RULES.get(f"scipy.stats.{name}.{method}") if known is source else None


@cache
def _of_scipy(module: ModuleType) -> _Index:
    prefix = f"{module.__name__}."
    return _index(
        (getattr(module, name.removeprefix(prefix), None), rule)
        for rule in RULES.values()
        for name in (rule.name, *rule.aliases)
        if name.startswith(prefix)
    )


def _find(name: str) -> object | None:
    """The object that a canonical name means, without importing anything new."""
    root, _, rest = name.partition(".")
    if not rest:
        return getattr(builtins, root, None)
    if root == "np":
        return _reach(np, rest)
    if root in ("math", "cmath", "operator"):
        return getattr(importlib.import_module(root), rest, None)
    if root == "adjoint":
        return getattr(importlib.import_module("adjoint.runtime.surgery"), rest, None)
    if root == "ndarray":
        return getattr(np.ndarray, rest, None)
    return None


def _reach(module: object, path: str) -> object | None:
    found: object | None = module
    for part in path.split("."):
        found = getattr(found, part, None)
    return found
