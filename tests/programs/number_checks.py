"""What is demanded of a random program of mixed numbers.

Value and gradients in kind, shape and dtype; the value bit for bit; `gradient`, `vjp` and eager
tensors agree; and all of them agree with differences in long double, as is and in double precision.
"""

from __future__ import annotations

import copy
import os
import re
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import adjoint
from adjoint.runtime.errors import AdjointError

from .outcomes import Outcome, deadline, load
from .program_text import Block, render
from .wide_numbers import Slopes, Unknown, is_float, slopes, wide_program, widened

CLOSE = 1e-7
DETACHING = re.compile(
    r"math\.|(float\d*|int\d*|longdouble|round|complex\d*|bool|zeros|ones|empty|full)\("
    r"|\.(item|tolist)\("
)
"""What takes bare numbers out of tensors, as in PyTorch; arrays into which a tensor is written."""
SINGULAR = re.compile(r"\*\*|pow|sqrt|cbrt|prod")
"""Powers: of 0 they may have infinite slopes, and of negative numbers none over the exponent."""
ROUNDINGS = 100
"""How many roundings of the coarsest dtype a gradient may be off."""


class Wrong(AssertionError):
    """An answer of the tool that is not what it should be."""


@dataclass(frozen=True, slots=True)
class _Run:
    """A program with its arguments, its value and a cotangent of that."""

    function: Callable[..., Any]
    text: str
    args: tuple[Any, ...]
    value: Any
    cotangent: Any


def outcome(block: Block, args: tuple[Any, ...], folder: str) -> Outcome:
    """What becomes of a program."""
    text = render(block)
    try:
        with deadline(20), np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            run = _run(load(text, folder), text, args)
    except Exception as error:
        return Outcome("unusable", f"{type(error).__name__}: {error}")
    try:
        with deadline(20), np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _checked(run, folder)
    except Wrong as error:
        return Outcome("wrong", str(error))
    except (ZeroDivisionError, OverflowError) as error:
        return Outcome("ill-conditioned", f"{type(error).__name__}: {error}")
    except (AdjointError, NotImplementedError) as error:
        return Outcome("refused", f"{type(error).__name__}: {error}")
    except Exception as error:  # whatever breaks is to be reported
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{os.path.basename(place.filename)}, {place.name}"
        return Outcome("crash", f"{type(error).__name__}: {error}\nin {where}")


def _run(function: Callable[..., Any], text: str, args: tuple[Any, ...]) -> _Run:
    value = function(*copy.deepcopy(args))
    return _Run(function, text, args, value, drawn(value))


def _checked(run: _Run, folder: str) -> Outcome:
    gradients = _pulled(run)
    if not is_float(run.value):
        return Outcome("right without a derivative")
    try:
        wanted = _differences(run)
        precise = _in_double(run, folder)
        if precise is not None:
            _compare(_pulled(precise), wanted, precise)
        _compare(gradients, wanted, run)
    except Unknown:
        return Outcome("ill-conditioned")
    if not any(np.any(w) for w in wanted.gradients if w is not None):
        return Outcome("right and zero")
    return Outcome("right", eager=_eager(run, gradients))


def _pulled(run: _Run) -> list[Any]:
    """What the pullback gives, the forms of all answers checked."""
    mine = copy.deepcopy(run.args)
    value, pullback = adjoint.vjp(run.function, *mine)
    _demand_same("the value", value, run.value)
    after = copy.deepcopy(run.args)
    run.function(*after)
    for i, (left, wanted) in enumerate(zip(mine, after, strict=True)):
        _demand_same(f"argument {i} afterwards", left, wanted)
    gradients = pullback(run.cotangent)
    for i, (gradient, argument) in enumerate(zip(gradients, run.args, strict=True)):
        _demand_form(f"vjp: argument {i}", gradient, argument)
    for i, (again, gradient) in enumerate(zip(pullback(run.cotangent), gradients, strict=True)):
        if gradient is not None:
            _demand_same(f"second pullback: argument {i}", again, gradient)
    wrt = tuple(i for i, arg in enumerate(run.args) if is_float(arg))
    if is_float(run.value) and not np.iscomplexobj(run.value) and np.shape(run.value) == ():
        found = adjoint.value_and_gradient(run.function, wrt=wrt)(*copy.deepcopy(run.args))
        _demand_same("value of value_and_gradient", found[0], run.value)
        several = found[1] if len(wrt) > 1 else (found[1],)
        one = pullback(1.0)
        for i, gradient in zip(wrt, several, strict=True):
            _demand_form(f"gradient: argument {i}", gradient, run.args[i])
            _demand_near(f"gradient and vjp: argument {i}", gradient, one[i], _accuracy(run))
    return list(gradients)


