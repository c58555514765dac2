"""Emitted functions as running ones, bound to the arrays of a home."""

from __future__ import annotations

import math
import threading
import types
from types import FunctionType, ModuleType
from typing import Any

import numpy

from adjoint.runtime import anomaly, home
from adjoint.runtime.caught import is_of_tangent
from adjoint.runtime.cells import Cell
from adjoint.runtime.on_demand import scipy
from adjoint.transform import homes
from adjoint.transform.derive.own_names import PREFIX
from adjoint.transform.dynamic import call_with
from adjoint.transform.emit.load import load
from adjoint.transform.forward.dynamic import jvp_with
from adjoint.transform.ir.nodes import Ref, reads, walk
from adjoint.transform.lower.classes import is_made_here
from adjoint.transform.lower.dataclass_functions import is_own_call
from adjoint.transform.own_callees import note_emitted
from adjoint.transform.readonly import only_reads
from adjoint.transform.world import Emitted

_lock = threading.RLock()
Pending = dict[int, tuple[Emitted, types.CellType]]


def function_of(
    emitted: Emitted, namespace: ModuleType = numpy, watched: bool = False
) -> FunctionType:
    """The emitted function, ready to run on the arrays of a namespace.

    watched: whether it looks at every cotangent that it assigns (`runtime.anomaly`).
    """
    with _lock:
        found = emitted.loaded.get((id(namespace), watched))
        return found or _load(emitted, namespace, watched, {})


def _load(
    emitted: Emitted, namespace: ModuleType, watched: bool, pending: Pending
) -> FunctionType:
    cells = cells_of(emitted, namespace)
    own = types.CellType()
    pending[id(emitted)] = (emitted, own)
    for name, callee in emitted.callees.items():
        if id(callee) in pending:
            cells[name] = pending[id(callee)][1]
        else:
            found = callee.loaded.get((id(namespace), watched))
            cells[name] = found or _load(callee, namespace, watched, pending)
    made = load(
        emitted.adjoint.function, emitted.origin.__globals__, cells, text=emitted.text,
        places=emitted.places, watch=anomaly if watched else None,
    )  # fmt: skip
    own.cell_contents = made
    emitted.loaded[id(namespace), watched] = made
    note_emitted(made, emitted)
    return made


def cells_of(emitted: Emitted, namespace: ModuleType = numpy) -> dict[str, Any]:
    """What the text reads besides the user's globals: helpers, `np`, the user's own cells."""
    origin = emitted.origin
    cells: dict[str, Any] = {
        "np": home.facade(namespace),
        "math": math,
        "scipy": scipy,
        "Cell": Cell,
        "call_vjp": call_with(emitted.passes),
        "call_jvp": jvp_with(emitted.passes),
        "only_reads": only_reads,
        "is_of_tangent": is_of_tangent,
        **home.bind_helpers(namespace),
    }
    cells |= {PREFIX + name: value for name, value in cells.items()}
    outside = {
        a.text.partition(".")[0]
        for s in walk(emitted.adjoint.function.body)
        for a in reads(s)
        if isinstance(a, Ref) and not a.local
    }
    for name in outside & set(cells):
        if name in origin.__globals__:
            del cells[name]  # the user's own meaning of the name
    cells |= {
        a.text: a.value
        for s in walk(emitted.adjoint.function.body)
        for a in reads(s)
        if isinstance(a, Ref) and (is_made_here(a.value) or is_own_call(a))
    }
    captured = dict(zip(origin.__code__.co_freevars, origin.__closure__ or (), strict=True))
    cells |= captured
    if namespace is not numpy:
        for name in outside & set(origin.__globals__):
            value = origin.__globals__[name]
            there = homes.moved(value, namespace)
            if there is not value:
                cells[name] = there
        for name, cell in captured.items():
            if homes.moves(cell):
                cells[name] = homes.moved(cell.cell_contents, namespace)
    return cells
