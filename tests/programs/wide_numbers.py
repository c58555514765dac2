"""Slopes of programs of numbers: differences in long double, real and imaginary parts apart.

The text is run with every dtype of floats that it names replaced by the widest, and with functions
of `math` and builtins that keep it.
"""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

STEP = 1e-5
_WIDE = {
    r"np\.(float16|float32|float64|float_)\b": "np.longdouble",
    r"np\.(complex64|complex128)\b": "np.clongdouble",
    r"(?<![\w.])float\(": "wide_float(", r"(?<![\w.])complex\(": "wide_complex(",
    r"(?<![\w.])float\b": "np.longdouble", r"(?<![\w.])complex\b": "np.clongdouble",
}  # fmt: skip


class Unknown(AssertionError):
    """There is a kink or a jump, or the program is another one in long double."""


@dataclass(frozen=True, slots=True)
class Slopes:
    """What a cotangent of the value is pulled back to.

    gradients: for each argument an array, or None where it is no float; NaN where nothing is known:
      at what is not finite itself, or reaches a part of the value that is not.
    size: how large the terms were of which each gradient is the sum.
    """

    gradients: list[Any]
    size: float


def is_float(value: Any) -> bool:
    """Whether a number or an array has a derivative."""
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.kind in "fc"
    return isinstance(value, float | complex)


def widened(value: Any) -> Any:
    """A value in the widest dtype of its kind."""
    if not is_float(value):
        return value
    wide = np.clongdouble if np.iscomplexobj(value) else np.longdouble
    return value.astype(wide) if isinstance(value, np.ndarray) else wide(value)


def wide_program(text: str) -> Callable[..., Any]:
    """`program` of a module's text, computed in long double."""
    for pattern, replacement in _WIDE.items():
        text = re.sub(pattern, replacement, text)
    scope: dict[str, Any] = {"wide_float": _number, "wide_complex": _complex_number, "np": np}
    scope |= {"math": _MATH, "cmath": _CMATH}
    exec(text.replace("import cmath\nimport math\n", ""), scope)
    program: Callable[..., Any] = scope["program"]
    return program


def slopes(program: Callable[..., Any], args: tuple[Any, ...], cotangent: Any) -> Slopes:
    """The pullback of a cotangent by differences of fourth order.

    Raises:
        Unknown: two widths of differences disagree.
    """
    args = tuple(map(widened, args))
    middle = np.asarray(program(*copy.deepcopy(args)))
    finite = np.isfinite(middle)
    weights = np.where(finite, np.conj(widened(np.asarray(cotangent))), 0)
    tame = tuple(map(_tamed, args))
    found: list[Any] = []
    size = 0.0
    for position, arg in enumerate(args):
        if not is_float(arg):
            found.append(None)
            continue
        gradient = np.zeros(np.shape(arg), np.asarray(arg).dtype)
        for at in np.ndindex(np.shape(arg)):
            for unit in (1, 1j) if np.iscomplexobj(arg) else (1,):
                call = _moving(program, args, position, at, unit)
                terms = np.real(weights * np.where(finite, _slope(call, middle, finite), 0))
                size = max(size, float(np.sum(np.abs(terms))))
                gradient[at] += unit * np.sum(terms)
                if not np.all(finite) and _reaches(program, tame, position, at, unit, ~finite):
                    gradient[at] = np.nan
        found.append(np.where(np.isfinite(arg), gradient, np.nan))
    return Slopes(found, size)


def _tamed(arg: Any) -> Any:
    """An argument with numbers in place of what is not finite."""
    if not is_float(arg):
        return arg
    tame = np.where(np.isfinite(arg), arg, np.asarray(arg).dtype.type(0.8125))
    return tame if isinstance(arg, np.ndarray) else tame[()]


def _reaches(
    program: Callable[..., Any], args: tuple[Any, ...], position: int, at: tuple[int, ...],
    unit: Any, parts: Any,
) -> bool:  # fmt: skip
    """Whether some parts of the value depend on an element of an argument."""
    call = _moving(program, args, position, at, unit)
    try:
        moved = call(1) != call(-1)
    except (TypeError, ValueError, ArithmeticError):
        return True
    return moved.shape != parts.shape or bool(np.any(moved & parts))


