"""What emitted adjoints call: small functions of arrays, readable and independent of the rest.

Each uses `np`, `math`, `types` and other helpers only, so that its source can stand in a module of
its own, and so that it runs on CuPy with `np` bound to that (`adjoint.runtime.home`).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

from . import (
    arrangement,
    broadcasting,
    einsums,
    elements,
    linear,
    products,
    reductions,
    structures,
)

MODULES = (broadcasting, structures, elements, reductions, arrangement, products, einsums, linear)

ALL: Mapping[str, FunctionType] = {
    name: function
    for module in MODULES
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__
}
"""Every function of the helpers, the private ones included: what a helper may call."""

HELPERS: Mapping[str, Callable[..., Any]] = {
    name: function for name, function in ALL.items() if not name.startswith("_")
}
"""The helpers by name."""

SHAPE_ONLY: Mapping[str, tuple[int, ...]] = {
    "unbroadcast": (1,),
    "expand": (1,),
    "unreduce": (1,),
    "count": (0,),
    "spec": (0,),
    "cast_back": (1, 2),
    "cast_on": (1, 2),
    "uncumsum": (1,),
    "undiff": (1,),
    "trapezoid_dy": (1,),
    "unconcatenate": (1,),
    "unstack": (1,),
    "unvstack": (1,),
    "unhstack": (1,),
    "uncolumn_stack": (1,),
    "unsplit": (1,),
    "untile": (1,),
    "unrepeat": (1,),
    "unpad": (1,),
    "scatter": (1,),
    "untake": (1,),
    "put_along": (1,),
    "undiagonal": (1,),
    "undiag": (1,),
    "untrace": (1,),
    "ramp": (0,),
    "arange_along_start": (1,),
    "arange_along_step": (1,),
    **dict.fromkeys(("matmul_dx", "dot_da", "inner_da", "outer_da", "tensordot_da"), (1,)),
    **dict.fromkeys(("matmul_dy", "dot_db", "inner_db", "outer_db", "tensordot_db"), (2,)),
    **dict.fromkeys(("kron_da", "cross_da"), (1,)),
    **dict.fromkeys(("kron_db", "cross_db", "solve_db"), (2,)),
    "solve_da": (2,),
}
"""The positions of arguments of which a helper reads only the shape and dtype."""
