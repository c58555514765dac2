"""Symbolic dtypes: which names certainly have the same dtype.

The dtype of a version is what NumPy promotes a set of opaque dtypes to, each named by the version
that first had it. Literals are weak and add nothing. Two floating-point versions with the same set
have the same dtype.
"""

from __future__ import annotations

from collections.abc import Mapping

from adjoint.runtime.rules import RULES
from adjoint.transform.analyses.effects import is_rule
from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.analyses.versions import Version, Versions
from adjoint.transform.ir.nodes import Assign, Atom, Augment, Const, Function, Op, Store, Var, walk

Dtype = frozenset[int]

_CHANGES = frozenset({"np.absolute", "np.fabs", "np.nan_to_num"})
"""Rules of corresponding elements after which a complex number may be real."""
_KEEPS = frozenset({
    "np.copy", "np.zeros_like", "np.ones_like", "np.empty_like", "np.full_like", "np.flip",
    "np.roll", "np.transpose", "ndarray.T", "np.reshape", "ndarray.reshape", "np.ravel", "np.sum",
    "np.mean",
})  # fmt: skip
_PRODUCTS = frozenset({"np.matmul", "np.dot"})


def dtypes(fn: Function, kinds: Mapping[str, Kind], versions: Versions) -> dict[int, Dtype]:
    """The dtype of every version, by its number (versions not listed are opaque)."""
    found: dict[int, Dtype] = {}

    def of_atom(atom: Atom, env: Mapping[str, Version]) -> Dtype | None:
        if isinstance(atom, Const):
            return frozenset() if type(atom.value) in (int, float) else None
        if not isinstance(atom, Var) or atom.name not in env:
            return None
        number = env[atom.name].number
        return found.get(number, frozenset({number}))

    def of_op(op: Op, env: Mapping[str, Version]) -> Dtype | None:
        if op.prim == "index" and kinds.get(getattr(op.args[0], "name", ""), ANY).tag == "array":
            return of_atom(op.args[0], env)
        if not is_rule(op.prim) or not op.args or "dtype" in op.roles:
            return None
        if op.prim in _KEEPS:
            return of_atom(op.args[0], env)
        if op.prim in _PRODUCTS or (
            RULES[op.prim].kind == "elementwise" and op.prim not in _CHANGES
        ):
            parts = [of_atom(arg, env) for arg in op.args]
            known = [p for p in parts if p is not None]
            return frozenset().union(*known) if len(known) == len(parts) else None
        return None

    for stmt in walk(fn.body):
        env, after = versions.before.get(id(stmt), {}), versions.after.get(id(stmt), {})
        match stmt:
            case Assign(target=target, value=value):
                name = target.name
                dtype = of_op(value, env) if isinstance(value, Op) else of_atom(value, env)
            case Store(place=place) if isinstance(place.args[0], Var):
                name = place.args[0].name
                dtype = of_atom(place.args[0], env)
            case Augment(target=target) if kinds.get(target.name, ANY).tag == "array":
                name, dtype = target.name, of_atom(target, env)
            case _:
                continue
        if dtype is not None and name in after and after[name].what in ("definition", "write"):
            found[after[name].number] = dtype
    return found
