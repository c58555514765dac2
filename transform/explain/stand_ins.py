"""A call that stands for code that is refused, so that what is around it can be looked at.

    y = {v for v in x}          ->      y = refused_code(x)

Nothing is known of what is called: its result may be anything, and depends on every variable that
the refused code reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import gast

from adjoint.transform.lower.bindings import FUNCTIONS, parameters, pattern_names, targets

NAME = "refused_code"
Place = tuple[int, int]
Known = Mapping[str, Place]
_PARAMETER = (0, 0)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A function of which nothing is known; it is never called."""

    def __call__(self, *args: Any) -> Any:
        """Raise: what is explained is not run."""
        raise NotImplementedError("this is never called")


def place_of(node: gast.AST) -> Place:
    """Where a node begins: its line, and its column in bytes."""
    return (node.lineno, node.col_offset)


def first_bindings(tree: gast.AST) -> Known:
    """Where each variable of a function, or of those inside it, is bound for the first time.

    The function's own parameters are bound before its first line.
    """
    found: dict[str, Place] = {}
    for node in gast.walk(tree):
        names: list[str] = []
        if isinstance(node, gast.ExceptHandler) and node.name is not None:
            names = [node.name.id]
        elif isinstance(node, gast.Name) and isinstance(node.ctx, gast.Store | gast.Del):
            names = [node.id] if hasattr(node, "lineno") else []  # a handler's has no place
        elif isinstance(node, gast.FunctionDef | gast.AsyncFunctionDef | gast.ClassDef):
            names = [node.name] if node is not tree else []
        elif isinstance(node, gast.Match):
            names = list(pattern_names([case.pattern for case in node.cases]))
        for name in names:
            found[name] = min(found.get(name, place_of(node)), place_of(node))
    for node in gast.walk(tree):
        if isinstance(node, FUNCTIONS):
            begin = _PARAMETER if node is tree else place_of(node)
            found |= {p.id: min(begin, found.get(p.id, begin)) for p in parameters(node.args)}
    return found


def stand_in(parts: Iterable[gast.AST], node: gast.AST, known: Known) -> gast.Call:
    """The call that stands for some parts of a node: its arguments are the variables they read.

    Only variables that are bound before the node begins have a value there for certain. Where none
    is read by name (`eval("x + 1")`), it is the parameters that may be read unseen.
    """
    parts = list(parts)
    inside = [inner for part in parts for inner in gast.walk(part)]
    names = {n.id for n in inside if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Load)}
    for inner in inside:
        if isinstance(inner, gast.AugAssign):
            names |= set(targets(inner.target))
        elif isinstance(inner, gast.comprehension):
            names -= set(targets(inner.target))
        elif isinstance(inner, FUNCTIONS) and inner is not node:
            names -= {parameter.id for parameter in parameters(inner.args)}
    read = sorted(name for name in names if name in known and known[name] < place_of(node))
    if parts and not read:
        read = sorted(name for name, place in known.items() if place == _PARAMETER)
    return gast.Call(_name(NAME, gast.Load()), [_name(name, gast.Load()) for name in read], [])


def bind(
    names: Iterable[str], parts: Iterable[gast.AST], node: gast.AST, known: Known
) -> list[gast.AST]:
    """Statements that give some names a stand-in each; if there are none, one for its effect."""
    parts = list(parts)
    bound: list[gast.AST] = [
        gast.Assign([_name(name, gast.Store())], stand_in(parts, node, known), None)
        for name in dict.fromkeys(names)
    ]
    return bound or [gast.Expr(stand_in(parts, node, known))]


def _name(text: str, context: gast.AST) -> gast.Name:
    return gast.Name(text, context, None, None)
