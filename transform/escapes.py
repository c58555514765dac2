"""Local functions that read what is differentiated, and are called where they are not known."""

from __future__ import annotations

from adjoint.transform.analyses.activity import varied_names
from adjoint.transform.callees import Callee, Callees, call_of
from adjoint.transform.ir.nodes import Assign, Define, Op, Var, reads, walk
from adjoint.transform.refusals import unsupported
from adjoint.transform.world import Analysis


def check_escapes(callee: Callee, analysis: Analysis, inputs: set[str], callees: Callees) -> None:
    """A local function that depends on what is differentiated must not be called unseen."""
    fn = analysis.function
    defined: dict[str, set[str]] = {}  # what each local function reads from around it
    for stmt in walk(fn.body):
        if isinstance(stmt, Define):
            captured = {a.name for a in reads(stmt) if isinstance(a, Var)}
            defined.setdefault(stmt.target.name, set()).update(captured)
    if not defined:
        return
    for stmt in walk(fn.body):  # another name of a function that is known is no escape
        if isinstance(stmt, Assign) and isinstance(stmt.value, Var):
            if stmt.value.name in defined and stmt.target.name in callee.locals:
                defined[stmt.target.name] = defined[stmt.value.name]
    varied = varied_names(fn, analysis.kinds, analysis.aliases, inputs)
    for stmt in walk(fn.body):
        op = getattr(stmt, "value", None)
        call = call_of(op, analysis.kinds, callees) if isinstance(op, Op) else None
        for atom in reads(stmt):
            if not isinstance(atom, Var) or atom.name not in defined or isinstance(stmt, Define):
                continue
            if isinstance(stmt, Assign) and stmt.target.name in defined:
                continue
            local = callee.locals.get(atom.name)
            seen = call is not None and local is not None
            if not seen and (defined[atom.name] | set(local.captures if local else ())) & varied:
                raise unsupported(
                    getattr(stmt, "span"),  # noqa: B009
                    f"`{atom.name.lstrip('%')}` reads variables that are differentiated, and is "
                    "called where it is not known which function it is",
                    "pass what it reads as arguments",
                )
