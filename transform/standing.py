"""Functions that stand for derivatives, so that these are differentiated like all others.

    grad(f.gradient)    differentiates    def f_gradient(x, k): return derivative(x, k)

where `derivative` is `f.gradient` itself. The call that it makes is the one call that such a
function is known by; what is derived is the emitted function that this call reaches.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any
from weakref import WeakKeyDictionary

from adjoint.transform.emit.load import load
from adjoint.transform.kept import kept_on

Wrt = tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a function stands for: a derivative of `function` in a mode, with respect to `wrt`."""

    function: FunctionType
    mode: str
    wrt: Wrt


_STANDING: WeakKeyDictionary[FunctionType, Standing] = WeakKeyDictionary()


def standing_for(
    function: FunctionType, mode: str, wrt: Wrt, derivative: Callable[..., Any]
) -> FunctionType:
    """The function that stands for a derivative; the same one whenever it is asked for again.

    Args:
        function: what the derivative is of.
        mode: which derivative it is.
        wrt: the parameters with respect to which it is taken.
        derivative: the derivative itself.
    """
    known = kept_on(function).standing
    if (mode, wrt) not in known:
        made = _made(function, mode, derivative)
        _STANDING[made] = Standing(function, mode, wrt)
        known[mode, wrt] = made
    return known[mode, wrt]


def stands_for(function: FunctionType) -> Standing | None:
    """What a function stands for, if it does."""
    return _STANDING.get(function)


def _made(function: FunctionType, mode: str, derivative: Callable[..., Any]) -> FunctionType:
    kind = inspect.Parameter
    shown, given = [], []
    before: Any = None
    for p in inspect.signature(function, follow_wrapped=False).parameters.values():
        if before is kind.POSITIONAL_ONLY and p.kind is not before:
            shown.append("/")
        if p.kind is kind.KEYWORD_ONLY and before not in (kind.KEYWORD_ONLY, kind.VAR_POSITIONAL):
            shown.append("*")
        star = {kind.VAR_POSITIONAL: "*", kind.VAR_KEYWORD: "**"}.get(p.kind, "")
        default = "" if p.default is kind.empty else "=None"
        shown.append(f"{star}{p.name}{default}")
        given.append(f"{p.name}={p.name}" if p.kind is kind.KEYWORD_ONLY else star + p.name)
        before = p.kind
    if before is kind.POSITIONAL_ONLY:
        shown.append("/")
    plain = function.__name__.replace("<lambda>", "lambda_")
    text = f"def {plain}_{mode}({', '.join(shown)}):\n    return derivative({', '.join(given)})\n"
    made = load(text, function.__globals__, {"derivative": derivative})
    made.__defaults__, made.__kwdefaults__ = function.__defaults__, function.__kwdefaults__
    made.__annotations__ = {k: v for k, v in function.__annotations__.items() if k != "return"}
    return made
