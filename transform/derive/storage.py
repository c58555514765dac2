"""Decide where the reverse sweep finds each primal value: by name, saved, or computed again.

A placeholder (`x@7`) in the reverse sweep stands for one version of a primal name. The version is

    named       the forward sweep leaves it in a name: nothing to do
    renamed     it happens once, but its name is used again later: kept under another name
    saved       it happens once a round of a loop: pushed on a list, popped in the reversed block
    recomputed  it is cheap, and its operands are at hand in the reversed block

A value whose array may be written later, through any name, is copied when it is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import gast

from adjoint.transform.analyses.effects import is_rule
from adjoint.transform.analyses.kind import ANY, CELL
from adjoint.transform.analyses.operations import rule_of_name
from adjoint.transform.analyses.outside_changes import may_change
from adjoint.transform.analyses.versions import TOP, Version
from adjoint.transform.derive.carrying import insert, restore
from adjoint.transform.derive.likes import represent
from adjoint.transform.derive.needs import Needs, needs_of
from adjoint.transform.derive.placing import plan_storage
from adjoint.transform.derive.spoiled import spoiled
from adjoint.transform.derive.sweep import FIRST_OWN, Facts, Sweep
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Block,
    Mark,
    Op,
    Ref,
    Var,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stored:
    """The two sweeps with every placeholder resolved, and the lists that the first one fills."""

    forward: Block
    backward: Block
    lists: tuple[str, ...]


def store(
    forward: Block, backward: Block, sweep: Sweep, pinned: frozenset[str],
    reserved: frozenset[str] = frozenset(),
) -> Stored:  # fmt: skip
    """Resolve the placeholders of a reverse sweep.

    `pinned` are names whose arrays somebody else may write after the forward sweep: the caller's
    arguments and the result, where a pullback is handed out. `reserved` names are read again after
    the reverse sweep, which must not use them for anything else.
    """
    backward = represent(backward, sweep)
    needs = needs_of(backward, sweep)
    chosen = _choose(needs, sweep, pinned)
    plan = plan_storage(chosen, needs, sweep, pinned, reserved)

    def resolve(atom: Atom) -> Atom:
        if isinstance(atom, Var) and atom.name in plan.names:
            return Var(plan.names[atom.name])
        return atom

    new_forward = insert(forward, plan, sweep)
    first = plan.starts.get(TOP, [])
    new_backward = restore((Mark(TOP), *backward), plan, resolve)
    return Stored((*first, *new_forward), new_backward, tuple(plan.lists))


# Choosing


def _choose(needs: Needs, sweep: Sweep, pinned: frozenset[str]) -> dict[str, str]:
    """How every placeholder comes that is needed; some are made by the reverse sweep itself."""
    facts = sweep.facts
    lasting = _lasting(facts)
    chosen: dict[str, str] = {}
    order = sorted(needs.versions.items(), key=lambda item: (item[1].position, item[1].number))
    for placeholder, version in order:
        if placeholder in needs.made:
            chosen[placeholder] = "made"
        elif _stays(placeholder, version, lasting, needs, facts, pinned):
            chosen[placeholder] = "named"
        elif "recompute" in sweep.passes and _recomputable(
            version, chosen, needs, sweep, pinned
        ):
            chosen[placeholder] = "recomputed"
            _note_operands(version, chosen, needs, sweep)
        elif version.depth == 0:
            chosen[placeholder] = "renamed"
        else:
            chosen[placeholder] = "saved"
    return chosen


def _stays(
    placeholder: str, version: Version, lasting: set[int], needs: Needs, facts: Facts,
    pinned: frozenset[str],
) -> bool:  # fmt: skip
    """Whether a name still holds, after the forward sweep, all that is read of a version."""
    if version.number > FIRST_OWN:
        return version.depth == 0
    if version.number not in lasting:
        return False
    tag = facts.kinds.get(version.name, ANY).tag
    shape_alone = placeholder in needs.shape_only and tag in ("array", "num", "numeric")
    return shape_alone or not spoiled(version, facts, pinned)


def _lasting(facts: Facts) -> set[int]:
    """Versions that their name still holds when the forward sweep is over."""
    found: set[int] = set()
    known = (facts.versions, facts.bindings, facts.identities)
    pending = [version for one in known for version in one.end.values()]
    while pending:
        version = pending.pop()
        if version.number in found:
            continue
        found.add(version.number)
        if version.what == "join" and version.depth == 0:
            # on the path taken, the name holds what came to be in that branch
            pending += [v for v in version.merges if v.block[0] == id(version.after)]
    return found


def _note_operands(
    version: Version, chosen: dict[str, str], needs: Needs, sweep: Sweep
) -> None:
    """The operands of a recomputation are needed too; those not yet so are in their names."""
    assert isinstance(version.after, Assign)
    assert isinstance(version.after.value, Op)
    env = sweep.facts.versions.before[id(version.after)]
    for atom in version.after.value.args:
        if isinstance(atom, Var):
            placeholder = f"{env[atom.name].name}@{env[atom.name].number}"
            if placeholder not in chosen:
                chosen[placeholder] = "named"
                needs.versions[placeholder] = env[atom.name]


_CHEAP = frozenset({
    "index", "tuple", "np.add", "np.subtract", "np.multiply", "np.divide", "np.negative",
    "np.square", "np.positive", "np.absolute",
})  # fmt: skip


def _recomputable(
    version: Version, chosen: Mapping[str, str], needs: Needs, sweep: Sweep,
    pinned: frozenset[str],
) -> bool:  # fmt: skip
    """Whether a version is cheap to compute again from what the reversed block has anyway."""
    stmt = version.after
    if version.what != "definition" or version.depth == 0 or not isinstance(stmt, Assign):
        return False
    if version.is_binding:  # what is computed again is another array
        return False
    op = stmt.value
    if not isinstance(op, Op) or not _cheap(op):
        return False
    if any(isinstance(a, Ref) and may_change(a.value, sweep.facts.changed) for a in op.args):
        return False
    env, lasting = sweep.facts.versions.before[id(stmt)], _lasting(sweep.facts)
    for atom in op.args:
        if isinstance(atom, Var):
            if sweep.facts.kinds.get(atom.name) == CELL:  # it holds something else by then
                return False
            operand = env[atom.name]
            placeholder = f"{operand.name}@{operand.number}"
            whole = operand.number in lasting and not spoiled(operand, sweep.facts, pinned)
            if not whole and (placeholder not in chosen or placeholder in needs.shape_only):
                return False
    return True


def _cheap(op: Op) -> bool:
    """Whether an operation costs no more than to keep its result: arithmetic, views, looks."""
    if op.prim == "look":
        return not _calls(op)
    return op.prim in _CHEAP or (is_rule(op.prim) and rule_of_name(op.prim).memory == "view")


def _calls(op: Op) -> bool:
    return any(isinstance(node, gast.Call) for node in gast.walk(op.template))
