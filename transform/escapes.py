"""What a closure holds must be what it was when the closure was made, or be in a cell."""

from __future__ import annotations

from collections.abc import Collection

from adjoint.transform.analyses.activity import varied_names
from adjoint.transform.callees import Callee
from adjoint.transform.closures import CLOSURE, cells_of
from adjoint.transform.ir.names import names_read
from adjoint.transform.ir.nodes import (
    Assign,
    Block,
    Define,
    For,
    Function,
    Op,
    Var,
    binds,
    iter_atoms,
    reads,
    walk,
)  # fmt: skip
from adjoint.transform.lower.captures import with_later
from adjoint.transform.lower.cells import unless_in_cells
from adjoint.transform.lower.exits import takes_all
from adjoint.transform.lower.local_functions import Locals
from adjoint.transform.lower.templates import GIVEN
from adjoint.transform.objects_given import check_objects
from adjoint.transform.refusals import unsupported
from adjoint.transform.shared_variables import check_cells
from adjoint.transform.world import Analysis


def check_escapes(callee: Callee, analysis: Analysis, inputs: Collection[str]) -> None:
    """A function that is used as a value must hold what can be followed.

    Raises:
        UnsupportedSyntax: a variable that it reads, and that depends on what is differentiated, may
            be bound again; or a function of which it is not known what it holds reads one.
    """
    fn = analysis.function
    check_cells(fn, analysis.kinds, analysis.aliases)
    _check_interleaved(fn, analysis, callee.locals)
    varied = varied_names(fn, analysis.kinds, analysis.aliases, inputs)
    check_objects(analysis, varied)
    for stmt, later in with_later(fn.body):
        if isinstance(stmt, Define):
            _check_known(stmt, callee, varied)
        elif isinstance(stmt, Assign) and isinstance(stmt.value, Op):
            _check_early(stmt, stmt.value, later, callee, varied)


def _check_known(stmt: Define, callee: Callee, varied: frozenset[str]) -> None:
    """A function that could not be lifted must not hold what is differentiated."""
    held = {a.name for a in reads(stmt) if isinstance(a, Var)}
    for name in held & callee.locals.keys():
        held |= set(callee.locals[name].captures.values())
    if stmt.target.name not in callee.locals and held & varied:
        raise unsupported(
            stmt.span,
            f"a variable of `{stmt.target.name}` has the name of one that a function that it calls "
            "reads",
            "give them different names",
        )


def _check_early(
    stmt: Assign, op: Op, later: tuple[Block, ...], callee: Callee, varied: frozenset[str]
) -> None:
    """What a closure reads from cells must not be bound again while it may be called."""
    if not op.prim.startswith(CLOSURE) or not isinstance(op.callee, Var):
        return
    known = callee.locals
    local = known.get(op.callee.name)
    if local is None:
        return
    if not any(isinstance(a, Var) and a.name in varied for a in op.args):
        return
    cells = {name for name in cells_of(local, known) if _depends(name, known, varied)}
    for after in (inner for block in later for inner in walk(block)):
        again = {v.name for v in binds(after)} & cells
        if again and after is not stmt:
            name = sorted(again)[0]
            refusal = unsupported(
                stmt.span,
                f"the function used as a value here reads `{name}` when it is called, and `{name}` "
                "may be bound again by then",
                f"let it keep the value, as in `lambda v, {name}={name}: ...`",
            )
            raise unless_in_cells(refusal, [(callee.function.span.line, name)], callee.origin)


def _depends(name: str, known: Locals, varied: frozenset[str]) -> bool:
    """Whether a variable, or what the function in it holds, depends on what is differentiated."""
    return name in varied or (
        name in known and not varied.isdisjoint(known[name].captures.values())
    )


def _check_interleaved(fn: Function, analysis: Analysis, known: Locals) -> None:
    """A loop over what `map` gives must not change what is read between its rounds.

    It runs over a list, which was made before; see `lower.sources`.
    """
    given: dict[str, Assign] = {}
    listed: dict[str, str] = {}
    reached = analysis.aliases.reached
    for stmt in walk(fn.body):
        if isinstance(stmt, Assign) and isinstance(stmt.value, Op):
            source = stmt.value.args[0] if stmt.value.args else None
            if stmt.target.name.endswith(GIVEN):
                given[stmt.target.name] = stmt
            elif isinstance(source, Var) and source.name in given:
                listed[stmt.target.name] = source.name
        elif isinstance(stmt, For):
            for atom in iter_atoms(stmt.iterable):
                if isinstance(atom, Var) and atom.name in listed:
                    call = given[listed[atom.name]]
                    changed = {v.name for s in walk(stmt.body) for v in binds(s)}
                    changed = changed.union(*(reached.get(id(s), ()) for s in walk(stmt.body)))
                    written = reached.get(id(call), frozenset())
                    seen = names_read(stmt.body) | (set() if takes_all(stmt) else written)
                    if written & seen or changed & _read_by(call, known):
                        raise unsupported(
                            stmt.span,
                            "this loop changes what is read to compute what it runs over",
                            "make a list first: `for v in list(...)`, if that is meant",
                        )


def _read_by(stmt: Assign, known: Locals) -> set[str]:
    """The variables that a call reads, and those that the functions given to it read."""
    found = {a.name for a in reads(stmt) if isinstance(a, Var)}
    for name in found & known.keys():
        found |= cells_of(known[name], known)
    return found
