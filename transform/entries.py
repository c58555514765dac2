"""What a pullback gives to users: an entry for each positional argument, and for keywords asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adjoint.runtime.cells import sweep_of_its_own
from adjoint.runtime.tracebacks import rewrite
from adjoint.transform.parameters import Parameters, Slot

Entries = tuple[tuple[int, int | str | None] | None, ...] | None
"""For each entry the slot that it is of, and the place within that; None: the slots themselves."""
Pull = Callable[[Any], list[Any]]


def entries_of(
    slots: tuple[Slot, ...], parameters: Parameters, first: int, count: int
) -> Entries:
    """What the entries are that a pullback gives.

    Args:
        slots: what it is differentiated with respect to.
        parameters: those of the function.
        first: how many of the positional arguments are not the user's.
        count: how many there are.
    """
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
    return None if entries == [(i, None) for i in range(len(slots))] else tuple(entries)


def by_entry(pull: Pull, entries: Entries) -> Callable[[Any], tuple[Any, ...]]:
    """The pullback that gives entries, made of one that gives what each slot gets.

    >>> by_entry(lambda g: [g, {"k": 2 * g}], ((1, "k"), None, (0, None)))(1.0)
    (2.0, None, 1.0)
    """

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        try:
            with sweep_of_its_own():
                found = pull(cotangent)
            return tuple(found if entries is None else [_part(found, e) for e in entries])
        except BaseException as error:
            rewrite(error)
            raise

    return pullback


def _part(found: list[Any], entry: tuple[int, Any] | None) -> Any:
    """One entry of what a pullback gives."""
    if entry is None:
        return None
    slot, inside = entry
    return found[slot] if inside is None else found[slot][inside]
