"""Whether what a value is held in (array, container) may be written after the value came to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from adjoint.transform.analyses.alias_state import may_contain
from adjoint.transform.analyses.kind import ANY
from adjoint.transform.analyses.order import Place, may_follow, places
from adjoint.transform.analyses.versions import Version
from adjoint.transform.derive.sweep import Facts
from adjoint.transform.ir.nodes import For, If, Stmt, While, blocks_of


def spoiled(version: Version, facts: Facts, pinned: frozenset[str]) -> bool:
    """Whether the array that a version holds may be written after it came to be.

    Of what is but the arrays that a container holds, whether it may come to hold others.
    """
    kind = facts.kinds.get(version.name, ANY)
    if not kind.may_share or (version.is_binding and not may_contain(kind)) or version.is_identity:
        return False
    writes = facts.aliases.changes if version.is_binding else facts.aliases.reached
    family = facts.aliases.classes.get(version.name, frozenset({version.name}))
    family |= {version.name}
    if family & pinned:
        return True
    where = places(facts.function)
    here = _place(version, facts, where)
    for stmt_id, names in writes.items():
        if names & family and stmt_id in where:
            if version.after is not None and stmt_id == id(version.after):
                if not here.loops or not where[stmt_id].loops:
                    continue
            if may_follow(where[stmt_id], here):
                return True
    return False


def _place(version: Version, facts: Facts, where: Mapping[int, Place]) -> Place:
    if version.after is not None and id(version.after) in where:
        place = where[id(version.after)]
        if isinstance(version.after, If | For | While):  # it exists after all that is inside
            last = max(
                (where[id(s)].position for s in _inside(version.after) if id(s) in where),
                default=place.position,
            )
            return Place(last, place.loops)
        return place
    if version.block == (0, "body"):
        return Place(-1, ())
    owner = where.get(version.block[0])
    if owner is None:
        return Place(-1, ())
    inside_loop = any(id_ == version.block[0] for id_ in facts.versions.heads)
    loops = (*owner.loops, version.block[0]) if inside_loop else owner.loops
    return Place(owner.position, loops)


def _inside(stmt: Stmt) -> Iterable[Stmt]:
    for block in blocks_of(stmt):
        for inner in block:
            yield inner
            yield from _inside(inner)
