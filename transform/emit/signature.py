"""Parameters."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import gast

from adjoint.transform.emit.templates import atom_tree, name_tree
from adjoint.transform.ir.nodes import Atom, Const, Function, Param

_LITERALS = (bool, int, str, bytes, type(None), type(Ellipsis))


def arguments(function: Function, tree: Callable[[Atom], gast.AST]) -> gast.arguments:
    """The parameters of a function.

    A default that has no literal is printed as `...`; `load` gives the function its real one.

    Args:
        function: the function.
        tree: how an atom is printed that is the default of a nested function's parameter.
    """
    kinds = {
        kind: [param for param in function.params if param.kind == kind]
        for kind in ("positional-only", "ordinary", "varargs", "keyword-only", "varkw")
    }
    positional = kinds["positional-only"] + kinds["ordinary"]
    return gast.arguments(
        args=[_name(param) for param in kinds["ordinary"]],
        posonlyargs=[_name(param) for param in kinds["positional-only"]],
        vararg=next(map(_name, kinds["varargs"]), None),
        kwonlyargs=[_name(param) for param in kinds["keyword-only"]],
        kw_defaults=[
            _default(param, tree) if param.has_default else None for param in kinds["keyword-only"]
        ],
        kwarg=next(map(_name, kinds["varkw"]), None),
        defaults=[_default(param, tree) for param in positional if param.has_default],
    )


def is_literal(value: Any) -> bool:
    """Whether a value can be written down as a literal that gives an equal value.

    >>> is_literal((1.0, "x")), is_literal(float("nan")), is_literal([])
    (True, False, False)
    """
    if type(value) is float:
        return not math.isnan(value)
    if type(value) is complex:  # `-1j` is an operation, and loses the sign of a zero
        return value.real == 0 and value.imag >= 0
    if type(value) is tuple:
        return all(map(is_literal, value))
    return type(value) in _LITERALS


def _default(param: Param, tree: Callable[[Atom], gast.AST]) -> gast.AST:
    if isinstance(param.default, Atom):
        return tree(param.default)
    return literal(param.default) if is_literal(param.default) else gast.Constant(..., None)


def literal(value: Any) -> gast.AST:
    """The expression of a literal."""
    if isinstance(value, tuple):
        return gast.Tuple([literal(item) for item in value], gast.Load())
    return atom_tree(Const(value))


def _name(param: Param) -> gast.Name:
    return name_tree(param.name, gast.Param())
