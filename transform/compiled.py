"""Emitted functions made ready to serve calls, and kept for all calls of the same kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np

from adjoint.runtime import home
from adjoint.runtime.anomaly import judged
from adjoint.runtime.eager_anomaly import is_watching
from adjoint.transform.again import with_cells_where_needed
from adjoint.transform.analyses.complexes import complexes
from adjoint.transform.analyses.kind import Kind
from adjoint.transform.analysis import analyse
from adjoint.transform.apart import apart_first
from adjoint.transform.derived import body_behind, callee_behind
from adjoint.transform.entries import Entries, entries_of
from adjoint.transform.forward.functions import Tangent
from adjoint.transform.guards import Guards, guards_of
from adjoint.transform.homes import explained, home_of_call
from adjoint.transform.kept import kept_on
from adjoint.transform.loading import function_of
from adjoint.transform.modes import FORWARD, derive
from adjoint.transform.parameters import Parameters, Slot
from adjoint.transform.passes.pipeline import Passes
from adjoint.transform.quick import Answer, Serves, answering, never, serving
from adjoint.transform.results import (
    finish,
    is_complex,
    refuse_writes,
    require_differentiable,
    require_number,
)  # fmt: skip
from adjoint.transform.summaries import written_parameters
from adjoint.transform.tensors import refuse_tensor
from adjoint.transform.world import Emitted, default_kinds

_INNER = frozenset({"graph", "raw", "raw jvp"})
_FORWARD = frozenset({"jvp", "raw jvp"})


@dataclass(frozen=True, slots=True)
class Compiled:
    """An emitted function made ready for one combination of argument kinds.

    serves: whether it serves a call with given positional arguments; never where that takes more
    than a look at their types. answer: what users get of what it gives in such a call. slots: what
    it is differentiated with respect to, in the order asked for. places: where these stand among
    the positional arguments, None for those that do not. wrt: the parameters of which the emitted
    function gives the cotangents, in order. whole: whether the slots are these parameters, and all
    of them numbers or arrays: emitted code then gives arrays that nobody else holds. entries: what
    a pullback gives. finish: makes what users get of a cotangent, given the argument that it is of.
    checked: whether the value may be complex, and is looked at. keywords: in forward mode, under
    which the function takes the tangents of `wrt`. written: the parameters into whose tangents
    (in a vjp: cotangents) it may write.
    """

    run: Callable[..., Any]
    serves: Serves
    answer: Answer
    source: str
    slots: tuple[Slot, ...]
    places: tuple[int | None, ...]
    wrt: tuple[str, ...]
    whole: bool
    entries: Entries
    parameters: Parameters
    guards: Guards
    finish: Callable[[Any, Any], Any]
    checked: bool
    keywords: tuple[str, ...]
    written: frozenset[str]


def compile_call(
    fn: FunctionType, mode: str, slots: tuple[Slot, ...], parameters: Parameters, first: int,
    args: tuple[Any, ...], kwargs: Mapping[str, Any], passes: Passes,
    opened: tuple[str, ...] = (),
) -> Compiled:  # fmt: skip
    """Emit what serves a call and all others of the same kinds of arguments.

    Args:
        fn: the function.
        mode: `gradient`, `value_and_gradient`, `vjp`, `jvp`; `graph` for a vjp of which tensors
            keep track, `raw` and `raw jvp` for what emitted code calls.
        slots: what to differentiate with respect to.
        parameters: those of the function.
        first: how many of the positional arguments are not the user's.
        args: all positional arguments.
        kwargs: all keyword arguments.
        passes: the names of the rewrites that are made on the way.
        opened: the variables around the function whose values are among the keyword arguments.

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
    kept = kept_on(fn)
    world = kept.world(namespace is not np, passes)
    world.later = mode == "vjp" or mode in _INNER
    world.complexes = complexes(values, body_behind(fn, opened, world))
    callee = callee_behind(fn, opened, values, world)
    kinds = default_kinds(callee.function, values)
    analysis = with_cells_where_needed(
        world, lambda: analyse(callee_behind(fn, opened, values, world), kinds, world)
    )
    written = written_parameters(analysis)
    if mode in _INNER:
        refuse_writes(fn.__name__, written, wrt if mode == "graph" else None)
    if mode in ("gradient", "value_and_gradient"):
        require_number(fn.__name__, analysis.returns)
    checked = mode == "gradient" and any(map(is_complex, values.values()))
    emission = "vjp" if mode in _INNER else "value_and_gradient" if checked else mode
    emission = FORWARD if mode in _FORWARD else emission
    emitted = with_cells_where_needed(
        world,
        lambda: derive(callee_behind(fn, opened, values, world), emission, wrt, kinds, world),
    )
    derived = emitted.adjoint
    keywords = derived.keywords if isinstance(derived, Tangent) else ()
    wrt = derived.wrt if isinstance(derived, Tangent) else wrt
    guards = guards_of(world.callees)
    kept.known = world, guards
    origins = [one.origin for one in emitted.everything()]
    places = tuple(parameters.position(slot, len(args)) for slot in slots)
    watching = is_watching() and mode not in _FORWARD
    run = explained(function_of(emitted, namespace, watching), origins, namespace)
    if watching and mode != "raw":
        run = judged(run, emission)
    whole = _are_whole(slots, wrt, dict(kinds))
    reals = [i for i in places if i is not None and _is_real(args[i])]
    quick = whole and mode not in _INNER and not kwargs and not checked and namespace is np
    quick = quick and bool(slots) and len(reals) == len(slots)
    return Compiled(
        apart_first(run, written, parameters, namespace, keywords),
        serving(args, guards.hold) if quick else never,
        answering(args, tuple(reals)) if quick else finish,
        source_text(emitted),
        slots,
        places,
        wrt,
        whole,
        entries_of(slots, parameters, first, len(args)),
        parameters,
        guards,
        finish if namespace is np else home.bind_helpers(namespace)["restructure"],
        checked,
        keywords,
        frozenset(derived.written),
    )


def _are_whole(slots: tuple[Slot, ...], wrt: tuple[str, ...], kinds: Mapping[str, Kind]) -> bool:
    """Whether slots are the parameters themselves, none of which holds others."""
    same = slots == tuple(map(Slot, wrt))
    return same and all(kinds[name].tag in ("num", "array", "numeric") for name in wrt)


def _is_real(value: Any) -> bool:
    return type(value) is float or (type(value) is np.ndarray and value.dtype.kind == "f")


def source_text(emitted: Emitted) -> str:
    """The text of an emitted function and of all that it calls."""
    return "\n\n".join(one.text for one in emitted.everything())
