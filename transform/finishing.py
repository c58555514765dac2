"""From a call of an emitted function to what users get of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adjoint.transform.compiled import Compiled
from adjoint.transform.entries import Pull
from adjoint.transform.leaves import arrays_in, separate
from adjoint.transform.parameters import Slot
from adjoint.transform.results import form
from adjoint.transform.seeds import seed_of


def values_of(compiled: Compiled, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[Any]:
    """The arguments of which cotangents are given."""
    if None not in compiled.places:
        return [args[i] for i in compiled.places]  # type: ignore[index]
    return [
        compiled.parameters.value(slot, args, kwargs) if place is None else args[place]
        for slot, place in zip(compiled.slots, compiled.places, strict=True)
    ]


def finished(compiled: Compiled, found: Any, values: Sequence[Any]) -> Any:
    """The gradient in the form that users get: bare for one `wrt`, else a tuple."""
    finish = compiled.finish
    if compiled.whole:
        if len(values) == 1:
            return finish(found, values[0])
        return tuple([finish(one, v) for one, v in zip(found, values, strict=True)])
    parts = picked(compiled, (found,) if len(compiled.wrt) == 1 else found)
    made = separate(tuple([finish(one, v) for one, v in zip(parts, values, strict=True)]), [])
    return made[0] if len(made) == 1 else made


def pulled(
    compiled: Compiled, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> tuple[Any, Pull]:
    """The value, and a pullback to what users get for each slot."""
    values = [form(v) for v in values_of(compiled, args, kwargs)]
    value, pullback = compiled.run(*args, **kwargs)
    like, finish, whole = form(value), compiled.finish, compiled.whole

    def pull(cotangent: Any) -> list[Any]:
        found = pullback(seed_of(cotangent, like))
        if whole:
            return [finish(one, v) for one, v in zip(found, values, strict=True)]
        parts = picked(compiled, found)
        made = [finish(one, v) for one, v in zip(parts, values, strict=True)]
        return list(separate(made, arrays_in(cotangent)))

    return value, pull


def picked(compiled: Compiled, found: Sequence[Any]) -> list[Any]:
    """For each slot its cotangent, of the cotangents of the parameters."""
    by_name = dict(zip(compiled.wrt, found, strict=True))
    return [_inside(by_name[slot.parameter], slot) for slot in compiled.slots]


def _inside(whole: Any, slot: Slot) -> Any:
    return whole if slot.inside is None else whole[slot.inside]
