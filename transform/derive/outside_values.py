"""Values from outside that a pullback reads: kept when the function is called, as they are then.

    def f_vjp(t):                               def f_vjp(t):
        def pullback(d_out):            ->          kept_K = K
            return 3 * (d_out * K) * t ** 2
                                                    def pullback(d_out):
        return K * t ** 3, pullback                     return 3 * (d_out * kept_K) * t ** 2

                                                    return K * t ** 3, pullback

Between the two, whoever calls them may bind a global anew, or write into an array that it holds.
"""

from __future__ import annotations

from dataclasses import replace
from types import FunctionType
from typing import Any

import numpy as np

from adjoint.transform.analyses.outside_changes import ANYTHING, Changed
from adjoint.transform.derive.build import Names, call, substitute
from adjoint.transform.ir.nodes import Assign, Atom, Define, Function, Ref, Stmt, Var

_LIBRARIES = frozenset({"numpy", "scipy", "math", "cmath", "cupy"})
_CONTAINERS = (list, tuple, dict)


def keep_outside(
    derived: Function, origin: FunctionType, names: Names, changed: Changed | None
) -> Function:
    """A vjp whose pullback reads what was outside when the vjp was called.

    Args:
        derived: the vjp; it defines its pullback in the last statement but two.
        origin: the function that it is of.
        names: for names.
        changed: what is changed before the pullback runs; None: anything may be.
    """
    *before, define, both, last = derived.body
    assert isinstance(define, Define)
    kept: dict[str, tuple[Var, Stmt]] = {}

    def change(atom: Atom) -> Atom:
        if not isinstance(atom, Ref) or atom.local or not _may_change(atom, origin):
            return atom
        if changed is not None and id(atom.value) not in changed:
            if ANYTHING not in changed or isinstance(atom.value, np.ndarray):
                return atom
        if atom.text not in kept:
            var = names.temporary(f"kept_{atom.text.replace('.', '_')}")
            kept[atom.text] = var, _keeping(var, atom)
        return kept[atom.text][0]

    inner = define.function
    body = tuple(substitute(stmt, change) for stmt in inner.body)
    if not kept:
        return derived
    captures = sorted({*inner.captures, *(var.name for var, _ in kept.values())})
    pullback = replace(inner, body=body, captures=tuple(captures))
    first = (stmt for _, stmt in kept.values())
    block = (*first, *before, replace(define, function=pullback), both, last)
    return replace(derived, body=block)


def _keeping(var: Var, atom: Ref) -> Stmt:
    """The statement that keeps a value: an array or a container may be written into."""
    if isinstance(atom.value, np.ndarray):
        return Assign(var, call("own", atom))
    return Assign(var, call("snapshot", atom) if isinstance(atom.value, _CONTAINERS) else atom)


def _may_change(atom: Ref, origin: FunctionType) -> bool:
    """Whether what is outside is data of the user's, not a function or a constant of a library."""
    if not isinstance(atom.value, (int, float, complex, np.generic, np.ndarray, *_CONTAINERS)):
        return False
    root, dot, _ = atom.text.partition(".")
    if root not in origin.__globals__ and root not in origin.__code__.co_freevars:
        return False  # an import inside the function binds it
    module: Any = origin.__globals__.get(root)
    return not (dot and getattr(module, "__name__", "").partition(".")[0] in _LIBRARIES)
