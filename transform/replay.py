"""Backwards of emitted functions that are themselves recorded (`create_graph=True`).

The function is run once more, on the tensors, so that every operation of its own enters the graph;
that graph is swept, recorded. Tensors have methods that mean something else than NumPy's (`std`),
and conversions that lose the history (`float`): the derivative found in this way is therefore held
against that of the emitted adjoint, and refused where the two differ.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np

from adjoint.runtime.device import to_host
from adjoint.runtime.eager_backward import sweep
from adjoint.runtime.errors import NotDifferentiable
from adjoint.runtime.graph import edge_of
from adjoint.runtime.modes import enable_grad
from adjoint.runtime.tensor import Tensor

Again: TypeAlias = Callable[[dict[int, Tensor]], Iterable[Any]]

_TOLERANCE = 1e3  # in units of the last place, relative to the largest element


def recorded(
    name: str,
    again: Again,
    inputs: Sequence[Tensor],
    cotangents: Sequence[Any],
    expected: Sequence[Any],
) -> tuple[Any, ...]:
    """The cotangents of the tensors that went into a call, as tensors with a history.

    Args:
        name: the function's name.
        again: calls the function on other tensors, in place of those that went in (by their
            `id`); gives the tensors and numbers of its result.
        inputs: the tensors that went in.
        cotangents: for each array or number of the result, a tensor or None.
        expected: what the emitted adjoint gives for the inputs: arrays or None.

    Raises:
        NotDifferentiable: the function does not run on tensors as it does on arrays.
    """
    try:
        with enable_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Copies: the hooks of what went in are for the sweep that is under way.
            copies = {id(tensor): tensor.clone() for tensor in inputs}
            results = list(again(copies))
    except Exception as error:
        raise NotDifferentiable(
            f"{name}: create_graph=True runs the function on tensors, and it does not run on them "
            f"({type(error).__name__}: {error}); write it with NumPy's functions, or differentiate "
            "its gradient function instead"
        ) from error
    roots = [
        (edge_of(value), g)
        for value, g in zip(results, cotangents, strict=True)
        if g is not None and isinstance(value, Tensor) and edge_of(value) is not None
    ]
    wanted = [edge_of(copies[id(tensor)]) for tensor in inputs]
    reached = [edge for edge in wanted if edge is not None]
    found = sweep(
        roots, Tensor, retain_graph=True, create_graph=True, wanted=reached, accumulate=False
    )
    given = iter(found)
    pieces = tuple(None if edge is None else next(given) for edge in wanted)
    for piece, array in zip(pieces, expected, strict=True):
        if not _agree(piece, array):
            raise NotDifferentiable(
                f"{name}: create_graph=True runs the function on tensors, and its derivative there "
                "is another than on arrays: a method of tensors means something else than that of "
                "arrays, or a conversion (`float`, `.item()`) lost the history; write "
                "`np.std(x)` for `x.std()`, and leave conversions out"
            )
    return pieces


def _agree(piece: Tensor | None, array: Any) -> bool:
    """Whether two derivatives are the same but for rounding."""
    found = np.zeros(()) if piece is None else to_host(piece._data)
    known = np.zeros(()) if array is None else np.asarray(to_host(array))
    scale = max(np.max(np.abs(known), initial=0.0), np.max(np.abs(found), initial=0.0))
    dtype = known.dtype if known.dtype.kind in "fc" else np.dtype(float)
    close = _TOLERANCE * np.finfo(dtype).eps * scale
    return bool(np.all((np.abs(found - known) <= close) | (np.isnan(found) & np.isnan(known))))
