"""The reverse sweep being written: what is known of the function, what it needs of the primal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from adjoint.transform.analyses.aliases import Aliases
from adjoint.transform.analyses.complexes import Complexes
from adjoint.transform.analyses.fields import EITHER, REAL, Field, field_of, fields
from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.analyses.outside_changes import Changed
from adjoint.transform.analyses.shapes import NUMBER, Shape, Shapes
from adjoint.transform.analyses.versions import Version, Versions
from adjoint.transform.derive.build import Names
from adjoint.transform.derive.watched import Hides
from adjoint.transform.ir.nodes import Assign, Atom, Const, Function, Op, Ref, Rhs, Stmt, Var
from adjoint.transform.passes.pipeline import ALL, Passes
from adjoint.transform.refusals import unsupported


@dataclass(frozen=True, slots=True)
class Derivative:
    """How a call of a user's function is differentiated.

    vjp: the name of the function to call instead; it returns the value and a pullback.
    wrt: the callee's parameters whose cotangents the pullback returns, in order.
    written: those of its parameters whose cotangent it takes and changes in place, in order.
    arguments: for each argument of the call, the parameter that it fills (and the position within
      it, for a starred parameter).
    has_result: whether the pullback takes the cotangent of the result.
    by_memory: whether it takes cotangents by memory.
    idle: whether it does nothing.
    """

    vjp: str
    wrt: tuple[str, ...]
    written: tuple[str, ...]
    arguments: tuple[tuple[str, int | str | None], ...]
    has_result: bool
    by_memory: bool = False
    idle: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known of the function being differentiated.

    device: whether arrays live on a device, where an element is a view.
    complexes: what complex numbers there are; None where there are none.
    hides: which calls of known functions call unknown ones.
    changed: what is changed of what is found outside.
    """

    function: Function
    kinds: Mapping[str, Kind]
    aliases: Aliases
    versions: Versions
    bindings: Versions
    identities: Versions
    shapes: Shapes
    active: frozenset[str]
    counters: Mapping[int, str]
    lengths: Mapping[int, str]
    old: Mapping[int, Var]
    definitions: Mapping[str, Stmt]
    differentiate_call: Callable[[Op, Stmt, frozenset[str], frozenset[str]], Derivative]
    hides: Hides
    changed: Changed = frozenset()
    device: bool = False
    complexes: Complexes | None = field(default_factory=Complexes)


NOW = "&now"
"""Ends the names of placeholders for what a container is where an adjoint is."""

ITSELF = "&itself"
"""Ends the names of placeholders for the object that a variable holds where an adjoint is."""

HERE = "&"
"""Ends the names of placeholders for the array that a variable holds where an adjoint is."""

FIRST_OWN = 1_000_000
"""Versions of higher numbers are of names that the sweep itself added: bound once, never again."""


