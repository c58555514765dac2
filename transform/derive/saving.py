"""Values that are kept once a round of a loop: pushed, and popped in the reversed block.

What a round keeps is pushed together where that is possible: `saved.append((a, b))`. A value may be
pushed later than it came to be, as long as its name still holds it. In a `try` it is pushed once
nothing more can raise; where that is too late, the handler takes it out of the list again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import gast

from adjoint.transform.analyses.versions import TOP, BlockKey, Version
from adjoint.transform.derive.build import expression
from adjoint.transform.derive.plan import Plan, Save, around, place, place_after, word
from adjoint.transform.derive.prepare import leaves
from adjoint.transform.derive.sweep import Sweep
from adjoint.transform.ir.nodes import (
    Assign,
    Block,
    Break,
    Effect,
    For,
    If,
    Keep,
    Op,
    Stmt,
    Try,
    Unpack,
    Var,
    While,
    With,
    binds,
    walk,
)  # fmt: skip
from adjoint.transform.lower.templates import hole


def statements_of(sweep: Sweep) -> dict[BlockKey, tuple[Block, Block]]:
    """By key, the statements of every block, and those of a while loop's test before them."""
    body = sweep.facts.function.body
    found: dict[BlockKey, tuple[Block, Block]] = {TOP: ((), body)}
    for stmt in walk(body):
        match stmt:
            case If():
                found[id(stmt), "body"] = ((), stmt.body)
                found[id(stmt), "orelse"] = ((), stmt.orelse)
            case For():
                found[id(stmt), "body"] = ((), stmt.body)
            case While():
                found[id(stmt), "body"] = (stmt.before, stmt.body)
    return found


def save_of(
    version: Version, value: Op | Var, target: Var,
    blocks: Mapping[BlockKey, tuple[Block, Block]], plan: Plan, sweep: Sweep,
) -> Save:  # fmt: skip
    """The push of a version: what is pushed, and between which statements it may be."""
    body = blocks[version.block][1]
    made = next((i for i, s in enumerate(body) if _holds(s, version.after)), -1)
    if isinstance(value, Var) and made >= 0 and _binds_again(body[made], version):
        kept = sweep.names.temporary(word(version))
        place_after(version, Assign(kept, value), plan)
        value = kept
    ends = float("inf")
    for position, stmt in enumerate(body):
        if position > made and _ends(stmt, value):
            ends = position
            break
    attempts = _attempts_around(version.block, sweep)
    end = len(body) - 1 - isinstance(body[-1], Break)
    if attempts and attempts[0].body is body and ends > end:
        return Save(version, value, target, end, ends, attempts[1:])  # nothing can raise there
    return Save(version, value, target, made, ends, attempts)


def _attempts_around(block: BlockKey, sweep: Sweep) -> tuple[Try, ...]:
    """Each `try` in a loop whose body a block is, or is part of, the innermost one first."""
    sites = sweep.facts.versions.sites
    bodies = {id(s): s for s in walk(sweep.facts.function.body) if isinstance(s, Try) and s.catches}
    return tuple(
        bodies[identity] for identity, slot in around(block, sweep)
        if slot == "body" and identity in bodies and sites[identity].depth > 0
    )  # fmt: skip


def _holds(stmt: Stmt, sought: Stmt | None) -> bool:
    """Whether a statement is the one sought, or a `with` (or `finally`) around it."""
    if stmt is sought:
        return True
    match stmt:
        case With(body=body) | Try(body=body, catches=()):
            return any(_holds(s, sought) for s in body)
    return False


def _binds_again(stmt: Stmt, version: Version) -> bool:
    """Whether a `with` in which a version is made binds the name once more, before it ends."""
    if stmt is version.after or version.after is None:
        return False
    inside = list(walk((stmt,)))
    made = len(list(walk((version.after,))))
    later = inside[next(i for i, s in enumerate(inside) if s is version.after) + made :]
    return any(v.name == version.name for s in later for v in binds(s))


def _ends(stmt: Stmt, value: Op | Var) -> bool:
    """Whether a value can no longer be pushed after a statement."""
    inside = list(walk((stmt,)))
    if isinstance(value, Var) and any(v.name == value.name for s in inside for v in binds(s)):
        return True
    return leaves((stmt,))


def add_saves(
    block: BlockKey, saves: Iterable[Save], statements: tuple[Block, Block], plan: Plan,
    sweep: Sweep,
) -> None:  # fmt: skip
    """Push the values of a block, as many together as may be; pop them in the reversed block."""
    groups: list[list[Save]] = []
    for save in sorted(saves, key=lambda s: s.made):
        last = groups[-1] if groups else []
        if last and save.made < min(s.ends for s in last):
            last.append(save)
        else:
            groups.append([save])
    for group in groups:
        pushed = [_pushed(save, plan, sweep) for save in group]
        hint = f"saved_{word(group[0].version)}" if len(group) == 1 else "saved"
        saved = sweep.names.fresh(hint)
        plan.lists.append(saved)
        holes = {f"x{i}": var for i, var in enumerate(pushed)}
        whole = f"({', '.join(holes)})" if len(group) > 1 else "x0"
        push = expression(f"saved.append({whole})", {"saved": Var(saved), **holes}, "derived.save")
        for attempt in dict.fromkeys(attempt for save in group for attempt in save.attempts):
            _drop_if_caught(Var(saved), attempt, plan, sweep)
        position = max(save.made for save in group)
        place(Effect(push), block, statements[1][position] if position >= 0 else None, plan)
        pop = expression("saved.pop()", {"saved": Var(saved)}, "derived.restore")
        targets = tuple(save.target for save in group)
        steps: list[Stmt] = [Assign(targets[0], pop)]
        if len(group) > 1:
            both = sweep.names.temporary("kept")
            steps = [Assign(both, pop), Unpack(targets, both)]
        plan.restores.setdefault(block, [])[:0] = steps


def _drop_if_caught(saved: Var, attempt: Try, plan: Plan, sweep: Sweep) -> None:
    """A body that fails leaves nothing in a list that is popped where it came to its end."""
    count = Var(sweep.names.fresh("kept"))
    length = Assign(count, expression("len(saved)", {"saved": saved}, "look"))
    plan.starts.setdefault((id(attempt), "body"), []).insert(0, length)
    part = gast.Subscript(hole(0), gast.Slice(hole(1), None, None), gast.Del())
    dropped = Keep(gast.Delete([part]), (saved, count))
    plan.after.setdefault(id(attempt.orelse[0]), []).append(dropped)


def _pushed(save: Save, plan: Plan, sweep: Sweep) -> Var:
    """The variable that is pushed: a copy gets one of its own, right after what it copies."""
    if isinstance(save.value, Var):
        return save.value
    temporary = sweep.names.temporary(word(save.version))
    place_after(save.version, Assign(temporary, save.value), plan)
    return temporary
