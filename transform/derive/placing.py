"""Decide under which name, and where, each value comes that the reverse sweep needs."""

from __future__ import annotations

from collections.abc import Mapping

import gast

from adjoint.transform.analyses.kind import ANY
from adjoint.transform.analyses.versions import TOP, BlockKey, Version
from adjoint.transform.derive.build import call, expression
from adjoint.transform.derive.needs import Needs
from adjoint.transform.derive.plan import Plan, Save, around, place_after, word
from adjoint.transform.derive.recomputing import homes_of, recomputation
from adjoint.transform.derive.saving import add_saves, save_of, statements_of
from adjoint.transform.derive.spoiled import spoiled
from adjoint.transform.derive.sweep import Facts, Sweep
from adjoint.transform.derive.unbound import may_be_nothing, may_be_unbound
from adjoint.transform.ir.nodes import Assign, Atom, Op, Var
from adjoint.transform.refusals import unsupported


def plan_storage(
    chosen: Mapping[str, str], needs: Needs, sweep: Sweep, pinned: frozenset[str],
    reserved: frozenset[str],
) -> Plan:  # fmt: skip
    """Place every value as `chosen` says that it comes."""
    plan = Plan()
    versions = dict(needs.versions)
    order = sorted(chosen, key=lambda p: (versions[p].position, versions[p].number))
    given: dict[str, list[BlockKey]] = {name: [TOP] for name in reserved}
    blocks = statements_of(sweep)
    saves: dict[BlockKey, list[Save]] = {}
    for placeholder in order:
        if chosen[placeholder] == "named":
            given.setdefault(versions[placeholder].name, []).append(TOP)
    homes = homes_of(order, chosen, versions, sweep)
    done: dict[tuple[BlockKey, str, tuple[Atom, ...], str], str] = {}
    for placeholder in order:
        version, how = versions[placeholder], chosen[placeholder]
        if how == "named":
            plan.names[placeholder] = version.name
            continue
        home = homes.get(placeholder, version.block)
        if how == "recomputed":
            again = recomputation(version, plan, sweep)
            known = (home, again.prim, again.args, gast.dump(again.template))
            if known in done:
                plan.names[placeholder] = done[known]
                continue
        plan.names[placeholder] = _choose_name(version, home, given, sweep)
        given.setdefault(plan.names[placeholder], []).append(home)
        if how == "made":
            continue
        target = Var(plan.names[placeholder])
        if how == "recomputed":
            plan.restores.setdefault(home, []).append(Assign(target, again))
            done[known] = target.name
            continue
        value = _kept_value(version, placeholder, needs, sweep.facts, pinned)
        if how == "renamed":
            if plan.names[placeholder] == version.name:
                kept = "kept_" if version.name.startswith("%") else ""
                plan.names[placeholder] = sweep.names.fresh(kept + word(version))
                target = Var(plan.names[placeholder])
            for bound in _where_bound(version):
                place_after(bound, Assign(target, value), plan)
            continue
        save = save_of(version, value, target, blocks, plan, sweep)
        saves.setdefault(version.block, []).append(save)
    for block, group in saves.items():
        add_saves(block, group, blocks[block], plan, sweep)
    return plan


def _choose_name(
    version: Version, home: BlockKey, given: Mapping[str, list[BlockKey]], sweep: Sweep
) -> str:
    """The primal's own name, unless another version in an enclosing or inner block has it."""
    others = given.get(version.name, [])
    mine = around(home, sweep)
    if any(other in mine or home in around(other, sweep) for other in others):
        return sweep.names.fresh(word(version))
    return version.name


def _kept_value(
    version: Version, placeholder: str, needs: Needs, facts: Facts, pinned: frozenset[str]
) -> Op | Var:
    name = Var(version.name)
    if placeholder in needs.shape_only and facts.kinds.get(version.name, ANY).tag != "num":
        return call("spec", name)
    if not spoiled(version, facts, pinned):
        return name
    if version.is_binding:
        return call("contents", name)
    kind = facts.kinds.get(version.name, ANY)
    if kind.tag == "array" and not may_be_nothing(version):
        return expression("x.copy()", {"x": name}, "derived.copy")
    return call("own" if kind.is_numeric and kind.tag != "any" else "snapshot", name)


def _where_bound(version: Version) -> list[Version]:
    """Where a value can be kept: where it is made, or on each way to it if not all ways bind it.

    Raises:
        UnsupportedSyntax: it is an array that is written, where it may not have been bound.
    """
    found: dict[int, Version] = {}
    pending = [version]
    while pending:
        one = pending.pop()
        if not may_be_unbound(one):
            found[one.number] = one
        elif one.what == "write":
            assert one.after is not None
            raise unsupported(
                one.after.span, f"this writes into an array that `{one.name}` may hold, which may "
                "not be bound by then", f"bind `{one.name}` before",
            )  # fmt: skip
        else:
            pending += one.merges
    return sorted(found.values(), key=lambda one: one.position)
