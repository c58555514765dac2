"""Functions of the IR as readable Python."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from dataclasses import replace

import gast

from adjoint.runtime.helpers import HELPERS
from adjoint.runtime.places import Places
from adjoint.transform.emit.as_written import as_written
from adjoint.transform.emit.iterables import iterable_tree
from adjoint.transform.emit.names import identifiers, name_temporaries
from adjoint.transform.emit.places import origins_of_temporaries, places
from adjoint.transform.emit.statements import function_def
from adjoint.transform.emit.templates import atom_tree
from adjoint.transform.emit.unparse import unparse
from adjoint.transform.emit.uses import stmt_operands, uses
from adjoint.transform.emit.waiting import Facts
from adjoint.transform.ir.nodes import (
    Assign,
    Define,
    Effect,
    For,
    Function,
    Keep,
    Op,
    Ref,
    Stmt,
    Store,
    With,
    binds,
    walk,
)  # fmt: skip
from adjoint.transform.ir.trees import nodes
from adjoint.transform.passes.pipeline import ALL, Passes


def emit(
    fn: Function, passes: Passes = ALL, numbers: frozenset[str] = frozenset(),
    primal: frozenset[str] = frozenset(),
) -> tuple[gast.FunctionDef, Places]:
    """A function as a tree: temporaries are folded into expressions, or have readable names.

    With it comes where its statements come from.

    Args:
        fn: a function of the IR, with temporaries.
        passes: the names of the rewrites that are made.
        numbers: the names of variables that certainly hold numbers alone.
        primal: names that share no memory with any others, which hold tangents.

    Raises:
        ValueError: the function is malformed, or reads something from outside under a name that it
          binds itself.
    """
    _check_references(fn)
    name = fn.name if fn.name.isidentifier() else "function"  # a lambda
    if "simplify" not in passes:
        fn = as_written(fn)
    found = replace(uses(fn), primal=primal)
    if "fold" not in passes:
        found = replace(found, foldable=frozenset())
    if "comprehensions" not in passes:
        found = replace(found, buildable=frozenset())
    facts = Facts(found, numbers, origins_of_temporaries(fn))
    tree = function_def(fn, name, facts, atom_tree)
    return name_temporaries(tree, identifiers(tree)), places(tree, facts.printed, fn.span)


def to_text(
    fn: Function, passes: Passes = ALL, numbers: frozenset[str] = frozenset()
) -> str:
    """The text of a function, with a final newline; see `emit`.

    >>> from adjoint.transform.ir.nodes import Assign, Op, Param, Return, Var
    >>> double = Op("binary:*", (Var("x"), Var("x")), gast.parse("a * b", mode="eval").body)
    >>> double.template.left.id, double.template.right.id = "$0", "$1"
    >>> body = (Assign(Var("%1"), double), Return(Var("%1")))
    >>> print(to_text(Function("square", (Param("x"),), body)), end="")
    def square(x):
        return x * x
    """
    return to_text_and_places(fn, passes, numbers)[0]


def to_text_and_places(
    fn: Function, passes: Passes = ALL, numbers: frozenset[str] = frozenset(),
    primal: frozenset[str] = frozenset(),
) -> tuple[str, Places]:
    """The text of a function, and for each of its statements where it comes from."""
    tree, found = emit(fn, passes, numbers, primal)
    return unparse(tree) + "\n", found


def _check_references(fn: Function, around: frozenset[str] = frozenset()) -> None:
    """What comes from outside must not be hidden by a local variable.

    Args:
        fn: the function, or one nested in it.
        around: the variables of the functions around it.
    """
    bound = {var.name for stmt in walk(fn.body) for var in binds(stmt)}
    local = around | bound | {param.name for param in fn.params}
    for stmt in walk(fn.body):
        for root in _roots(stmt):
            if root in local:
                raise ValueError(f"{fn.name}: what {root} means is hidden by a variable")
        if isinstance(stmt, Define):
            _check_references(stmt.function, local)


def _roots(stmt: Stmt) -> Iterator[str]:
    """The names from outside that a statement reads: of objects, of helpers, of builtins."""
    if not isinstance(stmt, Keep):
        for atom, _ in stmt_operands(stmt):
            if isinstance(atom, Ref) and not atom.local:
                yield atom.text.partition(".")[0]
    match stmt:
        case Assign(value=Op(template=template)) | Effect(value=Op(template=template)):
            yield from _ours(template)
        case Store(place=Op(template=template)) | With(context=Op(template=template)):
            yield from _ours(template)
        case For(iterable=iterable):
            yield from _ours(iterable_tree(iterable, lambda _: gast.Constant(None, None)))


def _ours(tree: gast.AST) -> Iterator[str]:
    """The names of helpers, builtins and `np` that are written out in a template."""
    names = [node for node in nodes(tree) if isinstance(node, gast.Name)]
    stored = {node.id for node in names if not isinstance(node.ctx, gast.Load)}
    for node in names:
        known = node.id == "np" or node.id in HELPERS or hasattr(builtins, node.id)
        if known and node.id not in stored:
            yield node.id
