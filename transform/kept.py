"""What is kept on a Python function: the emissions that serve its calls, and what led to them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from adjoint.transform.guards import Guards
from adjoint.transform.passes.pipeline import Passes
from adjoint.transform.world import World

if TYPE_CHECKING:
    from adjoint.transform.compiled import Compiled

ATTRIBUTE = "__adjoint__"


@dataclass(slots=True)
class Kept:
    """What is kept on one Python function.

    compiled: by what was asked for, then by the kinds of the arguments. accepted: the code that was
    looked at when the function was decorated. known: the function and all that it calls in the IR,
    with their analyses, and what these were found under: whatever is asked of it begins with them.
    standing: the functions that stand for its derivatives.
    """

    function: FunctionType | None
    compiled: dict[Any, dict[Any, Compiled]]
    accepted: CodeType | None = None
    known: tuple[World, Guards] | None = None
    standing: dict[Any, FunctionType] = field(default_factory=dict)

    def __reduce__(self) -> Any:
        """Nothing of it goes into pickles of the function."""
        return Kept, (None, {})

    def world(self, device: bool, passes: Passes) -> World:
        """What is known, where it still holds.

        It is taken out: what a derivation leaves that fails half-way is not used again.
        """
        known, self.known = self.known, None
        if known is None or not known[1].hold():
            return World(device=device, passes=passes)
        world, inline = known[0], "inline" in passes
        if world.device is not device or ("inline" in world.passes) is not inline:
            return World(callees=world.callees, device=device, passes=passes)
        return replace(world, emitted={}, passes=passes)


def kept_on(fn: FunctionType) -> Kept:
    """What is kept of a function."""
    kept = vars(fn).get(ATTRIBUTE)
    if kept is None or kept.function is not fn:  # `functools.wraps` copies attributes
        kept = Kept(fn, {})
        setattr(fn, ATTRIBUTE, kept)
    return kept
