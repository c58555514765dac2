"""Temporaries that are computed again: one that is read once is a value of its own.

    t = a * x                               y = np.sin(a * x)
    y = np.sin(t)                           ...
    ...                            ->       d_x = d_y * np.cos(a * x)
    t = a * x
    d_x = d_y * np.cos(t)

A value that the reverse sweep needs and that is cheap is computed again, under its own name. Where
every read of it comes after one of its bindings in the same block or in a block around, these have
nothing to do with each other, and the emitter may fold each into the expression that reads it.
"""

from __future__ import annotations

from collections.abc import Iterator

from adjoint.transform.derive.build import Names, substitute
from adjoint.transform.ir.nodes import (
    Assign,
    Block,
    Op,
    Stmt,
    Var,
    While,
    binds,
    reads,
)  # fmt: skip
from adjoint.transform.ir.places import hole
from adjoint.transform.ir.rebuild import inner_blocks, replace_stmts
from adjoint.transform.ir.trees import nodes

_Path = tuple[tuple[Block, int], ...]
"""Where a statement stands: the blocks around it, outermost first, and its place in each."""


def part_temporaries(block: Block, names: Names) -> Block:
    """The block in which temporaries that are bound several times, and read once each, have parted.

    Args:
        block: the statements.
        names: a supply of names.
    """
    bound: dict[str, list[tuple[_Path, Stmt]]] = {}
    read: dict[str, list[tuple[_Path, Stmt]]] = {}
    for path, stmt in _placed(block, ()):
        for var in binds(stmt):
            if var.is_temporary:
                bound.setdefault(var.name, []).append((path, stmt))
        for atom in reads(stmt):
            if isinstance(atom, Var) and atom.is_temporary:
                read.setdefault(atom.name, []).append((path, stmt))
    changes: dict[int, tuple[Stmt, ...]] = {}
    for name, bindings in bound.items():
        if len(bindings) == 1 or not all(_is_computed(stmt) for _, stmt in bindings):
            continue
        readers: dict[int, list[Stmt]] = {}
        for path, reader in read.get(name, ()):
            readers.setdefault(_binding(path, bindings), []).append(reader)
        if -1 in readers:
            continue
        for position, (_, stmt) in enumerate(bindings):
            one = readers.get(position, ())
            if len(one) == 1 and not inner_blocks(one[0]) and _times(one[0], name) == 1:
                own = names.temporary()
                for changed in (stmt, one[0]):
                    before = changes.get(id(changed), (changed,))
                    changes[id(changed)] = tuple(_renamed(s, name, own) for s in before)
    return replace_stmts(block, changes)


def _is_computed(stmt: Stmt) -> bool:
    """Whether a statement computes the value that it binds; what was saved is taken as it is."""
    return (
        isinstance(stmt, Assign)
        and isinstance(stmt.value, Op)
        and stmt.value.prim not in ("derived.restore", "derived.pop")
    )


def _placed(block: Block, around: _Path) -> Iterator[tuple[_Path, Stmt]]:
    for position, stmt in enumerate(block):
        path = (*around, (block, position))
        if isinstance(stmt, While):  # its test is read at the end of what runs before it
            yield from _placed(stmt.before, path)
            yield (*path, (stmt.before, len(stmt.before))), stmt
            inners: tuple[Block, ...] = (stmt.body, stmt.orelse)
        else:
            yield path, stmt
            inners = inner_blocks(stmt)
        for inner in inners:
            yield from _placed(inner, path)


def _binding(path: _Path, bindings: list[tuple[_Path, Stmt]]) -> int:
    """Which of several bindings a place reads: the last before it, innermost block first.

    -1 where there is none, or where another that stands deeper may come in between.
    """
    for block, position in reversed(path):
        before = [
            (place[-1][1], number)
            for number, (place, _) in enumerate(bindings)
            if place[-1][0] is block and place[-1][1] < position
        ]
        if before:
            last, chosen = max(before)
            between = range(last + 1, position + 1)
            deeper = any(
                other is block and here in between
                for number, (place, _) in enumerate(bindings)
                if number != chosen
                for other, here in place
            )
            return -1 if deeper else chosen
    return -1


def _times(stmt: Stmt, name: str) -> int:
    """How often the text of a statement reads a name."""
    found = sum(atom == Var(name) for atom in reads(stmt))
    match stmt:
        case Assign(value=Op(args=args, template=template)) if found == 1:
            place = args.index(Var(name)) if Var(name) in args else None
            return max(1, sum(hole(node) == place for node in nodes(template)))
    return found


def _renamed(stmt: Stmt, name: str, own: Var) -> Stmt:
    return substitute(stmt, lambda atom: own if atom == Var(name) else atom)
