"""Readable names for the temporaries that are left."""

from __future__ import annotations

import builtins
import keyword
import operator
from collections.abc import Iterable, Iterator
from typing import Any

import gast

from adjoint.transform.emit.templates import atom_tree, fill, hole_values
from adjoint.transform.ir.nodes import Op, Var
from adjoint.transform.ir.trees import copied, nodes, preorder

_OPERATIONS = {
    "Mult": "product", "MatMult": "product", "Add": "total", "Sub": "difference", "Div": "ratio",
    "Pow": "power",
}  # fmt: skip
_COMPARISONS = {
    "Gt": "above", "GtE": "at_least", "Lt": "below", "LtE": "at_most", "Eq": "equal",
    "NotEq": "differs",
}  # fmt: skip
_DISPLAYS = {"ListComp": "items", "List": "items", "Lambda": "function"}
_RESERVED = frozenset((*keyword.kwlist, *keyword.softkwlist, *vars(builtins)))


def name_temporaries(tree: gast.FunctionDef, taken: Iterable[str] = ()) -> gast.FunctionDef:
    r"""A function in which every temporary (`%7`, `%d_x.7`) has a name of its own.

    Names come from hints (`%d_x.7` is `d_x`) or from what is assigned; a number is added to one
    that is taken. The same tree gives the same names.

    Args:
        tree: the function.
        taken: names not to use, besides those that occur in the function, keywords and builtins.

    >>> from adjoint.transform.emit.unparse import unparse
    >>> f = gast.parse("def f(x):\n    t = np.sin(x)\n    return t * t").body[0]
    >>> f.body[0].targets[0].id = f.body[1].value.left.id = f.body[1].value.right.id = "%1"
    >>> print(unparse(name_temporaries(f)))
    def f(x):
        sin_x = np.sin(x)
        return sin_x * sin_x
    """
    occurring = set(_identifiers(tree))
    used = {*taken, *_RESERVED, *occurring}
    chosen: dict[str, str] = {}
    for temporary, value in _bindings(tree):
        if temporary not in chosen:
            chosen[temporary] = _free(_hint(temporary, value, chosen), used)
            used.add(chosen[temporary])
    unbound = {name for name in occurring if name.startswith("%")} - chosen.keys()
    if unbound:
        raise ValueError(f"never assigned: {sorted(unbound)}")
    return _renamed(tree, chosen) if chosen else tree


def identifiers(tree: gast.AST) -> frozenset[str]:
    """Every name that a tree reads or binds, temporaries aside."""
    return frozenset(name for name in _identifiers(tree) if not name.startswith("%"))


def _identifiers(tree: gast.AST) -> Iterator[str]:
    for node in nodes(tree):
        match node:
            case gast.Name(id=name) | gast.FunctionDef(name=name):
                yield name
            case gast.alias(name=name, asname=other):
                yield (other or name).partition(".")[0]


def _bindings(tree: gast.AST) -> Iterator[tuple[str, gast.AST | None]]:
    """The temporaries in the order in which the text binds them, each with its value."""
    for node in preorder(tree):
        match node:
            case gast.Name(id=name, ctx=gast.Store()) if name.startswith("%"):
                yield name, None
            case gast.FunctionDef(name=name) if name.startswith("%"):
                yield name, gast.Lambda(node.args, None)
            case gast.Assign(targets=[gast.Name(id=name)]) if name.startswith("%"):
                yield name, node.value


def _hint(temporary: str, value: gast.AST | None, chosen: dict[str, str]) -> str:
    own, dot, _ = temporary[1:].partition(".")
    if dot:
        return own
    return _of_value(value, chosen) or "t"


def describe(op: Op) -> str:
    """A word for what an operation gives, for a name that is made up before the text is.

    >>> from adjoint.transform.derive.build import expression
    >>> describe(expression("u[i]", {"u": Var("u"), "i": Var("i")}))
    'u_i'
    >>> describe(expression("np.sin(t)", {"t": Var("%3")})), describe(expression("-x", {}))
    ('sin', 'value')
    """
    trees = {hole: atom_tree(atom) for hole, atom in hole_values(op.args, op.callee).items()}
    unnamed = {atom.name: "" for atom in op.args if isinstance(atom, Var) and atom.is_temporary}
    hint = _of_value(fill(op.template, trees), unnamed)
    return hint if hint.isidentifier() and hint not in _RESERVED else "value"


def _of_value(value: gast.AST | None, chosen: dict[str, str]) -> str:
    match value:
        case gast.BinOp(left=gast.Name(id=left), op=gast.Mult(), right=gast.Name(id=right)) if (
            left == right
        ):
            return "square"
        case gast.BinOp(op=op):
            return _OPERATIONS.get(type(op).__name__, "")
        case gast.Compare(ops=[op]):
            return _COMPARISONS.get(type(op).__name__, "test")
        case gast.Compare() | gast.BoolOp() | gast.UnaryOp(op=gast.Not()):
            return "test"
        case gast.Name(id=name):
            return f"old_{chosen.get(name, name)}"
        case gast.Attribute(attr=name):
            return str(name)
        case gast.Call(func=gast.Attribute(attr=verb) | gast.Name(id=verb), args=args):
            subject = args[0] if args else getattr(value.func, "value", None)
            return "_".join(filter(None, (chosen.get(verb, verb), _simple(subject, chosen))))
        case gast.Subscript(value=base, slice=index):
            parts = [_simple(base, chosen), _simple(index, chosen)]
            return "_".join(parts) if all(parts) else "item"
    return _DISPLAYS.get(type(value).__name__, "")


def _simple(node: gast.AST | None, chosen: dict[str, str]) -> str:
    """A word for an operand, if it is a name or a small number."""
    match node:
        case gast.Name(id=name):
            return chosen.get(str(name), str(name))
        case gast.Constant(value=int() as number) if number >= 0:
            return str(number)
    return ""


def _free(hint: str, used: set[str]) -> str:
    """The hint, or the first of `hint_1`, `hint_2`, ... that is free."""
    hint = hint if hint.isidentifier() else "t"
    name, number = hint, 0
    while name in used:
        number += 1
        name = f"{hint}_{number}"
    return name


def _renamed(tree: Any, names: dict[str, str]) -> Any:
    """The tree with names replaced; where none is, it is the same object."""
    if isinstance(tree, list):
        parts = [_renamed(part, names) for part in tree]
        return tree if all(map(operator.is_, parts, tree)) else parts
    if not isinstance(tree, gast.AST):
        return tree
    changed: dict[str, Any] = {}
    for field, value in tree.__dict__.items():
        if isinstance(value, gast.AST | list):
            new = _renamed(value, names)
        elif field in ("id", "name") and isinstance(value, str):
            new = names.get(value, value)
        else:
            continue
        if new is not value:
            changed[field] = new
    if not changed:
        return tree
    made = copied(tree)
    for field, value in changed.items():
        setattr(made, field, value)
    return made
