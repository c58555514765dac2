"""Versions: which value a name holds at each point.

A version is one value of a name: a parameter, the result of one binding, the contents after a
write in place, or a meeting of versions where control flow joins. It belongs to the block in which
it comes to be, which is where it can be saved, and where the reverse sweep restores it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adjoint.transform.analyses.liveness import names_read
from adjoint.transform.ir.nodes import (
    SIMPLE,
    Augment,
    Block,
    For,
    Function,
    If,
    Stmt,
    Try,
    Var,
    While,
    With,
    binds,
    walk,
)  # fmt: skip

BlockKey = tuple[int, str]
TOP: BlockKey = (0, "body")


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """One value of a name.

    what: `parameter`, `definition`, `write`, `join`, `head` (at the start of each round of a loop),
      `exit` (after a loop), `element` (the target of a for loop).
    block: the block it belongs to. after: the statement after which it exists (None: from the start
      of the block). depth: the number of loops around it. merges: what meets in it, or the version
      before a write.
    """

    number: int
    name: str
    what: str
    block: BlockKey
    after: Stmt | None
    depth: int
    position: int
    merges: tuple[Version, ...] = ()

    @property
    def is_binding(self) -> bool:
        """Whether it is the arrays that a name holds, whatever is written into them."""
        return self.number < 0

    @property
    def is_identity(self) -> bool:
        """Whether it is the object that a name holds, whatever this holds."""
        return self.number <= _FIRST_IDENTITY


Env = dict[str, Version]


@dataclass(frozen=True, slots=True)
class Site:
    """The block that a statement is in, the loops around it, its place in program order."""

    block: BlockKey
    depth: int
    position: int


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions of names throughout a function.

    before, after: by the identity of a statement, the versions of the names that it reads and
    of those that it binds or writes. heads: by loop, the versions at the start of its body.
    sites: where each statement stands. start, end: at the start and the end of the function.
    """

    before: Mapping[int, Env]
    after: Mapping[int, Env]
    heads: Mapping[int, Env]
    sites: Mapping[int, Site]
    start: Env
    end: Env


@dataclass(slots=True)
class _Work:
    reached: Mapping[int, frozenset[str]]
    before: dict[int, Env]
    after: dict[int, Env]
    heads: dict[int, Env]
    sites: dict[int, Site]
    roots: Mapping[int, frozenset[str]]
    step: int = 1
    mixed: frozenset[str] = frozenset()
    count: int = 0
    position: int = 0

    def new(
        self, name: str, what: str, block: BlockKey, after: Stmt | None, depth: int,
        merges: tuple[Version, ...] = (),
    ) -> Version:  # fmt: skip
        self.count += self.step
        return Version(self.count, name, what, block, after, depth, self.position, merges)


def versions(
    fn: Function, reached: Mapping[int, frozenset[str]],
    roots: Mapping[int, frozenset[str]] | None = None,
) -> Versions:  # fmt: skip
    """Find the version of every name at every statement.

    `reached` says which names each write reaches, `roots` of which names, beside those that it
    reads, a statement makes views.
    """
    return _found(fn, _Work(reached, {}, {}, {}, {}, roots or {}))


def bindings(
    fn: Function, arrays: frozenset[str], mixed: frozenset[str],
    changes: Mapping[int, frozenset[str]],
) -> Versions:  # fmt: skip
    """Find which arrays some names hold at every statement: versions that no write into them ends.

    Of these, `mixed` may be numbers, to which `x += v` gives another value. `changes` says where
    containers come to hold others.
    """
    known = arrays | mixed
    everywhere = {id(stmt): known for stmt in walk(fn.body)}
    reached = {key: names & known for key, names in changes.items()}
    return _found(fn, _Work(reached, {}, {}, {}, {}, everywhere, -1, mixed))


def identities(fn: Function, names: frozenset[str]) -> Versions:
    """Find which objects some names hold at every statement, whatever these hold."""
    everywhere = {id(stmt): names for stmt in walk(fn.body)}
    return _found(fn, _Work({}, {}, {}, {}, {}, everywhere, -1, count=_FIRST_IDENTITY))


_FIRST_IDENTITY = -1_000_000_000


def _found(fn: Function, work: _Work) -> Versions:
    env = {p.name: work.new(p.name, "parameter", TOP, None, 0) for p in fn.params}
    for name in fn.captures:
        env.setdefault(name, work.new(name, "parameter", TOP, None, 0))
    end = _block(fn.body, env, TOP, 0, work)
    return Versions(work.before, work.after, work.heads, work.sites, env, end)


