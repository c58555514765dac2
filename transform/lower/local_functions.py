"""Local functions as they are known once they are lifted, and their calls."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from types import FunctionType

from adjoint.transform.ir.nodes import Atom, Function, Op, Ref, Var

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class LocalFunction:
    """A nested function, lifted: what it captures are keyword-only parameters at the end.

    captures: for each parameter that its calls need not give, the variable that fills it; defaults:
    those of them that calls may give, since the variable is a default.
    holds: what the running function holds, in a cell or as a default or through a function in a
    cell: under which names, and which of `captures` it is. cells: the variables around it that it
    reads when it is called, functions included.
    name: what its emitted forms are called after. origin: the Python function it is nested in.
    inner: the local functions that it defines itself.
    later: the variables around it that may be bound again after it was made, each with the line of
    the function that it belongs to: those of the function around it; around: those of functions
    further outside.
    base: where it was given to another function, which knows it with other captures: the original.
    """

    function: Function
    captures: Mapping[str, str]
    defaults: frozenset[str]
    holds: Mapping[Path, str]
    cells: frozenset[str]
    name: str
    origin: FunctionType
    inner: dict[str, LocalFunction] = field(default_factory=dict)
    later: Mapping[str, int] = field(default_factory=dict)
    around: Mapping[str, int] = field(default_factory=dict)
    base: LocalFunction | None = None

    @property
    def original(self) -> LocalFunction:
        """The function itself, with its captures as they are where it was made."""
        return self.base or self


Locals = Mapping[str, LocalFunction]


def missing(op: Op, local: LocalFunction) -> dict[str, str] | None:
    """What a call does not give of what the function captures; None where that is not known."""
    if local.defaults and {"*", "**"} & set(op.roles):
        return None
    params = local.function.params
    positional = [p.name for p in params if p.kind in ("positional-only", "ordinary")]
    given = {*positional[: op.roles.count("")], *op.roles}
    return {role: variable for role, variable in local.captures.items() if role not in given}


def with_captures(op: Op, callee: Ref, captures: Mapping[str, str]) -> Op:
    """A call of a known function; `captures` gives for each parameter the variable passed."""
    hidden: tuple[Atom, ...] = tuple(Var(v) for v in captures.values())
    return replace(
        op, callee=callee, args=(*op.args, *hidden), roles=(*op.roles, *captures)
    )


def given_as(local: LocalFunction, parameter: str, taken: Collection[str]) -> LocalFunction:
    """A local function as a function knows it that gets it as an argument.

    What it captures comes in as further parameters, named after it and its own.
    """
    names: dict[str, str] = {}
    for role in local.captures:
        own = f"{parameter}_{role}"
        while own in taken or own in names.values():
            own += "_"
        names[role] = own
    return replace(local, captures=names, base=local.original)