def _demand_same(what: str, got: Any, want: Any) -> None:
    """The same type, dtype, shape and bits."""
    same = type(got) is type(want) and np.shape(got) == np.shape(want)
    if isinstance(want, np.ndarray | np.generic):
        same = same and got.dtype == want.dtype
    if not same or not np.array_equal(got, want, equal_nan=is_float(want)):
        raise Wrong(f"{what}: {got!r}, not {want!r}")


def _demand_form(what: str, got: Any, argument: Any) -> None:
    """A gradient has the kind, the shape and the dtype of its argument."""
    if not is_float(argument):
        if got is not None:
            raise Wrong(f"{what} is {argument!r}, and its gradient {got!r}")
    elif isinstance(argument, np.ndarray | np.generic):
        if type(got) is not type(argument) or got.dtype != argument.dtype:
            raise Wrong(f"{what}: {got!r} is not of the dtype of {argument!r}")
        if got.shape != argument.shape:
            raise Wrong(f"{what}: {got!r} is not of the shape of {argument!r}")
    elif not isinstance(got, type(argument)):
        raise Wrong(f"{what}: {got!r} is of another type than {argument!r}")


def _demand_near(what: str, got: Any, want: Any, close: float) -> None:
    if got is None or not is_float(got):
        return
    got, want = widened(np.asarray(got)), widened(np.asarray(want))
    finite = np.isfinite(want)
    scale = max(1.0, float(np.max(np.abs(want), initial=0.0, where=finite)))
    if not np.all((np.abs(got - want) <= close * scale) | ~finite):
        raise Wrong(f"{what}: {got!r} and {want!r}")


def _accuracy(run: _Run) -> float:
    """What the coarsest dtype that takes part justifies."""
    named = re.findall(r"float16|float32|complex64|int8|bool", run.text)
    names = [n.replace("complex64", "float32").replace("int8", "float16") for n in named]
    eps = [np.finfo("float16" if n == "bool" else n).eps for n in names]
    for value in (*run.args, run.value):
        if is_float(value):
            eps.append(np.finfo(np.asarray(value).dtype).eps)
        elif np.asarray(value).dtype.itemsize < np.dtype(float).itemsize:
            eps.append(np.finfo(np.float16).eps)  # functions of small integers are small floats
    return max(ROUNDINGS * float(max(eps)), CLOSE)


def _differences(run: _Run) -> Slopes:
    if "spacing(" in run.text:
        raise Unknown("it jumps from one number to the next")
    try:
        wide = wide_program(run.text)
        value = wide(*copy.deepcopy(tuple(map(widened, run.args))))
        _demand_near("the value", run.value, value, _accuracy(run))
        return slopes(wide, run.args, run.cotangent)
    except (Wrong, TypeError, ValueError, ArithmeticError, LookupError, NameError) as error:
        raise Unknown("another program in long double") from error


_DOUBLE = {r"float16|float32": "float64", "complex64": "complex128"}


def _in_double(run: _Run, folder: str) -> _Run | None:
    """The same program in double precision; None where it is that already."""
    text = run.text
    for pattern, replacement in _DOUBLE.items():
        text = re.sub(rf"\b({pattern})\b", replacement, text)
    args = tuple(map(_doubled, run.args))
    if text == run.text and all(a is b for a, b in zip(args, run.args, strict=True)):
        return None
    function = run.function if text == run.text else load(text, folder)
    try:
        double = _run(function, text, args)
    except (TypeError, ValueError, ArithmeticError):
        return None
    if not is_float(double.value) or np.shape(double.value) != np.shape(run.value):
        return None
    cotangent = widened(run.cotangent).astype(np.asarray(double.value).dtype)
    if isinstance(double.value, float | complex) and not isinstance(double.value, np.generic):
        cotangent = cotangent.item()
    return _Run(function, text, args, double.value, cotangent)


