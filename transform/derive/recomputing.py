"""Recomputations: where in the reverse sweep a value is computed again, and of what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from adjoint.transform.analyses.versions import TOP, BlockKey, Version
from adjoint.transform.derive.plan import Plan
from adjoint.transform.derive.sweep import Sweep
from adjoint.transform.ir.nodes import Assign, Atom, Op, Var


def homes_of(
    order: list[str], chosen: Mapping[str, str], versions: Mapping[str, Version], sweep: Sweep
) -> dict[str, BlockKey]:
    """For each recomputation, the outermost block in which it may be done.

    One that cannot fail is done before a loop in whose rounds it is the same.
    """
    homes: dict[str, BlockKey] = {}
    for placeholder in order:
        if chosen[placeholder] != "recomputed":
            continue
        version = versions[placeholder]
        stmt = version.after
        assert isinstance(stmt, Assign)
        assert isinstance(stmt.value, Op)
        env = sweep.facts.versions.before[id(stmt)]
        operands = [
            _home_of(env[a.name], chosen, homes) for a in stmt.value.args if isinstance(a, Var)
        ]
        home = version.block
        while home != TOP and home not in operands and _may_leave(home, stmt.value, sweep):
            home = sweep.facts.versions.sites[home[0]].block
        homes[placeholder] = home
    return homes


def _home_of(
    version: Version, chosen: Mapping[str, str], homes: Mapping[str, BlockKey]
) -> BlockKey:
    placeholder = f"{version.name}@{version.number}"
    if chosen.get(placeholder) in ("named", "renamed"):
        return TOP
    return homes.get(placeholder, version.block)


_CANNOT_FAIL = frozenset({"np.add", "np.subtract", "np.multiply", "np.negative"})


def _may_leave(home: BlockKey, op: Op, sweep: Sweep) -> bool:
    """Whether an operation in a block may be done before the statement that the block is in."""
    if home[0] not in sweep.facts.versions.heads or op.prim not in _CANNOT_FAIL:
        return False
    arrays = [a for a in op.args if isinstance(a, Var) and not sweep.kind(a.name).is_number]
    return len(arrays) <= 1 and all(sweep.kind(a.name).is_numeric for a in arrays)


def recomputation(version: Version, plan: Plan, sweep: Sweep) -> Op:
    """The operation that made a version, on what the reversed block has of its operands."""
    stmt = version.after
    assert isinstance(stmt, Assign)
    assert isinstance(stmt.value, Op)
    env = sweep.facts.versions.before[id(stmt)]

    def operand(atom: Atom) -> Atom:
        if not isinstance(atom, Var):
            return atom
        placeholder = f"{env[atom.name].name}@{env[atom.name].number}"
        return Var(plan.names.get(placeholder, atom.name))

    op = stmt.value
    return replace(op, args=tuple(operand(a) for a in op.args))
