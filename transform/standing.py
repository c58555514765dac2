"""Functions that stand for derivatives, so that these are differentiated like all others.

`grad(f.gradient)` differentiates a function `f_gradient` that has the parameters of `f`, its
defaults and its cells, and that is never called: what is derived is the emitted function that
`f.gradient` reaches for arguments of such kinds (`transform.derived`).
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from types import FunctionType
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


def standing_for(function: FunctionType, mode: str, wrt: Wrt) -> FunctionType:
    """The function that stands for a derivative; the same one whenever it is asked for again.

    Args:
        function: what the derivative is of.
        mode: which derivative it is.
        wrt: the parameters with respect to which it is taken.

    >>> inspect.signature(standing_for(lambda x, /, *, k=2.0: x * k, "gradient", None))
    <Signature (x, /, *, k=2.0)>
    """
    known = kept_on(function).standing
    if (mode, wrt) not in known:
        made = _made(function, mode)
        _STANDING[made] = Standing(function, mode, wrt)
        known[mode, wrt] = made
    return known[mode, wrt]


def stands_for(function: FunctionType) -> Standing | None:
    """What a function stands for, if it does."""
    return _STANDING.get(function)


def _made(function: FunctionType, mode: str) -> FunctionType:
    kind = inspect.Parameter
    parameters = inspect.signature(function, follow_wrapped=False).parameters.values()
    shown = [
        p.replace(annotation=kind.empty, default=kind.empty if p.default is kind.empty else None)
        for p in parameters
    ]
    plain = function.__name__.replace("<lambda>", "lambda_")
    held = function.__code__.co_freevars
    text = (
        f"def {plain}_{mode}{inspect.Signature(shown)}:\n"
        f"    return ({''.join(f'{name}, ' for name in held)})\n"
    )
    cells = dict(zip(held, function.__closure__ or (), strict=True))
    made = load(text, function.__globals__, cells)
    made.__defaults__, made.__kwdefaults__ = function.__defaults__, function.__kwdefaults__
    made.__annotations__ = {k: v for k, v in function.__annotations__.items() if k != "return"}
    made.__qualname__ = f"{function.__qualname__.replace('<lambda>', 'lambda_')}_{mode}"
    return made
