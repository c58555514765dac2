"""The modes in which a function is derived, by name."""

from __future__ import annotations

from adjoint.transform import pipeline
from adjoint.transform.callees import Callee, ParameterKinds
from adjoint.transform.forward.derive import derive_jvp
from adjoint.transform.world import Emitted, World

FORWARD = "jvp"


def derive(
    callee: Callee, mode: str, wrt: tuple[str, ...], kinds: ParameterKinds, world: World
) -> Emitted:
    """The derived function that users call, emitted but not yet loaded.

    Args:
        callee: the function.
        mode: `gradient`, `value_and_gradient`, `vjp` or `jvp`.
        wrt: the parameters with respect to which it is differentiated.
        kinds: the kinds of its parameters.
        world: what is known already.
    """
    if mode == FORWARD:
        return derive_jvp(callee, wrt, kinds, world)
    return pipeline.derive(callee, mode, wrt, kinds, world)
