"""Rules as functions, for those who apply them rather than write them out."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

import numpy

from ..home import bind_helpers
from ..on_demand import scipy
from .table import REQUIRED, Rule
from .text import pullback_text, pushforward_text


@cache
def _compiled(name: str, header: str, text: str, np: ModuleType) -> Callable[..., Any]:
    scope = {"np": np, "math": math, "scipy": scipy, **bind_helpers(np)}
    code = compile(f"lambda {header}: {text}", f"<rule of {name}>", "eval")
    function: Callable[..., Any] = eval(code, scope)
    return function


def header(rule: Rule) -> str:
    """The parameters of a rule's function, those with defaults keeping them."""
    names = ["g", "ans"]
    for p, default in rule.params.items():
        if p.startswith("**"):
            continue
        if p == f"*{rule.starred}":
            names += [p, "k=0"]
        else:
            names.append(p if default is REQUIRED else f"{p}={default!r}")
    return ", ".join(names)


def compiled(
    rule: Rule, param: str, mode: str = "vjp", np: ModuleType = numpy
) -> Callable[..., Any]:
    """A rule as a function `(g, ans, *arguments)`, all parameters in order, defaults included.

    For a starred parameter its position is the keyword `k`, as are the parameters after it.
    Elementwise rules leave `unbroadcast` to the caller.

    >>> from .lookup import RULES
    >>> compiled(RULES["np.multiply"], "x")(1.0, 6.0, 2.0, 3.0)
    3.0
    """
    text = (pullback_text if mode == "vjp" else pushforward_text)(rule, param)
    return _compiled(rule.name, header(rule), text, np)
