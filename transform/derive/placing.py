"""Place what is kept: pushes in the forward sweep, pops and recomputations in the reverse one.

What a round of a loop keeps is pushed together where that is possible: `saved.append((a, b))`. A
value may be pushed later than it came to be, as long as its name still holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import gast

from adjoint.transform.analyses.kind import ANY
from adjoint.transform.analyses.versions import TOP, BlockKey, Version
from adjoint.transform.derive.build import call, expression, substitute
from adjoint.transform.derive.needs import Needs
from adjoint.transform.derive.prepare import leaves
from adjoint.transform.derive.spoiled import spoiled
from adjoint.transform.derive.sweep import Facts, Sweep
from adjoint.transform.derive.unbound import may_be_nothing
from adjoint.transform.emit.names import describe
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Block,
    Break,
    Effect,
    For,
    If,
    Mark,
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
from adjoint.transform.refusals import unsupported


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
    of the block).
    """

    version: Version
    value: Op | Var
    target: Var
    made: int
    ends: float


def plan_storage(
    chosen: Mapping[str, str], needs: Needs, sweep: Sweep, pinned: frozenset[str],
    reserved: frozenset[str],
) -> Plan:  # fmt: skip
    """Place every value as `chosen` says that it comes."""
    plan = Plan()
    versions = dict(needs.versions)
    order = sorted(chosen, key=lambda p: (versions[p].position, versions[p].number))
    given: dict[str, list[BlockKey]] = {name: [TOP] for name in reserved}
    blocks = _blocks(sweep)
    saves: dict[BlockKey, list[Save]] = {}
    for placeholder in order:
        if chosen[placeholder] == "named":
            given.setdefault(versions[placeholder].name, []).append(TOP)
    homes = _homes(order, chosen, versions, sweep)
    done: dict[tuple[BlockKey, str, tuple[Atom, ...], str], str] = {}
    for placeholder in order:
        version, how = versions[placeholder], chosen[placeholder]
        if how == "named":
            plan.names[placeholder] = version.name
            continue
        home = homes.get(placeholder, version.block)
        if how == "recomputed":
            again = _recomputation(version, plan, sweep)
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
                plan.names[placeholder] = sweep.names.fresh(kept + _word(version))
                target = Var(plan.names[placeholder])
            for bound in _where_bound(version):
                _place_after(bound, Assign(target, value), plan)
            continue
        saves.setdefault(version.block, []).append(_save(version, value, target, blocks, sweep))
    for block, group in saves.items():
        _add_saves(block, group, blocks[block], plan, sweep)
    return plan


# Recomputations