def _block(block: Block, env: Env, key: BlockKey, depth: int, work: _Work) -> Env:
    for stmt in block:
        work.position += 1
        work.sites[id(stmt)] = Site(key, depth, work.position)
        env = _stmt(stmt, env, key, depth, work)
    return env


def _stmt(stmt: Stmt, env: Env, key: BlockKey, depth: int, work: _Work) -> Env:
    if not isinstance(stmt, While):  # its test is read after `before` has run
        wanted = names_read(stmt) | work.roots.get(id(stmt), frozenset())
        work.before[id(stmt)] = {n: env[n] for n in wanted if n in env}
    if type(stmt) in SIMPLE:
        made = _defined(stmt, key, depth, work)
        if id(stmt) in work.reached:
            made |= _written(stmt, {**env, **made}, key, depth, work)
        work.after[id(stmt)] = {**work.before[id(stmt)], **made}
        return {**env, **made} if made else env
    after = dict(env)
    match stmt:
        case Try(body=body, orelse=orelse, catches=()):
            after = _block(body, after, key, depth, work)
            after = _block(orelse, after, key, depth, work)
        case If(body=body, orelse=orelse):
            then = _block(body, env, (id(stmt), "body"), depth, work)
            other = _block(orelse, env, (id(stmt), "orelse"), depth, work)
            work.position += 1
            after = {}
            for name in [*then, *(n for n in other if n not in then)]:
                a, b = then.get(name), other.get(name)
                if a is b:
                    after[name] = a  # type: ignore[assignment]
                else:
                    both = tuple(v for v in (a, b) if v is not None)
                    after[name] = work.new(name, "join", key, stmt, depth, both)
        case For(body=body) | While(body=body):
            after = _loop(stmt, env, key, depth, work)
        case With(body=body):
            after |= _defined(stmt, key, depth, work)
            after = _block(body, after, key, depth, work)
            after |= _written(stmt, after, key, depth, work)
    if isinstance(stmt, Try) and stmt.catches:  # its test is read when it has ended
        work.before[id(stmt)] |= {n: v for n, v in after.items() if stmt.test == Var(n)}
    made = {n: v for n, v in after.items() if env.get(n) is not v}
    work.after[id(stmt)] = {**work.before.get(id(stmt), {}), **made}
    return after


def _defined(stmt: Stmt, key: BlockKey, depth: int, work: _Work) -> Env:
    """The versions that a statement makes of what it binds."""
    return {v.name: work.new(v.name, "definition", key, stmt, depth) for v in _bound(stmt, work)}


def _written(stmt: Stmt, env: Env, key: BlockKey, depth: int, work: _Work) -> Env:
    """The versions that a statement makes of what it writes into."""
    names = [name for name in work.reached.get(id(stmt), ()) if name in env]
    return {name: work.new(name, "write", key, stmt, depth, (env[name],)) for name in names}


def _bound(stmt: Stmt, work: _Work) -> tuple[Var, ...]:
    """What a statement binds: where arrays are followed, `x += v` only writes."""
    if isinstance(stmt, Augment) and work.step < 0 and stmt.target.name not in work.mixed:
        return ()
    return tuple(binds(stmt))


def _loop(stmt: For | While, env: Env, key: BlockKey, depth: int, work: _Work) -> Env:
    inside: BlockKey = (id(stmt), "body")
    inner = (*stmt.before, *stmt.body) if isinstance(stmt, While) else stmt.body
    changed = [
        n for n in dict.fromkeys(
            [v.name for s in walk(inner) for v in _bound(s, work)]
            + [n for s in walk(inner) for n in sorted(work.reached.get(id(s), ()))]
        )
    ]  # fmt: skip
    start = dict(env)
    heads: Env = {}
    for name in changed:
        if name in env:
            heads[name] = work.new(name, "head", inside, None, depth + 1, (env[name],))
    if isinstance(stmt, For):
        heads[stmt.target.name] = work.new(stmt.target.name, "element", inside, None, depth + 1)
    start.update(heads)
    work.heads[id(stmt)] = heads
    if isinstance(stmt, While):
        start = _block(stmt.before, start, inside, depth + 1, work)
        wanted = names_read(stmt) | work.roots.get(id(stmt), frozenset())
        work.before[id(stmt)] = {n: start[n] for n in wanted if n in start}
    end = _block(stmt.body, start, inside, depth + 1, work)
    work.position += 1
    after = dict(env)
    for name in changed if not isinstance(stmt, For) else [*changed, stmt.target.name]:
        if name in end:
            merges = (end[name], env[name]) if name in env else (end[name],)
            if start.get(name) is not heads.get(name):  # bound in the test, which runs once more
                merges = (*merges, start[name])
            after[name] = work.new(name, "exit", key, stmt, depth, merges)
    return after
