"""How many axes the result of a function of NumPy has, from those of its operands.

The rules say what a derivative is; whether it needs to be summed over broadcast axes, and whether a
product is one of vectors or matrices, depends on the number of axes. Where the answer is not
certain it is None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adjoint.transform.analyses.forms import ALONG, CONSTRUCTING, KEEPING
from adjoint.transform.analyses.kind import NUM, NUMERIC, Kind
from adjoint.transform.ir.nodes import Atom, Const, Op

_MATRIX = 2


@dataclass(frozen=True, slots=True)
class _Call:
    """The operands of a call by role, those of a starred parameter as `starred`."""

    atoms: Mapping[str, Atom]
    kinds: Mapping[str, Kind]
    starred: tuple[Kind, ...]

    def rank(self, role: str) -> int | None:
        """The number of axes of an operand."""
        return rank_of(self.kinds[role]) if role in self.kinds else None

    def constant(self, role: str, default: object) -> object:
        """The value of an operand that is written out, `...` where it is not."""
        atom = self.atoms.get(role, Const(default))
        return atom.value if isinstance(atom, Const) else ...


def rank_of(kind: Kind | None) -> int | None:
    """The number of axes that a kind has, a number none; for lists and tuples, those of the array.

    >>> rank_of(Kind("list", items=(Kind("array", 1),)))
    2
    """
    if kind is None:
        return None
    if kind.tag in ("list", "tuple"):
        inner = {rank_of(item) for item in kind.items}
        only = inner.pop() if len(inner) == 1 else None
        return None if only is None else only + 1
    return {"num": 0, "array": kind.ndim}.get(kind.tag)


def result_rank(op: Op, kinds: tuple[Kind, ...]) -> int | None:
    """The number of axes of what a function gives, None where that is not certain.

    Args:
        op: the call, its operands bound to the parameters of the function's rule.
        kinds: those of its operands.
    """
    rule = _RANKS.get(op.prim)
    if rule is None or "*" in op.roles:
        return None
    atoms: dict[str, Atom] = {}
    named: dict[str, Kind] = {}
    starred: list[Kind] = []
    for role, atom, kind in zip(op.roles, op.args, kinds, strict=True):
        if role in named or role in _STARRED:
            starred.append(kind)
        atoms.setdefault(role, atom)
        named.setdefault(role, kind)
    return rule(_Call(atoms, named, tuple(starred)))


_STARRED = ("args", "lengths", "axes", "operands")
_Rule = Callable[[_Call], "int | None"]


def _same(role: str) -> _Rule:
    return lambda call: call.rank(role)


def _always(rank: int) -> _Rule:
    return lambda call: rank


def _at_least(role: str, least: int) -> _Rule:
    def rule(call: _Call) -> int | None:
        rank = call.rank(role)
        return None if rank is None else max(rank, least)

    return rule


def _more(role: str, change: int) -> _Rule:
    """So many axes more, or fewer. What has too few axes raises when it runs."""

    def rule(call: _Call) -> int | None:
        rank = call.rank(role)
        return None if rank is None or rank + change < 0 else rank + change

    return rule


def _along(role: str, default: int | None = None) -> _Rule:
    """As many axes where one is named, and one axis where all are taken together."""

    def rule(call: _Call) -> int | None:
        axis = call.constant("axis", default)
        if axis is None:
            return 1
        return call.rank(role) if isinstance(axis, int) else None

    return rule


def _shape(kind: Kind | None) -> int | None:
    """The number of axes that a shape says: an integer, or a tuple of them."""
    if kind is None or kind.tag not in ("num", "tuple"):
        return None
    return 1 if kind.tag == "num" else len(kind.items)


def _by_shape(role: str) -> _Rule:
    return lambda call: _shape(call.kinds.get(role))


def _by_lengths(call: _Call) -> int | None:
    """`x.reshape(2, 3)` and `x.reshape((2, 3))`."""
    if len(call.starred) == 1:
        return _shape(call.starred[0])
    return len(call.starred) if all(kind.tag == "num" for kind in call.starred) else None


def _constructed(call: _Call) -> int | None:
    return _shape(call.kinds.get("shape", call.starred[0] if call.starred else None))


def _joined(call: _Call) -> int | None:
    """`np.concatenate`: the arrays have as many axes as what is made of them."""
    rank = call.rank("arrays")
    if call.constant("axis", 0) is None:
        return 1
    return None if rank is None or rank == 0 else rank - 1


def _diagonal(call: _Call) -> int | None:
    """`np.diag`: of a vector a matrix, of a matrix a vector."""
    return {1: 2, 2: 1}.get(call.rank("v") or 0)


def _product(call: _Call, first: str, second: str) -> int | None:
    a, b = call.rank(first), call.rank(second)
    if a is None or b is None:
        return None
    return a + b - _MATRIX if a and b else a + b


def _solved(call: _Call) -> int | None:
    """With one matrix, whatever is on the right keeps its shape."""
    return call.rank("b") if call.rank("a") == _MATRIX else None


def _summed(call: _Call) -> int | None:
    """`np.einsum`: the letters after the arrow are the axes."""
    text = call.constant("subscripts", ...)
    if not isinstance(text, str) or "." in text or "->" not in text:
        return None
    return len(text.partition("->")[2].strip())


def _rest(names: str, rule: _Rule) -> dict[str, _Rule]:
    return {name if "." in name else f"np.{name}": rule for name in names.split()}


_RANKS: Mapping[str, _Rule] = {
    **dict.fromkeys(CONSTRUCTING, _constructed),
    **{name: _along("a") for name in ALONG},
    **_rest("sort", _along("a", -1)),
    **_rest("diff transpose ndarray.transpose ndarray.T swapaxes moveaxis", _same("a")),
    **_rest("rot90", _same("m")),
    **_rest("matrix_transpose scipy.special.softmax scipy.special.log_softmax", _same("x")),
    **_rest("pad", _same("array")),
    **_rest("array", _same("object")),
    **_rest("asarray", _same("a")),
    **_rest("arange linspace ravel ndarray.flatten flatnonzero bincount", _always(1)),
    **_rest("eye identity tri outer", _always(2)),
    **_rest("vdot", _always(0)),
    **_rest("atleast_1d ascontiguousarray", _at_least("a", 1)),
    **_rest("atleast_2d", _at_least("a", 2)),
    **_rest("atleast_3d", _at_least("a", 3)),
    **_rest("tril triu", _at_least("m", 2)),
    **_rest("stack", _same("arrays")),
    **_rest("trapezoid", _more("y", -1)),
    **_rest("diagonal", _more("a", -1)),
    **_rest("trace np.linalg.det", _more("a", -2)),
    **_rest("np.linalg.trace", _more("x", -2)),
    **_rest("np.linalg.diagonal", _more("x", -1)),
    **_rest("repeat", _along("a")),
    **_rest("reshape broadcast_to", _by_shape("shape")),
    **_rest("ndarray.reshape", _by_lengths),
    **_rest("concatenate", _joined),
    **_rest("diag", _diagonal),
    **_rest("dot inner", lambda call: _product(call, "a", "b")),
    **_rest("np.linalg.solve", _solved),
    **_rest("einsum", _summed),
}  # fmt: skip

_MAKES_ARRAYS = CONSTRUCTING | frozenset(
    f"np.{name}"
    for name in "copy array asarray zeros_like ones_like empty_like full_like transpose reshape "
    "broadcast_to".split()
)


def result_kind(op: Op, kinds: tuple[Kind, ...]) -> Kind:
    """The kind of what a function gives, as far as the number of its axes is known.

    Without axes it is a number, or an array into which can be written, as `np.copy(2.0)` is one.
    """
    if op.prim in KEEPING and kinds and kinds[0].tag == "array" and "shape" not in op.roles:
        return kinds[0]
    rank = result_rank(op, kinds)
    if op.prim in KEEPING and kinds and kinds[0].is_number:
        rank = 0
    if rank is None:
        return NUMERIC
    return NUM if rank == 0 and op.prim not in _MAKES_ARRAYS else Kind("array", rank)
