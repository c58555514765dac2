"""What forward mode knows of a function, and the names of the tangents that it makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.analyses.shapes import NUMBER, Shape, Shapes
from adjoint.transform.analyses.versions import Version, Versions
from adjoint.transform.derive.build import Names
from adjoint.transform.derive.watched import Hides
from adjoint.transform.ir.nodes import Assign, Atom, Augment, Const, Function, Op, Ref, Stmt, Var

Out = list[Stmt]

State = dict[str, Shape]
"""The names whose tangents may be smaller than their values, with the shapes that these have.

In `y = x + c`, with `c` inactive, the tangent of `y` is that of `x`, and is expanded where more is
done with it than corresponding elements are taken together.
"""


@dataclass(frozen=True, slots=True)
class Pushforward:
    """How a call of a user's function is differentiated.

    jvp: what to call instead; it returns the value and its tangent, or the value alone.
    wrt: the callee's parameters whose tangents it takes. keywords: under which keywords it does.
    arguments: for each argument of the call, the parameter that it fills (and the position within
      it, for a starred parameter). has_result: whether it returns a tangent.
    """

    jvp: str
    wrt: tuple[str, ...]
    keywords: tuple[str, ...]
    arguments: tuple[tuple[str, int | str | None], ...]
    has_result: bool


Differentiate = Callable[[Op, Stmt, frozenset[str]], Pushforward | None]
"""How a call is differentiated with respect to some names; None: what is called is not known."""


@dataclass(slots=True)
class Facts:
    """Everything known of the function being differentiated, and the names that were given.

    written: the names whose arrays may be written into, by any name. handed: those that the result
    may share memory with. alive: the names that are read after each statement, by its identity.
    old: by the identity of a scaling store, what holds the value before. made: by name, the
    operation that it is the value of. added: names that count rounds, for reverse mode alone.
    in_try: whether what is written now stands in a `try`, and may stop half-way. ahead: the names
    that may be written into by the statements after this one in its block. in_loop: whether the
    block is repeated. hides: which calls of known functions call unknown ones. dots: the names of
    tangents. named: temporaries with a word for what they hold, in place of others.
    """

    function: Function
    kinds: Mapping[str, Kind]
    versions: Versions
    shapes: Shapes
    active: frozenset[str]
    classes: Mapping[str, frozenset[str]]
    reached: Mapping[int, frozenset[str]]
    written: frozenset[str]
    handed: frozenset[str]
    alive: Mapping[int, frozenset[str]]
    old: Mapping[int, Var]
    made: Mapping[str, Assign]
    added: frozenset[str]
    names: Names
    differentiate: Differentiate
    hides: Hides
    complexes: bool = True
    in_try: bool = False
    ahead: frozenset[str] = frozenset()
    in_loop: bool = False
    dots: dict[str, Var] = field(default_factory=dict)
    named: dict[str, Var] = field(default_factory=dict)

    def kind(self, atom: Atom) -> Kind:
        """The kind of a variable; of anything else, nothing is known."""
        return self.kinds.get(atom.name, ANY) if isinstance(atom, Var) else ANY

    def is_active(self, atom: object) -> bool:
        """Whether an atom has a tangent."""
        return isinstance(atom, Var) and atom.name in self.active

    def shape(self, atom: Atom, env: Mapping[str, Version]) -> Shape | None:
        """The symbolic shape that an atom has in `env`."""
        if isinstance(atom, Const | Ref):
            return NUMBER if isinstance(atom.value, int | float) else None
        if self.kind(atom).is_number:
            return NUMBER
        version = env.get(atom.name)
        if version is None:
            return None
        return self.shapes.get(version.number, frozenset({version.number}))


def is_added(stmt: Stmt, facts: Facts) -> bool:
    """Whether a statement was added to count rounds, for reverse mode alone."""
    return isinstance(stmt, Assign | Augment) and stmt.target.name in facts.added
