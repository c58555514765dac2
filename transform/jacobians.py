"""Jacobians and Hessians, and their products with vectors.

A Jacobian is made column by column, with tangents that are unit vectors, or row by row, with such
cotangents. That is a loop in Python: an emitted function takes the tangent of one value, and what
it does with it (sums, shapes, writes, loops) would be another text for many at once. One sweep
forward serves all rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adjoint.runtime.errors import AdjointError
from adjoint.transform.differentiable import Differentiable
from adjoint.transform.leaves import rebuilt, results_in
from adjoint.transform.parameters import parameters_of
from adjoint.transform.units import floats_in, is_float, size_of, units_of, zero_of

FORWARD, REVERSE = "forward", "reverse"
Places = tuple[int, ...]


def jacobian_of(
    made: Differentiable, args: tuple[Any, ...], kwargs: dict[str, Any], mode: str | None
) -> Any:
    """The Jacobian at some arguments.

    Args:
        made: the function; with respect to its first parameter unless it says otherwise.
        args: the positional arguments.
        kwargs: the keyword arguments.
        mode: `forward` or `reverse`; None: what takes fewer sweeps.

    Returns:
        An array of the shape of the result and, after that, the shape of the argument. Where the
        result has a structure, that structure of such arrays; where the argument has one, or there
        are several, each of them is that structure (or a tuple).
    """
    if mode not in (FORWARD, REVERSE, None):
        raise ValueError(f"mode is {FORWARD!r}, {REVERSE!r} or None, not {mode!r}")
    places, single = _places(made, args, kwargs)
    inputs = tuple(args[i] for i in places)
    count, size = size_of(inputs), None
    value, pull = None, None
    if mode is None:
        value = made.plain_value(*made._all(args, kwargs))
        size = size_of(value)
        mode = FORWARD if count <= size else REVERSE
    if mode == FORWARD:
        value, columns = _columns(made, args, kwargs, places)
        blocks = _from_columns(columns, inputs, value)
    else:
        value, pull = _for_all(made, args, places).vjp(*args, **kwargs)
        rows = {at: _leaves(_chosen(pull(unit), places)) for at, unit in units_of(value)}
        blocks = _from_rows(rows, inputs, value)
    inner = [_structured(inputs if not single else inputs[0], iter(row)) for row in blocks]
    return _structured(value, iter(inner))


def _places(
    made: Differentiable, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Places, bool]:
    """The positions among the arguments that are differentiated with respect to; whether bare."""
    asked = made._asked
    parameters = parameters_of(asked.function)
    slots = asked.slots(asked.wrt, "gradient", parameters) or ()
    full = len(asked.bound) + len(args)
    found = []
    for slot in slots:
        place = parameters.position(slot, full)
        if place is None or place < len(asked.bound):
            raise TypeError(
                f"{made.__name__}: give `{slot.shown}` by position, to have a Jacobian with "
                "respect to it"
            )
        found.append(place - len(asked.bound))
    return tuple(found), not isinstance(asked.wrt, tuple)


def _for_all(made: Differentiable, args: tuple[Any, ...], places: Places) -> Differentiable:
    """The function with respect to the arguments at some places, and no others."""
    if made._asked.wrt is not None:
        return made
    return Differentiable(made.__wrapped__, places, made._asked.passes)


def _columns(
    made: Differentiable, args: tuple[Any, ...], kwargs: dict[str, Any], places: Places
) -> tuple[Any, dict[Any, list[Any]]]:
    """The value, and for each entry of the arguments the tangent of the value."""
    inputs = tuple(args[i] for i in places)
    value, columns = None, {}
    for at, unit in units_of(inputs):
        tangents: list[Any] = [None] * len(args)
        for place, one in zip(places, unit, strict=True):
            tangents[place] = one
        value, tangent = made.jvp(args, tangents, **kwargs)
        columns[at] = _leaves(tangent, value)
    if not columns:
        value = made.plain_value(*made._all(args, kwargs))
    return value, columns


def _chosen(entries: Sequence[Any], places: Places) -> tuple[Any, ...]:
    return tuple(entries[i] for i in places)


def _leaves(tree: Any, like: Any = None) -> list[Any]:
    """The leaves of a cotangent, or of the tangent of a value, that have derivatives."""
    leaves = list(results_in(tree))
    if like is None:
        return [leaf for leaf in leaves if is_float(leaf)]
    return leaves if len(leaves) == len(floats_in(like)) else [x for x in leaves if is_float(x)]


def _empty(value: Any, given: Any) -> np.ndarray[Any, Any]:
    dtype = np.result_type(*(getattr(x, "dtype", float) for x in (value, given)))
    return np.zeros((*np.shape(value), *np.shape(given)), dtype)


def _from_columns(columns: Any, inputs: Any, value: Any) -> list[list[Any]]:
    into = floats_in(inputs)
    blocks = [[_empty(out, given) for given in into] for out in floats_in(value)]
    for (number, entry), column in columns.items():
        for row, part in zip(blocks, column, strict=True):
            row[number][(..., *entry)] = part
    return [[block[()] for block in row] for row in blocks]


def _from_rows(rows: Any, inputs: Any, value: Any) -> list[list[Any]]:
    into = floats_in(inputs)
    blocks = [[_empty(out, given) for given in into] for out in floats_in(value)]
    for (number, entry), row in rows.items():
        for block, part in zip(blocks[number], row, strict=True):
            block[entry] = part
    return [[block[()] for block in row] for row in blocks]


def _structured(like: Any, parts: Any) -> Any:
    """A value with other things in place of what has derivatives, and None for the rest."""
    return rebuilt(like, (next(parts) if is_float(leaf) else None for leaf in results_in(like)))


def hessian_of(
    made: Differentiable, args: tuple[Any, ...], kwargs: dict[str, Any], mode: str | None
) -> Any:
    """The Hessian at some arguments: the Jacobian of the gradient."""
    slopes = gradient_function(made)
    if mode is not None:
        return jacobian_of(slopes, args, kwargs, mode)
    return _either(
        lambda: jacobian_of(slopes, args, kwargs, FORWARD),
        lambda: jacobian_of(slopes, args, kwargs, REVERSE),
    )


def gradient_function(made: Differentiable) -> Differentiable:
    """The gradient of a function, to be differentiated with respect to the same arguments."""
    return Differentiable(made.gradient, made._asked.wrt, made._asked.passes)


def product_of(
    made: Differentiable,
    args: tuple[Any, ...],
    vector: Any,
    kwargs: dict[str, Any],
    mode: str | None,
) -> Any:
    """The product of the Hessian and a vector, which has the structure of the gradient."""
    slopes = gradient_function(made)
    places, single = _places(made, args, kwargs)
    parts = (vector,) if single else tuple(vector)
    if len(parts) != len(places):
        raise TypeError(f"{made.__name__}: {len(parts)} vectors for {len(places)} arguments")

    def forward() -> Any:
        tangents: list[Any] = [None] * len(args)
        for place, one in zip(places, parts, strict=True):
            tangents[place] = one
        return slopes.jvp(args, tangents, **kwargs)[1]

    def backward() -> Any:
        _, pull = _for_all(slopes, args, places).vjp(*args, **kwargs)
        found = _chosen(pull(vector), places)
        return found[0] if single else found

    if mode is None:
        return _either(forward, backward)
    return forward() if mode == FORWARD else backward()


def _either(first: Callable[[], Any], second: Callable[[], Any]) -> Any:
    """What the first mode gives, or the second where the first refuses: both give the same."""
    try:
        return first()
    except AdjointError as error:
        try:
            return second()
        except AdjointError:
            raise error from None


def diagonal_of(made: Differentiable, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The diagonal of the Hessian with respect to one argument, in its structure."""
    places, single = _places(made, args, kwargs)
    inputs = tuple(args[i] for i in places)
    diagonal = [np.array(zero_of(leaf)) for leaf in floats_in(inputs)]
    for (number, entry), unit in units_of(inputs):
        product = product_of(made, args, unit[0] if single else unit, kwargs, None)
        leaf = _leaves((product,) if single else product)[number]
        diagonal[number][entry] = np.asarray(leaf)[entry]
    return _structured(inputs[0] if single else inputs, iter([d[()] for d in diagonal]))