def _moving(
    program: Callable[..., Any], args: tuple[Any, ...], position: int, at: tuple[int, ...],
    unit: Any,
) -> Callable[[float], Any]:  # fmt: skip
    def call(steps: float) -> Any:
        own = list(copy.deepcopy(args))
        by = own[position].dtype.type(unit) * STEP * steps
        if isinstance(own[position], np.ndarray):
            own[position][at] += by
        else:
            own[position] = own[position] + by
        return np.asarray(program(*own))

    return call


def _slope(call: Callable[[float], Any], middle: Any, known: Any) -> Any:
    ends = [call(k) for k in (-2, -1, 1, 2)]
    if any(end.shape != middle.shape for end in ends):
        raise Unknown("another shape nearby")
    near, far = (ends[2] - ends[1]) / (2 * STEP), (ends[3] - ends[0]) / (4 * STEP)
    bend = (ends[2] - 2 * middle + ends[1]) / STEP
    scale = 1 + np.abs(middle) + np.abs(near)
    right = (np.abs(near - far) <= 1e-6 * scale) & (np.abs(bend) <= 1e-2 * scale)
    if not np.all(right | ~known):
        raise Unknown("a kink or a jump")
    return (4 * near - far) / 3


def _number(value: Any) -> Any:
    """What `float` and `math` see of an argument: one real number."""
    alone = np.asarray(value)
    if isinstance(value, complex) and not isinstance(value, np.generic):
        raise TypeError("a complex number of Python is no float")
    return np.longdouble(alone.real.reshape(())[()])


def _complex_number(*parts: Any) -> Any:
    return sum((np.clongdouble(p) * u for p, u in zip(parts, (1, 1j), strict=False)), 0j)


def _unary(name: str) -> Callable[..., Any]:
    function = getattr(np, {"fabs": "abs", "atan": "arctan", "asinh": "arcsinh"}.get(name, name))
    return lambda x: function(_number(x))


def _of_complex(name: str) -> Callable[..., Any]:
    function = getattr(np, {"phase": "angle"}.get(name, name))
    return lambda x: function(np.clongdouble(x))


_MATH = SimpleNamespace(
    **{name: _unary(name) for name in (
        "sin", "exp", "sqrt", "fabs", "atan", "tanh", "degrees", "isfinite", "cosh", "log1p",
        "expm1", "asinh", "cbrt", "log2", "modf", "frexp",
    )},
    floor=lambda x: math.floor(_number(x)), ceil=lambda x: math.ceil(_number(x)),
    trunc=lambda x: math.trunc(_number(x)), erf=lambda x: np.longdouble(math.erf(_number(x))),
    gamma=lambda x: np.longdouble(math.gamma(_number(x))),
    pi=math.pi,
    log=lambda x, base=None: np.log(_number(x)) / (1 if base is None else np.log(_number(base))),
    atan2=lambda y, x: np.arctan2(_number(y), _number(x)),
    fmod=lambda x, y: np.fmod(_number(x), _number(y)),
    pow=lambda x, y: _number(x) ** _number(y),
    copysign=lambda x, y: np.copysign(_number(x), _number(y)),
    remainder=lambda x, y: _number(x) - _number(y) * np.rint(_number(x) / _number(y)),
    hypot=lambda *xs: np.sqrt(sum(_number(x) ** 2 for x in xs)),
    fsum=lambda xs: sum(map(_number, xs)), prod=math.prod,
)  # fmt: skip
_CMATH = SimpleNamespace(
    **{name: _of_complex(name) for name in (
        "exp", "sqrt", "log", "phase", "sin", "isfinite", "tanh",
    )},
    polar=lambda z: (np.abs(np.clongdouble(z)), np.angle(np.clongdouble(z))),
    rect=lambda r, phi: _number(r) * np.exp(np.clongdouble(1j) * _number(phi)),
)  # fmt: skip
