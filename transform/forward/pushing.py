"""A call in forward mode: from arguments and tangents to what users get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from adjoint.transform.compiled import Compiled
from adjoint.transform.emissions import Asked, find
from adjoint.transform.finishing import values_of
from adjoint.transform.forward.seeds import finished_tangent, tangent_of
from adjoint.transform.parameters import Slot


def pushed_again(
    compiled: Compiled, args: tuple[Any, ...], tangents: Sequence[Any]
) -> tuple[Any, Any] | None:
    """A call like the last one, which what served that serves too; None where it is another.

    Args:
        compiled: what served the last call; it serves these arguments, if it serves these tangents.
        args: numbers and arrays of the host.
        tangents: one for each, or None.
    """
    seeds = {}
    for place, (tangent, value) in enumerate(zip(tangents, args, strict=True)):
        if (tangent is None) is (place in compiled.places):
            return None
        if tangent is not None:
            slot = compiled.slots[compiled.places.index(place)]
            seeds[slot] = _seed(tangent, value, slot, compiled)
    found = {k: seeds[Slot(p)] for p, k in zip(compiled.wrt, compiled.keywords, strict=True)}
    value, tangent = compiled.run(*args, **found)
    return value, finished_tangent(tangent, value)


def _seed(tangent: Any, value: Any, slot: Slot, compiled: Compiled) -> Any:
    """The tangent of an argument, as it is where it fits and is not written into."""
    kind, written = type(tangent), slot.parameter in compiled.written
    if kind is type(value) and not written:
        if kind is float or (
            kind is np.ndarray and tangent.dtype is value.dtype and tangent.shape == value.shape
        ):
            return tangent
    return tangent_of(tangent, value, f"the tangent of `{slot.shown}`", written)


def pushed(
    asked: Asked, known: dict[Any, Compiled], args: tuple[Any, ...], tangents: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> tuple[tuple[Any, Any], Compiled]:  # fmt: skip
    """The value of a call and its tangent, and what served it.

    Args:
        asked: what is differentiated.
        known: the emissions there are.
        args: all positional arguments, those that a method or partial presets included.
        tangents: those of the user's positional arguments; None where there is none.
        kwargs: the keyword arguments.
    """
    first = len(asked.bound)
    wanted = tuple(i + first for i, one in enumerate(tangents) if one is not None)
    compiled = find(asked, known, "jvp", wanted, args, kwargs)
    names = [slot.shown for slot in compiled.slots]
    given = [tangents[i - first] for i in wanted]
    seeds = [
        tangent_of(one, value, f"the tangent of `{name}`", slot.parameter in compiled.written)
        for one, value, name, slot in zip(
            given, values_of(compiled, args, kwargs), names, compiled.slots, strict=True
        )
    ]
    value, tangent = run(compiled, dict(zip(compiled.slots, seeds, strict=True)), args, kwargs)
    return (value, finished_tangent(tangent, value)), compiled


def raw_pushed(
    asked: Asked, known: dict[Any, Compiled], given: Mapping[int | str, Any],
    args: tuple[Any, ...], kwargs: Mapping[str, Any],
) -> tuple[Any, Any]:  # fmt: skip
    """The same for emitted code: in its own form, by position or keyword of the arguments."""
    compiled = find(asked, known, "raw jvp", tuple(given), args, kwargs)
    return run(compiled, dict(zip(compiled.slots, given.values(), strict=True)), args, kwargs)


def run(
    compiled: Compiled, seeds: Mapping[Slot, Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[Any, Any]:
    """Run an emitted function, given the tangents of slots in its own form."""
    taken = {
        keyword: _of_parameter(parameter, compiled, seeds, args, kwargs)
        for parameter, keyword in zip(compiled.wrt, compiled.keywords, strict=True)
    }
    value, tangent = compiled.run(*args, **kwargs, **taken)
    return value, tangent


def _of_parameter(
    parameter: str, compiled: Compiled, seeds: Mapping[Slot, Any], args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> Any:  # fmt: skip
    """The tangent of a whole parameter; of a starred one, zeros where none is given."""
    if Slot(parameter) in seeds:
        return seeds[Slot(parameter)]
    whole = compiled.parameters.value(Slot(parameter), args, kwargs)
    inside = {slot.inside: one for slot, one in seeds.items() if slot.parameter == parameter}
    if isinstance(whole, dict):
        return {k: inside[k] if k in inside else tangent_of(None, v, "", False)
                for k, v in whole.items()}  # fmt: skip
    return tuple(
        inside[i] if i in inside else tangent_of(None, v, "", False) for i, v in enumerate(whole)
    )
