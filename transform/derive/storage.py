"""Decide where the reverse sweep finds each primal value: by name, saved, or computed again.

A placeholder (`x@7`) in the reverse sweep stands for one version of a primal name. The version is

    named       the forward sweep leaves it in a name: nothing to do
    renamed     it happens once, but its name is used again later: kept under another name
    saved       it happens once a round of a loop: pushed on a list, popped in the reversed block
    recomputed  it is cheap, and its operands are at hand in the reversed block

A value whose array may be written later, through any name, is copied when it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import gast

from adjoint.transform.analyses.effects import is_rule
from adjoint.transform.analyses.kind import ANY
from adjoint.transform.analyses.resolve import rule_of_name
from adjoint.transform.analyses.versions import TOP, BlockKey, Version
from adjoint.transform.derive.build import call, expression, substitute
from adjoint.transform.derive.cotangents import Facts, Sweep
from adjoint.transform.derive.likes import represent
from adjoint.transform.derive.needs import Needs, needs_of
from adjoint.transform.derive.spoiled import spoiled
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Block,
    Effect,
    For,
    If,
    Mark,
    Op,
    Stmt,
    Var,
    While,
    With,
)  # fmt: skip


@dataclass(slots=True)
class Plan:
    """What was decided.

    names: for every placeholder, the emitted name. keep: statements to add to the forward sweep,
    after a statement (by identity) or at the start of a block (by its key). restore: statements to
    add where a reversed block begins. lists: names of the lists that are pushed on. shapes:
    placeholders of which the shape alone is kept.
    """

    names: dict[str, str] = field(default_factory=dict)
    after: dict[int, list[Stmt]] = field(default_factory=dict)
    starts: dict[BlockKey, list[Stmt]] = field(default_factory=dict)
    restores: dict[BlockKey, list[Stmt]] = field(default_factory=dict)
    lists: list[str] = field(default_factory=list)


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
    plan = _plan(chosen, needs, sweep, pinned, reserved)

    def resolve(atom: Atom) -> Atom:
        if isinstance(atom, Var) and atom.name in plan.names:
            return Var(plan.names[atom.name])
        return atom

    new_forward = _insert(forward, plan, sweep)
    first = plan.starts.get((0, "body"), [])
    new_backward = _restore(backward, plan, resolve)
    return Stored((*first, *new_forward), new_backward, tuple(plan.lists))


# Choosing


def _choose(needs: Needs, sweep: Sweep, pinned: frozenset[str]) -> dict[str, str]:
    """For every placeholder that is needed and not made by the reverse sweep itself, how it comes."""
    facts = sweep.facts
    lasting = _lasting(facts)
    chosen: dict[str, str] = {}
    order = sorted(needs.versions.items(), key=lambda item: (item[1].position, item[1].number))
    for placeholder, version in order:
        if placeholder in needs.made:
            chosen[placeholder] = "made"
        elif version.number in lasting and (
            _keeps_shape(placeholder, version, needs, facts)
            or not spoiled(version, facts, pinned)
        ):
            chosen[placeholder] = "named"
        elif _recomputable(version, chosen, needs, sweep, pinned):
            chosen[placeholder] = "recomputed"
            _note_operands(version, chosen, needs, sweep)
        elif version.depth == 0:
            chosen[placeholder] = "renamed"
        else:
            chosen[placeholder] = "saved"
    return chosen


def _keeps_shape(placeholder: str, version: Version, needs: Needs, facts: Facts) -> bool:
    """Whether what is read of a version is not changed by writing into its array."""
    tag = facts.kinds.get(version.name, ANY).tag
    return placeholder in needs.shape_only and tag in ("array", "num", "numeric")


def _lasting(facts: Facts) -> set[int]:
    """Versions that their name still holds when the forward sweep is over."""
    found: set[int] = set()
    pending = list(facts.versions.end.values())
    while pending:
        version = pending.pop()
        if version.number in found:
            continue
        found.add(version.number)
        if version.what == "join" and version.depth == 0:
            # on the path taken, the name holds what came to be in that branch
            pending += [v for v in version.merges if v.block != version.block]
    return found


def _note_operands(
    version: Version, chosen: dict[str, str], needs: Needs, sweep: Sweep
) -> None:
    """The operands of a recomputation are needed too; those not yet so are in their names."""
    assert isinstance(version.after, Assign) and isinstance(version.after.value, Op)
    env = sweep.facts.versions.before[id(version.after)]
    for atom in version.after.value.args:
        if isinstance(atom, Var):
            placeholder = f"{env[atom.name].name}@{env[atom.name].number}"
            if placeholder not in chosen:
                chosen[placeholder] = "named"
                needs.versions[placeholder] = env[atom.name]


_CHEAP_HELPERS = frozenset({"index", "look", "tuple"})
_DEAR = frozenset({
    "np.matmul", "np.dot", "np.einsum", "np.tensordot", "np.outer", "np.inner", "np.vdot",
    "np.cumsum", "np.sort", "np.prod", "np.kron", "np.concatenate", "np.stack", "np.power",
})  # fmt: skip


def _recomputable(
    version: Version, chosen: Mapping[str, str], needs: Needs, sweep: Sweep,
    pinned: frozenset[str],
) -> bool:  # fmt: skip
    """Whether a version is cheap to compute again from what the reversed block has anyway."""
    stmt = version.after
    if version.what != "definition" or version.depth == 0 or not isinstance(stmt, Assign):
        return False
    op = stmt.value
    if not isinstance(op, Op) or not _cheap(op):
        return False
    env, lasting = sweep.facts.versions.before[id(stmt)], _lasting(sweep.facts)
    for atom in op.args:
        if isinstance(atom, Var):
            operand = env[atom.name]
            placeholder = f"{operand.name}@{operand.number}"
            if placeholder not in chosen and not (
                operand.number in lasting and not spoiled(operand, sweep.facts, pinned)
            ):
                return False
            if placeholder in needs.shape_only:
                return False
    return True


def _cheap(op: Op) -> bool:
    if op.prim in _CHEAP_HELPERS:
        return op.prim != "look" or not _calls(op)
    if not is_rule(op.prim) or op.prim in _DEAR:
        return False
    rule = rule_of_name(op.prim)
    return rule.kind == "elementwise" or rule.memory in ("view",)


def _calls(op: Op) -> bool:
    return any(isinstance(node, gast.Call) for node in gast.walk(op.template))


# Planning


def _plan(
    chosen: Mapping[str, str], needs: Needs, sweep: Sweep, pinned: frozenset[str],
    reserved: frozenset[str],
) -> Plan:  # fmt: skip
    facts = sweep.facts
    plan = Plan()
    extra = dict(needs.versions)
    order = sorted(chosen, key=lambda p: (extra[p].position, extra[p].number))
    given: dict[str, list[BlockKey]] = {name: [TOP] for name in reserved}
    for placeholder in order:
        if chosen[placeholder] == "named":
            given.setdefault(extra[placeholder].name, []).append(TOP)
    for placeholder in order:
        version, how = extra[placeholder], chosen[placeholder]
        if how == "named":
            plan.names[placeholder] = version.name
            continue
        plan.names[placeholder] = _choose_name(version, given, sweep)
        given.setdefault(plan.names[placeholder], []).append(version.block)
        if how == "made":
            continue
        target = Var(plan.names[placeholder])
        if how == "recomputed":
            _add_recomputation(version, target, plan, sweep)
            continue
        value = _kept_value(version, placeholder, needs, facts, pinned)
        if how == "renamed":
            if plan.names[placeholder] == version.name:
                plan.names[placeholder] = sweep.names.fresh(_plain(version.name))
                target = Var(plan.names[placeholder])
            _place_after(version, Assign(target, value), plan)
            continue
        saved = sweep.names.fresh(f"saved_{_plain(version.name)}")
        plan.lists.append(saved)
        temporary = sweep.names.temporary(_plain(version.name))
        steps: list[Stmt] = []
        if isinstance(value, Op):
            steps.append(Assign(temporary, value))
            value = temporary
        push = expression("saved.append(x)", {"saved": Var(saved), "x": value}, "derived.push")
        steps.append(Effect(push))
        for step in steps:
            _place_after(version, step, plan)
        pop = expression("saved.pop()", {"saved": Var(saved)}, "derived.restore")
        plan.restores.setdefault(version.block, []).insert(0, Assign(target, pop))
    return plan


def _plain(name: str) -> str:
    hint = name.lstrip("%").split(".", maxsplit=1)[0]
    return hint if hint.isidentifier() else "value"


def _choose_name(version: Version, given: Mapping[str, list[BlockKey]], sweep: Sweep) -> str:
    """The primal's own name, unless another version in an enclosing or inner block has it."""
    others = given.get(version.name, [])
    mine = _around(version.block, sweep)
    if any(other in mine or version.block in _around(other, sweep) for other in others):
        return sweep.names.fresh(_plain(version.name))
    return version.name


