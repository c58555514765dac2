"""What local functions read from around them, and what they hold when they run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from adjoint.transform.ir.nodes import (
    Block,
    Define,
    For,
    Function,
    Stmt,
    Var,
    While,
    binds,
    blocks_of,
    walk,
)
from adjoint.transform.lower.local_functions import Locals, Path


def defaults_of(fn: Function) -> dict[str, str]:
    """The parameters with a variable as default, and these."""
    return {
        p.name: p.default.name for p in fn.params if p.has_default and isinstance(p.default, Var)
    }


def captures_of(
    defined: Mapping[str, Function], known: Locals
) -> dict[str, tuple[str, ...]]:
    """The variables that each local function reads from outside, through others that it calls."""
    functions = set(defined) | set(known)
    found = {n: {c for c in f.captures if c not in functions} for n, f in defined.items()}
    while True:
        before = sum(map(len, found.values()))
        for name, fn in defined.items():
            for called in fn.captures:
                if called in found:
                    found[name] |= found[called] | set(defaults_of(defined[called]).values())
                elif called in known:
                    found[name] |= set(known[called].captures.values())
        if sum(map(len, found.values())) == before:
            return {n: tuple(sorted(c)) for n, c in found.items()}


def bound_after(fn: Function) -> dict[str, frozenset[str]]:
    """For each function that a function defines, what may be bound after that, by its name."""
    found: dict[str, frozenset[str]] = {}
    for stmt, later in with_later(fn.body):
        if isinstance(stmt, Define):
            after = {v.name for block in later for one in walk(block) for v in binds(one)}
            found[stmt.target.name] = found.get(stmt.target.name, frozenset()) | after
    return found


def with_later(
    block: Block, later: tuple[Block, ...] = ()
) -> Iterator[tuple[Stmt, tuple[Block, ...]]]:
    """Every statement, with the blocks that may run after it."""
    for i, stmt in enumerate(block):
        after = (block[i + 1 :], *later)
        yield stmt, after
        if isinstance(stmt, For | While):
            after = ((stmt,), *after)
        for inner in blocks_of(stmt):
            yield from with_later(inner, after)


@dataclass(frozen=True, slots=True)
class Held:
    """What a function holds when it runs: variables by path, and those that are in cells."""

    holds: dict[Path, str]
    cells: frozenset[str]


def held_by(
    name: str, above: tuple[str, ...], defined: Mapping[str, Function], known: Locals
) -> Held:
    """What a function holds; that it may hold itself adds nothing."""
    if name in known:
        local = known[name]
        paths = {path: local.captures[role] for path, role in local.holds.items()}
        return Held(paths, local.cells)
    found: dict[Path, str] = {(p,): v for p, v in defaults_of(defined[name]).items()}
    captured = defined[name].captures
    cells = frozenset(captured)
    for one in captured:
        if one not in defined and one not in known:
            found[one,] = one
        elif one not in above:
            inside = held_by(one, (*above, one), defined, known)
            found |= {(one, *path): variable for path, variable in inside.holds.items()}
            cells |= inside.cells
    return Held(found, cells)
