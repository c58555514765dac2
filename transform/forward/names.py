"""The names of tangents: `x_dot` is that of `x`."""

from __future__ import annotations

from adjoint.transform.emit.names import describe
from adjoint.transform.forward.facts import Facts
from adjoint.transform.ir.nodes import Op, Var

SUFFIX = "_dot"


def dot(name: str, facts: Facts) -> Var:
    """The variable that holds the tangent of another one; of a temporary, a temporary."""
    found = facts.dots.get(name)
    if found is None:
        if name.startswith("%"):
            hint = name[1:].partition(".")[0] if "." in name else _word(name, facts)
            found = facts.names.temporary(f"{hint}{SUFFIX}")
        else:
            found = Var(facts.names.fresh(f"{name}{SUFFIX}"))
        facts.dots[name] = found
    return found


def _word(name: str, facts: Facts) -> str:
    made = facts.made.get(name)
    return describe(made.value) if made is not None and isinstance(made.value, Op) else "value"
