"""Where every statement stands: its place in the text and the loops and branches around it."""

from __future__ import annotations

from dataclasses import dataclass

from adjoint.transform.ir.nodes import Block, For, Function, While, blocks_of


@dataclass(frozen=True, slots=True)
class Place:
    """A statement's position in program order and the identities of the loops around it."""

    position: int
    loops: tuple[int, ...]


def places(fn: Function) -> dict[int, Place]:
    """The place of every statement, by identity."""
    found: dict[int, Place] = {}
    _block(fn.body, (), found)
    return found


def _block(block: Block, loops: tuple[int, ...], found: dict[int, Place]) -> None:
    for stmt in block:
        found[id(stmt)] = Place(len(found), loops)
        inner = (*loops, id(stmt)) if isinstance(stmt, For | While) else loops
        for body in blocks_of(stmt):
            _block(body, inner, found)


def may_follow(later: Place, earlier: Place) -> bool:
    """Whether a statement may run after another has run."""
    return later.position > earlier.position or bool(set(later.loops) & set(earlier.loops))
