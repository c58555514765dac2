"""Objects that are given to functions of numbers: what these do with them, their class says."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from adjoint.transform.analyses.effects import is_rule
from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.analyses.operations import rule_of_name
from adjoint.transform.ir.nodes import Assign, Effect, Op, Ref, Unpack, Var, walk
from adjoint.transform.refusals import place_of, unsupported
from adjoint.transform.world import Analysis


def check_objects(analysis: Analysis, varied: Collection[str]) -> None:
    """No function with a rule may be given an object of a user's class, or a list of them.

    Raises:
        UnsupportedSyntax: one is, and it depends on what is differentiated.
    """
    for stmt in walk(analysis.function.body):
        op = stmt.value if isinstance(stmt, Assign | Effect) else None
        if isinstance(stmt, Unpack) and _is_object(stmt.value, analysis, varied, deep=False):
            raise unsupported(
                stmt.span, "what an object is unpacked to is said by its class",
                "name its attributes",
            )  # fmt: skip
        if not isinstance(op, Op) or not is_rule(op.prim) or op.prim.startswith("derived."):
            continue
        given = zip(op.roles, op.args, strict=True)
        rule = rule_of_name(op.prim)
        if any(role in rule.differentiable and _is_object(a, analysis, varied)
               for role, a in given):  # fmt: skip
            shown = op.callee.text if isinstance(op.callee, Ref) else op.prim
            raise unsupported(
                place_of(op, stmt.span), f"what `{shown}` does with an object is said by its class",
                "give it the numbers that the object holds, or write a loop over the objects",
            )  # fmt: skip


def _is_object(
    atom: object, analysis: Analysis, varied: Collection[str], deep: bool = True
) -> bool:
    """Whether an atom is an object that matters, or (deep) a list that holds one."""
    if not isinstance(atom, Var) or atom.name not in varied:
        return False
    kind = analysis.kinds.get(atom.name, ANY)
    return _holds_objects(kind) if deep else _holds_objects(replace(kind, items=()))


def _holds_objects(kind: Kind) -> bool:
    if kind.tag == "record":
        return kind.cls is not None
    return kind.tag in ("list", "tuple") and any(map(_holds_objects, kind.items))
