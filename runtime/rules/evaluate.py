"""Rules as functions, for those who apply them rather than write them out."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

import numpy

from ..home import bind_helpers
from .table import Rule
from .text import pullback_text, pushforward_text


@cache
def _compiled(name: str, params: tuple[str, ...], text: str, np: ModuleType) -> Callable[..., Any]:
    starred = next((p for p in params if p.startswith("*")), None)
    ordinary = [p for p in params if not p.startswith("*")]
    if starred is None:
        header = ["g", "ans", *ordinary]
    else:
        at = params.index(starred)
        header = [
            "g",
            "ans",
            *params[:at],
            starred,
            "k=0",
            *(f"{p}=None" for p in params[at + 1 :]),
        ]
    source = f"lambda {', '.join(header)}: {text}"
    scope = {"np": np, "math": math, **bind_helpers(np)}
    function: Callable[..., Any] = eval(compile(source, f"<rule of {name}>", "eval"), scope)
    return function


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
    params = tuple(p for p in rule.params if not p.startswith("**"))
    return _compiled(rule.name, params, text, np)