def _around(block: BlockKey, sweep: Sweep) -> list[BlockKey]:
    """A block and those that enclose it."""
    found = [block]
    while found[-1] != TOP:
        found.append(sweep.facts.versions.sites[found[-1][0]].block)
    return found


def _kept_value(
    version: Version, placeholder: str, needs: Needs, facts: Facts, pinned: frozenset[str]
) -> Op | Var:
    name = Var(version.name)
    if placeholder in needs.shape_only and facts.kinds.get(version.name, ANY).tag != "num":
        return call("spec", name)
    if not spoiled(version, facts, pinned):
        return name
    kind = facts.kinds.get(version.name, ANY)
    if kind.tag == "array":
        return expression("x.copy()", {"x": name}, "derived.copy")
    return call("own", name)


def _place_after(version: Version, stmt: Stmt, plan: Plan) -> None:
    if version.after is None:
        plan.starts.setdefault(version.block, []).append(stmt)
    else:
        plan.after.setdefault(id(version.after), []).append(stmt)


def _add_recomputation(version: Version, target: Var, plan: Plan, sweep: Sweep) -> None:
    stmt = version.after
    assert isinstance(stmt, Assign) and isinstance(stmt.value, Op)
    env = sweep.facts.versions.before[id(stmt)]

    def operand(atom: Atom) -> Atom:
        if not isinstance(atom, Var):
            return atom
        placeholder = f"{env[atom.name].name}@{env[atom.name].number}"
        return Var(plan.names.get(placeholder, atom.name))

    op = stmt.value
    again = Assign(target, replace(op, args=tuple(operand(a) for a in op.args)))
    plan.restores.setdefault(version.block, []).append(again)


