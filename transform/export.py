"""An emitted function with all that it calls, as a module that runs without this package."""

from __future__ import annotations

import ast
import linecache
import types
from collections.abc import Mapping
from typing import Any

from adjoint.runtime.caught import is_of_tangent
from adjoint.transform.dynamic import is_call_vjp
from adjoint.transform.emit.signature import is_literal
from adjoint.transform.emit.standalone import CannotStandAlone, Header, free_names, standalone
from adjoint.transform.forward.dynamic import is_call_jvp
from adjoint.transform.loading import cells_of
from adjoint.transform.readonly import only_reads
from adjoint.transform.source import read_source
from adjoint.transform.world import Emitted


def export(emitted: Emitted) -> str:
    r"""The text of a module that holds an emitted function and needs NumPy only.

    Args:
        emitted: the emitted function; see `Differentiable.emit`.

    Returns:
        The module's text. The same function gives the same text.

    Raises:
        CannotStandAlone: something that the function reads cannot be written down.

    >>> from adjoint import grad
    >>> print(export(grad(lambda x: 3.0 * x).emit()))  # doctest: +ELLIPSIS
    # Derivatives of <lambda> (...), written by adjoint.
    # sha256 of its source: ...
    <BLANKLINE>
    ...
    def lambda__gradient(x, *, d_out=1.0):
    ...
    """
    everything = emitted.everything()
    names = _names_in_module(everything)
    functions = []
    for one in everything:
        needed = _read_from_outside(one)
        _require_literal_defaults(one)
        _require_known_callees(one, needed)
        renamed = {local: names[id(callee)] for local, callee in one.callees.items()}
        own = one.adjoint.function.name
        text = rename(one.text, renamed | {own: names[id(one)]})
        functions.append((text, needed))
    return standalone(functions, _header(emitted))


def rename(text: str, names: Mapping[str, str]) -> str:
    r"""A text in which global names are replaced, and nothing else is changed.

    Args:
        text: the text of a function.
        names: new names by old ones; no old one is bound in the function.

    >>> rename("def f(x):\n    return f(x.f) + g(f=1)\n", {"f": "h"})
    'def h(x):\n    return h(x.f) + g(f=1)\n'
    """
    tree = ast.parse(text)
    lines = [line.encode() for line in text.splitlines(keepends=True)]
    places = [
        (node.lineno, node.col_offset, node.id)
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id in names
    ]
    places += [
        (node.lineno, node.col_offset + len("def "), node.name)
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name in names
    ]
    for line, column, old in sorted(places, reverse=True):  # from the end: no column moves
        data = lines[line - 1]
        after = column + len(old.encode())
        lines[line - 1] = data[:column] + names[old].encode() + data[after:]
    return b"".join(lines).decode()


def _names_in_module(everything: list[Emitted]) -> dict[int, str]:
    """A name for each function, which means nothing else in any of them."""
    used = {
        node.id
        for one in everything
        for node in ast.walk(ast.parse(one.text))
        if isinstance(node, ast.Name) and node.id not in one.callees
    }
    names: dict[int, str] = {}
    for one in everything:
        plain = one.adjoint.function.name
        name, count = plain, 0
        while name in used or name in names.values():
            count += 1
            name = f"{plain}_{count}"
        names[id(one)] = name
    return names


def _read_from_outside(one: Emitted) -> Mapping[str, Any]:
    """What the free names of an emitted function stand for."""
    cells = {
        name: value.cell_contents if isinstance(value, types.CellType) else value
        for name, value in cells_of(one).items()
    }
    return {**one.origin.__globals__, **cells}


def _require_known_callees(one: Emitted, needed: Mapping[str, Any]) -> None:
    found = [needed.get(name) for name in free_names(one.text)]
    if any(is_call_vjp(v) or is_call_jvp(v) or v is only_reads for v in found):
        raise CannotStandAlone(
            f"{one.adjoint.function.name}: it calls a function that is known only when it runs, "
            "and whose derivative would be made then; call it by its name"
        )
    if any(v is is_of_tangent for v in found):
        raise CannotStandAlone(
            f"{one.adjoint.function.name}: it tells errors of tangents from those of the function "
            "by what this package knows of its lines"
        )


def _require_literal_defaults(one: Emitted) -> None:
    for param in one.adjoint.function.params:
        if param.has_default and not is_literal(param.default):
            raise CannotStandAlone(
                f"{one.adjoint.function.name}: the default of `{param.name}` is not a literal and "
                "cannot be written down; make it None or a number"
            )


def _header(emitted: Emitted) -> Header:
    origin = emitted.origin
    tree = read_source(origin).tree
    file = origin.__code__.co_filename
    lines = linecache.getlines(file)[tree.lineno - 1 : tree.end_lineno]
    return Header(file, origin.__qualname__, "".join(lines))
