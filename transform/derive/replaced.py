"""A record with some fields replaced, as one that is made of all its fields.

    t = replace(s, v=w)       ->   x = s.x;  t = replace(s, x=x, v=w)
    q = p._replace(x=w)       ->   y = p.y;  q = p._replace(x=w, y=y)

What is given and what stays is then treated alike.
"""

from __future__ import annotations

from dataclasses import replace

import gast

from adjoint.transform.analyses.container_calls import REPLACE, SOURCE
from adjoint.transform.analyses.kind import ANY, Kind
from adjoint.transform.derive.build import Names, expression
from adjoint.transform.ir.nodes import Assign, Atom, Op, Stmt, Var
from adjoint.transform.ir.places import operand


def fields_written_out(
    stmt: Stmt, kinds: dict[str, Kind], names: Names
) -> tuple[Stmt, ...] | None:
    """The reads of the fields that stay, and the record made of all; None for other statements."""
    op = getattr(stmt, "value", None)
    if not isinstance(stmt, Assign) or not isinstance(op, Op) or op.prim != REPLACE:
        return None
    source = op.args[0]
    kind = kinds.get(source.name, ANY) if isinstance(source, Var) else ANY
    given = dict(zip(op.roles[1:], op.args[1:], strict=True))
    reads: list[Stmt] = []
    fields: list[Atom] = []
    for name, item in zip(kind.names, kind.items, strict=True):
        if name not in given:
            kept = names.temporary(name)
            kinds[kept.name] = item
            read = expression(f"s.{name}", {"s": source}, f"attribute:{name}")
            reads.append(Assign(kept, read, stmt.span))
            given[name] = kept
        fields.append(given[name])
    assert isinstance(op.template, gast.Call)
    holes = [operand(i) for i in range(len(fields) + 1)]
    func, last = op.template.func, holes.pop()
    keywords = [gast.keyword(n, hole) for n, hole in zip(kind.names, holes, strict=True)]
    if isinstance(func, gast.Attribute):
        template = gast.Call(gast.Attribute(last, func.attr, gast.Load()), [], keywords)
    else:
        template = gast.Call(func, [last], keywords)
    prim = "tuple" if kind.tag == "tuple" else "record:replaced"
    made = replace(op, prim=prim, args=(*fields, source), template=template,
                   roles=(*("" for _ in fields), SOURCE))  # fmt: skip
    return (*reads, Assign(stmt.target, made, stmt.span))
