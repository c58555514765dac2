"""The plan of what is kept: the names of kept values, and what is added to either sweep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from adjoint.transform.analyses.versions import TOP, BlockKey, Version
from adjoint.transform.derive.sweep import Sweep
from adjoint.transform.emit.names import describe
from adjoint.transform.ir.nodes import Assign, Break, If, Op, Stmt, Try, Var, With


@dataclass(slots=True)
class Plan:
    """What was decided.

    names: for every placeholder, the emitted name. after, starts, exits: statements to add to the
    forward sweep, after a statement (by identity), at the start of a block (by its key) or before
    the `break` that a block ends with. restores: statements to add where a reversed block begins.
    lists: names of the lists that are pushed on.
    """

    names: dict[str, str] = field(default_factory=dict)
    after: dict[int, list[Stmt]] = field(default_factory=dict)
    starts: dict[BlockKey, list[Stmt]] = field(default_factory=dict)
    exits: dict[BlockKey, list[Stmt]] = field(default_factory=dict)
    restores: dict[BlockKey, list[Stmt]] = field(default_factory=dict)
    lists: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Save:
    """A value that is kept once a round: what is pushed, the name under which it comes back.

    made, ends: between which statements of its block its name holds it (by position, -1: the start
    of the block). attempts: each `try` that may fail once it is pushed, and be made again.
    """

    version: Version
    value: Op | Var
    target: Var
    made: int
    ends: float
    attempts: tuple[Try, ...] = ()


def word(version: Version) -> str:
    """A word for what a version holds: its name, or for a temporary what gave it."""
    hint = version.name.lstrip("%").split(".", maxsplit=1)[0]
    nameless = version.name.startswith("%") and hint[1:].isdigit()
    if hint.isidentifier() and not nameless:
        return hint
    made = version.after.value if isinstance(version.after, Assign) else None
    return describe(made) if isinstance(made, Op) else "value"


def around(block: BlockKey, sweep: Sweep) -> list[BlockKey]:
    """A block and those that enclose it."""
    found = [block]
    while found[-1] != TOP:
        found.append(sweep.facts.versions.sites[found[-1][0]].block)
    return found


def place_after(version: Version, stmt: Stmt, plan: Plan) -> None:
    """Add a statement to the forward sweep where a version comes to be."""
    place(stmt, version.block, version.after, plan)


def place(stmt: Stmt, block: BlockKey, after: Stmt | None, plan: Plan) -> None:
    """Add a statement at the start of a block, or after a statement on every way out of that."""
    if after is None:
        plan.starts.setdefault(block, []).append(stmt)
        return
    plan.after.setdefault(id(after), []).append(stmt)
    for key in _left_from(after):
        plan.exits.setdefault(key, []).append(stmt)


def _left_from(stmt: Stmt) -> Iterator[BlockKey]:
    """The blocks inside a statement that end with a `break` out of the loop around it."""
    match stmt:
        case If(body=body, orelse=orelse):
            inner = {"body": body, "orelse": orelse}
        case With(body=body):
            inner = {"body": body}
        case _:
            return
    for slot, block in inner.items():
        if block and isinstance(block[-1], Break):
            yield id(stmt), slot
        for nested in block:
            yield from _left_from(nested)
