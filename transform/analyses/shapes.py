"""Symbolic shapes: which names certainly have the same shape.

The shape of a version is the broadcast of a set of opaque shapes, each named by the version that
first had it; a number's is the empty set. Two versions with the same set have the same shape.
"""

from __future__ import annotations

from collections.abc import Mapping

from adjoint.transform.analyses.effects import is_rule
from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.analyses.resolve import rule_of_name
from adjoint.transform.analyses.versions import Version, Versions
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Const,
    Function,
    Op,
    Ref,
    Store,
    Var,
    walk,
)  # fmt: skip

Shape = frozenset[int]
NUMBER: Shape = frozenset()
_SAME = frozenset({
    "np.copy", "ndarray.copy", "np.zeros_like", "np.ones_like", "np.empty_like", "np.full_like",
    "ndarray.astype", "np.flip", "np.roll",
})  # fmt: skip
_BROADCAST = frozenset({"np.where", "np.floor", "np.ceil", "np.sign", "np.rint", "np.trunc"})


def shapes(fn: Function, kinds: Mapping[str, Kind], versions: Versions) -> dict[int, Shape]:
    """The shape of every version, by its number (versions not listed are opaque)."""
    found: dict[int, Shape] = {}

    def of_atom(atom: Atom, env: Mapping[str, Version]) -> Shape | None:
        if isinstance(atom, Const):
            return NUMBER if isinstance(atom.value, int | float | complex) else None
        if isinstance(atom, Ref):
            return NUMBER if isinstance(atom.value, int | float | complex) else None
        if kinds.get(atom.name, ANY).is_number:
            return NUMBER
        version = env.get(atom.name)
        if version is None:
            return None
        return found.get(version.number, frozenset({version.number}))

    def of_op(op: Op, env: Mapping[str, Version]) -> Shape | None:
        if not is_rule(op.prim) or not op.args:
            return None
        rule = rule_of_name(op.prim)
        if rule.kind == "elementwise" or op.prim in _BROADCAST:
            parts = [of_atom(arg, env) for arg in op.args]
            known = [p for p in parts if p is not None]
            return frozenset().union(*known) if len(known) == len(parts) else None
        return of_atom(op.args[0], env) if op.prim in _SAME else None

    for stmt in walk(fn.body):
        env, after = versions.before.get(id(stmt), {}), versions.after.get(id(stmt), {})
        match stmt:
            case Assign(target=target, value=value):
                shape = of_op(value, env) if isinstance(value, Op) else of_atom(value, env)
                name = target.name
            case Store(place=place) if isinstance(place.args[0], Var):
                name = place.args[0].name
                shape = of_atom(place.args[0], env)
            case Augment(target=target) if kinds.get(target.name, ANY).tag == "array":
                name, shape = target.name, of_atom(target, env)
            case _:
                continue
        if shape is not None and name in after and after[name].what in ("definition", "write"):
            found[after[name].number] = shape
    return found
