"""What an operation does to symbolic shapes.

A shape is the broadcast of a set of opaque shapes, each with a number: that of the version which
first had it, or a negative one for "the shape that this operation gives for these shapes and these
values". Equal sets mean equal shapes when the function runs, whatever it is called with.

Of an opaque shape it may be known what it is broadcast into. Beside that it adds nothing, and is
left out of a set (`Known.broadcast`).

A value that shapes depend on (a bound, an axis, a length) has a key: its literal, the version that
holds it, or how it was computed from what has a key. Equal keys mean equal values.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

import gast

from adjoint.runtime.rules import RULES
from adjoint.transform.analyses.effects import is_rule
from adjoint.transform.analyses.extents import AT, subscript_form
from adjoint.transform.analyses.forms import (
    ALONG,
    CONSTRUCTING,
    CORRESPONDING,
    KEEPING,
    REDUCING,
    TUPLES,
)
from adjoint.transform.analyses.kind import ANY, Kind, atom_kind
from adjoint.transform.analyses.versions import Env, Version
from adjoint.transform.ir.nodes import Atom, Const, Op, Ref, Var
from adjoint.transform.ir.places import hole

Shape = frozenset[int]
Key = Hashable
NUMBER: Shape = frozenset()


@dataclass(frozen=True, slots=True)
class Held:
    """The key of a value that a version holds, nothing more being known of it."""

    number: int


@dataclass(slots=True)
class Known:
    """What is known so far, by the numbers of versions.

    doubtful: names that may hold a tuple or list of arrays, whatever their kinds say.
    shapes, keys: of versions. parts: the shapes of the elements of tuples. interned: the numbers of
    the shapes that operations gave. depth: of every opaque shape, how many loops deep it was named.
    within: of opaque shapes, a shape of versions made earlier into which they are broadcast.
    """

    kinds: Mapping[str, Kind]
    doubtful: frozenset[str] = frozenset()
    shapes: dict[int, Shape] = field(default_factory=dict)
    keys: dict[int, Key] = field(default_factory=dict)
    parts: dict[int, tuple[Shape | None, ...]] = field(default_factory=dict)
    interned: dict[Key, int] = field(default_factory=dict)
    depth: dict[int, int] = field(default_factory=dict)
    within: dict[int, Shape] = field(default_factory=dict)

    def shape(self, version: Version) -> Shape:
        """The shape of a version, its own where nothing better is known."""
        if version.number in self.shapes:
            return self.shapes[version.number]
        if self.kinds.get(version.name, ANY).is_number:
            return NUMBER
        self.depth[version.number] = version.depth
        return frozenset({version.number})

    def of_atom(self, atom: Atom, env: Env) -> Shape | None:
        """The shape of what an atom holds; None where it may be no array or number."""
        if not isinstance(atom, Var):
            known = isinstance(atom.value, int | float | complex)
            return NUMBER if known else None
        if atom.name not in env:
            return None
        return self.shape(env[atom.name]) if self.is_numeric(atom.name) else None

    def is_numeric(self, name: str) -> bool:
        """Whether a name holds numbers or arrays and nothing else."""
        tag = self.kinds.get(name, ANY).tag
        return tag in ("num", "array", "numeric") and name not in self.doubtful

    def is_within(self, shape: Shape, other: Shape) -> bool:
        """Whether a shape is certainly broadcast into another, leaving that as it is."""
        return all(
            number in other
            or (number in self.within and self.is_within(self.within[number], other))
            for number in shape
        )

    def outside(self, shape: Shape, depth: int) -> Shape | None:
        """A shape named at most `depth` loops deep into which a shape is broadcast, if known."""
        found: Shape = NUMBER
        for number in shape:
            part: Shape | None = frozenset({number})
            if self.depth[number] > depth:
                part = self.outside(self.within[number], depth) if number in self.within else None
            if part is None:
                return None
            found |= part
        return self.broadcast(found)

    def broadcast(self, *shapes: Shape) -> Shape:
        """The shape of what corresponding elements of arrays of these shapes give."""
        union = NUMBER.union(*shapes)
        return frozenset(
            number
            for number in union
            if number not in self.within or not self.is_within(self.within[number], union)
        )

    def key(self, atom: Atom, env: Env) -> Key | None:
        """A key for the value of an atom: a number, a tuple of such, or what an array holds."""
        match atom:
            case Const(value=value):
                return ("literal", type(value), value)
            case Ref(value=value):
                return atom if isinstance(value, int | float) else None
        if atom.name not in env:
            return None
        version = env[atom.name]
        if version.number in self.keys:
            return self.keys[version.number]
        if not self.is_numeric(atom.name):
            return None
        self.depth[version.number] = version.depth
        return Held(version.number)

    def named(self, *key: Key) -> Shape:
        """The opaque shape with a key."""
        if key not in self.interned:
            number = -1 - len(self.interned)
            self.interned[key] = number
            self.depth[number] = self.depth_of(key)
        return frozenset({self.interned[key]})

    def depth_of(self, key: Key) -> int:
        """The number of loops around the innermost thing that a key or shape depends on."""
        match key:
            case Held(number=number):
                return self.depth[number]
            case frozenset():
                return max((self.depth[number] for number in key), default=0)
            case tuple():
                return max((self.depth_of(part) for part in key), default=0)
        return 0


# What gives a shape that depends on the shapes of these operands and on the values of the others.
_BY_SHAPE: Mapping[str, frozenset[str]] = {
    name: frozenset(arrays.split())
    for names, arrays in (
        ("np.transpose ndarray.transpose ndarray.T np.swapaxes np.moveaxis np.reshape "
         "ndarray.reshape np.ravel ndarray.flatten np.squeeze np.expand_dims np.cumsum np.diff "
         "np.trace np.diagonal np.sort", "a"),
        ("np.linalg.norm np.matrix_transpose", "x"),
        ("np.diag", "v"),
        ("np.tril np.triu", "m"),
        ("np.matmul", "x y"),
        ("np.dot np.outer np.inner np.kron np.linalg.solve np.vdot", "a b"),
    )
    for name in names.split()
}  # fmt: skip
_COMPARES = (gast.Eq, gast.NotEq, gast.Lt, gast.LtE, gast.Gt, gast.GtE)


def may_give_tuple(op: Op) -> bool:
    """Whether an operation may give a tuple or list of arrays."""
    if not is_rule(op.prim):
        return False
    rule = RULES[op.prim]
    where = op.prim == "np.where" and "x" not in op.roles
    return rule.result != "array" or rule.kind == "missing" or op.prim in TUPLES or where


def op_shape(op: Op, env: Env, known: Known) -> Shape | None:
    """The shape of what an operation gives; None where nothing is known of it."""
    if op.prim == "index":
        base = known.of_atom(op.args[0], env)
        return None if base is None else index_shape(base, op, env, known)
    if op.prim == "look":
        return _look_shape(op, env, known)
    if not is_rule(op.prim) or not op.args or may_give_tuple(op):
        return None
    if RULES[op.prim].kind == "elementwise" or op.prim in CORRESPONDING:
        return _broadcast(op, env, known)
    if op.prim in CONSTRUCTING:
        return _constructed(op, env, known)
    if _keeps(op, known):
        return known.of_atom(op.args[0], env)
    if op.prim in REDUCING:
        return _reduced(op, env, known)
    return _reshaped(op, env, known) or _by_shape(op, env, known)


def index_shape(base: Shape, place: Op, env: Env, known: Known) -> Shape | None:
    """The shape of a part of an array; `place` may also be where something is stored.

    Args:
        base: the shape of the array.
        place: an `index` operation.
        env: the versions of the names in the brackets.
        known: what is known so far.
    """
    owner = place.args[0]
    kind = atom_kind(owner, known.kinds) or ANY
    if not isinstance(owner, Var) or not known.is_numeric(owner.name) or kind.is_number:
        return None

    def is_integer(atom: Atom) -> bool:
        kind = atom_kind(atom, known.kinds) or ANY
        return kind.is_position and kind.discrete

    forms = subscript_form(place, lambda atom: known.key(atom, env), is_integer)
    if forms is None:
        return None
    if kind.tag == "array" and kind.ndim == len(forms) and all(form == AT for form in forms):
        return NUMBER
    return part_shape(base, forms, known)


def part_shape(base: Shape, forms: tuple[Key, ...], known: Known) -> Shape:
    """The shape of what parts of the given forms leave of an array."""
    return known.named("part", base, forms) if forms else base


def row_shape(base: Shape, known: Known) -> Shape:
    """The shape of one element of an array with the given shape, along the first axis."""
    return part_shape(base, (AT,), known)


def _broadcast(op: Op, env: Env, known: Known) -> Shape | None:
    parts = [
        known.of_atom(arg, env)
        for arg in op.args
        if not (isinstance(arg, Const) and arg.value is None)  # np.clip(x, 0, None)
    ]
    if any(part is None for part in parts):
        return None
    return known.broadcast(*(part for part in parts if part is not None))


def _keeps(op: Op, known: Known) -> bool:
    """Whether the result has the shape of the first operand."""
    first = next(iter(RULES[op.prim].params)).lstrip("*")
    if op.roles[0] != first or "shape" in op.roles:
        return False
    if op.prim in KEEPING:
        return True
    if op.prim == "np.sort" and len(op.args) == 1:
        return True
    if op.prim in ALONG:
        return _has_axis(op)
    if op.prim in ("np.tril", "np.triu"):  # one axis becomes two
        kind = atom_kind(op.args[0], known.kinds) or ANY
        return kind.tag == "array" and kind.ndim is not None and kind.ndim > 1
    return False


def _has_axis(op: Op) -> bool:
    axis = dict(zip(op.roles, op.args, strict=True)).get("axis")
    return isinstance(axis, Const) and type(axis.value) is int


def _by_shape(op: Op, env: Env, known: Known) -> Shape | None:
    arrays = _BY_SHAPE.get(op.prim)
    if arrays is None:
        return None
    parts: list[Key] = []
    for role, arg in zip(op.roles, op.args, strict=True):
        part = known.of_atom(arg, env) if role in arrays else known.key(arg, env)
        if part is None:
            return None
        parts.append((role, part))
    return known.named(op.prim, *parts)


def _reduced(op: Op, env: Env, known: Known) -> Shape | None:
    """All reductions over the same axes of the same shape give one shape.

    Where the axes are kept, with length 1, it is broadcast into what is reduced.
    """
    given = dict(zip(op.roles, op.args, strict=True))
    shape = known.of_atom(given["a"], env)
    axis = known.key(given.get("axis", Const(None)), env)
    keepdims = known.key(given.get("keepdims", Const(False)), env)
    if shape is None or axis is None or keepdims is None:
        return None
    reduced = known.named("reduction", shape, axis, keepdims)
    if keepdims == ("literal", bool, True):
        known.within.update(dict.fromkeys(reduced, shape))
    return reduced


def _reshaped(op: Op, env: Env, known: Known) -> Shape | None:
    """`x.reshape(y.shape)` has the shape of `y`."""
    if op.prim in ("np.reshape", "ndarray.reshape") and len(op.args) == 2:
        match known.key(op.args[1], env):
            case ("shape", frozenset() as shape, _):
                return shape
    return None


def _constructed(op: Op, env: Env, known: Known) -> Shape | None:
    """`np.zeros(n)`, `np.zeros((n, m))`, `np.zeros(x.shape)`."""
    named = dict(zip(op.roles, op.args, strict=True))
    given = named.get("shape", op.args[0] if op.roles[0] in ("args", "shape") else None)
    key = None if given is None else known.key(given, env)
    match key:
        case None:
            return None
        case ("shape", frozenset() as shape, _):
            return shape
        case ("tuple", tuple() as axes):
            pass
        case _:
            axes = (key,)
    match axes[0] if axes else None:
        case ("length", frozenset() as shape, 0, int() as ndim) if ndim == len(axes):
            if axes == tuple(("length", shape, axis, ndim) for axis in range(ndim)):
                return shape
    return known.named("array", axes)


def _look_shape(op: Op, env: Env, known: Known) -> Shape | None:
    """Comparisons of arrays are arrays."""
    match op.template:
        case gast.Compare(left=left, ops=[compare], comparators=[right]):
            if not isinstance(compare, _COMPARES):
                return None
            parts = [_operand_shape(side, op, env, known) for side in (left, right)]
            if None in parts:
                return None
            return known.broadcast(*(part for part in parts if part is not None))
    return None


def _operand_shape(node: gast.AST, op: Op, env: Env, known: Known) -> Shape | None:
    number = hole(node)
    if number is not None:
        return known.of_atom(op.args[number], env)
    if isinstance(node, gast.Constant) and isinstance(node.value, int | float):
        return NUMBER
    return None


# Keys


def op_key(op: Op, env: Env, known: Known) -> Key | None:
    """A key for what an operation gives, if shapes may depend on it: lengths, arithmetic."""
    match op.prim:
        case "tuple" if "*" not in op.roles:
            if any(_may_change(arg, known) for arg in op.args):
                return None
            keys = tuple(known.key(arg, env) for arg in op.args)
            return None if None in keys else ("tuple", keys)
        case "look":
            return _look_key(op, env, known)
        case "index":
            return _axis_key(op, env, known)
    if is_rule(op.prim) and op.args and all(_is_integer(arg, known) for arg in op.args):
        keys = tuple(known.key(arg, env) for arg in op.args)
        return None if None in keys else (op.prim, op.roles, keys)
    return None


def _may_change(atom: Atom, known: Known) -> bool:
    """Whether an element of a tuple is an array, which may be written while the tuple stays."""
    kind = atom_kind(atom, known.kinds) or ANY
    return isinstance(atom, Var) and kind.tag in ("array", "numeric")


def _is_integer(atom: Atom, known: Known) -> bool:
    kind = atom_kind(atom, known.kinds) or ANY
    return kind.is_number and kind.discrete


def _look_key(op: Op, env: Env, known: Known) -> Key | None:
    """`x.shape`, `x.size`, `len(x)`."""
    if not op.args or not isinstance(op.args[0], Var):
        return None
    kind = known.kinds.get(op.args[0].name, ANY)
    shape = known.of_atom(op.args[0], env)
    if kind.tag not in ("array", "numeric") or shape is None:
        return None
    match op.template:
        case gast.Attribute(value=gast.Name(id="$0"), attr="shape"):
            return ("shape", shape, _ndim(kind))
        case gast.Attribute(value=gast.Name(id="$0"), attr="size"):
            return ("length", shape, 0, 1) if _ndim(kind) == 1 else ("size", shape)
        case gast.Call(func=gast.Name(id=name), args=[gast.Name(id="$0")], keywords=[]):
            if name == "len" or (isinstance(op.callee, Ref) and op.callee.value is len):
                return ("length", shape, 0, _ndim(kind))
    return None


def _axis_key(op: Op, env: Env, known: Known) -> Key | None:
    """`x.shape[0]`."""
    base = known.key(op.args[0], env)
    match base, op.args[1:]:
        case ("shape", frozenset() as shape, ndim), (Const(value=int() as axis),) if axis >= 0:
            if isinstance(op.template, gast.Subscript) and hole(op.template.slice) == 1:
                return ("length", shape, axis, ndim)
    return None


def _ndim(kind: Kind) -> int | None:
    return kind.ndim if kind.tag == "array" else None
