"""What an operation hands to its operands, before it is added to their cotangents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import gast

from adjoint.runtime.helpers import HELPERS
from adjoint.runtime.rules import RULES, rule_of_method
from adjoint.runtime.rules.table import Rule
from adjoint.transform.analyses.versions import Version
from adjoint.transform.derive.build import call
from adjoint.transform.derive.cotangents import Cotangent, flat
from adjoint.transform.derive.sweep import Out, Sweep, assign
from adjoint.transform.ir.nodes import Atom, Op, Var

Env = Mapping[str, Version]


@dataclass(frozen=True, slots=True)
class Operand:
    """An operand that is differentiated: the parameter that it fills, what the text may name."""

    role: str
    arg: Var
    atoms: Mapping[str, Atom]

    @property
    def like(self) -> Atom:
        """A primal value with its shape and dtype: itself."""
        return self.atoms[self.role]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What an operand's cotangent gets, and how it is held (see `Cotangent`)."""

    value: Op | Atom
    fresh: bool
    lazy: bool = False
    extent: str = "full"
    like: Atom | None = None


class Incoming:
    """The cotangent of a result, as it is held and in full shape (written when first asked for)."""

    def __init__(
        self, held: Cotangent, target: Var, rule: Rule, after: Env, sweep: Sweep, out: Out
    ) -> None:
        self.held = held
        self.extent = held.extent if rule.result == "array" else "full"
        self._expand = held.lazy and rule.kind != "elementwise"
        self._context = (after, target, sweep, out)
        self._full: Atom | None = None

    @property
    def is_flat(self) -> bool:
        """Whether it is one atom, that has or stands for the full shape."""
        return not isinstance(self.held.value, tuple) and not self._expand

    def as_held(self) -> Atom:
        """The atom itself, whatever its extent."""
        return self.full() if isinstance(self.held.value, tuple) else self.held.value

    def full(self) -> Atom:
        """An atom of full shape."""
        if self._full is None:
            after, target, sweep, out = self._context
            self._full = flat(self.held, sweep, out)
            if self._expand and self.held.extent == "full":
                like = sweep.value(after[target.name])
                self._full = assign(out, sweep.names, call("expand", self._full, like))
        return self._full


def is_fresh(template: gast.AST) -> bool:
    """Whether an expression gives an array that nothing else holds."""
    if isinstance(template, gast.BinOp | gast.UnaryOp):
        return True
    if not isinstance(template, gast.Call):
        return False
    name = gast.unparse(template.func).strip()
    if name == "unbroadcast":
        return is_fresh(template.args[0])
    rule = RULES.get(name)
    if rule is None and "." in name and not name.startswith(("np.", "math.")):
        rule = rule_of_method(name.rpartition(".")[2])
    if rule is not None:
        return rule.memory == "fresh"
    return name in HELPERS and name in _FRESH


_FRESH = frozenset({"own", "buffer", "zeros_like", "matmul_dx", "matmul_dy"})
