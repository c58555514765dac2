"""`check_gradient`: the derivatives of a function against differences of its values.

Each entry is differentiated by central differences at two widths, so that it is known how far they
can be trusted; where the slopes on the two sides differ the function has a kink, and there is no
derivative to check.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from adjoint.runtime.errors import AdjointError
from adjoint.runtime.helpers.structures import restructure, unrestructure, zeros_like
from adjoint.runtime.tracebacks import rewritten
from adjoint.transform.differentiable import Differentiable
from adjoint.transform.dynamic import ITSELF, call_vjp
from adjoint.transform.grad import differentiable
from adjoint.transform.leaves import rebuilt, results_in
from adjoint.transform.parameters import parameters_of
from adjoint.transform.units import is_float

_STEP = 1e-4


class WrongGradient(AdjointError, AssertionError):
    """A derivative is not what differences of the values say, or there is none."""

    __module__ = "adjoint"


@rewritten
def check_gradient(
    function: Any, *args: Any, order: int = 2, rtol: float = 1e-5, atol: float = 1e-7, **kwargs: Any
) -> None:
    """Check the derivatives of a function at some arguments, in both modes.

    Args:
        function: a function, differentiable or to be made so.
        args: the positional arguments; all floating-point numbers in them are checked, in float64.
        order: 2 to check the derivatives of the derivatives, too; 1 not to.
        rtol: the relative error that is allowed.
        atol: the absolute one.
        kwargs: the keyword arguments, which are not checked.

    Raises:
        WrongGradient: a derivative is wrong (said is which, of which entry of which argument), or
            the function has a kink there.
        AdjointError: the function is not differentiated, or its derivatives are not (a note says
            so).

    >>> check_gradient(lambda x: np.sum(np.sin(x) * x), np.array([0.3, 2.0]))
    >>> check_gradient(lambda x: np.sum(np.abs(x)), np.array([0.0, 2.0]))
    Traceback (most recent call last):
        ...
    adjoint.WrongGradient: <lambda>: a kink at entry 0 of `x`: the slopes are -1 and 1
    """
    made = differentiable(function, None)
    made = Differentiable(made.__wrapped__, None, made._asked.passes)
    first = len(made._asked.bound)
    parameters = parameters_of(made._asked.function)
    names = [parameters.at_position(i + first).parameter for i in range(len(args))]
    args = tuple(map(_in_float64, args))
    places = [i for i, arg in enumerate(args) if any(map(is_float, results_in(arg)))]
    rng = np.random.default_rng(0)
    value, pull = made.vjp(*map(_copied, args), **kwargs)
    seed = 1.0 if np.shape(value) == () and is_float(value) else _random(value, rng)
    found = pull(seed)

    def along(i: int, argument: Any) -> float:
        call = [argument if j == i else _copied(arg) for j, arg in enumerate(args)]
        return _inner(seed, made.plain_value(*made._all(tuple(call), kwargs)))

    title = getattr(made, "__name__", "function")
    for i in places:
        _compare(partial(along, i), args[i], found[i], title, names[i], rtol, atol)
    tangents = [_random(arg, rng) if i in places else None for i, arg in enumerate(args)]
    _, tangent = made.jvp(tuple(map(_copied, args)), tangents, **kwargs)
    there = _inner(seed, tangent)
    back = sum(_inner(tangents[i], found[i]) for i in places)
    if not math.isclose(there, back, rel_tol=rtol, abs_tol=atol):
        raise WrongGradient(f"{title}: forward mode gives {there:.10g}, reverse mode {back:.10g}")
    if order < 2:
        return
    try:
        _second_order(made, seed, args, kwargs, places, names, rng, rtol, atol)
    except WrongGradient:
        raise
    except AdjointError as error:
        error.add_note(
            f"The first derivatives of {title} are right; to check them alone: "
            "check_gradient(..., order=1)"
        )
        raise


def _second_order(
    made: Differentiable, seed: Any, args: tuple[Any, ...], kwargs: dict[str, Any],
    places: list[int], names: list[str], rng: np.random.Generator, rtol: float, atol: float,
) -> None:  # fmt: skip
    """The pullback with a fixed cotangent: its derivatives against differences of what it gives."""
    title = f"the gradient of {getattr(made, '__name__', 'function')}"
    weights = [_random(arg, rng) if i in places else None for i, arg in enumerate(args)]

    def slopes(*inner: Any) -> list[Any]:
        _, pull = made.vjp(*inner, **kwargs)
        return list(pull(seed))

    def along(i: int, argument: Any) -> float:
        call = [argument if j == i else _copied(arg) for j, arg in enumerate(args)]
        return _inner(weights, slopes(*call))

    (value, pull), back = call_vjp(made.vjp, tuple(places))(*map(_copied, args), **kwargs)
    _, again = call_vjp(pull, (ITSELF,))(seed)
    found = back(
        [
            zeros_like(value),
            again([unrestructure(w, a) for w, a in zip(weights, args, strict=True)]),
        ]
    )
    found = found if len(places) > 1 else (found,)
    for i, slope in zip(places, found, strict=True):
        given = restructure(slope, args[i])
        _compare(partial(along, i), args[i], given, title, names[i], rtol, atol)


def _compare(
    along: Callable[[Any], float], argument: Any, found: Any, title: str, name: str,
    rtol: float, atol: float,
) -> None:  # fmt: skip
    """Compare each entry of a gradient with differences."""
    leaves, slopes = list(results_in(argument)), list(results_in(found))
    slopes = slopes if len(slopes) == len(leaves) else _beside(leaves, slopes)
    for number, leaf in enumerate(leaves):
        if not is_float(leaf):
            continue
        for entry in np.ndindex(np.shape(leaf)):
            where = _where(name, number, entry, len(leaves))

            def at(h: float, number: int = number, entry: Any = entry) -> float:
                parts = [_copied(one) for one in leaves]
                parts[number] = _moved(parts[number], entry, h)
                return along(rebuilt(argument, iter(parts)))

            want, doubt = _slope(at, title, where)
            got = float(np.asarray(slopes[number])[entry])
            if not abs(got - want) <= atol + rtol * max(abs(want), abs(got)) + 10 * doubt:
                raise WrongGradient(
                    f"{title}: {where}: the derivative is {got:.10g}, differences give {want:.10g}"
                )


def _slope(at: Callable[[float], float], title: str, where: str) -> tuple[float, float]:
    """The slope by differences, and how far it may be off.

    Raises:
        WrongGradient: it is another one on either side.
    """
    here = at(0.0)
    near = (at(_STEP) - at(-_STEP)) / (2 * _STEP)
    far = (at(2 * _STEP) - at(-2 * _STEP)) / (4 * _STEP)
    left, right = (here - at(-_STEP / 8)) * 8 / _STEP, (at(_STEP / 8) - here) * 8 / _STEP
    whole = (at(_STEP) - 2 * here + at(-_STEP)) / _STEP  # how much the slopes differ at this width
    size = max(abs(left), abs(right), 1e-3)
    if abs(right - left) > 0.01 * size and abs(right - left) > 0.5 * abs(whole) > 0:
        raise WrongGradient(
            f"{title}: a kink at {where}: the slopes are {left:.4g} and {right:.4g}"
        )
    return near + (near - far) / 3, abs(near - far) * 1e-3


def _where(name: str, number: int, entry: tuple[int, ...], count: int) -> str:
    place = f"`{name}`" if count == 1 else f"part {number} of `{name}`"
    if not entry:
        return place
    return f"entry {entry[0] if len(entry) == 1 else entry} of {place}"


def _beside(leaves: list[Any], slopes: list[Any]) -> list[Any]:
    """The slopes, with None beside what has no derivative."""
    given = iter(slopes)
    return [next(given) if is_float(leaf) else None for leaf in leaves]


def _in_float64(value: Any) -> Any:
    def one(leaf: Any) -> Any:
        if getattr(getattr(leaf, "dtype", None), "kind", "") != "f":
            return leaf
        return leaf.astype(float)

    return rebuilt(value, (one(leaf) for leaf in results_in(value)))


def _copied(value: Any) -> Any:
    leaves = (x.copy() if hasattr(x, "copy") else x for x in results_in(value))
    return rebuilt(value, leaves)


def _moved(leaf: Any, entry: tuple[int, ...], h: float) -> Any:
    if not hasattr(leaf, "shape") or isinstance(leaf, np.generic):
        return leaf + h
    leaf[entry] += h
    return leaf


def _random(value: Any, rng: np.random.Generator) -> Any:
    """Random numbers in the structure of a value; None in place of what has no derivative."""

    def one(leaf: Any) -> Any:
        if not is_float(leaf):
            return None
        drawn = rng.uniform(0.5, 1.5, np.shape(leaf))
        if not hasattr(leaf, "dtype"):
            return float(drawn)
        return leaf.dtype.type(drawn) if isinstance(leaf, np.generic) else drawn.astype(leaf.dtype)

    return rebuilt(value, (one(leaf) for leaf in results_in(value)))


def _inner(a: Any, b: Any) -> float:
    """The sum of the products of what stands in the same places."""
    found = [x for x in results_in(a) if is_float(x)]
    others = [x for x in results_in(b) if is_float(x)]
    return float(sum(np.sum(np.asarray(x) * y) for x, y in zip(found, others, strict=True)))
