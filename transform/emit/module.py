"""Functions of the IR as readable Python."""

from __future__ import annotations

from collections.abc import Callable

import gast

from adjoint.transform.emit.names import identifiers, name_temporaries
from adjoint.transform.emit.purity import is_pure as is_pure_by_default
from adjoint.transform.emit.statements import Facts, function_def
from adjoint.transform.emit.templates import atom_tree
from adjoint.transform.emit.unparse import unparse
from adjoint.transform.emit.uses import stmt_operands, uses
from adjoint.transform.ir.nodes import Define, Function, Keep, Op, Ref, binds, walk


def emit(fn: Function, is_pure: Callable[[Op], bool] = is_pure_by_default) -> gast.FunctionDef:
    """A function as a tree: temporaries are folded into expressions, or have readable names.

    Args:
        fn: a function of the IR, with temporaries.
        is_pure: whether an operation has no effects and may be moved past others.

    Raises:
        ValueError: the function is malformed, or reads something from outside under a name that it
          binds itself.
    """
    _check_references(fn)
    name = fn.name if fn.name.isidentifier() else "function"  # a lambda
    tree = function_def(fn, name, Facts(uses(fn), is_pure), atom_tree)
    return name_temporaries(tree, identifiers(tree))


def to_text(fn: Function, is_pure: Callable[[Op], bool] = is_pure_by_default) -> str:
    """The text of a function, with a final newline.

    >>> from adjoint.transform.ir.nodes import Assign, Op, Param, Return, Var
    >>> double = Op("binary:*", (Var("x"), Var("x")), gast.parse("a * b", mode="eval").body)
    >>> double.template.left.id, double.template.right.id = "$0", "$1"
    >>> body = (Assign(Var("%1"), double), Return(Var("%1")))
    >>> print(to_text(Function("square", (Param("x"),), body)), end="")
    def square(x):
        return x * x
    """
    return unparse(emit(fn, is_pure)) + "\n"


def _check_references(fn: Function) -> None:
    """What comes from outside must not be hidden by a local variable."""
    local = {param.name for param in fn.params}
    local |= {var.name for stmt in walk(fn.body) for var in binds(stmt)}
    for stmt in walk(fn.body):
        atoms = [atom for atom, _ in stmt_operands(stmt)] if not isinstance(stmt, Keep) else []
        for atom in atoms:
            if isinstance(atom, Ref) and (root := atom.text.partition(".")[0]) in local:
                raise ValueError(f"{fn.name}: {atom.text} is hidden by the variable {root}")
        if isinstance(stmt, Define):
            _check_references(stmt.function)
