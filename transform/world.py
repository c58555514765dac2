"""What is known of all functions met: their analyses, and what was emitted for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from adjoint.runtime.places import Places
from adjoint.transform.analyses.aliases import Aliases
from adjoint.transform.analyses.complexes import Complexes
from adjoint.transform.analyses.kind import NONE, NUMERIC, Kind, kind_of, kind_of_annotation
from adjoint.transform.analyses.outside_changes import Changed
from adjoint.transform.callees import Callees, ParameterKinds
from adjoint.transform.derive.functions import Adjoint
from adjoint.transform.derive.prepare import Prepared
from adjoint.transform.errors import UnsupportedSyntax
from adjoint.transform.ir.nodes import Function
from adjoint.transform.passes.pipeline import ALL, Passes


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """A function prepared for derivation, under given kinds of its parameters.

    unsettled: why it cannot be derived, should it be asked for (see `derive.attempts`). changed:
    what it changes of what it finds outside. opens: whether it calls, itself or in what it calls,
    a function that is found when it runs (see `derive.watched`).
    """

    function: Function
    prepared: Prepared
    kinds: Mapping[str, Kind]
    returns: Kind
    aliases: Aliases
    names: frozenset[str]
    unsettled: tuple[UnsupportedSyntax, ...] = ()
    changed: Changed = frozenset()
    opens: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """What a function leaves behind of its parameters and its result (`return`), see `Aliases`.

    memory: the containers among the parameters of which it must have the cotangents by memory.
    """

    deep: frozenset[str]
    left: Mapping[tuple[str, str], str]
    apart: frozenset[str]
    disjoint: frozenset[str]
    memory: frozenset[str]


Summaries = tuple[frozenset[str], frozenset[str], Left]
"""The parameters that a function writes, those that its result may share memory with, the rest."""


@dataclass(slots=True)
class Emitted:
    """One emitted function: its IR, its text, and what is needed to call it.

    callees: the emitted functions that it calls, by the names under which it does. places: where
    its statements come from. loaded: the running functions, by the identity of the namespace that
    they work in and whether they are watched. passes: the rewrites that made it, and make what it
    calls when it runs.
    """

    adjoint: Adjoint
    text: str
    origin: FunctionType
    callees: dict[str, Emitted] = field(default_factory=dict)
    places: Places = ()
    loaded: dict[tuple[int, bool], FunctionType] = field(default_factory=dict)
    passes: Passes = ALL

    def name_of(self, callee: Emitted) -> str | None:
        """The name under which it calls another one; None while it does not."""
        return next((name for name, other in self.callees.items() if other is callee), None)

    def everything(self) -> list[Emitted]:
        """This function and all that it calls, callees first."""
        order: list[Emitted] = []
        visiting: list[Emitted] = []

        def visit(one: Emitted) -> None:
            if any(one is seen for seen in order + visiting):
                return
            visiting.append(one)
            for callee in one.callees.values():
                visit(callee)
            visiting.remove(one)
            order.append(one)

        visit(self)
        return order


@dataclass(slots=True)
class World:
    """What is known of all functions met: analyses and emissions, by function and kinds.

    running: functions being analysed, each with whether a call of it was met meanwhile (recursion).
    summaries: the parameters that a function writes, those that its result may share memory with,
    and what it leaves behind. returns: the kind of its result. assume_arrays: whether a name that
    may be a number or an array is taken to be an array, as in source that is shown without
    arguments. device: whether arrays live on a device, where their elements are views. complexes:
    what complex numbers there are; None where there are none. later: whether pullbacks run when
    anything may have happened since. changed: what is changed outside while the function runs.
    passes: the names of the rewrites that are made.
    """

    analyses: dict[Any, Analysis] = field(default_factory=dict)
    running: dict[Any, bool] = field(default_factory=dict)
    summaries: dict[Any, Summaries] = field(default_factory=dict)
    returns: dict[Any, Kind] = field(default_factory=dict)
    emitted: dict[Any, Emitted] = field(default_factory=dict)
    callees: Callees = field(default_factory=Callees)
    assume_arrays: bool = False
    device: bool = False
    complexes: Complexes | None = field(default_factory=Complexes)
    later: bool = False
    changed: Changed = frozenset()
    passes: Passes = ALL


def default_kinds(fn: Function, values: Mapping[str, Any] | None = None) -> ParameterKinds:
    """The kinds of parameters: of the values given, or what annotations and defaults promise."""
    found = []
    for param in fn.params:
        if values is not None and param.name in values:
            kind = kind_of(values[param.name])
        elif param.kind == "varargs":
            kind = Kind("list")
        elif param.kind == "varkw":
            kind = Kind("dict")
        else:
            promised = kind_of_annotation(param.annotation)
            default = kind_of(param.default) if param.has_default else None
            kind = promised or (default if default not in (None, NONE) else None) or NUMERIC
        found.append((param.name, kind))
    return tuple(found)
