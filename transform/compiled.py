"""Emitted functions made ready to serve calls, and kept for all calls of the same kinds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from adjoint.runtime import home
from adjoint.transform.analysis import analyse
from adjoint.transform.apart import apart_first
from adjoint.transform.guards import Guards, guards_of
from adjoint.transform.homes import explained, home_of_call
from adjoint.transform.keys import PLAIN
from adjoint.transform.loading import function_of
from adjoint.transform.parameters import Parameters, Slot
from adjoint.transform.pipeline import derive
from adjoint.transform.results import (
    finish,
    is_complex,
    outline,
    refuse_writes,
    require_differentiable,
    require_number,
    separate,
)  # fmt: skip
from adjoint.transform.summaries import written_parameters
from adjoint.transform.tensors import refuse_tensor
from adjoint.transform.world import Emitted, World, default_kinds

ATTRIBUTE = "__adjoint__"
Entries = tuple[tuple[int, int | str | None] | None, ...]
_INNER = frozenset({"graph", "raw"})


@dataclass(frozen=True, slots=True)
class Compiled:
    """An emitted function made ready for one combination of argument kinds.

    slots: what it is differentiated with respect to, in the order asked for. places: where these
    stand among the positional arguments, None for those that do not. wrt: the parameters of which
    the emitted function gives the cotangents, in order. entries: for each entry of what a pullback
    gives, the slot that it is of and the place within that. bare: whether there is one whole
    parameter. finish: makes what users get of a cotangent, given the argument that it is of.
    checked: whether the value may be complex, and is looked at. real: the position of the one
    argument to differentiate with respect to, where that is a number or array of floats and nothing
    needs to be looked at.
    """

    run: Callable[..., Any]
    source: str
    slots: tuple[Slot, ...]
    places: tuple[int | None, ...]
    wrt: tuple[str, ...]
    entries: Entries
    parameters: Parameters
    bare: bool
    guards: Guards
    finish: Callable[[Any, Any], Any]
    checked: bool
    real: int | None


@dataclass(slots=True)
class Kept:
    """What is known of one Python function, kept on the function itself.

    compiled: by what was asked for, then by the kinds of the arguments.
    """

    function: FunctionType | None
    compiled: dict[Any, dict[Any, Compiled]]
    accepted: CodeType | None = None

    def __reduce__(self) -> Any:
        """Nothing of it goes into pickles of the function."""
        return Kept, (None, {})


def kept_on(fn: FunctionType) -> Kept:
    """What is kept of a function."""
    kept = vars(fn).get(ATTRIBUTE)
    if kept is None or kept.function is not fn:  # `functools.wraps` copies attributes
        kept = Kept(fn, {})
        setattr(fn, ATTRIBUTE, kept)
    return kept


def compile_call(
    fn: FunctionType, mode: str, slots: tuple[Slot, ...], parameters: Parameters, first: int,
    args: tuple[Any, ...], kwargs: dict[str, Any],
) -> Compiled:  # fmt: skip
    """Emit what serves a call and all others of the same kinds of arguments.

    Args:
        fn: the function.
        mode: `gradient`, `value_and_gradient`, `vjp`; `graph` for a vjp of which tensors keep
            track, `raw` for one that emitted code calls.
        slots: what to differentiate with respect to.
        parameters: those of the function.
        first: how many of the positional arguments are not the user's.
        args: all positional arguments.
        kwargs: all keyword arguments.

    Raises:
        NotDifferentiable: an argument has no derivative, a tensor is read from outside, or
            arguments are written into of which others keep track.
        UnsupportedSyntax: the function uses something that is not differentiated.
        TypeError: the arguments do not fit, or there is no gradient of such a result.
    """
    values = parameters.bind(args, kwargs)
    for name, parameter in parameters.signature.parameters.items():
        if name not in values:
            refuse_tensor(parameter.default, fn.__name__)
    for slot in slots if mode not in _INNER else ():
        require_differentiable(slot, parameters.value(slot, args, kwargs), fn)
    wrt = tuple(dict.fromkeys(slot.parameter for slot in slots))
    namespace = home_of_call(fn, args, kwargs)
    world = World(device=namespace is not np)
    callee = world.callees.of(fn)
    kinds = default_kinds(callee.function, values)
    analysis = analyse(callee, kinds, world)
    written = written_parameters(analysis)
    if mode in _INNER:
        refuse_writes(fn.__name__, written, None if mode == "raw" else wrt)
    if mode in ("gradient", "value_and_gradient"):
        require_number(fn.__name__, analysis.returns)
    checked = mode == "gradient" and any(map(is_complex, values.values()))
    emission = "vjp" if mode in _INNER else "value_and_gradient" if checked else mode
    emitted = derive(callee, emission, wrt, kinds, world)
    guards = guards_of(world.callees)
    origins = [one.origin for one in emitted.everything()]
    places = tuple(parameters.position(slot, len(args)) for slot in slots)
    real = places[0] if len(slots) == 1 and slots[0].inside is None and not checked else None
    if real is not None and (namespace is not np or not _is_real(args[real])):
        real = None
    run = explained(function_of(emitted, namespace), origins, namespace)
    return Compiled(
        apart_first(run, written, parameters, namespace),
        source_text(emitted),
        slots,
        places,
        wrt,
        _entries(slots, parameters, first, len(args)),
        parameters,
        slots[0].inside is None if len(slots) == 1 else False,
        guards,
        finish if namespace is np else home.bind_helpers(namespace)["restructure"],
        checked,
        real,
    )


def values_of(compiled: Compiled, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
    """The arguments of which cotangents are given, as they are before the call."""
    return [
        outline(compiled.parameters.value(slot, args, kwargs) if place is None else args[place])
        for slot, place in zip(compiled.slots, compiled.places, strict=True)
    ]


def finished(compiled: Compiled, found: Any, values: list[Any]) -> Any:
    """The gradient in the form that users get: bare for one `wrt`, else a tuple."""
    if compiled.bare:
        whole = compiled.finish(found, values[0])
        return whole if type(whole) in PLAIN else separate(whole, [])
    parts = picked(compiled, (found,) if len(compiled.wrt) == 1 else found)
    made = tuple([compiled.finish(one, v) for one, v in zip(parts, values, strict=True)])
    separated = separate(made, [])
    return separated[0] if len(made) == 1 else separated


def picked(compiled: Compiled, found: Sequence[Any]) -> list[Any]:
    """For each slot its cotangent, of the cotangents of the parameters."""
    by_name = dict(zip(compiled.wrt, found, strict=True))
    return [
        by_name[name] if inside is None else by_name[name][inside]
        for name, inside in compiled.slots
    ]


def _entries(
    slots: tuple[Slot, ...], parameters: Parameters, first: int, count: int
) -> Entries:
    """For each entry of what a pullback gives: the slot that it is of, and the place within it."""
    positional = parameters.positional
    reach = [positional.index(s.parameter) + 1 for s in slots if s.parameter in positional]
    filled = [parameters.at_position(i) for i in range(first, max(count, *reach, 0))]
    entries: list[tuple[int, int | str | None] | None] = []
    for slot in filled:
        whole = Slot(slot.parameter)
        if slot in slots:
            entries.append((slots.index(slot), None))
        else:
            entries.append((slots.index(whole), slot.inside) if whole in slots else None)
    known = (parameters.star, *positional)
    entries += [(i, None) for i, s in enumerate(slots) if s.parameter not in known]
    return tuple(entries)


def _is_real(value: Any) -> bool:
    return type(value) is float or (type(value) is np.ndarray and value.dtype.kind == "f")


def source_text(emitted: Emitted) -> str:
    """The text of an emitted function and of all that it calls."""
    return "\n\n".join(one.text for one in emitted.everything())