def _homes(
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


def _recomputation(version: Version, plan: Plan, sweep: Sweep) -> Op:
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


# Saves


def _blocks(sweep: Sweep) -> dict[BlockKey, tuple[Block, Block]]:
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


def _save(
    version: Version, value: Op | Var, target: Var,
    blocks: Mapping[BlockKey, tuple[Block, Block]], sweep: Sweep,
) -> Save:  # fmt: skip
    body = blocks[version.block][1]
    made = next((i for i, s in enumerate(body) if _holds(s, version.after)), -1)
    ends = float("inf")
    for position, stmt in enumerate(body):
        if position > made and _ends(stmt, version, value):
            ends = position
            break
    attempt = _attempt_around(version.block, sweep)
    if attempt is not None:  # pushed once nothing can raise: a body that fails has pushed nothing
        made = len(body) - 1 - isinstance(body[-1], Break)
        if attempt.body is not body or ends <= made:
            what = "this `try` in a loop keeps something before it is sure not to raise"
            raise unsupported(attempt.span, what, "put what it tries into a function")
    return Save(version, value, target, made, ends)


def _attempt_around(block: BlockKey, sweep: Sweep) -> Try | None:
    """The `try` in a loop whose body a block is, or is part of."""
    sites = sweep.facts.versions.sites
    bodies = {id(s): s for s in walk(sweep.facts.function.body) if isinstance(s, Try) and s.catches}
    for identity, slot in around(block, sweep):
        if slot == "body" and identity in bodies and sites[identity].depth > 0:
            return bodies[identity]
    return None


def _holds(stmt: Stmt, sought: Stmt | None) -> bool:
    """Whether a statement is the one sought, or a `with` (or `finally`) around it."""
    if stmt is sought:
        return True
    match stmt:
        case With(body=body) | Try(body=body, catches=()):
            return any(_holds(s, sought) for s in body)
    return False


def _ends(stmt: Stmt, version: Version, value: Op | Var) -> bool:
    """Whether a value can no longer be pushed after a statement."""
    inside = list(walk((stmt,)))
    if isinstance(value, Var) and any(v.name == version.name for s in inside for v in binds(s)):
        return True
    return leaves((stmt,))


def _add_saves(
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
        hint = f"saved_{_word(group[0].version)}" if len(group) == 1 else "saved"
        saved = sweep.names.fresh(hint)
        plan.lists.append(saved)
        holes = {f"x{i}": var for i, var in enumerate(pushed)}
        whole = f"({', '.join(holes)})" if len(group) > 1 else "x0"
        push = expression(f"saved.append({whole})", {"saved": Var(saved), **holes}, "derived.save")
        position = max(save.made for save in group)
        _place(Effect(push), block, statements[1][position] if position >= 0 else None, plan)
        pop = expression("saved.pop()", {"saved": Var(saved)}, "derived.restore")
        targets = tuple(save.target for save in group)
        steps: list[Stmt] = [Assign(targets[0], pop)]
        if len(group) > 1:
            both = sweep.names.temporary("kept")
            steps = [Assign(both, pop), Unpack(targets, both)]
        plan.restores.setdefault(block, [])[:0] = steps


def _pushed(save: Save, plan: Plan, sweep: Sweep) -> Var:
    """The variable that is pushed: a copy gets one of its own, right after what it copies."""
    if isinstance(save.value, Var):
        return save.value
    temporary = sweep.names.temporary(_word(save.version))
    _place_after(save.version, Assign(temporary, save.value), plan)
    return temporary


def _word(version: Version) -> str:
    """A word for what a version holds: its name, or for a temporary what gave it."""
    hint = version.name.lstrip("%").split(".", maxsplit=1)[0]
    nameless = version.name.startswith("%") and hint[1:].isdigit()
    if hint.isidentifier() and not nameless:
        return hint
    made = version.after.value if isinstance(version.after, Assign) else None
    return describe(made) if isinstance(made, Op) else "value"


def _choose_name(
    version: Version, home: BlockKey, given: Mapping[str, list[BlockKey]], sweep: Sweep
) -> str:
    """The primal's own name, unless another version in an enclosing or inner block has it."""
    others = given.get(version.name, [])
    mine = around(home, sweep)
    if any(other in mine or home in around(other, sweep) for other in others):
        return sweep.names.fresh(_word(version))
    return version.name


def around(block: BlockKey, sweep: Sweep) -> list[BlockKey]:
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
    if kind.tag == "array" and not may_be_nothing(version):
        return expression("x.copy()", {"x": name}, "derived.copy")
    return call("own", name)


def _where_bound(version: Version) -> list[Version]:
    """Where a value can be kept: where it is made, or on each way to it if not all ways bind it."""
    if not _may_be_unbound(version):
        return [version]
    return [bound for merged in version.merges for bound in _where_bound(merged)]


def _may_be_unbound(version: Version) -> bool:
    """Whether there is a way to where several versions meet on which the name is not bound."""
    if version.what not in ("join", "exit"):
        return False
    return len(version.merges) == 1 or any(map(_may_be_unbound, version.merges))


def _place_after(version: Version, stmt: Stmt, plan: Plan) -> None:
    _place(stmt, version.block, version.after, plan)


def _place(stmt: Stmt, block: BlockKey, after: Stmt | None, plan: Plan) -> None:
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


# Carrying out


def insert(block: Block, plan: Plan, sweep: Sweep) -> Block:
    """The forward sweep with what is kept."""
    new: list[Stmt] = []
    for stmt in block:
        identity = id(stmt)
        inner: Stmt = stmt
        match stmt:
            case If(body=body, orelse=orelse):
                then = _started(identity, "body", body, plan, sweep)
                other = _started(identity, "orelse", orelse, plan, sweep)
                inner = replace(stmt, body=then, orelse=other)
            case For(body=body):
                inner = replace(stmt, body=_started(identity, "body", body, plan, sweep))
            case While(before=before, body=body):
                inner = replace(stmt, before=insert(before, plan, sweep),
                                body=_started(identity, "body", body, plan, sweep))  # fmt: skip
            case With(body=body):
                inner = replace(stmt, body=_started(identity, "body", body, plan, sweep))
        new += sweep.replaced.get(identity, (inner,))
        new += plan.after.get(identity, ())
    return tuple(new)


def _started(identity: int, slot: str, block: Block, plan: Plan, sweep: Sweep) -> Block:
    key = (identity, slot)
    inside = insert(block, plan, sweep)
    if key in plan.exits:
        inside = (*inside[:-1], *plan.exits[key], inside[-1])
    return (*plan.starts.get(key, ()), *inside)


def restore(block: Block, plan: Plan, resolve: Callable[[Atom], Atom]) -> Block:
    """The reverse sweep with placeholders resolved and values restored."""
    new: list[Stmt] = []
    for stmt in block:
        match stmt:
            case With(body=body):
                changed = substitute(replace(stmt, body=()), resolve)
                assert isinstance(changed, With)
                new.append(replace(changed, body=restore(body, plan, resolve)))
            case Mark(key=key):
                new += plan.restores.get(key, ())
            case If(body=body, orelse=orelse):
                changed = substitute(replace(stmt, body=(), orelse=()), resolve)
                assert isinstance(changed, If)
                new.append(replace(changed, body=restore(body, plan, resolve),
                                   orelse=restore(orelse, plan, resolve)))  # fmt: skip
            case For(body=body):
                changed = substitute(replace(stmt, body=()), resolve)
                assert isinstance(changed, For)
                new.append(replace(changed, body=restore(body, plan, resolve)))
            case _:
                new.append(substitute(stmt, resolve))
    return tuple(new)