@dataclass(slots=True)
class Sweep:
    """The reverse sweep being written.

    pinned: names whose arrays somebody else may write once the function has returned. passes: the
    names of the rewrites that are made.
    needs: primal values read by the sweep, by their placeholder name. replaced: primal statements
    that the forward sweep runs in another form. links: emitted names that are views of others.
    rounds: by loop, the emitted variable that counts its rounds. memory: the emitted variable that
    holds cotangents by memory, once it is needed. memory_given: whether the caller has it. settles:
    whether there are placeholders for what a name holds somewhere. fields: where there
    certainly are complex numbers, the names that hold such and those that hold real ones.
    """

    facts: Facts
    names: Names
    pinned: frozenset[str] = frozenset()
    needs: dict[str, Version] = field(default_factory=dict)
    replaced: dict[int, tuple[Stmt, ...]] = field(default_factory=dict)
    links: list[tuple[str, str]] = field(default_factory=list)
    rounds: dict[int, Var] = field(default_factory=dict)
    cotangent_names: dict[str, str] = field(default_factory=dict)
    memory: Var | None = None
    memory_given: bool = False
    settles: bool = False
    fields: Mapping[str, Field] | None = None
    numbers: int = FIRST_OWN
    passes: Passes = ALL

    def d(self, name: str) -> Var:
        """The emitted variable that holds the cotangent of a primal one."""
        if name not in self.cotangent_names:
            plain = "d" if name.startswith("%") else f"d_{name}"
            self.cotangent_names[name] = self.names.fresh(plain)
        return Var(self.cotangent_names[name])

    def kind(self, name: str) -> Kind:
        """The kind of a primal variable."""
        return self.facts.kinds.get(name, ANY)

    def primal(self, atom: Atom, env: Mapping[str, Version]) -> Atom:
        """A placeholder for the value that an atom has in `env`.

        Raises:
            UnsupportedSyntax: it is a variable that has none there, whatever way leads to it.
        """
        if not isinstance(atom, Var):
            return atom
        if atom.name not in env:
            what = f"`{atom.name}` is read in this function where nothing has been bound to it"
            raise unsupported(self.facts.function.span, what, f"give `{atom.name}` a value before")
        return self.value(env[atom.name])

    def value(self, version: Version) -> Var:
        """A placeholder for a version."""
        placeholder = f"{version.name}@{version.number}"
        self.needs[placeholder] = version
        return Var(placeholder)

    def here(self, name: str) -> Var:
        """A placeholder for the array that a name holds before the statement that is reversed.

        `settle` replaces it.
        """
        self.settles = True
        return Var(f"{name}{HERE}")

    def itself(self, name: str) -> Var:
        """A placeholder for the object that a name holds before the statement that is reversed.

        `settle` replaces it.
        """
        self.settles = True
        return Var(f"{name}{ITSELF}")

    def now(self, name: str) -> Var:
        """A placeholder for what a container is before the statement that is reversed.

        It may have grown, and grow again. `settle` replaces it.
        """
        self.settles = True
        return Var(f"{name}{NOW}")

    def is_shadowed(self, name: str) -> bool:
        """Whether the cotangent of a variable is found by the memory that it holds."""
        return name in self.facts.aliases.shadowed

    def is_elsewhere(self, name: str) -> bool:
        """Whether the cotangent of a variable is part of one that is kept in another place."""
        return name in self.facts.aliases.views or self.is_shadowed(name)

    def may_be_elsewhere(self, name: str) -> bool:
        """Whether the cotangent of a variable may be elsewhere, if it holds no number."""
        mixed = name in self.facts.aliases.mixed and not self.kind(name).is_container
        return mixed or self.is_elsewhere(name)

    def shadows(self) -> Var:
        """The emitted variable that holds cotangents by memory."""
        if self.memory is None:
            self.memory = Var(self.names.fresh("shadows"))
        return self.memory

    def find_fields(self, public: bool) -> None:
        """Find out which names are real and which complex; of users the arguments are known."""
        facts = self.facts
        if facts.complexes is not None and facts.complexes.sure:
            given = facts.complexes.given if public else {}
            self.fields = fields(facts.function, facts.kinds, given)

    def is_real(self, atom: Atom) -> bool:
        """Whether what an atom holds is certainly real."""
        if self.fields is None:
            return self.facts.complexes is None
        return self._field(atom, self.fields) == REAL

    def may_be_junk(self, atom: Atom) -> bool:
        """Whether the cotangent of a real value may have got an imaginary part, that means nothing.

        So it is where functions that are known only at run time may make complex numbers.
        """
        return self.fields is None and not self.is_real(atom)

    def same_field(self, a: Atom, b: Atom) -> bool:
        """Whether both are certainly real or both certainly complex: so are their cotangents.

        Where it is not sure that there are complex numbers, nothing is asked.
        """
        if self.fields is None:
            return True
        return self._field(a, self.fields) == self._field(b, self.fields) != EITHER

    def _field(self, atom: Atom, known: Mapping[str, Field]) -> Field:
        if isinstance(atom, Var):
            return REAL if self.kind(atom.name).discrete else known.get(atom.name, EITHER)
        return field_of(atom.value)

    def is_active(self, atom: Atom) -> bool:
        """Whether a derivative flows through an atom."""
        return isinstance(atom, Var) and atom.name in self.facts.active

    def shape(self, atom: Atom, env: Mapping[str, Version]) -> Shape | None:
        """The symbolic shape that an atom has in `env`."""
        if isinstance(atom, Const | Ref):
            return NUMBER if isinstance(atom.value, int | float) else None
        if self.kind(atom.name).is_number:
            return NUMBER
        version = env.get(atom.name)
        if version is None:
            return None
        return self.facts.shapes.get(version.number, frozenset({version.number}))

    def shape_of_value(self, atom: Atom) -> Shape | None:
        """The symbolic shape of what a placeholder stands for."""
        if not isinstance(atom, Var):
            return self.shape(atom, {})
        version = self.needs.get(atom.name)
        return None if version is None else self.shape(Var(version.name), {version.name: version})


Out = list[Stmt]


def assign(out: Out, names: Names, value: Rhs, hint: str = "") -> Atom:
    """Give a value a temporary (atoms stay as they are)."""
    if not isinstance(value, Op):
        return value
    target = names.temporary(hint)
    out.append(Assign(target, value))
    return target
