"""Whether a pullback may take the cotangent of a caller's array for that of a parameter."""

from __future__ import annotations

from collections.abc import Mapping

from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.ir.nodes import Augment, Function, Var, binds, walk


def is_made_anew(
    parameter: str, fn: Function, kinds: Mapping[str, Kind], assume_arrays: bool
) -> bool:
    """Whether a parameter may not hold the caller's array to the end."""
    tag = kinds.get(parameter, ANY).tag
    is_array = tag == "array" or (tag == "numeric" and assume_arrays)
    return any(
        Var(parameter) in binds(stmt)
        for stmt in walk(fn.body)
        if not isinstance(stmt, Augment) or not is_array
    )