# Carrying out


def _insert(block: Block, plan: Plan, sweep: Sweep) -> Block:
    """The forward sweep with what is kept."""
    new: list[Stmt] = []
    for stmt in block:
        identity = id(stmt)
        inner: Stmt = stmt
        match stmt:
            case If(body=body, orelse=orelse):
                inner = replace(stmt, body=_started(identity, "body", body, plan, sweep),
                                orelse=_started(identity, "orelse", orelse, plan, sweep))  # fmt: skip
            case For(body=body):
                inner = replace(stmt, body=_started(identity, "body", body, plan, sweep))
            case While(before=before, body=body):
                inner = replace(stmt, before=_insert(before, plan, sweep),
                                body=_started(identity, "body", body, plan, sweep))  # fmt: skip
            case With(body=body):
                inner = replace(stmt, body=_insert(body, plan, sweep))
        new += sweep.replaced.get(identity, (inner,))
        new += plan.after.get(identity, ())
    return tuple(new)


def _started(identity: int, slot: str, block: Block, plan: Plan, sweep: Sweep) -> Block:
    start = plan.starts.get((identity, slot), [])
    return (*start, *_insert(block, plan, sweep))


def _restore(block: Block, plan: Plan, resolve: Callable[[Atom], Atom]) -> Block:
    """The reverse sweep with placeholders resolved and values restored."""
    new: list[Stmt] = []
    for stmt in block:
        match stmt:
            case Mark(key=key):
                new += plan.restores.get(key, ())
            case If(body=body, orelse=orelse):
                changed = substitute(replace(stmt, body=(), orelse=()), resolve)
                assert isinstance(changed, If)
                new.append(replace(changed, body=_restore(body, plan, resolve),
                                   orelse=_restore(orelse, plan, resolve)))  # fmt: skip
            case For(body=body):
                changed = substitute(replace(stmt, body=()), resolve)
                assert isinstance(changed, For)
                new.append(replace(changed, body=_restore(body, plan, resolve)))
            case _:
                new.append(substitute(stmt, resolve))
    return tuple(new)
