"""Derivations that are begun again once it is known which variables need cells.

Most functions need none, and read better without: only a refusal tells.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from adjoint.transform.lower.cells import NeedsCell
from adjoint.transform.world import World

T = TypeVar("T")


def with_cells_where_needed(world: World, make: Callable[[], T]) -> T:
    """What `make` finds out and adds to the world.

    Raises:
        UnsupportedSyntax: a variable would need a cell and cannot be in one; and all that `make`
            raises.
    """
    while True:
        try:
            return make()
        except NeedsCell as need:
            if not world.callees.note(need):
                raise need.plain() from None
            for found in (world.analyses, world.summaries, world.returns, world.emitted):
                found.clear()