def _doubled(value: Any) -> Any:
    if not isinstance(value, np.ndarray | np.generic) or not is_float(value):
        return value
    wide = np.complex128 if np.iscomplexobj(value) else np.float64
    return value if value.dtype == wide else value.astype(wide)


def _is_singular(run: _Run) -> bool:
    """Whether the program comes upon what is not finite on its way."""
    try:
        with np.errstate(divide="raise", over="raise", invalid="raise"):
            run.function(*copy.deepcopy(run.args))
    except FloatingPointError:
        return True
    return not all(np.all(np.isfinite(a)) for a in run.args)


def _is_nan_by_convention(run: _Run) -> bool:
    """Whether the first NaN of an adjoint arises where a power has no slope, or an infinite one."""
    try:
        with adjoint.detect_anomaly():
            adjoint.vjp(run.function, *copy.deepcopy(run.args))[1](run.cotangent)
    except adjoint.AnomalyDetected as error:
        return SINGULAR.search(str(error)) is not None
    return False


def _compare(gradients: list[Any], wanted: Slopes, run: _Run) -> None:
    close = _accuracy(run)
    for i, (gradient, want) in enumerate(zip(gradients, wanted.gradients, strict=True)):
        if want is None:
            continue
        got = widened(np.asarray(gradient))
        known = np.isfinite(want)
        if not np.all(np.isfinite(got)) and (_is_singular(run) or _is_nan_by_convention(run)):
            known = known & np.isfinite(got)  # 0 * inf, or 0 times what has no slope
        scale = max(1.0, wanted.size, float(np.max(np.abs(want), initial=0.0, where=known)))
        if scale > 1e4:
            raise Unknown("differences of large numbers say little")
        if not np.all((np.abs(got - want) <= close * scale) | ~known):
            where = f"argument {i} (to {close:.1g} of {scale:.3g})"
            raise Wrong(f"{where}: expected\n{want!r}\ngot\n{gradient!r}")


def _eager(run: _Run, gradients: list[Any]) -> bool:
    """Whether tensors run the program, and then find the same gradients, each in its own dtype."""
    if DETACHING.search(run.text) or not np.all(np.isfinite(run.value)):
        return False
    args = copy.deepcopy(run.args)
    floats = {i: np.array(a) for i, a in enumerate(args) if is_float(a)}
    tensors = {i: adjoint.tensor(a, requires_grad=True) for i, a in floats.items()}
    mine = [tensors[i] * 1.0 if i in tensors else a for i, a in enumerate(args)]
    try:
        value = run.function(*mine)
        if not getattr(value, "requires_grad", False) or value.shape != np.shape(run.value):
            return False
        _demand_near("eager: value", value.detach().numpy(), run.value, _accuracy(run))
        value.backward(adjoint.tensor(np.asarray(run.cotangent), dtype=value.dtype))
    except Exception:
        return False  # not in the language of tensors, or of another meaning there
    for i, tensor in tensors.items():
        if tensor.grad is None:
            continue
        got = tensor.grad.numpy()
        if got.dtype != np.asarray(args[i]).dtype or got.shape != np.shape(args[i]):
            raise Wrong(f"eager: argument {i}: {got!r} for {args[i]!r}")
        got = np.where(np.isnan(got), gradients[i], got)  # 0 * inf, where a text has nothing
        _demand_near(f"eager and vjp: argument {i}", got, gradients[i], _accuracy(run))
    return True


def drawn(like: Any) -> Any:
    """A cotangent for a value: numbers that every width holds as they are."""
    random = np.random.default_rng(11)
    numbers = random.integers(1, 5, np.shape(like)) * 0.25
    if np.iscomplexobj(like):
        numbers = numbers + 0.5j * random.integers(1, 5, np.shape(like))
    if isinstance(like, np.ndarray):
        return np.asarray(numbers).astype(like.dtype)
    return type(like)(numbers)
