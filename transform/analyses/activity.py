"""Activity: the names whose values depend on what is differentiated and matter to the result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from adjoint.transform.analyses.aliases import Aliases
from adjoint.transform.analyses.cells import cell_names, cells_reached
from adjoint.transform.analyses.container_calls import DEEP_COPY, ENUMERATED, TRANSPOSED
from adjoint.transform.analyses.effects import is_rule
from adjoint.transform.analyses.kind import ANY, CELL, Kind
from adjoint.transform.analyses.operations import rule_of_name
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Augment,
    Effect,
    For,
    Function,
    Op,
    Return,
    Stmt,
    Store,
    Unpack,
    Var,
    With,
    iter_atoms,
    walk,
)  # fmt: skip

Flow = list[tuple[frozenset[str], frozenset[str]]]  # (read with a derivative, bound or written)


def active_names(
    fn: Function,
    kinds: Mapping[str, Kind],
    aliases: Aliases,
    inputs: Iterable[str],
    outputs: Iterable[str] = (),
) -> frozenset[str]:
    """Names that are both varied and useful.

    Varied are those that depend on `inputs`; useful are those that the result, or `outputs`, depend
    on.
    """
    flow: Flow = []
    shared = cell_names(kinds)  # what others bind them to may depend on anything, and matter
    useful, sources = {*outputs, *shared}, {*inputs, *shared}
    for stmt in walk(fn.body):
        if isinstance(stmt, Return) and isinstance(stmt.value, Var):
            useful.add(stmt.value.name)
        targets = targets_of(stmt, aliases)
        if shared:
            targets |= cells_reached(stmt, kinds)
        flow.append((differentiable_reads(stmt), targets))
    may = {n for f in flow for n in f[0] | f[1]}
    may = {n for n in may | useful | sources if n in shared or may_carry(kinds.get(n, ANY))}
    varied = _spread(sources & may, flow, may, forward=True)
    needed = _spread(useful & may, flow, may, forward=False)
    return frozenset(n for n in varied & needed if kinds.get(n, ANY) != CELL)


def may_carry(kind: Kind) -> bool:
    """Whether a derivative may pass through a value: a function made here may have captured one."""
    if kind.tag == "function":
        return kind.callee is None
    return kind.differentiable or any(may_carry(item) for item in kind.items)


def varied_names(
    fn: Function, kinds: Mapping[str, Kind], aliases: Aliases, inputs: Iterable[str]
) -> frozenset[str]:
    """Names that depend on `inputs`, whether or not the result depends on them."""
    return active_names(fn, kinds, aliases, inputs, list(kinds))


def _spread(names: set[str], flow: Flow, may: set[str], forward: bool) -> set[str]:
    while True:
        before = len(names)
        for reads, targets in flow:
            source, sink = (reads, targets) if forward else (targets, reads)
            if source & names:
                names |= sink & may
        if len(names) == before:
            return names


def targets_of(stmt: Stmt, aliases: Aliases) -> frozenset[str]:
    """The names that a statement binds, or whose values it changes in place."""
    names = set(aliases.reached.get(id(stmt), ()))
    match stmt:
        case Assign(target=target) | Augment(target=target) | For(target=target):
            names.add(target.name)
        case Unpack(targets=targets):
            names |= {t.name for t in targets}
        case With(target=Var(name=name)):
            names.add(name)
    for name in tuple(names):
        names |= {v for v, root in aliases.views.items() if root == name}
        by_memory = aliases.shadowed | aliases.mixed
        if name in by_memory:
            names |= aliases.classes.get(name, frozenset()) & by_memory
    return frozenset(names)


def differentiable_reads(stmt: Stmt) -> frozenset[str]:
    """The names that a statement reads in a way that has a derivative."""
    match stmt:
        case Assign(value=Op() as op) | Effect(value=op) | With(context=op):
            atoms: Iterable[Atom] = differentiable_operands(op)
        case Assign(value=value) | Unpack(value=value) | Return(value=value):
            atoms = (value,)  # type: ignore[assignment]
        case Store(value=value, place=place):
            atoms = (value, place.args[0])
        case Augment(target=target, value=value):
            atoms = (target, value)
        case For(iterable=iterable):
            atoms = iter_atoms(iterable)
        case _:
            return frozenset()
    return frozenset(a.name for a in atoms if isinstance(a, Var))


def differentiable_operands(op: Op) -> tuple[Atom, ...]:
    """The operands through which an operation has a derivative (or may have one)."""
    if op.prim == "look":
        return ()
    sources = (
        "index", "list.copy", DEEP_COPY, ENUMERATED, TRANSPOSED, "elements:sorted",
        "elements:reversed",
    )  # fmt: skip
    if op.prim in sources or op.prim.startswith("attribute:"):
        return op.args[:1]
    if op.prim in ("np.add.at", "np.subtract.at"):
        return (op.args[1], op.args[-1])
    if op.prim == "dict" and "**" not in op.roles:
        return op.args[1::2]
    if not is_rule(op.prim):
        return (*op.args, op.callee) if isinstance(op.callee, Var) else op.args
    rule = rule_of_name(op.prim)
    if rule.kind == "zero":
        return ()
    if rule.kind == "missing":
        return op.args
    given = zip(op.roles, op.args, strict=True)
    return tuple(a for role, a in given if role in rule.differentiable)
