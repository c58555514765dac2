"""Symbolic shapes: which names certainly have the same shape.

The shape of a version is the broadcast of a set of opaque shapes (`shape_rules`); a number's is the
empty set. Two versions with the same set have the same shape whenever both hold what they hold in
one and the same round of the loops around them.

A name that a loop carries is first assumed to have the same shape at the start of every round.
Where that turns out wrong at the end of the body, the name (`v = 0.0` before the loop, an array
after its first round) is assumed to hold what is broadcast into the shape it has there. Where that
is wrong too nothing is assumed of it. Each time all is done again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.analyses.shape_rules import (
    NUMBER,
    Known,
    Shape,
    index_shape,
    may_give_tuple,
    op_key,
    op_shape,
    row_shape,
)  # fmt: skip
from adjoint.transform.analyses.versions import Env, Version, Versions
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Block,
    Each,
    Effect,
    Enumerate,
    For,
    Function,
    If,
    Iter,
    Op,
    Reversed,
    Stmt,
    Store,
    Unpack,
    Var,
    While,
    With,
    Zip,
    walk,
)  # fmt: skip

__all__ = ["NUMBER", "Shape", "Shapes", "shapes"]

_KEEPING = frozenset({
    "np.add.at", "np.subtract.at", "method:sort", "method:fill", "method:partition", "method:put",
    "method:itemset",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shapes(Mapping[int, Shape]):
    """The shape of every version, by its number; versions not listed are opaque.

    places: the shape of the part that a statement stores into, by the statement's identity.
    """

    versions: Mapping[int, Shape]
    places: Mapping[int, Shape]

    def __getitem__(self, number: int) -> Shape:
        return self.versions[number]

    def __iter__(self) -> Iterator[int]:
        return iter(self.versions)

    def __len__(self) -> int:
        return len(self.versions)

    def place(self, stmt: Store) -> Shape | None:
        """The shape of the part of an array that a statement stores into."""
        return self.places.get(id(stmt))


@dataclass(frozen=True, slots=True)
class _World:
    versions: Versions
    known: Known
    places: dict[int, Shape]
    assumed: dict[int, Shape | None]
    """What carried names are broadcast into (None: not known), by the number of their version at
    the head of the loop; those not listed keep the shape that they have before it."""


def shapes(fn: Function, kinds: Mapping[str, Kind], versions: Versions) -> Shapes:
    """Find the shape of every version of a function's names."""
    assumed: dict[int, Shape | None] = {}
    doubtful = _doubtful(fn)
    while True:
        before = dict(assumed)
        world = _World(versions, Known(kinds, doubtful), {}, assumed)
        _block(fn.body, dict(versions.start), 0, world)
        if assumed == before:
            return Shapes(world.known.shapes, world.places)


def _doubtful(fn: Function) -> frozenset[str]:
    """The names that may hold tuples or lists of arrays while their kinds say arrays."""
    found: set[str] = set()
    while True:
        before = len(found)
        for stmt in walk(fn.body):
            match stmt:
                case Assign(target=target, value=Op() as op) if may_give_tuple(op):
                    found.add(target.name)
                case Assign(target=target, value=Var(name=name)) if name in found:
                    found.add(target.name)
        if len(found) == before:
            return frozenset(found)


def _block(block: Block, env: Env, depth: int, world: _World) -> Env:
    for stmt in block:
        _stmt(stmt, env, depth, world)
        env = {**env, **world.versions.after.get(id(stmt), {})}
    return env


def _stmt(stmt: Stmt, env: Env, depth: int, world: _World) -> None:
    known, after = world.known, world.versions.after.get(id(stmt), {})
    match stmt:
        case Assign(target=target, value=value):
            _define(after[target.name], value, env, known)
        case Unpack():
            _unpack(stmt, env, after, known)
        case Store(place=place) if place.prim == "index":
            base = known.of_atom(place.args[0], env)
            shape = None if base is None else index_shape(base, place, env, known)
            if shape is not None:
                world.places[id(stmt)] = shape
        case If(body=body, orelse=orelse):
            _block(body, env, depth, world)
            _block(orelse, env, depth, world)
            _join(after, env, depth, known)
            return
        case For() | While():
            _loop(stmt, env, depth, world)
            return
        case With(body=body):
            _block(body, env, depth, world)
            return
    _write(stmt, env, after, known)


def _note(version: Version, shape: Shape | None, known: Known) -> None:
    if shape is not None:
        known.shapes[version.number] = shape


def _bound(version: Version, bound: Shape | None, known: Known) -> None:
    """Note what a version, whose shape is opaque, is broadcast into."""
    if bound is not None:
        known.within[version.number] = bound


def _define(version: Version, value: Op | Atom, env: Env, known: Known) -> None:
    if version.what != "definition":
        return  # what is assigned is written at once
    if not isinstance(value, Op):
        _note(version, known.of_atom(value, env), known)
        key = known.key(value, env)
        if isinstance(value, Var) and value.name in env:
            number = env[value.name].number
            if number in known.parts:
                known.parts[version.number] = known.parts[number]
    else:
        if value.prim == "tuple" and "*" not in value.roles:
            known.parts[version.number] = tuple(known.of_atom(a, env) for a in value.args)
        number_or_array = not known.kinds.get(version.name, ANY).is_number or value.prim == "look"
        _note(version, op_shape(value, env, known) if number_or_array else NUMBER, known)
        key = op_key(value, env, known)
    if key is not None:
        known.keys[version.number] = key


