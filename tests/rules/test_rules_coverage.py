"""The functions that have to have a rule, and the page that lists those that have one."""

from __future__ import annotations

import cmath
import importlib
import math
import operator
from typing import Any

import numpy as np
import pytest

from adjoint.runtime.rules import rule_of

from . import coverage
from .checker import HAS_SCIPY
from .minimum import NUMPY, SCIPY, STANDARD

# What has no rule, and why. Each is refused by name where a derivative flows through it.
_BRACKETS = "written with brackets, of parts that are slices or arrays: a call does the same"
_CALLS = "calls a function of the user's: its derivative has to be taken where it is called"
_WRITES = "writes in place: an assignment to a subscript has a derivative"
LACKING = {
    **dict.fromkeys(("np.r_", "np.c_", "np.mgrid", "np.ogrid"), _BRACKETS),
    **dict.fromkeys("np.piecewise np.apply_along_axis np.vectorize np.frompyfunc".split(), _CALLS),
    **dict.fromkeys(("np.put", "np.put_along_axis"), _WRITES),
    "np.isnat": "of dates",
    "np.broadcast_arrays": "its arrays share memory with its arguments: use `np.broadcast_to`",
    **dict.fromkeys(
        (f"scipy.optimize.{name}" for name in ("root", "brentq", "fixed_point", "minimize")), _CALLS
    ),
    **dict.fromkeys(("scipy.integrate.solve_ivp", "scipy.integrate.odeint"), _CALLS),
    **dict.fromkeys(
        ("scipy.interpolate.interp1d", "scipy.interpolate.CubicSpline"), "makes an object to call"
    ),
    "scipy.sparse.linalg.spsolve": "sparse matrices are objects that no derivative is held in",
    "math.sumprod": "of Python 3.12: no rule has been written yet",
    "math.fma": "of Python 3.13: no rule has been written yet",
}

# What `operator` has of Python's own syntax: taken for what it means, or refused by name.
_SYNTAX = frozenset(
    "attrgetter call concat countOf delitem iadd iand iconcat ifloordiv ilshift imatmul imod imul "
    "index indexOf inv ior ipow irshift isub itemgetter itruediv ixor length_hint methodcaller "
    "setitem is_none is_not_none".split()
)


def _found(name: str) -> Any:
    root, *path = name.split(".")
    roots = {"np": np, "math": math, "cmath": cmath, "operator": operator}
    if root in roots:
        found: Any = roots[root]
        for part in path:
            found = getattr(found, part)
        return found
    return getattr(importlib.import_module(".".join([root, *path[:-1]])), path[-1])


@pytest.mark.parametrize("name", [*NUMPY, *STANDARD])
def test_every_function_of_the_minimum_has_a_rule(name: str) -> None:
    if name.startswith("operator.") and name.partition(".")[2] in _SYNTAX:
        pytest.skip("part of the language")
    rule = rule_of(_found(name))
    assert (rule is None or rule.kind == "missing") == (name in LACKING)


@pytest.mark.skipif(not HAS_SCIPY, reason="SciPy is not installed")
@pytest.mark.parametrize("name", SCIPY)
def test_every_function_of_scipy_of_the_minimum_has_a_rule(name: str) -> None:
    assert (rule_of(_found(name)) is None) == (name in LACKING)


@pytest.mark.skipif(not HAS_SCIPY, reason="SciPy is not installed")
def test_the_page_says_what_the_checks_find() -> None:
    page = coverage.PAGE.read_text(encoding="utf-8")
    assert coverage.page() == page, "run `python -m tests.rules.coverage`"
