"""`only_reads`: call a function that emitted code finds when it runs, and does not differentiate.

Such a function is called for what it does, or its value carries no derivative. If it wrote into its
arguments, that would be lost: it is looked at first.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Mapping
from types import CodeType
from typing import Any

import numpy as np

from adjoint.runtime.cells import holds_cells
from adjoint.runtime.errors import AdjointError, NotDifferentiable
from adjoint.runtime.helpers import own
from adjoint.runtime.rules import rule_of
from adjoint.transform.analyses.effects import MUTATORS
from adjoint.transform.analyses.kind import Kind

_CHANGES = MUTATORS | {"__setitem__", "__delitem__", "__iadd__", "__imul__", "__setattr__"}
_known: dict[tuple[CodeType, tuple[tuple[str, Kind], ...]], frozenset[str]] = {}


def only_reads(function: Any) -> Callable[..., Any]:
    """A function that is called as `function` is, if that does not write into its arguments.

    Raises:
        NotDifferentiable: it does, or it may and what it does cannot be seen (when called).

    >>> only_reads(len)([1.0, 2.0])
    2
    """
    return functools.partial(_call, function)


def _call(function: Any, *args: Any, **kwargs: Any) -> Any:
    if isinstance(function, types.BuiltinMethodType | types.MethodWrapperType):
        if function.__name__ in _CHANGES:
            raise _refused(function)
        return function(*args, **kwargs)
    if rule_of(function) is not None:
        return function(*args, **kwargs)
    if holds_cells(function):
        raise NotDifferentiable(
            f"{getattr(function, '__name__', function)}() shares variables with others, and is "
            "called where that is not known before it runs; call it by name"
        )
    try:
        written = _written(function, args, kwargs)
    except (AdjointError, TypeError):  # what it does is not seen: look at what it did
        before = own([*args, kwargs])
        value = function(*args, **kwargs)
        if not _same(before, [*args, kwargs]):
            raise _refused(function, ", or calls a function that does") from None
        return value
    if written:
        raise _refused(function)
    return function(*args, **kwargs)


def _refused(function: Any, how: str = "") -> NotDifferentiable:
    name = getattr(function, "__name__", repr(function))
    return NotDifferentiable(
        f"{name}() writes into its arguments or its object{how}, and is called where it is known "
        "only at run time; call it by name, or let it return what it computes"
    )


def _written(function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> frozenset[str]:
    """The parameters that a function with source writes into, given such arguments."""
    from adjoint.transform.again import with_cells_where_needed  # noqa: PLC0415
    from adjoint.transform.analysis import analyse  # noqa: PLC0415
    from adjoint.transform.parameters import parameters_of  # noqa: PLC0415
    from adjoint.transform.summaries import written_parameters  # noqa: PLC0415
    from adjoint.transform.unwrap import unwrap  # noqa: PLC0415
    from adjoint.transform.world import World, default_kinds  # noqa: PLC0415

    target, bound, preset = unwrap(function)
    values = parameters_of(target).bind((*bound, *args), {**preset, **kwargs})
    world = World()
    callee = world.callees.of(target)
    kinds = default_kinds(callee.function, values)
    key = (target.__code__, kinds)
    if key not in _known:
        analysis = with_cells_where_needed(
            world, lambda: analyse(world.callees.of(target), kinds, world)
        )
        if analysis.opens:
            raise NotDifferentiable("what it calls is known only when it runs")
        _known[key] = written_parameters(analysis)
    return _known[key]


def _same(before: Any, after: Any) -> bool:
    """Whether arrays and numbers, however nested, are what they were."""
    if isinstance(before, (list, tuple)):
        same_size = isinstance(after, (list, tuple)) and len(before) == len(after)
        return same_size and all(map(_same, before, after))
    if isinstance(before, dict):
        same_keys = isinstance(after, dict) and before.keys() == after.keys()
        return same_keys and all(_same(before[key], after[key]) for key in before)
    if hasattr(before, "dtype"):
        return np.array_equal(before, after, equal_nan=before.dtype.kind in "fc")
    return before is after or before == after
