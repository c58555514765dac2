"""Runs a function in the IR and holds its symbolic shapes against the shapes that turn up.

After every statement, of all names that hold numbers or arrays: where the set of one is part of
the set of another, the shape of the one must broadcast to that of the other; where the sets are
equal, the shapes must be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.analyses.shapes import Shape, Shapes
from adjoint.transform.analyses.versions import Version, Versions
from adjoint.transform.ir import run
from adjoint.transform.ir.nodes import Block, For, Function, Stmt, Store, Var, While

Live = dict[str, Version]


class WrongShape(AssertionError):
    """Two shapes that were said to be equal are not, or one does not broadcast to the other."""


@dataclass(slots=True)
class Watch:
    """What is known of a function, and which version every name holds while it runs."""

    function: Function
    kinds: Mapping[str, Kind]
    versions: Versions
    shapes: Shapes
    live: Live = field(default_factory=dict)
    entries: list[tuple[Stmt, Live]] = field(default_factory=list)
    compared: int = 0

    def shape(self, version: Version) -> Shape:
        """The symbolic shape of a version."""
        if version.number in self.shapes:
            return self.shapes[version.number]
        number = self.kinds.get(version.name, ANY).is_number
        return frozenset() if number else frozenset({version.number})


def watch(run_time: Watch, args: tuple[Any, ...], patch: Callable[[Any, str, Any], None]) -> None:
    """Run the function; `patch(module, name, value)` replaces parts of the interpreter meanwhile.

    Raises:
        WrongShape: what the symbolic shapes say is wrong.
    """
    run_block, run_stmt = run._block, run._stmt
    run_time.live = dict(run_time.versions.start)

    def block(stmts: Block, env: Any) -> Any:
        if run_time.entries:
            loop, entry = run_time.entries[-1]
            starts = loop.before if isinstance(loop, While) else loop.body
            if stmts is starts and (stmts or isinstance(loop, For)):
                run_time.live = {**entry, **run_time.versions.heads[id(loop)]}
        return run_block(stmts, env)

    def statement(stmt: Stmt, env: Any) -> Any:
        place = _place_shape(stmt, env)
        is_loop = isinstance(stmt, For | While)
        entry = dict(run_time.live)
        if is_loop:
            run_time.entries.append((stmt, entry))
        left = run_stmt(stmt, env)
        if is_loop:
            run_time.entries.pop()
            run_time.live = entry
        run_time.live.update(run_time.versions.after.get(id(stmt), {}))
        _compare(run_time, env, stmt, place)
        return left

    patch(run, "_block", block)
    patch(run, "_stmt", statement)
    run.run(run_time.function, *args)


def _place_shape(stmt: Stmt, env: Any) -> tuple[int, ...] | None:
    if isinstance(stmt, Store) and stmt.place.prim == "index":
        base = run._value(stmt.place.args[0], env)
        if isinstance(base, np.ndarray):
            return np.shape(run._rhs(stmt.place, env))
    return None


def _compare(run_time: Watch, env: Any, stmt: Stmt, place: tuple[int, ...] | None) -> None:
    found: list[tuple[str, Shape, tuple[int, ...]]] = []
    for name, version in run_time.live.items():
        numeric = run_time.kinds.get(name, ANY).tag in ("num", "array", "numeric")
        if numeric and name in env and not isinstance(env[name], list | tuple | dict | str):
            found.append((name, run_time.shape(version), np.shape(env[name])))
    said = run_time.shapes.places.get(id(stmt))
    if place is not None and said is not None:
        assert isinstance(stmt, Store)
        found.append(("place", said, place))
        if isinstance(stmt.value, Var) and stmt.value.name in run_time.live:
            run_time.compared += 1
    for (a, one, first), (b, two, second) in combinations(found, 2):
        run_time.compared += 1
        if one == two and first != second:
            raise WrongShape(f"{a} {first} and {b} {second} after line {_line(stmt)}")
        for low, high, small, large in ((one, two, first, second), (two, one, second, first)):
            if low <= high and not _broadcasts(small, large):
                raise WrongShape(f"{a} {first} under {b} {second} after line {_line(stmt)}")


def _broadcasts(small: tuple[int, ...], large: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(small, large) == large
    except ValueError:
        return False


def _line(stmt: Stmt) -> int:
    return getattr(getattr(stmt, "span", None), "line", 0)