def _unpack(stmt: Unpack, env: Env, after: Env, known: Known) -> None:
    """The parts of a tuple have the shapes of its elements, the rows of an array one shape."""
    parts: tuple[Shape | None, ...] = ()
    if isinstance(stmt.value, Var) and stmt.value.name in env and stmt.star is None:
        parts = known.parts.get(env[stmt.value.name].number, ())
        whole = known.of_atom(stmt.value, env)
        if not parts and whole is not None:
            parts = (row_shape(whole, known),) * len(stmt.targets)
    if len(parts) != len(stmt.targets) or len(set(stmt.targets)) != len(stmt.targets):
        return
    for target, part in zip(stmt.targets, parts, strict=True):
        if after[target.name].what == "definition":
            _note(after[target.name], part, known)


def _write(stmt: Stmt, env: Env, after: Env, known: Known) -> None:
    """Writing into an array keeps its shape; lists grow, and so may what a function is given."""
    if isinstance(stmt, Augment):
        _augment(stmt, env, after, known)
    elif not _keeps_shapes(stmt):
        return
    target = stmt.target.name if isinstance(stmt, Augment) else None
    for name, version in after.items():
        written = version.what == "write" and env.get(name) is not version
        if name != target and written and name in env and known.is_numeric(name):
            _note(version, known.shape(env[name]), known)


def _augment(stmt: Augment, env: Env, after: Env, known: Known) -> None:
    """`a += v`: an array keeps its shape, a number takes on that of `v`."""
    name = stmt.target.name
    kind = known.kinds.get(name, ANY)
    mine, other = known.of_atom(stmt.target, env), known.of_atom(stmt.value, env)
    if name not in after or mine is None:
        return
    if kind.tag == "array":
        _note(after[name], mine, known)
    elif kind.tag == "numeric" and other is not None and stmt.operator != "@":
        _note(after[name], known.broadcast(mine, other), known)


def _keeps_shapes(stmt: Stmt) -> bool:
    """Whether whatever a statement writes into keeps its shape."""
    match stmt:
        case Store(place=place):
            return place.prim == "index"
        case Effect(value=op) | Assign(value=Op() as op):
            return op.prim in _KEEPING
    return False


# Where paths meet. A name that one path does not bind may still hold what an earlier round of a
# loop left in it; its shape is known only if it does not depend on the round.


def _join(after: Env, env: Env, depth: int, known: Known) -> None:
    for name, version in after.items():
        if version.what != "join" or env.get(name) is version:
            continue
        both = [known.shape(v) for v in version.merges]
        whole = len(both) > 1 or depth == 0 or known.depth_of(both[0]) == 0
        if whole and all(shape == both[0] for shape in both):
            _note(version, both[0], known)
        elif len(both) > 1 and known.is_numeric(name):
            _bound(version, known.broadcast(*both), known)


def _loop(stmt: For | While, env: Env, depth: int, world: _World) -> None:
    known = world.known
    heads = world.versions.heads[id(stmt)]
    for version in heads.values():
        if version.what == "head":
            if version.number not in world.assumed:
                _note(version, known.shape(version.merges[0]), known)
            else:
                _bound(version, world.assumed[version.number], known)
    inside = {**env, **heads}
    if isinstance(stmt, For):
        target = heads[stmt.target.name]
        _note(target, _element(stmt.iterable, inside, known), known)
        parts = _element_parts(stmt.iterable, inside, known)
        if parts is not None:
            known.parts[target.number] = parts
    else:
        inside = _block(stmt.before, inside, depth + 1, world)
    _block(stmt.body, inside, depth + 1, world)
    _leave(stmt, heads, depth, world)


def _leave(stmt: For | While, heads: Env, depth: int, world: _World) -> None:
    """Compare the end of a loop's body with its start, and see what is known after it."""
    known = world.known
    before = _bound_before(stmt, world)
    for name, version in world.versions.after[id(stmt)].items():
        if version.what != "exit" or version.after is not stmt:
            continue
        end = known.shape(version.merges[0])
        head = heads.get(name)
        if head is not None and head.what == "head":
            _compare(head, end, depth, world)
            if name not in before:
                if head.number not in world.assumed:
                    _note(version, end, known)
                else:
                    _bound(version, world.assumed[head.number], known)
        elif head is None and name not in before and known.depth_of(end) == 0:
            _note(version, end, known)


def _compare(head: Version, end: Shape, depth: int, world: _World) -> None:
    """Assume less of a carried name where the end of the body does not bear the assumption out."""
    known, assumed = world.known, world.assumed
    if head.number not in assumed:
        if known.shape(head) != end:
            bound = known.outside(end, depth) if known.is_numeric(head.name) else None
            holds = bound is not None and known.is_within(known.shape(head.merges[0]), bound)
            assumed[head.number] = bound if holds else None
    else:
        bound = assumed[head.number]
        if bound is not None and not known.is_within(end, bound):
            assumed[head.number] = None


def _bound_before(stmt: For | While, world: _World) -> frozenset[str]:
    """The names that the test of a loop changes: they are changed once more than its body runs."""
    if isinstance(stmt, For):
        return frozenset()
    return frozenset(
        name
        for inner in stmt.before
        for name, version in world.versions.after.get(id(inner), {}).items()
        if version.after is inner
    )


def _element(iterable: Iter, env: Env, known: Known) -> Shape | None:
    match iterable:
        case Each(value=value):
            whole = known.of_atom(value, env)
            return None if whole is None else row_shape(whole, known)
        case Reversed(inner=inner):
            return _element(inner, env, known)
    return None


def _element_parts(iterable: Iter, env: Env, known: Known) -> tuple[Shape | None, ...] | None:
    match iterable:
        case Enumerate(inner=inner):
            return (NUMBER, _element(inner, env, known))
        case Zip(inners=inners):
            return tuple(_element(inner, env, known) for inner in inners)
        case Reversed(inner=inner):
            return _element_parts(inner, env, known)
    return None
