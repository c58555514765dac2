"""Join the two sweeps: drop what is dead, decide where primal values come from, polish."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from adjoint.runtime.modes import no_grad
from adjoint.transform.analyses.effects import is_rule
from adjoint.transform.analyses.outside_changes import changed_here, roots_outside
from adjoint.transform.derive.build import expression, substitute
from adjoint.transform.derive.storage import store
from adjoint.transform.derive.sweep import Sweep
from adjoint.transform.derive.watched import watched
from adjoint.transform.ir.names import names_read
from adjoint.transform.ir.nodes import (
    Assign,
    Atom,
    Block,
    Effect,
    Keep,
    Op,
    Ref,
    Return,
    Stmt,
    Store,
    Var,
    With,
    walk,
)  # fmt: skip
from adjoint.transform.passes.copies import fold_last, spread_names
from adjoint.transform.passes.dead_code import drop_dead
from adjoint.transform.passes.loops import iterate_saved
from adjoint.transform.passes.ownership import drop_copies


@dataclass(frozen=True, slots=True)
class Swept:
    """The two sweeps, what holds the gradients, and the lists that the second one takes from."""

    forward: Block
    backward: Block
    gradients: tuple[Atom, ...]
    lists: tuple[str, ...]


def assemble(
    forward: Block, backward: Block, gradients: tuple[Atom, ...], sweep: Sweep,
    wanted: list[Atom], written: tuple[str, ...] = (),
    reserved: frozenset[str] = frozenset(),
) -> Swept:  # fmt: skip
    """Drop what is dead, decide where primal values come from, and join the two sweeps."""
    families = _families(sweep)
    needed = {a.name for a in gradients if isinstance(a, Var)}
    kept = {sweep.d(name).name for name in written}
    kept |= {sweep.shadows().name} if sweep.memory_given else set()
    needed |= kept
    alive = backward
    if "dead code" in sweep.passes:
        alive = drop_dead(backward, needed, _changes_cells, families)
    marks = tuple(Return(g) for g in gradients)  # resolved together with the sweep
    stored = store(forward, (*alive, *marks), sweep, sweep.pinned, reserved)
    back = stored.backward[: len(stored.backward) - len(marks)]
    ends = stored.backward[len(back) :]
    answers = tuple(s.value for s in ends if isinstance(s, Return))
    read = set(names_read((*back, *ends))) | {a.name for a in wanted if isinstance(a, Var)}
    read |= {p.name for p in sweep.facts.function.params} & _written(sweep)
    front = stored.forward
    if "dead code" in sweep.passes:
        roots = roots_outside(sweep.facts.function, sweep.facts.kinds)

        def must_stay(stmt: Stmt) -> bool:
            return _is_root(stmt) or bool(changed_here(stmt, sweep.facts.kinds, roots))

        front = drop_dead(front, read, must_stay, sweep.facts.aliases.classes)
    front = watched(front, sweep.facts.kinds, sweep.facts.hides)
    used = names_read(front)
    lists = tuple(name for name in stored.lists if name in used)
    back, answers = _polished(back, answers, kept, sweep)
    begin = [Assign(Var(name), expression("[]", {}, "list")) for name in lists]
    if "loops" in sweep.passes:
        back = iterate_saved(back, sweep.names)
    return Swept((*begin, *front), back, answers, lists)


def _polished(
    back: Block, answers: tuple[Atom, ...], kept: set[str], sweep: Sweep
) -> tuple[Block, tuple[Atom, ...]]:
    """The reverse sweep without needless copies and names."""
    if "ownership" in sweep.passes:
        back, answers = drop_copies(back, answers)
    if "copies" in sweep.passes:
        spread = spread_names((*back, *(Return(a) for a in answers)), kept)
        back = spread[: len(spread) - len(answers)]
        answers = tuple(s.value for s in spread[len(back) :] if isinstance(s, Return))
    if "last" in sweep.passes:
        back, answers = fold_last(back, answers, kept, sweep.names)
    return back, answers


def _families(sweep: Sweep) -> dict[str, frozenset[str]]:
    """Emitted names that share an array."""
    found: dict[str, frozenset[str]] = {}
    for child, parent in sweep.links:
        merged = found.get(child, frozenset({child})) | found.get(parent, frozenset({parent}))
        for name in merged:
            found[name] = merged
    return found


def _written(sweep: Sweep) -> set[str]:
    return {n for reached in sweep.facts.aliases.reached.values() for n in reached}


def reusable(swept: Swept, sweep: Sweep) -> Block:
    """A reverse sweep that may run many times: it takes from copies of the lists."""
    restored = _restored(swept.backward)
    taken = sorted(name for name in swept.lists if name in restored)
    copies = {name: sweep.names.fresh(name.replace("saved", "stack", 1)) for name in taken}

    def change(atom: Atom) -> Atom:
        return Var(copies[atom.name]) if isinstance(atom, Var) and atom.name in copies else atom

    fresh = [
        Assign(Var(copy), expression("saved.copy()", {"saved": Var(name)}, "derived.copy"))
        for name, copy in copies.items()
    ]
    return (*fresh, *(substitute(stmt, change) for stmt in swept.backward))


def _restored(block: Block) -> set[str]:
    return {
        a.name
        for s in walk(block)
        if isinstance(s, Assign) and isinstance(s.value, Op) and s.value.prim == "derived.restore"
        for a in s.value.args
        if isinstance(a, Var)
    }


_QUIET = ("derived", "method:append", "method:extend", "method:insert", "method:pop")


_SETTINGS = (np.errstate, np.printoptions, no_grad)
"""Contexts that matter to what is done inside them alone."""


def _changes_cells(stmt: Stmt) -> bool:
    """Whether a statement of the reverse sweep adds to the cotangents of cells, or takes them."""
    return getattr(getattr(stmt, "value", None), "prim", None) == "derived.cell"


def _is_root(stmt: Stmt) -> bool:
    """Statements of the primal that stay whatever is wanted: what raises, prints or calls."""
    match stmt:
        case Keep():
            return True
        case Store(place=place):
            return place.prim.startswith("cell:")
        case Effect(value=op):
            quiet = op.prim.startswith(_QUIET) or is_rule(op.prim)
            return op.prim == "derived.check" or not quiet
        case Assign(value=Op() as op):
            looks = ("method:pop", "method:copy", "method:get")
            return op.prim == "call" or (op.prim.startswith("method:") and op.prim not in looks)
        case With(context=op):
            return not (isinstance(op.callee, Ref) and op.callee.value in _SETTINGS)
    return False
